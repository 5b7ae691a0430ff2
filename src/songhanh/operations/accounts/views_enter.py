"""The way in: log-in, demonstration, lock-out, and the first page after it."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from songhanh.operations.accounts import queries
from songhanh.operations.accounts.roles import WHAT_IT_SEES
from songhanh.operations.accounts.scope import scope_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class EnterView(LoginView):
    """Ask for name and password; on a demonstration also offer its accounts."""

    template_name = "accounts/enter.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the accounts of a demonstration."""
        demo = [
            (user, membership, WHAT_IT_SEES.get(membership.role, ""))
            for user in queries.demo_users()
            for membership in user.memberships.all()[:1]
        ]
        return super().get_context_data(**kwargs) | {"section": "account", "demo": demo}

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what is wrong, as an error."""
        answer: HttpResponse = super().form_invalid(form)
        answer.status_code = 422
        return answer


enter = EnterView.as_view()


@login_not_required
@require_POST
def enter_demo(request: HttpRequest) -> HttpResponse:
    """Enter as an account of the demonstration, which has no password; elsewhere there is no such page."""
    user = get_object_or_404(queries.demo_users(), username=request.POST.get("username", ""))
    login(request, user, backend=BACKEND)
    return redirect("home")


def login_name(request: HttpRequest | None, credentials: Any = None) -> str | None:
    """Return whose account an attempt is at: from what is checked, else from the form."""
    found = (credentials or {}).get("username") or (request.POST.get("login") if request else None)
    return str(found).strip() if found else None


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Say that an account is closed."""
    return render(request, "accounts/closed.html", {"section": "account"}, status=403)


@login_not_required
def locked_out(request: HttpRequest, original: HttpResponse | None, credentials: Any = None) -> HttpResponse:
    """Say that an account is locked after too many wrong passwords, and for how long."""
    return render(request, "accounts/locked.html", {"section": "account"}, status=429)


@require_safe
def first_page(request: HttpRequest) -> HttpResponseBase:
    """Lead to the first page that the reader may see."""
    may = scope_of(request.user).permissions
    if "situation.view" in may:
        return redirect("indicators:situation")
    return redirect("accounts:manage" if "accounts.manage" in may else "accounts:home")
