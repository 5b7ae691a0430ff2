"""Generation time and serial interval that emerge, against the figures of outbreaks of Delta."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.page import INSIDE, OUTSIDE, Line, Section, mean_and_error, picture, table
from evidence.pictures import BLUE, GREEN, ORANGE, RED, panels, save
from evidence.runs import Ints, run, tree_in
from evidence.worlds import example, example_packed
from songhanh.console.bench.scenario import MEASURES_FROM, Scenario, scenario
from songhanh.epidemic import Engine, EpidemicParameters, Tree, no_controls
from songhanh.epidemic import layout as at

RUNS, DAYS, CAPACITY = 20, 100, 400_000
FREE_RUNS, FREE_DAYS, COHORT = 60, 31, 3  # infectors infected so early that every infection by them is seen
BEFORE, AFTER = (
    MEASURES_FROM - 8,
    MEASURES_FROM + 2,
)  # onset of infectors: the last of the one, the first of the other
# Published means with their 95 % intervals.
LI_BEFORE, LI_AFTER = (5.19, 4.29, 6.11), (3.78, 2.74, 4.81)
HART, KANG = (4.7, 4.1, 5.6), (73.1, 32.9, 91.4)
HEAD = ("what", "published (95 %)", "by whom", "emerges", "Monte Carlo error", "sd", "inside")
Published = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Emerged:
    """A mean over runs beside a published one."""

    what: str
    source: str
    published: Published
    mean: float
    error: float
    spread: float

    @property
    def is_inside(self) -> bool:
        """Tell whether the mean lies in the published interval."""
        return self.published[1] <= self.mean <= self.published[2]

    def row(self) -> list[str]:
        """Return the cells of a table."""
        mean, low, high = self.published
        spread = f"{self.spread:.1f}" if self.spread else "-"
        verdict = "yes" if self.is_inside else "**no**"
        return [
            self.what,
            f"{mean:g} ({low:g}-{high:g})",
            self.source,
            f"{self.mean:.2f}",
            f"{self.error:.2g}",
            spread,
            verdict,
        ]


def pairs_of(tree: Tree) -> tuple[NDArray[np.intp], Ints]:
    """Return rows of infections inside the province, and those of their infectors."""
    rows = np.flatnonzero(tree.source >= 0)
    return rows, tree.source[rows].astype(np.int64)


def serial(tree: Tree, found: bool = False) -> tuple[Ints, Ints]:
    """Return the infector's onset and the serial interval of all pairs with symptoms, or of those both confirmed."""
    rows, source = pairs_of(tree)
    ill = (tree.onset[rows] >= 0) & (tree.onset[source] >= 0)
    if found:
        ill &= (tree.found_on[rows] >= 0) & (tree.found_on[source] >= 0)
    onset = tree.onset[source][ill].astype(np.int64)
    return onset, tree.onset[rows][ill] - onset


def emerged(what: str, source: str, published: Published, values: list[NDArray[np.float64]]) -> Emerged:
    """Return the mean of runs and its error; ``values`` holds the single intervals of each run."""
    mean, error = mean_and_error([float(each.mean()) for each in values])
    return Emerged(what, source, published, mean, error, float(np.concatenate(values).std()))


def free_runs(engine: Engine, parameters: EpidemicParameters, imports: Ints) -> list[Emerged]:
    """Return what emerges without any measure, from infectors whose infections are all seen."""
    generation, before, same = [], [], []
    for seed in range(FREE_RUNS):
        tree = tree_in(run(engine, parameters, imports, seed, FREE_DAYS, with_tree=True))
        rows, source = pairs_of(tree)
        mine = tree.day[source] <= COHORT
        rows, source = rows[mine], source[mine]
        generation.append((tree.day[rows] - tree.day[source]).astype(np.float64))
        ill = tree.onset[source] >= 0
        wait = (tree.day[rows] - tree.onset[source])[ill].astype(np.float64)
        before.append(np.where(wait < 0, 100.0, 0.0))
        same.append(np.where(wait <= 0, 100.0, 0.0))
    return [
        emerged("generation time, days, no measures", "Hart et al. 2022", HART, generation),
        emerged(
            "infections before the infector's day of onset, %, no measures", "Kang et al. 2022", KANG, before
        ),
        emerged("... that day included, %", "Kang et al. 2022", KANG, same),
    ]


