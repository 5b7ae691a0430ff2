"""Communes and districts as the rule of priorities sees them, and what it says of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.decision.flips import Flip, flips
from songhanh.decision.produce import Produced, produced
from songhanh.joint.setting import Setting
from songhanh.response import Observed, Policy
from songhanh.response.priority import Mode, Priority, Seen, prioritise, risk_levels

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
MOST_PEOPLE = 0.5  # a level holds in a district where it, or a stricter one, holds for so many of its people


@dataclass(frozen=True, eq=False)
class Evening:
    """What is known of the province tonight. C communes.

    Attributes
    ----------
    rank
        (C,) legal level in force.
    chance
        (C,) probability of any case within 7 days; NaN where no forecast says.
    ranks
        Ranks of the legal levels that there are.
    """

    pack_ref: str
    ground: Setting
    observed: Observed
    rank: Counts
    chance: Floats
    rule: Policy
    ranks: Sequence[int]


@dataclass(frozen=True, eq=False)
class Areas:
    """The areas of one level (A): as the rule sees them, what it says, and what would flip it."""

    level: str
    rows: list[dict[str, Any]]
    seen: Seen
    made: Produced
    says: Priority
    flips: list[list[Flip]]


def areas_of(evening: Evening) -> tuple[Areas, Areas]:
    """Return the districts and the communes, judged by the rule."""
    pack = evening.ground.pack
    codes = pack.districts["code"].to_list()
    parent = np.array([codes.index(code) for code in pack.communes["parent_code"]])
    week, before = _cases(evening.observed)
    people = evening.ground.people.astype(np.float64)
    in_district = _sums(parent, len(codes))
    around = risk_levels(in_district(week + before), in_district(people), evening.rule).astype(np.int64)
    commune_made, district_made = (produced(evening.pack_ref, level) for level in ("commune", "district"))
    communes = _judged(
        "commune",
        pack.communes.to_dicts(),
        Seen(
            week=week,
            before=before,
            people=people,
            rank=evening.rank,
            p_any=evening.chance,
            value=_against_mean(commune_made.value.sum(axis=(1, 2))),
            closure=_against_mean(commune_made.closure),
            around=around[parent],
            first_inside=np.zeros(len(week), np.bool_),
        ),
        commune_made,
        evening,
    )
    first = communes.says.mode == Mode.EPIDEMIC_FIRST
    seen = Seen(
        week=in_district(week),
        before=in_district(before),
        people=in_district(people),
        rank=_rank_of_most(evening.rank, people, parent, len(codes)),
        p_any=np.array([_largest(evening.chance[parent == d]) for d in range(len(codes))]),
        value=_against_mean(district_made.value.sum(axis=(1, 2))),
        closure=_against_mean(district_made.closure),
        around=np.zeros(len(codes), np.int64),  # what is around a district is not read
        first_inside=in_district(first.astype(np.int64)) > 0,
    )
    districts = _judged("district", pack.districts.to_dicts(), seen, district_made, evening)
    return districts, communes


def _judged(level: str, rows: list[dict[str, Any]], seen: Seen, made: Produced, evening: Evening) -> Areas:
    says = prioritise(seen, evening.rule)
    return Areas(level, rows, seen, made, says, flips(seen, evening.rule, evening.ranks))


def _cases(observed: Observed) -> tuple[Counts, Counts]:
    """Return (C,) cases reported in the last 7 days and in the 7 before, wherever they were found."""
    by_day = observed.reported.sum(axis=2, dtype=np.int64)
    return by_day[-7:].sum(axis=0), by_day[-14:-7].sum(axis=0)


def _sums(parent: NDArray[np.int64], n: int) -> Any:
    def total(values: NDArray[Any]) -> NDArray[Any]:
        result = np.zeros(n, values.dtype)
        np.add.at(result, parent, values)
        return result

    return total


def _rank_of_most(rank: Counts, people: Floats, parent: NDArray[np.int64], n: int) -> Counts:
    """Return (n,) the strictest level that holds, itself or a stricter one, for most people of a district."""
    result = np.zeros(n, np.int64)
    for level in sorted(set(rank.tolist())):
        share = _sums(parent, n)(people * (rank >= level)) / np.maximum(_sums(parent, n)(people), 1.0)
        result[share >= MOST_PEOPLE] = level
    return result


def _against_mean(values: Floats) -> Floats:
    return np.asarray(values / max(float(values.mean()), 1e-12))


def _largest(chances: Floats) -> float:
    known = chances[~np.isnan(chances)]
    return float(known.max()) if len(known) else float("nan")


def chances_of(forecast: Mapping[str, Any] | None, codes: Sequence[str]) -> Floats:
    """Return (C,) the probability of any case within 7 days by commune; NaN where the forecast does not say."""
    if forecast is None:
        return np.full(len(codes), np.nan)
    known = {row["code"]: row.get("p_any_7d") for row in forecast["communes"]}
    return np.array([np.nan if known.get(code) is None else float(known[code]) for code in codes])
