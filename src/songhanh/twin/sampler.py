"""Histories that agree with the bulletins, by sequential Monte Carlo.

Draw histories from the prior, then raise the power of the likelihood from 0 to 1 in rungs: weigh, draw again in
proportion (systematic resampling), and move each history a few Metropolis steps (Del Moral, Doucet and Jasra 2006,
doi 10.1111/j.1467-9868.2006.00553.x). A rung is as high as keeps half of the histories in effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from songhanh.core.errors import Cancelled
from songhanh.core.rng import derived_seed
from songhanh.joint.ensemble import Report, Stop, in_parallel
from songhanh.joint.world import PLACES
from songhanh.twin.evidence import Count
from songhanh.twin.histories import History, lucks, move, simulate_pasts
from songhanh.twin.line_evidence import LineEvidence
from songhanh.twin.prior import prior
from songhanh.twin.table import table

BATCH = 8  # histories a process works on between two progress reports


@dataclass(frozen=True)
class Sampler:
    """Where histories are run, and whom to tell."""

    pack_ref: str
    as_of: date
    counts: tuple[Count, ...]
    seed: int
    n_jobs: int
    report: Report
    should_stop: Stop
    lines: LineEvidence | None = None
    structures: tuple[str, ...] = (PLACES,)

    def sample(self, n_histories: int) -> tuple[list[History], float]:
        """Return histories that stand equally for what is known, and the power of the likelihood reached.

        Raises
        ------
        Cancelled
            If ``should_stop`` says so between two batches.
        """
        values = table().defaults()
        n = max(4, min(int(values["n_particles"]), n_histories // 4))
        points = prior(self.pack_ref, self.as_of, self.structures).points(n_histories, self.seed)
        histories = self._first(points, lucks(self.seed, n_histories))
        power, rung = 0.0, 0
        while power < 1.0 and rung < int(values["max_rungs"]):
            scores = np.array([history.score for history in histories])
            further = next_power(scores, power, n / 2)
            chosen = systematic(
                weights(scores, further - power), n, int(derived_seed("rung", self.seed, rung))
            )
            if rung > 0 and self.lines is not None and self._too_few([histories[index] for index in chosen]):
                break  # the power reached is told; a sharper fit would be that of a handful of pasts
            power = further
            histories = self._moved([histories[index] for index in chosen], power, rung)
            rung += 1
        return histories, power

    def _too_few(self, histories: Sequence[History]) -> bool:
        """Tell whether too few different chances are left among some histories."""
        least = max(4.0, table().defaults()["fit_distinct_share"] * len(histories))
        return len({history.luck for history in histories}) < least

    def _first(self, points: NDArray[np.float64], seeds: Sequence[int]) -> list[History]:
        jobs = (
            delayed(simulate_pasts)(
                self.pack_ref,
                self.as_of,
                self.counts,
                points[start : start + BATCH],
                seeds[start : start + BATCH],
                self.lines,
                self.structures,
            )
            for start in range(0, len(points), BATCH)
        )
        return self._collect(jobs, len(points), "histories")

    def _moved(self, histories: list[History], power: float, rung: int) -> list[History]:
        seeds = [int(derived_seed("move", self.seed, rung, number)) for number in range(len(histories))]
        jobs = (
            delayed(move)(
                self.pack_ref,
                self.as_of,
                self.counts,
                histories[start : start + BATCH],
                power,
                seeds[start : start + BATCH],
                self.lines,
                self.structures,
            )
            for start in range(0, len(histories), BATCH)
        )
        return self._collect(jobs, len(histories), f"agreement {power:.0%}")

    def _collect(self, jobs: object, total: int, stage: str) -> list[History]:
        found: list[History] = []
        for batch in in_parallel(jobs, self.n_jobs):  # type: ignore[arg-type]
            found += batch
            self.report(len(found), total, stage)
            if self.should_stop():
                raise Cancelled
        return found


def weights(scores: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Return normalised weights in proportion to a power of the likelihood."""
    if not np.isfinite(scores.max()):
        return np.full(len(scores), 1.0 / len(scores))
    raw = np.exp(power * (scores - scores.max()))
    return np.asarray(raw / raw.sum())


def effective(values: NDArray[np.float64]) -> float:
    """Return the effective number behind some weights (Kish 1965)."""
    return float(1.0 / np.sum(values**2))


def next_power(scores: NDArray[np.float64], power: float, wanted: float) -> float:
    """Return the highest power up to 1 at which an effective ``wanted`` histories remain, by bisection."""
    if effective(weights(scores, 1.0 - power)) >= wanted:
        return 1.0
    low, high = 0.0, 1.0 - power
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(weights(scores, middle)) >= wanted else (low, middle)
    # A step of nothing would never end: a rung always climbs a little.
    return power + max(low, 1e-3 * (1.0 - power))


def systematic(values: NDArray[np.float64], n: int, seed: int) -> NDArray[np.intp]:
    """Return n indices drawn in proportion to weights by systematic resampling (one uniform)."""
    offset = float(derived_seed("resample", seed)) / 2.0**64
    return np.minimum(np.searchsorted(np.cumsum(values), (np.arange(n) + offset) / n), len(values) - 1)
