"""Which workplaces a household lives on, so that one can say how many have nobody at work for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.province import Population

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Earners:
    """Households with at least one earner, those with the same workplaces counted together. G groups.

    Attributes
    ----------
    cells
        (G, L) work cell (site * J + sector) of each earner; the number of cells where there are fewer earners.
    households
        (G,) households of each group.
    """

    cells: NDArray[np.int64]
    households: NDArray[np.int64]


def earners_of(people: Population) -> Earners:
    """Group the households of a population by where their members work.

    A household with more earners than fit in one key is taken to live on the first of them.
    """
    base = people.n_cells + 1
    most = int(63 // np.log2(base))
    workers = np.flatnonzero(people.work_cell >= 0)
    household, cell = people.household[workers].astype(np.int64), people.work_cell[workers].astype(np.int64)
    order = np.lexsort((cell, household))
    household, cell = household[order], cell[order]
    _, first, count = np.unique(household, return_index=True, return_counts=True)
    place = np.arange(len(household)) - np.repeat(first, count)
    kept = place < most
    table = np.full((len(first), most), people.n_cells, np.int64)
    table[np.repeat(np.arange(len(first)), count)[kept], place[kept]] = cell[kept]
    key = table @ (base ** np.arange(most, dtype=np.int64))
    _, one, households = np.unique(key, return_index=True, return_counts=True)
    return Earners(table[one], households.astype(np.int64))


def without_work(earners: Earners, at_work: NDArray[np.floating], workers: Floats, days: int) -> float:
    """Return the households of which no earner is at work on any of so many days on end.

    Those away are taken to be the same people as long as they are as many, and earners of one household to be away
    independently of each other.

    Parameters
    ----------
    at_work
        (E, S + 1, J) people at work a day.
    workers
        (S + 1, J) people with a job there.
    days
        Length of the spell.
    """
    if len(at_work) < days:
        return 0.0
    away = 1.0 - at_work.reshape(len(at_work), -1) / np.maximum(workers.reshape(-1), 1.0)
    last = len(away) - days + 1
    spell = away[:last].copy()
    for later in range(1, days):
        np.minimum(spell, away[later : later + last], out=spell)
    longest = np.append(np.clip(spell.max(axis=0), 0.0, 1.0), 1.0)
    longest[longest < 1e-9] = 0.0  # rounding of the accounts is no absence
    first = longest[earners.cells[:, 0]]
    left = np.flatnonzero(first)  # most households have somebody at a workplace that never stops
    share = first[left]
    for cells in earners.cells[left, 1:].T:
        share *= longest[cells]
    return float(share @ earners.households[left])
