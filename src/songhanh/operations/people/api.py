"""The API of persons."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.accounts.api_places import PlaceOut, place, site_of, unit_of, units_below
from songhanh.operations.accounts.masking import shown
from songhanh.operations.audit.reading import note_read
from songhanh.operations.people import actions, queries
from songhanh.operations.people.models import Person, Sex
from songhanh.operations.project.api import Filters, Instant, Text, answers, keyset
from songhanh.operations.project.folding import fold

router = Router(tags=["people"])


class PersonOut(Schema):
    """A person; outside the jurisdiction the name is a pseudonym and what identifies is empty."""

    uuid: UUID
    version: int
    is_identified: bool = Field(description="whether the account may see who it is")
    full_name: str
    sex: Sex
    born_on: date | None
    birth_year: int | None
    id_number: str
    phone: str
    phone_owner: str
    nationality: str
    unit: PlaceOut | None
    hamlet: str
    address: str
    site: PlaceOut | None
    lodging: str
    occupation: str
    note: str
    merged_into: UUID | None
    updated_at: datetime


class PeopleOut(Schema):
    """A page of persons."""

    rows: list[PersonOut]
    next: int | None


class PersonShort(Schema):
    """A person as other rows name them."""

    uuid: UUID
    full_name: str
    is_identified: bool


class PersonFilters(Filters):
    """Which persons. Searching by what identifies finds only whom the account may see by name."""

    unit: Text = Field("", max_length=20, description="code of a unit, with everything below it")
    name: Text = Field("", max_length=160, description="part of the name, accents or not")
    phone: Text = Field("", max_length=30)
    id_number: Text = Field("", max_length=20)
    updated_since: Instant | None = None


class PersonIn(Schema):
    """Somebody, with as much identity as is known."""

    full_name: Text = Field(min_length=1, max_length=160)
    sex: Sex = Sex.UNKNOWN
    born_on: date | None = None
    birth_year: int | None = Field(None, ge=1880, le=2200)
    id_number: Text = Field("", max_length=20)
    phone: Text = Field("", max_length=30)
    phone_owner: Text = Field("", max_length=80)
    nationality: Text = Field("VN", min_length=2, max_length=2)
    unit: Text | None = Field(None, max_length=20, description="code of the commune")
    hamlet: Text = Field("", max_length=120)
    address: Text = Field("", max_length=250)
    site: Text | None = Field(None, max_length=80, description="slug of the workplace or school")
    lodging: Text = Field("", max_length=120)
    occupation: Text = Field("", max_length=120)
    note: Text = Field("", max_length=10_000)


class PersonChange(PersonIn):
    """What changes; fields that are left out stay."""

    version: int = Field(ge=1, le=2**31 - 1, description="the version that was read")
    full_name: Text = Field("", max_length=160)


class CandidatesIn(Schema):
    """Who is looked for."""

    full_name: Text = Field(min_length=1, max_length=160)
    birth_year: int | None = Field(None, ge=1880, le=2200)
    id_number: Text = Field("", max_length=20)
    phone: Text = Field("", max_length=30)
    unit: Text | None = Field(None, max_length=20)


class CandidateOut(Schema):
    """Somebody who may be the same person."""

    person: PersonOut
    score: float
    reasons: list[str]


@router.get("", response=answers(PeopleOut))
@asks("people.view")
def list_people(request: HttpRequest, filters: Query[PersonFilters]) -> dict[str, Any]:
    """List persons whom the account may see."""
    by_identity = filters.name or filters.phone or filters.id_number
    rows = Person.objects.identified(request.user) if by_identity else Person.objects.visible_to(request.user)
    rows = rows.select_related("unit", "site", "merged_into")
    if filters.unit:
        rows = rows.filter(unit__in=units_below(filters.unit))
    if filters.name:
        rows = rows.filter(name_folded__contains=fold(filters.name))
    if filters.phone:
        rows = rows.filter(phone=filters.phone)
    if filters.id_number:
        rows = rows.filter(id_number=filters.id_number)
    if filters.updated_since:
        rows = rows.filter(updated_at__gte=filters.updated_since)
    page, more = keyset(rows, filters)
    note_people(request, page)
    return {"rows": [person_out(person) for person in page], "next": more}


@router.get("/{uuid:person}", response=answers(PersonOut))
@asks("people.view")
def read_person(request: HttpRequest, person: UUID) -> dict[str, Any]:
    """Read one person."""
    return _read(request, person)


@router.post("", response=answers(PersonOut, status=201))
@asks("people.edit")
def register_person(request: HttpRequest, body: PersonIn) -> Status:
    """Register a person; ask for candidates first, so that nobody is registered twice."""
    person = actions.register(by=request.user, **_fields(body.dict()))
    return Status(201, _read(request, person.uuid))


@router.patch("/{uuid:person}", response=answers(PersonOut))
@asks("people.edit")
def change_person(request: HttpRequest, person: UUID, body: PersonChange) -> dict[str, Any]:
    """Change a person."""
    found = person_of(request, person)
    fields = body.dict(exclude_unset=True)
    version = fields.pop("version")
    actions.edit(by=request.user, person=found, version=version, **_fields(fields))
    return _read(request, person)


@router.post("/candidates", response=answers(list[CandidateOut]))
@asks("people.view")
def candidates(request: HttpRequest, body: CandidatesIn) -> list[dict[str, Any]]:
    """Rank who may be the same person, among those whom the account may see by name."""
    asked = body.dict() | {"unit": unit_of(body.unit)}
    ranked = queries.candidates(**asked)
    seen = Person.objects.identified(request.user).select_related("unit", "site", "merged_into")
    known = {row.pk: row for row in seen.filter(pk__in=[candidate.person_id for candidate in ranked])}
    note_people(request, known.values())
    return [
        {
            "person": person_out(known[candidate.person_id]),
            "score": candidate.score,
            "reasons": [str(reason) for reason in candidate.reasons],
        }
        for candidate in ranked
        if candidate.person_id in known
    ]


def _read(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    rows = Person.objects.visible_to(request.user).select_related("unit", "site", "merged_into")
    person = rows.filter(uuid=uuid).first()
    if person is None:
        raise Http404("no such person")
    note_people(request, [person])
    return person_out(person)


def person_of(request: HttpRequest, uuid: UUID) -> Person:
    """Return a person whom the account may write."""
    person: Person | None = Person.objects.identified(request.user).filter(uuid=uuid).first()
    if person is None:
        raise Http404("no such person")
    return person


def note_people(request: HttpRequest, people: Iterable[Any]) -> None:
    """Record who of some persons was named."""
    note_read(request.user, [person.pk for person in people if person.is_identified])


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    if "unit" in given:
        given["unit"] = unit_of(given["unit"])
    if "site" in given:
        given["site"] = site_of(given["site"])
    return given


def person_out(person: Person) -> dict[str, Any]:
    """Return a person that came through the gate as the API writes it."""
    masked = ("full_name", "born_on", "id_number", "phone", "phone_owner", "address")
    plain = (
        "uuid", "version", "sex", "birth_year", "nationality", "hamlet", "lodging", "occupation", "note",
        "updated_at", "is_identified",
    )  # fmt: skip
    return {
        **{name: shown(person, name) for name in masked},
        **{name: getattr(person, name) for name in plain},
        "unit": place(person.unit),
        "site": place(person.site),
        "merged_into": person.merged_into.uuid if person.merged_into else None,
    }


def person_short(person: Person, *, is_identified: bool) -> dict[str, Any]:
    """Return a person who is named by another row, as the gate let that row through."""
    return {
        "uuid": person.uuid,
        "full_name": shown(person, "full_name", is_identified=is_identified),
        "is_identified": is_identified,
    }
