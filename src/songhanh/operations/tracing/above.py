"""What tracing shows of the apps above it (cases, samples, stays), found by the names of their models.

Arrows point downwards, so nothing is imported; what is read here is shown beside contacts and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from songhanh.operations.tracing.neighbourhood import chunks

CONFIRMED = "confirmed"


def _rows(label: str) -> Any:
    return apps.get_model(label)._default_manager.all()


def case_of(user: Any, uuid: UUID) -> Any | None:
    """Return the case with a uuid, if somebody may see it."""
    rows = _rows("cases.Case").visible_to(user).select_related("person", "unit")
    return rows.filter(uuid=uuid).first()


def cases_of(people: Iterable[int]) -> dict[int, Any]:
    """Return the newest confirmed case of each person, by person."""
    found: dict[int, Any] = {}
    for part in chunks(people):
        for case in _rows("cases.Case").filter(person__in=part, classification=CONFIRMED).order_by("pk"):
            found[case.person_id] = case
    return found


def infections(people: Iterable[int]) -> set[tuple[int, int]]:
    """Return who infected whom, as far as it is written on the cases of these people or of those they infected."""
    found: set[tuple[int, int]] = set()
    for part in chunks(people):
        rows = _rows("cases.Case").filter(
            Q(person__in=part) | Q(source_case__person__in=part), source_case__isnull=False
        )
        found |= set(rows.values_list("source_case__person_id", "person_id"))
    return {(giver, taker) for giver, taker in found if giver != taker}


def was_sampled() -> Exists:
    """Return whether the person of a standing was sampled on or after the day of exposure."""
    taken = _rows("sampling.Sample").annotate(day=TruncDate("taken_at"))
    return Exists(taken.filter(person=OuterRef("person"), day__gte=OuterRef("exposed_on")).order_by())


def samples_of(people: Iterable[int]) -> dict[int, list[tuple[datetime, str]]]:
    """Return when people were sampled and what came out, oldest first."""
    found: dict[int, list[tuple[datetime, str]]] = {}
    for part in chunks(people):
        rows = _rows("sampling.Sample").filter(person__in=part).order_by("taken_at")
        for person, taken_at, result in rows.values_list("person_id", "taken_at", "result"):
            found.setdefault(person, []).append((taken_at, result))
    return found


def stays_of(people: Iterable[int]) -> dict[int, list[date]]:
    """Return the days on which people went into quarantine, first one first."""
    found: dict[int, list[date]] = {}
    for part in chunks(people):
        rows = _rows("quarantine.Stay").filter(person__in=part).order_by("from_on")
        for person, day in rows.values_list("person_id", "from_on"):
            found.setdefault(person, []).append(day)
    return found


def onsets(people: Iterable[int]) -> list[tuple[int, date, date]]:
    """Return of each infected person the onset of who infected them and their own, where both are known."""
    found: list[tuple[int, date, date]] = []
    for part in chunks(people):
        rows = _rows("cases.Case").filter(
            person__in=part, onset_on__isnull=False, source_case__onset_on__isnull=False
        )
        found += rows.values_list("person_id", F("source_case__onset_on"), "onset_on")
    return found
