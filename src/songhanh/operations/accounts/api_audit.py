"""The API of the audit: what was done, by whom, when."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.audit.models import Event, Kind
from songhanh.operations.project.api import Filters, Instant, Text, answers, enumerated, keyset

router = Router(tags=["audit"])
EventKind = Annotated[Kind, enumerated(Kind)]


class EventOut(Schema):
    """One thing that somebody did, and its place in the chain."""

    id: int
    at: datetime
    actor_name: str
    kind: EventKind
    action: str
    subject_type: str
    subject_id: int | None
    n_subjects: int
    unit_code: str
    reason: str
    address: str
    seal: str | None = Field(description="hash in the chain; null until it is sealed")


class EventsOut(Schema):
    """A page of events."""

    rows: list[EventOut]
    next: int | None


class EventFilters(Filters):
    """Which events."""

    kind: EventKind | None = None
    action: Text = Field("", max_length=60)
    actor: Text = Field("", max_length=150, description="log-in")
    subject_type: Text = Field("", max_length=60)
    subject_id: int | None = Field(None, ge=0, le=2**63 - 1)
    since: Instant | None = None


@router.get("", response=answers(EventsOut))
@asks("audit.view")
def list_events(request: HttpRequest, filters: Query[EventFilters]) -> dict[str, Any]:
    """List events of the audit; the values that were written stay on its page."""
    wanted: dict[str, Any] = {
        "kind": filters.kind,
        "action": filters.action,
        "actor__username": filters.actor,
        "subject_type": filters.subject_type,
        "subject_id": filters.subject_id,
        "at__gte": filters.since,
    }
    rows = Event.objects.select_related("seal").filter(
        **{name: value for name, value in wanted.items() if value}
    )
    page, more = keyset(rows, filters)
    return {"rows": [_out(event) for event in page], "next": more}


def _out(event: Event) -> dict[str, Any]:
    names = (
        "id", "at", "actor_name", "kind", "action", "subject_type", "subject_id", "unit_code", "reason", "address",
    )  # fmt: skip
    seal = getattr(event, "seal", None)
    return {
        **{name: getattr(event, name) for name in names},
        "n_subjects": len(event.subject_ids),
        "seal": seal.hash if seal is not None else None,
    }
