"""The API of tracing: contacts, levels, follow-ups."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.accounts.api_places import PlaceOut, narrowed, place, site_of, units_below
from songhanh.operations.audit.reading import note_read
from songhanh.operations.people.api import PersonShort, person_of, person_short
from songhanh.operations.people.models import Person
from songhanh.operations.project.api import Day, Filters, Instant, Text, answers, enumerated, keyset
from songhanh.operations.tracing import actions
from songhanh.operations.tracing.models import Contact, FollowUp, Proximity, Setting, Standing

router = Router(tags=["tracing"])
FollowUpState = Annotated[FollowUp.State, enumerated(FollowUp.State)]
UnitCode = Annotated[Text, Field(max_length=20, description="code of a unit, with everything below it")]


class ContactOut(Schema):
    """Two persons met between two days. ``source`` was the case, or nearer to it, when this was told."""

    uuid: UUID
    version: int
    source: PersonShort
    person: PersonShort
    unit: PlaceOut | None
    happened_from: date
    happened_until: date
    setting: Setting
    proximity: Proximity
    relation: str
    site: PlaceOut | None
    note: str
    is_void: bool
    updated_at: datetime


class ContactsOut(Schema):
    """A page of contacts."""

    rows: list[ContactOut]
    next: int | None


class ContactFilters(Filters):
    """Which contacts."""

    unit: UnitCode = ""
    person: UUID | None = Field(None, description="either of the two")
    setting: Setting | None = None
    from_day: Day | None = Field(None, description="met on this day or later")
    with_void: bool = False
    updated_since: Instant | None = None


class ContactIn(Schema):
    """A new contact. The same meeting, or the same ``uuid``, again changes nothing."""

    uuid: UUID | None = None
    source: UUID
    person: UUID
    happened_from: Day
    happened_until: Day
    setting: Setting = Setting.UNKNOWN
    proximity: Proximity = Proximity.CLOSE
    relation: Text = Field("", max_length=80)
    site: Text | None = Field(None, max_length=80, description="slug")
    note: Text = Field("", max_length=10_000)


class ReasonIn(Schema):
    """Why."""

    reason: Text = Field(min_length=1, max_length=250)


class StandingOut(Schema):
    """A person's level: 0 is F0. Without a level nothing is asked any more."""

    person: PersonShort
    unit: PlaceOut | None
    level: int | None
    exposed_on: date | None
    until: date | None = Field(description="last day of what the policy in force asks of this level")
    cleared_on: date | None
    cleared_why: str
    updated_at: datetime


class StandingsOut(Schema):
    """A page of levels."""

    rows: list[StandingOut]
    next: int | None


class StandingFilters(Filters):
    """Whose levels."""

    unit: UnitCode = ""
    level: int | None = Field(None, ge=0, le=1000)
    person: UUID | None = None
    updated_since: Instant | None = None


class FollowUpOut(Schema):
    """A visit or call that is due to a contact on a day, and what was found."""

    person: PersonShort
    version: int
    unit: PlaceOut | None
    due_on: date
    team: str | None
    state: FollowUpState
    temperature: Decimal | None
    symptoms: list[str]
    note: str
    done_at: datetime | None


class FollowUpsOut(Schema):
    """A page of follow-ups."""

    rows: list[FollowUpOut]
    next: int | None


class FollowUpFilters(Filters):
    """Which follow-ups."""

    unit: UnitCode = ""
    due_on: Day | None = None
    state: FollowUpState | None = None
    person: UUID | None = None


class FollowUpIn(Schema):
    """What was found. The same ``uuid`` again changes nothing; ``version`` is needed where something was found before."""

    uuid: UUID | None = None
    person: UUID
    due_on: Day
    state: FollowUpState
    temperature: Decimal | None = Field(None, ge=33, le=44, decimal_places=1)
    symptoms: list[Annotated[Text, Field(max_length=20)]] = Field(default_factory=list, max_length=20)
    note: Text = Field("", max_length=10_000)
    version: int | None = Field(None, ge=1, le=2**31 - 1)


class PlanIn(Schema):
    """For which days visits are planned."""

    on: Day
    days: int = Field(1, ge=1, le=31)
    unit: Text | None = Field(None, max_length=20, description="code of a unit, with everything below it")


class PlanOut(Schema):
    """How many follow-ups were added."""

    added: int


@router.get("/contacts", response=answers(ContactsOut))
@asks("tracing.view")
def list_contacts(request: HttpRequest, filters: Query[ContactFilters]) -> dict[str, Any]:
    """List contacts that the account may see."""
    rows = Contact.objects.visible_to(request.user).select_related("source", "person", "unit", "site")
    if not filters.with_void:
        rows = rows.filter(is_void=False)
    if filters.person:
        known = _known(request, filters.person)
        rows = rows.filter(person=known) | rows.filter(source=known)
    page, more = keyset(
        narrowed(
            rows,
            filters.unit,
            setting=filters.setting,
            happened_until__gte=filters.from_day,
            updated_at__gte=filters.updated_since,
        ),
        filters,
    )
    return {"rows": _contacts_out(request, page), "next": more}


@router.get("/contacts/{uuid:contact}", response=answers(ContactOut))
@asks("tracing.view")
def read_contact(request: HttpRequest, contact: UUID) -> dict[str, Any]:
    """Read one contact."""
    rows = Contact.objects.visible_to(request.user).select_related("source", "person", "unit", "site")
    found = rows.filter(uuid=contact).first()
    if found is None:
        raise Http404("no such contact")
    return _contacts_out(request, [found])[0]


