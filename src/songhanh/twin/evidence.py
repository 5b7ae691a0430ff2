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
from songhanh.province import Pack, firm_place


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
        Count(row["area_or_site"], day_of(pack.outbreak_from, row["date"]), float(row["value"]), row["source"])
        for row in rows.iter_rows(named=True)
    ]


def log_likelihood(
    counts: list[Count], simulated: NDArray[np.float64], log_sd_total: float, log_sd_place: float
) -> float:
    """Score a simulated history against the published counts.

    A count is taken as log-normal about the simulated one. The spread is not that of counting but of the
    definitions: bulletins of one evening differ by several per cent, and clusters are drawn differently.

    Parameters
    ----------
    counts
        What was published.
    simulated
        (K,) the simulated cumulative count at the same place and day.
    log_sd_total, log_sd_place
        Standard deviation of the logarithm, for the province and for a place.
    """
    total = 0.0
    for count, value in zip(counts, simulated, strict=True):
        sd = log_sd_total if count.place_id == "*" else log_sd_place
        # Half a case keeps the logarithm finite where a history has none.
        total -= 0.5 * (math.log((value + 0.5) / (count.value + 0.5)) / sd) ** 2
    return total


def simulated_counts(setting: Setting, engine: Engine, counts: Sequence[Count]) -> NDArray[np.float64]:
    """Return (K,) the cumulative counts of a simulated past at the places and days that were published."""
    pack, people = setting.pack, setting.population
    communes = pack.communes["code"].to_list()
    sites = pack.sites["site_id"].to_list()
    confirmed = engine.confirmed()
    place_of_case = people.place[confirmed.person]
    found = np.zeros(len(counts))
    for k, count in enumerate(counts):
        until = slice(0, count.day + 1)
        if count.place_id == "*":
            found[k] = engine.reported[until].sum()
        elif count.place_id in communes:
            found[k] = engine.reported[until, communes.index(count.place_id)].sum()
        elif count.place_id in sites:
            found[k] = engine.reported_site[until, sites.index(count.place_id)].sum()
        else:
            at_firm = place_of_case == firm_place(pack, people, count.place_id)
            found[k] = np.count_nonzero(at_firm & (confirmed.reported_day <= count.day))
    return found
