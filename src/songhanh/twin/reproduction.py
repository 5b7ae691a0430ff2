"""R from day to day with its interval, growth and doubling; and whether they can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import gamma

from songhanh.core.text import Text
from songhanh.twin.generation import infection_pressure
from songhanh.twin.outlook import Floats
from songhanh.twin.table import table

WINDOW = 7
WEEK = 7


@dataclass(frozen=True)
class Spread:
    """Three quantiles of one number."""

    p05: float
    p50: float
    p95: float

    def as_dict(self) -> dict[str, float]:
        """Return it for JSON."""
        return {"p05": self.p05, "p50": self.p50, "p95": self.p95}


def reproduction_number(
    cases: Floats,
    weights: Floats,
    dispersion: float = 1.0,
    window: int = WINDOW,
    pressure: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Return shape and rate, (T,) each, of the gamma posterior of R over the days up to each day.

    Cori et al. 2013 (doi 10.1093/aje/kwt133): in a window the cases are the pressure times R. Announcements in batches
    vary more than a Poisson count: their weight is divided by the dispersion.

    Parameters
    ----------
    cases
        (T,) by day.
    weights
        (S,) renewal weights.
    dispersion
        Variance over mean of a day's cases.
    window
        Days.
    pressure
        (T,) pressure where it is known better than from the cases alone (an outbreak found late).
    """
    values = table().defaults()
    prior, mean = values["cori_prior_shape"], values["cori_prior_mean"]
    force = infection_pressure(cases, weights) if pressure is None else pressure
    found, due = np.cumsum(np.r_[0.0, cases]), np.cumsum(np.r_[0.0, force])
    days = np.arange(1, len(cases) + 1)
    start = np.maximum(days - window, 0)
    shape = prior + (found[days] - found[start]) / dispersion
    rate = prior / mean + (due[days] - due[start]) / dispersion
    return shape, rate


def spread_of_r(shape: float, rate: float) -> Spread:
    """Return the quantiles of a gamma posterior."""
    low, middle, high = (float(gamma.ppf(q, shape, scale=1.0 / rate)) for q in (0.05, 0.5, 0.95))
    return Spread(low, middle, high)


def growth_a_day(cases: Floats, dispersion: float, n_draws: int, random: np.random.Generator) -> Floats:
    """Draw (n_draws,) the growth a day from the week before the last to the last week."""
    last, before = cases[-WEEK:].sum(), cases[-2 * WEEK : -WEEK].sum()
    draws = random.gamma(np.array([last, before]) / dispersion + 0.5, 1.0, (n_draws, 2))
    return np.asarray(np.log(draws[:, 0] / draws[:, 1]) / WEEK)


def doubling_days(growth: Spread) -> Spread | None:
    """Return the time to double (negative: to halve); None where the interval of growth holds zero."""
    if growth.p05 <= 0.0 <= growth.p95:
        return None
    # The fastest growth is the shortest time: the order turns round.
    ends = sorted((np.log(2.0) / growth.p05, np.log(2.0) / growth.p95))
    return Spread(float(ends[0]), float(np.log(2.0) / growth.p50), float(ends[1]))


def caveat(cases: Floats, tests: Floats | None, delay_moved: float | None) -> tuple[Text | None, bool]:
    """Return why R is to be read with care, if it is, and whether it can be shown at all.

    Parameters
    ----------
    cases
        (T,) of the province.
    tests
        (T,) tests of the province, if known.
    delay_moved
        Change of the mean delay from the sample to the announcement over a week, in days, if known.
    """
    values = table().defaults()
    if cases[-WEEK:].sum() < values["r_fewest_cases"]:
        return Text(
            "Quá ít ca trong 7 ngày qua để ước tính R.", "Too few cases in the last 7 days to estimate R."
        ), False
    if tests is not None and len(tests) >= 2 * WEEK:
        last, before = tests[-WEEK:].sum(), tests[-2 * WEEK : -WEEK].sum()
        if last > 0 and before > 0:
            ratio = float(last / before)
            words = Text(
                "Số xét nghiệm đã thay đổi {ratio:.1f} lần so với tuần trước.",
                "Tests changed by a factor of {ratio:.1f} over the week before.",
            ).format(ratio=ratio)
            moved = abs(np.log(ratio))
            if moved > np.log(values["tests_moved_hide"]):
                hidden = Text(" Vì vậy không hiển thị R.", " R is not shown for that reason.")
                return Text(words.vi + hidden.vi, words.en + hidden.en), False
            if moved > np.log(values["tests_moved"]):
                return words, True
    if delay_moved is not None and abs(delay_moved) > values["backlog_days_moved"]:
        return Text(
            "Thời gian từ lấy mẫu đến công bố đã thay đổi {days:+.1f} ngày trong một tuần (tồn đọng hoặc trả dồn).",
            "The time from sample to announcement changed by {days:+.1f} days in a week (a backlog grew or was cleared).",
        ).format(days=delay_moved), True
    share = float(cases[-WEEK:].max() / max(cases[-WEEK:].sum(), 1.0))
    if share > values["batch_day_share"]:
        return Text(
            "Một ngày công bố {share:.0%} số ca của tuần (trả kết quả dồn).",
            "One day announced {share:.0%} of the week's cases (a batch).",
        ).format(share=share), True
    return None, True
