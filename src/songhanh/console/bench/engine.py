"""How fast the epidemic engine is: one replicate, a fresh start, two threads."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from songhanh.console.bench.machine import machine
from songhanh.console.bench.peers.measure import measure_peers, peers_python
from songhanh.console.bench.scenario import Scenario, demand_all, digest, features, parameters, scenario
from songhanh.core.errors import Fault, SonghanhError
from songhanh.epidemic import Engine, simulate
from songhanh.province import load, population

UNCONTROLLED_RUNS = 3
MOST_OF_ALL = 0.7


def bench_engine(
    pack_ref: str,
    replicates: int,
    days: int,
    nation_people: int = 0,
    with_peers: bool = False,
    report: Callable[[str], None] = lambda stage: None,
) -> dict[str, Any]:
    """Measure the engine on the committed scenarios.

    Parameters
    ----------
    nation_people
        People of a made-up nation to measure as well; 0 leaves it out.
    with_peers
        Whether to run the peers that are installed on the same work, in the same call.
    report
        Told what is measured next.

    Raises
    ------
    SonghanhError
        If a feature of the engine did nothing, the output is not that of the tested path, or the Python named for
        the peers is none.
    """
    if with_peers:
        peers_python()  # a wrong path fails now, not after minutes
    before = machine()
    people = population(load(pack_ref))
    committed = scenario(people, days)
    report("compile")
    engine = Engine(people, days)
    told = digest(committed.run(engine, seed=1))  # compiles; not timed
    report("the tested path")
    _demand_tested_path(committed, told)
    report(f"controlled, {replicates} replicates")
    spent, infections, counts = _replicates(committed, engine, replicates)
    demand_all(counts)
    controlled_ms = 1e3 * statistics.median(spent)
    report("uncontrolled")
    found: dict[str, Any] = {
        "scenario": {
            "pack": pack_ref,
            "people": people.n_people,
            "days": days,
            "replicates": replicates,
            "infections_median": statistics.median(infections),
            "sha256": told,
            "events": counts,
        },
        "controlled_ms": controlled_ms,
        "controlled_us_per_infection": 1e6 * sum(spent) / max(sum(infections), 1),
        **_uncontrolled(committed, people.n_people),
    }
    report("warm start, threads")
    found["warm_start_s"] = _warm_start(pack_ref, days, told)
    found["threads_ratio"] = _threads_ratio(committed, max(2, replicates // 4))
    if nation_people:
        report(f"a nation of {nation_people:,}")
        found |= _nation(nation_people, days)
    if with_peers:
        report("peers")
        found["peers"] = _peers(people.n_people, days, controlled_ms)
    found["machine"] = {**before, "load_1_min_after": machine()["load_1_min"]}
    return found


def _uncontrolled(committed: Scenario, n_people: int) -> dict[str, Any]:
    """Measure an outbreak that nobody controls, in which most people are infected."""
    engine = Engine(committed.population, committed.days, n_people)
    spent, infections = [], []
    for seed in range(1, UNCONTROLLED_RUNS + 2):  # the first touches the memory; not counted
        started = time.perf_counter()
        result = committed.run_uncontrolled(engine, seed)
        spent.append(time.perf_counter() - started)
        infections.append(int(result.infections.sum()))
    if min(infections) < MOST_OF_ALL * n_people:
        raise SonghanhError(
            Fault(
                code="bench.small",
                message=f"Uncontrolled, only {min(infections):,} of {n_people:,} people are infected.",
                remedy=f"Run more days: at least {MOST_OF_ALL:.0%} should be.",
            )
        )
    return {
        "uncontrolled_s": statistics.median(spent[1:]),
        "uncontrolled_infections": int(statistics.median(infections[1:])),
    }


def _nation(n_people: int, days: int) -> dict[str, Any]:
    """Measure a nation in a process of its own, so that its memory is seen alone and given back."""
    command = [sys.executable, "-m", "songhanh.console.bench.nation", str(n_people), str(days)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if said.returncode:
        last = said.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise SonghanhError(
            Fault(
                "bench.nation",
                f"The nation could not be measured: {last[0]}.",
                "Give fewer people, or --no-nation.",
            )
        )
    figures: dict[str, Any] = json.loads(said.stdout.strip().splitlines()[-1])
    return figures


def _peers(n_people: int, days: int, controlled_ms: float) -> dict[str, Any]:
    """Run the peers on the same number of people and days, and say how many times as long they take."""
    peers = measure_peers(people=n_people, days=days)
    for figures in peers.values():
        if "controlled_ms" in figures:
            figures["times_slower"] = figures["controlled_ms"] / controlled_ms
    return peers


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
