"""The committed scenario: an outbreak of a few thousand infections under every measure that the engine knows.

Its numbers are its own, so that a figure of today can be compared with one of next year: parameters that worlds differ in
are in `scenario.csv`, the levers below. Sizes follow the people of the pack.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.modes import SiteMode
from songhanh.epidemic import (
    Engine,
    EpidemicControls,
    EpidemicParameters,
    EpidemicResult,
    Found,
    Layer,
    no_controls,
)
from songhanh.province import Population

IMPORTS = 70
MEASURES_FROM = 16  # plans act from here on; before it only testing, tracing and quarantine
LOCKED_UNTIL, CLOSED_UNTIL = 60, 45
TRACE = (0.9, 0.6, 0.7, 0.3, 0.6, 0.1, 0.3, 0.8, 0.0)  # by layer


@lru_cache(maxsize=1)
def parameters() -> EpidemicParameters:
    """Return the parameters of `scenario.csv`; those that it does not name are the defaults."""
    with (files("songhanh.console.bench") / "scenario.csv").open(encoding="utf-8") as file:
        return EpidemicParameters.from_values(
            {row["name"]: float(row["value"]) for row in csv.DictReader(file)}
        )


@dataclass(frozen=True, eq=False)
class Scenario:
    """What one replicate is given: the levers of every day, the infections that come in, and the people."""

    population: Population
    days: int
    controls: tuple[EpidemicControls, ...]
    imports: NDArray[np.int64]

    def run(self, engine: Engine, seed: int) -> EpidemicResult:
        """Run one replicate."""
        engine.start(parameters(), self.imports, np.uint64(seed))
        for day, controls in enumerate(self.controls):
            engine.step(day, controls)
        return engine.result()


def scenario(population: Population, days: int) -> Scenario:
    """Return the scenario for some people: infections come in among workers of the sites and in one commune."""
    at_sites = np.flatnonzero(
        (population.work_cell >= 0) & (population.work_cell < population.n_sites * population.n_sectors)
    )
    workers = at_sites[:: max(1, len(at_sites) // (IMPORTS - 5))][: IMPORTS - 5]
    people = np.concatenate([workers, np.arange(5)])
    imports = np.stack([people.astype(np.int64), np.arange(len(people), dtype=np.int64) % 6], axis=1)
    return Scenario(population, days, _levers(population, days), imports)


def _levers(population: Population, days: int) -> tuple[EpidemicControls, ...]:
    """Return the levers by day; days without a change share one object, as in a run of a plan."""
    quiet = _effort(population)
    found: list[EpidemicControls] = []
    for day in range(days):
        sampled = day % 7 == 0
        if day < MEASURES_FROM:
            found.append(quiet)
        elif (
            found[-1] is not quiet
            and not sampled
            and day % 7 != 1
            and day not in (LOCKED_UNTIL, CLOSED_UNTIL)
        ):
            found.append(found[-1])
        else:
            found.append(_measures(population, day, sampled))
    return tuple(found)


def _effort(population: Population) -> EpidemicControls:
    """Return testing, tracing and quarantine with scarce tracers, places and samples."""
    n, communes, sites = population.n_people, population.n_communes, population.n_sites
    controls = no_controls(communes, sites)
    controls.detection[:] = 0.6
    controls.trace[:] = TRACE
    return replace(
        controls,
        trace_capacity=max(2, n // 60_000),
        quarantine_days=21,
        quarantine_places=max(20, n // 400),
        lab_capacity=max(20, n // 400),
        pool_size=5,
    )


def _measures(population: Population, day: int, sampled: bool) -> EpidemicControls:
    """Return the levers of a day once every measure is in force."""
    controls = _effort(population)
    controls.community[:] = 0.3
    controls.movement[:] = 0.3
    controls.boarding[:] = 0.6
    controls.school[:] = 0.0
    controls.work[:] = 0.6
    controls.locked[: max(1, population.n_communes // 40)] = day < LOCKED_UNTIL
    modes = (SiteMode.CLOSED, SiteMode.ON_SITE, SiteMode.STAGGERED, SiteMode.TWO_POINTS)
    controls.site_mode[:] = [modes[site % len(modes)] for site in range(population.n_sites)]
    if day >= CLOSED_UNTIL:
        controls.site_mode[controls.site_mode == SiteMode.CLOSED] = SiteMode.STAGGERED
    controls.site_share[:] = 0.5
    controls.site_contact[:] = 0.6
    controls.firm_close_cases[:] = 2
    controls.firm_close_days[:] = 14
    if sampled:
        controls.sampling[: max(1, population.n_communes // 20)] = 0.05
        controls.site_sampling[:] = 0.1
    return controls


def features(result: EpidemicResult) -> dict[str, int]:
    """Count what each feature of the engine did in a run."""
    layers = result.infections_layer.sum(axis=0)
    found = result.reported.sum(axis=(0, 1))
    counts = {f"infections_{layer.name.lower()}": layers[layer] for layer in Layer}
    counts |= {f"found_{where.name.lower()}": found[where] for where in Found}
    counts |= {
        "deaths": result.deaths.sum(),
        "hospital": result.hospital.max(),
        "severe": result.severe.max(),
        "icu": result.icu.max(),
        "quarantine_places": result.in_places.max(),
        "quarantine_at_home": (result.quarantined - result.in_places).max(),
        "quarantine_extended": result.n_extended,
        "samples": result.tests.sum(),
        "samples_waiting": result.lab_queue.max(),
        "traced": result.traced.sum(),
        "cases_waiting_to_be_traced": result.trace_queue.max(),
        "workers_isolated": result.absent[:, :, 0].sum(),
        "workers_quarantined": result.absent[:, :, 1].sum(),
        "workers_of_closed_firms": result.firm_closed.sum(),
        "workers_locked": result.locked.sum(),
        "workers_dead": result.dead_workers.sum(),
    }
    return {name: int(count) for name, count in counts.items()}


def demand_all(counts: dict[str, int]) -> None:
    """Make sure that every feature did something, so that no figure is of less work than it says.

    Raises
    ------
    SonghanhError
        Naming the features that did nothing.
    """
    silent = [name for name, count in counts.items() if count <= 0]
    if silent:
        raise SonghanhError(
            Fault(
                code="bench.silent",
                message=f"The scenario did not reach every feature of the engine: {', '.join(silent)}.",
                remedy="Run more days or more replicates, or a larger pack.",
            )
        )


def digest(result: EpidemicResult) -> str:
    """Return the SHA-256 of every array of a result, in the order of its fields."""
    hasher = hashlib.sha256()
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            hasher.update(
                field.name.encode() + str(value.shape).encode() + np.ascontiguousarray(value).tobytes()
            )
    return hasher.hexdigest()
