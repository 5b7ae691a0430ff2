"""Contacts: told, told many at once, and found to be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record, record_many
from songhanh.operations.people.models import Person
from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.models import FIRST_DAY, LAST_DAY, Contact, Proximity, Setting
from songhanh.operations.tracing.neighbourhood import chunks
from songhanh.operations.tracing.relevel import relevel

LONGEST_MEETING = 92  # days; a longer one is a slip of the pen in a year
Key = tuple[int, int, date, date, str]


def add_contact(
    *,
    by: Any,
    source: Person,
    person: Person,
    happened_from: date,
    happened_until: date,
    setting: str = Setting.UNKNOWN,
    **more: Any,
) -> Contact:
    """Add a meeting of two persons; the same meeting told again is the one that is there."""
    row = {
        "source": source,
        "person": person,
        "happened_from": happened_from,
        "happened_until": happened_until,
        "setting": setting,
    }
    return add_contacts(by=by, rows=[row | more])[0]


def add_contacts(*, by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Contact]:
    """Add many meetings and work the levels out once; rows that are there already are returned as they are.

    A wrong row refuses them all: the error names the field, and the row counted from 1.
    """
    demand(by, "tracing.edit")
    for number, row in enumerate(rows, start=1):
        _check(row, number if len(rows) > 1 else None)
    with writing():
        demand_known(by, [(_id(row, "source"), _id(row, "person")) for row in rows])
        units = _units(_id(row, "person") for row in rows)
        found = _existing(rows)
        new: dict[Key, Contact] = {}
        for row in rows:
            key = _key(row)
            if key not in found and key not in new:
                new[key] = _contact(row, by, units)
        Contact.objects.bulk_create(new.values(), batch_size=500)
        found |= new
        kept = [found[_key(row)] for row in rows]
        again = [contact for contact in {c.pk: c for c in kept}.values() if contact.is_void]
        for contact in again:  # told again after it was struck out: it counts again
            contact.is_void = False
            contact.version += 1
        Contact.objects.bulk_update(again, ["is_void", "version"], batch_size=500)
        written = [*new.values(), *again]
        record_many(
            [
                {"action": "tracing.contact.add", "subject": contact, "subject_ids": [contact.source_id, contact.person_id]}
                for contact in written
            ],
            by=by,
        )  # fmt: skip
        if written:
            relevel({person for contact in written for person in (contact.source_id, contact.person_id)})
    return kept


def void_contact(*, by: Any, contact: Contact, reason: str) -> Contact:
    """Strike a meeting out that did not happen; it is kept and counts for nothing."""
    demand(by, "tracing.edit")
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the contact is struck out.")})
    with writing():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        demand_known(by, [(contact.source_id, contact.person_id)])
        if not contact.is_void:
            contact.is_void = True
            contact.version += 1
            contact.save(update_fields=["is_void", "version", "updated_at"])
            record(
                "tracing.contact.void",
                by=by,
                subject=contact,
                subject_ids=[contact.source_id, contact.person_id],
                reason=reason,
                changes={"is_void": [False, True]},
            )
            relevel({contact.source_id, contact.person_id})
    return contact


def demand_known(by: Any, groups: Iterable[Sequence[int]]) -> None:
    """Raise PermissionDenied unless of each group of persons ``by`` may know who at least one is."""
    wanted = [tuple(group) for group in groups]
    if by is None or not wanted:
        return
    people = {person for group in wanted for person in group}
    known: set[int] = set()
    for part in chunks(people):
        known |= set(Person.objects.identified(by).filter(pk__in=part).values_list("pk", flat=True))
    if any(not known.intersection(group) for group in wanted):
        raise PermissionDenied("a person outside the jurisdiction")


def _check(row: Mapping[str, Any], number: int | None) -> None:
    where = "" if number is None else _("Row %(n)d: ") % {"n": number}
    begins, ends = row["happened_from"], row["happened_until"]
    problems: dict[str, str] = {}
    if _id(row, "source") == _id(row, "person"):
        problems["person"] = _("A contact is between two persons; both are the same one.")
    if begins > ends:
        problems["happened_until"] = _("The last day is before the first.")
    elif (ends - begins).days >= LONGEST_MEETING:
        problems["happened_until"] = _("The contact lasts longer than %(n)d days; check the dates.") % {
            "n": LONGEST_MEETING
        }
    if begins < FIRST_DAY or ends > LAST_DAY:
        problems["happened_from"] = _("The date is outside the years that are counted; check it.")
    if row.get("setting", Setting.UNKNOWN) not in Setting.values:
        problems["setting"] = _("There is no such setting.")
    if row.get("proximity", Proximity.CLOSE) not in Proximity.values:
        problems["proximity"] = _("There is no such kind of contact.")
    if problems:
        raise ValidationError({field: where + text for field, text in problems.items()})


def _id(row: Mapping[str, Any], name: str) -> int:
    value = row[name]
    return int(value.pk if isinstance(value, Person) else value)


def _key(row: Mapping[str, Any]) -> Key:
    return (
        _id(row, "source"),
        _id(row, "person"),
        row["happened_from"],
        row["happened_until"],
        str(row.get("setting", Setting.UNKNOWN)),
    )


def _units(people: Iterable[int]) -> dict[int, int | None]:
    units: dict[int, int | None] = {}
    for part in chunks(set(people)):
        units |= dict(Person.objects.filter(pk__in=part).values_list("pk", "unit_id"))
    return units


def _existing(rows: Sequence[Mapping[str, Any]]) -> dict[Key, Contact]:
    keys = {_key(row) for row in rows}
    found: dict[Key, Contact] = {}
    for part in chunks({key[0] for key in keys}):
        for contact in Contact.objects.filter(source__in=part):
            key = (
                contact.source_id,
                contact.person_id,
                contact.happened_from,
                contact.happened_until,
                contact.setting,
            )
            if key in keys:
                found[key] = contact
    return found


def _contact(row: Mapping[str, Any], by: Any, units: Mapping[int, int | None]) -> Contact:
    more = {
        name: row[name]
        for name in ("proximity", "relation", "note", "uuid", "site", "presence_list")
        if row.get(name) is not None
    }
    return Contact(
        source_id=_id(row, "source"),
        person_id=_id(row, "person"),
        unit_id=units[_id(row, "person")],
        happened_from=row["happened_from"],
        happened_until=row["happened_until"],
        setting=row.get("setting", Setting.UNKNOWN),
        recorded_by=by,
        **more,
    )
