"""Who meets whom by age in the community: the engine's kernel against the matrix that its numbers were fitted to.

The matrix (16 by 16, Prem et al. 2021) is read where it lies beside the repository; only figures about it are kept.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from evidence.page import INSIDE, OUTSIDE, SHOWN, Line, Section, keep, kept, picture, table
from evidence.pictures import panels, save
from evidence.shared import shared_data
from songhanh.epidemic import EpidemicParameters
from songhanh.epidemic.mixing import age_kernel
from songhanh.epidemic.parameters import AGE_GROUPS

Floats = NDArray[np.float64]
GROUPS = len(AGE_GROUPS)
NAMES = [f"{age}-{age + 9}" for age in AGE_GROUPS[:-1]] + ["80+"]
GAP = 10.0 * np.subtract.outer(np.arange(GROUPS), np.arange(GROUPS))
KEPT, TITLE = "age-mixing.json", "Age mixing in the community"
# What rounding in parameters.csv, and a minimum that is flat, may move.
NEAR = 0.02


@dataclass(frozen=True, eq=False)
class Survey:
    """The matrix by ten-year groups: rates of contact between two people (mean 1 over pairs), and shares of people."""

    rate: Floats
    share: Floats
    from_reciprocal: float


def read() -> Survey | None:
    """Read the matrix and the people of the province, if they are there.

        Rows of the matrix are those who report. Contacts are made reciprocal with the ages of the province, and the group 75
    and
        over is split by people.
    """
    matrix_file = shared_data() / "contacts" / "vietnam_community_16x16.csv"
    people_file = shared_data() / "population" / "bacgiang_district_age_2019.csv"
    if not (matrix_file.exists() and people_file.exists()):
        return None
    matrix = np.loadtxt(matrix_file, delimiter=",")
    with people_file.open(encoding="utf-8") as file:
        rows = [[float(value) for value in list(row.values())[3:]] for row in csv.DictReader(file)]
    people = np.asarray(np.sum(rows, axis=0), np.float64)
    totals = np.append(people[:15], people[15:].sum())[:, None] * matrix
    gap = float(np.abs(totals - totals.T).sum() / totals.sum())
    totals = (totals + totals.T) / 2
    wide = np.zeros((18, 16))
    wide[:15, :15] = np.eye(15)
    wide[15:, 15] = people[15:] / people[15:].sum()
    to_ten = np.zeros((GROUPS, 18))
    to_ten[np.minimum(np.arange(18) // 2, GROUPS - 1), np.arange(18)] = 1
    totals, number = to_ten @ (wide @ totals @ wide.T) @ to_ten.T, to_ten @ people
    rate, share = totals / np.outer(number, number), number / number.sum()
    return Survey(rate / (share @ rate @ share), share, gap)


def parameters_of(e: float, years: float, activity: Floats) -> EpidemicParameters:
    """Return parameters with another kernel."""
    ages = {f"activity_age_{age}": float(a) for age, a in zip(AGE_GROUPS, activity, strict=True)}
    return EpidemicParameters.from_values({"age_assortativity": e, "age_mixing_years": years, **ages})


def rates_of(parameters: EpidemicParameters, share: Floats) -> Floats:
    """Return the engine's own kernel, mean 1 over pairs."""
    rate = age_kernel(parameters, share)
    return np.asarray(rate / (share @ rate @ share))


def fit(survey: Survey) -> tuple[float, float, Floats]:
    """Fit the kernel to the matrix anew: the likelihood of contacts counted by pair of ages (Poisson)."""
    mass = np.outer(survey.share, survey.share)

    def unpack(x: Floats) -> tuple[float, float, Floats]:
        activity = np.exp(x[2:])
        return float(1 / (1 + np.exp(-x[0]))), float(np.exp(x[1])), activity / (survey.share @ activity)

    def cost(x: Floats) -> float:
        rate = rates_of(parameters_of(*unpack(x)), survey.share)
        return float((mass * (rate - survey.rate * np.log(rate))).sum())

    start = np.concatenate(([0.0, np.log(10.0)], np.log(survey.rate @ survey.share)))
    found = minimize(cost, start, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7})
    return unpack(np.asarray(found.x, np.float64))


def quality(rate: Floats, survey: Survey) -> dict[str, float]:
    """Return how near rates are to those of the matrix, and how much they keep to their own age."""
    mass = np.outer(survey.share, survey.share)

    def correlation(x: Floats, y: Floats, weight: Floats) -> float:
        weight = weight / weight.sum()
        x, y = x - (weight * x).sum(), y - (weight * y).sum()
        return float((weight * x * y).sum() / np.sqrt((weight * x * x).sum() * (weight * y * y).sum()))

    totals = mass * rate / (mass * rate).sum()
    rows = totals / totals.sum(axis=1, keepdims=True)
    return {
        "correlation of contacts by pair of ages": correlation(
            rate * mass, survey.rate * mass, np.ones_like(mass)
        ),
        "correlation of rates, by people": correlation(rate, survey.rate, mass),
        "share of contacts in the wrong pair of ages": float(0.5 * (mass * np.abs(rate - survey.rate)).sum()),
        "share of contacts in the own age group": float(np.trace(totals)),
        "assortativity Q (Gupta; 0 none, 1 complete)": float((np.trace(rows) - 1) / (GROUPS - 1)),
        "mean difference in age, years": float((totals * np.abs(GAP)).sum()),
        "largest eigenvalue": float(np.linalg.eigvals(rate * survey.share).real.max()),
    }


