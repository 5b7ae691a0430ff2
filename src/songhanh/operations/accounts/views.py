"""One's own account: who I am, what I may do, my keys, my second factor, and the glass I broke."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from songhanh.operations.accounts import actions, people, queries
from songhanh.operations.accounts.access import permitted
from songhanh.operations.accounts.forms import GlassForm, PasswordForm, TokenForm
from songhanh.operations.accounts.models import User
from songhanh.operations.accounts.roles import WHAT_IT_SEES
from songhanh.operations.project.clock import now, today

GET_AND_POST = ["GET", "HEAD", "POST"]


def _own(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the middleware let nobody else in
    return request.user


def _home(request: HttpRequest, **more: Any) -> HttpResponse:
    user = _own(request)
    roles = [(item, WHAT_IT_SEES.get(item.role, "")) for item in queries.memberships_of(user)]
    context: dict[str, Any] = {
        "section": "account",
        "roles": roles,
        "tokens": queries.tokens_of(user),
        "glass": queries.glass_of(user),
        "has_factor": queries.has_second_factor(user),
        "token_form": TokenForm(),
        "now": now(),
        "today": today(),
    }
    return render(request, "accounts/home.html", context | more, status=422 if "token_form" in more else 200)


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    return _home(request)


@require_http_methods(GET_AND_POST)
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    user = _own(request)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(by=user, user=user, password=form.cleaned_data["new"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed."))
        return redirect("accounts:home")
    context = {"section": "account", "form": form}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
def issue_token(request: HttpRequest) -> HttpResponse:
    """Make a key and show it this once."""
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            token, key = actions.issue_token(by=_own(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(request, "accounts/token.html", {"section": "account", "token": token, "key": key})
    return _home(request, token_form=form)


@require_POST
def end_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own keys."""
    user = _own(request)
    actions.revoke_token(by=user, token=get_object_or_404(queries.tokens_of(user), pk=pk))
    return redirect("accounts:home")


@permitted("glass.break")
@require_http_methods(GET_AND_POST)
@never_cache
def glass(request: HttpRequest, person: UUID | None = None) -> HttpResponse:
    """Ask for a reason, then show for three hours who one person is."""
    form = GlassForm(request.POST or None, initial={"who": str(person or "")})
    if request.method == "POST" and form.is_valid():
        found = people.whom(form.cleaned_data["who"])
        if found is None:
            form.add_error("who", _("No one person is known by this. Check every digit."))
        else:
            try:
                actions.break_glass(by=_own(request), person=found, reason=form.cleaned_data["reason"])
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return redirect("people:person", uuid=found.uuid)
    context = {"section": "account", "form": form, "hours": actions.GLASS_HOURS}
    return render(request, "accounts/glass.html", context, status=422 if form.errors else 200)
