"""How fast an outbreak grows at first, against the equation of Euler and Lotka."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from evidence.page import Check, Section, check_table, mean_and_error, picture, summed_up
from evidence.pictures import BLUE, GREEN, GREY, ORANGE, panels, save
from evidence.runs import only, spread_out
from evidence.worlds import alone
from songhanh.epidemic import Engine, EpidemicParameters, no_controls
from songhanh.epidemic import layout as at

PEOPLE, FIRST, REPLICATES, DAYS = 1_000_000, 60, 100, 160
NUMBERS = (1.5, 2.5, 5.0)
FROM, TO = 5_000, 30_000  # infections in all between which the slope is taken


def generation(parameters: EpidemicParameters) -> NDArray[np.float64]:
    """Return the distribution of days from an infection to those that it causes, from the tables drawn from."""
    latent = np.bincount(parameters.day_tables[at.T_LATENT].astype(int)) / at.TABLE_SIZE
    return np.convolve(latent, parameters.profile)


def euler_lotka(r: float, density: NDArray[np.float64], susceptible: float) -> float:
    """Return the growth rate a day at which one infection replaces itself."""
    age = np.arange(len(density))
    return float(brentq(lambda x: r * susceptible * (density * np.exp(-x * age)).sum() - 1, 1e-6, 3))


def slope(new: NDArray[np.float64]) -> float:
    """Return the slope of the logarithm of daily infections while the outbreak is neither small nor large."""
    total = np.cumsum(new)
    days = np.arange(np.searchsorted(total, FROM), np.searchsorted(total, TO))
    return float(np.polyfit(days, np.log(new[days]), 1)[0])


def curves(engine: Engine, parameters: EpidemicParameters) -> list[NDArray[np.float64]]:
    """Return daily infections of the runs that do not die out, until there are enough of them."""
    found = []
    levers = no_controls(1, 1)
    for seed in range(REPLICATES):
        engine.start(parameters, spread_out(FIRST, PEOPLE), np.uint64(seed))
        day = 0
        while day < DAYS and engine.n_infections <= TO:
            engine.step(day, levers)
            day += 1
        if engine.n_infections > TO:
            found.append(engine.result().infections[:day].sum(axis=1).astype(np.float64))
    return found


def section(folder: Path) -> Section:
    """Compare growth rates."""
    engine = Engine(alone(PEOPLE), DAYS, capacity=200_000)
    checks = []
    figure, (axes,) = panels(width=6.0, height=3.4)
    for r, colour in zip(NUMBERS, (BLUE, GREEN, ORANGE), strict=True):
        parameters = only("community", reproduction_number=r)
        density = generation(parameters)
        closed_form = euler_lotka(r, density, 1 - (FROM + TO) / 2 / PEOPLE)
        runs = curves(engine, parameters)
        found, error = mean_and_error([slope(new) for new in runs])
        checks.append(Check(f"R = {r}", closed_form, found, error))
        for new in runs[:6]:
            axes.plot(
                np.arange(1, len(new)),
                np.where(new > 0, new, np.nan)[1:],
                color=colour,
                linewidth=0.7,
                alpha=0.7,
            )
        start = int(np.searchsorted(np.cumsum(runs[0]), FROM))
        days = np.arange(max(0, start - 18), start + 6)
        line = 1.6 * runs[0][start] * np.exp(closed_form * (days - start))
        axes.plot(
            days,
            line,
            color=GREY,
            linestyle="--",
            label="_" if r > NUMBERS[0] else "slope by Euler and Lotka",
        )
        axes.plot([], [], color=colour, label=f"R = {r}")
    axes.set(yscale="log", xlabel="day", ylabel="infections a day", ylim=(1, 3e4))
    axes.legend(ncol=2)
    save(figure, folder, "growth")
    text = f"""
The slope of the logarithm of daily infections while {FROM:,} to {TO:,} of {PEOPLE:,} people have been infected, against
the growth rate r that solves R S sum of g(a) exp(-r a) = 1. The generation time g is read off the tables that the engine
draws latency and infectiousness from, and S is the share still susceptible in the middle of those days. {REPLICATES} runs
each (those that die out are left out).

{check_table(checks, what="growth rate a day")}

{picture(folder, "growth", "Daily infections of six runs for each R on a logarithmic scale, with the slopes of Euler and Lotka")}
"""
    return Section("Growth rate", text, (summed_up("growth rate, R 1.5 to 5", checks),))
