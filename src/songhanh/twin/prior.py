"""Draws of what is not known, before any count has been looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import qmc

from songhanh.core.days import day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.parameters import ParameterTable
from songhanh.core.rng import derived_seed
from songhanh.economy import table as economy_table
from songhanh.epidemic import parameter_table as epidemic_table
from songhanh.joint.setting import Setting
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


def introductions(setting: Setting, as_of: date) -> list[Introduction]:
    """Read the introductions that were known on the as-of date.

    Raises
    ------
    SonghanhError
        If none is known, or a place does not exist.
    """
    pack = setting.pack
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
            people=_people_of(setting, row["place_id"]),
            from_day=day_of(pack.outbreak_from, row["from_date"]),
            until_day=day_of(pack.outbreak_from, row["until_date"]),
            low=row["people_low"],
            high=row["people_high"],
        )
        for row in rows.iter_rows(named=True)
    ]


def _people_of(setting: Setting, place_id: str) -> NDArray[np.int32]:
    """Return the people of a commune, or the workers of a site or a named firm."""
    people, pack = setting.population, setting.pack
    communes = pack.communes["code"].to_list()
    if place_id in communes:
        commune = communes.index(place_id)
        return np.arange(people.commune_start[commune], people.commune_start[commune + 1], dtype=np.int32)
    sites = pack.sites["site_id"].to_list()
    if place_id in sites:
        return np.flatnonzero(people.work_cell // people.n_sectors == sites.index(place_id)).astype(np.int32)
    place = firm_place(pack, people, place_id)
    return people.place_members[people.place_start[place] : people.place_start[place + 1]]


def draw(
    tables: Tables, sources: list[Introduction], n_worlds: int, seed: int, first: int = 0
) -> list[World]:
    """Draw worlds from the ranges of the parameter tables and of the introductions.

    A scrambled Sobol sequence (Owen 1998) spreads the draws evenly, so that fewer are needed.

    Parameters
    ----------
    tables
        Parameters; those whose low and high differ are drawn.
    sources
        Introductions; the number of people is drawn log-uniformly, the day uniformly.
    n_worlds
        How many worlds.
    seed
        Seed of the whole set.
    first
        How many worlds of the same sequence came before: the next batch goes on from there.
    """
    varied = [
        (room, row)
        for room, table in (("epidemic", tables.epidemic), ("effects", tables.effects), ("economy", tables.economy))
        for row in table
        if row.is_varied
    ]
    sobol = qmc.Sobol(len(varied) + 2 * len(sources), rng=np.random.default_rng(int(derived_seed("prior", seed) >> np.uint64(1))))
    if first:
        sobol.fast_forward(first)
    points = sobol.random(n_worlds)
    worlds = []
    for offset, point in enumerate(points):
        number = first + offset
        values: dict[str, dict[str, float]] = {"epidemic": {}, "effects": {}, "economy": {}}
        for (room, row), u in zip(varied, point, strict=False):
            values[room][row.name] = row.quantile(float(u))
        luck = int(derived_seed("luck", seed, number))
        worlds.append(
            World(
                number=number,
                luck=luck,
                future_luck=luck,
                epidemic=values["epidemic"],
                effects=values["effects"],
                economy=values["economy"],
                imports=_imports(sources, point[len(varied) :], luck),
            )
        )
    return worlds


def _imports(sources: list[Introduction], point: NDArray[np.float64], luck: int) -> NDArray[np.int64]:
    """Turn two uniform draws a source into infected people and their days."""
    random = np.random.default_rng(luck)
    rows = []
    for index, source in enumerate(sources):
        how_many, when = point[2 * index], point[2 * index + 1]
        count = round(float(source.low * (source.high / source.low) ** how_many))
        chosen = random.choice(source.people, size=min(count, len(source.people)), replace=False)
        day = source.from_day + int(when * (source.until_day - source.from_day + 1))
        rows.append(np.stack([chosen, np.full(len(chosen), day)], axis=1))
    return np.concatenate(rows).astype(np.int64)
