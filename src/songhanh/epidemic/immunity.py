"""Who is protected: by vaccination, by an earlier infection, by age."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.groups import Ints, Reals
from songhanh.epidemic.layout import AGE_MASK, CELL, COMMUNE, IMMUNE_DAYS, N_AGES, TRAITS

_VACCINE = int(Purpose.VACCINE)


@bare_kernel
def dose_day(u: float, day: int, n: int, begins: Ints, share: Reals, dose: Reals, group: int) -> int:
    """Return the first day up to ``day`` after which a group's share with a dose lies above ``u``, or -1.

    The share grows evenly within each of ``n`` campaigns, which are searched for the one that passes ``u``.
    """
    lo, hi = 0, n - 1
    while lo < hi:
        middle = (lo + hi) // 2
        if share[middle + 1, group] > u:
            hi = middle
        else:
            lo = middle + 1
    first, before, daily = begins[lo], share[lo, group], dose[lo, group]
    if before + (day - first + 1) * daily <= u:
        return -1
    days = int((u - before) / daily)  # the division may round to either side
    while days > 0 and before + days * daily > u:
        days -= 1
    while before + (days + 1) * daily <= u:
        days += 1
    return min(first + days, day)


@bare_kernel
def days_since_dose(
    who: int,
    day: int,
    people: Ints,
    n_sectors: int,
    campaigns: int,
    begins: Ints,
    coverage: Reals,
    doses: Reals,
    site_coverage: Reals,
    site_doses: Reals,
    base_seed: np.uint64,
) -> int:
    """Return the days since a person's first dose, or -1: the place of each person in its group is fixed."""
    u = uniform(address(base_seed, who, 0, _VACCINE), 0)
    group = N_AGES * people[who, COMMUNE] + (people[who, TRAITS] & AGE_MASK)
    given = dose_day(u, day, campaigns, begins, coverage, doses, group)
    since = day - given if given >= 0 else -1
    cell = people[who, CELL]
    if cell >= 0:
        site = cell // n_sectors
        if site < site_coverage.shape[1]:
            given = dose_day(u, day, campaigns, begins, site_coverage, site_doses, site)
            since = max(since, day - given if given >= 0 else -1)
    return min(since, IMMUNE_DAYS - 1)


@bare_kernel
def by_vaccine(row: int, since: int, variant: int, escape: int, protection: Reals, variants: Reals) -> float:
    """Return a protection by vaccination, less what a variant escapes; 0 without a dose."""
    if since < 0:
        return 0.0
    return protection[row, since] * (1.0 - variants[variant, escape])
