"""Administration: who has an account, with which roles where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from songhanh.operations.accounts import actions, queries
from songhanh.operations.accounts.access import permitted
from songhanh.operations.accounts.forms import NewPasswordForm, NewUserForm, RoleForm
from songhanh.operations.accounts.models import User
from songhanh.operations.project.clock import today
from songhanh.operations.project.paging import page_of

MANAGE = "accounts.manage"


@permitted(MANAGE)
@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    """List the accounts."""
    text = request.GET.get("q", "")[:100]
    page = page_of(request, queries.users(text))
    context = {"section": "account", "page": page, "text": text, "today": today()}
    return render(request, "accounts/manage.html", context)


@permitted(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an account with its first role."""
    form = NewUserForm(request.POST or None)
    role_form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and role_form.is_valid():
        place = role_form.place()
        roles = [(place["role"], place["unit"], place["site"])]
        try:
            made = actions.create_user(by=request.user, roles=roles, **form.cleaned_data)
        except ValidationError as error:
            _keep(form, error)
        else:
            return redirect("accounts:user", pk=made.pk)
    is_faulty = bool(form.errors or role_form.errors)
    context = {"section": "account", "form": form, "role_form": role_form}
    return render(request, "accounts/new.html", context, status=422 if is_faulty else 200)


def _keep(form: Any, error: ValidationError) -> None:
    """Show an action's refusal beside the field it is about, or above the form."""
    for name, problems in getattr(error, "error_dict", {None: [error]}).items():
        form.add_error(name if name in form.fields else None, problems)


def _page(request: HttpRequest, user: User, **faulty: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "account",
        "account": queries.users().get(pk=user.pk),
        "memberships": queries.memberships_of(user),
        "tokens": queries.tokens_of(user),
        "glass": queries.glass_of(user),
        "role_form": RoleForm(),
        "password_form": NewPasswordForm(),
        "today": today(),
    }
    return render(request, "accounts/user.html", context | faulty, status=422 if faulty else 200)


@permitted(MANAGE)
@require_safe
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account with all that can be done about it."""
    return _page(request, get_object_or_404(User, pk=pk))


@permitted(MANAGE)
@require_POST
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role in a place."""
    account = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            actions.give_membership(by=request.user, user=account, **form.place(), **form.days())
        except ValidationError as error:
            _keep(form, error)
        else:
            return redirect("accounts:user", pk=pk)
    return _page(request, account, role_form=form)


@permitted(MANAGE)
@require_POST
def end_role(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Take a role away."""
    found = get_object_or_404(queries.memberships_of(get_object_or_404(User, pk=pk)), pk=membership)
    actions.end_membership(by=request.user, membership=found)
    return redirect("accounts:user", pk=pk)


@permitted(MANAGE)
@require_POST
def give_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody another password."""
    account = get_object_or_404(User, pk=pk)
    form = NewPasswordForm(request.POST)
    if form.is_valid():
        try:
            actions.set_password(by=request.user, user=account, password=form.cleaned_data["password"])
        except ValidationError as error:
            form.add_error("password", error)
        else:
            messages.success(request, _("The password is changed. Hand it over in person or by telephone."))
            return redirect("accounts:user", pk=pk)
    return _page(request, account, password_form=form)


def _do(request: HttpRequest, pk: int, what: Callable[[User], object]) -> HttpResponse:
    try:
        what(get_object_or_404(User, pk=pk))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("accounts:user", pk=pk)


@permitted(MANAGE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account."""
    return _do(request, pk, lambda found: actions.set_active(by=request.user, user=found, is_active=False))


@permitted(MANAGE)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    return _do(request, pk, lambda found: actions.set_active(by=request.user, user=found, is_active=True))


@permitted(MANAGE)
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody try again after too many wrong passwords."""
    return _do(request, pk, lambda found: actions.unlock(by=request.user, user=found))


@permitted(MANAGE)
@require_POST
def remove_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the second factor off an account whose owner lost the telephone."""
    return _do(request, pk, lambda found: actions.remove_second_factor(by=request.user, user=found))
