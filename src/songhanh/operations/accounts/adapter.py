"""What django-allauth is told about this installation, and its words in both languages."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Adapter(DefaultAccountAdapter):
    """Accounts are made by an administrator; nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("The log-in name or the password is wrong."),
        "username_password_mismatch": _("The log-in name or the password is wrong."),
        "too_many_login_attempts": _("Too many attempts. Wait a minute and try again."),
        "rate_limited": _("Too many attempts. Wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse strangers."""
        return False

    def add_message(self, *args: Any, **options: Any) -> None:
        """Say nothing: the pages say themselves what was done, in both languages."""

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Ask for the password again, but not of somebody who has just entered it to log in."""
        records = get_authentication_records(context.request, context.request.user)
        newest = max((record["at"] for record in records), default=0.0)
        return time.time() - newest > app_settings.REAUTHENTICATION_TIMEOUT

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Go back to the log-in."""
        return reverse("accounts:enter")


class FactorAdapter(DefaultMFAAdapter):
    """The words of the second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is wrong or over. Enter the one the telephone shows now."),
        "cannot_delete_authenticator": _("The second factor cannot be removed."),
        "cannot_generate_recovery_codes": _("Set up the second factor first."),
    }


def _label(form: Any, name: str, label: Any) -> None:
    field = form.fields[name]
    field.label = label
    field.widget.attrs.pop("placeholder", None)


class EnterForm(LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _label(self, "login", _("log-in name"))
        _label(self, "password", _("password"))
        self.fields["password"].help_text = ""


class AgainForm(ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _label(self, "password", _("password"))


class _Code:
    """The code of the second factor."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _label(self, "code", _("code"))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"  # type: ignore[attr-defined]


class CodeForm(_Code, AuthenticateForm):
    """At the log-in; a recovery code does too."""


class AgainCodeForm(_Code, SecondReauthenticateForm):
    """Once more, before something that matters."""


class SetUpForm(_Code, ActivateTOTPForm):
    """The first code that a telephone shows."""
