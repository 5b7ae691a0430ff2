"""Three lessons of Bắc Giang, shown on the example province."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.page import SHOWN, Line, Section, mean_and_error, picture, table
from evidence.pictures import BLUE, ORANGE, RED, panels, save
from evidence.runs import imports_of, run, tree_in
from evidence.worlds import example, example_packed
from songhanh.console.bench.scenario import Scenario, scenario
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

FOUND_HEAD = (
    "sampling",
    "found in the community",
    "in quarantine",
    "in sealed areas",
    "infections",
    "never with symptoms",
)
DAYS, RUNS, CAPACITY = 120, 30, 300_000


def section(folder: Path) -> Section:
    """Show where cases are found, what idle boarding houses do, and what quarantine rooms do."""
    given = scenario(example(), DAYS)
    engine = Engine(example_packed(), DAYS, CAPACITY)
    parts = [found_where(engine, given, folder), idle_lodgers(engine, given), quarantine_rooms(engine, given)]
    text = "\n\n".join(words for words, _ in parts)
    return Section("Lessons of Bắc Giang", text, tuple(line for _, line in parts))


def numbers(**values: float) -> EpidemicParameters:
    """Return the default parameters but for some."""
    return EpidemicParameters.from_values(values)


def with_error(values: list[float], digits: int = 0) -> str:
    """Return a mean over runs with its standard error."""
    mean, error = mean_and_error(values)
    return f"{mean:,.{digits}f} ± {error:,.{digits}f}"


def found_where(engine: Engine, given: Scenario, folder: Path) -> tuple[str, Line]:
    """Count cases by where they were found, with and without mass sampling."""
    levers_of = {
        "without sampling rounds": [more_samples(controls, 0) for controls in given.controls],
        "with weekly rounds": list(given.controls),
        "with rounds five times as large": [more_samples(controls, 5) for controls in given.controls],
    }
    rows, shares, curves = [], [], np.zeros((DAYS, len(Found)))
    for name, levers in levers_of.items():
        results = [
            run(engine, numbers(), given.imports, seed, levers=levers, with_tree=True) for seed in range(RUNS)
        ]
        silent = [silent_share(result) for result in results]
        shares.append(float(np.mean(silent)))
        found = np.array([result.reported.sum(axis=(0, 1)) for result in results], np.float64)
        cells = [
            with_error(found[:, where].tolist())
            for where in (Found.COMMUNITY, Found.QUARANTINE, Found.SEALED)
        ]
        infections = [float(result.infections.sum()) for result in results]
        rows.append([name, *cells, with_error(infections), f"{with_error(silent, 1)} %"])
        if name == "with weekly rounds":
            curves = np.mean([result.reported.sum(axis=1) for result in results], axis=0)
    draw(folder, curves)
    quarantine = float(curves[:, Found.QUARANTINE].sum() / curves.sum())
    words = f"""
### Cases by where they were found

The benchmark's levers with default parameters, {RUNS} runs, mean and standard error. A case is found in the community, in
quarantine or inside a sealed area; what is reported is never the infections themselves. Sampling rounds find people who
have no symptoms; the large ones take a quarter of some communes and half of the workers of the sites each week, with ten
times the laboratory.

{table(FOUND_HEAD, rows)}

