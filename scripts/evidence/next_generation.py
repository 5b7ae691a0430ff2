"""The next-generation matrix of the example province, computed from people and parameters, and measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.expected import N_AGES, Expected, Floats
from evidence.page import SHOWN, Check, Line, Section, check_table, picture, summed_up, table
from evidence.pictures import BLUE, RED, panels, save
from evidence.runs import imports_of, run, tree_in
from evidence.worlds import example, example_packed
from songhanh.epidemic import Engine, EpidemicParameters, Layer

LAYERS = [layer for layer in Layer if layer not in {Layer.QUARANTINE, Layer.IMPORT}]
AGES = [f"{10 * a}-{10 * a + 9}" for a in range(N_AGES - 1)] + ["80+"]
LOW_R, AT_ONCE, RUNS, DAYS = 0.1, 3_000, 600, 30
FULL_AT_ONCE, FULL_RUNS, FULL_DAYS = 100, 150, 18
RESAMPLED = 400


def groups() -> NDArray[np.int64]:
    """Return the age group of everybody."""
    return np.minimum(example().age // 10, N_AGES - 1).astype(np.int64)


def people_of(weight: Floats) -> Floats:
    """Return how often somebody of each age is a first case."""
    return np.bincount(groups(), weight, minlength=N_AGES).astype(np.float64)


def measured(parameters: EpidemicParameters, at_once: int, runs: int, days: int) -> tuple[Floats, Floats]:
    """Return (runs, 10, 9, 9) infections by first cases: layer, from age, to age; and how often each person was one."""
    people, group = example(), groups()
    engine = Engine(example_packed(), days, capacity=400_000)
    counts, weight = np.zeros((runs, len(Layer), N_AGES, N_AGES)), np.zeros(people.n_people)
    order = np.random.default_rng(6).permutation(people.n_people)
    for k in range(runs):
        who = np.sort(order[k * at_once : (k + 1) * at_once])
        weight[who] += 1
        tree = tree_in(run(engine, parameters, imports_of(who), k, with_tree=True))
        rows = np.flatnonzero(tree.source >= 0)
        rows = rows[tree.source[tree.source[rows]] < 0]
        ages = group[tree.person[tree.source[rows]]], group[tree.person[rows]]
        np.add.at(counts[k], (tree.layer[rows], *ages), 1)
    return counts, weight


def largest(matrix: Floats, cases: Floats) -> float:
    """Return the largest eigenvalue of infections by age for a case of each age."""
    return float(np.abs(np.linalg.eigvals(matrix / np.maximum(cases, 1)[:, None])).max())


def checks_of(names: list[str], expected: Floats, counts: Floats, cases: float) -> list[Check]:
    """Return checks of some totals a first case; errors from the differences between runs."""
    runs = len(counts)
    error = counts.std(axis=0, ddof=1) * np.sqrt(runs) / cases
    return [
        Check(name, float(expected[j] / cases), float(counts[:, j].sum() / cases), float(error[j]))
        for j, name in enumerate(names)
    ]


def eigenvalue_check(expected: Floats, counts: Floats, weight: Floats) -> Check:
    """Return the largest eigenvalue; its error by drawing the runs again."""
    cases = people_of(weight)
    total = counts.sum(axis=1)
    draws = np.random.default_rng(7).integers(0, len(total), (RESAMPLED, len(total)))
    again = [largest(total[draw].sum(axis=0), cases) for draw in draws]
    return Check(
        f"all layers together, R = {LOW_R}",
        largest(expected.sum(axis=0), cases),
        largest(total.sum(axis=0), cases),
        float(np.std(again)),
    )


def section(folder: Path) -> Section:
    """Compare first generations, layer by layer and age by age."""
    low = EpidemicParameters.from_values({"reproduction_number": LOW_R})
    counts, weight = measured(low, AT_ONCE, RUNS, DAYS)
    expected = Expected(example(), example_packed(), low).by_layer(weight)
    cases = float(weight.sum())
    names = [layer.name.lower() for layer in LAYERS]
    layers = checks_of(names, expected[LAYERS].sum(axis=(1, 2)), counts[:, LAYERS].sum(axis=(2, 3)), cases)
    ages = checks_of(AGES, expected.sum(axis=(0, 1)), counts.sum(axis=(1, 2)), cases)
    eigenvalue = eigenvalue_check(expected, counts, weight)
    draw(folder, layers, ages)
    words, line = at_full_strength()
    text = f"""
