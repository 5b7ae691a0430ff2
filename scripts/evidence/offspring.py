"""How many one case infects: mean, spread, and the share who infect nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from scipy.optimize import minimize_scalar

from evidence.page import Check, Section, check_table, picture, summed_up
from evidence.pictures import BLUE, RED, panels, save
from evidence.runs import only, run, spread_out, tree_in
from evidence.worlds import alone
from songhanh.epidemic import Engine

PEOPLE, FIRST, DAYS = 1_000_000, 200, 30
NUMBERS = ((1.0, 200), (2.5, 100))  # R, and runs: 200 first cases each
RESAMPLED = 200


def counts_of(engine: Engine, r: float, runs: int) -> NDArray[np.int64]:
    """Return how many each first case infected."""
    found = []
    for seed in range(runs):
        tree = tree_in(
            run(
                engine,
                only("community", reproduction_number=r),
                spread_out(FIRST, PEOPLE),
                seed,
                DAYS,
                with_tree=True,
            )
        )
        from_outside = np.flatnonzero(tree.source < 0)
        found.append(np.bincount(tree.source[tree.source >= 0], minlength=len(tree.source))[from_outside])
    return np.concatenate(found)


def shape_of(counts: NDArray[np.int64]) -> float:
    """Return the dispersion k of a negative binomial distribution by maximum likelihood."""
    values, times = np.unique(counts, return_counts=True)
    mean = float(counts.mean())

    def cost(log_k: float) -> float:
        k = np.exp(log_k)
        terms = special.gammaln(values + k) - special.gammaln(k) + k * np.log(k / (k + mean))
        return -float((times * (terms + values * np.log(mean / (k + mean)))).sum())

    return float(np.exp(minimize_scalar(cost, bounds=(-3, 3), method="bounded").x))


def section(folder: Path) -> Section:
    """Compare offspring with the negative binomial distribution."""
    engine = Engine(alone(PEOPLE), DAYS, capacity=200_000)
    k = only("community").values["dispersion"]
    checks = []
    figure, panes = panels(2, height=3.0)
    for axes, (r, runs) in zip(panes, NUMBERS, strict=True):
        counts = counts_of(engine, r, runs)
        n, zero = len(counts), (1 + r / k) ** -k
        again = np.random.default_rng(1)
        shapes = [shape_of(again.choice(counts, n)) for _ in range(RESAMPLED)]
        top = np.sort(counts)[::-1][: n // 5].sum() / counts.sum()
        checks += [
            Check(f"R = {r}: mean", r, float(counts.mean()), float(np.sqrt(r * (1 + r / k) / n))),
            Check(f"R = {r}: dispersion k (maximum likelihood)", k, shape_of(counts), float(np.std(shapes))),
            Check(f"R = {r}: share who infect nobody", zero, float((counts == 0).mean()), float(np.sqrt(zero * (1 - zero) / n))),
            Check(f"R = {r}: share of infections by the top fifth", *top_fifth(r, k, n, float(top))),
        ]  # fmt: skip
        most = 13
        expected = stats.nbinom.pmf(np.arange(most), k, k / (k + r))
        seen = np.bincount(np.minimum(counts, most), minlength=most + 1)[:most] / n
        axes.bar(np.arange(most), seen, color=BLUE, alpha=0.5, label="simulated")
        axes.plot(np.arange(most), expected, ".", color=RED, label="negative binomial")
        axes.set(title=f"R = {r}", xlabel="infected by one case", ylabel="share of cases")
        axes.legend()
    save(figure, folder, "offspring")
    text = f"""
How many others each of the first cases infects among {PEOPLE:,} people who meet at random, against the negative binomial
distribution with mean R and dispersion k = {k:g}. {NUMBERS[0][1] * FIRST:,} first cases at R = 1 and
{NUMBERS[1][1] * FIRST:,} at R = 2.5. The error of k is found by drawing the cases {RESAMPLED} times again.

{check_table(checks, digits=3)}

{picture(folder, "offspring", "Distribution of the number infected by one case: simulated bars, negative binomial points")}
"""
    return Section(
        "Offspring", text, (summed_up("offspring: mean, dispersion, share without, top fifth", checks),)
    )


def top_fifth(r: float, k: float, n: int, found: float) -> tuple[float, float, float]:
    """Return the share of infections by the fifth of cases that infect most: expected, found, and its error."""
    draws = np.random.default_rng(2).negative_binomial(k, k / (k + r), (100, n))
    draws.sort(axis=1)
    shares = draws[:, -(n // 5) :].sum(axis=1) / draws.sum(axis=1)
    return float(shares.mean()), found, float(shares.std())
