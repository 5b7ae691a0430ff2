"""What common random numbers are worth on the example province: the variance of the difference between two plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.page import INSIDE, OUTSIDE, SHOWN, Line, Section, picture, table
from evidence.pictures import BLUE, GREY, ORANGE, RED, panels, save
from evidence.worlds import example, example_packed
from songhanh.console.bench.scenario import MEASURES_FROM, Scenario, parameters, scenario
from songhanh.epidemic import Engine, EpidemicControls, Layer

DAYS, PAIRS, OTHER = 120, 200, 100_000
ASKED, LATER = 50.0, "two days later"
RESAMPLED = 2_000
Floats = NDArray[np.float64]
Levers = Sequence[EpidemicControls]


@dataclass(frozen=True, eq=False)
class Compared:
    """Infections under a plan (``base``) and under another one, with luck shared in three ways; one a seed.

    ``same``: every draw that neither plan touches. ``past``: the days before the plans part, and none after.
    ``apart``: nothing.
    """

    name: str
    base: Floats
    same: Floats
    past: Floats
    apart: Floats

    def ratio(self, against: Floats, relative: bool = False) -> tuple[float, float, float]:
        """Return how many times the variance of the difference is larger without the shared luck, and 95 % limits.

        With ``relative``, of the difference of logarithms: of the effect in per cent.
        """
        scale = np.log if relative else np.asarray
        pair, other = scale(self.same) - scale(self.base), scale(against) - scale(self.base)
        draws = np.random.default_rng(9).integers(0, len(pair), (RESAMPLED, len(pair)))
        again = other[draws].var(axis=1, ddof=1) / pair[draws].var(axis=1, ddof=1)
        low, high = np.quantile(again, (0.025, 0.975))
        return float(other.var(ddof=1) / pair.var(ddof=1)), float(low), float(high)


def infections(engine: Engine, given: Scenario, levers: Levers, seed: int, part_on: int = -1) -> float:
    """Return the infections of a run; from the day ``part_on`` on it has another luck."""
    engine.start(parameters(), given.imports, np.uint64(seed))
    for day, controls in enumerate(levers):
        if day == part_on:
            engine.reseed(np.uint64(seed + OTHER))
        engine.step(day, controls)
    return float(engine.n_infections)


def plans(given: Scenario) -> dict[str, Levers]:
    """Return the plans that are compared with the scenario as it is."""
    base = given.controls
    quiet, late = base[0], range(MEASURES_FROM, MEASURES_FROM + 2)
    known: dict[int, EpidemicControls] = {}

    def once(day: int, change: dict[str, object]) -> EpidemicControls:
        return known.setdefault(id(base[day]), replace(base[day], **change))  # type: ignore[arg-type]

    open_sites = [
        replace(base[day], site_mode=quiet.site_mode, site_share=quiet.site_share)
        if day in late
        else base[day]
        for day in range(len(base))
    ]
    trace = base[0].trace.copy()
    trace[[Layer.LINE, Layer.BOARDING, Layer.COMMUNITY]] += np.float32(0.1)
    better = [base[d] if d < MEASURES_FROM else once(d, {"trace": trace}) for d in range(len(base))]
    return {
        f"the sites close {LATER}": open_sites,
        f"all measures {LATER}": [quiet if day in late else base[day] for day in range(len(base))],
        "tracing a little better": better,
    }


def compare() -> list[Compared]:
    """Run all plans with every seed."""
    given = scenario(example(), DAYS)
    engine = Engine(example_packed(), DAYS, capacity=200_000)
    seeds = range(1, PAIRS + 1)
    base = np.array([infections(engine, given, given.controls, seed) for seed in seeds])
    return [
        Compared(
            name,
            base,
            np.array([infections(engine, given, levers, seed) for seed in seeds]),
            np.array([infections(engine, given, levers, seed, MEASURES_FROM) for seed in seeds]),
            np.array([infections(engine, given, levers, seed + 2 * OTHER) for seed in seeds]),
        )
        for name, levers in plans(given).items()
    ]


def section(folder: Path) -> Section:
    """Report how much smaller the variance of a difference is."""
    found = compare()
    rows, lines = [], []
    for each in found:
        apart, past = each.ratio(each.apart), each.ratio(each.past)
        difference = each.same - each.base
        correlation = float(np.corrcoef(each.base, each.same)[0, 1])
        rows.append([
            each.name, f"{each.base.mean():,.0f}", f"{difference.mean():+,.0f}",
            *(f"{(other - each.base).std(ddof=1):,.0f}" for other in (each.same, each.past, each.apart)),
            f"{correlation:.3f}", *(limits(*ratio) for ratio in (apart, past, each.ratio(each.apart, relative=True))),
        ])  # fmt: skip
        is_asked = each.name.endswith(LATER)
        verdict = (INSIDE if apart[0] >= ASKED else OUTSIDE) if is_asked else SHOWN
        asked = f" (asked: at least {ASKED:g})" if is_asked else ""
        lines.append(
            Line(
                f"common random numbers: {each.name}",
                f"variance of the difference {figure(apart[0])} times smaller than with independent seeds{asked}, "
                f"{figure(past[0])} times than with a shared past only",
                verdict,
            )
        )
    draw(folder, found)
    whole, relative = (found[1].ratio(found[1].apart, relative)[0] for relative in (False, True))
    percent = 100 * float((found[1].same.sum() / found[1].base.sum()) - 1)
    head = ["plan", "infections without", "difference", "sd: all luck shared", "sd: past shared", "sd: nothing shared",
            "correlation", "ratio to nothing shared", "ratio to past shared", "ratio to nothing shared, in per cent"]  # fmt: skip
    text = f"""
