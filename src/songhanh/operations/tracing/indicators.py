"""The indicators of tracing: each is a number made of rows, and the rows are what a click on it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from django.utils.translation import gettext_lazy as _

from songhanh.operations.tracing.cohort import Cohort
from songhanh.operations.tracing.indicator_rules import (
    Row,
    attacked,
    chains,
    generations,
    has_stay,
    in_quarantine,
    known_before,
    listed_after,
    of_cases,
    of_contacts,
    positive,
    quarantined_after,
    sampled,
    sampled_within_a_day,
    serial,
    without_source,
)
from songhanh.operations.tracing.models import FollowUp, Setting

State = FollowUp.State


@dataclass(frozen=True)
class Indicator:
    """A number of the page: what it is called, what it says, and how it comes of its rows."""

    slug: str
    name: Any
    definition: Any
    how: str  # count, share, mean, median, greatest
    unit: str  # cases, share, days, persons
    of: str  # case or contact: whom the rows are about
    rows: Callable[[Cohort], list[Row]]


@dataclass(frozen=True)
class Answer:
    """An indicator with its number; ``n`` of how many rows it comes."""

    indicator: Indicator
    value: float | None
    n: int


_MADE: dict[str, Callable[[list[float]], float]] = {
    "share": fmean,
    "mean": fmean,
    "median": median,
    "greatest": max,
}


def number_of(how: str, rows: Iterable[Row]) -> tuple[float | None, int]:
    """Return the number that comes of rows, and of how many it comes."""
    values = [value for _person, value in rows if value is not None]
    if how == "count":
        return float(sum(1 for value in values if value)), len(values)
    if not values:
        return None, 0
    return float(_MADE[how](values)), len(values)


def answer(indicator: Indicator, cohort: Cohort) -> Answer:
    """Return an indicator of a period."""
    value, n = number_of(indicator.how, indicator.rows(cohort))
    return Answer(indicator, value, n)


INDICATORS = (
    Indicator(
        "cases",
        _("Cases (F0)"),
        _("Persons confirmed in the period."),
        "count",
        "cases",
        "case",
        of_cases(lambda _c, _p: 1.0),
    ),
    Indicator(
        "f1-per-case",
        _("F1 per case"),
        _("Mean number of persons whom a case met while it was infectious, as listed."),
        "mean",
        "persons",
        "case",
        of_cases(lambda c, p: float(len(c.by_case[p]))),
    ),
    Indicator(
        "f2-per-case",
        _("F2 per case"),
        _("Mean number of persons whose level F2 is counted from the case."),
        "mean",
        "persons",
        "case",
        of_cases(lambda c, p: float(c.second_contacts.get(p, 0))),
    ),
    Indicator(
        "no-contacts",
        _("Cases without a contact"),
        _("Share of cases for whom no close contact is listed."),
        "share",
        "share",
        "case",
        of_cases(lambda c, p: float(not c.by_case[p])),
    ),
    Indicator(
        "known-before",
        _("Known before they were cases"),
        _("Share of cases that were listed as a contact of another case before the day of confirmation."),
        "share",
        "share",
        "case",
        known_before,
    ),
    Indicator(
        "found-in-quarantine",
        _("Found in quarantine"),
        _("Share of cases that were in quarantine by the day of confirmation."),
        "share",
        "share",
        "case",
        of_cases(in_quarantine),
    ),
    Indicator(
        "no-source",
        _("Without a known source"),
        _("Share of cases that met no other case while it was infectious, and without a named infector."),
        "share",
        "share",
        "case",
        of_cases(without_source),
    ),
    Indicator(
        "first-listed",
        _("Time to the first F1"),
        _("Median days from confirmation until the first close contact of a case is listed."),
        "median",
        "days",
        "case",
        of_cases(listed_after(0.0)),
    ),
    Indicator(
        "listed-90",
        _("Time to 90% of F1"),
        _("Median days from confirmation until nine in ten of a case's close contacts are listed."),
        "median",
        "days",
        "case",
        of_cases(listed_after(0.9)),
    ),
    Indicator(
        "quarantined-after",
        _("Time to quarantine of F1"),
        _(
            "Median days from the case's confirmation until a close contact is in quarantine; before it counts as 0."
        ),
        "median",
        "days",
        "contact",
        of_contacts(quarantined_after),
    ),
    Indicator(
        "f1-in-quarantine",
        _("F1 in quarantine"),
        _("Share of close contacts with a stay in quarantine since the case became infectious."),
        "share",
        "share",
        "contact",
        of_contacts(has_stay),
    ),
    Indicator(
        "sampled-24h",
        _("F1 sampled within a day"),
        _("Share of close contacts sampled by the day after they were listed."),
        "share",
        "share",
        "contact",
        of_contacts(sampled_within_a_day),
    ),
    Indicator(
        "sampled",
        _("F1 sampled"),
        _("Share of close contacts sampled since the case became infectious."),
        "share",
        "share",
        "contact",
        of_contacts(sampled),
    ),
    Indicator(
        "positivity",
        _("Positive among F1"),
        _("Share of close contacts with a result who have a positive one."),
        "share",
        "share",
        "contact",
        of_contacts(positive),
    ),
    Indicator(
        "attack",
        _("Secondary attack rate"),
        _("Share of close contacts who became cases; those infectious before the case are left out."),
        "share",
        "share",
        "contact",
        attacked(),
    ),
    Indicator(
        "attack-home",
        _("… in the household"),
        _("The same among contacts of the household."),
        "share",
        "share",
        "contact",
        attacked(Setting.HOME),
    ),
    Indicator(
        "attack-lodging",
        _("… in lodgings"),
        _("The same among contacts of boarding houses and dormitories."),
        "share",
        "share",
        "contact",
        attacked(Setting.LODGING),
    ),
    Indicator(
        "attack-work",
        _("… at work and on the way"),
        _("The same among contacts at work and on buses."),
        "share",
        "share",
        "contact",
        attacked(Setting.WORK, Setting.SHUTTLE),
    ),
    Indicator(
        "serial-interval",
        _("Serial interval"),
        _(
            "Median days from the onset of who infected to the onset of who was infected, where both are known."
        ),
        "median",
        "days",
        "case",
        serial,
    ),
    Indicator(
        "generations",
        _("Longest chain"),
        _("Most steps from a first case to a last one, by the infectors named on the cases."),
        "greatest",
        "steps",
        "case",
        generations,
    ),
    Indicator(
        "chains-open",
        _("Chains open"),
        _("Chains of cases linked by who infected whom (or a case alone) with a case in the last 14 days."),
        "count",
        "chains",
        "case",
        chains(is_open=True),
    ),
    Indicator(
        "chains-closed",
        _("Chains closed"),
        _("Chains without a case in the last 14 days of the period."),
        "count",
        "chains",
        "case",
        chains(is_open=False),
    ),
)
BY_SLUG = {indicator.slug: indicator for indicator in INDICATORS}


def rounds_of(cohort: Cohort) -> dict[str, Any]:
    """Return how far the round of the last day came: done, lost, and of how many."""
    states = cohort.round
    needed = sum(n for state, n in states.items() if state != State.VOID)
    done = states.get(State.WELL, 0) + states.get(State.ILL, 0)
    lost = states.get(State.LOST, 0)
    share = (lambda n: n / needed) if needed else (lambda _n: None)
    return {"on": cohort.until, "needed": needed, "done": share(done), "lost": share(lost)}
