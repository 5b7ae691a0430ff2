"""Structures and widths pooled, weighted by how they did on past evenings of the same series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from songhanh.core.rng import derived_seed
from songhanh.twin.observed import Observed
from songhanh.twin.outlook import Floats, Outlook, Paths
from songhanh.twin.structures import STRUCTURES, WEEK
from songhanh.twin.wis import quantiles_of, weighted_interval_score

# How wide a structure draws, relative to its parameters: what past errors choose between; the middle one is the prior.
SCALES = (0.6, 1.0, 1.5, 2.2)
SCALE_PRIOR = (0.2, 0.4, 0.25, 0.15)
COMPONENTS = tuple((k, scale) for k in range(len(STRUCTURES)) for scale in SCALES)
# What is compared on a past evening: level, week.
COMPARED = (("province", 0), ("province", 1), ("district", 0), ("district", 1), ("commune", 0))


@dataclass(frozen=True)
class Pooled:
    """Weights of the components, and of the structures (which sum over widths).

    Attributes
    ----------
    components
        (K,) weights in the order of `COMPONENTS`; sum to 1.
    n_past
        Past evenings that were compared.
    """

    components: Floats
    n_past: int

    @property
    def structures(self) -> Floats:
        """Return the weight of each structure."""
        return np.asarray(self.components.reshape(len(STRUCTURES), len(SCALES)).sum(axis=1))


@dataclass
class Memory:
    """What components said on past evenings, kept between questions about one series.

    What was said on an evening rests on the data of that evening only, so it may be kept whatever is asked later.

    Attributes
    ----------
    seed
        Of all draws.
    controlled
        Share of recent cases under strict orders, from what was known on an evening.
    said
        Evening -> level -> (components, 23, 2, K) quantiles of the weekly sums.
    """

    seed: int
    controlled: Callable[[Observed], float]
    said: dict[date, dict[str, Floats]] = field(default_factory=dict)

    def outlook(self, data: Observed) -> Outlook:
        """Return what structures start from on the evening of some data."""
        return Outlook(data, self.controlled(data))


def weeks(daily: Floats) -> Floats:
    """Return (..., 2, K) sums of the first and second week of (..., H, K) days, H at least 14."""
    return np.stack([daily[..., :WEEK, :].sum(axis=-2), daily[..., WEEK : 2 * WEEK, :].sum(axis=-2)], axis=-2)


def by_level(paths: Paths) -> dict[str, Floats]:
    """Return (P, 2, K) weekly sums by level."""
    return {
        "province": weeks(paths.province[..., None]),
        "district": weeks(paths.districts),
        "commune": paths.communes,
    }


def counted_weeks(data: Observed, evening: date) -> dict[str, Floats]:
    """Return (weeks known, K) sums of the one or two whole weeks after an evening, by level."""
    start = (evening - data.first).days + 1
    n = min(2, max(0, (data.n_days - start) // WEEK))

    def sums(cases: Floats) -> Floats:
        whole = [cases[start + WEEK * k : start + WEEK * (k + 1)].sum(axis=0) for k in range(n)]
        return np.array(whole, np.float64).reshape(n, cases.shape[1])

    return {
        "province": sums(data.province[:, None]),
        "district": sums(data.districts),
        "commune": sums(data.communes),
    }


def past_evenings(data: Observed, step: int, number: int) -> list[date]:
    """Return the evenings to compare: whole weeks after them are known, latest first, on fixed days of the calendar."""
    last = data.as_of - timedelta(days=WEEK)
    last -= timedelta(days=last.toordinal() % step)
    evenings = [last - timedelta(days=step * k) for k in range(number)]
    return [evening for evening in evenings if evening >= data.first + timedelta(days=2)]


def pooled(outlook: Outlook, memory: Memory) -> Pooled:
    """Weigh structures and widths by their scores on past evenings, each seen with the data of that evening."""
    values = outlook.values
    prior = np.tile(np.array(SCALE_PRIOR) / len(STRUCTURES), len(STRUCTURES))
    evenings = past_evenings(outlook.data, int(values["past_step_days"]), int(values["past_days"]))
    if not evenings:
        return Pooled(prior, 0)
    losses = np.array([_losses(outlook.data, evening, memory) for evening in evenings])
    # A level and week counts by how much better or worse a component was than the others there.
    total = np.nansum(losses, axis=0)
    middle = total.mean(axis=0, keepdims=True)
    relative = np.divide(total, middle, out=np.ones_like(total), where=middle > 0)
    known = ~np.isnan(losses).all(axis=(0, 1))
    score = relative[:, known].mean(axis=1) if known.any() else np.ones(len(prior))
    n = len(evenings)
    strength = values["weight_sharpness"] * n * n / (n + values["weight_prior_days"])
    log_weight = np.log(prior) - strength * (score - score.min())
    weight = np.exp(log_weight - log_weight.max())
    return Pooled(weight / weight.sum(), n)


def _losses(data: Observed, evening: date, memory: Memory) -> Floats:
    """Return (components, compared) summed scores of one past evening; nan where the week is not known yet."""
    if evening not in memory.said:
        memory.said[evening] = _said(memory.outlook(data.until(evening)), memory.seed)
    said, counted = memory.said[evening], counted_weeks(data, evening)
    losses = np.full((len(COMPONENTS), len(COMPARED)), np.nan)
    for j, (level, week) in enumerate(COMPARED):
        if week < len(counted[level]):
            for c in range(len(COMPONENTS)):
                score = weighted_interval_score(said[level][c, :, week], counted[level][week])
                losses[c, j] = score.sum()
    return losses


def _said(outlook: Outlook, seed: int) -> dict[str, Floats]:
    n, evening = int(outlook.values["past_paths"]), outlook.data.as_of
    parts: dict[str, list[Floats]] = {}
    for k, scale in COMPONENTS:
        random = generator(seed, "past", evening, STRUCTURES[k].id, str(scale))
        for level, sums in by_level(STRUCTURES[k].draw(outlook, scale, n, 2 * WEEK, random)).items():
            parts.setdefault(level, []).append(quantiles_of(sums))
    return {level: np.stack(quantiles) for level, quantiles in parts.items()}


def generator(seed: int, *address: str | date) -> np.random.Generator:
    """Return random numbers that depend on what they are for, and on nothing that was drawn before."""
    return np.random.default_rng(int(derived_seed("forecast", seed, *map(str, address))))


def draw(outlook: Outlook, pool: Pooled, seed: int, n_paths: int, days: int) -> Paths:
    """Draw equally likely futures from the pool: each component gives paths in proportion to its weight."""
    exact = pool.components * n_paths
    numbers = np.floor(exact).astype(int)
    for k in np.argsort(-(exact - numbers), kind="stable")[: n_paths - numbers.sum()]:
        numbers[k] += 1
    parts = []
    for (k, scale), number in zip(COMPONENTS, numbers, strict=True):
        if number:
            random = generator(seed, "future", outlook.data.as_of, STRUCTURES[k].id, str(scale))
            parts.append(STRUCTURES[k].draw(outlook, scale, int(number), days, random))
    return Paths(
        districts=np.concatenate([part.districts for part in parts]),
        unplaced=np.concatenate([part.unplaced for part in parts]),
        communes=np.concatenate([part.communes for part in parts]),
        sites=np.concatenate([part.sites for part in parts]),
    )
