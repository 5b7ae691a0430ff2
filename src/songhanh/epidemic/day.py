"""One day of the epidemic, as an ordered list of rooms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import bare_kernel
from songhanh.epidemic.account import account
from songhanh.epidemic.calendar import Calendar
from songhanh.epidemic.care import care, confirm, end_isolations, end_quarantines
from songhanh.epidemic.closing import close_firms, seal_hamlets
from songhanh.epidemic.contact import transmit
from songhanh.epidemic.groups import Books, Levers, Numbers, State
from songhanh.epidemic.infect import begin_infections, import_infections
from songhanh.epidemic.laboratory import run_laboratory
from songhanh.epidemic.layout import FULL, SAME_LEVERS
from songhanh.epidemic.opening import move_lodgers, note_open, reopen_firms, seal_areas, vaccinate
from songhanh.epidemic.people import Packed
from songhanh.epidemic.testing import sample_rounds, test_quarantined, test_symptomatic
from songhanh.epidemic.tracing import trace


@bare_kernel
def live(
    day: int,
    seed: np.uint64,
    base_seed: np.uint64,
    people: Packed,
    numbers: Numbers,
    levers: Levers,
    state: State,
    calendar: Calendar,
    books: Books,
) -> None:
    """Live one day: open, import, meet, fall ill, be sampled, be reported, be traced, shut, account."""
    seal_areas(day, people, levers, state)
    note_open(day, levers, state)
    reopen_firms(day, people, levers, state)
    end_quarantines(day, people, state, calendar)
    end_isolations(day, seed, people, numbers, levers, state, calendar)
    move_lodgers(day, people, levers, state, books)
    vaccinate(day, levers, state)
    import_infections(day, numbers, state)
    transmit(day, seed, base_seed, people, numbers, levers, state, calendar)
    begin_infections(day, seed, base_seed, people, numbers, levers, state, calendar, books)
    care(day, seed, people, numbers, state, calendar, books)
    test_quarantined(day, seed, numbers, state, calendar)
    test_symptomatic(day, seed, people, numbers, levers, state, calendar)
    sample_rounds(day, seed, people, numbers, levers, state)
    run_laboratory(day, numbers, levers, state, calendar, books)
    n_confirmed = confirm(day, people, numbers, state, calendar, books)
    trace(day, seed, base_seed, people, numbers, levers, state, calendar, books)
    close_firms(day, n_confirmed, people, levers, state, calendar)
    seal_hamlets(day, n_confirmed, people, levers, state, calendar)
    account(day, state, books)


_P = len(Packed._fields)
_N = _P + len(Numbers._fields)
_S = _N + len(State._fields)
_C = _S + len(Calendar._fields)
_B = _C + len(Books._fields)


@bare_kernel
def live_days(day: int, end: int, seed: np.uint64, base_seed: np.uint64, *arrays: NDArray[Any]) -> int:
    """Live some days under the same levers, and return the day that comes next; a full buffer ends it.

    The arrays of all groups come in a row: they cross from Python three times as fast.
    """
    state = State(*arrays[_N:_S])
    while day < end and state.counters[FULL] == 0:
        live(
            day,
            seed,
            base_seed,
            Packed(*arrays[:_P]),
            Numbers(*arrays[_P:_N]),
            Levers(*arrays[_B:]),
            state,
            Calendar(*arrays[_S:_C]),
            Books(*arrays[_C:_B]),
        )
        state.counters[SAME_LEVERS] = 1
        day += 1
    return day
