"""The numbers of one world, and the tables that kernels draw from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.parameters import ParameterTable, read_table
from songhanh.epidemic import layout as at
from songhanh.epidemic.controls import Layer

Scalar = TypeVar("Scalar", bound=np.generic)
AGE_GROUPS = tuple(range(0, 90, 10))
_SENSITIVITY_DAYS = (1, 4, 5, 8, 9, 21)
_SENSITIVITY_ENDS = 30
_MOST_DAYS = 15.0  # quantile tables are cut here
_PROBABILITIES = ("symptomatic_share", "asymptomatic_infectiousness", "share_out", "share_commute")
_POSITIVE = (
    "dispersion",
    "latent_mean_days",
    "latent_shape",
    "infectious_mean_days",
    "infectious_shape",
    "incubation_median_days",
    "incubation_sigma",
    "ward_stay_mean_days",
    "icu_stay_mean_days",
    "quarantine_room_people",
)


@lru_cache(maxsize=1)
def table() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.epidemic") / "parameters.csv")


@dataclass(frozen=True, eq=False)
class EpidemicParameters:
    """One world's numbers as arrays for kernels; make one with `from_values`.

    Attributes
    ----------
    values
        Every parameter of `parameters.csv` by name.
    rates
        (9,) infections a layer contributes to R, by `controls.Layer`.
    reals, wholes
        Scalars by position, see `layout`.
    tables
        (5, 4096) quantile tables: individual infectiousness (times 1; mean 1), latent days, incubation days,
        days from symptoms to sample, length of stay relative to its mean.
    profile
        (14,) share of a person's infectiousness by day since the end of latency; sums to 1.
    sensitivity
        (31,) probability that a single sample finds an infection, by day since infection.
    severity
        (3, 9) probability by age group of being at least severe, at least critical, and of death.
    stays
        (2,) mean days in a ward and in intensive care.
    """

    values: Mapping[str, float]
    rates: NDArray[np.float64]
    reals: NDArray[np.float64]
    wholes: NDArray[np.int64]
    tables: NDArray[np.float64]
    profile: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    severity: NDArray[np.float64]
    stays: NDArray[np.float64]

    @staticmethod
    def from_values(values: Mapping[str, float] | None = None) -> EpidemicParameters:
        """Build the tables from values by name; what is not given keeps its default.

        Raises
        ------
        SonghanhError
            If a name is unknown or a value is impossible (a probability above 1, a negative rate).
        """
        complete = table().with_overrides(values or {})
        return _build(tuple(complete.items()))

    @property
    def mean_generation_days(self) -> float:
        """Return the mean time from an infection to the ones it causes, in days."""
        return float(self.tables[at.T_LATENT].mean() + (self.profile * np.arange(at.PROFILE_DAYS)).sum())


@lru_cache(maxsize=512)
def _build(items: tuple[tuple[str, float], ...]) -> EpidemicParameters:
    values = dict(items)
    _check(values)
    return EpidemicParameters(
        values=values,
        rates=_frozen(_rates(values)),
        reals=_frozen(_reals(values)),
        wholes=_frozen(_wholes(values)),
        tables=_frozen(_tables(values)),
        profile=_frozen(_profile(values)),
        sensitivity=_frozen(_sensitivity(values)),
        severity=_frozen(_severity(values)),
        stays=_frozen(np.array([values["ward_stay_mean_days"], values["icu_stay_mean_days"]])),
    )


def _frozen(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array


def _check(values: Mapping[str, float]) -> None:
    probabilities = [
        name
        for name in values
        if name in _PROBABILITIES
        or name.startswith(("severe_age", "icu_share", "death_age", "pcr_sensitivity"))
    ]
    faults = [_fault(name, values[name], "0 to 1") for name in probabilities if not 0 <= values[name] <= 1]
    faults += [_fault(name, values[name], "above 0") for name in _POSITIVE if not values[name] > 0]
    faults += [
        _fault(name, value, "0 or more, and finite")
        for name, value in values.items()
        if not (value >= 0 and math.isfinite(value))
    ]
    if faults:
        raise SonghanhError(faults)


def _fault(name: str, value: float, allowed: str) -> Fault:
    return Fault(
        code="parameter.range",
        message=f"{name} is {value:g}; allowed: {allowed}.",
        remedy="Give a value in the allowed range.",
        parameter=name,
    )


def _rates(values: Mapping[str, float]) -> NDArray[np.float64]:
    """Split R on layers. R is an average over infections with and without symptoms, hence the division."""
    symptomatic = values["symptomatic_share"]
    mean = symptomatic + (1.0 - symptomatic) * values["asymptomatic_infectiousness"]
    rates = np.zeros(len(Layer))
    for layer in Layer:
        if layer is not Layer.IMPORT:
            rates[layer] = values["reproduction_number"] * values[f"share_{layer.name.lower()}"]
    return rates / mean if mean > 0 else rates * 0.0


def _reals(values: Mapping[str, float]) -> NDArray[np.float64]:
    reals = np.zeros(at.N_REALS)
    reals[at.SHARE_OUT] = values["share_out"]
    reals[at.SHARE_COMMUTE] = values["share_commute"]
    reals[at.IDLE_BOARDING] = values["idle_boarding_factor"]
    reals[at.DORMITORY] = values["dormitory_factor"]
    reals[at.SITE_FACTOR] = values["site_factor"]
    reals[at.SHARE_SYMPTOMATIC] = values["symptomatic_share"]
    reals[at.ASYMPTOMATIC_FACTOR] = values["asymptomatic_infectiousness"]
    reals[at.COMMUNITY_CONTACTS] = values["community_contacts_traceable"]
    reals[at.POOL_LOSS] = values["pool_sensitivity_loss"]
    return reals


def _wholes(values: Mapping[str, float]) -> NDArray[np.int64]:
    names = {
        at.TURNAROUND: "lab_turnaround_days",
        at.TRACE_DELAY: "trace_delay_days",
        at.TRACE_WINDOW: "trace_window_days",
        at.ISOLATION_DAYS: "isolation_days",
        at.TEST_1: "quarantine_test_day_1",
        at.TEST_2: "quarantine_test_day_2",
        at.TEST_3: "quarantine_test_day_3",
        at.ROOM_SIZE: "quarantine_room_people",
        at.ONSET_TO_WARD: "onset_to_ward_days",
        at.WARD_TO_ICU: "ward_to_icu_days",
    }
    wholes = np.zeros(at.N_WHOLES, np.int64)
    for position, name in names.items():
        wholes[position] = round(values[name])
    # A test on the day of entry would fall before the day's laboratory step.
    for test in (at.TEST_1, at.TEST_2, at.TEST_3, at.ISOLATION_DAYS, at.ROOM_SIZE, at.WARD_TO_ICU):
        wholes[test] = max(1, wholes[test])
    return wholes


def _tables(values: Mapping[str, float]) -> NDArray[np.float64]:
    q = (np.arange(at.TABLE_SIZE) + 0.5) / at.TABLE_SIZE
    tables = np.empty((5, at.TABLE_SIZE))
    k = values["dispersion"]
    spread = stats.gamma.ppf(q, k, scale=1.0 / k)
    tables[at.T_SPREAD] = spread / spread.mean()
    shape = values["latent_shape"]
    latent = stats.gamma.ppf(q, shape, scale=values["latent_mean_days"] / shape)
    tables[at.T_LATENT] = np.clip(np.rint(latent), 1.0, _MOST_DAYS)
    incubation = stats.lognorm.ppf(q, values["incubation_sigma"], scale=values["incubation_median_days"])
    tables[at.T_INCUBATION] = np.clip(np.rint(incubation), 1.0, _MOST_DAYS + 6.0)
    tables[at.T_SEEK] = np.minimum(_geometric(q, values["symptoms_to_test_days"]), _MOST_DAYS)
    tables[at.T_LENGTH] = stats.gamma.ppf(q, 3.0, scale=1.0 / 3.0)
    return tables


def _geometric(q: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Return quantiles of the geometric distribution on 0, 1, 2, ... with a mean."""
    return np.floor(np.log1p(-q) / math.log(mean / (1.0 + mean))) if mean > 0 else np.zeros_like(q)


