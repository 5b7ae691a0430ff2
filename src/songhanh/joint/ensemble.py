"""Plans x worlds on all cores. Each process loads the province once, from memory maps."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from songhanh.core.errors import Cancelled
from songhanh.core.text import Text
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.outcome import Outcome
from songhanh.joint.run import Runner
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.measures import Plan, Schedule, compile_plan, history_of

PRESENT_ORDERS = Plan(
    "present-orders-only",
    Text("Chỉ các lệnh đang có hiệu lực", "Only the orders in force"),
    Text("Không thêm biện pháp nào.", "No measure is added."),
    (),
)

IDLE_S = 3600.0  # a process of the pool that nobody has asked for so long ends
Report = Callable[[int, int, str], None]
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Ensemble:
    """What to run: some plans of a pack from an as-of date, under given limits.

    ``as_of`` cuts the history (nothing later is known); with ``hindsight`` all dated rows are read (replay).
    ``economy_days`` after the as-of date are run of the economy, by default all to 31 December.
    """

    pack_ref: str
    as_of: date
    horizon_days: int
    plans: tuple[tuple[str, Plan], ...]
    limits: Limits | None
    hindsight: bool = False
    economy_days: int | None = None


class _Runners(threading.local):
    """Runners with their arrays: each thread has its own, for a worker of a cluster may have several."""

    def __init__(self) -> None:
        self.kept: OrderedDict[tuple[object, ...], Runner] = OrderedDict()


_RUNNERS = _Runners()
_RUNNERS_KEPT = 2


def runner(
    pack_ref: str,
    as_of: date,
    horizon_days: int,
    limits: Limits | None,
    hindsight: bool = False,
    economy_days: int | None = None,
) -> Runner:
    """Return a runner with its arrays allocated; the last two are kept for the life of the thread."""
    kept, key = _RUNNERS.kept, (pack_ref, as_of, horizon_days, limits, hindsight, economy_days)
    if key not in kept:
        ground = setting(pack_ref)
        horizon = Horizon.of(ground.pack.outbreak_from, as_of, horizon_days, economy_days)
        kept[key] = Runner(ground, horizon, limits, hindsight=hindsight)
        if len(kept) > _RUNNERS_KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]


@lru_cache(maxsize=256)
def schedule(pack_ref: str, as_of: date, plan: Plan, hindsight: bool) -> Schedule:
    """Compile a plan on top of the orders in force on the as-of date; kept for the life of the process."""
    pack = setting(pack_ref).pack
    return compile_plan(plan, pack, history_of(pack), None if hindsight else as_of, pack.policy_set)


def one_world(ensemble: Ensemble, world: World) -> list[Outcome]:
    """Run every plan of an ensemble in one world, in order."""
    run = runner(
        ensemble.pack_ref,
        ensemble.as_of,
        ensemble.horizon_days,
        ensemble.limits,
        ensemble.hindsight,
        ensemble.economy_days,
    )
    orders = [
        (name, schedule(ensemble.pack_ref, ensemble.as_of, plan, ensemble.hindsight))
        for name, plan in ensemble.plans
    ]
    return run.run_plans(orders, world)


def run_ensemble(
    ensemble: Ensemble,
    worlds: Sequence[World],
    n_jobs: int,
    report: Report,
    should_stop: Stop,
    stage: str,
) -> dict[str, list[Outcome]]:
    """Run plans x worlds and return the outcomes by plan, in the order of the worlds.

    The order and the bytes do not depend on the number of processes.

    Raises
    ------
    Cancelled
        If ``should_stop`` says so between two worlds.
    """
    by_plan: dict[str, list[Outcome]] = {name: [] for name, _ in ensemble.plans}
    jobs = (delayed(one_world)(ensemble, world) for world in worlds)
    for done, outcomes in enumerate(in_parallel(jobs, n_jobs), start=1):
        for outcome in outcomes:
            by_plan[outcome.plan].append(outcome)
        report(done, len(worlds), stage)
        if should_stop():
            raise Cancelled
    return by_plan


def in_parallel(jobs: Iterable[Any], n_jobs: int) -> Iterator[Any]:
    """Yield the results of delayed calls in order; with one process they run here, without a pool.

    The processes of the pool stay for the next call, with the province and the kernels that they have loaded.
    """
    yield from Parallel(n_jobs=n_jobs, return_as="generator", idle_worker_timeout=IDLE_S)(jobs)


def warm(pack_ref: str, n_jobs: int = -1) -> int:
    """Start the processes of the pool and let each load a province and the kernels; return how many there are.

    Raises
    ------
    SonghanhError
        If the pack is missing or malformed.
    """
    setting(pack_ref)  # people are synthesised once, here, and read from the disk by the others
    processes = effective_n_jobs(n_jobs)
    # More calls than processes: each is busy for as long as loading takes, so that none is left out.
    return len(set(in_parallel((delayed(_ready)(pack_ref) for _ in range(2 * processes)), n_jobs)))


def _ready(pack_ref: str) -> int:
    """Load a province, run two days of it under the orders in force, and return the number of this process."""
    ground = setting(pack_ref)
    horizon = Horizon(0, 2, 2)
    world = World(0, 0, 0, {}, {}, {}, np.zeros((1, 2), np.int64), ("",))
    orders = schedule(pack_ref, ground.pack.outbreak_from, PRESENT_ORDERS, False)
    Runner(ground, horizon, Limits.standard(), capacity=1000).run_plans([("a", orders), ("b", orders)], world)
    return os.getpid()
