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
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.introductions import Introduction, infections_from, introductions
from songhanh.joint.setting import setting
from songhanh.joint.world import BEHAVIOUR, PLACES, UNSEEN, World
from songhanh.measures import drawn_apart
from songhanh.measures import parameters as effects_table
from songhanh.twin.table import table


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
    structures
        Structures of the model, equally likely beforehand; with more than one the last coordinate says which.
    apart
        Effects of single kinds of measures, drawn by their names (`songhanh.measures.drawn_apart`).
    """

    varied: tuple[tuple[str, Parameter], ...]
    sources: tuple[Introduction, ...]
    structures: tuple[str, ...] = (PLACES,)
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
        return np.array(silent + [False] * (self.dimension - len(silent)))

    @property
    def dimension(self) -> int:
        """Return the number of coordinates of a point."""
        return len(self.varied) + 2 * len(self.sources) + (len(self.structures) > 1)

    def structure(self, point: NDArray[np.float64]) -> str:
        """Return the structure at a point."""
        if len(self.structures) == 1:
            return self.structures[0]
        return self.structures[min(int(point[-1] * len(self.structures)), len(self.structures) - 1)]

    def points(self, n: int, seed: int) -> NDArray[np.float64]:
        """Return (n, dimension) points of a scrambled Sobol sequence (Owen 1998), which spread evenly."""
        random = np.random.default_rng(int(derived_seed("prior", seed)))
        # A power of two, of which the first n are taken: the sequence is balanced only there, and scipy warns.
        return np.asarray(qmc.Sobol(self.dimension, rng=random).random_base2((n - 1).bit_length())[:n])

    def world(self, point: NDArray[np.float64], luck: int, number: int) -> World:
        """Return the world at a point, with a luck."""
        values: dict[str, dict[str, float]] = {"epidemic": {}, "effects": {}, "economy": {}, "joint": {}}
        for (room, row), u in zip(self.varied, point, strict=False):
            values[room][row.name] = row.quantile(float(u))
        for row in self.apart:
            values["effects"][row.name] = row.quantile(
                float(derived_seed("apart", luck, number, row.name)) / 2.0**64
            )
        structure = self.structure(point)
        if structure == UNSEEN:
            _less_seen(values["epidemic"], values["effects"])
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
            structure=structure,
            joint=values["joint"],
        )


def _less_seen(epidemic: dict[str, float], effects: dict[str, float]) -> None:
    """Let fewer people infect more others each, and fewer of those who fall ill come forward: chains go on unseen."""
    values = table().defaults()
    epidemic["dispersion"] *= values["unseen_dispersion"]
    for name in effects:
        if name.startswith("detection_"):
            effects[name] *= values["unseen_detection"]


@lru_cache(maxsize=4)
def prior(pack_ref: str, as_of: date, structures: tuple[str, ...] = (PLACES,)) -> Prior:
    """Return what is not known of a province on an evening; kept for the life of the process.

    Parameters
    ----------
    structures
        Structures of the model that worlds may follow.

    Raises
    ------
    SonghanhError
        If the pack is at fault or no introduction is known.
    """
    groups = tables()
    rooms: tuple[tuple[str, ParameterTable], ...] = (
        ("epidemic", groups.epidemic),
        ("effects", groups.effects),
        ("economy", groups.economy),
    )
    if BEHAVIOUR in structures:
        rooms = (*rooms, ("joint", joint_table()))
    alone = drawn_apart()
    varied = tuple((room, row) for room, rows in rooms for row in rows if row.is_varied)
    return Prior(
        varied=tuple((room, row) for room, row in varied if room != "effects" or row.name not in alone),
        sources=tuple(introductions(setting(pack_ref), as_of)),
        structures=structures,
        apart=tuple(row for room, row in varied if room == "effects" and row.name in alone),
    )
