"""Draws of what is not known, before any count has been looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from songhanh.core.parameters import Parameter, ParameterTable
from songhanh.core.rng import derived_seed
from songhanh.economy import table as economy_table
from songhanh.epidemic import parameter_table as epidemic_table
from songhanh.joint.introductions import Introduction, infections_from, introductions
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.measures import drawn_apart
from songhanh.measures import parameters as effects_table


@dataclass(frozen=True, slots=True)
class Tables:
    """The parameter tables that worlds differ in."""

    epidemic: ParameterTable
    effects: ParameterTable
    economy: ParameterTable


def tables() -> Tables:
    """Return the tables of the three rooms that worlds differ in."""
    return Tables(epidemic_table(), effects_table(), economy_table())


@dataclass(frozen=True)
class Prior:
    """What is not known on an evening: a point of the unit cube and a luck are one world.

    Attributes
    ----------
    varied
        Room and row of every parameter whose low and high differ, in the order of a point's coordinates.
    sources
        Introductions: the number of people is drawn log-uniformly, the day uniformly (two coordinates each).
    apart
        Effects of single kinds of measures, drawn by their names (`songhanh.measures.drawn_apart`).
    """

    varied: tuple[tuple[str, Parameter], ...]
    sources: tuple[Introduction, ...]
    apart: tuple[Parameter, ...] = ()

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Return which coordinates the past says (next to) nothing about.

        The economy, the effects of measures that had hardly been ordered, vaccines that nobody had had and infections
        that nobody had twice: worlds draw them anew, so that the few histories that agree with the bulletins do not
        seem to know them.
        """
        told, not_yet = ("detection_", "trace_"), ("vaccine_", "natural_")
        silent = [
            room == "economy"
            or (room == "effects" and not row.name.startswith(told))
            or (room == "epidemic" and row.name.startswith(not_yet))
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
        for row in self.apart:
            values["effects"][row.name] = row.quantile(
                float(derived_seed("apart", luck, number, row.name)) / 2.0**64
            )
        imports, origins = infections_from(self.sources, point[len(self.varied) :], luck)
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
    alone = drawn_apart()
    varied = tuple((room, row) for room, table in rooms for row in table if row.is_varied)
    return Prior(
        varied=tuple((room, row) for room, row in varied if room != "effects" or row.name not in alone),
        sources=tuple(introductions(setting(pack_ref), as_of)),
        apart=tuple(row for room, row in varied if room == "effects" and row.name in alone),
    )