def under_measures(
    engine: Engine, parameters: EpidemicParameters, given: Scenario, at_once: bool = False
) -> list[Tree]:
    """Run without measures at first and with them later; ``at_once``: everybody with symptoms is then found that day."""
    idle = no_controls(engine.n_communes, engine.n_sites)
    levers = [idle if day < MEASURES_FROM else given.controls[day] for day in range(DAYS)]
    if at_once:
        parameters = EpidemicParameters.from_values(
            {"symptoms_to_test_days": 0.0, "lab_turnaround_days": 0.0}
        )
        sure = {
            id(c): replace(c, detection=np.ones_like(c.detection), lab_capacity=engine.capacity)
            for c in levers
        }
        levers = [levers[day] if day < MEASURES_FROM else sure[id(levers[day])] for day in range(DAYS)]
    imports = first_cases(given)
    return [
        tree_in(run(engine, parameters, imports, seed, DAYS, levers, with_tree=True)) for seed in range(RUNS)
    ]


def first_cases(given: Scenario) -> Ints:
    """Return the scenario's first infections from outside, all of Delta."""
    return given.imports[given.imports[:, 1] < 10][:, :2]


def late_intervals(trees: list[Tree], found: bool = False) -> list[NDArray[np.float64]]:
    """Return the serial intervals of each run whose infector fell ill under measures."""
    pairs = [serial(tree, found) for tree in trees]
    return [interval[onset >= AFTER].astype(np.float64) for onset, interval in pairs]


def section(folder: Path) -> Section:
    """Compare intervals with published ones."""
    parameters, given = EpidemicParameters.from_values(), scenario(example(), DAYS)
    engine = Engine(example_packed(), DAYS, CAPACITY)
    found = free_runs(engine, parameters, first_cases(given))
    trees = under_measures(engine, parameters, given)
    pairs = [serial(tree) for tree in trees]
    early = [interval[onset <= BEFORE].astype(np.float64) for onset, interval in pairs]
    at_once = late_intervals(under_measures(engine, parameters, given, at_once=True))
    before, after = "Li et al. 2022, before", "Li et al. 2022, after"
    found += [
        emerged(f"serial interval, days, infector ill by day {BEFORE}", before, LI_BEFORE, early),
        emerged(
            f"serial interval, days, infector ill from day {AFTER} on", after, LI_AFTER, late_intervals(trees)
        ),
        emerged("... of pairs both confirmed", after, LI_AFTER, late_intervals(trees, found=True)),
        emerged("... if everybody with symptoms were found on the day", after, LI_AFTER, at_once),
    ]
    draw(folder, found[0], trees, pairs)
    lines = tuple(
        Line(
            each.what,
            f"{each.mean:.2f}, published {each.row()[1]}",
            INSIDE if each.is_inside else OUTSIDE,
        )
        for each in found
        if not each.what.startswith("...")
    )
    return Section("Generation time and serial interval", text_of(folder, parameters, found), lines)


