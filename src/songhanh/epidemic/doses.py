"""How many first doses were given each day, from the campaigns of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import layout as at
from songhanh.epidemic.groups import State
from songhanh.epidemic.people import Packed


def first_doses(state: State, packed: Packed, days: int, lived: int) -> NDArray[np.int32]:
    """Return (days,) the first doses of each day that has been lived."""
    campaigns = int(state.counters[at.N_CAMPAIGNS])
    begins = [*state.campaign_from[:campaigns].tolist(), lived]
    given = np.zeros(days)
    for share, dose, people in (
        (state.coverage, state.doses, packed.group_sizes.reshape(-1)),
        (state.site_coverage, state.site_doses, packed.site_workers[: packed.n_sites]),
    ):
        for k in range(campaigns):
            first, end = begins[k], begins[k + 1]
            given[first:end] += _given(end - first, share[k], dose[k], people)
    return np.rint(given).astype(np.int32)


def _given(
    days: int, share: NDArray[np.float64], dose: NDArray[np.float64], people: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the first doses of each day of a campaign; a group has no more of them once all its people had one."""
    full_days = np.full(len(dose), days, np.int64)
    ends = share + days * dose > 1.0
    left = 1.0 - share[ends]
    full_days[ends] = np.minimum(left / dose[ends], days).astype(np.int64)
    daily = dose * people
    stops = np.bincount(full_days, weights=daily, minlength=days + 1)[:days]
    given = daily.sum() - np.cumsum(stops)
    rest = (left - full_days[ends] * dose[ends]) * people[ends]
    return np.asarray(given + np.bincount(full_days[ends], weights=rest, minlength=days + 1)[:days])
