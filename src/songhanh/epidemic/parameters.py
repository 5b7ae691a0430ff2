"""The numbers of one world: values by name, checked, as arrays for kernels."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text
from songhanh.epidemic import layout as at
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.people import table
from songhanh.epidemic.quantiles import day_tables, profile_of, protection, ratio_tables, sensitivity_curve

Scalar = TypeVar("Scalar", bound=np.generic)
AGE_GROUPS = tuple(range(0, 90, 10))
_SHARES = (
    "symptomatic_share",
    "asymptomatic_infectiousness",
    "share_out",
    "share_hamlet",
    "share_commute",
    "age_assortativity",
    "specificity",
    "vaccine_infectiousness",
    "natural_infection",
    "natural_severe",
)
_SHARE_PREFIXES = (
    "severe_age", "icu_share", "death_age", "pcr_sensitivity", "vaccine_1", "vaccine_2",
)  # fmt: skip
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
    "age_mixing_years",
    "vaccine_infection_half_life_days",
    "vaccine_severe_half_life_days",
    "natural_half_life_days",
)
# Beyond these, whole numbers and exponentials overflow, or draws of contacts never end: by name or its beginning.
_LARGEST = {
    "reproduction_number": 1000.0,
    "share_": 100.0,
    "site_factor": 100.0,
    "idle_boarding_factor": 100.0,
    "dormitory_factor": 100.0,
    "household_scaling": 10.0,
    "activity_age_": 1000.0,
    "susceptibility_age_": 1000.0,
    "incubation_sigma": 10.0,
    "infectious_mean_days": 1000.0,
    "symptoms_to_test_days": 1000.0,
    "community_contacts_traceable": 500.0,
    "lab_turnaround_days": 10_000.0,
    "trace_": 10_000.0,
    "quarantine_room_people": 10_000.0,
    "isolation_days": 10_000.0,
    "onset_to_ward_days": 10_000.0,
    "ward_to_icu_days": 10_000.0,
    "vaccine_delay_days": 10_000.0,
    "vaccine_interval_days": 10_000.0,
    "natural_from_days": 100_000.0,
}
_LEAST_DISPERSION = 0.01  # below, the table of individual infectiousness is empty but for its last rows
_RATIOS = (
    "transmissibility",
    "latent_ratio",
    "incubation_ratio",
    "severity_ratio",
    "vaccine_escape",
    "natural_escape",
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of the virus: its ratios against the first one of `variants.csv`, in the order of `layout`."""

    id: str
    name: Text
    ratios: tuple[float, ...]
    source: str


@lru_cache(maxsize=1)
def variants() -> tuple[Variant, ...]:
    """Return the rows of `variants.csv`; the position is the number of a variant in ``imports``."""
    with (files("songhanh.epidemic") / "variants.csv").open(encoding="utf-8") as handle:
        return tuple(
            Variant(
                row["id"],
                Text(row["name_vi"], row["name_en"]),
                tuple(float(row[name]) for name in _RATIOS),
                row["source"],
            )
            for row in csv.DictReader(handle)
        )


@dataclass(frozen=True, eq=False)
class EpidemicParameters:
    """One world's numbers as arrays for kernels; make one with `from_values`.

    Attributes
    ----------
    values
        Every parameter of `parameters.csv` by name.
    rates
        (10,) infections a layer contributes to R, by `controls.Layer`.
    reals, wholes
        Scalars by position, see `layout`.
    day_tables
        (4, 4096) whole days by quantile: latent period, incubation, symptoms to sample, and end of latency to
        the day of a contact that infects.
    ratio_tables
        (2, 4096) individual infectiousness (mean 1), and length of stay relative to its mean, by quantile.
    profile
        (14,) share of a person's infectiousness by day since the end of latency; sums to 1.
    sensitivity
        (31,) probability that a single sample finds an infection, by day since infection.
    severity
        (3, 9) probability by age group of being at least severe, at least critical, and of death.
    stays
        (2,) mean days in a ward and in intensive care.
    susceptibility
        (9,) chance by age group that a contact that would infect an adult infects, over the largest of them.
    protection
        (3, 1024) protection against infection, and against severe disease once infected, by days since the
        first dose; and against infection by days since an earlier one.
    variants
        (V, 6) ratios of `variants.csv`.
    """

    values: Mapping[str, float]
    rates: NDArray[np.float64]
    reals: NDArray[np.float64]
    wholes: NDArray[np.int64]
    day_tables: NDArray[np.int16]
    ratio_tables: NDArray[np.float64]
    profile: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    severity: NDArray[np.float64]
    stays: NDArray[np.float64]
    susceptibility: NDArray[np.float64]
    protection: NDArray[np.float64]
    variants: NDArray[np.float64]

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
        return float(self.day_tables[at.T_LATENT].mean() + (self.profile * np.arange(at.PROFILE_DAYS)).sum())


