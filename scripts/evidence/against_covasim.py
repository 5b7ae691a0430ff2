"""The engine against Covasim on a set-up that both can be given exactly."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from evidence.page import (
    INSIDE,
    MOST_ERRORS,
    OUTSIDE,
    SHOWN,
    Check,
    Line,
    Section,
    check_table,
    keep,
    kept,
    mean_and_error,
    picture,
    summed_up,
    table,
    verdict_of,
)
from evidence.pictures import BLUE, ORANGE, panels, save
from evidence.runs import only, spread_out
from evidence.worlds import alone
from songhanh.console.bench.peers.measure import Matched, run_matched
from songhanh.epidemic import Engine, EpidemicParameters, no_controls
from songhanh.epidemic import layout as at
from songhanh.epidemic.quantiles import days_of_profile, profile_of

SETUP = Matched(r0=2.0, initial=20, people=20_000, days=200, seeds=60)
OUR_SEEDS = 400
HEAD = (
    "distribution",
    "sd, Covasim",
    "sd, this engine",
    "largest distance (Kolmogorov-Smirnov)",
    "p",
    "inside",
)
KEPT = "covasim-matched.json"
# As rare as three standard errors, both ways.
LEAST_P = float(2 * stats.norm.sf(MOST_ERRORS))
TITLE = "Against Covasim"
Figures = dict[str, Any]


def of_covasim(folder: Path) -> tuple[Figures | None, str]:
    """Return what Covasim gives where it is installed, else what it gave; and which of the two."""
    found = run_matched(SETUP)
    if "runs" in found:
        runs = [
            {key: run[key] for key in ("final_size", "peak_day", "still_infected")} for run in found["runs"]
        ]
        figures = {
            "setup": asdict(SETUP),
            "version": found["version"],
            "weights": found["weights"],
            "mean_contacts": round(float(found["mean_contacts"]), 4),
            "runs": runs,
        }
        keep(folder / KEPT, figures)
        return figures, ""
    return kept(
        folder / KEPT
    ), "Its runs were made before and kept beside this page; to make them again, `make peers` first."


def matched_parameters(weights: list[float]) -> EpidemicParameters:
    """Return parameters with constant latency, and infectiousness by day as Covasim's."""
    latent = next(day for day, weight in enumerate(weights) if weight > 0)
    parameters = only("community", reproduction_number=SETUP.r0, dispersion=1e5)
    tables = parameters.day_tables.copy()
    tables[at.T_LATENT] = latent
    profile = np.zeros(at.PROFILE_DAYS)
    profile[: len(weights) - latent] = weights[latent:]
    tables[at.T_PROFILE] = days_of_profile(profile)
    return replace(parameters, day_tables=tables, profile=profile_of(tables))


def ours(parameters: EpidemicParameters) -> tuple[list[float], list[float]]:
    """Return final sizes and peak days of our runs."""
    engine = Engine(alone(SETUP.people), SETUP.days, capacity=SETUP.people)
    levers = no_controls(1, 1)
    sizes, peaks = [], []
    for seed in range(OUR_SEEDS):
        engine.start(parameters, spread_out(SETUP.initial, SETUP.people), np.uint64(seed))
        for day in range(SETUP.days):
            engine.step(day, levers)
        new = engine.result().infections.sum(axis=1)
        sizes.append(float(new.sum()))
        peaks.append(float(new[1:].argmax() + 1))
    return sizes, peaks


def section(folder: Path) -> Section:
    """Compare distributions of final size and peak day."""
    theirs, words = of_covasim(folder)
    if theirs is None:
        text = "Covasim is not installed, and no runs of it are kept. To make them: `make peers`, then `make evidence`."
        return Section(TITLE, text, (Line("against Covasim", "not made", SHOWN),))
    runs = theirs["runs"]
    pairs = {
        "final size": ([float(run["final_size"]) for run in runs], 0.0),
        "peak day": ([float(run["peak_day"]) for run in runs], 0.0),
    }
    mine = dict(zip(pairs, ours(matched_parameters(theirs["weights"])), strict=True))
    checks, rows, ps = [], [], []
    for name, (other, _) in pairs.items():
        (a, error_a), (b, error_b) = mean_and_error(other), mean_and_error(mine[name])
        checks.append(Check(f"mean {name}", a, b, float(np.hypot(error_a, error_b))))
        test = stats.ks_2samp(other, mine[name])
        ps.append(float(test.pvalue))
        spread = [f"{np.std(values, ddof=1):.1f}" for values in (other, mine[name])]
        rows.append(
            [
                name,
                *spread,
                f"{float(test.statistic):.3f}",
                f"{ps[-1]:.2f}",
                "yes" if ps[-1] >= LEAST_P else "**no**",
            ]
        )
    draw(folder, {name: (other, mine[name]) for name, (other, _) in pairs.items()})
    left = sum(int(run["still_infected"]) for run in runs)
    text = f"""
Covasim {theirs["version"]} and this engine on the same homogeneous set-up: {SETUP.people:,} people, {SETUP.initial}
infected on day 0, R = {SETUP.r0:g}, everybody alike. An infection passes on days {SETUP.latent_days} to
{SETUP.latent_days + SETUP.infectious_days - 1} after infection, equally on each. In Covasim people have
{theirs["mean_contacts"]:.1f} random contacts a day on average, drawn anew each day, and a chance per contact that gives
this R. {len(runs)} runs of Covasim and {OUR_SEEDS} of this engine over {SETUP.days} days; {left} people were still
infected at the end of Covasim's runs. {words}

{check_table(checks, digits=1, expected="Covasim")}

{table(HEAD, rows)}

Inside means p of at least {LEAST_P:.4f}, as rare as three standard errors.

{picture(folder, "covasim", "Histograms of final size and peak day of both programs, one over the other")}
"""
    line = Line(
        "same distributions as Covasim (Kolmogorov-Smirnov)",
        f"final size p = {ps[0]:.2f}, peak day p = {ps[1]:.2f}",
        INSIDE if min(ps) >= LEAST_P else OUTSIDE,
    )
    means = summed_up("mean final size and peak day against Covasim", checks)
    assert means.verdict == verdict_of(checks)
    return Section(TITLE, text, (means, line))


def draw(folder: Path, pairs: dict[str, tuple[list[float], list[float]]]) -> None:
    """Draw both distributions."""
    figure, panes = panels(len(pairs), height=3.0)
    for axes, (name, (other, mine)) in zip(panes, pairs.items(), strict=True):
        both = np.concatenate([other, mine])
        whole = name == "peak day"
        edges = np.linspace(both.min(), both.max(), 16)
        if whole:
            edges = np.arange(both.min() - 0.5, both.max() + 3, 3)
        axes.hist(mine, edges.tolist(), density=True, color=BLUE, alpha=0.5, label="this engine")
        axes.hist(
            other, edges.tolist(), density=True, histtype="step", color=ORANGE, linewidth=1.8, label="Covasim"
        )
        axes.set(
            xlabel="people infected in the end" if not whole else "day of most new infections", yticks=[]
        )
    panes[0].set_ylabel("share of runs")
    panes[0].legend()
    save(figure, folder, "covasim")
