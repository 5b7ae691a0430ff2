"""Who may open a page: every view says which permission it asks for, and strangers get 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from songhanh.operations.accounts.scope import scope_of

View = Callable[..., HttpResponseBase]


def permitted(permission: str, *, to_send: str = "") -> Callable[[View], View]:
    """Let in those who have a permission; for everybody else the page does not exist.

    ``to_send`` is what sending its form takes, where that is more than looking. Whoever is not logged in is asked
    to (`LoginMiddleware`) before this is reached.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            only(request, to_send if to_send and request.method == "POST" else permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # the matrix test reads both
        guarded.to_send = to_send or permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def only(request: HttpRequest, permission: str) -> None:
    """Raise Http404 unless the reader has a permission: of a page, or of a part of it such as its download."""
    if not scope_of(request.user).may(permission):
        raise Http404(f"needs {permission}")


def demand(by: Any, permission: str) -> None:
    """Raise PermissionDenied unless somebody has a permission; every action calls this, whoever calls the action.

    ``by=None`` is a command or a worker of this installation, which has every permission and is named in the audit.
    """
    if by is not None and not scope_of(by).may(permission):
        raise PermissionDenied(f"needs {permission}")
