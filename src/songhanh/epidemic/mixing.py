"""Who meets whom in the community by age: contact rates of each hamlet and commune from one kernel.

A contact rate between two age groups is activity x activity x (1 - e + e x s x s x nearness in age); the scales s
make the near part average 1 over people. In each area rates are divided by their mean over pairs of its people, so
that the average person has as many contacts everywhere, and contacts are reciprocal.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.epidemic import layout as at
from songhanh.epidemic.parameters import AGE_GROUPS, EpidemicParameters
from songhanh.epidemic.people import Packed, age_bin

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
_ROUNDS = 200


class Mixing(NamedTuple):
    """Community contacts by age in hamlets and communes, see `groups.Numbers`."""

    hamlet_rows: Floats
    commune_rows: Floats
    hamlet_ages: Floats
    commune_ages: Floats


def age_kernel(parameters: EpidemicParameters, people: Floats) -> Floats:
    """Return (9, 9) the relative rate at which two people of given age groups meet.

    Parameters
    ----------
    people
        (9,) people by age group of the whole population.
    """
    values = parameters.values
    activity = np.array([values[f"activity_age_{age}"] for age in AGE_GROUPS])
    years = 10.0 * np.subtract.outer(np.arange(at.N_AGES), np.arange(at.N_AGES))
    near = np.exp(-0.5 * (years / values["age_mixing_years"]) ** 2)
    share = people / max(float(people.sum()), 1.0)
    scale = np.ones(at.N_AGES)
    for _ in range(_ROUNDS):  # each row averages 1 over people, with a symmetric kernel
        scale = np.sqrt(scale / np.maximum(near @ (scale * share), 1e-300))
    e = values["age_assortativity"]
    return np.outer(activity, activity) * (1.0 - e + e * near * np.outer(scale, scale))


def mixing_of(packed: Packed, parameters: EpidemicParameters) -> Mixing:
    """Return the community contacts by age of every hamlet and commune of a population."""
    hamlets, communes = len(packed.hamlets), packed.n_communes
    by_hamlet = np.zeros((hamlets, at.N_AGES))
    by_commune = np.zeros((communes, at.N_AGES))
    _count(packed.age_start, packed.hamlet_start, by_hamlet, by_commune)
    rates = age_kernel(parameters, by_commune.sum(axis=0))
    found = Mixing(
        np.zeros((hamlets, at.N_AGES)),
        np.zeros((communes, at.N_AGES)),
        np.zeros((hamlets, at.N_AGES, at.N_AGES)),
        np.zeros((communes, at.N_AGES, at.N_AGES)),
    )
    _rows(rates, by_hamlet, found.hamlet_rows, found.hamlet_ages)
    _rows(rates, by_commune, found.commune_rows, found.commune_ages)
    return found


@kernel
def _count(age_start: Ints, hamlet_start: Ints, by_hamlet: Floats, by_commune: Floats) -> None:
    for c in range(by_commune.shape[0]):
        for h in range(hamlet_start[c], hamlet_start[c + 1]):
            for a in range(by_commune.shape[1]):
                k = age_bin(c, h, a, hamlet_start)
                number = age_start[k + 1] - age_start[k]
                by_hamlet[h, a] = number
                by_commune[c, a] += number


@kernel
def _rows(rates: Floats, people: Floats, rows: Floats, ages: Floats) -> None:
    """Fill contact rates by age (mean 1 over the area's people), and cumulative shares of whom they meet."""
    n_ages = rates.shape[0]
    for area in range(people.shape[0]):
        total = 0.0
        pairs = 0.0
        for a in range(n_ages):
            row = 0.0
            for b in range(n_ages):
                row += rates[a, b] * people[area, b]
                ages[area, a, b] = row
            rows[area, a] = row
            total += people[area, a]
            pairs += row * people[area, a]
        for a in range(n_ages):
            if rows[area, a] <= 0.0:
                continue
            for b in range(n_ages):
                ages[area, a, b] /= rows[area, a]
            ages[area, a, n_ages - 1] = 1.0
            rows[area, a] *= total / pairs