def _profile(values: Mapping[str, float]) -> NDArray[np.float64]:
    shape = values["infectious_shape"]
    edges = np.arange(at.PROFILE_DAYS + 1, dtype=np.float64)
    profile = np.diff(stats.gamma.cdf(edges, shape, scale=values["infectious_mean_days"] / shape))
    return np.asarray(profile / profile.sum(), np.float64)


def _sensitivity(values: Mapping[str, float]) -> NDArray[np.float64]:
    days = (*_SENSITIVITY_DAYS, _SENSITIVITY_ENDS)
    found = [values[f"pcr_sensitivity_day_{day}"] for day in _SENSITIVITY_DAYS]
    curve = np.interp(np.arange(at.DETECTABLE_DAYS), days, [*found, 0.0])
    curve[0] = 0.0  # nobody is found on the day of infection
    return curve


def _severity(values: Mapping[str, float]) -> NDArray[np.float64]:
    ratio = values["severity_ratio"]
    severe = np.array([min(1.0, ratio * values[f"severe_age_{age}"]) for age in AGE_GROUPS])
    critical = severe * np.array([values[f"icu_share_age_{age}"] for age in AGE_GROUPS])
    death = np.array([min(1.0, ratio * values[f"death_age_{age}"]) for age in AGE_GROUPS])
    critical = np.maximum(critical, death)  # who dies has been in intensive care
    return np.stack([np.maximum(severe, critical), critical, death])
