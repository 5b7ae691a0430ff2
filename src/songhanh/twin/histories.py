"""Simulated pasts and what they would have published; kept on disk, for one night asks several questions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.errors import Cancelled
from songhanh.core.fingerprint import models
from songhanh.core.home import cache
from songhanh.joint.ensemble import PRESENT_ORDERS, Report, Stop, in_parallel, runner, schedule
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.twin.evidence import Count, simulated_counts

BATCH = 16  # histories a process runs between two progress reports


def simulated_pasts(
    pack_ref: str,
    as_of: date,
    worlds: Sequence[World],
    counts: tuple[Count, ...],
    identity: dict[str, object],
    n_jobs: int,
    report: Report,
    should_stop: Stop,
) -> NDArray[np.float64]:
    """Return the (W, K) counts of some worlds at the places and days that were published.

    Parameters
    ----------
    identity
        What the worlds were drawn from; with the pack, the counts and the models it names the file kept.

    Raises
    ------
    Cancelled
        If ``should_stop`` says so between two batches.
    """
    kept = _file(pack_ref, as_of, counts, identity)
    if kept.is_file():
        return np.asarray(np.load(kept))
    batches = [worlds[start : start + BATCH] for start in range(0, len(worlds), BATCH)]
    rows: list[NDArray[np.float64]] = []
    done = 0
    jobs = (delayed(past_counts)(pack_ref, as_of, batch, counts) for batch in batches)
    for batch, result in zip(batches, in_parallel(jobs, n_jobs), strict=True):
        rows.append(result)
        done += len(batch)
        report(done, len(worlds), "histories")
        if should_stop():
            raise Cancelled
    everything = np.concatenate(rows)
    temporary = kept.with_name(f".{kept.stem}.{os.getpid()}.npy")
    np.save(temporary, everything)
    temporary.replace(kept)
    return everything


def past_counts(
    pack_ref: str, as_of: date, worlds: Sequence[World], counts: tuple[Count, ...]
) -> NDArray[np.float64]:
    """Run the past of some worlds and count what was published at the same places and days."""
    run = runner(pack_ref, as_of, 0, None)
    orders = schedule(pack_ref, as_of, PRESENT_ORDERS, False)
    return np.array([simulated_counts(setting(pack_ref), run.past(world, orders), counts) for world in worlds])


def _file(pack_ref: str, as_of: date, counts: tuple[Count, ...], identity: dict[str, object]) -> Path:
    name = sha256(
        json_bytes(
            {
                **identity,
                "pack": setting(pack_ref).pack.hash,
                "models": models(),
                "as_of": as_of.isoformat(),
                "counts": [[count.place_id, count.day, count.value] for count in counts],
            }
        )
    )
    return cache("histories") / f"{name[:32]}.npy"
