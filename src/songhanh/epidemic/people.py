"""The population as kernels read it: one row of eight numbers a person, and lists of who can be met where."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import bare_kernel, kernel
from songhanh.core.parameters import ParameterTable, read_table
from songhanh.core.rng import Purpose, address
from songhanh.epidemic import layout as at
from songhanh.province.population import FIRM_AT_SITE, Population

Ints = NDArray[np.int32]
_LODGE = int(Purpose.LODGE)
_OLDEST_GROUP = at.N_AGES - 1


@lru_cache(maxsize=1)
def table() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.epidemic") / "parameters.csv")


class Packed(NamedTuple):
    """A population packed for kernels; read-only and shared by the replicates of a process.

    N people, C communes, H hamlets, P places, M members of places, S sites, K work cells.

    Attributes
    ----------
    people, places, hamlets
        (N, 8), (P, 8) and (H, 8) int32, columns of `layout`.
    members
        (M,) people of places.
    boardings
        (B, 2) first person of a boarding house, and the one after its last.
    commune_start, hamlet_start
        (C + 1,) people, and hamlets, of communes.
    by_age, age_start
        (N,) people by (commune, age group, hamlet), and (9 * H + 1,) where each of these begins: see `age_bin`.
    riders, bus_start, bus_of
        People on buses to the sites, (buses + 1,) where each bus begins, and (M,) the bus of a member (-1 none).
    lodgers, lodger_start
        Migrant lodgers in the order in which they would leave, and (C + 1,) where each commune begins.
    workers, worker_start
        (W, 3) person, work cell and place of everybody with a job, by hamlet, and (H + 1,) where each begins.
    group_sizes
        (C, 9) people by commune and age group.
    site_workers
        (S + 1,) workers by site of the job.
    household_sizes
        (64,) households by size, the last for all larger ones.
    sizes
        (2,) sites, and sectors.
    """

    people: Ints
    places: Ints
    hamlets: Ints
    members: Ints
    boardings: Ints
    commune_start: Ints
    hamlet_start: Ints
    by_age: Ints
    age_start: Ints
    riders: Ints
    bus_start: Ints
    bus_of: Ints
    lodgers: Ints
    lodger_start: Ints
    workers: Ints
    worker_start: Ints
    group_sizes: Ints
    site_workers: NDArray[np.int64]
    household_sizes: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @property
    def n_people(self) -> int:
        """Return N."""
        return len(self.people)

    @property
    def n_communes(self) -> int:
        """Return C."""
        return len(self.commune_start) - 1

    @property
    def n_sites(self) -> int:
        """Return S."""
        return int(self.sizes[0])

    @property
    def n_cells(self) -> int:
        """Return K = (S + 1) * J."""
        return int((self.sizes[0] + 1) * self.sizes[1])


def aligned(*shape: int) -> Ints:
    """Return zeros whose rows of eight or sixteen numbers each lie in one cache line."""
    size = int(np.prod(shape))
    memory = np.zeros(size + 16, np.int32)
    skip = (-memory.ctypes.data % 64) // 4
    return memory[skip : skip + size].reshape(shape)


def pack(population: Population) -> Packed:
    """Gather what kernels read of a person, and of a place, into one cache line each.

    Raises
    ------
    ValueError
        If people are not sorted by household.
    """
    n, size = population.n_people, np.diff(population.household_start)
    if len(population.household) and population.household[-1] != len(size) - 1:
        raise ValueError("people must be sorted by household")
    people = aligned(n, at.N_PERSON_COLUMNS)
    _fill_people(
        population.household_start,
        population.household_commune,
        population.household_boarding,
        population.household_hamlet,
        population.age,
        population.place,
        population.place_rank,
        population.work_cell,
        population.lodger,
        people,
    )
    places = _places(population)
    riders, bus_start, bus_of = _buses(population, people, places)
    lodgers, lodger_start = _lodgers(population, people)
    return complete(
        people=people,
        places=places,
        hamlets=_hamlets(population),
        members=np.ascontiguousarray(population.place_members, np.int32),
        boardings=np.stack([population.boarding_start, population.boarding_end], axis=1).astype(np.int32),
        commune_start=np.ascontiguousarray(population.commune_start, np.int32),
        hamlet_start=np.ascontiguousarray(population.hamlet_start, np.int32),
        riders=riders,
        bus_start=bus_start,
        bus_of=bus_of,
        lodgers=lodgers,
        lodger_start=lodger_start,
        household_sizes=np.bincount(np.minimum(size, 63), minlength=64).astype(np.int64),
        sizes=np.array([population.n_sites, population.n_sectors], np.int64),
    )


def complete(
    people: Ints, hamlet_start: Ints, sizes: NDArray[np.int64], **others: NDArray[np.integer[Any]]
) -> Packed:
    """Add what follows from the rows of people: the lists by age and of workers, and the sizes of groups."""
    by_age, age_start = _sort_by_age(people, hamlet_start)
    workers, worker_start = _workers(people, hamlet_start[-1])
    return Packed(
        **others,  # type: ignore[arg-type]
        people=people,
        hamlet_start=hamlet_start,
        sizes=sizes,
        by_age=by_age,
        age_start=age_start,
        workers=workers,
        worker_start=worker_start,
        group_sizes=_group_sizes(age_start, hamlet_start),
        site_workers=_site_workers(workers, sizes[0], sizes[1]),
    )


@kernel
def _fill_people(
    household_start: Ints,
    household_commune: NDArray[np.int16],
    household_boarding: Ints,
    household_hamlet: Ints,
    age: NDArray[np.uint8],
    place: Ints,
    rank: Ints,
    cell: NDArray[np.int16],
    lodger: NDArray[np.uint8],
    people: Ints,
) -> None:
    """Fill the rows of people."""
    for h in range(household_start.shape[0] - 1):
        lo, hi = household_start[h], household_start[h + 1]
        for i in range(lo, hi):
            group = min(age[i] // 10, 8)
            people[i, 0] = lo
            people[i, 1] = household_boarding[h]
            people[i, 2] = household_commune[h]
            people[i, 3] = household_hamlet[h]
            people[i, 4] = place[i]
            people[i, 5] = rank[i]
            people[i, 6] = cell[i]
            people[i, 7] = group | (16 if lodger[i] else 0) | ((hi - lo) << 8)


@kernel
def _sort_by_age(people: Ints, hamlet_start: Ints) -> tuple[Ints, Ints]:
    """Sort people by (commune, age group, hamlet), by counting."""
    age_start = np.zeros(9 * hamlet_start[-1] + 1, np.int32)
    by_age = np.empty(people.shape[0], np.int32)
    for i in range(people.shape[0]):
        age_start[age_bin(people[i, 2], people[i, 3], people[i, 7] & 15, hamlet_start) + 1] += 1
    for k in range(1, age_start.shape[0]):
        age_start[k] += age_start[k - 1]
    filled = age_start[:-1].copy()
    for i in range(people.shape[0]):
        k = age_bin(people[i, 2], people[i, 3], people[i, 7] & 15, hamlet_start)
        by_age[filled[k]] = i
        filled[k] += 1
    return by_age, age_start


@bare_kernel
def age_bin(commune: int, hamlet: int, age: int, hamlet_start: Ints) -> int:
    """Return where the people of an age group of a hamlet stand in `Packed.age_start`.

    The hamlets of a commune follow each other within an age group, so that a commune's age group is a range too.
    """
    first = hamlet_start[commune]
    number = hamlet_start[commune + 1] - first
    return int(9 * first + age * number + hamlet - first)


@kernel
def _workers(people: Ints, n_hamlets: int) -> tuple[Ints, Ints]:
    """Sort everybody with a job by hamlet, by counting."""
    start = np.zeros(n_hamlets + 1, np.int32)
    for i in range(people.shape[0]):
        if people[i, 6] >= 0:
            start[people[i, 3] + 1] += 1
    for h in range(n_hamlets):
        start[h + 1] += start[h]
    filled = start.copy()
    workers = np.empty((start[n_hamlets], 3), np.int32)
    for i in range(people.shape[0]):
        if people[i, 6] >= 0:
            h = people[i, 3]
            workers[filled[h], 0] = i
            workers[filled[h], 1] = people[i, 6]
            workers[filled[h], 2] = people[i, 4]
            filled[h] += 1
    return workers, start


@kernel
def _site_workers(workers: Ints, n_sites: int, n_sectors: int) -> NDArray[np.int64]:
    """Count workers by site; without arrays as long as the people are many."""
    sites = np.zeros(n_sites + 1, np.int64)
    for j in range(workers.shape[0]):
        sites[workers[j, 1] // n_sectors] += 1
    return sites


@kernel
def _group_sizes(age_start: Ints, hamlet_start: Ints) -> Ints:
    sizes = np.zeros((hamlet_start.shape[0] - 1, 9), np.int32)
    for c in range(sizes.shape[0]):
        first, number = hamlet_start[c], hamlet_start[c + 1] - hamlet_start[c]
        for a in range(9):
            k = age_bin(c, first, a, hamlet_start)
            sizes[c, a] = age_start[k + number] - age_start[k]
    return sizes


def _places(population: Population) -> Ints:
    places = aligned(population.n_places, at.N_PLACE_COLUMNS)
    places[:, at.START] = population.place_start[:-1]
    places[:, at.END] = population.place_start[1:]
    places[:, at.SITE] = population.place_site
    places[:, at.UNIT] = np.maximum(population.place_unit, 1)
    places[:, at.KIND] = population.place_kind
    places[:, at.PLACE_COMMUNE] = population.place_commune
    sector = population.place_sector.astype(np.int32)
    cell = population.place_site.astype(np.int32) * population.n_sectors + sector
    places[:, at.PLACE_CELL] = np.where(sector >= 0, cell, -1)
    return places


def _hamlets(population: Population) -> Ints:
    number = population.n_hamlets
    hamlets = np.zeros((number, at.N_HAMLET_COLUMNS), np.int32)
    hamlets[:, at.IN_COMMUNE] = np.repeat(np.arange(population.n_communes), np.diff(population.hamlet_start))
    lodging = population.household_boarding >= 0
    for part, lo, hi in ((~lodging, at.HOMES_FROM, at.HOMES_TO), (lodging, at.ROOMS_FROM, at.ROOMS_TO)):
        rows = np.flatnonzero(part)
        first = np.searchsorted(population.household_hamlet[rows], np.arange(number + 1))
        has = np.diff(first) > 0
        hamlets[has, lo] = population.household_start[rows[first[:-1][has]]]
        hamlets[has, hi] = population.household_start[rows[first[1:][has] - 1] + 1]
    return hamlets


def _buses(population: Population, people: Ints, places: Ints) -> tuple[Ints, Ints, Ints]:
    """Put the workers of sites who live in another commune on buses, neighbours together."""
    seats = int(table()["shuttle_seats"].default)
    bus_of = np.full(len(population.place_members), -1, np.int32)
    to_site = np.flatnonzero(places[:, at.KIND] == FIRM_AT_SITE)
    sizes = places[to_site, at.END] - places[to_site, at.START]
    if not sizes.sum():
        return np.zeros(0, np.int32), np.zeros(1, np.int32), bus_of
    ranks = np.concatenate([np.arange(places[p, at.START], places[p, at.END]) for p in to_site])
    place = np.repeat(to_site, sizes)
    who = population.place_members[ranks]
    commune = people[who, at.COMMUNE]
    rides = commune != places[place, at.PLACE_COMMUNE]
    ranks, who, commune, site = ranks[rides], who[rides], commune[rides], places[place[rides], at.SITE]
    order = np.lexsort((who, commune, site))
    ranks, who = ranks[order], who[order]
    group = site[order].astype(np.int64) * population.n_communes + commune[order]
    first = np.concatenate([[True], group[1:] != group[:-1]]) if len(group) else np.zeros(0, bool)
    in_group = np.arange(len(group)) - np.maximum.accumulate(np.where(first, np.arange(len(group)), 0))
    is_new = in_group % seats == 0
    bus_of[ranks] = np.cumsum(is_new) - 1
    return who.astype(np.int32), np.append(np.flatnonzero(is_new), len(group)).astype(np.int32), bus_of


def _lodgers(population: Population, people: Ints) -> tuple[Ints, Ints]:
    """Return the lodgers of each commune in an order of their own, the same in every world."""
    who = np.flatnonzero(population.lodger)
    luck = _luck(who.astype(np.int64))
    commune = people[who, at.COMMUNE]
    order = np.lexsort((luck, commune))
    start = np.searchsorted(commune[order], np.arange(population.n_communes + 1))
    return who[order].astype(np.int32), start.astype(np.int32)


@kernel
def _luck(who: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return a fixed random number for each person."""
    luck = np.empty(who.shape[0], np.uint64)
    for j in range(who.shape[0]):
        luck[j] = address(np.uint64(0), who[j], 1, _LODGE)
    return luck