@lru_cache(maxsize=512)
def _build(items: tuple[tuple[str, float], ...]) -> EpidemicParameters:
    values = dict(items)
    _check(values)
    days = day_tables(values)
    susceptibility = np.array([values[f"susceptibility_age_{age}"] for age in AGE_GROUPS])
    most = max(float(susceptibility.max()), 1e-9)
    return EpidemicParameters(
        values=values,
        rates=_frozen(_rates(values) * most),
        reals=_frozen(_reals(values)),
        wholes=_frozen(_wholes(values)),
        day_tables=_frozen(days),
        ratio_tables=_frozen(ratio_tables(values)),
        profile=_frozen(profile_of(days)),
        sensitivity=_frozen(sensitivity_curve(values)),
        severity=_frozen(_severity(values)),
        stays=_frozen(np.array([values["ward_stay_mean_days"], values["icu_stay_mean_days"]])),
        susceptibility=_frozen(susceptibility / most),
        protection=_frozen(protection(values)),
        variants=_frozen(np.array([variant.ratios for variant in variants()])),
    )


def _frozen(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array


def _check(values: Mapping[str, float]) -> None:
    shares = [name for name in values if name in _SHARES or name.startswith(_SHARE_PREFIXES)]
    faults = [_fault(name, values[name], "0 to 1") for name in shares if not 0 <= values[name] <= 1]
    if values["share_out"] + values["share_hamlet"] > 1:
        faults.append(
            _fault(
                "share_hamlet", values["share_hamlet"], f"0 to {1 - values['share_out']:g} (1 - share_out)"
            )
        )
    faults += [_fault(name, values[name], "above 0") for name in _POSITIVE if not values[name] > 0]
    faults += [
        _fault(name, value, "0 or more, and finite")
        for name, value in values.items()
        if not (value >= 0 and math.isfinite(value))
    ]
    faults += [
        _fault(name, value, f"0 to {most:g}")
        for start, most in _LARGEST.items()
        for name, value in values.items()
        if name.startswith(start) and most < value < math.inf
    ]
    if 0 < values["dispersion"] < _LEAST_DISPERSION:
        faults.append(_fault("dispersion", values["dispersion"], f"{_LEAST_DISPERSION:g} or more"))
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
    reals[at.SHARE_HAMLET] = values["share_hamlet"]
    reals[at.SHARE_COMMUTE] = values["share_commute"]
    reals[at.IDLE_BOARDING] = values["idle_boarding_factor"]
    reals[at.DORMITORY] = values["dormitory_factor"]
    reals[at.SITE_FACTOR] = values["site_factor"]
    reals[at.SHARE_SYMPTOMATIC] = values["symptomatic_share"]
    reals[at.ASYMPTOMATIC_FACTOR] = values["asymptomatic_infectiousness"]
    reals[at.COMMUNITY_CONTACTS] = values["community_contacts_traceable"]
    reals[at.POOL_LOSS] = values["pool_sensitivity_loss"]
    reals[at.SPECIFICITY] = values["specificity"]
    reals[at.NATURAL_SEVERE] = values["natural_severe"]
    reals[at.VACCINE_INFECTIOUSNESS] = values["vaccine_infectiousness"]
    return reals


def _wholes(values: Mapping[str, float]) -> NDArray[np.int64]:
    names = {
        at.TURNAROUND: "lab_turnaround_days",
        at.TRACE_DELAY: "trace_delay_days",
        at.TRACE_WINDOW: "trace_window_days",
        at.ISOLATION_DAYS: "isolation_days",
        at.ROOM_SIZE: "quarantine_room_people",
        at.ONSET_TO_WARD: "onset_to_ward_days",
        at.WARD_TO_ICU: "ward_to_icu_days",
        at.NATURAL_FROM: "natural_from_days",
    }
    wholes = np.zeros(at.N_WHOLES, np.int64)
    for position, name in names.items():
        wholes[position] = round(values[name])
    for position in (at.ISOLATION_DAYS, at.ROOM_SIZE, at.WARD_TO_ICU, at.NATURAL_FROM):
        wholes[position] = max(1, wholes[position])
    return wholes


def _severity(values: Mapping[str, float]) -> NDArray[np.float64]:
    ratio = values["severity_ratio"]
    severe = np.array([min(1.0, ratio * values[f"severe_age_{age}"]) for age in AGE_GROUPS])
    critical = severe * np.array([values[f"icu_share_age_{age}"] for age in AGE_GROUPS])
    death = np.array([min(1.0, ratio * values[f"death_age_{age}"]) for age in AGE_GROUPS])
    critical = np.maximum(critical, death)  # who dies has been in intensive care
    return np.stack([np.maximum(severe, critical), critical, death])
