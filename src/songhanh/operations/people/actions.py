"""Writes about persons: registering, correcting, and saying that two rows are or are not one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit import actions as audit
from songhanh.operations.people import identity, queries
from songhanh.operations.people.duplicates import look, look_again, put_off
from songhanh.operations.people.following import move_unit
from songhanh.operations.people.merging import distinct, merge, unmerge
from songhanh.operations.people.models import Person
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import now

__all__ = [
    "distinct", "edit", "look", "merge", "owner_of", "put_off", "register", "register_many", "unmerge",
]  # fmt: skip


def _new(fields: Mapping[str, Any]) -> Person:
    kept = identity.clean({"full_name": "", **fields})
    return Person(**kept)


@transaction.atomic
def register(*, by: Any, **fields: Any) -> Person:
    """Register one person; of anywhere, because contacts are told by those who met them elsewhere."""
    demand(by, "people.edit")
    person = _new(fields)
    person.save(force_insert=True)
    changes = {name: [None, getattr(person, name)] for name in fields if getattr(person, name)}
    audit.record("people.register", by=by, subject=person, changes=changes, unit_code=_unit_code(person))
    return person


@transaction.atomic
def register_many(*, by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Register many persons at once; one wrong row and none is written (the error says which row)."""
    demand(by, "people.edit")
    persons = []
    for number, row in enumerate(rows):
        try:
            persons.append(_new(row))
        except ValidationError as error:
            error.row = number  # type: ignore[attr-defined]
            raise
    persons = Person.objects.bulk_create(persons, batch_size=500)
    if persons:
        ids = [person.pk for person in persons]
        audit.record("people.register_many", by=by, subject_type="people.person", subject_ids=ids)
    return persons


@transaction.atomic
def edit(*, by: Any, person: Person, version: int | None, **fields: Any) -> Person:
    """Correct a person's identity; ``version`` is the one that the writer saw."""
    demand(by, "people.edit")
    row: Person | None = queries.writable(by).filter(pk=person.pk).first()
    if row is None:
        raise Http404("no such person in this jurisdiction")
    if row.merged_into_id is not None:
        raise ValidationError(
            _("This row was merged into another. Change that one, or undo the merge."), code="merged"
        )
    unit_before = row.unit_id
    kept = identity.clean(fields)
    changes = save_version(row, version, kept)
    if changes:
        Person.objects.filter(pk=row.pk).update(updated_at=now())
        if row.unit_id != unit_before:
            move_unit(row.pk, unit_before, row.unit_id)
        look_again(row)
        audit.record("people.edit", by=by, subject=row, changes=changes, unit_code=_unit_code(row))
    return row


def _unit_code(person: Person) -> str:
    return person.unit.code if person.unit else ""


def owner_of(person: Person) -> Person:
    """Return a person, or whom their row was merged into."""
    while person.merged_into is not None:
        person = person.merged_into
    return person
