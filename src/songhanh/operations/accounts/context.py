"""What every page knows of its reader."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.places.queries import installation


def access(request: HttpRequest) -> dict[str, Any]:
    """Return the reader's permissions (``{% if "cases.view" in may %}``) and the installation."""
    user = getattr(request, "user", None)
    if user is None:  # a failure page before the middleware ran
        return {"may": frozenset(), "installation": None}
    return {"may": scope_of(user).permissions, "installation": installation()}
