"""Where a run of the engine stands, kept in memory: what a day may still read, and no more.

Buffers are sized for the largest outbreak; of each only the part in use is copied, so that the cost follows what the
run has touched. What is written and read within one day (``fresh``, ``sorted``, ``contacts`` ...) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import layout as at
from songhanh.epidemic.calendar import USED, Calendar
from songhanh.epidemic.controls import EpidemicControls
from songhanh.epidemic.groups import Books, Numbers, State


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The evening of one day of one run; only the engine that took it can go on from it.

    Attributes
    ----------
    next_day
        Run day that follows.
    seed, base_seed
        Seeds of the draws of further days, and of who is lodged at a site.
    latest
        Levers of the last day.
    words
        Words of the touched people.
    parts
        Copies of the parts in use, in the order of `parts_in_use`.
    """

    next_day: int
    seed: np.uint64
    base_seed: np.uint64
    numbers: Numbers
    imported: NDArray[np.int64]
    latest: EpidemicControls | None
    counters: NDArray[np.int64]
    marks: NDArray[np.int64]
    further_marks: NDArray[np.int64]
    words: NDArray[np.uint64]
    parts: tuple[NDArray[Any], ...]


def parts_in_use(state: State, calendar: Calendar, books: Books, day: int) -> Iterator[NDArray[Any]]:
    """Yield a view of every part in use, once the counters and marks are those of the run."""
    counters, n = state.counters, int(calendar.marks[USED])
    for array, counter in (
        (state.touched, at.N_TOUCHED),
        (state.records, at.N_RECORDS),
        (state.active, at.N_ACTIVE),
        (state.slots, at.N_SLOTS),
        (state.closed, at.N_CLOSED),
        (state.urgent, at.N_URGENT_PENDING),
        (state.screening, at.N_MASS_PENDING),
        (state.trace_queue, at.N_TRACE_QUEUE),
        (state.campaign_from, at.N_CAMPAIGNS),
        (state.coverage, at.N_CAMPAIGNS),
        (state.doses, at.N_CAMPAIGNS),
        (state.site_coverage, at.N_CAMPAIGNS),
        (state.site_doses, at.N_CAMPAIGNS),
    ):
        yield array[: counters[counter]]
    for level in range(len(state.further)):
        yield state.further[level, : state.further_marks[level, 1]]
    yield from (
        state.tests_due, state.place_closed, state.place_closed_on, state.place_recent, state.place_away,
        state.hamlet_cases, state.hamlet_sealed_to, state.sealed, state.sealed_by_rule, state.was_locked,
        state.last_open, state.absent, state.sealed_workers, state.lodgers_gone,
    )  # fmt: skip
    yield from (calendar.chunks[:n], calendar.fill[:n], calendar.following[:n])
    yield from (calendar.heads, calendar.tails)
    for name, book in zip(Books._fields, books, strict=True):
        yield book[:, :day] if name == "daily" else book[:day]
