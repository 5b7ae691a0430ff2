"""What many worlds say about one number: mean, 90% interval, tail and regret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.05, 0.5, 0.95)


def spread(values: NDArray[np.float64]) -> dict[str, float]:
    """Summarise one number over worlds.

    Parameters
    ----------
    values
        (W,) one value a world; less is better.

    Returns
    -------
    dict
        ``mean``, ``p05``, ``p50``, ``p95`` and ``cvar90``, the mean of the worst tenth of the worlds.
    """
    low, middle, high = np.quantile(values, QUANTILES)
    worst = np.sort(values)[-max(1, len(values) // 10) :]
    return {
        "mean": float(values.mean()),
        "p05": float(low),
        "p50": float(middle),
        "p95": float(high),
        "cvar90": float(worst.mean()),
    }


def band(series: NDArray[np.float64]) -> dict[str, list[float]]:
    """Summarise a (W, D) series by day as three lists: ``p05``, ``p50``, ``p95``."""
    low, middle, high = np.quantile(series, QUANTILES, axis=0)
    return {"p05": low.tolist(), "p50": middle.tolist(), "p95": high.tolist()}


def max_regret(table: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
    """Return each plan's largest regret: how far it falls behind the best plan of the same world.

    Parameters
    ----------
    table
        (W,) values by plan, the worlds in the same order.
    """
    best = np.min(np.stack(list(table.values())), axis=0)
    return {plan: float(np.max(values - best)) for plan, values in table.items()}


def dominated_by(table: Mapping[str, Mapping[str, float]], objectives: Sequence[str]) -> dict[str, list[str]]:
    """Say which plans are beaten, and by which.

    Parameters
    ----------
    table
        Mean of every objective by plan; less is better.
    objectives
        The numbers that count.

    Returns
    -------
    dict
        For each plan those that are no worse on every objective and better on at least one.
    """
    plans = list(table)
    point = {plan: np.array([table[plan][name] for name in objectives]) for plan in plans}
    return {
        plan: [
            other
            for other in plans
            if other != plan and np.all(point[other] <= point[plan]) and np.any(point[other] < point[plan])
        ]
        for plan in plans
    }
