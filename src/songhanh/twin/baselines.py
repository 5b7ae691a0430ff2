"""What a forecast must beat: last week again, growth continued, and a plain renewal model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from songhanh.twin.generation import infection_pressure, renewal_weights
from songhanh.twin.outlook import Floats
from songhanh.twin.wis import LEVELS

WEEK = 7
MOST_GROWTH = 4.0  # times a week; two small numbers one after the other would say more
R_WINDOW = 7  # days, as in Cori et al. 2013, doi 10.1093/aje/kwt133
# Gamma prior with mean 1, worth four cases: a weaker one makes of one case an epidemic.
R_SHAPE, R_SCALE = 4.0, 0.25
FEWEST_ERRORS = 20  # before a baseline has made as many errors its intervals rest on counting
COUNTING_SD = (
    1.0  # of the square root of a count whose variance is four times its mean, as our structures begin
)
QUIET = 0.5  # a forecast below half a case: its errors are those of places without cases


def last_week(cases: Floats) -> Floats:
    """Return (2, K): both weeks like the last."""
    week = cases[-WEEK:].sum(axis=0)
    return np.stack([week, week])


def growth(cases: Floats) -> Floats:
    """Return (2, K): the ratio of the last week to the one before goes on."""
    week, before = cases[-WEEK:].sum(axis=0), cases[-2 * WEEK : -WEEK].sum(axis=0)
    ratio = np.clip((week + 0.5) / (before + 0.5), 1.0 / MOST_GROWTH, MOST_GROWTH)
    return np.stack([week * ratio, week * ratio**2])


def renewal(cases: Floats) -> Floats:
    """Return (2, K): R of the last seven days (posterior mean) goes on."""
    weights = renewal_weights()
    pressure = infection_pressure(cases, weights)
    r = (R_SHAPE + cases[-R_WINDOW:].sum(axis=0)) / (1.0 / R_SCALE + pressure[-R_WINDOW:].sum(axis=0))
    line = [*cases]
    for _ in range(2 * WEEK):
        back = line[: -len(weights) - 1 : -1]
        line.append(r * sum(weight * day for weight, day in zip(weights, back, strict=False)))
    ahead = np.array(line[len(cases) :])
    return np.stack([ahead[:WEEK].sum(axis=0), ahead[WEEK:].sum(axis=0)])


BASELINES: dict[str, Callable[[Floats], Floats]] = {
    "last_week": last_week,
    "growth": growth,
    "renewal": renewal,
}


def baseline_quantiles(name: str, cases: Floats) -> Floats:
    """Return (23, 2, K) quantiles of a baseline, from (T, K) cases of one level up to the evening.

    Intervals come from its own errors on every earlier evening, on the square root of the count (where the variance of
    a count does not depend on its size), both signs of each, over all places of the level: places where it says less
    than half a case apart from the others. Before it has made `FEWEST_ERRORS` errors they are those of a count.
    """
    point = BASELINES[name]
    middle = point(cases)
    errors: dict[tuple[int, bool], list[Floats]] = {(w, quiet): [] for w in (0, 1) for quiet in (False, True)}
    for end in range(WEEK, len(cases) - WEEK + 1):
        said = point(cases[:end])
        for w in range(min(2, (len(cases) - end) // WEEK)):
            came = cases[end + WEEK * w : end + WEEK * (w + 1)].sum(axis=0)
            quiet = said[w] < QUIET
            error = np.sqrt(came) - np.sqrt(said[w])
            for is_quiet in (False, True):
                errors[w, is_quiet].append(error[quiet == is_quiet])
    result = np.zeros((len(LEVELS), *middle.shape))
    for w in (0, 1):
        for is_quiet in (False, True):
            here = (middle[w] < QUIET) == is_quiet
            offsets = _offsets(np.concatenate([*errors[w, is_quiet], np.zeros(0)]))
            result[:, w, here] = np.maximum(np.sqrt(middle[w, here])[None] + offsets[:, None], 0.0) ** 2
    return result


def _offsets(errors: Floats) -> Floats:
    """Return (23,) quantiles of errors with both signs; those of a count stand in until there are enough."""
    lacking = max(0, FEWEST_ERRORS - len(errors))
    ranks = (np.arange(lacking) + 0.5) / max(lacking, 1)
    stand_in = COUNTING_SD * ndtri(0.5 + 0.5 * ranks)
    both = np.concatenate([errors, -errors, stand_in, -stand_in])
    return np.asarray(np.quantile(both, LEVELS))
