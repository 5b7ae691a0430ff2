"""The clocks of one case: how long from its confirmation until its close contacts were listed, apart, sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from songhanh.operations.people.models import Person
from songhanh.operations.tracing.cohort import Cohort
from songhanh.operations.tracing.indicators import BY_SLUG, number_of
from songhanh.operations.tracing.queries import source_of

OF_A_CASE = (
    "f1-per-case", "first-listed", "listed-90", "quarantined-after", "f1-in-quarantine", "sampled-24h", "sampled", "positivity",
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """One line of a case's clocks."""

    name: str
    definition: str
    value: float | None
    unit: str
    n: int


def of_case(user: Any, person: Person) -> list[Clock]:
    """Return the clocks of one case; none where it is no source."""
    source = source_of(person)
    if source is None:
        return []
    cohort = Cohort(user, source.since_on, source.since_on, only=person.pk)
    if not cohort.cases:
        return []
    clocks = []
    for slug in OF_A_CASE:
        indicator = BY_SLUG[slug]
        value, n = number_of(indicator.how, indicator.rows(cohort))
        name = _("F1 listed") if slug == "f1-per-case" else str(indicator.name)
        clocks.append(Clock(name, str(indicator.definition), value, indicator.unit, n))
    return clocks
