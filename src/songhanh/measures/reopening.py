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

from songhanh.core.jit import kernel
from songhanh.measures.ground import Floats, Indices
from songhanh.measures.placed import Placed
from songhanh.response import Observed, Policy

NEVER = 1_000_000
Cases = NDArray[np.int64]
WAITING = -1  # stage of a place whose trigger has not been pulled
RELEASED = -2  # the same, once the measure has ended there by its own release


class Watch:
    """What the rule knows of observed cases; fed one day after another. C communes, S sites.

    Attributes
    ----------
    last_case
        (C,) last day with a case outside quarantine.
    known_to
        Last report day that was read.
    """

    def __init__(
        self, last_case: NDArray[np.int64], known_to: int, sums: tuple[list[Cases], list[Cases]]
    ) -> None:
        self.last_case = last_case
        self.known_to = known_to
        self._sums = sums  # cases outside quarantine by commune, and by site, reported before each day

    @classmethod
    def blank(cls, n_communes: int, n_sites: int) -> Watch:
        """Return a watch that has seen nothing."""
        zeros = np.zeros(n_communes, np.int64)
        return cls(zeros - NEVER, -1, ([zeros], [np.zeros(n_sites + 1, np.int64)]))

    def copy(self) -> Watch:
        """Return a watch that has seen the same."""
        return Watch(self.last_case.copy(), self.known_to, (self._sums[0].copy(), self._sums[1].copy()))

    def read(self, observed: Observed, day: int, rule: Policy) -> None:
        """Read the reports that are known on a day."""
        until = max(self.known_to, day - max(int(rule["report_delay_days"]), 1))
        areas, sites = self._sums
        for report_day in range(self.known_to + 1, until + 1):
            found = observed.outside_quarantine(report_day, report_day)
            self.last_case[found > 0] = report_day
            areas.append(areas[-1] + found)
            sites.append(sites[-1] + observed.at_sites(report_day, report_day))
        self.known_to = until

    def between(self, first: int, last: int) -> tuple[Cases, Cases]:
        """Return (C,) cases outside quarantine and (S + 1,) among workers, reported on days first..last."""
        areas, sites = self._sums
        end = min(max(last + 1, 0), len(areas) - 1)
        start = min(max(first, 0), end)
        return areas[end] - areas[start], sites[end] - sites[start]

    def cases(self, window_days: int) -> tuple[Cases, Cases]:
        """Return the same, of the last days that are known."""
        return self.between(self.known_to + 1 - window_days, self.known_to)


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
    moved = np.zeros(len(rungs.start) - 1, np.bool_)
    recent, _ = watch.cases(int(rule["area_again_window_days"]))
    _, at_sites = watch.cases(int(rule["site_window_days"]))
    any_moved = step_areas(
        rungs.areas, rungs.communes, rungs.owner, rungs.ladder, rungs.steps_from, rungs.ends, stage, since,
        watch.last_case, recent, watch.known_to, day, rule["area_again_cases"], rule["area_quiet_days"], moved,
    )  # fmt: skip
    any_moved |= step_sites(
        rungs.sites, rungs.numbers, rungs.closure, rungs.workers, rungs.owner, rungs.ladder, rungs.steps_from,
        rungs.ends, stage, since, at_sites, day, rule["site_again_per_1000"], rule["site_again_min_cases"],
        rule["site_first_days"], rule["site_next_days"], rule["site_first_per_1000"], rule["site_next_per_1000"],
        moved,
    )  # fmt: skip
    return np.flatnonzero(moved).tolist() if any_moved else []


@kernel
def step_areas(
    areas: Indices, communes: Indices, owner: Indices, ladder: NDArray[np.int16], steps_from: Cases, ends: Cases,
    stage: NDArray[np.int16], since: Cases, last_case: Cases, recent: Cases, known_to: int, day: int,
    again_cases: float, quiet_days: float, moved: NDArray[np.bool_],
) -> bool:  # fmt: skip
    """Send areas with new cases back to their ordered level, and step those down that have been quiet long enough."""
    some = False
    for k in range(areas.shape[0]):
        e, c = areas[k], communes[k]
        if stage[e] < 0 or not steps_from[e] <= day <= ends[e]:
            continue
        quiet = known_to + 1 - max(since[e], last_case[c] + 1)
        back = stage[e] > 0 and recent[c] >= again_cases
        down = not back and stage[e] < ladder[e] and quiet >= quiet_days
        if back or down:
            stage[e] = 0 if back else stage[e] + 1
            since[e] = day
            moved[owner[e]] = some = True
    return some


@kernel
def step_sites(
    sites: Indices, numbers: Indices, closure: NDArray[np.bool_], workers: Floats, owner: Indices,
    ladder: NDArray[np.int16], steps_from: Cases, ends: Cases, stage: NDArray[np.int16], since: Cases,
    cases: Cases, day: int, again_per_1000: float, again_min: float, first_days: float, next_days: float,
    first_per_1000: float, next_per_1000: float, moved: NDArray[np.bool_],
) -> bool:  # fmt: skip
    """Send sites with many cases back to their ordered mode; others take the next step towards normal in time."""
    some = False
    for k in range(sites.shape[0]):
        e, site = sites[k], numbers[k]
        if stage[e] < 0 or not steps_from[e] <= day <= ends[e]:
            continue
        rate = cases[site] / max(workers[k], 1.0) * 1000.0
        reopening = stage[e] == 0 and closure[k]
        back = stage[e] > 0 and rate >= again_per_1000 and cases[site] >= again_min
        in_time = day - since[e] >= (first_days if reopening else next_days)
        few = rate <= (first_per_1000 if reopening else next_per_1000)
        down = not back and stage[e] < ladder[e] and in_time and few
        if back or down:
            stage[e] = 0 if back else stage[e] + 1
            since[e] = day
            moved[owner[e]] = some = True
    return some