Every layer and age of the example province at once. {int(cases):,} people are a first case, each once, {AT_ONCE:,} at a
time, without measures; whom they infect is counted by layer and age. What is expected of them is summed from the
parameters and from the lists of who lives, works, learns and rides with whom; no kernel of the engine takes part. R is
{LOW_R} here instead of its default, so that hardly any contact falls on somebody whom another case has infected before.

{check_table(layers, digits=5, what="infections by one first case, by layer")}

{check_table(ages, digits=5, what="by age of the infected")}

{check_table([eigenvalue], what="largest eigenvalue of the matrix by age")}

{picture(folder, "next-generation", "Infections by one first case by layer and by age of the infected, computed and simulated")}

{words}
"""
    lines = (
        summed_up("first generation by layer, example province", layers),
        summed_up("first generation by age of the infected", ages),
        summed_up("largest eigenvalue of the next-generation matrix", [eigenvalue]),
        line,
    )
    return Section("Next-generation matrix", text, lines)


def draw(folder: Path, layers: list[Check], ages: list[Check]) -> None:
    """Draw computed bars and simulated points."""
    figure, panes = panels(2, width=8.4, height=3.2)
    for axes, checks, title in zip(
        panes, (layers, ages), ("by layer", "by age of the infected"), strict=True
    ):
        x = np.arange(len(checks))
        axes.bar(x, [check.expected for check in checks], color=BLUE, alpha=0.5, label="computed")
        found, error = [check.found for check in checks], [3 * check.error for check in checks]
        axes.errorbar(
            x, found, error, color=RED, fmt=".", capsize=2, label="simulated, three standard errors"
        )
        axes.set_xticks(x, [check.what for check in checks], rotation=45, ha="right")
        axes.set(title=title)
    panes[0].set_ylabel(f"infections by one first case, R = {LOW_R}")
    panes[1].legend(loc="upper right")
    save(figure, folder, "next-generation")


def at_full_strength() -> tuple[str, Line]:
    """Return the matrix at the default R, for all and for workers of sites and lodgers, and what runs give."""
    people, packed = example(), example_packed()
    parameters = EpidemicParameters.from_values()
    model = Expected(people, packed, parameters)
    everybody = np.ones(people.n_people)
    at_site = (people.work_cell >= 0) & (people.work_cell < people.n_sites * people.n_sectors)
    who = {"everybody": everybody, "workers of the sites": at_site.astype(np.float64)}
    who["lodgers"] = people.lodger.astype(np.float64)
    by_layer = {name: model.by_layer(weight).sum(axis=(1, 2)) / weight.sum() for name, weight in who.items()}
    matrix = model.by_layer(everybody).sum(axis=0)
    counts, weight = measured(parameters, FULL_AT_ONCE, FULL_RUNS, FULL_DAYS)
    there, seen = (
        model.by_layer(weight).sum(axis=(1, 2)) / weight.sum(),
        counts.sum(axis=(0, 2, 3)) / weight.sum(),
    )
    rows = [
        [layer.name.lower(), *(f"{found[layer]:.2f}" for found in by_layer.values()), f"{there[layer]:.2f}", f"{seen[layer]:.2f}"]
        for layer in LAYERS
    ]  # fmt: skip
    sums = [*(found.sum() for found in by_layer.values()), there.sum(), seen.sum()]
    rows.append(["all layers", *(f"{number:.2f}" for number in sums)])
    r, root = (
        parameters.values["reproduction_number"],
        largest(matrix, people_of(everybody)),
    )
    words = f"""
At the default R = {r:g}, which by definition is that of an adult who works outside the sites, the same sums give the
table below. The largest eigenvalue of the matrix by age is {root:.2f}, and an average first case infects {sums[0]:.2f}:
children and the old have no workplace, and children are less susceptible. Workers of the sites and lodgers infect two to
three times as many. The last two columns are {int(weight.sum()):,} other first cases, computed and run at that R. Where
they differ, it is because in workshops and homes those whom a case infects reach some of the others before it does; the
sum leaves that out.

{table(["infections by a first case", *who, f"{int(weight.sum()):,} first cases: sum", "runs"], rows)}
"""
    line = Line(
        "first generation at the default R",
        f"largest eigenvalue {root:.2f} at R = {r:g}; first cases infect {sums[3]:.2f} computed, {sums[4]:.2f} in runs",
        SHOWN,
    )
    return words, line
