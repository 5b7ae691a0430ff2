"""Simulated pasts: what they would have published, and how well that agrees with what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from songhanh.core.rng import derived_seed
from songhanh.epidemic import Engine
from songhanh.joint.ensemble import PRESENT_ORDERS, runner, schedule
from songhanh.joint.horizon import Limits
from songhanh.joint.setting import setting
from songhanh.joint.world import PLACES, World
from songhanh.twin.evidence import Count, log_likelihood, simulated_counts
from songhanh.twin.line_evidence import LineEvidence
from songhanh.twin.prior import prior
from songhanh.twin.table import table


@dataclass(frozen=True, eq=False)
class History:
    """One simulated past.

    Attributes
    ----------
    point, luck
        Where it lies in the unit cube of the prior, and its seed.
    counts
        (K,) what it would have published at the places and days that were; infinite where it lost control.
    score
        Logarithm of its likelihood.
    """

    point: NDArray[np.float64]
    luck: int
    counts: NDArray[np.float64]
    score: float


def simulate_pasts(
    pack_ref: str,
    as_of: date,
    counts: tuple[Count, ...],
    points: NDArray[np.float64],
    lucks: Sequence[int],
    lines: LineEvidence | None = None,
    structures: tuple[str, ...] = (PLACES,),
) -> list[History]:
    """Run the past at some points, and compare it with what was published and with the line list, if there is one."""
    return [
        _history(pack_ref, as_of, counts, point, luck, lines, structures)
        for point, luck in zip(points, lucks, strict=True)
    ]


def move(
    pack_ref: str,
    as_of: date,
    counts: tuple[Count, ...],
    histories: Sequence[History],
    power: float,
    seeds: Sequence[int],
    lines: LineEvidence | None = None,
    structures: tuple[str, ...] = (PLACES,),
) -> list[History]:
    """Move each history a few Metropolis steps at a power of the likelihood.

    A step changes some coordinates of the point and keeps the luck, so that most of the past stays as it was;
    steps are reflected at the borders of the cube, where the prior is uniform, so it cancels. Under a line list some
    further steps keep the point and draw another luck, so that pasts of different chances stay in play.
    """
    values = table().defaults()
    moved = []
    for start, seed in zip(histories, seeds, strict=True):
        here, random = start, np.random.default_rng(seed)
        for _ in range(int(values["moves" if lines is None else "fit_moves"])):
            chosen = random.random(len(here.point)) < values["moved_share"]
            step = np.where(chosen, random.normal(0.0, values["move_sd"], len(here.point)), 0.0)
            point = _reflected(here.point + step)
            there = _history(pack_ref, as_of, counts, point, here.luck, lines, structures)
            if np.log(random.random()) < power * (there.score - here.score):
                here = there
        for _ in range(int(values["fit_new_lucks"]) if lines is not None else 0):
            luck = int(random.integers(0, 2**63))
            there = _history(pack_ref, as_of, counts, here.point, luck, lines, structures)
            if np.log(random.random()) < power * (there.score - here.score):
                here = there
        moved.append(here)
    return moved


def _reflected(point: NDArray[np.float64]) -> NDArray[np.float64]:
    folded = np.abs(point) % 2.0
    return np.where(folded > 1.0, 2.0 - folded, folded)


def _history(
    pack_ref: str,
    as_of: date,
    counts: tuple[Count, ...],
    point: NDArray[np.float64],
    luck: int,
    lines: LineEvidence | None,
    structures: tuple[str, ...],
) -> History:
    world = prior(pack_ref, as_of, structures).world(point, luck, 0)
    engine = _past(pack_ref, as_of, world)
    if engine is None:
        return History(point, luck, np.full(len(counts), np.inf), -np.inf)
    simulated = simulated_counts(setting(pack_ref), engine, world, counts)
    values = table().defaults()
    score = log_likelihood(counts, simulated, values["log_sd_total"], values["log_sd_place"])
    if lines is not None:
        score += lines.log_likelihood(lines.simulated(engine))
    return History(point, luck, simulated, score)


def past_counts(pack_ref: str, as_of: date, counts: tuple[Count, ...], world: World) -> NDArray[np.float64]:
    """Run the past of a world and count what was published at the same places and days.

    A past that lost control (`joint/parameters.csv`) is contradicted by the bulletins: its counts are infinite.
    """
    engine = _past(pack_ref, as_of, world)
    if engine is None:
        return np.full(len(counts), np.inf)
    return simulated_counts(setting(pack_ref), engine, world, counts)


def _past(pack_ref: str, as_of: date, world: World) -> Engine | None:
    """Run the past of a world; nothing if it lost control."""
    orders = schedule(pack_ref, as_of, PRESENT_ORDERS, False)
    most = Limits.standard().control_lost_infections
    return runner(pack_ref, as_of, 0, None).past(world, orders, give_up_at=most)


def lucks(seed: int, n: int) -> list[int]:
    """Return the seeds of n histories."""
    return [int(derived_seed("luck", seed, number)) for number in range(n)]