@router.post("/contacts", response=answers(ContactOut, status=201))
@asks("tracing.edit")
def add_contact(request: HttpRequest, body: ContactIn) -> Status:
    """Add a contact; the levels that follow are worked out at once."""
    fields = body.dict(exclude_none=True)
    fields |= {"source": _known(request, body.source), "person": _known(request, body.person)}
    fields["site"] = site_of(body.site)
    added = actions.add_contact(by=request.user, **fields)
    return Status(201, _contacts_out(request, [_seen(request, added)])[0])


@router.post("/contacts/{uuid:contact}/void", response=answers(ContactOut))
@asks("tracing.edit")
def void_contact(request: HttpRequest, contact: UUID, body: ReasonIn) -> dict[str, Any]:
    """Strike out a contact that did not happen; it is kept and counts for nothing."""
    found = Contact.objects.identified(request.user).filter(uuid=contact).first()
    if found is None:
        raise Http404("no such contact")
    done = actions.void_contact(by=request.user, contact=found, reason=body.reason)
    return _contacts_out(request, [_seen(request, done)])[0]


@router.get("/standings", response=answers(StandingsOut))
@asks("tracing.view")
def list_standings(request: HttpRequest, filters: Query[StandingFilters]) -> dict[str, Any]:
    """List the levels F0, F1, … of persons whom the account may see."""
    rows = Standing.objects.visible_to(request.user).select_related("person", "unit")
    if filters.level is not None:
        rows = rows.filter(level=filters.level)
    if filters.person:
        rows = rows.filter(person=_known(request, filters.person))
    if filters.unit:
        rows = rows.filter(unit__in=units_below(filters.unit))
    if filters.updated_since:
        rows = rows.filter(updated_at__gte=filters.updated_since)
    page, more = keyset(rows, filters)
    _note(request, page)
    names = ("level", "exposed_on", "until", "cleared_on", "cleared_why", "updated_at")
    return {"rows": [_out(row, names) for row in page], "next": more}


@router.get("/follow-ups", response=answers(FollowUpsOut))
@asks("tracing.view")
def list_follow_ups(request: HttpRequest, filters: Query[FollowUpFilters]) -> dict[str, Any]:
    """List follow-ups that the account may see."""
    rows = FollowUp.objects.visible_to(request.user).select_related("person", "unit", "team")
    if filters.person:
        rows = rows.filter(person=_known(request, filters.person))
    if filters.unit:
        rows = rows.filter(unit__in=units_below(filters.unit))
    if filters.due_on:
        rows = rows.filter(due_on=filters.due_on)
    if filters.state:
        rows = rows.filter(state=filters.state)
    page, more = keyset(rows, filters)
    _note(request, page)
    return {"rows": [_follow_up_out(row) for row in page], "next": more}


@router.post("/follow-ups", response=answers(FollowUpOut))
@asks("tracing.follow")
def record_follow_up(request: HttpRequest, body: FollowUpIn) -> dict[str, Any]:
    """Write down what was found on a visit or call."""
    fields = body.dict() | {"person": person_of(request, body.person), "state": str(body.state.value)}
    done = actions.record_follow_up(by=request.user, **fields)
    row = FollowUp.objects.visible_to(request.user).select_related("person", "unit", "team").get(pk=done.pk)
    _note(request, [row])
    return _follow_up_out(row)


@router.post("/follow-ups/plan", response=answers(PlanOut))
@asks("tracing.follow")
def plan_follow_ups(request: HttpRequest, body: PlanIn) -> dict[str, int]:
    """Plan who is to be seen on some days; doing it again adds nothing."""
    units = units_below(body.unit) if body.unit else None
    return {"added": actions.generate_follow_ups(by=request.user, on=body.on, days=body.days, units=units)}


def _known(request: HttpRequest, uuid: UUID) -> Person:
    person: Person | None = Person.objects.visible_to(request.user).filter(uuid=uuid).first()
    if person is None:
        raise Http404("no such person")
    return person


def _seen(request: HttpRequest, contact: Contact) -> Contact:
    # The contact may live where the account sees nobody: then it is told without a name.
    rows = Contact.objects.visible_to(request.user).select_related("source", "person", "unit", "site")
    return rows.filter(pk=contact.pk).first() or contact


def _contacts_out(request: HttpRequest, contacts: list[Contact]) -> list[dict[str, Any]]:
    """Return contacts; the two persons of each are shown as the gate lets each of them through, not the row."""
    ids = {pk for contact in contacts for pk in (contact.source_id, contact.person_id)}
    known = set(Person.objects.identified(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    note_read(request.user, known)
    names = (
        "uuid", "version", "happened_from", "happened_until", "setting", "proximity", "relation", "note", "is_void",
        "updated_at",
    )  # fmt: skip
    return [
        {
            **{name: getattr(contact, name) for name in names},
            "source": person_short(contact.source, is_identified=contact.source_id in known),
            "person": person_short(contact.person, is_identified=contact.person_id in known),
            "unit": place(contact.unit),
            "site": place(contact.site),
        }
        for contact in contacts
    ]


def _note(request: HttpRequest, rows: list[Any]) -> None:
    note_read(request.user, [row.person_id for row in rows if row.is_identified])


def _out(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in names},
        "person": person_short(row.person, is_identified=row.is_identified),
        "unit": place(row.unit),
    }


def _follow_up_out(row: Any) -> dict[str, Any]:
    names = ("version", "due_on", "state", "temperature", "symptoms", "note", "done_at")
    return _out(row, names) | {"team": row.team.name if row.team else None}
