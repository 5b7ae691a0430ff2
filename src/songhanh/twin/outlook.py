"""What structures start from: pressure, levels, dispersion, how strictly the places of the cases are controlled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from songhanh.twin.generation import infection_pressure, renewal_weights
from songhanh.twin.observed import Observed
from songhanh.twin.table import table
from songhanh.twin.weekdays import weekday_factors

Floats = NDArray[np.float64]
DISPERSION_LOW, DISPERSION_HIGH = 1.2, 40.0
DISPERSION_SPAN = 7  # days about a day that say what was due on it
DISPERSION_DAYS = 42  # how far back dispersion is measured


@dataclass(frozen=True)
class Paths:
    """Equally likely futures; the parts add up, path by path.

    Attributes
    ----------
    districts
        (P, H, N) cases by day from the day after the evening.
    unplaced
        (P, H) cases whose commune will not be known.
    communes
        (P, 2, C) cases of the first and second week.
    sites
        (P, H, S) cases among those who work at a site (they are also in the districts where they live).
    """

    districts: Floats
    unplaced: Floats
    communes: Floats
    sites: Floats

    @property
    def province(self) -> Floats:
        """Return (P, H) all cases of the province."""
        return np.asarray(self.districts.sum(axis=2) + self.unplaced)


@dataclass(frozen=True, eq=False)
class Outlook:
    """An evening's data with what every structure derives from them.

    Attributes
    ----------
    controlled
        Share of recent cases that live or work under strict orders (0 to 1).
    """

    data: Observed
    controlled: float

    @cached_property
    def values(self) -> dict[str, float]:
        """Return the parameters of this room."""
        return table().defaults()

    @cached_property
    def weights(self) -> Floats:
        """Return the renewal weights."""
        return renewal_weights()

    def discount(self, half_life: float) -> Floats:
        """Return (T,) weights of past days that halve every ``half_life`` days; the evening's is 1."""
        return np.asarray(0.5 ** (np.arange(self.data.n_days)[::-1] / half_life))

    @cached_property
    def leak(self) -> Floats:
        """Return (C, C) where the infections of commune i (row) outside it land: by people, thinning with distance.

        Half go to communes near by, half anywhere in the province.
        """
        ground = self.data.ground
        people = np.maximum(ground.population, 1.0)
        near = people[None, :] * np.exp(-ground.km / self.values["leak_km"])
        np.fill_diagonal(near, 0.0)
        rows = near.sum(axis=1, keepdims=True)
        near = np.divide(near, rows, out=np.zeros_like(near), where=rows > 0)
        return np.asarray(0.5 * near + 0.5 * people[None, :] / people.sum())

    @cached_property
    def leak_districts(self) -> Floats:
        """Return (N, N) the same between districts, for cases spread as the recent ones are."""
        ground = self.data.ground
        recent = self.recent(self.data.communes, self.values["share_half_life_days"])
        weight = recent + 1e-3 * ground.population / max(ground.population.sum(), 1.0)
        to = ground.by_district(self.leak)
        rows = ground.by_district((weight[:, None] * to).T).T
        total = ground.by_district(weight)[:, None]
        return np.asarray(np.divide(rows, total, out=np.zeros_like(rows), where=total > 0))

    @cached_property
    def imports(self) -> Floats:
        """Return (N,) cases a day from outside, by district."""
        people = self.data.ground.by_district(self.data.ground.population)
        return np.asarray(self.values["import_per_day"] * people / 1e6)

    @cached_property
    def share_unplaced(self) -> float:
        """Return the share of cases whose commune was not known."""
        placed, unplaced = self.data.communes.sum(), self.data.unplaced.sum()
        return float((unplaced + 0.1) / (placed + unplaced + 10.0))

    @cached_property
    def mean_generation_days(self) -> float:
        """Return the mean of the renewal weights."""
        return float(self.weights @ np.arange(1, len(self.weights) + 1))

    @cached_property
    def weekday(self) -> Floats:
        """Return (7,) what a weekday announces over the mean of its week, Monday first."""
        return weekday_factors(self.data.province, self.data.as_of)

    def announces(self, day: int) -> float:
        """Return the weekday factor of the day after the evening (0), the one after that (1) and so on."""
        return float(self.weekday[(self.data.as_of.weekday() + 1 + day) % 7])

    @cached_property
    def young(self) -> float:
        """Return the extra spread of the logarithm of the present level of an outbreak found only lately."""
        return float(self.values["young_log_sd"] * np.exp(-self.data.n_days / self.values["young_days"]))

    def recent(self, cases: Floats, half_life: float) -> Floats:
        """Return (...) cases a day, the latest days weighing most."""
        weight = self.discount(half_life)
        if not len(weight):
            return np.zeros(cases.shape[1:])
        # Before the first case there were none: the missing days weigh as zeros.
        return np.asarray(np.tensordot(weight, cases, axes=1) * (1.0 - 0.5 ** (1.0 / half_life)))

    def dispersion(self, cases: Floats) -> Floats:
        """Return (...) variance over mean of a day's cases about what was due, with a prior.

        What was due is the mean of the days about it (itself left out); Pearson residuals are averaged.
        """
        prior, days = self.values["dispersion_prior"], self.values["dispersion_prior_days"]
        cases = cases[-DISPERSION_DAYS:]
        total = np.full(cases.shape[1:], prior * days)
        number = np.full(cases.shape[1:], days)
        half = DISPERSION_SPAN // 2
        for t in range(len(cases)):
            low, high = max(0, t - half), min(len(cases), t + half + 1)
            others = high - low - 1
            if others < 3:
                continue
            due = (cases[low:high].sum(axis=0) - cases[t]) / others
            seen = due > 0.5
            # The mean of a few other days is itself uncertain: its share of the variance is taken out.
            residual = (cases[t] - due) ** 2 / np.where(seen, due, 1.0) / (1.0 + 1.0 / others)
            total += np.where(seen, residual, 0.0)
            number += seen
        return np.asarray(np.clip(total / number, DISPERSION_LOW, DISPERSION_HIGH))

    def pressure(self, cases: Floats) -> Floats:
        """Return (T, ...) `infection_pressure` of cases, with those that were there before the first was found.

        An outbreak is found late: without its unseen days R of the first generation would be far too high. They are
        taken as a share of the cases a day of the first week.
        """
        days = len(self.weights)
        unseen = (
            self.values["unseen_share"] * cases[:7].mean(axis=0) if len(cases) else np.zeros(cases.shape[1:])
        )
        line = np.concatenate([np.broadcast_to(unseen, (days, *cases.shape[1:])), cases])
        return infection_pressure(line, self.weights)[days:]


def draw_counts(random: np.random.Generator, mean: Floats, dispersion: Floats | float) -> Floats:
    """Draw counts with a mean and a variance of ``dispersion`` times it (negative binomial, first form)."""
    shape = np.maximum(mean, 0.0) / (np.asarray(dispersion) - 1.0)
    return random.poisson(random.gamma(shape) * (np.asarray(dispersion) - 1.0)).astype(np.float64)
