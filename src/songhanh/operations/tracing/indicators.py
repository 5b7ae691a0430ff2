"""The indicators of tracing: each is a number made of rows, and the rows are what a click on it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from songhanh.operations.tracing.cohort import Cohort
from songhanh.operations.tracing.models import FollowUp, Setting

OPEN_DAYS = 14  # a chain without a new case for so long is closed
State = FollowUp.State
Row = tuple[int, float | None]  # person, and what counts for them; None: not known, left out of the number


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


def number_of(how: str, rows: Iterable[Row]) -> tuple[float | None, int]:
    """Return the number that comes of rows, and of how many it comes."""
    values = [value for _person, value in rows if value is not None]
    if how == "count":
        return float(sum(1 for value in values if value)), len(values)
    if not values:
        return None, 0
    made = {"share": fmean, "mean": fmean, "median": median, "greatest": max}[how]
    return float(made(values)), len(values)


def answer(indicator: Indicator, cohort: Cohort) -> Answer:
    """Return an indicator of a period."""
    value, n = number_of(indicator.how, indicator.rows(cohort))
    return Answer(indicator, value, n)


def _days(later: date, earlier: date) -> float:
    return float((later - earlier).days)


def _of_cases(rule: Callable[[Cohort, int], float | None]) -> Callable[[Cohort], list[Row]]:
    return lambda cohort: [(person, rule(cohort, person)) for person in cohort.cases]


def _of_contacts(rule: Callable[[Cohort, int], float | None]) -> Callable[[Cohort], list[Row]]:
    return lambda cohort: [(person, rule(cohort, person)) for person in cohort.contacts]


def _known_before(cohort: Cohort) -> list[Row]:
    listed: dict[int, date] = {}
    for case, other, _begins, _ends, on, _setting in cohort.met:
        if other in cohort.sources:
            listed[case] = min(on, listed.get(case, on))
    return [
        (person, float(person in listed and listed[person] < row.since_on))
        for person, row in cohort.cases.items()
    ]


def _in_quarantine(cohort: Cohort, person: int) -> float:
    return float(any(day <= cohort.cases[person].since_on for day in cohort.case_stays.get(person, ())))


def _without_source(cohort: Cohort, person: int) -> float:
    return float(not cohort.cases[person].is_reached and person not in cohort.infected)


def _listed_after(share: float) -> Callable[[Cohort, int], float | None]:
    def rule(cohort: Cohort, person: int) -> float | None:
        days = sorted(pair.listed_on for pair in cohort.by_case[person])
        if not days:
            return None
        at = max(0, -(-len(days) * share // 1) - 1)
        return max(0.0, _days(days[int(at)], cohort.cases[person].since_on))

    return rule


def _quarantined_after(cohort: Cohort, person: int) -> float | None:
    stays, case = cohort.stays.get(person), cohort.cases[cohort.contacts[person].case]
    after = [day for day in stays or () if day >= case.infectious_from]
    return max(0.0, _days(after[0], case.since_on)) if after else None


def _has_stay(cohort: Cohort, person: int) -> float:
    return float(_quarantined_after(cohort, person) is not None)


def _samples(cohort: Cohort, person: int) -> list[tuple[date, str]]:
    begin = cohort.cases[cohort.contacts[person].case].infectious_from
    taken = [(timezone.localtime(at).date(), result) for at, result in cohort.samples.get(person, ())]
    return [(day, result) for day, result in taken if day >= begin]


def _sampled_within_a_day(cohort: Cohort, person: int) -> float:
    limit = cohort.contacts[person].listed_on + timedelta(days=1)
    return float(any(day <= limit for day, _result in _samples(cohort, person)))


def _sampled(cohort: Cohort, person: int) -> float:
    return float(bool(_samples(cohort, person)))


def _positive(cohort: Cohort, person: int) -> float | None:
    results = [result for _day, result in _samples(cohort, person) if result in ("positive", "negative")]
    return float("positive" in results) if results else None


def _attacked(*settings: str) -> Callable[[Cohort], list[Row]]:
    def rows(cohort: Cohort) -> list[Row]:
        found: dict[int, float] = {}
        for pair in cohort.pairs:
            if settings and pair.setting not in settings:
                continue
            source = cohort.sources.get(pair.other)
            begin = cohort.cases[pair.case].infectious_from
            if source is not None and source[1] < begin:
                continue  # was ill first: not to be infected by this one
            found[pair.other] = max(found.get(pair.other, 0.0), float(source is not None))
        return list(found.items())

    return rows


def _serial(cohort: Cohort) -> list[Row]:
    return [(person, _days(own, other)) for person, other, own in cohort.onsets]


def _generations(cohort: Cohort) -> list[Row]:
    giver = {taker: one for one, taker in sorted(cohort.infections)}
    found = []
    for person in cohort.cases:
        steps, at, seen = 0, person, {person}
        while at in giver and giver[at] not in seen:
            at = giver[at]
            seen.add(at)
            steps += 1
        found.append((person, float(steps)))
    return found


def _chains(*, is_open: bool) -> Callable[[Cohort], list[Row]]:
    def rows(cohort: Cohort) -> list[Row]:
        first = {person: person for person in cohort.cases}

        def root(person: int) -> int:
            while first[person] != person:
                first[person] = first[first[person]]
                person = first[person]
            return person

        for giver, taker in sorted(cohort.infections):
            first[root(taker)] = root(giver)
        newest: dict[int, date] = {}
        for person, row in cohort.cases.items():
            newest[root(person)] = max(row.since_on, newest.get(root(person), row.since_on))
        open_from = cohort.until - timedelta(days=OPEN_DAYS)
        return [(person, float((day > open_from) is is_open)) for person, day in newest.items()]

    return rows


INDICATORS = (
    Indicator(
        "cases",
        _("Cases (F0)"),
        _("Persons confirmed in the period."),
        "count",
        "cases",
        "case",
        _of_cases(lambda _c, _p: 1.0),
    ),
    Indicator(
        "f1-per-case",
        _("F1 per case"),
        _("Mean number of persons whom a case met while it was infectious, as listed."),
        "mean",
        "persons",
        "case",
        _of_cases(lambda c, p: float(len(c.by_case[p]))),
    ),
    Indicator(
        "f2-per-case",
        _("F2 per case"),
        _("Mean number of persons whose level F2 is counted from the case."),
        "mean",
        "persons",
        "case",
        _of_cases(lambda c, p: float(c.second_contacts.get(p, 0))),
    ),
    Indicator(
        "no-contacts",
        _("Cases without a contact"),
        _("Share of cases for whom no close contact is listed."),
        "share",
        "share",
        "case",
        _of_cases(lambda c, p: float(not c.by_case[p])),
    ),
    Indicator(
        "known-before",
        _("Known before they were cases"),
        _("Share of cases that were listed as a contact of another case before the day of confirmation."),
        "share",
        "share",
        "case",
        _known_before,
    ),
    Indicator(
        "found-in-quarantine",
        _("Found in quarantine"),
        _("Share of cases that were in quarantine by the day of confirmation."),
        "share",
        "share",
        "case",
        _of_cases(_in_quarantine),
    ),
    Indicator(
        "no-source",
        _("Without a known source"),
        _(
            "Share of cases whom no contact links to another case, in however many steps, and without a named infector."
        ),
        "share",
        "share",
        "case",
        _of_cases(_without_source),
    ),
    Indicator(
        "first-listed",
        _("Time to the first F1"),
        _("Median days from confirmation until the first close contact of a case is listed."),
        "median",
        "days",
        "case",
        _of_cases(_listed_after(0.0)),
    ),
    Indicator(
        "listed-90",
        _("Time to 90% of F1"),
        _("Median days from confirmation until nine in ten of a case's close contacts are listed."),
        "median",
        "days",
        "case",
        _of_cases(_listed_after(0.9)),
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
        _of_contacts(_quarantined_after),
    ),
    Indicator(
        "f1-in-quarantine",
        _("F1 in quarantine"),
        _("Share of close contacts with a stay in quarantine since the case became infectious."),
        "share",
        "share",
        "contact",
        _of_contacts(_has_stay),
    ),
    Indicator(
        "sampled-24h",
        _("F1 sampled within a day"),
        _("Share of close contacts sampled by the day after they were listed."),
        "share",
        "share",
        "contact",
        _of_contacts(_sampled_within_a_day),
    ),
    Indicator(
        "sampled",
        _("F1 sampled"),
        _("Share of close contacts sampled since the case became infectious."),
        "share",
        "share",
        "contact",
        _of_contacts(_sampled),
    ),
    Indicator(
        "positivity",
        _("Positive among F1"),
        _("Share of close contacts with a result who have a positive one."),
        "share",
        "share",
        "contact",
        _of_contacts(_positive),
    ),
    Indicator(
        "attack",
        _("Secondary attack rate"),
        _("Share of close contacts who became cases; those infectious before the case are left out."),
        "share",
        "share",
        "contact",
        _attacked(),
    ),
    Indicator(
        "attack-home",
        _("… in the household"),
        _("The same among contacts of the household."),
        "share",
        "share",
        "contact",
        _attacked(Setting.HOME),
    ),
    Indicator(
        "attack-lodging",
        _("… in lodgings"),
        _("The same among contacts of boarding houses and dormitories."),
        "share",
        "share",
        "contact",
        _attacked(Setting.LODGING),
    ),
    Indicator(
        "attack-work",
        _("… at work and on the way"),
        _("The same among contacts at work and on buses."),
        "share",
        "share",
        "contact",
        _attacked(Setting.WORK, Setting.SHUTTLE),
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
        _serial,
    ),
    Indicator(
        "generations",
        _("Longest chain"),
        _("Most steps from a first case to a last one, by the infectors named on the cases."),
        "greatest",
        "steps",
        "case",
        _generations,
    ),
    Indicator(
        "chains-open",
        _("Chains open"),
        _("Chains of cases linked by who infected whom (or a case alone) with a case in the last 14 days."),
        "count",
        "chains",
        "case",
        _chains(is_open=True),
    ),
    Indicator(
        "chains-closed",
        _("Chains closed"),
        _("Chains without a case in the last 14 days of the period."),
        "count",
        "chains",
        "case",
        _chains(is_open=False),
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
