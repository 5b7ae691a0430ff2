"""What all replicates of a province share: its pack, people, economy and who works where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from songhanh.economy import EconomyModel
from songhanh.economy import build as build_economy
from songhanh.joint.earners import Earners, earners_of
from songhanh.province import Pack, Population, load, population, residence_of_workers


@dataclass(frozen=True)
class Setting:
    """A province made ready to run: read-only, shared by replicates.

    Attributes
    ----------
    residents
        (C, S + 1, J) workers by commune of residence, site and sector of the job.
    workers
        (S + 1, J) workers by site and sector.
    people
        (C,) people by commune, lodgers included.
    essential
        (J,) sectors that stay open under Directive 16.
    earners
        Households by the workplaces they live on.
    """

    pack: Pack
    population: Population
    economy: EconomyModel
    residents: NDArray[np.float64]
    workers: NDArray[np.float64]
    people: NDArray[np.int64]
    essential: NDArray[np.bool_]
    earners: Earners


@lru_cache(maxsize=2)
def setting(pack_ref: str) -> Setting:
    """Load a pack, its people and its economy; kept for the life of the process.

    Raises
    ------
    SonghanhError
        If the pack is missing or malformed.
    """
    pack = load(pack_ref)
    people = population(pack)
    shape = (people.n_communes, people.n_sites + 1, people.n_sectors)
    residents = residence_of_workers(people).reshape(shape).astype(np.float64)
    return Setting(
        pack=pack,
        population=people,
        economy=build_economy(pack),
        residents=residents,
        workers=residents.sum(axis=0),
        people=np.diff(people.commune_start).astype(np.int64),
        essential=pack.sectors["essential"].to_numpy().astype(np.bool_),
        earners=earners_of(people),
    )
