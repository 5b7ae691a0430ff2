"""How many are infected in the end, and how likely it is that an outbreak dies out by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from evidence.page import Check, Section, check_table, picture, summed_up
from evidence.pictures import BLUE, GREY, RED, panels, save
from evidence.runs import only, run, spread_out
from evidence.worlds import alone
from songhanh.epidemic import Engine, no_controls

PEOPLE, FIRST, DAYS, REPLICATES = 150_000, 400, 500, 20
NUMBERS = (1.3, 1.5, 2.0, 2.5, 3.0, 4.0)
SMALL, LAST_DAY, ENOUGH, RUNS = 20_000, 300, 300, 4_000
INTRODUCED = ((1.5, 1), (2.0, 1), (3.0, 1), (5.0, 1), (1.5, 3))


def size_of(r: float) -> float:
    """Return the share infected in the end, the first ones included."""
    left = 1 - FIRST / PEOPLE
    return float(brentq(lambda z: 1 - z - left * np.exp(-r * z), 1e-6, 1 - 1e-12))


def error_of(r: float, k: float) -> float:
    """Return the standard error of a mean over replicates by the central limit theorem for final sizes.

    Andersson and Britton 2000, theorem 4.2, with gamma infectivity of shape k.
    """
    left = 1 - size_of(r)
    variance = (1 - left) * left * (1 + r * r / k * left) / (1 - r * left) ** 2 / PEOPLE
    return float(np.sqrt(variance / REPLICATES))


def section(folder: Path) -> Section:
    """Compare final sizes with Kermack and McKendrick."""
    engine = Engine(alone(PEOPLE), DAYS, capacity=PEOPLE)
    checks, sizes = [], []
    for r in NUMBERS:
        parameters = only("community", reproduction_number=r)
        found = [
            float(run(engine, parameters, spread_out(FIRST, PEOPLE), seed).infections.sum()) / PEOPLE
            for seed in range(REPLICATES)
        ]
        sizes.append(found)
        checks.append(
            Check(f"R = {r}", size_of(r), float(np.mean(found)), error_of(r, parameters.values["dispersion"]))
        )
    figure, (axes,) = panels(width=5.2)
    line = np.linspace(1.05, 4.2, 120)
    axes.plot(line, [size_of(r) for r in line], color=BLUE, label="1 - z = (1 - initial) exp(-R z)")
    for r, found in zip(NUMBERS, sizes, strict=True):
        axes.plot(
            [r] * len(found),
            found,
            ".",
            color=RED,
            markersize=5,
            label="_" if r > NUMBERS[0] else "one run each",
        )
    axes.set(xlabel="R", ylabel="share infected in the end", ylim=(0, 1))
    axes.legend(loc="lower right")
    save(figure, folder, "final-size")
    text = f"""
{PEOPLE:,} people who live alone and meet each other at random; {FIRST} are infected at the start, and nothing is done.
The share that is infected in the end is compared with the root of 1 - z = (1 - initial) exp(-R z) (Kermack and
McKendrick). {REPLICATES} runs for each R. The Monte Carlo error is that of the central limit theorem for final sizes; it
is larger near R = 1, and larger than in textbooks because infectiousness differs between people (k = 0.43).

{check_table(checks, what="R")}

{picture(folder, "final-size", "Final size by R: the closed form as a curve, runs as points upon it")}
"""
    return Section("Final size", text, (summed_up("final size, R 1.3 to 4", checks),))


def extinct_share(engine: Engine, r: float, first: int) -> float:
    """Return the share of runs that die out before a few hundred are infected."""
    parameters = only("community", reproduction_number=r)
    levers = no_controls(1, 1)
    extinct = 0
    for seed in range(RUNS):
        engine.start(parameters, spread_out(first, SMALL), np.uint64(seed))
        for day in range(LAST_DAY):
            engine.step(day, levers)
            if engine.n_infections > ENOUGH:
                break
            if engine.n_infectious_or_detectable == 0:
                extinct += 1
                break
    return extinct / RUNS


def extinction(folder: Path) -> Section:
    """Compare how often an outbreak dies out with the branching process."""
    engine = Engine(alone(SMALL), LAST_DAY, capacity=SMALL)
    k = only("community").values["dispersion"]
    checks = []
    for r, first in INTRODUCED:
        q = float(brentq(lambda q, r=r: q - (1 + r / k * (1 - q)) ** -k, 0, 0.9999)) ** first
        name = f"R = {r}, {first} {'infection' if first == 1 else 'infections'} from outside"
        checks.append(Check(name, q, extinct_share(engine, r, first), float(np.sqrt(q * (1 - q) / RUNS))))
    figure, (axes,) = panels(width=5.2)
    line = np.linspace(1.05, 5.2, 80)
    curve = [brentq(lambda q, r=r: q - (1 + r / k * (1 - q)) ** -k, 0, 0.9999) for r in line]
    axes.plot(line, curve, color=BLUE, label="closed form, one infection from outside")
    axes.plot(line, np.array(curve) ** 3, color=GREY, linestyle="--", label="three infections")
    for check, (r, _) in zip(checks, INTRODUCED, strict=True):
        axes.errorbar(r, check.found, 3 * check.error, color=RED, fmt=".", capsize=2)
    axes.set(xlabel="R", ylabel="probability that it dies out", ylim=(0, 1))
    axes.legend()
    save(figure, folder, "extinction")
    text = f"""
How often an outbreak that nothing is done against dies out by itself, against the smallest root of q = (1 + R (1 - q) /
k)^-k, the probability of a branching process with negative binomial offspring; with three infections from outside it is q
cubed. {RUNS:,} runs each; an outbreak with more than {ENOUGH} infections counts as one that does not die out.

{check_table(checks, digits=3, what="outbreak")}

{picture(folder, "extinction", "Probability of extinction by R: closed forms as curves, runs as points")}
"""
    return Section("Extinction", text, (summed_up("extinction probability, R 1.5 to 5", checks),))
