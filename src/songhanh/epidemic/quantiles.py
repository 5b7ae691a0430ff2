"""Tables that kernels draw from with one uniform: days and ratios by quantile, and curves by day.

Distributions come from `scipy.special`: `scipy.stats` takes longer to import than a replicate takes to run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import special

from songhanh.epidemic import layout as at

_SENSITIVITY_DAYS = (1, 4, 5, 8, 9, 21)
_SENSITIVITY_ENDS = 30
_MOST_DAYS = 15.0  # quantile tables are cut here
Floats = NDArray[np.float64]


def _quantiles() -> Floats:
    return (np.arange(at.TABLE_SIZE) + 0.5) / at.TABLE_SIZE


def day_tables(values: Mapping[str, float]) -> NDArray[np.int16]:
    """Return whole days by quantile: latent period, incubation, symptoms to sample, latency to contact."""
    q = _quantiles()
    tables = np.empty((4, at.TABLE_SIZE), np.int16)
    shape = values["latent_shape"]
    latent = special.gammaincinv(shape, q) * (values["latent_mean_days"] / shape)
    tables[at.T_LATENT] = np.clip(np.rint(latent), 1.0, _MOST_DAYS)
    incubation = np.exp(values["incubation_sigma"] * special.ndtri(q)) * values["incubation_median_days"]
    tables[at.T_INCUBATION] = np.clip(np.rint(incubation), 1.0, _MOST_DAYS + 6.0)
    tables[at.T_SEEK] = np.minimum(_geometric(q, values["symptoms_to_test_days"]), _MOST_DAYS)
    shape = values["infectious_shape"]
    edges = np.arange(at.PROFILE_DAYS + 1, dtype=np.float64)
    within = special.gammainc(shape, edges / (values["infectious_mean_days"] / shape))
    tables[at.T_PROFILE] = days_of_profile(np.diff(within))
    return tables


def days_of_profile(profile: Floats) -> NDArray[np.int16]:
    """Return the day by quantile of a profile of infectiousness by day."""
    share = np.cumsum(profile / profile.sum())
    share[-1] = 1.0
    return np.searchsorted(share, _quantiles(), side="left").astype(np.int16)


def profile_of(tables: NDArray[np.int16]) -> Floats:
    """Return the share of infectiousness by day since the end of latency, as the table draws it."""
    return np.bincount(tables[at.T_PROFILE], minlength=at.PROFILE_DAYS) / at.TABLE_SIZE


def _geometric(q: Floats, mean: float) -> Floats:
    """Return quantiles of the geometric distribution on 0, 1, 2, ... with a mean."""
    return np.floor(np.log1p(-q) / math.log(mean / (1.0 + mean))) if mean > 0 else np.zeros_like(q)


def ratio_tables(values: Mapping[str, float]) -> Floats:
    """Return by quantile: individual infectiousness with mean 1, and length of stay relative to its mean."""
    q = _quantiles()
    k = values["dispersion"]
    spread = special.gammaincinv(k, q) / k
    return np.stack([spread / spread.mean(), special.gammaincinv(3.0, q) / 3.0])


def sensitivity_curve(values: Mapping[str, float]) -> Floats:
    """Return (31,) the probability that a single sample finds an infection, by day since infection."""
    days = (*_SENSITIVITY_DAYS, _SENSITIVITY_ENDS)
    found = [values[f"pcr_sensitivity_day_{day}"] for day in _SENSITIVITY_DAYS]
    curve = np.interp(np.arange(at.DETECTABLE_DAYS), days, [*found, 0.0])
    curve[0] = 0.0  # nobody is found on the day of infection
    return np.asarray(curve, np.float64)


def protection(values: Mapping[str, float]) -> Floats:
    """Return (3, 1024) protection by day, see `EpidemicParameters.protection`.

    A dose works after a delay; the second follows the first after an interval; then protection wanes
    exponentially. Protection against severe disease is given overall and becomes that of somebody infected.
    """
    day = np.arange(at.IMMUNE_DAYS, dtype=np.float64)
    infection = _doses(values, day, "infection")
    overall = np.maximum(_doses(values, day, "severe"), infection)
    severe = 1.0 - (1.0 - overall) / np.maximum(1.0 - infection, 1e-9)
    natural = values["natural_infection"] * 0.5 ** (day / values["natural_half_life_days"])
    return np.stack([infection, np.clip(severe, 0.0, 1.0), natural])


def _doses(values: Mapping[str, float], day: Floats, against: str) -> Floats:
    works = round(values["vaccine_delay_days"])
    second = works + max(1, round(values["vaccine_interval_days"]))
    half_life = values[f"vaccine_{against}_half_life_days"]
    one = values[f"vaccine_1_{against}"] * 0.5 ** (np.maximum(day - works, 0.0) / half_life)
    two = values[f"vaccine_2_{against}"] * 0.5 ** (np.maximum(day - second, 0.0) / half_life)
    return np.where(day < works, 0.0, np.where(day < second, one, two))
