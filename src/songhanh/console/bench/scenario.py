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
from itertools import groupby

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
    variants,
)
from songhanh.epidemic.people import Packed
from songhanh.province import Population
from songhanh.response.contact import Action

IMPORTS = 70
UNCONTROLLED_R = 4.5
MEASURES_FROM = 16  # plans act from here on; before it only testing, tracing and quarantine
LOCKED_UNTIL, CLOSED_UNTIL = 60, 45
TRACE = (0.95, 0.45, 0.4, 0.006, 0.4, 0.02, 0.4, 0.2, 0.8, 0.0)  # by layer: some ten contacts a case
AGAIN_ON = 115
RETURN_FROM, RETURN_UNTIL = 16, 80  # lodgers go home by arrangement, and come back


@lru_cache(maxsize=1)
def parameters() -> EpidemicParameters:
    """Return the parameters of `scenario.csv`; those that it does not name are the defaults."""
    return EpidemicParameters.from_values(_values())


def uncontrolled_parameters() -> EpidemicParameters:
    """Return the same parameters with an R at which most people are infected within the horizon."""
    return EpidemicParameters.from_values({**_values(), "reproduction_number": UNCONTROLLED_R})


def _values() -> dict[str, float]:
    with (files("songhanh.console.bench") / "scenario.csv").open(encoding="utf-8") as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


@dataclass(frozen=True, eq=False)
class Scenario:
    """What one replicate is given: the levers of every day, the infections that come in, and the people."""

    population: Population | Packed
    days: int
    controls: tuple[EpidemicControls, ...]
    imports: NDArray[np.int64]

    def run(self, engine: Engine, seed: int) -> EpidemicResult:
        """Run one replicate."""
        engine.start(parameters(), self.imports, np.uint64(seed))
        day = 0
        for same in (list(days) for _, days in groupby(self.controls, key=id)):
            engine.steps(day, day + len(same), same[0])
            day += len(same)
        return engine.result()

    def run_uncontrolled(self, engine: Engine, seed: int) -> EpidemicResult:
        """Run one replicate in which nobody does anything."""
        engine.start(uncontrolled_parameters(), self.imports, np.uint64(seed))
        nothing = no_controls(self.population.n_communes, self.population.n_sites)
        engine.steps(0, self.days, nothing)
        return engine.result()


def scenario(population: Population, days: int) -> Scenario:
    """Return the scenario for some people: infections come in among workers of the sites and in one commune."""
    cell = population.work_cell
    at_sites = np.flatnonzero((cell >= 0) & (cell < population.n_sites * population.n_sectors))
    return scenario_of(population, at_sites, days)


def scenario_of(population: Population | Packed, at_sites: NDArray[np.int64], days: int) -> Scenario:
    """Return the scenario for people of whom some work at the sites."""
    workers = at_sites[:: max(1, len(at_sites) // (IMPORTS - 5))][: IMPORTS - 5]
    people = np.concatenate([workers, np.arange(5)])
    number = np.arange(len(people), dtype=np.int64)
    imports = np.stack([people.astype(np.int64), number % 6, (number % 10 == 9).astype(np.int64)], axis=1)
    # The same people, from another journey.
    again = np.array([[who, AGAIN_ON, 0] for who in people[-5:]], np.int64)
    imports = np.concatenate([imports, again[again[:, 1] < days]])
    return Scenario(population, days, _levers(population, days), imports)


def _levers(population: Population | Packed, days: int) -> tuple[EpidemicControls, ...]:
    """Return the levers by day; days without a change share one object, as in a run of a plan."""
    quiet = _effort(population)
    known: dict[tuple[bool, ...], EpidemicControls] = {}
    found: list[EpidemicControls] = []
    for day in range(days):
        if day < MEASURES_FROM:
            found.append(quiet)
            continue
        key = (day % 7 == 0, day < LOCKED_UNTIL, day < CLOSED_UNTIL, RETURN_FROM <= day < RETURN_UNTIL)
        if key not in known:
            known[key] = _measures(population, *key)
        found.append(known[key])
    return tuple(found)


def _effort(population: Population | Packed) -> EpidemicControls:
    """Return testing, tracing, quarantine and vaccination with scarce tracers, places and samples."""
    n, communes, sites = population.n_people, population.n_communes, population.n_sites
    controls = no_controls(communes, sites)
    controls.detection[:] = 0.6
    controls.trace[:] = TRACE
    controls.trace_capacity[:] = (max(2, n // 20_000), max(2, n // 100_000), max(1, n // 900_000), 0)
    controls.contact_action[:] = (Action.NOTHING, Action.CENTRAL, Action.HOME, Action.MONITOR, Action.NOTHING)
    controls.contact_days[:] = (0, 21, 7, 14, 0)
    controls.test_days[:] = (1, 7, 14, 20)
    controls.vaccination[:, 2:6] = 0.001
    controls.site_vaccination[:] = 0.002
    return replace(
        controls,
        quarantine_places=max(20, n // 200),
        release_negatives=2,
        release_retest_days=3,
        lab_capacity=max(20, n // 300),
        pool_size=5,
    )


def _measures(
    population: Population | Packed, sampled: bool, locked: bool, closed: bool, away: bool
) -> EpidemicControls:
    """Return the levers of a day once every measure is in force."""
    controls = _effort(population)
    controls.community[:] = 0.3
    controls.movement[:] = 0.3
    controls.boarding[:] = 0.6
    controls.school[:] = 0.0
    controls.work[:] = 0.6
    controls.locked[-max(1, population.n_communes // 40) :] = locked
    controls.hamlet_seal_cases[:] = 5
    controls.hamlet_seal_days[:] = 14
    controls.sealed_community[:] = 0.1
    modes = (SiteMode.CLOSED, SiteMode.ON_SITE, SiteMode.STAGGERED, SiteMode.TWO_POINTS)
    controls.site_mode[:] = [modes[site % len(modes)] for site in range(population.n_sites)]
    if not closed:
        controls.site_mode[controls.site_mode == SiteMode.CLOSED] = SiteMode.STAGGERED
    controls.site_share[:] = 0.5
    controls.site_contact[:] = 0.6
    controls.firm_close_cases[:] = 2
    controls.firm_close_days[:] = 14
    controls.lodgers_away[:] = 0.06 if away else 0.0
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
        "false_positives": result.false_positives.sum(),
        "kept_isolated": result.n_kept_isolated,
        "cases_waiting_to_be_traced": result.trace_queue.max(),
        "sealed_residents": result.sealed.max(),
        "lodgers_gone": result.gone.max(),
        "infections_exported": result.exported.sum(),
        "first_doses": result.doses.sum(),
        "infections_of_vaccinated": result.n_breakthrough,
        "infections_again": result.n_reinfected,
        "workers_locked": result.locked.sum(),
    }
    counts |= {f"traced_f{level + 1}": result.traced[:, level].sum() for level in range(3)}
    counts |= {
        f"infections_{variant.id}": result.infections_variant[:, number].sum()
        for number, variant in enumerate(variants()[:2])
    }
    counts |= {
        f"workers_{name}": result.absent[:, :, reason].sum()
        for reason, name in enumerate(("isolated", "quarantined", "dead", "of_closed_firms", "gone"))
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
