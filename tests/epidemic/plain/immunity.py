"""Doses, and whom they or an earlier infection protect."""

from __future__ import annotations

from plain import luck
from plain.run import Run
from plain.world import Person
from songhanh.core.rng import Purpose

_AGAINST_INFECTION, _AGAINST_SEVERE, _NATURAL = range(3)  # rows of the tables of protection


def vaccinate(run: Run) -> None:
    """Add today's first doses to the share of each group; nobody gets two."""
    for commune in run.world.communes:
        for age, share in enumerate(run.levers.vaccination[commune.number]):
            given = run.coverage.setdefault((commune.number, age), [])
            given.append(min((given[-1] if given else 0.0) + share, 1.0))
    for site, share in enumerate(run.levers.site_vaccination):
        given = run.site_coverage.setdefault(site, [])
        given.append(min((given[-1] if given else 0.0) + share, 1.0))
    run.books.doses[run.day] = round(_dosed(run, run.day) - _dosed(run, run.day - 1))


def _dosed(run: Run, day: int) -> float:
    """Return the first doses given up to a day; a worker counts by commune and again by site."""
    if day < 0:
        return 0.0
    communes, people = run.world.communes, 0.0
    for (commune, age), given in run.coverage.items():
        people += given[day] * len(communes[commune].by_age[age])
    workers = 0.0
    for site, given in run.site_coverage.items():
        workers += given[day] * len(run.world.workers_of_site(site))
    return people + workers


def days_since_dose(run: Run, person: Person) -> int:
    """Return the days since a first dose, -1 without one: the place of each person in its groups is fixed."""
    u = luck.uniform(luck.address(run.base_seed, person.number, 0, Purpose.VACCINE), 0)
    shares = [run.coverage[person.commune.number, person.age]]
    if person.site in run.site_coverage:
        shares.append(run.site_coverage[person.site])
    since = [
        run.day - next(day for day, share in enumerate(given) if share > u)
        for given in shares
        if given[-1] > u
    ]
    return min(max(since, default=-1), len(run.numbers.protection[0]) - 1)


def by_vaccine(run: Run, row: int, since: int, variant: int) -> float:
    """Return a protection by vaccination, less what a variant escapes."""
    if since < 0:
        return 0.0
    return run.numbers.protection[row][since] * (1.0 - run.numbers.variants[variant].vaccine_escape)


def is_infected_by(run: Run, person: Person, variant: int, u: float) -> bool:
    """Tell whether a contact infects: age, an earlier infection and vaccination make it rarer, in this order."""
    left = run.numbers.susceptibility[person.age]
    if person.infection is not None:
        since = run.day - person.infection.day
        if since < run.numbers.days("natural_from_days", 1):
            run.note("met somebody immune")
            return False
        table = run.numbers.protection[_NATURAL]
        natural = table[min(since, len(table) - 1)]
        left *= 1.0 - natural * (1.0 - run.numbers.variants[variant].natural_escape)
    before = left
    left *= 1.0 - by_vaccine(run, _AGAINST_INFECTION, days_since_dose(run, person), variant)
    if left <= u < before:
        run.note("protected by vaccine")
    return u < left


def severe_factor(run: Run, since: int, variant: int, earlier: int) -> float:
    """Return by how much severe illness is rarer or more frequent than the parameters say."""
    factor = run.numbers.variants[variant].severity
    factor *= 1.0 - by_vaccine(run, _AGAINST_SEVERE, since, variant)
    if earlier > 0:
        factor *= 1.0 - run.numbers.values["natural_severe"]
    return factor
