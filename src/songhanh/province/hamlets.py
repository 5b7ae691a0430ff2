"""Hamlets: the areas below the commune, in which people know each other and which are sealed for their cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Hamlets:
    """Hamlets of each commune.

    Attributes
    ----------
    start
        (C + 1,) hamlets of a commune are the numbers start[c] .. start[c + 1] - 1.
    of_household
        (H,) hamlet of each household or rented room.
    """

    start: NDArray[np.int32]
    of_household: NDArray[np.int32]


def hamlets(
    household_start: NDArray[Any],
    household_commune: NDArray[Any],
    household_boarding: NDArray[Any],
    n_communes: int,
    people_per_hamlet: float,
) -> Hamlets:
    """Cut each commune into hamlets of about equal size, between households and between boarding houses.

    Residents and lodgers are cut by themselves and joined: a hamlet has its share of both, as the villages
    around the parks do. The real borders are not in a pack.

    Parameters
    ----------
    household_start, household_commune, household_boarding
        As in `Population`: households sorted by commune, residents of a commune before its boarding houses.
    """
    size = np.diff(household_start).astype(np.int64)
    commune = household_commune.astype(np.int64)
    lodging = household_boarding >= 0
    people = np.bincount(commune, weights=size, minlength=n_communes)
    number = np.maximum(1, np.rint(people / people_per_hamlet)).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(number)])
    found = np.zeros(len(size), np.int64)
    for part in (~lodging, lodging):
        rows = np.flatnonzero(part)
        if not len(rows):
            continue
        before = _people_before(size[rows], commune[rows], household_boarding[rows])
        total = np.bincount(commune[rows], weights=size[rows], minlength=n_communes)
        at = commune[rows]
        within = np.minimum(number[at] - 1, before * number[at] // np.maximum(total[at], 1).astype(np.int64))
        found[rows] = start[at] + within
    return Hamlets(start.astype(np.int32), found.astype(np.int32))


def _people_before(
    size: NDArray[np.int64], commune: NDArray[np.int64], house: NDArray[Any]
) -> NDArray[np.int64]:
    """Return the people of the same commune who come before each household; rooms of a house stay together."""
    before = np.cumsum(size) - size
    first = np.concatenate([[True], commune[1:] != commune[:-1]])
    before = before - np.repeat(before[first], np.diff(np.append(np.flatnonzero(first), len(size))))
    is_new = first | (house < 0) | np.concatenate([[True], house[1:] != house[:-1]])
    return np.asarray(before[np.maximum.accumulate(np.where(is_new, np.arange(len(size)), 0))], np.int64)
