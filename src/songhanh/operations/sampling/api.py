"""The API of samples."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.accounts.api_places import PlaceOut, facility_of, narrowed, place
from songhanh.operations.audit.reading import note_read
from songhanh.operations.people.api import PersonShort, person_of, person_short
from songhanh.operations.project.api import Filters, Instant, Text, answers, enumerated, keyset
from songhanh.operations.sampling import actions
from songhanh.operations.sampling.models import Sample

router = Router(tags=["sampling"])
SampleKind = Annotated[Sample.Kind, enumerated(Sample.Kind)]


class SampleOut(Schema):
    """One person's sample; the members of a pool share the tube."""

    uuid: UUID
    version: int
    person: PersonShort
    unit: PlaceOut | None
    kind: SampleKind
    taken_at: datetime
    tube: str
    laboratory: PlaceOut | None
    result: Sample.Result
    result_at: datetime | None
    ct_value: Decimal | None
    reason: str
    updated_at: datetime


class SamplesOut(Schema):
    """A page of samples."""

    rows: list[SampleOut]
    next: int | None


class SampleFilters(Filters):
    """Which samples."""

    unit: Text = Field("", max_length=20, description="code of a unit, with everything below it")
    result: Sample.Result | None = None
    tube: Text = Field("", max_length=40)
    person: UUID | None = None
    taken_from: Instant | None = None
    taken_until: Instant | None = None
    updated_since: Instant | None = None


class SampleIn(Schema):
    """A sample that was taken. The same ``uuid`` again changes nothing."""

    uuid: UUID | None = None
    person: UUID
    taken_at: Instant
    kind: SampleKind = Sample.Kind.PCR
    tube: Text = Field("", max_length=40)
    laboratory: Text | None = Field(None, max_length=80, description="slug")
    reason: Text = Field("", max_length=80)


class ResultIn(Schema):
    """What the laboratory said."""

    result: Literal["positive", "negative", "invalid"]
    result_at: Instant
    ct_value: Decimal | None = Field(None, ge=0, le=99, decimal_places=1)
    version: int = Field(ge=1, le=2**31 - 1, description="the version that was read")


@router.get("", response=answers(SamplesOut))
@asks("sampling.view")
def list_samples(request: HttpRequest, filters: Query[SampleFilters]) -> dict[str, Any]:
    """List samples that the account may see."""
    rows = _rows(request)
    page, more = keyset(
        narrowed(
            rows,
            filters.unit,
            result=filters.result,
            tube=filters.tube,
            taken_at__gte=filters.taken_from,
            taken_at__lte=filters.taken_until,
            updated_at__gte=filters.updated_since,
            person__uuid=filters.person,
        ),
        filters,
    )
    note_read(request.user, [row.person_id for row in page if row.is_identified])
    return {"rows": [_out(row) for row in page], "next": more}


@router.get("/{uuid:sample}", response=answers(SampleOut))
@asks("sampling.view")
def read_sample(request: HttpRequest, sample: UUID) -> dict[str, Any]:
    """Read one sample."""
    return _read(request, sample)


@router.post("", response=answers(SampleOut, status=201))
@asks("sampling.edit")
def take_sample(request: HttpRequest, body: SampleIn) -> Status:
    """Register a sample that was taken."""
    fields = body.dict() | {
        "person": person_of(request, body.person),
        "laboratory": facility_of(body.laboratory, "laboratory"),
        "kind": str(body.kind.value),
    }
    sample = actions.take(by=request.user, **fields)
    return Status(201, _read(request, sample.uuid))


@router.post("/{uuid:sample}/result", response=answers(SampleOut))
@asks("sampling.edit")
def enter_result(request: HttpRequest, sample: UUID, body: ResultIn) -> dict[str, Any]:
    """Enter a result: a positive opens or confirms a case, and the levels follow."""
    found = Sample.objects.identified(request.user).filter(uuid=sample).first()
    if found is None:
        raise Http404("no such sample")
    actions.result(by=request.user, sample=found, **body.dict())
    return _read(request, sample)


def _rows(request: HttpRequest) -> QuerySet[Sample]:
    return Sample.objects.visible_to(request.user).select_related("person", "unit", "laboratory")


def _read(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    row: Any = _rows(request).filter(uuid=uuid).first()
    if row is None:
        raise Http404("no such sample")
    note_read(request.user, [row.person_id] if row.is_identified else [])
    return _out(row)


def _out(row: Any) -> dict[str, Any]:
    names = (
        "uuid", "version", "kind", "taken_at", "tube", "result", "result_at", "ct_value", "reason", "updated_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "person": person_short(row.person, is_identified=row.is_identified),
        "unit": place(row.unit),
        "laboratory": place(row.laboratory),
    }
