"""Which of the persons on a page the reader may see by name, and that this was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from songhanh.operations.accounts.masking import shown
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.people.models import Person
from songhanh.operations.tracing.neighbourhood import chunks


def lend(user: Any, people: Iterable[Person | None]) -> list[Person]:
    """Mark on each person whether the reader may see who it is; return those that may be."""
    known = [person for person in people if person is not None]
    ids = {person.pk for person in known}
    if scope_of(user).names is None:
        named = ids
    else:
        named = set()
        for part in chunks(ids):
            named |= set(Person.objects.identified(user).filter(pk__in=part).values_list("pk", flat=True))
    for person in known:
        mark(person, person.pk in named)
    return [person for person in known if is_known(person)]


def mark(person: Person, is_identified: bool) -> None:
    """Say on a person what the gate says on rows: whether the reader may see who it is."""
    person.is_identified = is_identified  # type: ignore[attr-defined]


def is_known(person: Person) -> bool:
    """Say whether the reader may see who a person is; not before `lend` or the gate said so."""
    return bool(getattr(person, "is_identified", False))


def names_of(people: Iterable[Person | None]) -> Mapping[int, str]:
    """Return what each person is called on this page."""
    return {person.pk: str(shown(person, "full_name")) for person in people if person is not None}
