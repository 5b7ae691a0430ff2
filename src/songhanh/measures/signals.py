"""Observed indicators by place, from the running totals of reported cases that a `Watch` keeps.

A condition is asked of the latest day whose reports are known, and of the days before it where it must have held for
several days in a row. Days before the first of the run and after the last that was reported are days without a case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.measures.ground import Floats, Ground, Indices
from songhanh.measures.reopening import Watch
from songhanh.measures.triggers import Condition

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Places:
    """Where a condition is asked: communes, then sites; or the province as one place, which counts its communes."""

    ground: Ground
    is_province: bool
    communes: Indices
    sites: Indices

    def __len__(self) -> int:
        return 1 if self.is_province else len(self.communes) + len(self.sites)

    def cases(self, watch: Watch, first: int, last: int) -> Counts:
        """Return the cases of each place on days first..last: outside quarantine in areas, of all workers at sites."""
        areas, sites = watch.between(first, last)
        if self.is_province:
            return np.asarray(areas.sum(keepdims=True))
        return np.concatenate([areas[self.communes], sites[self.sites]])

    def cases_since(self, watch: Watch, first: int, last: int, since: Counts | None) -> Counts:
        """Return the same, each place from a day of its own where that is later."""
        if since is None:
            return self.cases(watch, first, last)
        starts = np.maximum(first, since)
        found = np.zeros(len(self), np.int64)
        for start in np.unique(starts):
            here = starts == start
            found[here] = self.cases(watch, int(start), last)[here]
        return found

    def people(self) -> Floats:
        """Return the people of each place that is an area."""
        people = self.ground.people
        return np.array([people.sum()]) if self.is_province else people[self.communes]


def holds(condition: Condition, watch: Watch, places: Places, since: Counts | None = None) -> Flags:
    """Tell in which places a condition has held on each of its last ``for_days`` days.

    Parameters
    ----------
    since
        First day that counts, by place: earlier cases are not looked at, and the condition cannot have held before it.
        All days count without it.
    """
    met = _counts_from(places, since, watch.known_to - condition.for_days + 1)
    for end in range(watch.known_to, watch.known_to - condition.for_days, -1):
        met &= _holds_at(condition, watch, places, since, end)
    return met


def _counts_from(places: Places, since: Counts | None, day: int) -> Flags:
    """Tell in which places a day counts."""
    return np.ones(len(places), np.bool_) if since is None else np.asarray(since <= day)


def _holds_at(condition: Condition, watch: Watch, places: Places, since: Counts | None, end: int) -> Flags:
    window = condition.window_days
    if condition.indicator == "days_without":
        first = end + 1 - int(condition.threshold)
        quiet = places.cases_since(watch, first, end, since) == 0
        return np.asarray(quiet & _counts_from(places, since, first))
    counted = places.cases_since(watch, end + 1 - window, end, since)
    value: Floats = counted.astype(np.float64)
    if condition.indicator == "per_1000_workers":
        value = value / np.maximum(places.ground.workers[places.sites], 1.0) * 1000.0
    elif condition.indicator == "per_100k_week":
        value = value / window * 7.0 / np.maximum(places.people(), 1.0) * 100_000.0
    elif condition.indicator == "growth":
        before = places.cases_since(watch, end + 1 - 2 * window, end - window, since)
        value = value / np.maximum(before, 1)
    if condition.at_least is not None:
        return np.asarray(value >= condition.threshold)
    return np.asarray(value <= condition.threshold)
