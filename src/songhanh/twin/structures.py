"""Three ways in which an outbreak may go on; each draws futures of districts, communes and sites that add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from songhanh.core.text import Text
from songhanh.twin.generation import infection_pressure
from songhanh.twin.outlook import Floats, Outlook, Paths, draw_counts

MOST_PER_DAY = 1e6  # no path is of use beyond this
WEEK = 7
Alone = Callable[[Floats], Floats]  # (T, K) cases of series -> (P, H, K) futures


@dataclass(frozen=True)
class Structure:
    """One way: its name, and what draws paths (outlook, scale, number, days, random)."""

    id: str
    name: Text
    draw: Callable[[Outlook, float, int, int, np.random.Generator], Paths]


@dataclass(frozen=True)
class _Reproduction:
    """Draws of R on the evening, and how it goes on.

    Attributes
    ----------
    province
        (P,) R of the province.
    """

    outlook: Outlook
    scale: float
    random: np.random.Generator
    province: Floats

    @staticmethod
    def of(outlook: Outlook, scale: float, n_paths: int, random: np.random.Generator) -> _Reproduction:
        """Draw R of the province: gamma, past days weighing less the older they are (Cori et al. 2013, discounted)."""
        values = outlook.values
        cases = outlook.data.province
        weight = outlook.discount(values["r_half_life_days"])
        wide = scale**2 * outlook.dispersion(cases)
        a, b = weight @ cases / wide, weight @ outlook.pressure(cases) / wide
        prior = values["r_prior_cases"] / scale**2
        draws = random.gamma(prior + a, 1.0, n_paths) / (prior / values["r_prior_mean"] + b)
        draws = draws * np.exp(scale * outlook.young * random.standard_normal(n_paths))
        return _Reproduction(outlook, scale, random, np.asarray(draws))

    def places(self, cases: Floats) -> Floats:
        """Draw (P, K) R of places about that of the province: gamma, tied to it the closer the fewer their cases."""
        values = self.outlook.values
        weight = self.outlook.discount(values["r_half_life_days"])
        wide = self.scale**2 * self.outlook.dispersion(cases)
        a, b = weight @ cases / wide, weight @ self.outlook.pressure(cases) / wide
        tie = values["r_district_cases"] / self.scale**2
        shape = np.broadcast_to(tie + a, (len(self.province), cases.shape[1]))
        return np.asarray(self.random.gamma(shape) / (tie / self.province[:, None] + b))

    def long_run(self) -> Floats:
        """Draw (P,) the logarithm of the level that R returns to."""
        values = self.outlook.values
        middle = np.log(values["r_long_run"]) + values["r_controlled_log"] * self.outlook.controlled
        return np.asarray(
            middle
            + self.scale * values["r_long_run_log_sd"] * self.random.standard_normal(len(self.province))
        )

    def onward(self, log_r: Floats, long_run: Floats) -> Floats:
        """Return the logarithm of R a day later: some way back to the long run, and a step of its own."""
        values, n = self.outlook.values, len(self.province)
        kept = np.exp(-1.0 / values["r_return_days"])
        shared = values["r_daily_log_sd"] * self.random.standard_normal(n)
        own = values["r_daily_log_sd_district"] * self.random.standard_normal(log_r.shape)
        return np.asarray(
            long_run[:, None] + kept * (log_r - long_run[:, None]) + self.scale * (shared[:, None] + own)
        )


def _batches(outlook: Outlook, scale: float, random: np.random.Generator, n: int, k: int) -> Floats:
    """Draw (n, k) what a day announces over what was due; mean 1. Half of the variance is shared by the province."""
    sd = scale * outlook.values["day_log_sd"]
    shared, own = random.standard_normal((n, 1)), random.standard_normal((n, k))
    return np.asarray(np.exp(sd * (shared + own) / np.sqrt(2.0) - 0.5 * sd**2))


def renewal(outlook: Outlook, scale: float, n: int, days: int, random: np.random.Generator) -> Paths:
    """Draw futures by renewal in districts: R returns to a level below 1, a share of infections lands elsewhere."""
    r = _Reproduction.of(outlook, scale, n, random)
    long_run = r.long_run()
    districts = _renewed(r, outlook.data.districts, outlook.leak_districts, outlook.imports, long_run, days)
    return _completed(outlook, districts, partial(_alone, r, long_run, days), random)


def _alone(r: _Reproduction, long_run: Floats, days: int, cases: Floats) -> Floats:
    """Draw futures of series that pass nothing on to each other: sites, and cases of unknown communes."""
    k = cases.shape[1]
    return _renewed(r, cases, np.eye(k), np.zeros(k), long_run, days)


def _renewed(
    r: _Reproduction, cases: Floats, leak: Floats, imports: Floats, long_run: Floats, days: int
) -> Floats:
    outlook, random, n = r.outlook, r.random, len(r.province)
    if cases.shape[1] == 0:
        return np.zeros((n, days, 0))
    m, weights = outlook.values["leak_share"], outlook.weights
    dispersion = outlook.dispersion(cases)
    log_r = np.log(np.maximum(r.places(cases), 1e-6))
    carried = _carried(cases, weights, days)
    new: list[Floats] = []
    for day in range(days):
        log_r = r.onward(log_r, long_run)
        caused = np.minimum(np.exp(log_r) * _pressure(carried[day], new, weights), MOST_PER_DAY)
        due = (1.0 - m) * caused + m * caused @ leak + imports
        due *= outlook.announces(day) * _batches(outlook, r.scale, random, n, cases.shape[1])
        new.append(draw_counts(random, due, dispersion))
    return np.stack(new, axis=1)


def _carried(cases: Floats, weights: Floats, days: int) -> Floats:
    """Return (days, K) the pressure of the cases so far on the days to come."""
    ahead = np.concatenate([cases[-len(weights) :], np.zeros((days, cases.shape[1]))])
    return infection_pressure(ahead, weights)[-days:]


def _pressure(carried: Floats, new: list[Floats], weights: Floats) -> Floats:
    """Return (P, K) the pressure on a day: what is carried over, and the (P, K) cases of the days drawn before it."""
    total = np.broadcast_to(carried, new[-1].shape).copy() if new else carried[None]
    for weight, cases in zip(weights, reversed(new), strict=False):
        total += weight * cases
    return total


def trend(outlook: Outlook, scale: float, n: int, days: int, random: np.random.Generator) -> Paths:
    """Draw futures by a damped trend of the smoothed level: growth fades towards a slow fall."""
    # A change of log R is one of growth a day over the mean generation.
    values, generation = outlook.values, outlook.mean_generation_days
    drift = values["trend_drift"] + values["r_controlled_log"] * outlook.controlled / generation
    fall = drift + scale * values["r_long_run_log_sd"] / generation * random.standard_normal(n)
    growth, sd = _growth(outlook, outlook.data.province[:, None], drift, values["trend_log_sd"])
    shared = growth[0] + scale * sd[0] * random.standard_normal(n)
    unseen = scale * outlook.young * random.standard_normal(n)
    districts = _trended(outlook, scale, outlook.data.districts, shared, fall, unseen, days, random)

    def alone(cases: Floats) -> Floats:
        return _trended(outlook, scale, cases, shared, fall, unseen, days, random)

    return _completed(outlook, districts, alone, random)


def _growth(outlook: Outlook, cases: Floats, prior: float, prior_sd: float) -> tuple[Floats, Floats]:
    """Return (K,) growth a day from the week before the last to the last, and its spread.

    Normal prior and the variance of the logarithm of a ratio of two overdispersed counts.
    """
    last, before = cases[-WEEK:].sum(axis=0), cases[-2 * WEEK : -WEEK].sum(axis=0)
    measured = np.log((last + 1.0) / (before + 1.0)) / WEEK
    variance = outlook.dispersion(cases) * (1.0 / (last + 1.0) + 1.0 / (before + 1.0)) / WEEK**2
    weight = prior_sd**2 / (prior_sd**2 + variance)
    return prior + weight * (measured - prior), prior_sd * np.sqrt(1.0 - weight)


def _trended(
    outlook: Outlook, scale: float, cases: Floats, shared: Floats, fall: Floats, unseen: Floats,
    days: int, random: np.random.Generator,
) -> Floats:  # fmt: skip
    values, n, k = outlook.values, len(shared), cases.shape[1]
    if k == 0:
        return np.zeros((n, days, 0))
    dispersion = outlook.dispersion(cases)
    middle = float(np.median(shared))
    own, sd = _growth(outlook, cases, middle, values["trend_district_log_sd"])
    growth = shared[:, None] + (own - middle) + scale * sd * random.standard_normal((n, k))
    level = outlook.recent(cases, values["level_half_life_days"])
    seen = 2.0 * values["level_half_life_days"] * level
    counting = np.sqrt(scale**2 * dispersion / (seen + dispersion) + (scale * values["level_log_sd"]) ** 2)
    log_level = unseen[:, None] + counting * random.standard_normal((n, k)) - 0.5 * counting**2
    outside = np.zeros(k)
    if cases is outlook.data.districts:
        m, outside = values["leak_share"], outlook.imports
        level = (1.0 - m) * level + m * level @ outlook.leak_districts
    found = np.zeros((n, days, k))
    for day in range(days):
        kept = values["trend_damping"] ** (day + 1)
        log_level = log_level + fall[:, None] * (1.0 - kept) + kept * growth
        due = np.minimum(level * np.exp(log_level), MOST_PER_DAY) + outside
        due = due * outlook.announces(day) * _batches(outlook, scale, random, n, k)
        found[:, day] = draw_counts(random, due, dispersion)
    return found


def branching(outlook: Outlook, scale: float, n: int, days: int, random: np.random.Generator) -> Paths:
    """Draw futures by branching between communes: clusters die out or jump to neighbours and to populous places."""
    ground, values = outlook.data.ground, outlook.values
    r = _Reproduction.of(outlook, scale, n, random)
    long_run = r.long_run()
    log_r = np.log(np.maximum(r.province, 1e-6))[:, None]
    m, weights = values["leak_share"], outlook.weights
    cases = outlook.data.communes
    carried = _carried(cases, weights, days)
    past_days: list[Floats] = []
    outside = values["import_per_day"] * ground.population / 1e6
    daily, weekly = np.zeros((n, days, len(ground.districts))), np.zeros((n, 2, cases.shape[1]))
    dispersion = 1.0 + (values["place_dispersion"] - 1.0) * scale
    for day in range(days):
        log_r = r.onward(log_r, long_run)
        caused = np.minimum(np.exp(log_r) * _pressure(carried[day], past_days, weights), MOST_PER_DAY)
        due = (1.0 - m) * caused + m * caused @ outlook.leak + outside
        due *= (
            outlook.announces(day)
            * _batches(outlook, scale, random, n, len(ground.districts))[:, ground.district_of]
        )
        new = draw_counts(random, due, dispersion)
        past_days.append(new)
        daily[:, day] = ground.by_district(new)
        if day < 2 * WEEK:
            weekly[:, day // WEEK] += new
    alone = partial(_alone, r, long_run, days)
    sites = alone(outlook.data.sites)
    return Paths(daily, _unplaced(outlook, daily, alone, random), weekly, sites)


def _unplaced(outlook: Outlook, districts: Floats, alone: Alone, random: np.random.Generator) -> Floats:
    """Draw (P, H) cases of unknown communes: a share of the others, or a series of their own where they are most."""
    data, share = outlook.data, outlook.share_unplaced
    if data.unplaced.sum() > data.communes.sum():
        return alone(data.unplaced[:, None])[..., 0]
    return np.asarray(random.poisson(districts.sum(axis=2) * share / (1.0 - share)), np.float64)


def _completed(outlook: Outlook, districts: Floats, alone: Alone, random: np.random.Generator) -> Paths:
    """Spread the cases of districts over their communes, and add sites and the cases of unknown communes."""
    sites = alone(outlook.data.sites)
    ground, values = outlook.data.ground, outlook.values
    n, m = len(districts), values["leak_share"]
    recent = outlook.recent(outlook.data.communes, values["share_half_life_days"])
    weight = (
        (1.0 - m) * recent + m * recent @ outlook.leak + values["import_per_day"] * ground.population / 1e6
    )
    communes = np.zeros((n, 2, len(ground.communes)))
    for district in range(len(ground.districts)):
        inside = np.flatnonzero(ground.district_of == district)
        total = weight[inside].sum()
        share = weight[inside] / total if total > 0 else np.full(len(inside), 1.0 / max(len(inside), 1))
        communes[:, :, inside] = _shared_out(
            districts[:, :, district], share, values["share_concentration"], random
        )
    return Paths(districts, _unplaced(outlook, districts, alone, random), communes, sites)


def _shared_out(cases: Floats, share: Floats, concentration: float, random: np.random.Generator) -> Floats:
    """Deal (P, H) cases of a district to its communes by Dirichlet shares: (P, 2, K) of two weeks."""
    # The concentration is that of communes in the thick of it: spread over many, each still has its own luck.
    draws = random.gamma(np.broadcast_to(concentration * share * len(share) ** 0.5, (len(cases), len(share))))
    draws = draws + 1e-9 * share
    probability = draws / draws.sum(axis=1, keepdims=True)
    weeks = [cases[:, :WEEK].sum(axis=1), cases[:, WEEK : 2 * WEEK].sum(axis=1)]
    return np.stack(
        [random.multinomial(week.astype(np.int64), probability) for week in weeks], axis=1
    ).astype(np.float64)


STRUCTURES: tuple[Structure, ...] = (
    Structure("renewal", Text("Tái tạo theo huyện", "Renewal by district"), renewal),
    Structure("trend", Text("Xu hướng tắt dần", "Damped trend"), trend),
    Structure("branching", Text("Phân nhánh giữa các xã", "Branching between communes"), branching),
)