{picture(folder, "found", "Reported cases a day by where they were found, mean of the runs")}
"""
    line = Line(
        "cases by where found",
        f"{100 * quarantine:.0f} % in quarantine; never with symptoms {shares[0]:.0f} % without sampling rounds, "
        f"{shares[2]:.0f} % with large ones",
        SHOWN,
    )
    return words, line


def more_samples(controls: EpidemicControls, times: int) -> EpidemicControls:
    """Return levers with more mass samples, and a laboratory to match, or with none."""
    return replace(
        controls,
        sampling=np.minimum(times * controls.sampling, 1.0).astype(np.float32),
        site_sampling=np.minimum(times * controls.site_sampling, 1.0).astype(np.float32),
        lab_capacity=controls.lab_capacity * (10 if times > 1 else 1),
    )


def silent_share(result: EpidemicResult) -> float:
    """Return the per cent of confirmed cases who never have symptoms."""
    tree = tree_in(result)
    return 100.0 * float((tree.onset[tree.found_on >= 0] < 0).mean())


def draw(folder: Path, curves: NDArray[np.float64]) -> None:
    """Draw cases by where they were found."""
    figure, (axes,) = panels(width=6.0, height=3.0)
    kinds = (Found.COMMUNITY, Found.QUARANTINE, Found.SEALED)
    axes.stackplot(
        np.arange(len(curves)),
        [curves[:, kind] for kind in kinds],
        colors=[RED, BLUE, ORANGE],
        labels=["in the community", "in quarantine", "in sealed areas"],
        alpha=0.8,
        linewidth=0,
    )
    axes.set(xlabel="day", ylabel="reported cases a day", xlim=(0, len(curves) - 1))
    axes.legend()
    save(figure, folder, "found")


def idle_lodgers(engine: Engine, given: Scenario) -> tuple[str, Line]:
    """Compare infections between the rooms of boarding houses while sites work, stand still, and with houses thinned."""
    people = example()
    lodging = np.flatnonzero((people.lodger > 0) & (people.place >= 0))
    first = imports_of(lodging[:: len(lodging) // 400][:400])
    idle = no_controls(engine.n_communes, engine.n_sites)
    closed = replace(idle, site_mode=np.full_like(idle.site_mode, SiteMode.CLOSED))
    thinned = replace(closed, boarding=np.full_like(idle.boarding, 0.5))
    rows, means = [], []
    half = "sites closed, half the contacts between rooms"
    for name, levers in (("sites at work", idle), ("sites closed", closed), (half, thinned)):
        rooms, work, everything = [], [], []
        for seed in range(RUNS):
            tree = tree_in(run(engine, numbers(), first, seed, 24, levers, with_tree=True))
            rows_in = np.flatnonzero(tree.source >= 0)
            mine = rows_in[tree.source[tree.source[rows_in]] < 0]
            layer = tree.layer[mine]
            rooms.append(float((layer == Layer.BOARDING).sum()) / len(first))
            work.append(float(np.isin(layer, (Layer.LINE, Layer.PLANT, Layer.SHUTTLE)).sum()) / len(first))
            everything.append(len(mine) / len(first))
        means.append(float(np.mean(rooms)))
        rows.append([name, with_error(rooms, 3), with_error(work, 3), with_error(everything, 3)])
    factor = numbers().values["idle_boarding_factor"]
    words = f"""
### Idle boarding houses amplify

{len(first)} lodgers who work at the sites are infected on one day; whom they infect is counted, {RUNS} runs. When the
sites close the workshops stop, but lodgers who are idle meet the other rooms {factor:g} times as often
(`idle_boarding_factor`, an input; a house where most have had it gives less). So closing alone takes away much of the
spread and gives some of it back at home; thinning the houses brings it down.

{table(["infections by one lodger", "between rooms", "at work and on the bus", "in all"], rows)}
"""
    line = Line(
        "idle boarding houses amplify",
        f"infections between rooms by one lodger {means[0]:.2f} with sites at work, {means[1]:.2f} with sites closed, "
        f"{means[2]:.2f} closed and thinned",
        SHOWN,
    )
    return words, line


def quarantine_rooms(engine: Engine, given: Scenario) -> tuple[str, Line]:
    """Compare infections in quarantine places by how many share a corridor."""
    rows, means = [], []
    for name, values in (
        ("nobody infects there", {"share_quarantine": 0.0}),
        ("2 people together", {"quarantine_room_people": 2.0}),
        ("default", {}),
        ("20 people together", {"quarantine_room_people": 20.0}),
        ("default, ten times the contacts", {"share_quarantine": 10 * numbers().values["share_quarantine"]}),
    ):
        results = [
            run(engine, numbers(**values), given.imports, seed, levers=list(given.controls))
            for seed in range(RUNS)
        ]
        inside = [float(result.infections_layer[:, Layer.QUARANTINE].sum()) for result in results]
        means.append(float(np.mean(inside)))
        again = [float(result.n_extended) for result in results]
        traced = [float(result.in_places.sum()) / 1e3 for result in results]
        rows.append([name, with_error(inside, 1), with_error(again), with_error(traced)])
    room = numbers().values["quarantine_room_people"]
    words = f"""
### Quarantine rooms transmit

The benchmark's levers with default parameters, {RUNS} runs. Contacts go to quarantine places, where {room:g} people share
a corridor by default. Infections among them, and the days that begin again for all who are near when one is found, are
counted. Fewer people together cost less time; how much they infect each other is a parameter.

{table(["rooms", "infections in places", "quarantines begun again", "thousand person-days in places"], rows)}
"""
    line = Line(
        "quarantine rooms transmit",
        f"{means[2]:.0f} infections in places by default, {means[0]:.0f} without contacts there, "
        f"{means[4]:.0f} with ten times as many",
        SHOWN,
    )
    return words, line
