"""Reads of contacts: the list of who has a level, one contact, and what is to be forwarded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import make_aware

from songhanh.operations.accounts.masking import pseudonym
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Level, Unit
from songhanh.operations.places.queries import communes_below, tree
from songhanh.operations.project.clock import today
from songhanh.operations.tracing.above import cases_of, was_sampled
from songhanh.operations.tracing.models import Contact, FollowUp, Source, Standing
from songhanh.operations.tracing.names import is_known, lend, mark

SEEN = (FollowUp.State.WELL, FollowUp.State.ILL)
FORWARDED_LEVELS = (1, 2)
MOST_LOOKED_AT = 5_000  # newest entries: what is older was forwarded days ago


def contacts(
    user: Any,
    *,
    level: int | None = None,
    unit: int | None = None,
    setting: str = "",
    on: date | None = None,
    waiting: str = "",
    which: str = "active",
    case: UUID | None = None,
) -> QuerySet[Standing]:
    """Return who has a level, newest exposure first; ``level=5`` is five and more."""
    rows = Standing.objects.visible_to(user).select_related("person", "unit", "via__site", "origin")
    exact = level is not None and level < 5
    rows = rows.filter(level=level) if exact else rows.filter(level__gte=level or 1)
    if which == "active":
        rows = rows.filter(until__gte=today())
    if unit is not None:
        rows = rows.filter(unit__in=communes_below(unit))
    if setting:
        rows = rows.filter(via__setting=setting)
    if on is not None:
        rows = rows.filter(exposed_on=on)
    if waiting == "not-sampled":
        rows = rows.filter(~was_sampled())
    elif waiting == "not-called":
        called = FollowUp.objects.filter(
            person=OuterRef("person"), due_on__gte=OuterRef("exposed_on"), state__in=SEEN
        )
        rows = rows.filter(~Exists(called))
    elif waiting == "ill":
        ill = FollowUp.objects.filter(
            person=OuterRef("person"), due_on__gte=OuterRef("exposed_on"), state=FollowUp.State.ILL
        )
        rows = rows.filter(Exists(ill))
    if case is not None:
        rows = rows.filter(origin__cases__uuid=case)
    return rows.order_by("-exposed_on", "-id")


def dressed(user: Any, rows: list[Standing]) -> list[Standing]:
    """Add to the rows of a page whom the reader may see by name, and the case that each is counted from."""
    lend(user, [person for row in rows for person in (row.person, row.origin)])
    cases = cases_of({row.origin_id for row in rows if row.origin_id})
    for row in rows:
        row.case = cases.get(row.origin_id or 0)
    return rows


def contact(user: Any, uuid: UUID) -> Contact | None:
    """Return one contact, if somebody may see either of the two."""
    found = (
        Contact.objects.select_related("source", "person", "site", "recorded_by").filter(uuid=uuid).first()
    )
    if found is None:
        return None
    seen = Person.objects.visible_to(user).filter(pk__in=[found.source_id, found.person_id])
    return found if seen.exists() else None


def contacts_of(user: Any, person: Person) -> list[Contact]:
    """Return all meetings of a person with whom the reader may see, newest first; also those struck out."""
    rows = Contact.objects.filter(Q(source=person) | Q(person=person)).select_related(
        "source__unit", "person__unit", "site"
    )
    found = list(rows.order_by("-happened_until", "-pk"))
    for row in found:
        row.other = row.person if row.source_id == person.pk else row.source
    seen = set(
        Person.objects.visible_to(user)
        .filter(pk__in=[row.other.pk for row in found])
        .values_list("pk", flat=True)
    )
    found = [row for row in found if row.other.pk in seen]
    lend(user, [row.other for row in found])
    return found


def source_of(person: Person) -> Source | None:
    """Return the time during which a person is a source, while they are one."""
    return Source.objects.filter(person=person, is_active=True).first()


@dataclass(frozen=True)
class Forwarded:
    """Those of one other place who are to be told to it."""

    place: str
    rows: list[Standing]


def to_forward(user: Any, *, since: date | None = None) -> list[Forwarded]:
    """Return contacts who live in another district than the case, by the district that has to look after them.

    Those of whom no commune is known come last: they are of another province, or it has to be found out.
    """
    since = since or today() - timedelta(days=3)
    rows = (
        Standing.objects.identified(user)
        .filter(
            level__in=FORWARDED_LEVELS, via__created_at__gte=make_aware(datetime.combine(since, time.min))
        )
        .select_related("person", "unit", "via", "origin")
        .order_by("-via")[:MOST_LOOKED_AT]
    )
    groups: dict[str, list[Standing]] = {}
    for row in rows:
        there = district_of(row.unit_id)
        if there is not None and there == district_of(row.origin.unit_id if row.origin else None):
            continue
        mark(row.person, row.is_identified)
        groups.setdefault(there.name if there else "", []).append(row)
    return [Forwarded(place, groups[place]) for place in sorted(groups, key=lambda place: (not place, place))]


def district_of(unit_id: int | None) -> Unit | None:
    """Return the district that a unit lies in."""
    unit = tree().units.get(unit_id) if unit_id else None
    while unit is not None and unit.level not in (Level.DISTRICT, Level.PROVINCE):
        unit = unit.parent
    return unit


def exported(user: Any, rows: QuerySet[Standing]) -> Iterator[list[Any]]:
    """Yield the rows of the list for a file, a thousand at a time, with names only where they may be seen."""
    batch: list[Standing] = []
    for row in rows.iterator(chunk_size=1000):
        batch.append(row)
        if len(batch) == 1000:
            yield from _lines(user, batch)
            batch = []
    yield from _lines(user, batch)


def _lines(user: Any, rows: list[Standing]) -> Iterator[list[Any]]:
    lend(user, [row.person for row in rows])
    cases = cases_of({row.origin_id for row in rows if row.origin_id})
    for row in rows:
        person = row.person
        show = is_known(person)
        case = cases.get(row.origin_id or 0)
        yield [
            f"F{row.level}",
            person.uuid,
            person.full_name if show else pseudonym(person.pk),
            person.birth_year,
            person.phone if show else "",
            row.unit.code if row.unit else "",
            row.unit.name if row.unit else "",
            row.exposed_on,
            row.last_exposed_on,
            row.until,
            row.via.setting if row.via else "",
            case.code if case else "",
        ]


EXPORT_COLUMNS = (
    "level", "person", "full_name", "birth_year", "phone", "commune_code", "commune", "exposed_on", "last_exposed_on",
    "until", "setting", "case",
)  # fmt: skip
