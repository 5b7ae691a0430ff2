"""BoARIO on the table of the economy's benchmark; run by the Python of the peers.

A plain file: it imports nothing of Songhanh, and Songhanh does not import it. What it found is one line of JSON on the
standard output. BoARIO (GPL-3) is a dynamic input-output model of the ARIO family with stocks, rationing and overproduction;
it has no sites, labour, households, backlog of exports, crops or accounts. Its own reports are switched off, so that only the
steps are timed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pymrio
from boario.event import from_series
from boario.extended_models import ARIOPsiModel
from boario.simulation import Simulation

REGION = "province"
FIRST, DAYS_CLOSED = 17, 43  # as in the economy's own scenario


def steps(table: dict, days: int, repeats: int) -> dict[str, object]:
    """Return the time of a step: the median over the runs of the mean of a run."""
    built, spent, lost = [], [], 0.0
    for _ in range(repeats + 1):  # the first warms up
        started = time.perf_counter()
        simulation, normal = _simulation(table, days)
        built.append(time.perf_counter() - started)
        took, lost = 0.0, 0.0
        for _ in range(days):
            started = time.perf_counter()
            failed = simulation.next_step()
            took += time.perf_counter() - started
            if failed:
                raise SystemExit("BoARIO gave the run up before its end")
            lost += normal - float(simulation.model.production.sum())
        spent.append(took / days)
    return {
        "version": version("boario"),
        "step_ms": 1e3 * statistics.median(spent[1:]),
        "init_s": statistics.median(built[1:]),
        "sectors": len(table["sectors"]),
        "days": days,
        "repeats": repeats,
        "output_lost_days": lost / normal,  # in days of normal output
        "note": "one region; no sites, labour, households, crops or accounts",
    }


def _simulation(table: dict, days: int) -> tuple[Simulation, float]:
    """Build the province with part of the output of some sectors stopped for six weeks."""
    sectors = table["sectors"]
    index = pd.MultiIndex.from_product([[REGION], sectors], names=["region", "sector"])
    final = pd.MultiIndex.from_product([[REGION], ["Final demand"]], names=["region", "category"])
    flows = pd.DataFrame(table["flows"], index=index, columns=index)
    demand = pd.DataFrame(table["final"], index=index, columns=final)
    tables = pymrio.IOSystem(Z=flows, Y=demand)
    tables.x = pymrio.calc_x(flows, demand)
    tables.A = pymrio.calc_A(flows, tables.x)
    model = ARIOPsiModel(
        tables,
        alpha_max=1.15,
        monetary_factor=1,
        inventory_dict=dict(zip(sectors, table["stock_days"], strict=True)),
        inventory_restoration_tau=14,
    )
    simulation = Simulation(model, n_temporal_units_to_sim=days)
    stopped = pd.Series(table["stopped"], index=index)
    simulation.add_event(
        from_series(
            stopped[stopped > 0],
            event_type="arbitrary",
            occurrence=FIRST,
            duration=DAYS_CLOSED,
            recovery_tau=1,
        )
    )
    return simulation, float(model.production.sum())


def main() -> None:
    """Read what is asked for and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=("steps",))
    parser.add_argument(
        "--table", type=Path, required=True, help="JSON: sectors, flows, final, stock_days, stopped"
    )
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    table = json.loads(asked.table.read_text(encoding="utf-8"))
    with contextlib.redirect_stdout(sys.stderr):  # BoARIO talks while it works
        found = steps(table, asked.days, asked.repeats)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
