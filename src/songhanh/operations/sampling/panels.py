"""The samples of a person, on the person's page."""

from __future__ import annotations

from typing import Any

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.sampling.models import Sample

SHOWN = 20


def samples(request: Any, person: Any) -> dict[str, Any] | None:
    """Return the newest samples; None to whom samples are not shown."""
    if not scope_of(request.user).may("sampling.view"):
        return None
    rows = Sample.objects.visible_to(request.user).filter(person=person).select_related("laboratory")
    return {"template": "sampling/_panel.html", "samples": list(rows.order_by("-taken_at")[:SHOWN])}
