"""Counts that must be equal: conservation, the same bytes, and extremes whose outcome is known."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from evidence.page import INSIDE, OUTSIDE, Line, Section, table
from evidence.runs import Ints, imports_of, run, tree_in
from evidence.worlds import example, example_packed
from songhanh.console.bench.scenario import Scenario, digest, parameters, scenario
from songhanh.core.modes import SiteMode
from songhanh.epidemic import Engine, EpidemicParameters, EpidemicResult, Layer, Tree, no_controls
from songhanh.epidemic import layout as at

DAYS, FREE_DAYS, CAPACITY = 120, 28, 200_000
REFERENCE = "tests/epidemic/test_reference.py"


def equal(rows: list[tuple[str, int, int]]) -> tuple[str, int]:
    """Return a table of counts that must be equal, and how many are."""
    cells = [[what, f"{a:,}", f"{b:,}", "yes" if a == b else "**no**"] for what, a, b in rows]
    return table(["count", "one way", "another way", "equal"], cells), sum(a == b for _, a, b in rows)


def line_of(name: str, rows: int, right: int, words: str) -> Line:
    """Return the summary of counts."""
    return Line(name, f"{right} of {rows} {words}", INSIDE if right == rows else OUTSIDE)


def states(tree: Tree, infectious_on: Ints, day: int) -> tuple[int, ...]:
    """Count susceptible, exposed, infectious, recovered and dead people on a day; a person counts by the last infection."""
    order = np.flatnonzero(tree.day <= day)[::-1]
    _, newest = np.unique(tree.person[order], return_index=True)
    rows = order[newest]
    never = example().n_people - len(rows)
    began, deadly = infectious_on[rows], tree.outcome[rows] == 3
    exposed = began > day
    infectious = ~exposed & ~deadly & (day < began + at.PROFILE_DAYS)
    over = ~exposed & ~deadly & (day >= began + at.PROFILE_DAYS)
    return never, *(int(part.sum()) for part in (exposed, infectious, over, ~exposed & deadly))


def rows_of(name: str, result: EpidemicResult, infectious_on: Ints) -> list[tuple[str, int, int]]:
    """Count the same things of a run in two ways."""
    tree = tree_in(result)
    day = min(60, int(tree.day.max()))
    inside = tree.source >= 0
    earlier = tree.day[tree.source[inside]] < tree.day[inside]
    pairs = {
        f"S + E + I + R + D on day {day}; people": (
            sum(states(tree, infectious_on, day)),
            example().n_people,
        ),
        "rows of the transmission tree; infections by day and commune": (
            len(tree.person),
            result.infections.sum(),
        ),
        "infections by layer; by age": (result.infections_layer.sum(), result.infections_age.sum()),
        "infections by variant; records of the engine": (result.infections_variant.sum(), len(infectious_on)),
        "infections with an infector; infections in layers": (
            inside.sum(),
            result.infections_layer[:, :-1].sum(),
        ),
        "infectors infected earlier than those they infect; infections in layers": (
            earlier.sum(),
            inside.sum(),
        ),
        "confirmed in the tree; reported by commune": ((tree.found_on >= 0).sum(), result.reported.sum()),
        "reported by commune; by age": (result.reported.sum(), result.reported_age.sum()),
        "deaths by commune; by age": (result.deaths.sum(), result.deaths_age.sum()),
    }
    return [(f"{name}: {what}", int(a), int(b)) for what, (a, b) in pairs.items()]


def conservation(folder: Path) -> Section:
    """Count the same things in two ways."""
    given = scenario(example(), DAYS)
    engine = Engine(example_packed(), DAYS, CAPACITY)
    rows = []
    for name, days, levers in (("all measures", DAYS, given.controls), ("no measures", FREE_DAYS, None)):
        result = run(engine, parameters(), given.imports, 1, days, levers, with_tree=True)
        rows += rows_of(name, result, engine._records[:, at.INFECTIOUS_ON].astype(np.int64))
    words, right = equal(rows)
    text = f"""
The same thing is counted in two ways on the example province, under all measures for {DAYS} days and without any for
{FREE_DAYS}. Susceptible, exposed, infectious, recovered and dead are counted person by person from the list of
infections; the dead include those whose death is still to come. The tests (`tests/epidemic/test_conservation.py`) count
every table day by day.

