"""The cases of a period with their close contacts, read once for all indicators of a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.people.models import Person
from songhanh.operations.tracing import above
from songhanh.operations.tracing.models import Contact, FollowUp, Source, Standing
from songhanh.operations.tracing.neighbourhood import chunks


@dataclass(frozen=True)
class CaseRow:
    """A case of the period."""

    since_on: date
    infectious_from: date
    infectious_until: date | None
    is_reached: bool  # met another case while that one was infectious


class Meeting(NamedTuple):
    """A meeting of a case, and whether it was the other who named the case."""

    case: int
    other: int
    begins: date
    ends: date
    listed_on: date
    setting: str
    is_named: bool


@dataclass(frozen=True)
class Pair:
    """A case and somebody whom it met while it was infectious."""

    case: int
    other: int
    listed_on: date
    setting: str


class Cohort:
    """What the indicators of a period are worked out from, as far as the reader may see it."""

    def __init__(self, user: Any, since: date, until: date, only: int | None = None) -> None:
        self.user = user
        self.only = only
        self.since = since
        self.until = until

    @cached_property
    def cases(self) -> dict[int, CaseRow]:
        """Return the cases confirmed in the period, by person."""
        rows = Standing.objects.visible_to(self.user).filter(
            level=0, person__source__since_on__range=(self.since, self.until)
        )
        if self.only is not None:
            rows = rows.filter(person=self.only)
        return {
            person: CaseRow(since_on, begins, ends, arrivals.startswith("1:"))
            for person, since_on, begins, ends, arrivals in rows.values_list(
                "person_id",
                "person__source__since_on",
                "person__source__infectious_from",
                "person__source__infectious_until",
                "arrivals",
            )
        }

    @cached_property
    def met(self) -> list[Meeting]:
        """Return all meetings of the cases."""
        found = []
        for part in chunks(self.cases):
            rows = Contact.objects.filter(Q(source__in=part) | Q(person__in=part), is_void=False)
            here = frozenset(part)
            for one, other, begins, ends, listed, setting in rows.values_list(
                "source_id",
                "person_id",
                "happened_from",
                "happened_until",
                TruncDate("created_at"),
                "setting",
            ):
                if one in here:
                    found.append(Meeting(one, other, begins, ends, listed, setting, is_named=False))
                if other in here:
                    found.append(Meeting(other, one, begins, ends, listed, setting, is_named=True))
        return found

    @cached_property
    def pairs(self) -> list[Pair]:
        """Return each case with each of its close contacts (F1) whom the reader may see, once, as first listed."""
        first: dict[tuple[int, int], Pair] = {}
        for case, other, begins, ends, listed, setting, _is_named in self.met:
            row = self.cases[case]
            if ends < row.infectious_from or (row.infectious_until and begins > row.infectious_until):
                continue
            known = first.get((case, other))
            if known is None or listed < known.listed_on:
                first[case, other] = Pair(case, other, listed, setting)
        seen = self._visible({other for _case, other in first})
        return [pair for pair in first.values() if pair.other in seen]

    def _visible(self, people: set[int]) -> set[int]:
        if scope_of(self.user).rows is None:
            return people
        seen: set[int] = set()
        for part in chunks(people):
            seen |= set(Person.objects.visible_to(self.user).filter(pk__in=part).values_list("pk", flat=True))
        return seen

    @cached_property
    def contacts(self) -> dict[int, Pair]:
        """Return each close contact once, with the case that listed it first."""
        found: dict[int, Pair] = {}
        for pair in self.pairs:
            known = found.get(pair.other)
            if known is None or pair.listed_on < known.listed_on:
                found[pair.other] = pair
        return found

    @cached_property
    def by_case(self) -> dict[int, list[Pair]]:
        """Return the close contacts of each case."""
        found: dict[int, list[Pair]] = {case: [] for case in self.cases}
        for pair in self.pairs:
            found[pair.case].append(pair)
        return found

    @cached_property
    def second_contacts(self) -> dict[int, int]:
        """Return how many F2 are counted from each case."""
        found: dict[int, int] = {}
        for part in chunks(self.cases):
            rows = Standing.objects.visible_to(self.user).filter(origin__in=part, level=2)
            found |= dict(rows.order_by().values_list("origin_id").annotate(n=Count("pk")))
        return found

    @cached_property
    def sources(self) -> dict[int, tuple[date, date]]:
        """Return of whoever was met and is a case: since when, and from which day infectious."""
        people: Iterable[int] = {met.other for met in self.met}
        found: dict[int, tuple[date, date]] = {}
        for part in chunks(people):
            for person, since_on, begins in Source.objects.filter(
                person__in=part, is_active=True
            ).values_list("person_id", "since_on", "infectious_from"):
                found[person] = (since_on, begins)
        return found

    @cached_property
    def case_stays(self) -> dict[int, list[date]]:
        """Return when cases went into quarantine."""
        return above.stays_of(self.cases)

    @cached_property
    def stays(self) -> dict[int, list[date]]:
        """Return when close contacts went into quarantine."""
        return above.stays_of(self.contacts)

    @cached_property
    def samples(self) -> dict[int, list[tuple[Any, str]]]:
        """Return when close contacts were sampled, and what came out."""
        return above.samples_of(self.contacts)

    @cached_property
    def _written(self) -> list[tuple[int, int]]:
        return list(above.infections(self.cases))

    @cached_property
    def infections(self) -> set[tuple[int, int]]:
        """Return who infected whom among the cases of the period."""
        return {
            (giver, taker) for giver, taker in self._written if giver in self.cases and taker in self.cases
        }

    @cached_property
    def infected(self) -> set[int]:
        """Return the cases of the period of which it is written who infected them, whenever that one was confirmed."""
        return {taker for _giver, taker in self._written}

    @cached_property
    def onsets(self) -> list[tuple[int, date, date]]:
        """Return pairs of onsets."""
        return above.onsets(self.cases)

    @cached_property
    def round(self) -> dict[str, int]:
        """Return the states of the follow-ups of the last day of the period."""
        rows = FollowUp.objects.visible_to(self.user).filter(due_on=self.until).order_by()
        return dict(rows.values_list("state").annotate(n=Count("pk")))
