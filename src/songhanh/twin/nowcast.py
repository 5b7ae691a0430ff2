"""How many there are already: cases by day of the sample that are yet to be announced; else the level behind batches."""

from __future__ import annotations

from datetime import date

import numpy as np

from songhanh.twin.delays import LONGEST, Delays
from songhanh.twin.outlook import Floats, Outlook

SMOOTHED_DAYS = 7


def by_sample_day(
    delays: Delays, last: date, n_draws: int, random: np.random.Generator, dispersion: float = 1.0
) -> Floats:
    """Draw (n_draws, T) cases by day of the sample that will have been announced in the end, T days up to ``last``.

    Of the cases of a day, those announced so far are a share p by the delays; with n announced, the rest is negative
    binomial with size n + 1/2 and probability p (the posterior under Jeffreys' prior).

    Raises
    ------
    ValueError
        If delays are not known.
    """
    if delays.announced is None:
        raise ValueError("without sample dates there is nothing to complete")
    days = (last - delays.first).days + 1
    announced = delays.triangle[:days].sum(axis=1)
    upto = np.cumsum(delays.announced)
    waited = np.minimum(np.arange(days)[::-1], LONGEST)
    share = np.clip(upto[waited], 1e-3, 1.0)
    size = (announced + 0.5) / dispersion
    rate = random.gamma(size, dispersion, (n_draws, days)) * (1.0 - share) / share
    return np.asarray(announced + random.poisson(rate))


def level_behind_batches(outlook: Outlook, cases: Floats, weekday: Floats, n_draws: int,
                         random: np.random.Generator) -> Floats:  # fmt: skip
    """Draw (n_draws, T, K) the cases that were due on each day, batch days and weekdays evened out.

    The seven days about a day (fewer at the end of the series) stand for it; gamma, as wide as the dispersion of the
    announcements makes it.
    """
    days = len(cases)
    plain = cases / weekday[:, None]
    half = SMOOTHED_DAYS // 2
    dispersion = outlook.dispersion(cases)
    drawn = np.zeros((n_draws, *cases.shape))
    for t in range(days):
        low, high = max(0, t - half), min(days, t + half + 1)
        total, n = plain[low:high].sum(axis=0), high - low
        shape = (total + 0.5) / dispersion
        drawn[:, t] = random.gamma(shape, dispersion / n, (n_draws, cases.shape[1]))
    return drawn
