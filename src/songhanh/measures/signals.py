"""Observed indicators by place: running totals of reported cases, of which every indicator is a difference.

A condition is asked of the latest day whose reports are known, and of the days before it where it must have held for
several days in a row. Days before the first of the run and after the last that was reported are days without a case.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from songhanh.measures.ground import Floats, Ground, Indices
from songhanh.measures.triggers import Condition
from songhanh.response import Observed

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Signals:
    """Running totals of cases: in areas those outside quarantine, at sites all of their workers.

    ``areas`` (D + 1, C) and ``sites`` (D + 1, S + 1): row d holds the cases reported before run day d.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.known_to = -1
        self.areas = np.zeros((1, ground.n_communes), np.int64)
        self.sites = np.zeros((1, ground.n_sites + 1), np.int64)

    def read(self, observed: Observed, known_to: int) -> None:
        """Add the days that have become known since the last call."""
        while self.known_to < known_to:
            day = self.known_to + 1
            if day + 1 >= len(self.areas):
                self.areas, self.sites = _longer(self.areas), _longer(self.sites)
            self.areas[day + 1] = self.areas[day] + observed.outside_quarantine(day, day)
            self.sites[day + 1] = self.sites[day] + observed.at_sites(day, day)
            self.known_to = day

    def between(
        self, scope: str, communes: Indices, sites: Indices, first: Counts | int, last: int
    ) -> Counts:
        """Return the cases of each place on days first..last; communes, then sites, or one for the province."""
        last = max(last + 1, 0)
        first = np.clip(first, 0, last)
        if scope == "province":
            total = self.areas[last] - self.areas[np.broadcast_to(first, 1)[0]]
            return np.array([total.sum()], np.int64)
        n = len(communes)
        first = np.broadcast_to(first, n + len(sites))
        return np.concatenate(
            [
                self.areas[last, communes] - self.areas[first[:n], communes],
                self.sites[last, sites] - self.sites[first[n:], sites],
            ]
        )

    def holds(
        self, condition: Condition, scope: str, communes: Indices, sites: Indices, since: Counts | int
    ) -> Flags:
        """Tell in which places a condition has held on each of its last ``for_days`` days.

        Parameters
        ----------
        since
            First day that counts, by place or for all: earlier cases are not looked at, and the condition cannot have
            held before it.
        """
        met = np.ones(1 if scope == "province" else len(communes) + len(sites), np.bool_)
        for end in range(self.known_to, self.known_to - condition.for_days, -1):
            met &= self._holds_at(condition, scope, communes, sites, since, end)
        return np.asarray(met & (self.known_to - condition.for_days + 1 >= np.asarray(since)))

    def _holds_at(
        self,
        condition: Condition,
        scope: str,
        communes: Indices,
        sites: Indices,
        since: Counts | int,
        end: int,
    ) -> Flags:
        count = _counter(self, scope, communes, sites, since)
        window = condition.window_days
        if condition.indicator == "days_without":
            days = int(condition.threshold)
            quiet = count(end + 1 - days, end) == 0
            return np.asarray(quiet & (end + 1 - days >= np.asarray(since)))
        value: Floats = count(end + 1 - window, end).astype(np.float64)
        if condition.indicator == "per_1000_workers":
            value = value / np.maximum(self.ground.workers[sites], 1.0) * 1000.0
        elif condition.indicator == "per_100k_week":
            people = self.ground.people
            here = np.array([people.sum()]) if scope == "province" else people[communes]
            value = value / window * 7.0 / np.maximum(here, 1.0) * 100_000.0
        elif condition.indicator == "growth":
            value = value / np.maximum(count(end + 1 - 2 * window, end - window), 1)
        if condition.at_least is not None:
            return np.asarray(value >= condition.threshold)
        return np.asarray(value <= condition.threshold)


def _counter(
    signals: Signals, scope: str, communes: Indices, sites: Indices, since: Counts | int
) -> Callable[[int, int], Counts]:
    def count(first: int, last: int) -> Counts:
        return signals.between(scope, communes, sites, np.maximum(first, since), last)

    return count


def _longer(totals: Counts) -> Counts:
    return np.concatenate([totals, np.zeros_like(totals)])


def misplaced(
    condition: Condition, scope: str, communes: Indices, sites: Indices, n_sites: int
) -> str | None:
    """Return why a condition cannot be asked of some places, or nothing."""
    if condition.indicator == "per_1000_workers":
        if scope == "province" or len(communes):
            return "cases per 1,000 workers are counted at sites, not in areas"
        if (sites == n_sites).any():
            return "the workers outside the parks are not counted by site: leave 'rest' out"
    if condition.indicator == "per_100k_week" and len(sites):
        return "cases per 100,000 residents are counted in areas, not at sites"
    return None
