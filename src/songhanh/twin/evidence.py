"""What was counted and published by the as-of date, and how well a simulated history agrees with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.days import day_of
from songhanh.epidemic import Engine
from songhanh.joint.setting import Setting
from songhanh.joint.world import World
from songhanh.province import Pack


@dataclass(frozen=True, slots=True)
class Count:
    """A published cumulative count: of the province, a commune, a site or a named firm."""

    place_id: str  # "*" the province
    day: int
    value: float
    source: str


def published_counts(pack: Pack, as_of: date) -> list[Count]:
    """Return the cumulative case counts published on or before a date, oldest first.

    "As of D" includes what was reported on D; nothing later is read.
    """
    rows = (
        pack.tables["bulletins"]
        .filter(pl.col("date") <= as_of)
        .filter(pl.col("indicator").is_in(["cases_cumulative", "cluster_cases"]))
        .sort("date")
    )
    return [
        Count(
            row["area_or_site"], day_of(pack.outbreak_from, row["date"]), float(row["value"]), row["source"]
        )
        for row in rows.iter_rows(named=True)
    ]


def log_likelihood(
    counts: Sequence[Count], simulated: NDArray[np.float64], log_sd_total: float, log_sd_place: float
) -> float:
    """Score a simulated history against the published counts.

    A count is taken as log-normal about the simulated one. Its spread is that of the definitions (bulletins of
    one evening differ by several per cent, and clusters are drawn differently) and that of counting.

    Parameters
    ----------
    counts
        What was published.
    simulated
        (K,) the simulated cumulative count at the same place and day.
    log_sd_total, log_sd_place
        Standard deviation of the logarithm, for the province and for a place.
    """
    if not np.isfinite(simulated).all():
        return -math.inf
    total = 0.0
    for count, value in zip(counts, simulated, strict=True):
        definition = log_sd_total if count.place_id == "*" else log_sd_place
        sd = math.sqrt(definition**2 + 1.0 / (count.value + 0.5))
        # Half a case keeps the logarithm finite where a history has none.
        total -= 0.5 * (math.log((value + 0.5) / (count.value + 0.5)) / sd) ** 2
    return total


def simulated_counts(
    setting: Setting, engine: Engine, world: World, counts: Sequence[Count]
) -> NDArray[np.float64]:
    """Return (K,) the cumulative counts of a simulated past at the places and days that were published.

    A bulletin's cluster is a chain: every case that goes back to the introduction at that place, wherever the
    person lives or works. On 16 May 2021 the three clusters add up to the province's total.
    """
    confirmed = engine.confirmed()
    origin = np.array([*world.origins, ""])[confirmed.root]
    sites = setting.pack.sites["site_id"].to_list()
    people = setting.population
    at_site = people.work_cell[confirmed.person] // people.n_sectors
    found = np.zeros(len(counts))
    for k, count in enumerate(counts):
        seen = confirmed.reported_day <= count.day
        if count.place_id in sites:
            seen &= at_site == sites.index(count.place_id)
        elif count.place_id != "*":
            seen &= origin == count.place_id
        found[k] = np.count_nonzero(seen)
    return found
