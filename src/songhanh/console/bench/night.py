"""How long the committee waits: the night of a decision, from the command to the table."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from songhanh.console.bench.machine import machine
from songhanh.core.canonical import json_bytes, sha256
from songhanh.decision import evaluate
from songhanh.joint.ensemble import runner, schedule
from songhanh.joint.horizon import Limits
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.setting import setting
from songhanh.measures import plans_of
from songhanh.twin.worlds import world_set


class Stages:
    """Adds up the seconds until each report, by what was reported."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._last = time.perf_counter()

    def __call__(self, done: int, total: int, stage: str) -> None:
        """Book the time since the last report."""
        now = time.perf_counter()
        kind = "plans" if stage == "worlds" else "histories"
        self.spent[kind] = self.spent.get(kind, 0.0) + now - self._last
        self._last = now


def bench_decide(
    pack_ref: str, as_of: date, n_worlds: int, seed: int, n_histories: int | None, n_jobs: int
) -> dict[str, Any]:
    """Measure one decision as it is taken, and one replicate of both models alone.

    Histories that an earlier run kept are not drawn again; ``histories_kept`` says so.
    """
    before = machine()
    stages = Stages()
    started = time.perf_counter()
    evaluation = evaluate(
        pack_ref, as_of, seed, n_worlds, n_histories=n_histories, n_jobs=n_jobs, on_progress=stages
    )
    spent = time.perf_counter() - started
    ask = partial(world_set, report=lambda done, total, stage: None, should_stop=lambda: False)
    few = ask(pack_ref, as_of, seed, min(n_worlds, 4), n_histories, n_jobs).worlds
    plans = plans_of(setting(pack_ref).pack)
    run = runner(pack_ref, as_of, int(joint_table().defaults()["epidemic_horizon_days"]), Limits.standard())
    compiled = {name: schedule(pack_ref, as_of, plan, False) for name, plan in plans.items()}
    replicates = []
    for world in [replace(few[0]), *few]:  # the first fills the caches; not timed
        for name, plan in compiled.items():
            began = time.perf_counter()
            run.run(name, plan, world)
            replicates.append(time.perf_counter() - began)
    return {
        "scenario": {
            "pack": pack_ref,
            "as_of": as_of.isoformat(),
            "worlds": n_worlds,
            "plans": len(plans),
            "seed": seed,
            "histories": evaluation["worlds"]["n_histories"],
            "processes": n_jobs,
            "sha256": sha256(json_bytes(evaluation)),
        },
        "decide_s": spent,
        "histories_s": stages.spent.get("histories", 0.0),
        "histories_kept": "histories" not in stages.spent,
        "plans_s": stages.spent.get("plans", 0.0),
        "replicate_ms": 1e3 * statistics.median(replicates[len(plans) :]),
        "machine": {**before, "load_1_min_after": machine()["load_1_min"]},
    }
