"""Who is protected: by vaccination, by an earlier infection, by age."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.groups import Ints, Reals
from songhanh.epidemic.layout import AGE_MASK, CELL, COMMUNE, IMMUNE_DAYS, N_AGES, TRAITS

_VACCINE = int(Purpose.VACCINE)


@bare_kernel
def first_day_over(u: float, day: int, column: Reals) -> int:
    """Return the first day up to ``day`` on which a growing share lies above ``u``; the last one does."""
    lo, hi = 0, day
    while lo < hi:
        middle = (lo + hi) // 2
        if column[middle] > u:
            hi = middle
        else:
            lo = middle + 1
    return lo


@bare_kernel
def days_since_dose(
    who: int,
    day: int,
    people: Ints,
    n_sectors: int,
    coverage: Reals,
    site_coverage: Reals,
    base_seed: np.uint64,
) -> int:
    """Return the days since a person's first dose, or -1: the place of each person in its group is fixed."""
    u = uniform(address(base_seed, who, 0, _VACCINE), 0)
    group = N_AGES * people[who, COMMUNE] + (people[who, TRAITS] & AGE_MASK)
    since = -1
    if coverage[day, group] > u:
        since = day - first_day_over(u, day, coverage[:, group])
    cell = people[who, CELL]
    if cell >= 0:
        site = cell // n_sectors
        if site < site_coverage.shape[1] and site_coverage[day, site] > u:
            since = max(since, day - first_day_over(u, day, site_coverage[:, site]))
    return min(since, IMMUNE_DAYS - 1)


@bare_kernel
def by_vaccine(row: int, since: int, variant: int, escape: int, protection: Reals, variants: Reals) -> float:
    """Return a protection by vaccination, less what a variant escapes; 0 without a dose."""
    if since < 0:
        return 0.0
    return protection[row, since] * (1.0 - variants[variant, escape])
