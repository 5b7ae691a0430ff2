"""The calendar of events: buckets keep their order, chunks are used again, a full one is an error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.epidemic import layout as at
from songhanh.epidemic.calendar import CHUNK, FREE, USED, Calendar, calendar, clear, done, push

DAYS = 6


class Kept:
    """A calendar with its counters, and short ways to use it."""

    def __init__(self, n_events: int = 1000) -> None:
        self.arrays: Calendar = calendar(DAYS, n_events)
        self.counters = np.zeros(at.N_COUNTERS, np.int64)

    def put(self, kind: int, day: int, subject: int) -> None:
        push(kind, day, subject, *self.arrays, self.counters)

    def bucket(self, kind: int, day: int) -> list[int]:
        found, chunk = [], self.arrays.heads[kind, day]
        while chunk >= 0:
            found += self.arrays.chunks[chunk, : self.arrays.fill[chunk]].tolist()
            chunk = self.arrays.following[chunk]
        return found

    def over(self, kind: int, day: int) -> None:
        _, _, *rest = self.arrays
        done(kind, day, *rest)

    @property
    def is_full(self) -> bool:
        return self.counters[at.FULL] == at.FULL_EVENTS


@pytest.mark.parametrize("number", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 3])
def test_a_bucket_keeps_the_order_in_which_it_was_filled(number: int) -> None:
    kept = Kept()
    for subject in range(number):
        kept.put(at.CARE, 3, subject)
        kept.put(at.MEET, 3, -subject)
    assert kept.bucket(at.CARE, 3) == list(range(number))
    assert kept.bucket(at.MEET, 3) == [-subject for subject in range(number)]
    assert kept.bucket(at.CARE, 2) == []


def test_events_after_the_horizon_are_dropped() -> None:
    kept = Kept()
    for day in (DAYS, DAYS + 1, 10**6):
        kept.put(at.RESULT, day, 1)
    assert kept.arrays.marks[USED] == 0 and not kept.is_full


def test_chunks_of_days_that_are_over_are_used_again() -> None:
    kept = Kept(n_events=3 * CHUNK)
    rounds = 50 * len(kept.arrays.fill)
    for round_ in range(rounds):
        day = round_ % DAYS
        for subject in range(3 * CHUNK):
            kept.put(at.TRACE, day, subject)
        assert kept.bucket(at.TRACE, day) == list(range(3 * CHUNK))
        kept.over(at.TRACE, day)
        assert kept.bucket(at.TRACE, day) == []
    assert kept.arrays.marks[USED] == 3 and not kept.is_full


def test_as_many_events_as_asked_for_fit_however_they_are_spread() -> None:
    kept = Kept(n_events=500)
    for kind in range(at.N_EVENT_KINDS):
        for day in range(DAYS):
            kept.put(kind, day, 7)
    for subject in range(500 - at.N_EVENT_KINDS * DAYS):
        kept.put(at.MEET, 0, subject)
    assert not kept.is_full


def test_a_full_calendar_is_an_error_and_can_be_cleared() -> None:
    kept = Kept(n_events=10)
    room = len(kept.arrays.fill) * CHUNK
    for subject in range(room):
        kept.put(at.MEET, 0, subject)
    assert not kept.is_full
    kept.put(at.MEET, 0, room)
    assert kept.is_full
    assert len(kept.bucket(at.MEET, 0)) == room
    clear(kept.arrays)
    kept.counters[:] = 0
    assert kept.bucket(at.MEET, 0) == []
    assert kept.arrays.marks.tolist() == [-1, 0]
    kept.put(at.MEET, 0, 5)
    assert kept.bucket(at.MEET, 0) == [5] and not kept.is_full


def test_emptying_an_empty_bucket_changes_nothing() -> None:
    kept = Kept()
    kept.over(at.CARE, 1)
    assert kept.arrays.marks[FREE] == -1


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, DAYS), st.booleans(), st.integers(1, 200))))
def test_a_calendar_behaves_as_lists_do(steps: list[tuple[int, int, bool, int]]) -> None:
    kept = Kept(n_events=200 * len(steps))
    lists: dict[tuple[int, int], list[int]] = {}
    for kind, day, is_over, number in steps:
        if is_over and day < DAYS:
            kept.over(kind, day)
            lists.pop((kind, day), None)
        for subject in range(number):
            kept.put(kind, day, subject + 1000 * number)
            if day < DAYS:
                lists.setdefault((kind, day), []).append(subject + 1000 * number)
    for kind in range(3):
        for day in range(DAYS):
            assert kept.bucket(kind, day) == lists.get((kind, day), [])
    assert not kept.is_full
