"""Draws of what is not known, before any count has been looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import qmc

from songhanh.core.days import day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.parameters import Parameter, ParameterTable
from songhanh.core.rng import derived_seed
from songhanh.economy import table as economy_table
from songhanh.epidemic import parameter_table as epidemic_table
from songhanh.joint.setting import Setting, setting
from songhanh.joint.world import World
from songhanh.measures import parameters as effects_table
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


@dataclass(frozen=True, slots=True)
class Tables:
    """The parameter tables that worlds differ in."""

    epidemic: ParameterTable
    effects: ParameterTable
    economy: ParameterTable


def tables() -> Tables:
    """Return the tables of the three rooms that worlds differ in."""
    return Tables(epidemic_table(), effects_table(), economy_table())


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


@dataclass(frozen=True)
class Prior:
    """What is not known on an evening: a point of the unit cube and a luck are one world.

    Attributes
    ----------
    varied
        Room and row of every parameter whose low and high differ, in the order of a point's coordinates.
    sources
        Introductions: the number of people is drawn log-uniformly, the day uniformly (two coordinates each).
    """

    varied: tuple[tuple[str, Parameter], ...]
    sources: tuple[Introduction, ...]

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Return which coordinates the past says (next to) nothing about.

        The economy, and the effects of measures that had hardly been ordered: worlds draw them anew, so that
        the few histories that agree with the bulletins do not seem to know them.
        """
        told = ("detection_", "trace_")
        silent = [
            room == "economy" or (room == "effects" and not row.name.startswith(told))
            for room, row in self.varied
        ]
        return np.array(silent + [False] * (2 * len(self.sources)))

    @property
    def dimension(self) -> int:
        """Return the number of coordinates of a point."""
        return len(self.varied) + 2 * len(self.sources)

    def points(self, n: int, seed: int) -> NDArray[np.float64]:
        """Return (n, dimension) points of a scrambled Sobol sequence (Owen 1998), which spread evenly."""
        random = np.random.default_rng(int(derived_seed("prior", seed)))
        # A power of two, of which the first n are taken: the sequence is balanced only there, and scipy warns.
        return np.asarray(qmc.Sobol(self.dimension, rng=random).random_base2((n - 1).bit_length())[:n])

    def world(self, point: NDArray[np.float64], luck: int, number: int) -> World:
        """Return the world at a point, with a luck."""
        values: dict[str, dict[str, float]] = {"epidemic": {}, "effects": {}, "economy": {}}
        for (room, row), u in zip(self.varied, point, strict=False):
            values[room][row.name] = row.quantile(float(u))
        imports, origins = self._imports(point[len(self.varied) :], luck)
        return World(
            number=number,
            luck=luck,
            future_luck=luck,
            epidemic=values["epidemic"],
            effects=values["effects"],
            economy=values["economy"],
            imports=imports,
            origins=origins,
        )

    def _imports(self, point: NDArray[np.float64], luck: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Turn two coordinates a source into infected people, their days, and where each belongs."""
        rows, origins = [], []
        for index, source in enumerate(self.sources):
            how_many, when = point[2 * index], point[2 * index + 1]
            count = min(round(float(source.low * (source.high / source.low) ** how_many)), len(source.people))
            # The same luck picks the same people first, whatever their number.
            order = np.random.default_rng([luck, index]).permutation(len(source.people))
            day = source.from_day + int(when * (source.until_day - source.from_day + 1))
            rows.append(np.stack([source.people[order[:count]], np.full(count, day)], axis=1))
            origins += [source.place_id] * count
        return np.concatenate(rows).astype(np.int64), tuple(origins)


@lru_cache(maxsize=4)
def prior(pack_ref: str, as_of: date) -> Prior:
    """Return what is not known of a province on an evening; kept for the life of the process.

    Raises
    ------
    SonghanhError
        If the pack is at fault or no introduction is known.
    """
    groups = tables()
    rooms = (("epidemic", groups.epidemic), ("effects", groups.effects), ("economy", groups.economy))
    varied = tuple((room, row) for room, table in rooms for row in table if row.is_varied)
    return Prior(varied, tuple(introductions(setting(pack_ref), as_of)))
