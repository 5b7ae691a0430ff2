"""Persons as they are told or handed in: the one who is registered already, or a new row.

Only what cannot be anybody else counts as the same person: the same name with the same identity number or telephone,
or with the same year of birth in the same commune. Everything less is for `people:duplicates`, where a human decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from songhanh.operations.people import actions as people
from songhanh.operations.people import identity
from songhanh.operations.people.models import Person
from songhanh.operations.tracing.neighbourhood import chunks


def registered(by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Return a person for each row of identity; rows of one person are one, and unknown ones are registered."""
    cleaned = [_cleaned(row, number) for number, row in enumerate(rows, start=1)]
    there: dict[tuple[Any, ...], Person] = {}
    for part in chunks({row["name_folded"] for row in cleaned}):
        for person in Person.objects.filter(name_folded__in=part, merged_into__isnull=True).order_by("-pk"):
            there |= dict.fromkeys(_signs(_fields(person)), person)
    new: dict[tuple[Any, ...], int] = {}  # sign -> index of the row that brings the person
    brings: list[int] = []
    for index, row in enumerate(cleaned):
        signs = _signs(row)
        if any(sign in there for sign in signs) or any(sign in new for sign in signs):
            continue
        brings.append(index)
        new |= dict.fromkeys(signs, index)
    fresh = dict(
        zip(brings, people.register_many(by=by, rows=[rows[index] for index in brings]), strict=True)
    )
    found = []
    for index, row in enumerate(cleaned):
        signs = _signs(row)
        known = next((there[sign] for sign in signs if sign in there), None)
        earlier = next((new[sign] for sign in signs if sign in new), index)
        found.append(known or fresh[earlier])
    return found


def _cleaned(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    try:
        return dict(identity.clean(row))
    except ValidationError as error:
        text = "; ".join(error.messages)
        raise ValidationError(_("Row %(n)d: %(what)s") % {"n": number, "what": text}) from error


def _fields(person: Person) -> dict[str, Any]:
    return {
        "name_folded": person.name_folded,
        "id_number": person.id_number,
        "phone": person.phone,
        "birth_year": person.birth_year,
        "unit_id": person.unit_id,
    }


def _signs(row: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    unit = row.get("unit_id") or getattr(row.get("unit"), "pk", None)
    name = row["name_folded"]
    signs: list[tuple[Any, ...]] = []
    if row.get("id_number"):
        signs.append((name, "id", row["id_number"]))
    if row.get("phone"):
        signs.append((name, "phone", row["phone"]))
    if row.get("birth_year") and unit:
        signs.append((name, "year", row["birth_year"], unit))
    return signs
