"""The stays of a person, on the person's page."""

from __future__ import annotations

from typing import Any

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.quarantine.models import Stay


def stays(request: Any, person: Any) -> dict[str, Any] | None:
    """Return the stays; None to whom they are not shown."""
    if not scope_of(request.user).may("quarantine.view"):
        return None
    rows = Stay.objects.visible_to(request.user).filter(person=person).select_related("place")
    found = list(rows.order_by("-from_on")[:20])
    return {
        "template": "quarantine/_panel.html",
        "stays": found,
        "is_inside": any(stay.released_on is None for stay in found),
    }
