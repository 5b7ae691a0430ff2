"""Follow-ups: planned by day and team, and what was found."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.audit.actions import record, record_many
from songhanh.operations.people.models import Person
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import now, today
from songhanh.operations.tracing.actions_contacts import demand_known
from songhanh.operations.tracing.models import FollowUp, Standing, Team
from songhanh.operations.tracing.neighbourhood import chunks
from songhanh.operations.tracing.relevel import followed_levels

MOST_DAYS = 31
COLDEST, HOTTEST = Decimal(33), Decimal(44)
State = FollowUp.State


def generate_follow_ups(*, by: Any, on: date, days: int = 1, units: Iterable[int] | None = None) -> int:
    """Plan who is to be seen on some days, by whom; return how many were added. Doing it again adds nothing.

    What is planned for somebody of whom nothing is asked any more is struck out, and taken up again if it is.
    """
    demand(by, "tracing.follow")
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError({"days": _("Plan between 1 and %(n)d days.") % {"n": MOST_DAYS}})
    added = 0
    for ahead in range(days):
        # A day at a time: a plan that is cut short has whole days, and the next one goes on.
        added += _plan_day(by, on + timedelta(days=ahead), units)
    return added


@transaction.atomic
def _plan_day(by: Any, day: date, units: Iterable[int] | None) -> int:
    wanted = _wanted(by, day, units)
    planned = FollowUp.objects.filter(person=OuterRef("person"), due_on=day)
    rows = list(
        wanted.filter(~Exists(planned)).values_list("person_id", "unit_id", "person__hamlet").order_by("pk")
    )
    teams = _teams({unit for _person, unit, _hamlet in rows if unit})
    for part in chunks(rows, 2000):
        FollowUp.objects.bulk_create(
            [
                FollowUp(person_id=person, unit_id=unit, due_on=day, team_id=_team(teams, unit, hamlet))
                for person, unit, hamlet in part
            ],
            ignore_conflicts=True,
        )
    still = Exists(_active(day).filter(person=OuterRef("person")))
    there = FollowUp.objects.filter(due_on=day)
    if by is not None:
        there = there.identified(by)
    if units is not None:
        there = there.filter(unit__in=list(units))
    void = there.filter(state=State.DUE).exclude(still).update(state=State.VOID)
    again = there.filter(still, state=State.VOID).update(state=State.DUE)
    if rows or void or again:
        record(
            "tracing.follow_ups.plan",
            by=by,
            details={"on": day, "added": len(rows), "struck_out": void, "taken_up": again},
        )
    return len(rows)


def _active(day: date) -> VisibleQuerySet:
    """Return whose level asks for being seen on a day."""
    rows: VisibleQuerySet = Standing.objects.filter(
        level__in=followed_levels(day), exposed_on__lte=day, until__gte=day
    )
    return rows


def _wanted(by: Any, day: date, units: Iterable[int] | None) -> VisibleQuerySet:
    active = _active(day)
    if by is not None:
        active = active.identified(by)
    return active if units is None else active.filter(unit__in=list(units))


def _teams(units: set[int]) -> dict[int, list[int]]:
    teams: dict[int, list[int]] = {}
    for part in chunks(units):
        for pk, unit in Team.objects.filter(unit__in=part).order_by("pk").values_list("pk", "unit_id"):
            teams.setdefault(unit, []).append(pk)
    return teams


def _team(teams: Mapping[int, list[int]], unit: int | None, hamlet: str) -> int | None:
    """Return the team of a hamlet: always the same one, and neighbours together."""
    own = teams.get(unit or 0)
    return own[zlib.crc32(hamlet.encode()) % len(own)] if own else None


def record_follow_up(
    *,
    by: Any,
    person: Person,
    due_on: date,
    state: str,
    temperature: Decimal | float | None = None,
    symptoms: Sequence[str] = (),
    note: str = "",
    version: int | None = None,
    uuid: UUID | None = None,
) -> FollowUp:
    """Write down what was found on a day; the same report from a device twice is one."""
    demand(by, "tracing.follow")
    fields = _found(due_on, state, temperature, symptoms, note)
    with transaction.atomic():
        demand_known(by, [(person.pk,)])
        if uuid is not None:
            reported = FollowUp.objects.filter(uuid=uuid).first()
            if reported is not None:
                return reported
        row, is_new = FollowUp.objects.get_or_create(
            person=person, due_on=due_on, defaults={"unit_id": person.unit_id}
        )
        if uuid is not None and row.uuid is None:
            fields["uuid"] = uuid
        changes: dict[str, Any] = save_version(row, None if is_new else version, fields)  # type: ignore[arg-type]
        if changes:
            FollowUp.objects.filter(pk=row.pk).update(done_at=now(), done_by=by)
            row.refresh_from_db()
            changes.pop("uuid", None)
            record("tracing.follow_up", by=by, subject=row, subject_ids=[person.pk], changes=changes)
    return row


def register_follow_ups_many(*, by: Any, rows: Sequence[Mapping[str, Any]]) -> list[FollowUp]:
    """Write many follow-ups at once (an import): ``person``, ``due_on``, ``state`` and what else was found.

    A day of a person that was already reported stays as it is; one that was only planned is filled in.
    """
    demand(by, "tracing.follow")
    found = [
        (
            row["person"],
            row["due_on"],
            _found(row["due_on"], row["state"], row.get("temperature"), row.get("symptoms", ()), row.get("note", "")),
        )
        for row in rows
    ]  # fmt: skip
    with transaction.atomic():
        demand_known(by, [(person.pk,) for person, _day, _fields in found])
        there: dict[tuple[int, date], FollowUp] = {}
        wanted = {(person.pk, day) for person, day, _fields in found}
        for part in chunks({person for person, _day in wanted}):
            for known in FollowUp.objects.filter(person__in=part).iterator():
                if (known.person_id, known.due_on) in wanted:
                    there[known.person_id, known.due_on] = known
        new: dict[tuple[int, date], FollowUp] = {}
        filled: dict[int, FollowUp] = {}
        for person, day, fields in found:
            key = (person.pk, day)
            row = there.get(key)
            if row is None and key not in new:
                new[key] = FollowUp(
                    person=person, unit_id=person.unit_id, due_on=day, done_at=now(), done_by=by, **fields
                )
            elif row is not None and row.state in (State.DUE, State.VOID) and row.pk not in filled:
                for name, value in fields.items():
                    setattr(row, name, value)
                row.version, row.done_at, row.done_by = row.version + 1, now(), by
                filled[row.pk] = row
        FollowUp.objects.bulk_create(new.values(), batch_size=500)
        changed = ["state", "temperature", "symptoms", "note", "version", "done_at", "done_by"]
        FollowUp.objects.bulk_update(filled.values(), changed, batch_size=200)
        record_many(
            [
                {"action": "tracing.follow_up", "subject": row, "subject_ids": [row.person_id]}
                for row in (*new.values(), *filled.values())
            ],
            by=by,
        )
    there |= new
    return [there[person.pk, day] for person, day, _fields in found]


def _found(due_on: date, state: str, temperature: Any, symptoms: Sequence[str], note: str) -> dict[str, Any]:
    if state not in State.values:
        raise ValidationError(
            {"state": _("Say what was found: well, with symptoms, not seen, cannot be found.")}
        )
    if due_on > today() and state not in (State.DUE, State.VOID):
        raise ValidationError({"due_on": _("That day is still to come; nothing can have been found on it.")})
    if temperature is not None:
        try:
            temperature = Decimal(str(temperature)).quantize(Decimal("0.1"))
        except ArithmeticError:
            raise ValidationError(
                {"temperature": _("Write the temperature as a number, for example 37.5.")}
            ) from None
        if not COLDEST <= temperature <= HOTTEST:
            raise ValidationError(
                {
                    "temperature": _("A temperature lies between %(low)s and %(high)s °C.")
                    % {"low": COLDEST, "high": HOTTEST}
                }
            )
    return {"state": str(state), "temperature": temperature, "symptoms": list(symptoms), "note": note.strip()}
