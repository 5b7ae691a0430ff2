"""Worlds that agree with what was published by the as-of date: prior draws, weighted and drawn again.

This is the stand-in until the twin reads line lists: importance resampling (Rubin 1988) of whole histories. A
world keeps the history that earned its weight (same parameters, same luck up to the as-of day) and gets a
luck of its own afterwards, so that two worlds with one past have two futures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.days import day_of
from songhanh.core.fingerprint import models
from songhanh.core.rng import derived_seed
from songhanh.joint.ensemble import Report, Stop
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.twin.evidence import Count, log_likelihood, published_counts
from songhanh.twin.histories import simulated_pasts
from songhanh.twin.prior import Tables, draw, introductions
from songhanh.twin.prior import tables as parameter_tables
from songhanh.twin.table import table

@dataclass(frozen=True)
class WorldSet:
    """Equally likely worlds, and how they were come by.

    Attributes
    ----------
    id
        Hash of the pack, the published counts, the as-of date, the model version, the seed and the numbers asked for.
    worlds
        The worlds, ready to run.
    closest
        The history that agrees best with the counts: the synthetic line list is taken from it.
    n_histories, effective, distinct
        Histories drawn, their effective number after weighting, and how many of them the worlds come from.
    tempering
        Power of the likelihood, 1 unless it had to be flattened to keep enough histories.
    counts, simulated
        What was published, and the (W, K) counts of the worlds at the same places and days.
    simulated_total
        (W,) cases of the province announced by the as-of date.
    """

    id: str
    worlds: tuple[World, ...]
    closest: World
    n_histories: int
    effective: float
    distinct: int
    tempering: float
    counts: tuple[Count, ...]
    simulated: NDArray[np.float64]
    simulated_total: NDArray[np.float64]


def world_set(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    n_histories: int | None,
    n_jobs: int,
    report: Report,
    should_stop: Stop,
) -> WorldSet:
    """Draw worlds from the prior, run their past, and keep those that agree with the published counts.

    Raises
    ------
    SonghanhError
        If the pack is malformed or the date lies outside the outbreak.
    Cancelled
        If ``should_stop`` says so.
    """
    ground = setting(pack_ref)
    values = table().defaults()
    total = int(values["n_histories"]) if n_histories is None else n_histories
    counts = published_counts(ground.pack, as_of)
    prior = draw(parameter_tables(), introductions(ground, as_of), total, seed)
    total_now = Count("*", day_of(ground.pack.outbreak_from, as_of), 0.0, "")
    asked = (*counts, total_now)
    drawn: dict[str, object] = {"seed": seed, "n": total}
    everything = simulated_pasts(pack_ref, as_of, prior, asked, drawn, n_jobs, report, should_stop)
    simulated = everything[:, :-1]
    scores = np.array(
        [log_likelihood(counts, row, values["log_sd_total"], values["log_sd_place"]) for row in simulated]
    )
    weights, tempering = tempered(scores, min(values["min_effective"], total / 4))
    chosen = systematic(weights, n_worlds, seed)
    worlds = tuple(
        replace(prior[index], number=number, future_luck=int(derived_seed("future", seed, number)))
        for number, index in enumerate(chosen)
    )
    identity = {
        "pack": ground.pack.hash,
        "counts": [[c.place_id, c.day, c.value] for c in counts],
        "as_of": as_of.isoformat(),
        "models": models(),
        "seed": seed,
        "n": [n_worlds, total],
    }
    return WorldSet(
        id=sha256(json_bytes(identity)),
        worlds=worlds,
        closest=prior[int(np.argmax(scores))],
        n_histories=total,
        effective=float(1.0 / np.sum(weights**2)),
        distinct=len(set(chosen.tolist())),
        tempering=tempering,
        counts=tuple(counts),
        simulated=simulated[chosen],
        simulated_total=everything[chosen, -1],
    )


def tempered(scores: NDArray[np.float64], wanted: float) -> tuple[NDArray[np.float64], float]:
    """Return normalised weights, and the power of the likelihood at which enough histories count.

    The power is 1 where the effective number reaches ``wanted`` by itself, and otherwise as large as it can
    be (by bisection): a few lucky histories must not stand for all that could happen.
    """

    def weights(power: float) -> NDArray[np.float64]:
        raw = np.exp(power * (scores - scores.max()))
        return np.asarray(raw / raw.sum())

    def effective(power: float) -> float:
        return float(1.0 / np.sum(weights(power) ** 2))

    if effective(1.0) >= wanted:
        return weights(1.0), 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) >= wanted else (low, middle)
    return weights(low), low


def systematic(weights: NDArray[np.float64], n: int, seed: int) -> NDArray[np.intp]:
    """Return n indices drawn in proportion to the weights by systematic resampling (one uniform)."""
    offset = float(derived_seed("resample", seed)) / 2.0**64
    return np.minimum(np.searchsorted(np.cumsum(weights), (np.arange(n) + offset) / n), len(weights) - 1)
