"""The API of cases."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.accounts.api_places import PlaceOut, facility_of, narrowed, place, site_of, unit_of
from songhanh.operations.audit.reading import note_read
from songhanh.operations.cases import actions
from songhanh.operations.cases.models import Case, Classification, Found, Outcome, Severity, Symptom
from songhanh.operations.people.api import PersonShort, person_of, person_short
from songhanh.operations.project.api import Day, Filters, Instant, Text, answers, keyset
from songhanh.operations.project.folding import fold
from songhanh.operations.tracing.chain import chain_of

router = Router(tags=["cases"])
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="the version that was read")]


class CaseOut(Schema):
    """One episode of one person."""

    uuid: UUID
    version: int
    code: str
    national_code: str
    person: PersonShort
    unit: PlaceOut | None
    classification: Classification
    reported_on: date
    onset_on: date | None
    has_symptoms: bool | None
    symptoms: list[str]
    sampled_on: date | None
    confirmed_on: date | None
    isolated_on: date | None
    admitted_on: date | None
    facility: PlaceOut | None
    severity: Severity
    outcome: Outcome
    outcome_on: date | None
    found: Found
    site: PlaceOut | None
    cluster: str | None
    source_case: str | None = Field(description="code of the case that infected this one")
    source_note: str
    vaccine_doses: int | None
    ct_value: Decimal | None
    note: str
    updated_at: datetime


class CasesOut(Schema):
    """A page of cases."""

    rows: list[CaseOut]
    next: int | None


class StepOut(Schema):
    """One step of a classification."""

    before: str
    after: Classification
    on: date
    reason: str
    at: datetime


class ExposureOut(Schema):
    """Where a case was, and when."""

    uuid: UUID
    place: str
    unit: PlaceOut | None
    site: PlaceOut | None
    began_at: datetime
    ended_at: datetime
    published_until: date | None
    note: str


class ChainNode(Schema):
    """Somebody of a chain: their level, and from whom it comes."""

    person: PersonShort
    level: int
    exposed_on: date | None
    source: UUID | None = Field(description="the person one step nearer to the case")
    case: str | None = Field(description="code, where the person is a case too")


class ChainOut(Schema):
    """The chain of a case as far as the account may see it, nearest first."""

    nodes: list[ChainNode]
    n_all: int = Field(description="how many there are of the levels below the case that the account may see")
    n_outside: int = Field(description="how many more there are where it sees nobody")


class CaseFilters(Filters):
    """Which cases."""

    unit: Text = Field("", max_length=20, description="code of a unit, with everything below it")
    classification: Classification | None = None
    found: Found | None = None
    reported_from: Day | None = None
    reported_until: Day | None = None
    code: Text = Field("", max_length=20)
    name: Text = Field(
        "", max_length=160, description="of the person; finds only whom the account may see by name"
    )
    updated_since: Instant | None = None


class CaseFields(Schema):
    """What is known of a case."""

    national_code: Text = Field("", max_length=20)
    unit: Text | None = Field(
        None, max_length=20, description="code of the commune; the person's if left out"
    )
    onset_on: Day | None = None
    has_symptoms: bool | None = None
    symptoms: list[Symptom] = Field(default_factory=list, max_length=20)
    sampled_on: Day | None = None
    confirmed_on: Day | None = None
    isolated_on: Day | None = None
    admitted_on: Day | None = None
    facility: Text | None = Field(None, max_length=80, description="slug")
    severity: Severity = Severity.UNKNOWN
    outcome: Outcome = Outcome.ACTIVE
    outcome_on: Day | None = None
    found: Found = Found.UNKNOWN
    site: Text | None = Field(None, max_length=80, description="slug")
    source_note: Text = Field("", max_length=200)
    vaccine_doses: int | None = Field(None, ge=0, le=10)
    ct_value: Decimal | None = Field(None, ge=0, le=99, decimal_places=1)
    note: Text = Field("", max_length=10_000)


class CaseIn(CaseFields):
    """A new case of a registered person. The same ``uuid`` again returns the case that it made."""

    uuid: UUID | None = None
    person: UUID
    reported_on: Day
    classification: Classification = Classification.SUSPECTED


class CaseChange(CaseFields):
    """What changes; fields that are left out stay."""

    version: Version
    reported_on: Day | None = None


class StepIn(Schema):
    """A step of the classification."""

    to: Classification
    on: Day
    reason: Text = Field("", max_length=250)
    version: Version


class ExposureIn(Schema):
    """Where a case was, and when. The same ``uuid`` again changes nothing."""

    uuid: UUID | None = None
    place: Text = Field(min_length=1, max_length=200)
    unit: Text | None = Field(None, max_length=20)
    site: Text | None = Field(None, max_length=80)
    began_at: Instant
    ended_at: Instant
    note: Text = Field("", max_length=10_000)


@router.get("", response=answers(CasesOut))
@asks("cases.view")
def list_cases(request: HttpRequest, filters: Query[CaseFilters]) -> dict[str, Any]:
    """List cases that the account may see."""
    start = Case.objects.identified if filters.name else Case.objects.visible_to
    page, more = keyset(_with_names(_filtered(start(request.user), filters)), filters)
    _note(request, page)
    return {"rows": [case_out(case) for case in page], "next": more}


def _filtered(rows: QuerySet[Case], filters: CaseFilters) -> QuerySet[Case]:
    return narrowed(
        rows,
        filters.unit,
        classification=filters.classification,
        found=filters.found,
        reported_on__gte=filters.reported_from,
        reported_on__lte=filters.reported_until,
        updated_at__gte=filters.updated_since,
        code=filters.code,
        person__name_folded__contains=fold(filters.name),
    )


@router.get("/{uuid:case}", response=answers(CaseOut))
@asks("cases.view")
def read_case(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """Read one case."""
    return _read(request, case)


@router.post("", response=answers(CaseOut, status=201))
@asks("cases.edit")
def register_case(request: HttpRequest, body: CaseIn) -> Status:
    """Register a case; a person who is a case of the same episode already is refused."""
    fields = _fields(body.dict(exclude_none=True))
    person = person_of(request, fields.pop("person"))
    case = actions.register(by=request.user, person=person, **fields)
    return Status(201, _read(request, case.uuid))


@router.patch("/{uuid:case}", response=answers(CaseOut))
@asks("cases.edit")
def change_case(request: HttpRequest, case: UUID, body: CaseChange) -> dict[str, Any]:
    """Change a case that is still the version which was read."""
    fields = body.dict(exclude_unset=True)
    if fields.get("reported_on", True) is None:
        fields.pop("reported_on")
    version = fields.pop("version")
    actions.edit(by=request.user, case=_writable(request, case), version=version, **_fields(fields))
    return _read(request, case)


@router.post("/{uuid:case}/classification", response=answers(CaseOut))
@asks("cases.edit")
def classify_case(request: HttpRequest, case: UUID, body: StepIn) -> dict[str, Any]:
    """Take a step in the classification; confirming a case works out the levels of its contacts."""
    actions.classify(
        by=request.user, case=_writable(request, case), to=body.to, on=body.on, reason=body.reason,
        version=body.version,
    )  # fmt: skip
    return _read(request, case)


@router.get("/{uuid:case}/classification", response=answers(list[StepOut]))
@asks("cases.view")
def read_history(request: HttpRequest, case: UUID) -> list[Any]:
    """Read how the classification came about, oldest step first."""
    return list(_visible(request, case).history.all())


@router.get("/{uuid:case}/exposures", response=answers(list[ExposureOut]))
@asks("cases.view")
def list_exposures(request: HttpRequest, case: UUID) -> list[dict[str, Any]]:
    """Read where a case was, in the order of time."""
    rows = _visible(request, case).exposures.select_related("unit", "site")
    return [exposure_out(row) for row in rows]


@router.post("/{uuid:case}/exposures", response=answers(ExposureOut, status=201))
@asks("cases.edit")
def add_exposure(request: HttpRequest, case: UUID, body: ExposureIn) -> Status:
    """Note where a case was."""
    fields = _fields(body.dict())
    return Status(
        201, exposure_out(actions.add_exposure(by=request.user, case=_writable(request, case), **fields))
    )


@router.get("/{uuid:case}/chain", response=answers(ChainOut))
@asks("tracing.view")
def read_chain(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """Read who stands where because of a case: F1, F2, … and whom it infected."""
    chain = chain_of(request.user, _visible(request, case))
    note_read(request.user, [node.person.pk for node in chain.rows if _is_named(node.person)])
    nodes = [
        {
            "person": person_short(node.person, is_identified=_is_named(node.person)),
            "level": node.level,
            "exposed_on": node.standing.exposed_on if node.standing else None,
            "source": chain.nodes[node.parent].person.uuid if node.parent in chain.nodes else None,
            "case": node.case.code if node.case else None,
        }
        for node in chain.rows
    ]
    return {"nodes": nodes, "n_all": chain.n_all, "n_outside": chain.n_outside}


def _is_named(person: Any) -> bool:
    return bool(getattr(person, "is_identified", False))


def exposure_out(row: Any) -> dict[str, Any]:
    """Return a milestone as the API writes it."""
    names = ("uuid", "place", "began_at", "ended_at", "published_until", "note")
    return {name: getattr(row, name) for name in names} | {"unit": place(row.unit), "site": place(row.site)}


def _with_names(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.select_related("person", "unit", "facility", "site", "cluster", "source_case")


def _visible(request: HttpRequest, uuid: UUID) -> Case:
    case = _with_names(Case.objects.visible_to(request.user)).filter(uuid=uuid).first()
    if case is None:
        raise Http404("no such case")
    return case


def _writable(request: HttpRequest, uuid: UUID) -> Case:
    case: Case | None = Case.objects.identified(request.user).filter(uuid=uuid).first()
    if case is None:
        raise Http404("no such case")
    return case


def _read(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    case = _visible(request, uuid)
    _note(request, [case])
    return case_out(case)


def _note(request: HttpRequest, cases: list[Case]) -> None:
    note_read(request.user, [case.person_id for case in cases if case.is_identified])  # type: ignore[attr-defined]


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    finders: dict[str, Any] = {
        "unit": unit_of,
        "site": site_of,
        "facility": lambda slug: facility_of(slug, "facility"),
    }
    for name, find in finders.items():
        if name in given:
            given[name] = find(given[name])
    if "symptoms" in given:
        given["symptoms"] = [str(symptom.value) for symptom in given["symptoms"]]
    return given


def case_out(case: Case) -> dict[str, Any]:
    """Return a case that came through the gate as the API writes it."""
    names = (
        "uuid", "version", "code", "national_code", "classification", "reported_on", "onset_on", "has_symptoms",
        "symptoms", "sampled_on", "confirmed_on", "isolated_on", "admitted_on", "severity", "outcome", "outcome_on",
        "found", "source_note", "vaccine_doses", "ct_value", "note", "updated_at",
    )  # fmt: skip
    return {
        **{name: getattr(case, name) for name in names},
        "person": person_short(case.person, is_identified=case.is_identified),  # type: ignore[attr-defined]
        "unit": place(case.unit),
        "facility": place(case.facility),
        "site": place(case.site),
        "cluster": case.cluster.name if case.cluster else None,
        "source_case": case.source_case.code if case.source_case else None,
    }
