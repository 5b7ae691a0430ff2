"""What counts for each row of an indicator: one rule a number, worked out from the cases of a period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone

from songhanh.operations.tracing.cohort import Cohort

OPEN_DAYS = 14  # a chain without a new case for so long is closed
Row = tuple[int, float | None]  # person, and what counts for them; None: not known, left out of the number


def days_between(later: date, earlier: date) -> float:
    """Return how many days later."""
    return float((later - earlier).days)


def of_cases(rule: Callable[[Cohort, int], float | None]) -> Callable[[Cohort], list[Row]]:
    """Return rows of all cases."""
    return lambda cohort: [(person, rule(cohort, person)) for person in cohort.cases]


def of_contacts(rule: Callable[[Cohort, int], float | None]) -> Callable[[Cohort], list[Row]]:
    """Return rows of all close contacts."""
    return lambda cohort: [(person, rule(cohort, person)) for person in cohort.contacts]


def known_before(cohort: Cohort) -> list[Row]:
    """Say of each case whether another case had named it before it was confirmed."""
    listed: dict[int, date] = {}
    for met in cohort.met:
        if met.is_named and met.other in cohort.sources:
            listed[met.case] = min(met.listed_on, listed.get(met.case, met.listed_on))
    return [
        (person, float(person in listed and listed[person] < row.since_on))
        for person, row in cohort.cases.items()
    ]


def in_quarantine(cohort: Cohort, person: int) -> float:
    """Say whether a case was in quarantine by its confirmation."""
    return float(any(day <= cohort.cases[person].since_on for day in cohort.case_stays.get(person, ())))


def without_source(cohort: Cohort, person: int) -> float:
    """Say whether nothing links a case to another."""
    return float(not cohort.cases[person].is_reached and person not in cohort.infected)


def listed_after(share: float) -> Callable[[Cohort, int], float | None]:
    """Return after how many days a share of the close contacts of a case was listed."""

    def rule(cohort: Cohort, person: int) -> float | None:
        days = sorted(pair.listed_on for pair in cohort.by_case[person])
        if not days:
            return None
        at = max(0, -(-len(days) * share // 1) - 1)
        return max(0.0, days_between(days[int(at)], cohort.cases[person].since_on))

    return rule


def quarantined_after(cohort: Cohort, person: int) -> float | None:
    """Return after how many days a close contact was in quarantine."""
    stays, case = cohort.stays.get(person), cohort.cases[cohort.contacts[person].case]
    after = [day for day in stays or () if day >= case.infectious_from]
    return max(0.0, days_between(after[0], case.since_on)) if after else None


def has_stay(cohort: Cohort, person: int) -> float:
    """Say whether a close contact was in quarantine at all."""
    return float(quarantined_after(cohort, person) is not None)


def samples(cohort: Cohort, person: int) -> list[tuple[date, str]]:
    """Return the samples of a close contact since the case became infectious."""
    begin = cohort.cases[cohort.contacts[person].case].infectious_from
    taken = [(timezone.localtime(at).date(), result) for at, result in cohort.samples.get(person, ())]
    return [(day, result) for day, result in taken if day >= begin]


def sampled_within_a_day(cohort: Cohort, person: int) -> float:
    """Say whether a close contact was sampled by the day after being listed."""
    limit = cohort.contacts[person].listed_on + timedelta(days=1)
    return float(any(day <= limit for day, _result in samples(cohort, person)))


def sampled(cohort: Cohort, person: int) -> float:
    """Say whether a close contact was sampled."""
    return float(bool(samples(cohort, person)))


def positive(cohort: Cohort, person: int) -> float | None:
    """Say what came of the samples of a close contact."""
    results = [result for _day, result in samples(cohort, person) if result in ("positive", "negative")]
    return float("positive" in results) if results else None


def attacked(*settings: str) -> Callable[[Cohort], list[Row]]:
    """Say of each close contact of some settings whether they became a case."""

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


def serial(cohort: Cohort) -> list[Row]:
    """Return the days between the onsets of infector and infected."""
    return [(person, days_between(own, other)) for person, other, own in cohort.onsets]


def generations(cohort: Cohort) -> list[Row]:
    """Return how many steps above each case are known."""
    giver = {taker: one for one, taker in sorted(cohort.infections)}
    found: list[Row] = []
    for person in cohort.cases:
        steps, at, seen = 0, person, {person}
        while at in giver and giver[at] not in seen:
            at = giver[at]
            seen.add(at)
            steps += 1
        found.append((person, float(steps)))
    return found


def chains(*, is_open: bool) -> Callable[[Cohort], list[Row]]:
    """Say of each chain, by its first case, whether it is open."""

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
