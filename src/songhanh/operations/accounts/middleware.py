"""Who may go on: not those who are away too long, not strangers, not a privileged account without its second factor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from songhanh.operations.accounts.queries import is_demo_offered, lacks_second_factor

SEEN = "seen_at"
NOTED_EVERY = 30  # seconds; writing the session at every picture of a page would be for nothing
API = "/api/"
# What an account can reach before its second factor is set up: setting it up, and the way out.
WITHOUT_FACTOR = frozenset(
    {
        "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes",
        "account_reauthenticate", "account_logout", "account_login", "enter", "leave", "language", "glossary",
    }
)  # fmt: skip


class IdleMiddleware:
    """Ends a session in which nobody did anything for `IDLE_SECONDS`; a page that asks by itself does not count."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Log out whoever was away, note that the others are there, and answer."""
        if request.user.is_authenticated:
            now = time.time()
            seen = request.session.get(SEEN)
            if seen is not None and now - seen > settings.IDLE_SECONDS:
                logout(request)
                messages.info(request, _("You were away for a while and were logged out. Log in to go on."))
            elif (seen is None or now - seen > NOTED_EVERY) and not _asks_by_itself(request):
                request.session[SEEN] = now
        return self._get_response(request)


def _asks_by_itself(request: HttpRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.trigger_name and request.method == "GET" and not htmx.boosted


class LoginMiddleware(LoginRequiredMiddleware):
    """Sends strangers to the log-in: a page by redirecting, a fragment by telling htmx, a program by 401."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let pass who is logged in, and the API, which knows keys besides sessions and refuses by itself."""
        if request.path.startswith(API):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        """Answer a stranger."""
        if getattr(request, "htmx", False):
            here = getattr(request, "htmx").current_url_abs_path or "/"  # noqa: B009 - set by django-htmx
            answer = HttpResponse(status=401)
            answer["HX-Redirect"] = redirect_to_login(here, reverse("accounts:enter")).url
            return answer
        return super().handle_no_permission(request, view_func)


class SecondFactorMiddleware(MiddlewareMixin):
    """Lets a privileged account only set up its second factor as long as it has none; ends demonstrations elsewhere."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Send to the page that sets it up."""
        user: Any = request.user
        if not user.is_authenticated:
            return None
        if user.is_demo and not is_demo_offered():
            logout(request)
            return redirect("accounts:enter")
        match = request.resolver_match
        if (match and match.url_name in WITHOUT_FACTOR) or not lacks_second_factor(user):
            return None
        if request.path.startswith(API):
            return JsonResponse({"detail": _("Set up your second factor first.")}, status=403)
        return redirect("mfa_activate_totp")