{words}
"""
    return Section("Conservation", text, (line_of("conservation", len(rows), right, "counts equal"),))


def same_bytes(folder: Path) -> Section:
    """Compare the bytes of results."""
    given, packed = scenario(example(), DAYS), example_packed()
    engines = [Engine(packed, DAYS, CAPACITY) for _ in range(2)]
    alone = [digest(given.run(engines[0], seed)) for seed in (1, 2)]
    again = digest(given.run(engines[0], 1))
    other = digest(given.run(engines[1], 1))
    together = ["", ""]

    def work(k: int) -> None:
        together[k] = digest(given.run(engines[k], k + 1))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [
        ("the same seed again, after another run in the same engine", again == alone[0]),
        ("the same seed in another engine", other == alone[0]),
        ("two seeds at once on two threads, and one after the other", together == alone),
        ("another seed gives something else", alone[0] != alone[1]),
    ]
    cells = [[what, "yes" if holds else "**no**"] for what, holds in rows]
    text = f"""
The SHA-256 of every array of a result (infections, cases, people away, tests, all by day) is compared; one bit more or
less would show.

{table(["what is compared on the example province", "holds"], cells)}

The compiled kernels are also held against a slow engine in plain Python that was written from the description and shares
no kernel with them: on small worlds with every lever in use, every record and every table must be equal bit for bit. That
is a test and not repeated here: `{REFERENCE}`.
"""
    return Section(
        "The same bytes",
        text,
        (line_of("bitwise equality", len(rows), sum(h for _, h in rows), "comparisons hold"),),
    )


def extremes(folder: Path) -> Section:
    """Compare outcomes that are known without a formula."""
    packed, days = example_packed(), 60
    given = scenario(example(), days)
    first = given.imports[given.imports[:, 1] < 10]
    number = len(first)
    rows = spread_rows(Engine(packed, days, CAPACITY), given, first) + vaccine_rows(
        Engine(packed, days, CAPACITY), first
    )
    words, right = equal(rows)
    text = f"""
Runs on the example province with {number} infections from outside, whose outcome is known without a formula. More of
them, on small worlds, are in `tests/epidemic/test_extremes.py`.

{words}
"""
    return Section("Extremes", text, (line_of("extremes", len(rows), right, "as they must be"),))


def spread_rows(engine: Engine, given: Scenario, first: Ints) -> list[tuple[str, int, int]]:
    """Return runs in which nothing spreads, nobody is found, or everything is shut."""
    idle, usual = no_controls(engine.n_communes, engine.n_sites), parameters()
    locked = replace(
        idle,
        locked=np.ones_like(idle.locked),
        community=np.zeros_like(idle.community),
        boarding=np.zeros_like(idle.boarding),
        site_mode=np.full_like(idle.site_mode, SiteMode.CLOSED),
    )
    never = EpidemicParameters.from_values({"reproduction_number": 0.0})
    blind = [replace(controls, lab_capacity=0) for controls in given.controls]
    none = run(engine, never, first, 1).infections.sum()
    nobody = run(engine, usual, first[:0], 1, levers=given.controls).infections.sum()
    free = run(engine, usual, first, 1, FREE_DAYS)
    away = free.reported.sum() + free.quarantined.sum() + free.absent.sum()
    shut = run(engine, usual, first, 1, levers=locked).infections_layer
    at_home = shut[:, [Layer.HOUSEHOLD, Layer.IMPORT]].sum()
    unseen = run(engine, usual, first, 1, levers=blind).reported.sum()
    return [
        ("R = 0: infections; those from outside", int(none), len(first)),
        ("nobody infected from outside: infections; none", int(nobody), 0),
        ("no detection: cases, quarantined and absent people; none", int(away), 0),
        (
            "everything locked: infections; those in households and from outside",
            int(shut.sum()),
            int(at_home),
        ),
        ("no laboratory: cases; none", int(unseen), 0),
    ]


def vaccine_rows(engine: Engine, first: Ints) -> list[tuple[str, int, int]]:
    """Return a run in which everybody has had a perfect vaccine for three weeks."""
    idle = no_controls(engine.n_communes, engine.n_sites)
    perfect = {f"vaccine_{dose}_{against}": 1.0 for dose in (1, 2) for against in ("infection", "severe")}
    perfect |= {f"vaccine_{against}_half_life_days": 1e12 for against in ("infection", "severe")}
    numbers = EpidemicParameters.from_values({**perfect, "severity_ratio": 20.0})
    doses = replace(idle, vaccination=np.ones_like(idle.vaccination))
    levers = [doses if day == 0 else idle for day in range(engine.days)]
    result = run(engine, numbers, imports_of(first[:, 0], day=21), 1, levers=levers)
    return [
        ("perfect vaccine: infections; those from outside", int(result.infections.sum()), len(first)),
        (
            "perfect vaccine: severe illness and deaths; none",
            int(result.severe.sum() + result.deaths.sum()),
            0,
        ),
    ]
