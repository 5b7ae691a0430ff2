"""The people that the evidence is computed on: made-up ones that theory knows, and the example province."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic.people import Packed, pack
from songhanh.province import Population, load, population
from songhanh.province.hamlets import hamlets

EXAMPLE = "bac-giang-2021"


def homes(sizes: NDArray[np.int64]) -> Population:
    """Return adults of one commune in households of given sizes, without work or school."""
    n, number = int(sizes.sum()), len(sizes)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    commune, none = np.zeros(number, np.int16), np.full(number, -1, np.int32)
    areas = hamlets(start, commune, none, 1, float(n))
    empty, nobody = np.zeros(0, np.int32), np.full(n, -1, np.int32)
    return Population(
        household=np.repeat(np.arange(number, dtype=np.int32), sizes),
        age=np.full(n, 35, np.uint8),
        place=nobody,
        place_rank=nobody,
        work_cell=np.full(n, -1, np.int16),
        lodger=np.zeros(n, np.uint8),
        household_start=start,
        household_commune=commune,
        household_boarding=none,
        household_hamlet=areas.of_household,
        boarding_start=empty,
        boarding_end=empty,
        commune_start=np.array([0, n], np.int32),
        hamlet_start=areas.start,
        place_start=np.zeros(1, np.int32),
        place_members=empty,
        place_site=empty.astype(np.int16),
        place_sector=empty.astype(np.int8),
        place_commune=empty.astype(np.int16),
        place_kind=empty.astype(np.uint8),
        place_unit=empty.astype(np.int16),
        n_sites=1,
        n_sectors=1,
    )


@lru_cache(maxsize=2)
def alone(n: int) -> Packed:
    """Return people who live alone and meet each other at random."""
    return pack(homes(np.ones(n, np.int64)))


@lru_cache(maxsize=1)
def example() -> Population:
    """Return the people of the example province."""
    return population(load(EXAMPLE))


@lru_cache(maxsize=1)
def example_packed() -> Packed:
    """Return the same as kernels read them."""
    return pack(example())
