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
from songhanh.measures.base import STAFF
from songhanh.province import Pack

Floats = NDArray[np.float64]


@lru_cache(maxsize=1)
def table() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.decision") / "parameters.csv")


STANDING = {
    "beds": Text("giường điều trị", "treatment beds"),
    "icu": Text("giường hồi sức", "intensive care beds"),
    "places": Text("chỗ cách ly tập trung", "quarantine places"),
    "lab": Text("năng lực xét nghiệm", "laboratory capacity"),
    "lodging": Text("chỗ ở tại nơi sản xuất", "places to sleep at the sites"),
}
FORCES = {
    "samplers": Text("người lấy mẫu", "samplers"),
    "tracers": Text("người truy vết", "tracers"),
    "guards": Text("lực lượng canh gác, tuần tra", "guards and patrols"),
    "drivers": Text("lái xe, vận chuyển", "drivers"),
    "clinicians": Text("nhân viên y tế", "clinicians"),
    "inspectors": Text("người kiểm tra", "inspectors"),
    "clerks": Text("cán bộ chi trả, hồ sơ", "clerks"),
    "communicators": Text("cán bộ truyền thông", "communicators"),
}


@dataclass(frozen=True)
class Capacities:
    """Beds that stand or are announced, as (from, until, number) rows; nothing learnt later is in them.

    ``forces`` are (kind, from, people) rows of those who can be on duty in a day; a kind without a row has no limit.
    """

    beds: tuple[tuple[date, date | None, int], ...]
    icu: tuple[tuple[date, date | None, int], ...]
    forces: tuple[tuple[str, date, int], ...] = ()

    def on(self, when: date, which: str) -> int:
        """Return the beds of a day."""
        rows = self.beds if which == "beds" else self.icu
        return sum(n for first, last, n in rows if first <= when and (last is None or when <= last))

    def on_duty(self, when: date, kind: str) -> float:
        """Return the people of a kind who can be on duty on a day: the latest row that has begun, no limit before it."""
        rows = [(first, people) for one, first, people in self.forces if one == kind and first <= when]
        return float(max(rows)[1]) if rows else np.inf

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of forces that have a limit, in the order of `STAFF`."""
        limited = {kind for kind, _, _ in self.forces}
        return tuple(kind for kind in STAFF if kind in limited)

    def names(self) -> dict[str, Text]:
        """Return every capacity that a plan may outrun, by id."""
        return {**STANDING, **{f"forces-{kind}": FORCES[kind] for kind in self.kinds}}


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
        forces=tuple(
            (r["kind"], r["valid_from"], r["people"])
            for r in known_by(pack.tables["forces"], as_of).iter_rows(named=True)
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


def loads(outcome: Outcome, capacities: Capacities, origin: date, horizon: Horizon) -> list[Load]:
    """Return what one replicate asks of every capacity that is known, over the epidemic horizon."""
    beds, icu, people = _daily(capacities, origin, horizon.as_of + 1, horizon.epidemic_days)
    days = len(beds)
    longest = table().defaults()["lab_wait_days"]
    short = outcome.lodging_short[:days]
    staying = outcome.site_workers[:days].sum(axis=1)
    return [
        _load("beds", STANDING["beds"], outcome.hospital - beds, beds),
        _load("icu", STANDING["icu"], outcome.icu - icu, icu),
        _load("places", STANDING["places"], outcome.over_places, outcome.in_places),
        _load("lab", STANDING["lab"], outcome.lab_wait_days - longest, np.full(days, longest)),
        _load("lodging", STANDING["lodging"], short, staying),
        *(
            _load(f"forces-{kind}", FORCES[kind], outcome.staff_days[:days, STAFF.index(kind)] - row, row)
            for kind, row in zip(capacities.kinds, people, strict=True)
        ),
    ]


@lru_cache(maxsize=8)
def _daily(
    capacities: Capacities, origin: date, first: int, end: int
) -> tuple[Floats, Floats, tuple[Floats, ...]]:
    """Return beds, intensive care beds and forces by kind of each run day; asked for again with every outcome."""
    dates = [date_of(origin, day) for day in range(first, end)]
    beds, icu = (np.array([capacities.on(when, which) for when in dates], float) for which in ("beds", "icu"))
    people = (
        np.array([capacities.on_duty(when, kind) for when in dates], float) for kind in capacities.kinds
    )
    return beds, icu, tuple(people)


def _load(
    name: str, what: Text, beyond: NDArray[np.floating] | NDArray[np.integer], scale: NDArray[Any]
) -> Load:
    relative = np.full(len(beyond), -1.0)  # also where there is no limit
    np.divide(beyond, np.maximum(scale, 1.0), out=relative, where=np.isfinite(beyond))
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
