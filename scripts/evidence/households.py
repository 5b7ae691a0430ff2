"""How many are infected in a household, against the exact distribution of final sizes."""

from __future__ import annotations

from math import comb
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.page import Check, Section, check_table, picture, summed_up
from evidence.pictures import BLUE, RED, panels, save
from evidence.runs import imports_of, only, run, tree_in
from evidence.worlds import homes
from songhanh.epidemic import Engine, EpidemicParameters
from songhanh.province import Population

SIZES, EACH, DAYS, RUNS = (2, 3, 4, 5), 10_000, 120, 4
R = 1.0


def final_sizes(others: int, pair: float, k: float) -> NDArray[np.float64]:
    """Return the probabilities that 0, 1, ... of the other members are infected in the end, one being ill at first.

    The triangular equations of Ball (1986) for gamma infectiousness of shape k; ``pair`` is the mean number of
    contacts that one infection has with each other member.
    """
    share = np.zeros(others + 1)
    for j in range(others + 1):
        escape = (1 + pair * (others - j) / k) ** -k  # that one infection spares some others - j members
        known = sum(comb(others - w, j - w) * share[w] / escape ** (w + 1) for w in range(j))
        share[j] = (comb(others, j) - known) * escape ** (j + 1)
    return share


def counted(
    people: Population, size: NDArray[np.int64], parameters: EpidemicParameters
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count, by size of the household, how many others are infected, and in how many the first case infects somebody."""
    engine = Engine(people, DAYS, capacity=people.n_people)
    first = people.household_start[:-1]
    counts, direct = np.zeros((len(SIZES), max(SIZES))), np.zeros(len(SIZES))
    for seed in range(RUNS):
        tree = tree_in(run(engine, parameters, imports_of(first), seed, with_tree=True))
        infected = np.bincount(people.household[tree.person], minlength=len(size)) - 1
        by_first = np.bincount(people.household[tree.person[(tree.source >= 0)]], minlength=len(size)) > 0
        for row, members in enumerate(SIZES):
            mine = size == members
            counts[row] += np.bincount(infected[mine], minlength=max(SIZES))
            direct[row] += by_first[mine].sum()
    return counts, direct


def section(folder: Path) -> Section:
    """Compare households of two to five."""
    parameters = only("household", reproduction_number=R)
    k, exponent = parameters.values["dispersion"], parameters.values["household_scaling"]
    size = np.repeat(np.array(SIZES), EACH)
    scale = (size - 1.0) ** exponent
    scale *= size.sum() / (size * scale).sum()
    people = homes(size)
    counts, direct = counted(people, size, parameters)
    number = EACH * RUNS
    checks: list[Check] = []
    figure, panes = panels(len(SIZES) - 1, width=8.4, height=2.8)
    for row, members in enumerate(SIZES):
        others = members - 1
        rate = float(R * scale[size == members][0])
        share = final_sizes(others, rate / others, k)
        left = np.arange(members)
        attack, spread = float((share * left).sum()), float((share * left**2).sum())
        found = float((counts[row, :members] * left).sum()) / number / others
        error = float(np.sqrt((spread - attack**2) / number)) / others
        none = (1 + rate / k) ** -k
        first_error = float(np.sqrt(none * (1 - none) / number))
        name = f"{members} people:"
        checks += [
            Check(
                f"{name} some member infected by the first case", 1 - none, direct[row] / number, first_error
            ),
            Check(f"{name} secondary attack rate", attack / others, found, error),
        ]
        if others > 1:
            axes = panes[row - 1]
            axes.bar(left, counts[row, :members] / number, color=BLUE, alpha=0.5, label="simulated")
            axes.plot(left, share, ".", color=RED, label="exact")
            axes.set(title=f"households of {members}", xlabel="others infected", xticks=left)
    panes[0].set_ylabel("share of households")
    panes[0].legend()
    save(figure, folder, "households")
    text = f"""
{EACH:,} households of each size from 2 to 5, in which one member is infected from outside and nobody meets anybody
outside the household; {RUNS} runs. Two figures for each size: the share of households in which the first case infects
somebody (the first generation), 1 - (1 + c / k)^-k with c contacts that infect, which grow with (size - 1)^{exponent:g};
and the secondary attack rate when the household's outbreak is over, from the exact distribution of final sizes (Ball
1986). For pairs the two are the same.

{check_table(checks)}

{picture(folder, "households", "Number of others infected in households of three, four and five: simulated bars, exact points")}
"""
    return Section("Households", text, (summed_up("household attack rates, sizes 2 to 5", checks),))
