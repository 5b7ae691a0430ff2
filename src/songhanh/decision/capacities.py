"""What a plan may use: beds, intensive care, places and laboratory, as known on the night of the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.days import date_of
from songhanh.core.parameters import ParameterTable, read_table
from songhanh.core.text import Text
from songhanh.joint.horizon import Horizon
from songhanh.joint.outcome import Outcome
from songhanh.province import Pack


@lru_cache(maxsize=1)
def table() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.decision") / "parameters.csv")


@dataclass(frozen=True)
class Capacities:
    """Beds that stand or are announced, as (from, until, number) rows; nothing learnt later is in them."""

    beds: tuple[tuple[date, date | None, int], ...]
    icu: tuple[tuple[date, date | None, int], ...]

    def on(self, when: date, which: str) -> int:
        """Return the beds of a day."""
        rows = self.beds if which == "beds" else self.icu
        return sum(n for first, last, n in rows if first <= when and (last is None or when <= last))


def known_by(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Keep the dated rows that were in force or announced by a date."""
    known = pl.col("valid_from") <= as_of
    if "planned_on" in rows.columns:
        known = known | (pl.col("planned_on") <= as_of)
    return rows.filter(known)


def capacities_on(pack: Pack, as_of: date) -> Capacities:
    """Return the treatment beds known on a date."""
    rows = known_by(pack.tables["facilities"], as_of)
    return Capacities(
        beds=tuple((r["valid_from"], r["valid_until"], r["beds"] or 0) for r in rows.iter_rows(named=True)),
        icu=tuple(
            (r["valid_from"], r["valid_until"], r["icu_beds"] or 0) for r in rows.iter_rows(named=True)
        ),
    )


@dataclass(frozen=True, eq=False)
class Load:
    """What a plan asks of one capacity in one world.

    Attributes
    ----------
    id, what
        Which capacity.
    over
        (D,) days on which it is outrun.
    excess
        By how much at the worst, against the capacity; 0 or less where it is never outrun.
    """

    id: str
    what: Text
    over: NDArray[np.bool_]
    excess: float


BEDS = Text("giường điều trị", "treatment beds")
ICU = Text("giường hồi sức", "intensive care beds")
PLACES = Text("chỗ cách ly tập trung", "quarantine places")
LAB = Text("năng lực xét nghiệm", "laboratory capacity")
LODGING = Text("chỗ ở tại nơi sản xuất", "places to sleep at the sites")


def loads(outcome: Outcome, capacities: Capacities, origin: date, horizon: Horizon) -> list[Load]:
    """Return what one replicate asks of every capacity that is known, over the epidemic horizon."""
    beds, icu = _standing(capacities, origin, horizon.as_of + 1, horizon.epidemic_days)
    days = len(beds)
    longest = table().defaults()["lab_wait_days"]
    short = outcome.lodging_short[:days]
    staying = outcome.site_workers[:days].sum(axis=1)
    return [
        _load("beds", BEDS, outcome.hospital - beds, beds),
        _load("icu", ICU, outcome.icu - icu, icu),
        _load("places", PLACES, outcome.over_places, outcome.in_places),
        _load("lab", LAB, outcome.lab_wait_days - longest, np.full(days, longest)),
        _load("lodging", LODGING, short, staying),
    ]


@lru_cache(maxsize=8)
def _standing(
    capacities: Capacities, origin: date, first: int, end: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the beds and the intensive care beds of each run day; asked for again with every outcome."""
    dates = [date_of(origin, day) for day in range(first, end)]
    beds, icu = (np.array([capacities.on(when, which) for when in dates]) for which in ("beds", "icu"))
    return beds.astype(np.float64), icu.astype(np.float64)


def _load(
    name: str, what: Text, beyond: NDArray[np.floating] | NDArray[np.integer], scale: NDArray[Any]
) -> Load:
    relative = np.asarray(beyond, np.float64) / np.maximum(np.asarray(scale, np.float64), 1.0)
    return Load(name, what, np.asarray(beyond > 0), float(relative.max(initial=-1.0)))


def overruns(
    outcomes: list[Outcome], capacities: Capacities, origin: date, horizon: Horizon
) -> list[dict[str, Any]]:
    """Say which capacities a plan outruns in more than the stated share of the worlds, and from when."""
    share = table().defaults()["infeasible_share"]
    by_world = [loads(outcome, capacities, origin, horizon) for outcome in outcomes]
    found = []
    for kind in zip(*by_world, strict=True):
        hit = [np.flatnonzero(load.over) for load in kind if load.over.any()]
        if len(hit) > share * len(outcomes):
            first = int(np.median([days_over[0] for days_over in hit]))
            found.append(
                {
                    "what": kind[0].what.as_dict(),
                    "share_of_worlds": len(hit) / len(outcomes),
                    "first_on": date_of(origin, horizon.as_of + 1 + first).isoformat(),
                }
            )
    return found
