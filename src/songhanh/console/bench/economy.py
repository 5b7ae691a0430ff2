"""How fast the economy is: one day, and a year with a closed site and absent workers."""

from __future__ import annotations

import hashlib
import statistics
import time
from dataclasses import replace
from typing import Any

import numpy as np

from songhanh.console.bench.machine import machine
from songhanh.console.bench.peers.measure import measure_economy_peers
from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy import Economy, EconomyModel, EconomyParameters, EconomyResult, LabourDay, build
from songhanh.economy.controls import EconomyControls, no_economy_controls
from songhanh.province import load

DAYS = 365
CLOSED = range(17, 60)


def bench_economy(pack_ref: str, repeats: int, days: int = DAYS, peers: bool = False) -> dict[str, Any]:
    """Measure the economy with one site closed for six weeks.

    Parameters
    ----------
    peers
        Whether peers that are installed step through the same table, with the same part of its output stopped.

    Raises
    ------
    SonghanhError
        If the closure cost nothing or was never caught up, so that less was computed than is said.
    """
    before = machine()
    model = build(load(pack_ref))
    economy = Economy(model, days)
    levers = _levers(model)
    steps, years = [], []
    for _ in range(repeats + 1):  # the first compiles
        economy.start(EconomyParameters.from_values({}))
        started = time.perf_counter()
        for day in range(days):
            economy.step(day, *levers[day in CLOSED])
        steps.append((time.perf_counter() - started) / days)
        result = economy.result()
        years.append(time.perf_counter() - started)
    lost = (result.value_added_baseline - result.value_added).sum(axis=1)
    _demand_events(result, float(lost.max()))
    step_ms = 1e3 * statistics.median(steps[1:])
    found = measure_economy_peers(_table(model), days, repeats) if peers else {}
    for peer in found.values():
        if "step_ms" in peer:
            peer["times_slower"] = peer["step_ms"] / step_ms
    return {
        "scenario": {
            "pack": pack_ref,
            "sectors": model.n_sectors,
            "sites": model.n_sites,
            "days": days,
            "repeats": repeats,
            "value_added_lost_vnd_bn": float(lost.sum()),
            "sha256": hashlib.sha256(np.ascontiguousarray(result.value_added).tobytes()).hexdigest(),
        },
        "step_ms": step_ms,
        "year_ms": 1e3 * statistics.median(years[1:]),
        "peers": found,
        "machine": {**before, "load_1_min_after": machine()["load_1_min"]},
    }


def _levers(
    model: EconomyModel,
) -> tuple[tuple[EconomyControls, LabourDay], tuple[EconomyControls, LabourDay]]:
    """Return the levers of a normal day and of a day on which the first site is closed and one worker in fifty is away."""
    normal = no_economy_controls(0, model.n_sites, model.n_sectors, len(model.crops.channel_crop))
    admitted = normal.admitted.copy()
    admitted[0] = 0.0
    demand = normal.household_demand * 0.9
    closed = replace(
        normal, admitted=admitted, household_demand=demand, export_logistics=normal.export_logistics * 0.95
    )
    nobody = np.zeros_like(admitted)
    few = np.full_like(admitted, 0.01)
    everybody = LabourDay(nobody, nobody, nobody, nobody, np.ones(model.n_sectors))
    away = LabourDay(few, few, nobody, nobody, np.full(model.n_sectors, 0.9), hospital_load=500.0)
    return (normal, everybody), (closed, away)


def _table(model: EconomyModel) -> dict[str, Any]:
    """Return the province as peers read it: one region, a year's flows, and what the closed site makes of each sector."""
    flows = model.flows()[:-1]
    final = np.maximum(model.output - flows.sum(axis=1), 0.0)
    return {
        "sectors": list(model.sectors),
        "flows": (DAYS * flows).tolist(),
        "final": (DAYS * final)[:, None].tolist(),
        "stock_days": np.maximum(model.stock_days, 1.0).tolist(),
        "stopped": model.site_shares()[0].tolist(),
    }


def _demand_events(result: EconomyResult, worst: float) -> None:
    """Make sure that there was something to compute."""
    counts = {
        "value added lost": worst,
        "orders waiting": float(result.backlog.max()),
        "wages lost": float(result.wages_lost.max()),
        "person-days lost": float(result.lost_person_days.max()),
    }
    silent = [name for name, count in counts.items() if count <= 0]
    if silent:
        raise SonghanhError(
            Fault(
                "bench.silent",
                f"The closure left no trace: {', '.join(silent)}.",
                "Run a pack with a site at work.",
            )
        )
