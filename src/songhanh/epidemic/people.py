"""The population as kernels read it: one row of eight numbers a person, one a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import layout as at
from songhanh.province.population import Population

_OLDEST_GROUP = 8


@dataclass(frozen=True, eq=False)
class Packed:
    """A population packed for kernels; read-only and shared by the replicates of a process.

    Attributes
    ----------
    people
        (N, 8) int32, columns of `layout`.
    places
        (P, 8) int32, columns of `layout`.
    members
        (M,) people of places.
    boardings
        (B, 2) first person of a boarding house, and the one after its last.
    commune_start
        (C + 1,) people.
    residents
        (C, cells) workers by commune of residence and work cell.
    site_workers
        (S + 1,) workers by site of the job.
    household_sizes
        (64,) households by size, the last for all larger ones.
    """

    people: NDArray[np.int32]
    places: NDArray[np.int32]
    members: NDArray[np.int32]
    boardings: NDArray[np.int32]
    commune_start: NDArray[np.int32]
    residents: NDArray[np.int32]
    site_workers: NDArray[np.int64]
    household_sizes: NDArray[np.int64]


def pack(population: Population) -> Packed:
    """Gather what kernels read of a person, and of a place, into one cache line each."""
    size = np.diff(population.household_start)
    household = population.household
    people = np.empty((population.n_people, at.N_PERSON_COLUMNS), np.int32)
    people[:, at.HOME_START] = np.repeat(population.household_start[:-1], size)
    people[:, at.HOME_END] = np.repeat(population.household_start[1:], size)
    people[:, at.BOARDING] = np.repeat(population.household_boarding, size)
    people[:, at.COMMUNE] = np.repeat(population.household_commune, size)
    people[:, at.PLACE] = population.place
    people[:, at.RANK] = population.place_rank
    people[:, at.CELL] = population.work_cell
    people[:, at.AGE_GROUP] = np.minimum(population.age // 10, _OLDEST_GROUP)
    if len(household) and household[-1] != len(size) - 1:
        raise ValueError("people must be sorted by household")
    return Packed(
        people=people,
        places=_places(population),
        members=np.ascontiguousarray(population.place_members, np.int32),
        boardings=np.stack([population.boarding_start, population.boarding_end], axis=1).astype(np.int32),
        commune_start=np.ascontiguousarray(population.commune_start, np.int32),
        residents=_residents(population, people[:, at.COMMUNE]),
        site_workers=_site_workers(population),
        household_sizes=np.bincount(np.minimum(size, 63), minlength=64).astype(np.int64),
    )


def _places(population: Population) -> NDArray[np.int32]:
    places = np.zeros((population.n_places, at.N_PLACE_COLUMNS), np.int32)
    places[:, at.START] = population.place_start[:-1]
    places[:, at.END] = population.place_start[1:]
    places[:, at.SITE] = population.place_site
    places[:, at.UNIT] = np.maximum(population.place_unit, 1)
    places[:, at.KIND] = population.place_kind
    places[:, at.PLACE_COMMUNE] = population.place_commune
    return places


def _residents(population: Population, commune: NDArray[np.int32]) -> NDArray[np.int32]:
    cells = population.n_cells
    cell = population.work_cell.astype(np.int64)
    works = cell >= 0
    index = commune[works].astype(np.int64) * cells + cell[works]
    counts = np.bincount(index, minlength=population.n_communes * cells)
    return counts.reshape(population.n_communes, cells).astype(np.int32)


def _site_workers(population: Population) -> NDArray[np.int64]:
    cell = population.work_cell.astype(np.int64)
    sites = cell[cell >= 0] // population.n_sectors
    return np.bincount(sites, minlength=population.n_sites + 1).astype(np.int64)
