"""The books of the day, and the reset that visits only what was touched."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel
from songhanh.epidemic.groups import (
    D_HOSPITAL,
    D_ICU,
    D_IN_PLACES,
    D_QUARANTINED,
    D_SEALED,
    D_SEVERE,
    Books,
    Ints,
    State,
    Words,
)
from songhanh.epidemic.layout import (
    N_AWAY,
    NOW_HOSPITAL,
    NOW_ICU,
    NOW_IN_PLACES,
    NOW_QUARANTINED,
    NOW_SEALED,
    NOW_SEVERE,
)


@bare_kernel
def account(day: int, s: State, books: Books) -> None:
    """Write down who is in hospital, in quarantine, sealed in and away from work today."""
    daily, counters, absent, by_day = books.daily, s.counters, s.absent, books.absent
    daily[D_HOSPITAL, day] = counters[NOW_HOSPITAL]
    daily[D_SEVERE, day] = counters[NOW_SEVERE]
    daily[D_ICU, day] = counters[NOW_ICU]
    daily[D_QUARANTINED, day] = counters[NOW_QUARANTINED]
    daily[D_IN_PLACES, day] = counters[NOW_IN_PLACES]
    daily[D_SEALED, day] = counters[NOW_SEALED]
    for cell in range(absent.shape[0]):
        for kind in range(N_AWAY):
            by_day[day, cell, kind] = absent[cell, kind]
        books.locked[day, cell] = s.sealed_workers[cell]


@bare_kernel
def clear_touched(words: Words, touched: Ints, number: int) -> None:
    """Forget a run: the cost follows the people it touched, not the province."""
    for j in range(number):
        words[touched[j]] = np.uint64(0)
