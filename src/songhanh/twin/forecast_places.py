"""One place of a forecast: its past, R and growth, its fan, and what changed since yesterday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from songhanh.core.text import Text
from songhanh.twin.delays import Delays
from songhanh.twin.nowcast import by_sample_day, level_behind_batches
from songhanh.twin.outlook import Floats, Outlook
from songhanh.twin.pool import generator
from songhanh.twin.reproduction import (
    WINDOW,
    Spread,
    caveat,
    doubling_days,
    growth_a_day,
    reproduction_number,
    spread_of_r,
)

HISTORY_DAYS = 42
DRAWS = 1000
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
FAN_NAMES = ("p05", "p25", "p50", "p75", "p95")
SUMS = (7, 14, 28)


@dataclass(frozen=True, eq=False)
class Place:
    """One series and its futures.

    Attributes
    ----------
    cases
        (T,) announced by day.
    paths
        (P, H) futures.
    delays
        Its cases by day of the sample, with the delays of the province.
    """

    level: str
    code: str
    name: str | dict[str, str]
    cases: Floats
    paths: Floats
    delays: Delays


def r_of(outlook: Outlook, place: Place, hidden: bool) -> Spread | None:
    """Return R of the last seven days; None where there are too few cases, or it is to be hidden."""
    days = r_by_day(outlook, place, hidden)
    return days[-1][1] if days and days[-1][0] == len(place.cases) - 1 else None


def r_by_day(outlook: Outlook, place: Place, hidden: bool) -> list[tuple[int, Spread]]:
    """Return R of the seven days up to each day (0 is the first) of the last weeks that has enough cases for it."""
    if hidden or not len(place.cases):
        return []
    column = place.cases[:, None]
    dispersion = float(outlook.dispersion(column)[0])
    pressure = outlook.pressure(column)[:, 0]
    shape, rate = reproduction_number(place.cases, outlook.weights, dispersion, pressure=pressure)
    total = np.cumsum(np.r_[0.0, place.cases])
    enough = [
        t
        for t in range(max(0, len(place.cases) - HISTORY_DAYS), len(place.cases))
        if total[t + 1] - total[max(0, t + 1 - WINDOW)] >= outlook.values["r_fewest_cases"]
    ]
    return [(t, spread_of_r(float(shape[t]), float(rate[t]))) for t in enough]


def spread(values: Floats) -> dict[str, float]:
    """Return the five quantiles of a fan."""
    return dict(zip(FAN_NAMES, (float(x) for x in np.quantile(values, FAN)), strict=True))


def describe(
    outlook: Outlook, place: Place, delay_moved: float | None, seed: int, horizon: int
) -> dict[str, Any]:
    """Return a place of ``songhanh-forecast/1``, without what changed since yesterday."""
    words, shown = _caveat(outlook, place, delay_moved)
    r = r_of(outlook, place, hidden=not shown)
    first = outlook.data.first
    growth = None
    if place.cases[-14:].sum() >= outlook.values["r_fewest_cases"] and len(place.cases) >= 14:
        random = generator(seed, "growth", outlook.data.as_of, place.level, place.code)
        dispersion = float(outlook.dispersion(place.cases[:, None])[0])
        draws = growth_a_day(place.cases, dispersion, DRAWS, random)
        growth = Spread(*(float(x) for x in np.quantile(draws, (0.05, 0.5, 0.95))))
    doubling = doubling_days(growth) if growth is not None else None
    tomorrow = outlook.data.as_of + timedelta(days=1)
    fan = [
        {"date": (tomorrow + timedelta(days=day)).isoformat(), **spread(place.paths[:, day])}
        for day in range(horizon)
    ]
    return {
        "level": place.level,
        "code": place.code,
        "name": place.name,
        "history": _history(outlook, place, seed),
        "r": r.as_dict() if r else None,
        "r_by_day": [
            {"date": (first + timedelta(days=t)).isoformat(), **found.as_dict()}
            for t, found in r_by_day(outlook, place, hidden=not shown)
        ],
        "r_caveat": words.as_dict() if words else None,
        "growth_per_day": growth.as_dict() if growth else None,
        "doubling_days": doubling.as_dict() if doubling else None,
        "fan": fan,
        "sums": {str(days): spread(place.paths[:, :days].sum(axis=1)) for days in SUMS if days <= horizon},
    }


def _caveat(outlook: Outlook, place: Place, delay_moved: float | None) -> tuple[Text | None, bool]:
    return caveat(place.cases, outlook.data.tests, delay_moved)


def _history(outlook: Outlook, place: Place, seed: int) -> list[dict[str, Any]]:
    days = len(place.cases)
    if days == 0:
        return []
    random = generator(seed, "nowcast", outlook.data.as_of, place.level, place.code)
    weekday = np.array(
        [outlook.weekday[(outlook.data.first + timedelta(days=t)).weekday()] for t in range(days)]
    )
    drawn = level_behind_batches(outlook, place.cases[:, None], weekday, DRAWS, random)[..., 0]
    if place.delays.known:
        completed = by_sample_day(place.delays, outlook.data.as_of, DRAWS, random)
        n = min(days, completed.shape[1])
        drawn[:, days - n :] = completed[:, completed.shape[1] - n :]
    low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95), axis=0)
    return [
        {
            "date": (outlook.data.first + timedelta(days=t)).isoformat(),
            "cases": int(place.cases[t]),
            "nowcast": {"p05": float(low[t]), "p50": float(middle[t]), "p95": float(high[t])},
        }
        for t in range(max(0, days - HISTORY_DAYS), days)
    ]