def text_of(folder: Path, parameters: EpidemicParameters, found: list[Emerged]) -> str:
    """Return what the section says."""
    incubation = parameters.day_tables[at.T_INCUBATION]
    return f"""
Neither the generation time nor the serial interval is a parameter. They emerge from latency, the profile of
infectiousness, incubation, who lives and works with whom, and from how soon people are isolated. The example province,
default parameters: first {FREE_RUNS} runs without any measure ({FREE_DAYS} days; only infectors infected by day {COHORT},
all of whose infections are then seen), and then {RUNS} runs without measures up to day {MEASURES_FROM} and with testing,
isolation, tracing, quarantine and closures from then on. Serial intervals are those of pairs with symptoms, by the onset
of the infector, whether or not anybody found the pair; the last onset that counts as before is day {BEFORE}, a week
before the measures.

{table(HEAD, [each.row() for each in found])}

{words_after(*found[-3:])}

{picture(folder, "intervals", "Distribution of intervals, and mean serial interval by the infector's onset")}

What these figures are not. The *latent period* (mean {parameters.day_tables[at.T_LATENT].mean():.1f} d) and the
*incubation period* (mean {incubation.mean():.1f} d, median {np.median(incubation):g} d, at the long end of what is
published for Delta) are inputs, so they are no test. The profile of infectiousness was chosen with the serial intervals
of Guangzhou in sight, so agreement there says that the engine does with it what was meant, and no more. R in Guangzhou
(6.83) was not taken as a test: R is an input and assumed. The figures of Hart et al. were taken from memory. Published
serial intervals come from pairs that were found; the shares of pairs that are found early or late are not modelled here.

Sources: Li et al. 2022, doi 10.1371/journal.pntd.0010048 (Guangzhou, Delta); Hart et al. 2022, doi
10.1016/S1473-3099(22)00001-9 (households in the United Kingdom, Delta); Kang et al. 2022, doi
10.2807/1560-7917.ES.2022.27.10.2100815 (Guangdong, Delta).
"""


def words_after(everybody: Emerged, confirmed: Emerged, at_once: Emerged) -> str:
    """Return what is to be said where the serial interval under measures is not that of Guangzhou."""
    if everybody.is_inside:
        return ""
    return f"""Under measures the serial interval becomes shorter, as in Guangzhou, but at {everybody.mean:.2f} d it stays outside
the published interval, and looking only at pairs that were both confirmed ({confirmed.mean:.2f} d) does not change that. It
depends on how soon cases are isolated: with the levers used here six in ten people with symptoms are tested at all, two days
after onset on average, and the laboratory takes another day. If everybody with symptoms were found on the day of onset it
would be {at_once.mean:.2f} d. In Guangzhou whole districts were tested within days, which finds people before they are ill."""


def draw(folder: Path, generation: Emerged, trees: list[Tree], pairs: list[tuple[Ints, Ints]]) -> None:
    """Draw the distribution of intervals, and the serial interval by the infector's onset."""
    figure, (left, right) = panels(2, width=8.6, height=3.2)
    times = np.concatenate(
        [tree.day[rows] - tree.day[source] for tree in trees for rows, source in [pairs_of(tree)]]
    )
    onset, interval = (np.concatenate([pair[k] for pair in pairs]) for k in range(2))
    for values, colour, name in (
        (times, BLUE, "generation time"),
        (interval, ORANGE, "serial interval"),
    ):
        days, number = np.unique(values, return_counts=True)
        left.plot(days, number / number.sum(), ".-", color=colour, label=name)
    left.axvline(generation.mean, color=BLUE, linestyle=":", label="mean generation\ntime, no measures")
    left.set(
        xlabel="days",
        ylabel="share of pairs",
        title=f"whole outbreak, measures from day {MEASURES_FROM}",
        xlim=(-8, 26),
    )
    left.legend(loc="upper right")
    bins = np.arange(0, 56, 4)
    centre, mean, low = [], [], []
    for day in bins:
        mine = interval[(onset >= day) & (onset < day + 4)]
        if len(mine) > 50:
            centre.append(day + 1.5)
            mean.append(float(mine.mean()))
            low.append(3 * float(mine.std()) / len(mine) ** 0.5)
    right.errorbar(
        centre, mean, low, fmt=".-", color=ORANGE, capsize=2, label="simulated, three standard errors"
    )
    for (value, lo, hi), colour, span, name in (
        (LI_BEFORE, GREEN, (0, MEASURES_FROM), "Guangzhou before"),
        (LI_AFTER, RED, (MEASURES_FROM, 56), "Guangzhou after"),
    ):
        right.fill_between(span, lo, hi, color=colour, alpha=0.15, linewidth=0)
        right.plot(span, (value, value), color=colour, linestyle="--", label=name)
    right.set(
        xlabel="onset of the infector, day",
        ylabel="serial interval, days",
        ylim=(0, 8),
        title="pairs with symptoms",
    )
    right.legend(loc="lower left")
    save(figure, folder, "intervals")
