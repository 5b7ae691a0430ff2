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
    """

    person: Ints
    source: Ints
    day: Ints
    layer: Ints
    onset: Ints
    found_on: Ints


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
    locked: Ints


@dataclass(frozen=True, eq=False)
class EpidemicResult:
    """One run: D days, C communes, S sites, K = (S + 1) * J work cells (site * J + sector).

    The counts of workers who cannot come to work are disjoint: a person is in one of ``absent`` (two reasons),
    ``dead_workers``, ``firm_closed`` and ``locked``, so their sum is the exact union.

    Attributes
    ----------
    infections
        (D, C) infections by commune of residence.
    infections_layer
        (D, 9) infections by `controls.Layer`.
    reported
        (D, C, 4) confirmed cases by commune of residence and `controls.Found`, by day of report.
    reported_site
        (D, S + 1) confirmed cases by site of the job (column S: a job elsewhere).
    reported_age
        (D, 9) confirmed cases by age group 0-9, ..., 80 and over.
    deaths
        (D, C) deaths by commune of residence.
    hospital, severe, icu
        (D,) people under treatment (every confirmed case until release), severely ill, and in intensive care;
        at the end of the day.
    quarantined, in_places
        (D,) people in quarantine, and those of them in quarantine places.
    tests, lab_queue
        (D,) samples run, and samples waiting.
    traced, trace_queue
        (D,) contacts newly quarantined, and confirmed cases whose contacts wait to be traced.
    absent
        (D, K, 2) workers isolated, and workers quarantined, outside locked communes.
    dead_workers
        (D, K) workers who have died, outside locked communes.
    firm_closed
        (D, K) workers of firms closed for their cases who are not away for another reason.
    locked
        (D, K) workers living in communes under lock-down.
    n_extended
        Quarantines that began again because of a case in the same room or home.
    tree
        The transmission tree, if asked for.
    """

    infections: Ints
    infections_layer: Ints
    reported: Ints
    reported_site: Ints
    reported_age: Ints
    deaths: Ints
    hospital: Ints
    severe: Ints
    icu: Ints
    quarantined: Ints
    in_places: Ints
    tests: Ints
    lab_queue: Ints
    traced: Ints
    trace_queue: Ints
    absent: Ints
    dead_workers: Ints
    firm_closed: Ints
    locked: Ints
    n_extended: int
    tree: Tree | None
