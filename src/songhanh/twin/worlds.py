"""Worlds that agree with what was published by the as-of date.

This is the stand-in until the twin reads line lists. A world keeps the history that agrees (same parameters, same
luck up to the as-of day) and gets a luck of its own afterwards, so that two worlds with one past have two futures.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.days import day_of
from songhanh.core.fingerprint import models
from songhanh.core.home import cache
from songhanh.core.rng import derived_seed
from songhanh.joint.ensemble import Report, Stop
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.twin.evidence import Count, published_counts
from songhanh.twin.histories import History, past_counts
from songhanh.twin.prior import prior
from songhanh.twin.sampler import Sampler
from songhanh.twin.table import table


@dataclass(frozen=True)
class WorldSet:
    """Equally likely worlds, and how they were come by.

    Attributes
    ----------
    id
        Hash of the pack, the published counts, the as-of date, the models, the seed and the numbers asked for.
    worlds
        The worlds, ready to run.
    closest
        The history that agrees best with the counts: the synthetic line list is taken from it.
    n_histories, n_distinct
        Histories drawn from the prior, and how many different ones the worlds come from in the end.
    power
        Power of the likelihood that was reached: 1 if the counts are fully taken into account.
    counts, simulated
        What was published, and the (W, K) counts of the worlds at the same places and days.
    simulated_total
        (W,) cases of the province announced by the as-of date.
    """

    id: str
    worlds: tuple[World, ...]
    closest: World
    n_histories: int
    n_distinct: int
    power: float
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
    """Return worlds that agree with the published counts; the histories are kept on disk for the next question.

    Raises
    ------
    SonghanhError
        If the pack is malformed or the date lies outside the outbreak.
    Cancelled
        If ``should_stop`` says so.
    """
    ground = setting(pack_ref)
    total = int(table().defaults()["n_histories"]) if n_histories is None else n_histories
    counts = tuple(published_counts(ground.pack, as_of))
    identity = {
        "pack": ground.pack.hash,
        "counts": [[c.place_id, c.day, c.value] for c in counts],
        "as_of": as_of.isoformat(),
        "models": models(),
        "seed": seed,
        "n": total,
    }
    name = sha256(json_bytes(identity))
    kept = _read(name)
    if kept is None:
        kept = Sampler(pack_ref, as_of, counts, seed, n_jobs, report, should_stop).sample(total)
        _write(name, *kept)
    histories, power = kept
    known = prior(pack_ref, as_of)
    spaced = (
        np.linspace(0, len(histories), n_worlds, endpoint=False).astype(int)
        if n_worlds < len(histories)
        else (np.arange(n_worlds) % len(histories))
    )
    chosen = [histories[index] for index in spaced]
    anew = known.points(n_worlds, int(derived_seed("anew", seed)))
    worlds = tuple(
        replace(
            known.world(np.where(known.silent, anew[number], history.point), history.luck, number),
            future_luck=int(derived_seed("future", seed, number)),
        )
        for number, history in enumerate(chosen)
    )
    best = max(histories, key=lambda history: history.score)
    asked = (*counts, Count("*", day_of(ground.pack.outbreak_from, as_of), 0.0, ""))
    simulated = np.array([past_counts(pack_ref, as_of, asked, world) for world in worlds])
    return WorldSet(
        id=sha256(name.encode(), str(n_worlds).encode()),
        worlds=worlds,
        closest=known.world(best.point, best.luck, 0),
        n_histories=total,
        n_distinct=len({history.luck for history in chosen}),
        power=power,
        counts=counts,
        simulated=simulated[:, :-1],
        simulated_total=simulated[:, -1],
    )


def _read(name: str) -> tuple[list[History], float] | None:
    path = cache("histories") / f"{name[:32]}.npz"
    if not path.is_file():
        return None
    with np.load(path) as kept:
        rows = zip(kept["points"], kept["lucks"], kept["counts"], kept["scores"], strict=True)
        histories = [History(point, int(luck), counts, float(score)) for point, luck, counts, score in rows]
        return histories, float(kept["power"])


def _write(name: str, histories: list[History], power: float) -> None:
    folder = cache("histories")
    temporary = folder / f".{name[:32]}.{os.getpid()}.npz"
    np.savez(
        temporary,
        points=np.array([history.point for history in histories]),
        lucks=np.array([history.luck for history in histories], np.uint64),
        counts=np.array([history.counts for history in histories]),
        scores=np.array([history.score for history in histories]),
        power=power,
    )
    temporary.replace(folder / f"{name[:32]}.npz")
