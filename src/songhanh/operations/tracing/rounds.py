"""The round of a day: who is to be seen, by hamlet, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, QuerySet

from songhanh.operations.places.queries import communes_below
from songhanh.operations.tracing.models import FollowUp, Standing
from songhanh.operations.tracing.names import lend

State = FollowUp.State


@dataclass(frozen=True)
class Hamlet:
    """Those of one hamlet."""

    name: str
    rows: list[FollowUp]


def follow_ups(user: Any, *, on: date, unit: int | None = None, state: str = "") -> QuerySet[FollowUp]:
    """Return the follow-ups of a day, by commune and hamlet; what is no longer needed only where asked for."""
    rows = FollowUp.objects.visible_to(user).filter(due_on=on)
    rows = rows.filter(state=state) if state else rows.exclude(state=State.VOID)
    if unit is not None:
        rows = rows.filter(unit__in=communes_below(unit))
    return rows.select_related("person", "unit", "team").order_by("unit", "person__hamlet", "id")


def counts(user: Any, *, on: date, unit: int | None = None) -> dict[str, int]:
    """Return how many of a day are in which state."""
    rows = follow_ups(user, on=on, unit=unit).order_by()
    found: dict[str, int] = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in State.values if state != State.VOID}


def by_hamlet(user: Any, rows: Iterable[FollowUp]) -> list[Hamlet]:
    """Return the rows of a page by hamlet, each with the level of the person."""
    listed = list(rows)
    lend(user, [row.person for row in listed])
    levels = dict(
        Standing.objects.filter(person__in=[row.person_id for row in listed]).values_list(
            "person_id", "level"
        )
    )
    for row in listed:
        row.level = levels.get(row.person_id)
    return [Hamlet(name, list(group)) for name, group in groupby(listed, key=_place)]


def _place(row: FollowUp) -> str:
    commune = row.unit.name if row.unit else ""
    return ", ".join(part for part in (row.person.hamlet, commune) if part) or "–"
