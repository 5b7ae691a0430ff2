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


def overruns(
    outcomes: list[Outcome], capacities: Capacities, origin: date, horizon: Horizon
) -> list[dict[str, Any]]:
    """Say which capacities a plan outruns in more than the stated share of the worlds, and from when."""
    days = range(horizon.as_of + 1, horizon.epidemic_days)
    beds = np.array([capacities.on(date_of(origin, day), "beds") for day in days])
    icu = np.array([capacities.on(date_of(origin, day), "icu") for day in days])
    epidemic = slice(0, len(beds))
    longest = table().defaults()["lab_wait_days"]
    kinds: list[tuple[Text, list[NDArray[np.bool_]]]] = [
        (Text("giường điều trị", "treatment beds"), [o.hospital > beds for o in outcomes]),
        (Text("giường hồi sức", "intensive care beds"), [o.icu > icu for o in outcomes]),
        (Text("chỗ cách ly tập trung", "quarantine places"), [o.over_places > 0 for o in outcomes]),
        (Text("năng lực xét nghiệm", "laboratory capacity"), [o.lab_wait_days > longest for o in outcomes]),
        (
            Text("chỗ ở tại nơi sản xuất", "places to sleep at the sites"),
            [o.lodging_short[epidemic] > 0 for o in outcomes],
        ),
    ]
    share = table().defaults()["infeasible_share"]
    found = []
    for what, over in kinds:
        hit = [np.flatnonzero(row) for row in over if row.any()]
        if len(hit) > share * len(outcomes):
            first = int(np.median([days_over[0] for days_over in hit]))
            found.append(
                {
                    "what": what.as_dict(),
                    "share_of_worlds": len(hit) / len(outcomes),
                    "first_on": date_of(origin, horizon.as_of + 1 + first).isoformat(),
                }
            )
    return found
