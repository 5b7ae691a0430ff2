"""How the infection came in: who may have brought it, how many and when, as the pack says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.days import day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.joint.setting import Setting
from songhanh.province import firm_place


@dataclass(frozen=True, slots=True)
class Introduction:
    """A range of ways in which the infection may have come in: who, how many, when."""

    place_id: str
    people: NDArray[np.int32]  # candidates
    from_day: int
    until_day: int
    low: int
    high: int


def introductions(ground: Setting, as_of: date) -> list[Introduction]:
    """Read the introductions that were known on the as-of date.

    Raises
    ------
    SonghanhError
        If none is known, or a place does not exist.
    """
    pack = ground.pack
    rows = pack.tables["introductions"].filter(pl.col("known_on") <= as_of)
    if rows.is_empty():
        raise SonghanhError(
            Fault(
                code="introductions.none",
                message=f"No introduction of the infection was known by {as_of:%Y-%m-%d}.",
                remedy="Add a row to introductions.csv, or choose a later date.",
                file="introductions.csv",
            )
        )
    return [
        Introduction(
            place_id=row["place_id"],
            people=_people_of(ground, row["place_id"]),
            from_day=day_of(pack.outbreak_from, row["from_date"]),
            until_day=day_of(pack.outbreak_from, row["until_date"]),
            low=row["people_low"],
            high=row["people_high"],
        )
        for row in rows.iter_rows(named=True)
    ]


def _people_of(ground: Setting, place_id: str) -> NDArray[np.int32]:
    """Return the people of a commune, or the workers of a site or a named firm."""
    people, pack = ground.population, ground.pack
    communes = pack.communes["code"].to_list()
    if place_id in communes:
        commune = communes.index(place_id)
        return np.arange(people.commune_start[commune], people.commune_start[commune + 1], dtype=np.int32)
    sites = pack.sites["site_id"].to_list()
    if place_id in sites:
        return np.flatnonzero(people.work_cell // people.n_sectors == sites.index(place_id)).astype(np.int32)
    place = firm_place(pack, people, place_id)
    return people.place_members[people.place_start[place] : people.place_start[place + 1]]


def infections_from(
    sources: Sequence[Introduction], point: NDArray[np.float64], luck: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Turn two coordinates a source into infected people, their days, and where each belongs.

    Parameters
    ----------
    point
        (2 * sources,) how many (log-uniformly between the bounds) and when (uniformly), each from 0 to 1.
    luck
        Seed of who they are.
    """
    rows, origins = [], []
    for index, source in enumerate(sources):
        how_many, when = point[2 * index], point[2 * index + 1]
        count = min(round(float(source.low * (source.high / source.low) ** how_many)), len(source.people))
        # The same luck picks the same people first, whatever their number.
        order = np.random.default_rng([luck, index]).permutation(len(source.people))
        day = source.from_day + int(when * (source.until_day - source.from_day + 1))
        rows.append(np.stack([source.people[order[:count]], np.full(count, day)], axis=1))
        origins += [source.place_id] * count
    return np.concatenate(rows).astype(np.int64), tuple(origins)
