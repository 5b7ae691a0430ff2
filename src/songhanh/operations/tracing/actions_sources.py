"""What makes somebody a source, and what ends what is asked of a contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record, record_many
from songhanh.operations.people.models import Person
from songhanh.operations.tracing.actions_contacts import demand_known
from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.models import FIRST_DAY, LAST_DAY, Source, Standing
from songhanh.operations.tracing.neighbourhood import chunks
from songhanh.operations.tracing.relevel import relevel, rules
from songhanh.response.levels import day_number

WHY = ("negative", "quarantine-over", "error")


def set_source(
    *, by: Any, person: Person, infectious_from: date, infectious_until: date | None, since_on: date
) -> Source:
    """Make somebody a source (a confirmed case), or change the days on which one is infectious."""
    row = {
        "person": person,
        "infectious_from": infectious_from,
        "infectious_until": infectious_until,
        "since_on": since_on,
    }
    return set_sources(by=by, rows=[row])[0]


def set_sources(*, by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Source]:
    """Make many persons sources and work the levels out once."""
    demand(by, "tracing.edit")
    for row in rows:
        _check(row)
    with writing():
        ids = [row["person"].pk for row in rows]
        demand_known(by, [(person,) for person in ids])
        there: dict[int, Source] = {}
        for part in chunks(ids):
            there |= {source.person_id: source for source in Source.objects.filter(person__in=part)}
        new: dict[int, Source] = {}
        changed: dict[int, Source] = {}
        events = []
        for row in rows:
            person = row["person"].pk
            fields = {name: row[name] for name in ("infectious_from", "infectious_until", "since_on")}
            fields["is_active"] = True
            source = there.get(person) or new.get(person)
            if source is None:
                source = new[person] = Source(person_id=person)
                changes = {name: [None, value] for name, value in fields.items()}
            else:
                changes = {
                    name: [getattr(source, name), value]
                    for name, value in fields.items()
                    if getattr(source, name) != value
                }
                if changes and person not in new:
                    changed[person] = source
            for name, value in fields.items():
                setattr(source, name, value)
            if changes:
                events.append(
                    {
                        "action": "tracing.source.set",
                        "subject_type": "people.person",
                        "subject_ids": [person],
                        "changes": changes,
                    }
                )
        Source.objects.bulk_create(new.values(), batch_size=500)
        Source.objects.bulk_update(
            changed.values(), ["infectious_from", "infectious_until", "since_on", "is_active"], batch_size=500
        )
        record_many(events, by=by)
        relevel(set(new) | set(changed))
    there |= new
    return [there[person] for person in ids]


def end_source(*, by: Any, person: Person) -> set[int]:
    """Say that somebody is no case after all: nobody's level is counted from them any more."""
    demand(by, "tracing.edit")
    with writing():
        demand_known(by, [(person.pk,)])
        if not Source.objects.filter(person=person, is_active=True).update(is_active=False):
            return set()
        record(
            "tracing.source.end",
            by=by,
            subject_type="people.person",
            subject_ids=[person.pk],
            changes={"is_active": [True, False]},
        )
        return relevel([person.pk])


def clear(*, by: Any, person: Person, on: date, why: str) -> set[int]:
    """Let nothing up to a day count any more for somebody: a negative result, the end of quarantine, an error.

    A meeting after that day counts again. A day before one that was already set changes nothing.
    """
    demand(by, "tracing.edit")
    if why not in WHY:
        raise ValidationError({"why": _("Say one of: %(words)s.") % {"words": ", ".join(WHY)}})
    if not FIRST_DAY <= on <= LAST_DAY:
        raise ValidationError({"on": _("The date is outside the years that are counted; check it.")})
    with writing():
        demand_known(by, [(person.pk,)])
        standing = Standing.objects.filter(person=person).first()
        if standing is None:
            standing = Standing(person=person, unit_id=person.unit_id)
        elif standing.cleared_on is not None and standing.cleared_on >= on:
            return set()
        before = standing.cleared_on
        standing.cleared_on, standing.cleared_why = on, why
        standing.save()
        record(
            "tracing.clear",
            by=by,
            subject_type="people.person",
            subject_ids=[person.pk],
            changes={"cleared_on": [before, on]},
            reason=why,
        )
        return relevel([person.pk])


def tested(*, by: Any, person: Person, taken_on: date, is_positive: bool) -> set[int]:
    """Take note of a result: a negative one ends what is asked of a level for which the dated table says so.

    A positive one makes a case, which is for the register of cases to say (`set_source`).
    """
    demand(by, "tracing.edit")
    if is_positive:
        return set()
    standing = Standing.objects.filter(person=person, level__gte=1).first()
    if standing is None or standing.level is None or standing.last_exposed_on is None:
        return set()
    last = day_number(standing.last_exposed_on)
    if not rules().negative_clears(standing.level, last, day_number(taken_on)):
        return set()
    return clear(by=by, person=person, on=taken_on, why="negative")


def _check(row: Mapping[str, Any]) -> None:
    begins, ends = row["infectious_from"], row["infectious_until"]
    if not FIRST_DAY <= begins <= LAST_DAY or (ends is not None and ends > LAST_DAY):
        raise ValidationError(
            {"infectious_from": _("The date is outside the years that are counted; check it.")}
        )
    if ends is not None and ends < begins:
        raise ValidationError({"infectious_until": _("The last day is before the first.")})
