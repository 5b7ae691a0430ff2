"""How fast the epidemic engine is: one replicate, a fresh start, two threads."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np

from songhanh.console.bench.machine import machine
from songhanh.console.bench.scenario import Scenario, demand_all, digest, features, parameters, scenario
from songhanh.core.errors import Fault, SonghanhError
from songhanh.epidemic import Engine, simulate
from songhanh.province import load, population


def bench_engine(pack_ref: str, replicates: int, days: int) -> dict[str, Any]:
    """Measure the engine on the committed scenario.

    Raises
    ------
    SonghanhError
        If a feature of the engine did nothing, or the output is not that of the tested path.
    """
    before = machine()
    people = population(load(pack_ref))
    committed = scenario(people, days)
    engine = Engine(people, days)
    told = digest(committed.run(engine, seed=1))  # compiles; not timed
    _demand_tested_path(committed, told)
    spent, infections, counts = _replicates(committed, engine, replicates)
    demand_all(counts)
    return {
        "scenario": {
            "pack": pack_ref,
            "people": people.n_people,
            "days": days,
            "replicates": replicates,
            "infections_median": statistics.median(infections),
            "sha256": told,
            "events": counts,
        },
        "controlled_ms": 1e3 * statistics.median(spent),
        "controlled_us_per_infection": 1e6 * sum(spent) / max(sum(infections), 1),
        "warm_start_s": _warm_start(pack_ref, days, told),
        "threads_ratio": _threads_ratio(committed, max(2, replicates // 4)),
        "machine": {**before, "load_1_min_after": machine()["load_1_min"]},
    }


def _replicates(
    committed: Scenario, engine: Engine, replicates: int
) -> tuple[list[float], list[int], dict[str, int]]:
    """Return the seconds and infections of each replicate, and what the features did in all of them."""
    spent, infections = [], []
    counts: dict[str, int] = {}
    for seed in range(1, replicates + 1):
        started = time.perf_counter()
        result = committed.run(engine, seed)
        spent.append(time.perf_counter() - started)
        infections.append(int(result.infections.sum()))
        for name, count in features(result).items():
            counts[name] = counts.get(name, 0) + count
    return spent, infections, counts


def _demand_tested_path(committed: Scenario, told: str) -> None:
    """Compare with a run of `songhanh.epidemic.simulate`, which the tests hold against theory."""
    result = simulate(
        committed.population,
        parameters(),
        lambda day, _: committed.controls[day],
        committed.imports,
        seed=1,
        days=committed.days,
    )
    _demand_same(digest(result), told, "the tested path")


def _demand_same(one: str, other: str, where: str) -> None:
    if one != other:
        raise SonghanhError(
            Fault(
                code="bench.differs",
                message=f"The output of the benchmark is not that of {where}.",
                remedy="Run the tests of the engine: pytest tests/epidemic.",
            )
        )


def _warm_start(pack_ref: str, days: int, told: str) -> float:
    """Return the seconds from starting a process to its first result; the best of three, kernels compiled."""
    command = [sys.executable, "-m", "songhanh.console.bench.first", pack_ref, str(days)]
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
        spent.append(time.perf_counter() - started)
        _demand_same(said.stdout.strip(), told, "a fresh process")
    return min(spent)


def _threads_ratio(committed: Scenario, each: int) -> float:
    """Return how much faster two threads do the same replicates than one: 2 at best."""
    engines = [Engine(committed.population, committed.days) for _ in range(2)]

    def work(k: int) -> None:
        for seed in range(each):
            committed.run(engines[k], 1 + 2 * seed + k)

    for k in range(2):
        committed.run(engines[k], 1)
    started = time.perf_counter()
    work(0)
    work(1)
    alone = time.perf_counter() - started
    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return float(np.divide(alone, time.perf_counter() - started))
