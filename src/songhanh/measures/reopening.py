"""The one rule by which restrictions end, the same for every plan that is compared.

An area steps down one level after so many days without a case outside quarantine, and goes back to the ordered
level when cases return. A closed site reopens on site, then staggered, then as normal, each step after so many
days and once its cases in a week, per 1,000 workers, are few. Its numbers are the policy ``reopening``.
Only *observed* cases are read, never infections, and none later than the report delay allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.measures.ground import Floats, Indices
from songhanh.measures.placed import Placed
from songhanh.response import Observed, Policy

NEVER = 1_000_000
WAITING = -1  # stage of a place whose trigger has not been pulled
RELEASED = -2  # the same, once the measure has ended there by its own release


@dataclass(slots=True)
class Watch:
    """What the rule knows of observed cases; fed one day after another. C communes, S sites."""

    last_case: NDArray[np.int64]  # (C,) last day with a case outside quarantine
    known_to: int  # last report day that was read
    recent: NDArray[np.int64]  # (C,) cases outside quarantine in the window of return
    at_sites: NDArray[np.int64]  # (S + 1,) cases among workers in the window of the rule

    @classmethod
    def blank(cls, n_communes: int, n_sites: int) -> Watch:
        """Return a watch that has seen nothing."""
        zeros = np.zeros(n_communes, np.int64)
        return cls(zeros - NEVER, -1, zeros, np.zeros(n_sites + 1, np.int64))

    def read(self, observed: Observed, day: int, rule: Policy) -> None:
        """Read the reports that are known on a day."""
        until = max(self.known_to, day - max(int(rule["report_delay_days"]), 1))
        for report_day in range(self.known_to + 1, until + 1):
            self.last_case[observed.outside_quarantine(report_day, report_day) > 0] = report_day
        self.known_to = until
        self.recent = observed.outside_quarantine(until + 1 - int(rule["area_again_window_days"]), until)
        self.at_sites = observed.at_sites(until + 1 - int(rule["site_window_days"]), until)


@dataclass(frozen=True)
class Rungs:
    """Every place of every measure in one list, so that one pass a day steps all of them. E entries.

    Attributes
    ----------
    start
        (M + 1,) first entry of each measure: its communes, then its sites, or one for the province.
    owner, ladder, steps_from, ends
        (E,) measure, stages until it is over, first day of the rule and last day in force.
    areas, communes, sites, numbers
        Entries that are communes and which; entries that are sites and which.
    closure
        Whether the sites' measure closes them as ordered.
    workers
        Workers of the sites.
    """

    start: Indices
    owner: Indices
    ladder: NDArray[np.int16]
    steps_from: NDArray[np.int64]
    ends: NDArray[np.int64]
    areas: Indices
    communes: Indices
    sites: Indices
    numbers: Indices
    closure: NDArray[np.bool_]
    workers: Floats


def rungs_of(placed: Sequence[Placed], workers: Floats) -> Rungs:
    """Return the places of some measures in one list."""
    counts = [one.n_places for one in placed]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    owner = np.repeat(np.arange(len(placed)), counts).astype(np.intp)
    areas = [start[i] + np.arange(len(one.communes)) for i, one in enumerate(placed)]
    sites = [start[i] + len(one.communes) + np.arange(len(one.sites)) for i, one in enumerate(placed)]
    numbers = _joined([one.sites for one in placed])
    closing = np.array([one.measure.closes_sites() for one in placed], np.bool_)
    site_entries = _joined(sites)
    return Rungs(
        start=start,
        owner=owner,
        ladder=np.array([one.measure.ladder() for one in placed], np.int16)[owner],
        steps_from=np.array([NEVER if p.steps_from is None else p.steps_from for p in placed], np.int64)[
            owner
        ],
        ends=np.array([NEVER if one.ends is None else one.ends for one in placed], np.int64)[owner],
        areas=_joined(areas),
        communes=_joined([one.communes for one in placed]),
        sites=site_entries,
        numbers=numbers,
        closure=closing[owner[site_entries]],
        workers=np.append(workers, np.inf)[numbers],
    )


def _joined(parts: Sequence[Indices]) -> Indices:
    return np.concatenate([np.zeros(0, np.intp), *parts]).astype(np.intp)


def step(
    rungs: Rungs, stage: NDArray[np.int16], since: NDArray[np.int64], watch: Watch, rule: Policy, day: int
) -> list[int]:
    """Step every place by the rule and return the measures of which some place moved.

    Parameters
    ----------
    stage, since
        (E,) stage of each entry (0 as ordered, ladder: over) and the day it was reached; changed in place.
    """
    back, down = np.zeros(len(stage), np.bool_), np.zeros(len(stage), np.bool_)
    at = rungs.areas
    back[at], down[at] = area_moves(
        since[at], watch.last_case[rungs.communes], watch.recent[rungs.communes], rule, watch.known_to
    )
    at = rungs.sites
    back[at], down[at] = site_moves(
        stage[at], since[at], watch.at_sites[rungs.numbers], rungs.workers, rungs.closure, rule, day
    )
    may = (rungs.steps_from <= day) & (day <= rungs.ends) & (stage >= 0)
    back &= may & (stage > 0)
    down &= may & ~back & (stage < rungs.ladder)
    moved = back | down
    if not moved.any():
        return []
    stage[down] += 1
    stage[back] = 0
    since[moved] = day
    return sorted(set(rungs.owner[moved].tolist()))


def area_moves(
    since: NDArray[np.int64],
    last_case: NDArray[np.int64],
    recent: NDArray[np.int64],
    rule: Policy,
    known_to: int,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which areas go back to their ordered level and which have been quiet long enough to step down."""
    quiet = known_to + 1 - np.maximum(since, last_case + 1)
    return recent >= rule["area_again_cases"], quiet >= rule["area_quiet_days"]


def site_moves(
    stage: NDArray[np.int16],
    since: NDArray[np.int64],
    cases: NDArray[np.int64],
    workers: Floats,
    closure: NDArray[np.bool_],
    rule: Policy,
    day: int,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which sites go back to their ordered mode and which may take the next step towards normal."""
    rate = cases / np.maximum(workers, 1.0) * 1000.0
    back = (rate >= rule["site_again_per_1000"]) & (cases >= rule["site_again_min_cases"])
    reopening = (stage == 0) & closure
    days = np.where(reopening, rule["site_first_days"], rule["site_next_days"])
    few = rate <= np.where(reopening, rule["site_first_per_1000"], rule["site_next_per_1000"])
    return back, (day - since >= days) & few
