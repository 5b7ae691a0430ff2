"""The part of the graph that a change can reach, read from the database as far as it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from django.db.models import Q

from songhanh.operations.tracing.models import Contact, Source, Standing
from songhanh.response.levels import LAST_DAY, Arrivals, day_number, read, span

T = TypeVar("T")
AT_ONCE = 900  # ids in one statement


def chunks(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Cut into lists that fit one statement."""
    waiting = list(items)
    for low in range(0, len(waiting), size):
        yield waiting[low : low + size]


class Met(NamedTuple):
    """One meeting, seen from one of the two."""

    contact_id: int
    other: int
    days: int


@dataclass(frozen=True, slots=True)
class Row:
    """What a `Standing` says of the level; compared as a whole."""

    level: int | None = None
    exposed_on: date | None = None
    last_exposed_on: date | None = None
    until: date | None = None
    origin_id: int | None = None
    via_id: int | None = None
    arrivals: str = ""


ROW_FIELDS = ("level", "exposed_on", "last_exposed_on", "until", "origin_id", "via_id", "arrivals")


def number_of(day: date | None) -> int | None:
    """Return the number of a day."""
    return None if day is None else day_number(day)


class Neighbourhood:
    """Persons with their meetings and states, each read once."""

    def __init__(self) -> None:
        self.met: dict[int, list[Met]] = {}
        self.rows: dict[int, Row] = {}
        self.has_row: set[int] = set()
        self.arrivals: dict[int, Arrivals] = {}
        self.infectious: dict[int, int] = {}
        self.cleared: dict[int, int | None] = {}

    def read_meetings(self, people: Iterable[int]) -> None:
        """Read the meetings of people, and the states of whom they met."""
        missing = [person for person in people if person not in self.met]
        for person in missing:
            self.met[person] = []
        for part in chunks(missing):
            here = frozenset(part)
            rows = Contact.objects.filter(Q(source__in=part), is_void=False).union(
                Contact.objects.filter(Q(person__in=part), is_void=False)
            )
            for pk, first, second, begins, ends in rows.values_list(
                "id", "source_id", "person_id", "happened_from", "happened_until"
            ):
                days = span(day_number(begins), day_number(ends))
                for one, other in ((first, second), (second, first)):
                    if one in here:  # a meeting across two chunks is read with each
                        self.met[one].append(Met(pk, other, days))
        self.read_states(set(missing) | {met.other for person in missing for met in self.met[person]})

    def read_states(self, people: Iterable[int]) -> None:
        """Read what is known of people's levels and of their time as a source."""
        missing = [person for person in people if person not in self.rows]
        for person in missing:
            self.rows[person], self.arrivals[person], self.cleared[person] = Row(), {}, None
        for part in chunks(missing):
            for person, cleared_on, *values in Standing.objects.filter(person__in=part).values_list(
                "person_id", "cleared_on", *ROW_FIELDS
            ):
                self.has_row.add(person)
                self.rows[person] = Row(*values)
                self.arrivals[person] = read(self.rows[person].arrivals)
                self.cleared[person] = number_of(cleared_on)
            for person, begins, ends in Source.objects.filter(person__in=part, is_active=True).values_list(
                "person_id", "infectious_from", "infectious_until"
            ):
                self.infectious[person] = infectious_span(begins, ends)

    def others(self, people: Iterable[int]) -> set[int]:
        """Return whom people met."""
        known = list(people)
        self.read_meetings(known)
        return {met.other for person in known for met in self.met[person]}


def infectious_span(begins: date, ends: date | None) -> int:
    """Return the days on which a source is infectious; without an end while it is not isolated."""
    return span(day_number(begins), LAST_DAY if ends is None else day_number(ends))