def figures_of(survey: Survey, folder: Path) -> dict[str, Any]:
    """Compute everything that the section says, and draw it."""
    used = EpidemicParameters.from_values()
    e, years, activity = fit(survey)
    names = ["age_assortativity", "age_mixing_years", *(f"activity_age_{age}" for age in AGE_GROUPS)]
    contacts = survey.rate @ survey.share
    candidates = {
        "the matrix": survey.rate,
        "the engine's kernel": rates_of(used, survey.share),
        "fitted anew": rates_of(parameters_of(e, years, activity), survey.share),
        "activity only, no nearness": np.outer(contacts, contacts),
    }
    draw(folder, candidates["the matrix"], candidates["the engine's kernel"])
    return {
        "from_reciprocal": round(survey.from_reciprocal, 3),
        "parameters": {
            name: [round(float(used.values[name]), 4), round(float(again), 3)]
            for name, again in zip(names, (e, years, *activity), strict=True)
        },
        "own": {
            NAMES[a]: round(float(candidates["the engine's kernel"][a, a] / survey.rate[a, a]), 2)
            for a in (1, 8)
        },
        "quality": {
            name: {key: round(value, 3) + 0.0 for key, value in quality(rate, survey).items()}
            for name, rate in candidates.items()
        },
    }


def draw(folder: Path, matrix: Floats, engine: Floats) -> None:
    """Draw both as heat maps, and their ratio."""
    figure, panes = panels(3, width=10.2, height=3.5)
    most = float(max(matrix.max(), engine.max()))
    for axes, values, title in (
        (panes[0], matrix, "Prem et al. 2021"),
        (panes[1], engine, "the engine's kernel"),
    ):
        image = axes.imshow(values, origin="lower", cmap="viridis", vmin=0, vmax=most)
        axes.set(title=title)
        figure.colorbar(image, ax=axes, shrink=0.8, label="contact rate, mean 1")
    image = panes[2].imshow(np.log2(engine / matrix), origin="lower", cmap="RdBu_r", vmin=-2, vmax=2)
    panes[2].set(title="kernel / matrix")
    bar = figure.colorbar(image, ax=panes[2], shrink=0.8, ticks=[-2, -1, 0, 1, 2])
    bar.ax.set_yticklabels(["1/4", "1/2", "1", "2", "4"])
    for axes in panes:
        axes.grid(visible=False)
        axes.set_xticks(range(GROUPS), NAMES, rotation=60, ha="right", fontsize=7)
        axes.set_yticks(range(GROUPS), NAMES, fontsize=7)
    save(figure, folder, "age-mixing")


def section(folder: Path) -> Section:
    """Report how good the kernel is."""
    survey = read()
    if survey is not None:
        keep(folder / KEPT, figures_of(survey, folder))
    figures = kept(folder / KEPT)
    if figures is None:
        text = "The matrix does not lie beside the repository (`../shared/data/contacts`), and no figures about it are kept."
        return Section(TITLE, text, (Line("age mixing in the community", "not made", SHOWN),))
    words = (
        ""
        if survey is not None
        else "It was not there when this page was made: the figures are those kept from before. "
    )
    names = list(figures["quality"])
    rows = [
        [key, *(f"{figures['quality'][name][key]:.3f}" for name in names)]
        for key in figures["quality"][names[0]]
    ]
    fitted = [
        [f"`{name}`", f"{used:g}", f"{again:g}"] for name, (used, again) in figures["parameters"].items()
    ]
    near = all(abs(used / again - 1) <= NEAR for used, again in figures["parameters"].values())
    text = f"""
The engine describes community contacts by age with eleven numbers: an activity for each of nine age groups, the share of
contacts that keep to people of similar age, and how similar. They were fitted to the community contacts of Vietnam by
Prem et al. 2021 (doi 10.1371/journal.pcbi.1009098), a projection from surveys of other countries and not a survey of Bắc
Giang. The matrix itself is *not copied* into the repository and not read by the product; it is compared where it lies
beside the repository (`../shared/data/contacts`). {words}Contacts were made reciprocal with the ages of the province
first; by {100 * figures["from_reciprocal"]:.0f} % of them the matrix is not.

{table(["figure", *names], rows)}

{picture(folder, "age-mixing", "Contact rates by age: the matrix of Prem et al., the engine's kernel, and their ratio")}

The kernel misplaces {100 * figures["quality"][names[1]]["share of contacts in the wrong pair of ages"]:.0f} % of the
contacts, against {100 * figures["quality"][names[3]]["share of contacts in the wrong pair of ages"]:.0f} % without
nearness in age. People aged 10 to 19 meet each other {figures["own"]["10-19"]:.1f} times as often as in the matrix, and
people of 80 and over {figures["own"]["80+"]:.1f} times: one width for all ages cannot follow both. Few people are that
old. The same fit made anew on this page gives the numbers of `parameters.csv` within {100 * NEAR:.0f} %:
{"yes" if near else "**no**"}.

{table(["parameter", "in use", "fitted anew"], fitted)}
"""
    line = Line(
        "age kernel against the community matrix of Prem et al.",
        f"correlation of contacts {figures['quality'][names[1]]['correlation of contacts by pair of ages']:.2f}; "
        f"parameters in use {'are' if near else 'are not'} those of the fit",
        INSIDE if near else OUTSIDE,
    )
    return Section(TITLE, text, (line,))
