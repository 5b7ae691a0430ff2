"""The weighted interval score of quantile forecasts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The 23 levels of the forecast hubs: 11 central intervals and the median.
LEVELS = np.array([0.01, 0.025, *np.arange(0.05, 0.96, 0.05).round(2), 0.975, 0.99])
MEDIAN = 11


def weighted_interval_score(
    quantiles: NDArray[np.float64], counted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weighted interval score (Bracher et al. 2021, doi 10.1371/journal.pcbi.1008618), natural scale.

    With the weights of that paper the score is twice the mean of the pinball losses of its quantiles.

    Parameters
    ----------
    quantiles
        (23, ...) at `LEVELS`.
    counted
        (...) what came.
    """
    levels = LEVELS.reshape(-1, *([1] * counted.ndim))
    above = counted[None] - quantiles
    pinball = np.where(above >= 0, levels * above, (levels - 1.0) * above)
    return np.asarray(2.0 * pinball.mean(axis=0))


def is_covered(
    quantiles: NDArray[np.float64], counted: NDArray[np.float64], central: float
) -> NDArray[np.bool_]:
    """Tell (...) whether what came lies in the central interval, ends included."""
    low = int(np.argmin(np.abs(LEVELS - (1.0 - central) / 2.0)))
    return np.asarray((quantiles[low] <= counted) & (counted <= quantiles[len(LEVELS) - 1 - low]))


def quantiles_of(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (23, ...) quantiles of (P, ...) equally likely samples."""
    return np.asarray(np.quantile(samples, LEVELS, axis=0))
