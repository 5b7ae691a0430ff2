"""How many days lie between a case and those it infects: the renewal weights, from the epidemic engine's own numbers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import layout
from songhanh.epidemic.parameters import EpidemicParameters


@lru_cache(maxsize=1)
def renewal_weights() -> NDArray[np.float64]:
    """Return (S,) the share of infections caused 1, 2, ... days after one's own; sums to 1.

    The latent period and the infectious profile of `epidemic/parameters.csv` (Kang et al. 2022,
    doi 10.2807/1560-7917.ES.2022.27.10.2100815) added up: mean near 5 days. It stands in for the interval between the
    announcements of a case and of those it infected, whose mean is the same where delays do not change.
    """
    parameters = EpidemicParameters.from_values()
    latent = np.bincount(parameters.day_tables[layout.T_LATENT]) / layout.TABLE_SIZE
    whole = np.convolve(latent, parameters.profile)
    weights = whole[1:].copy()
    weights[0] += whole[0]  # an infection on the same day is counted on the next
    weights = weights[: int(np.flatnonzero(weights > 1e-4).max()) + 1]
    weights /= weights.sum()
    weights.setflags(write=False)
    return weights


def infection_pressure(cases: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, ...) the cases of earlier days, each weighed by how far back it lies (Lambda of Cori et al. 2013).

    Parameters
    ----------
    cases
        (T, ...) cases by day.
    weights
        (S,) from `renewal_weights`.
    """
    pressure = np.zeros(cases.shape, np.float64)
    for s, weight in enumerate(weights, start=1):
        if s < len(cases):
            pressure[s:] += weight * cases[:-s]
    return pressure
