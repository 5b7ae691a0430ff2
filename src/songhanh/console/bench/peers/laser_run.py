"""LASER on the benchmark's work; run by the Python of the peers.

A plain file: it imports nothing of Songhanh, and Songhanh does not import it. What it found is one line of JSON on the
standard output. The components are LASER's own (`laser-generic`, on `laser-core`), so that nobody has to trust a model of
ours for it. LASER has no households, tests or tracing: closures are all that holds this outbreak down, and the note says so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from importlib.metadata import version

import geopandas as gpd
import numpy as np
from laser.core import PropertySet
from laser.core.distributions import gamma
from laser.generic import SEIR, Model
from laser.generic.utils import ValuesMap
from shapely.geometry import Point

MEASURES_FROM = 16  # as in the engine's own scenario
SEEDED = 70
R0, LATENT_DAYS, INFECTIOUS_DAYS = 3.5, 4.0, 5.0
CLOSED, REOPENED, REOPENED_FROM = 0.26, 0.28, 60  # contacts that closures leave


def controlled(people: int, days: int, seeds: int) -> dict[str, object]:
    """Return the time and the infections of an outbreak under closures: medians over the seeds."""
    _run(1_000, 2, 1)  # compiles; not timed
    runs = [_run(people, days, seed) for seed in range(1, seeds + 1)]
    built, spent, infections = (statistics.median(column) for column in zip(*runs, strict=True))
    return {
        "version": f"{version('laser-core')} (laser-generic {version('laser-generic')})",
        "controlled_ms": 1e3 * spent,
        "init_s": built,
        "infections": infections,
        "days": days,
        "people": people,
        "seeds": seeds,
        "note": "SEIR in one well-mixed place, with closures only: no households, tests, tracing or quarantine",
    }


def _run(people: int, days: int, seed: int) -> tuple[float, float, int]:
    """Return the seconds to build, the seconds to run, and how many were infected, the first ones included."""
    started = time.perf_counter()
    first = min(SEEDED, people)
    place = gpd.GeoDataFrame(
        {"nodeid": [0], "name": ["province"], "population": [people], "S": [people - first], "E": [first]},
        geometry=[Point(106.2, 21.3)],
        crs="EPSG:4326",
    ).assign(I=0, R=0)
    model = Model(place, PropertySet({"nticks": days, "beta": R0 / INFECTIOUS_DAYS, "seed": seed}))
    day = np.arange(days)
    contacts = np.where(day < MEASURES_FROM, 1.0, np.where(day < REOPENED_FROM, CLOSED, REOPENED))
    latent = gamma(shape=4.0, scale=LATENT_DAYS / 4.0)
    infectious = gamma(shape=4.0, scale=INFECTIOUS_DAYS / 4.0)
    model.components = [
        SEIR.Susceptible(model),
        SEIR.Transmission(model, latent, seasonality=ValuesMap.from_timeseries(contacts, 1)),
        SEIR.Exposed(model, latent, infectious),
        SEIR.Infectious(model, infectious),
        SEIR.Recovered(model),
    ]
    built = time.perf_counter() - started
    started = time.perf_counter()
    model.run()
    return built, time.perf_counter() - started, first + int(model.nodes.newly_infected.sum())


def main() -> None:
    """Read what is asked for and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("mode", choices=("controlled",))
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    print(json.dumps(controlled(asked.people, asked.days, asked.seeds)))


if __name__ == "__main__":
    main()
