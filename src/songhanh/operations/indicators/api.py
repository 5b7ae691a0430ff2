"""The API of who is waiting: the counts by commune and the rows behind each."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.accounts.api_places import PlaceOut, place, unit_of
from songhanh.operations.audit.reading import note_read
from songhanh.operations.indicators import waiting
from songhanh.operations.people.api import PersonShort, person_short
from songhanh.operations.project.api import Filters, Text, answers, keyset

router = Router(tags=["waiting"])
KindName = Literal["tracing", "sample", "result", "release"]


class KindOut(Schema):
    """One thing that is waited for."""

    key: KindName
    name: str
    definition: str


class CommuneOut(Schema):
    """How many wait in a commune, by what for."""

    unit: PlaceOut | None
    counts: dict[str, int]


class WaitingOut(Schema):
    """Who is waiting, most first."""

    kinds: list[KindOut]
    total: dict[str, int]
    communes: list[CommuneOut]


class WaitingRow(Schema):
    """Somebody who waits."""

    person: PersonShort
    unit: PlaceOut | None
    since: datetime | date


class WaitingRows(Schema):
    """A page of those who wait."""

    rows: list[WaitingRow]
    next: int | None


class WaitingFilters(Filters):
    """Who."""

    unit: Text = Field("", max_length=20, description="code of a unit, with everything below it")


@router.get("", response=answers(WaitingOut))
@asks("waiting.view")
def count_waiting(request: HttpRequest) -> dict[str, Any]:
    """Count who is not yet traced, not sampled, without a result for 24 hours, blocked at release."""
    total, lines = waiting.by_commune(request.user)
    kinds = [
        {"key": kind.key, "name": str(kind.name), "definition": str(kind.definition)}
        for kind in waiting.KINDS.values()
    ]
    communes = [{"unit": place(line.unit), "counts": line.counts} for line in lines]
    return {"kinds": kinds, "total": total.counts, "communes": communes}


@router.get("/{kind}", response=answers(WaitingRows))
@asks("waiting.view")
def list_waiting(request: HttpRequest, kind: KindName, filters: Query[WaitingFilters]) -> dict[str, Any]:
    """List who waits for one thing."""
    unit = unit_of(filters.unit)
    rows = waiting.rows_of(waiting.KINDS[kind], request.user, unit.code if unit else "")
    page, more = keyset(rows, filters)
    note_read(request.user, [row.person_id for row in page if row.is_identified])
    found = [
        {
            "person": person_short(row.person, is_identified=row.is_identified),
            "unit": place(row.unit),
            "since": row.since,
        }
        for row in page
    ]
    return {"rows": found, "next": more}
