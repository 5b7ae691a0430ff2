"""The sections of the evidence for forecasts where the answer is known."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from evidence.page import INSIDE, OUTSIDE, Line, Section, table
from songhanh.province import load
from songhanh.twin.delays import delays
from songhanh.twin.generation import renewal_weights
from songhanh.twin.lines import line_list_of
from songhanh.twin.nowcast import by_sample_day
from songhanh.twin.observed import Observed, ground_of, observed
from songhanh.twin.outlook import Outlook
from songhanh.twin.pool import weeks
from songhanh.twin.reproduction import reproduction_number
from songhanh.twin.structures import STRUCTURES
from songhanh.twin.wis import LEVELS, MEDIAN, is_covered, quantiles_of, weighted_interval_score

EXAMPLE = "bac-giang-2021"
FIRST = date(2021, 5, 1)
DELAY = (0.1, 0.3, 0.4, 0.15, 0.05)
SERIES = 100
FORMS = """
{table}

R is that of a series made by the renewal equation itself; the score is the formula of Bracher et al. 2021
(doi 10.1371/journal.pcbi.1008618) interval by interval, on 1,000 random forecasts; the nowcast is of 1,000 cases a day whose
delay is known and of which the last days are still out.
"""
OWN = """
Each structure goes on with an outbreak of 25 days in the example province for ten days more; from there, having seen those
days, it forecasts, and what it made is held against its 90 % intervals of the next two weeks in the districts with cases
({n} series each). This is a check of the model with itself, and says nothing about the world.

{table}
"""


def closed_forms(folder: Path) -> Section:
    """Hold R, the score and the nowcast against what they must be."""
    rows, lines = [], []
    for what, expected, found, asked in (*_reproduction(), _score(), *_nowcast()):
        inside = abs(found - expected) <= asked * max(abs(expected), 1e-9)
        rows.append([what, f"{expected:.6g}", f"{found:.6g}", f"{asked:g}", "yes" if inside else "**no**"])
        lines.append(inside)
    said = Line(
        "R, score and nowcast", f"{sum(lines)} of {len(lines)} inside", INSIDE if all(lines) else OUTSIDE
    )
    head = ["figure", "closed form", "found", "asked (relative)", "inside"]
    return Section("Where the answer is known", FORMS.format(table=table(head, rows)), (said,))


def _reproduction() -> list[tuple[str, float, float, float]]:
    weights, found = renewal_weights(), []
    for r in (0.6, 1.0, 1.7):
        line = [1e7] * 20
        for _ in range(30):
            line.append(r * sum(w * x for w, x in zip(weights, line[::-1], strict=False)))
        shape, rate = reproduction_number(np.array(line), weights)
        found.append((f"R of a renewal series with R {r}", r, float(shape[-1] / rate[-1]), 1e-4))
    return found


def _score() -> tuple[str, float, float, float]:
    random = np.random.default_rng(1)
    quantiles = np.sort(random.gamma(2.0, 10.0, (len(LEVELS), 1000)), axis=0)
    counted, pairs = random.gamma(2.0, 12.0, 1000), len(LEVELS) // 2
    total = 0.5 * np.abs(counted - quantiles[MEDIAN])
    for k in range(pairs):
        low, high, alpha = quantiles[k], quantiles[len(LEVELS) - 1 - k], 2.0 * LEVELS[k]
        outside = np.maximum(low - counted, 0.0) + np.maximum(counted - high, 0.0)
        total += alpha / 2.0 * (high - low) + outside
    plain = float((total / (pairs + 0.5)).mean())
    return (
        "mean weighted interval score",
        plain,
        float(weighted_interval_score(quantiles, counted).mean()),
        1e-12,
    )


def _nowcast() -> list[tuple[str, float, float, float]]:
    pack, as_of = load(EXAMPLE), FIRST + timedelta(days=30)
    code = pack.communes["code"][0]
    rows = [
        (FIRST + timedelta(days=t + d), FIRST + timedelta(days=t), code, round(1000 * share))
        for t in range(31)
        for d, share in enumerate(DELAY)
        if FIRST + timedelta(days=t + d) <= as_of
    ]
    frame = pl.DataFrame(rows, schema=["date", "sampled_on", "code", "cases"], orient="row")
    found = delays(line_list_of(frame, pack, as_of), as_of)
    assert found.announced is not None
    drawn = by_sample_day(found, as_of, 4000, np.random.default_rng(2))
    shares = [
        (f"share announced {d} days after the sample", share, float(found.announced[d]), 1e-9)
        for d, share in enumerate(DELAY)
    ]
    return [
        *shares,
        (
            "cases sampled yesterday, of which 40 % are announced",
            1000.0,
            float(drawn[:, -2].mean()),
            0.02,
        ),
    ]


def own_series(folder: Path) -> Section:
    """Forecast series that the structures made themselves."""
    ground = ground_of(load(EXAMPLE))
    start = _outbreak(25)
    rows, lines = [], []
    for structure in STRUCTURES:
        made = structure.draw(start, 1.0, SERIES, 24, np.random.default_rng(11))
        covered = []
        for k in range(SERIES):
            communes = np.zeros((10, len(ground.communes)))
            for district in range(len(ground.districts)):
                first = int(np.flatnonzero(ground.district_of == district)[0])
                communes[:, first] = made.districts[k, :10, district]
            data = Observed(
                ground,
                FIRST,
                start.data.as_of + timedelta(days=10),
                np.concatenate([start.data.communes, communes]),
                np.concatenate([start.data.unplaced, made.unplaced[k, :10]]),
                np.concatenate([start.data.sites, made.sites[k, :10]]),
                None,
            )
            ahead = structure.draw(Outlook(data, 0.0), 1.0, 300, 14, np.random.default_rng(100 + k))
            inside = is_covered(quantiles_of(weeks(ahead.districts)), weeks(made.districts[k, 10:]), 0.9)
            covered.append(inside[:, start.data.districts.sum(axis=0) > 0])
        shares = np.mean(covered, axis=(0, 2))
        within = bool(((shares >= 0.8) & (shares <= 0.98)).all())
        rows.append([structure.name.en, *(f"{share:.2f}" for share in shares), "yes" if within else "**no**"])
        lines.append(within)
    said = Line(
        "coverage of 90 % intervals on series of the same making",
        f"{sum(lines)} of {len(lines)} structures between 80 and 98 %",
        INSIDE if all(lines) else OUTSIDE,
    )
    head = ["structure", "first week", "second week", "inside"]
    return Section("Series of its own making", OWN.format(n=SERIES, table=table(head, rows)), (said,))


def _outbreak(days: int) -> Outlook:
    pack = load(EXAMPLE)
    ground, random = ground_of(pack), np.random.default_rng(3)
    centres = [int(np.flatnonzero(ground.district_of == district)[0]) for district in (0, 3, 8)]
    rows = [
        (FIRST + timedelta(days=t), ground.communes[c], int(random.poisson(mean)))
        for t in range(days)
        for c, mean in zip(centres, (2.0, 4.0, 9.0), strict=True)
    ]
    lines = line_list_of(pl.DataFrame(rows, schema=["date", "code", "cases"], orient="row"), pack, None)
    return Outlook(observed(ground, lines, FIRST + timedelta(days=days - 1)), 0.0)
