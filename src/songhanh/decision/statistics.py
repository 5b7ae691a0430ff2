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


def beyond(values: NDArray[np.float64], share: float) -> float:
    """Return the value that at most a share of the worlds passes: above 0 exactly where more than the share is above 0."""
    return float(np.sort(values)[::-1][min(int(share * len(values)), len(values) - 1)])


def worlds_won(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the (W,) worlds in which a plan dominates another: nowhere worse and somewhere better.

    Parameters
    ----------
    one, other
        (W, M) objectives of the two plans in the same worlds; less is better.
    """
    return np.asarray(np.all(one <= other, axis=1) & np.any(one < other, axis=1))


def front(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of (N, M) points no other point dominates; less is better, equal points are all kept."""
    no_worse = np.all(points[:, None, :] <= points[None, :, :], axis=2)
    better = np.any(points[:, None, :] < points[None, :, :], axis=2)
    return np.asarray(~np.any(no_worse & better, axis=0))


def knee(points: NDArray[np.float64]) -> int:
    """Return the point of a front that lies nearest to the best of every objective, each scaled to the front's range.

    The compromise of Zeleny 1973 (in Cochrane & Zeleny, Multiple Criteria Decision Making) at Euclidean distance.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = (points - low) / np.where(high > low, high - low, 1.0)
    return int(np.argmin((scaled**2).sum(axis=1)))


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
