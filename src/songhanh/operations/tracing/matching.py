"""Persons as they are told or handed in: the one who is registered already, or a new row.

Beside what is certain anywhere (`people.matching.certain_match`), the same name with the same telephone is the same
person here: a case who names a colleague with a number means the one who has it. Everything less is for
`people:duplicates`, where a human decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from songhanh.operations.people import actions as people
from songhanh.operations.people import identity
from songhanh.operations.people.matching import Candidate, candidates_many, certain_match
from songhanh.operations.people.models import Person

CONTRADICTING = frozenset({"other-id", "other-sex", "other-year", "other-name"})


def registered(by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Return a person for each row of identity; rows of one person are one, and unknown ones are registered."""
    cleaned = [_cleaned(row, number) for number, row in enumerate(rows, start=1)]
    known = [_meant(found) for found in candidates_many(cleaned)]
    there = Person.objects.in_bulk({pk for pk in known if pk is not None})
    first: dict[
        tuple[Any, ...], int
    ] = {}  # of the rows that bring somebody new: who is told twice is one person
    brings = [
        first.setdefault(_sign(row, index), index) if pk is None else index
        for index, (row, pk) in enumerate(zip(cleaned, known, strict=True))
    ]
    new = [index for index, pk in enumerate(known) if pk is None and brings[index] == index]
    fresh = dict(zip(new, people.register_many(by=by, rows=[rows[index] for index in new]), strict=True))
    return [there[pk] if pk is not None else fresh[index] for pk, index in zip(known, brings, strict=True)]


def _meant(candidates: list[Candidate]) -> int | None:
    for candidate in candidates:
        codes = set(candidate.codes)
        if certain_match(candidate) or ({"same-name", "same-phone"} <= codes and not codes & CONTRADICTING):
            return candidate.person_id
    return None


def _cleaned(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    try:
        return dict(identity.clean(row))
    except ValidationError as error:
        text = "; ".join(error.messages)
        raise ValidationError(_("Row %(n)d: %(what)s") % {"n": number, "what": text}) from error


def _sign(row: Mapping[str, Any], index: int) -> tuple[Any, ...]:
    number = row.get("id_number") or row.get("phone")
    return (row["name_folded"], number) if number else (index,)
