"""The API of quarantine."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.accounts.api_places import PlaceOut, facility_of, narrowed, place
from songhanh.operations.audit.reading import note_read
from songhanh.operations.people.api import PersonShort, person_of, person_short
from songhanh.operations.project.api import Day, Filters, Text, answers, keyset
from songhanh.operations.quarantine import actions
from songhanh.operations.quarantine.models import Stay

router = Router(tags=["quarantine"])


class StayOut(Schema):
    """One person kept apart from a day until a day."""

    uuid: UUID
    version: int
    person: PersonShort
    unit: PlaceOut | None
    is_home: bool
    place: PlaceOut | None
    room: str
    from_on: date
    until_on: date
    released_on: date | None
    reason: str
    updated_at: datetime


class StaysOut(Schema):
    """A page of stays."""

    rows: list[StayOut]
    next: int | None


class StayFilters(Filters):
    """Which stays."""

    unit: Text = Field("", max_length=20, description="code of a unit, with everything below it")
    place: Text = Field("", max_length=80, description="slug of the quarantine place")
    person: UUID | None = None
    is_open: bool | None = Field(None, description="not yet released")
    last_day_until: Day | None = Field(None, description="the last day is this or earlier")


class StayIn(Schema):
    """Somebody who is kept apart. The same ``uuid`` again changes nothing."""

    uuid: UUID | None = None
    person: UUID
    from_on: Day
    until_on: Day | None = Field(None, description="the policy in force on the first day says it if left out")
    place: Text | None = Field(None, max_length=80, description="slug of the quarantine place")
    is_home: bool = False
    room: Text = Field("", max_length=40)
    reason: Text = Field("", max_length=80)


class LongerIn(Schema):
    """Until when instead, and why."""

    until_on: Day
    reason: Text = Field("", max_length=80)
    version: int = Field(ge=1, le=2**31 - 1, description="the version that was read")


class ReleaseIn(Schema):
    """When somebody goes."""

    on: Day
    version: int = Field(ge=1, le=2**31 - 1, description="the version that was read")


@router.get("", response=answers(StaysOut))
@asks("quarantine.view")
def list_stays(request: HttpRequest, filters: Query[StayFilters]) -> dict[str, Any]:
    """List stays that the account may see."""
    rows = _rows(request)
    rows = narrowed(
        rows,
        filters.unit,
        place__slug=filters.place,
        person__uuid=filters.person,
        until_on__lte=filters.last_day_until,
    )
    if filters.is_open is not None:
        rows = rows.filter(released_on__isnull=filters.is_open)
    page, more = keyset(rows, filters)
    note_read(request.user, [row.person_id for row in page if row.is_identified])
    return {"rows": [_out(row) for row in page], "next": more}


@router.get("/{uuid:stay}", response=answers(StayOut))
@asks("quarantine.view")
def read_stay(request: HttpRequest, stay: UUID) -> dict[str, Any]:
    """Read one stay."""
    return _read(request, stay)


@router.post("", response=answers(StayOut, status=201))
@asks("quarantine.edit")
def admit(request: HttpRequest, body: StayIn) -> Status:
    """Begin a stay."""
    fields = body.dict() | {
        "person": person_of(request, body.person),
        "place": facility_of(body.place, "place"),
    }
    stay = actions.admit(by=request.user, **fields)
    return Status(201, _read(request, stay.uuid))


@router.post("/{uuid:stay}/extend", response=answers(StayOut))
@asks("quarantine.edit")
def extend(request: HttpRequest, stay: UUID, body: LongerIn) -> dict[str, Any]:
    """Let a stay last longer."""
    actions.extend(by=request.user, stay=_writable(request, stay), **body.dict())
    return _read(request, stay)


@router.post("/{uuid:stay}/release", response=answers(StayOut))
@asks("quarantine.edit")
def release(request: HttpRequest, stay: UUID, body: ReleaseIn) -> dict[str, Any]:
    """End a stay; refused while a result is pending, a sample is missing or the last day is not reached."""
    actions.release(by=request.user, stay=_writable(request, stay), **body.dict())
    return _read(request, stay)


def _writable(request: HttpRequest, uuid: UUID) -> Stay:
    stay: Stay | None = Stay.objects.identified(request.user).filter(uuid=uuid).first()
    if stay is None:
        raise Http404("no such stay")
    return stay


def _rows(request: HttpRequest) -> QuerySet[Stay]:
    return Stay.objects.visible_to(request.user).select_related("person", "unit", "place")


def _read(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    row: Any = _rows(request).filter(uuid=uuid).first()
    if row is None:
        raise Http404("no such stay")
    note_read(request.user, [row.person_id] if row.is_identified else [])
    return _out(row)


def _out(row: Any) -> dict[str, Any]:
    names = (
        "uuid", "version", "is_home", "room", "from_on", "until_on", "released_on", "reason", "updated_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "person": person_short(row.person, is_identified=row.is_identified),
        "unit": place(row.unit),
        "place": place(row.place),
    }
