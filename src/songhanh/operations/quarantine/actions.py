"""Writes: admitting, extending, moving and releasing. A release waits for every result."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit import actions as audit
from songhanh.operations.people.actions import owner_of
from songhanh.operations.people.models import Person
from songhanh.operations.people.queries import writable
from songhanh.operations.places.models import Facility
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import today
from songhanh.operations.quarantine.models import Ending, Stay
from songhanh.operations.quarantine.queries import Reason, reasons_against
from songhanh.operations.quarantine.rules import rule_on
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.locks import writing

EARLIEST = date(2019, 12, 1)
LONGEST = 120  # days; more is a mistyped date


class Blocked(ValidationError):
    """A release that may not be yet; ``reasons`` say why and what to do."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__([ValidationError(reason.words, code=reason.code) for reason in reasons])
        self.reasons = reasons


@transaction.atomic
def admit(
    *,
    by: Any,
    person: Person,
    from_on: date,
    until_on: date | None = None,
    place: Facility | None = None,
    is_home: bool = False,
    room: str = "",
    reason: str = "",
    external_ids: dict[str, str] | None = None,
    uuid: UUID | None = None,
) -> Stay:
    """Write down that somebody is kept apart; without a last day the dated policy of the first one says it."""
    demand(by, "quarantine.edit")
    if uuid is not None and (there := Stay.objects.filter(uuid=uuid).first()) is not None:
        return there
    person = owner_of(person)
    if by is not None and not writable(by).filter(pk=person.pk).exists():
        raise Http404("no such person in this jurisdiction")
    rule = rule_on(from_on)
    if until_on is None and rule is None:
        raise ValidationError(
            {"until_on": _("No rule is in force for that day; write the last day yourself.")}
        )
    last = until_on or (rule.last_day(from_on) if rule else from_on)
    _check_days(from_on, last)
    if (place is None) != is_home:
        raise ValidationError({"place": _("Choose a place, or say that it is at home; not both.")})
    if Stay.objects.filter(person=person, released_on__isnull=True).exists():
        raise ValidationError(
            {"person": _("This person is in quarantine already; extend, move or release that stay.")}
        )
    stay = Stay(
        person=person, unit_id=person.unit_id, from_on=from_on, until_on=last, place=place, is_home=is_home,
        room=room.strip(), reason=reason.strip(), external_ids=external_ids or {},
    )  # fmt: skip
    if uuid is not None:
        stay.uuid = uuid
    try:
        with transaction.atomic():
            stay.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(
            {"person": _("This person is in quarantine already; extend, move or release that stay.")}
        ) from None
    changes = {name: [None, getattr(stay, name)] for name in ("from_on", "until_on", "place", "is_home")}
    audit.record("quarantine.admit", by=by, subject=stay, changes=changes)
    return stay


def _check_days(from_on: date, until_on: date) -> None:
    faults = {}
    if not EARLIEST <= from_on <= today() + timedelta(days=7):
        faults["from_on"] = _("Check this date.")
    if until_on < from_on:
        faults["until_on"] = _("The last day is before the first.")
    elif (until_on - from_on).days > LONGEST:
        faults["until_on"] = _("This is longer than %(n)s days; check the year.") % {"n": LONGEST}
    if faults:
        raise ValidationError(faults)


def _open(by: Any, stay: Stay) -> Stay:
    rows: Any = Stay.objects.all() if by is None else Stay.objects.identified(by)
    found: Stay | None = rows.select_related("person").filter(pk=stay.pk).first()
    if found is None:
        raise Http404("no such stay in this jurisdiction")
    if found.released_on is not None:
        raise ValidationError(_("This stay has ended already."))
    return found


@transaction.atomic
def extend(*, by: Any, stay: Stay, until_on: date, reason: str = "", version: int | None = None) -> Stay:
    """Change the last day; a shorter stay than the rule's needs its reason as a longer one does."""
    demand(by, "quarantine.edit")
    row = _open(by, stay)
    _check_days(row.from_on, until_on)
    changes = save_version(row, version, {"until_on": until_on})
    if changes:
        audit.record("quarantine.extend", by=by, subject=row, changes=changes, reason=reason)
    return row


@transaction.atomic
def move(
    *,
    by: Any,
    stay: Stay,
    place: Facility | None,
    room: str = "",
    is_home: bool = False,
    version: int | None = None,
) -> Stay:
    """Move somebody to another place or room; the days go on."""
    demand(by, "quarantine.edit")
    row = _open(by, stay)
    if (place is None) != is_home:
        raise ValidationError({"place": _("Choose a place, or say that it is at home; not both.")})
    changes = save_version(row, version, {"place": place, "room": room.strip(), "is_home": is_home})
    if changes:
        audit.record("quarantine.move", by=by, subject=row, changes=changes)
    return row


def release(*, by: Any, stay: Stay, on: date, version: int | None = None) -> Stay:
    """Release somebody; contacts up to this day count no more.

    Raises
    ------
    Blocked
        While a result is pending, a required sample is missing, or the last day is not reached.
    """
    demand(by, "quarantine.edit")
    with writing():
        row = _open(by, stay)
        _check_end(row, on)
        # Writing a sample holds its person's key; waiting for that here, a sample taken meanwhile is seen.
        Person.objects.select_for_update(of=("self",)).get(pk=row.person_id)
        reasons = reasons_against(row, on)
        if reasons:
            raise Blocked(reasons)
        changes = save_version(row, version, {"released_on": on, "ending": Ending.RELEASED})
        audit.record("quarantine.release", by=by, subject=row, changes=changes)
        tracing.clear(by=by, person=row.person, on=on, why="quarantine-over")
    return row


def transfer(*, by: Any, stay: Stay, on: date, reason: str, version: int | None = None) -> Stay:
    """End a stay because the person is taken elsewhere (a hospital, another province); nothing is cleared by it."""
    demand(by, "quarantine.edit")
    if not reason.strip():
        raise ValidationError({"reason": _("Say where to and why.")})
    with transaction.atomic():
        row = _open(by, stay)
        _check_end(row, on)
        fields = {"released_on": on, "ending": Ending.TRANSFERRED, "reason": reason.strip()[:80]}
        changes = save_version(row, version, fields)
        audit.record("quarantine.transfer", by=by, subject=row, changes=changes, reason=reason)
    return row


def _check_end(stay: Stay, on: date) -> None:
    if on < stay.from_on:
        raise ValidationError({"on": _("This is before the stay began.")})
    if on > today():
        raise ValidationError({"on": _("This lies in the future.")})
