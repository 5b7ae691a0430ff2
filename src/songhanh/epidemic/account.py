"""The books of the day, and the reset that visits only what was touched."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import kernel
from songhanh.epidemic.layout import (
    AWAY_DEAD,
    AWAY_FIRM,
    AWAY_ISOLATED,
    AWAY_QUARANTINED,
    N_PLACES_TOUCHED,
    N_TOUCHED,
    NOW_HOSPITAL,
    NOW_ICU,
    NOW_IN_PLACES,
    NOW_QUARANTINED,
    NOW_SEVERE,
)
from songhanh.epidemic.state import Counters, Ints, Words

# rows of the daily numbers of the province
(
    D_HOSPITAL,
    D_SEVERE,
    D_ICU,
    D_QUARANTINED,
    D_IN_PLACES,
    D_TESTS,
    D_LAB_QUEUE,
    D_TRACED,
    D_TRACE_QUEUE,
) = range(9)
N_DAILY = 9


@kernel
def account(
    day: int,
    absent: Ints,
    locked_workers: Ints,
    counters: Counters,
    daily: Ints,
    absent_by_day: Ints,
    dead_by_day: Ints,
    firm_closed_by_day: Ints,
    locked_by_day: Ints,
) -> None:
    """Write down who is in hospital, in quarantine and away from work today."""
    daily[D_HOSPITAL, day] = counters[NOW_HOSPITAL]
    daily[D_SEVERE, day] = counters[NOW_SEVERE]
    daily[D_ICU, day] = counters[NOW_ICU]
    daily[D_QUARANTINED, day] = counters[NOW_QUARANTINED]
    daily[D_IN_PLACES, day] = counters[NOW_IN_PLACES]
    for cell in range(absent.shape[0]):
        absent_by_day[day, cell, 0] = absent[cell, AWAY_ISOLATED]
        absent_by_day[day, cell, 1] = absent[cell, AWAY_QUARANTINED]
        dead_by_day[day, cell] = absent[cell, AWAY_DEAD]
        firm_closed_by_day[day, cell] = absent[cell, AWAY_FIRM]
        locked_by_day[day, cell] = locked_workers[cell]


@kernel
def clear(words: Words, touched: Ints, place_state: Ints, places_touched: Ints, counters: Counters) -> None:
    """Forget a run: the cost follows the people and places it touched, not the province."""
    for j in range(counters[N_TOUCHED]):
        words[touched[j]] = np.uint64(0)
    for j in range(counters[N_PLACES_TOUCHED]):
        place_state[places_touched[j], :] = 0