The benchmark's scenario on the example province ({DAYS} days, {found[0].base.mean():,.0f} infections on average, from
{found[0].base.min():,.0f} to {found[0].base.max():,.0f}, under testing, tracing, quarantine, closures and sealing) is run
with {PAIRS} seeds as it is and with one thing changed on day {MEASURES_FROM}. Each changed plan is run with the same
seed; with the same seed up to day {MEASURES_FROM} and another one from then on; and with another seed from the first day.
The variance of the difference in infections with the same seed is set against the other two. Limits in brackets hold 95 %
of {RESAMPLED:,} draws of the seeds.

{table(head, rows)}

{picture(folder, "luck", "Pairs of runs of two plans, with all luck, the past, or nothing shared")}

With the variance ten times smaller, a tenth of the runs tell two plans apart equally well. Most of the gain comes from
the past that the two plans share; the ratio to a shared past is what addressing every draw adds to it, and it is large
only where a plan touches few contacts. Closing later means here that the sites keep working as before for two more days
while everything else acts; {ASKED:g} is asked of it. When *all* measures wait for two days the outbreak grows by
{percent:.0f} %, in a large outbreak by more people than in a small one: that is a difference between outbreaks, which no
shared luck takes away, so the ratio is only {whole:.0f}. For the effect in per cent of the outbreak (last column) it is
{relative:.0f}.
"""
    return Section("Common random numbers", text, tuple(lines))


def figure(ratio: float) -> str:
    """Return a ratio with the digits that mean something."""
    return f"{ratio:.0f}" if ratio > 20 else f"{ratio:.1f}"


def limits(ratio: float, low: float, high: float) -> str:
    """Return a ratio with its limits."""
    digits = 0 if ratio > 20 else 1
    return f"{ratio:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def draw(folder: Path, found: list[Compared]) -> None:
    """Draw pairs of runs."""
    figure, panes = panels(len(found), width=9.0, height=3.3)
    for axes, each in zip(panes, found, strict=True):
        for other, colour, name in (
            (each.apart, GREY, "nothing shared"),
            (each.past, ORANGE, "past shared"),
            (each.same, BLUE, "all luck shared"),
        ):
            axes.plot(each.base / 1e3, other / 1e3, ".", markersize=3.5, color=colour, label=name, alpha=0.8)
        most = float(max(each.base.max(), each.apart.max())) / 1e3
        axes.plot([0, most], [0, most], color=RED, linewidth=0.8)
        axes.set(title=each.name, xlabel="thousand infections, as it is", xlim=(0, None), ylim=(0, None))
    panes[0].set_ylabel("thousand infections, changed plan")
    panes[0].legend(loc="upper left", markerscale=2, frameon=True, framealpha=0.9, edgecolor="none")
    save(figure, folder, "luck")
