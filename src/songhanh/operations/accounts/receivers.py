"""What the log-in libraries tell of, written into the audit. The only place of the project that hears signals."""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals as mfa
from axes.signals import user_locked_out
from django.contrib.auth import signals as auth
from django.db import transaction

from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind


def connect() -> None:
    """Hear of log-ins, failures, lock-outs, log-outs and second factors."""
    auth.user_logged_in.connect(_entered, dispatch_uid="audit.entered")
    auth.user_logged_out.connect(_left, dispatch_uid="audit.left")
    auth.user_login_failed.connect(_failed, dispatch_uid="audit.failed")
    user_locked_out.connect(_locked, dispatch_uid="audit.locked")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="audit.factor-added")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="audit.factor-removed")
    mfa.authenticator_reset.connect(_codes_made, dispatch_uid="audit.codes-made")
    mfa.authentication_failed.connect(_factor_failed, dispatch_uid="audit.factor-failed")


def _login(action: str, user: Any, **details: Any) -> None:
    with transaction.atomic():
        record(action, kind=Kind.LOGIN, by=user, subject=user, details=details)


def _entered(*, user: Any, **_rest: Any) -> None:
    _login("accounts.enter", user, **({"demo": True} if user.is_demo else {}))


def _left(*, user: Any, **_rest: Any) -> None:
    if user is not None:  # a log-out of nobody
        _login("accounts.leave", user)


def _failed(*, credentials: Any, **_rest: Any) -> None:
    _login("accounts.enter-failed", None, login=str(credentials.get("username", ""))[:150])


def _locked(*, username: str, **_rest: Any) -> None:
    _login("accounts.locked", None, login=str(username or "")[:150])


def _factor_added(*, user: Any, authenticator: Any, **_rest: Any) -> None:
    _login("accounts.add-second-factor", user, type=authenticator.type)


def _factor_removed(*, user: Any, authenticator: Any, **_rest: Any) -> None:
    _login("accounts.remove-second-factor", user, type=authenticator.type)


def _codes_made(*, user: Any, authenticator: Any, **_rest: Any) -> None:
    _login("accounts.make-recovery-codes", user, type=authenticator.type)


def _factor_failed(*, user: Any, authenticator: Any, **_rest: Any) -> None:
    _login("accounts.second-factor-failed", user, type=authenticator.type)
