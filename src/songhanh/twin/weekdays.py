"""Which weekdays announce more than others."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from songhanh.twin.table import table


def weekday_factors(province: NDArray[np.float64], last: date) -> NDArray[np.float64]:
    """Return (7,) what a weekday (Monday first) announces over the mean of its week; mean 1.

    Drawn to 1 as long as few weeks are known: a weekday counts as if it had stood at the mean for
    ``weekday_prior_weeks`` weeks, and a day's ratio to the seven days about it is weighed by their cases.
    """
    prior = table().defaults()["weekday_prior_weeks"]
    above, total = np.zeros(7), np.zeros(7)
    centred = [t for t in range(3, len(province) - 3) if province[t - 3 : t + 4].sum() > 0]
    mean = float(np.mean([province[t - 3 : t + 4].mean() for t in centred])) if centred else 1.0
    for t in centred:
        due = province[t - 3 : t + 4].mean()
        weekday = (last - timedelta(days=len(province) - 1 - t)).weekday()
        above[weekday] += province[t]
        total[weekday] += due
    factors = (above + prior * mean) / (total + prior * mean)
    return np.asarray(factors / factors.mean())
