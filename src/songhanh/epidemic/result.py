"""What one run of the epidemic leaves behind: frozen arrays, time first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Tree:
    """The transmission tree: one row an infection, in the order of infection (n rows).

    Attributes
    ----------
    person, source, day, layer
        Who; the row of the infector (-1 from outside); run day of infection; `controls.Layer`.
    onset, found_on
        Run day of first symptoms and of confirmation; -1 never.
    found_as
        `controls.Found`; -1 never.
    outcome
        0 mild, 1 severe, 2 critical, 3 fatal.
    variant, earlier
        Position in `variants.csv`; earlier infections of the same person.
    vaccinated
        1 if a first dose came before the infection.
    """

    person: Ints
    source: Ints
    day: Ints
    layer: Ints
    onset: Ints
    found_on: Ints
    found_as: Ints
    outcome: Ints
    variant: Ints
    earlier: Ints
    vaccinated: Ints


@dataclass(frozen=True, eq=False)
class Confirmed:
    """Confirmed cases, in the order of infection (m rows).

    Attributes
    ----------
    person, reported_day, found
        Who; run day of the report; `controls.Found`.
    root
        Row of ``imports`` that the chain of infection goes back to.
    """

    person: Ints
    reported_day: Ints
    found: Ints
    root: Ints


@dataclass(frozen=True, eq=False)
class Absences:
    """Workers away on one day, (K,) each, disjoint: views that change with the next run."""

    isolated: Ints
    quarantined: Ints
    dead: Ints
    firm_closed: Ints
    gone: Ints
    locked: Ints


@dataclass(frozen=True, eq=False)
class EpidemicResult:
    """One run: D days, C communes, S sites, K = (S + 1) * J work cells (site * J + sector), A = 9 age groups.

    The counts of workers who cannot come to work are disjoint: a person is in one column of ``absent`` or in
    ``locked``, so their sum is the exact union.

    Attributes
    ----------
    infections
        (D, C) infections by commune of residence.
    infections_layer
        (D, 10) infections by `controls.Layer`.
    infections_age, infections_variant
        (D, A) by age group 0-9, ..., 80 and over, and (D, V) by variant.
    reported
        (D, C, 4) confirmed cases by commune of residence and `controls.Found`, by day of report.
    reported_site
        (D, S + 1) confirmed cases by site of the job (column S: a job elsewhere).
    reported_age
        (D, A) confirmed cases by age group.
    deaths, deaths_age
        (D, C) deaths by commune of residence, and (D, A) by age group.
    hospital, severe, icu
        (D,) people under treatment (every confirmed case until release), severely ill, and in intensive care;
        at the end of the day.
    quarantined, in_places
        (D,) people in quarantine, and those of them in quarantine places.
    sealed
        (D,) residents of sealed areas.
    gone, exported
        (D,) lodgers who are outside the province, and infections that left with them that day, not found before.
    doses
        (D,) first doses of vaccine.
    tests, lab_queue, false_positives
        (D,) samples run, samples waiting, and positive results of people who are not infected (expected number).
    traced, trace_queue
        (D, 4) contacts newly quarantined or monitored by level F1 to F4, and (D,) confirmed cases whose contacts
        wait to be traced.
    absent
        (D, K, 5) workers away outside sealed areas: isolated, quarantined, dead, in a firm closed for its cases
        (and not away for another reason), outside the province.
    locked
        (D, K) workers living in sealed areas.
    n_extended
        Quarantines that began again because of a case in the same room or home.
    n_kept_isolated
        Times that a case was kept for a positive sample when its days were over.
    n_reinfected, n_breakthrough
        Infections of people infected before, and of people with a dose of vaccine.
    tree
        The transmission tree, if asked for.
    """

    infections: Ints
    infections_layer: Ints
    infections_age: Ints
    infections_variant: Ints
    reported: Ints
    reported_site: Ints
    reported_age: Ints
    deaths: Ints
    deaths_age: Ints
    hospital: Ints
    severe: Ints
    icu: Ints
    quarantined: Ints
    in_places: Ints
    sealed: Ints
    gone: Ints
    exported: Ints
    doses: Ints
    tests: Ints
    lab_queue: Ints
    false_positives: Ints
    traced: Ints
    trace_queue: Ints
    absent: Ints
    locked: Ints
    n_extended: int
    n_kept_isolated: int
    n_reinfected: int
    n_breakthrough: int
    tree: Tree | None
