"""Small made-up populations for tests of the engine, built without a pack."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import Engine, EpidemicResult
from songhanh.epidemic import layout as at
from songhanh.province.hamlets import hamlets
from songhanh.province.population import FIRM_AT_SITE, OTHER_WORKPLACE, SCHOOL, Population

N_SECTORS = 2


def build(
    sizes: NDArray[np.int64],
    commune: NDArray[np.int64],
    boarding: NDArray[np.int64],
    age: NDArray[np.int64],
    places: list[tuple[NDArray[np.int64], int, int, int, int, int]],
    n_communes: int,
    n_sites: int,
    people_per_hamlet: float = 500.0,
) -> Population:
    """Assemble a population from households sorted by (commune, boarding house).

    ``places`` lists (members, kind, site, sector, commune, people of one line or class).
    """
    n = int(sizes.sum())
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    household = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    n_houses = int(boarding.max(initial=-1)) + 1
    lo, hi = np.full(n_houses, n, np.int32), np.zeros(n_houses, np.int32)
    lodge = boarding >= 0
    np.minimum.at(lo, boarding[lodge], start[:-1][lodge])
    np.maximum.at(hi, boarding[lodge], start[1:][lodge])
    place, rank = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    cell = np.full(n, -1, np.int16)
    members = np.concatenate([p[0] for p in places]).astype(np.int32) if places else np.zeros(0, np.int32)
    place_start = np.concatenate([[0], np.cumsum([len(p[0]) for p in places])]).astype(np.int32)
    for i, (who, kind, site, sector, _, _) in enumerate(places):
        place[who] = i
        rank[who] = np.arange(place_start[i], place_start[i + 1])
        if kind != SCHOOL:
            cell[who] = site * N_SECTORS + sector
    column = lambda k, t: np.array([p[k] for p in places], t)  # noqa: E731
    areas = hamlets(start, commune.astype(np.int16), boarding.astype(np.int32), n_communes, people_per_hamlet)
    households_to = np.searchsorted(commune, np.arange(n_communes + 1))
    return Population(
        household=household,
        age=age.astype(np.uint8),
        place=place,
        place_rank=rank,
        work_cell=cell,
        lodger=np.repeat(lodge, sizes).astype(np.uint8),
        household_start=start,
        household_commune=commune.astype(np.int16),
        household_boarding=boarding.astype(np.int32),
        household_hamlet=areas.of_household,
        boarding_start=lo,
        boarding_end=hi,
        commune_start=start[households_to].astype(np.int32),
        hamlet_start=areas.start,
        place_start=place_start,
        place_members=members,
        place_site=column(2, np.int16),
        place_sector=column(3, np.int8),
        place_commune=column(4, np.int16),
        place_kind=column(1, np.uint8),
        place_unit=column(5, np.int16),
        n_sites=n_sites,
        n_sectors=N_SECTORS,
    )


def homogeneous(n: int = 100_000, n_communes: int = 1) -> Population:
    """Return people who live alone and meet only the community."""
    commune = (np.arange(n) * n_communes) // n
    return build(np.ones(n, np.int64), commune, np.full(n, -1), np.full(n, 30), [], n_communes, 1)


def couples(n_households: int = 5000) -> Population:
    """Return households of two in one commune, without anything else."""
    zeros = np.zeros(n_households, np.int64)
    return build(zeros + 2, zeros, zeros - 1, np.full(2 * n_households, 40), [], 1, 1)


def province(
    n: int = 30_000, n_communes: int = 12, n_sites: int = 2, share_site: float = 0.15, seed: int = 0
) -> Population:
    """Return a small province: households, boarding houses, parks, schools, other workplaces.

    ``share_site`` of the people work in the parks; three in five of them are lodgers in the first communes.
    """
    r = np.random.default_rng(seed)
    n_lodgers = int(0.6 * share_site * n)
    sizes = r.choice(np.arange(1, 7), p=[0.08, 0.18, 0.24, 0.27, 0.15, 0.08], size=n // 3)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), n - n_lodgers) + 1]
    commune = r.integers(0, n_communes, len(sizes))
    rooms = r.choice([1, 2, 3, 4], p=[0.2, 0.45, 0.25, 0.1], size=n_lodgers)
    rooms = rooms[: np.searchsorted(np.cumsum(rooms), n_lodgers) + 1]
    house = np.arange(len(rooms)) // 12
    hosts = max(1, n_communes // 4)
    room_commune = house % hosts
    all_sizes = np.concatenate([sizes, rooms])
    all_commune = np.concatenate([commune, room_commune])
    boarding = np.concatenate([np.full(len(sizes), -1), house])
    order = np.lexsort((boarding, all_commune))
    all_sizes, all_commune, boarding = all_sizes[order], all_commune[order], boarding[order]
    people = int(all_sizes.sum())
    is_lodger = np.repeat(boarding >= 0, all_sizes)
    age = r.integers(0, 85, people)
    age[is_lodger] = 18 + age[is_lodger] % 25
    home = np.repeat(all_commune, all_sizes)
    places = _places(r, age, is_lodger, home, int(share_site * n), n_communes, n_sites, max(50, n // 300))
    return build(all_sizes, all_commune, boarding, age, places, n_communes, n_sites)


def _places(
    r: np.random.Generator,
    age: NDArray[np.int64],
    is_lodger: NDArray[np.bool_],
    home: NDArray[np.int64],
    n_site: int,
    n_communes: int,
    n_sites: int,
    firm: int,
) -> list[tuple[NDArray[np.int64], int, int, int, int, int]]:
    places: list[tuple[NDArray[np.int64], int, int, int, int, int]] = []
    residents = np.flatnonzero((age >= 18) & (age < 45) & ~is_lodger)
    n_resident = min(len(residents), max(0, n_site - int(is_lodger.sum())))
    at_sites = np.concatenate([np.flatnonzero(is_lodger), r.choice(residents, n_resident, replace=False)])
    free = np.ones(len(age), bool)
    free[at_sites] = False
    for site, workers in enumerate(np.array_split(r.permutation(at_sites), n_sites)):
        for k in range(0, len(workers), firm):
            places.append(
                (workers[k : k + firm], FIRM_AT_SITE, site, site % N_SECTORS, site % n_communes, 30)
            )
    for c in range(n_communes):
        pupils = np.flatnonzero((age >= 5) & (age < 18) & (home == c))
        for k in range(0, len(pupils), 400):
            places.append((pupils[k : k + 400], SCHOOL, n_sites, -1, c, 35))
        workers = r.permutation(np.flatnonzero((age >= 18) & (age < 62) & free & (home == c)))
        workers = workers[: int(0.7 * len(workers))]
        for k in range(0, len(workers), 9):
            where = c if k % 5 else int(r.integers(0, n_communes))
            places.append((workers[k : k + 9], OTHER_WORKPLACE, n_sites, 1, where, 30))
    return places


def aged(n_households: int = 30_000, shares: tuple[tuple[float, ...], ...] | None = None) -> Population:
    """Return people of all ages who live alone, one commune for each row of shares by age group."""
    shares = shares or ((0.16, 0.15, 0.17, 0.17, 0.13, 0.1, 0.07, 0.03, 0.02),)
    per_commune = n_households // len(shares)
    r = np.random.default_rng(1)
    groups = np.concatenate([r.choice(9, p=row, size=per_commune) for row in shares])
    commune = np.repeat(np.arange(len(shares)), per_commune)
    ones = np.ones(len(groups), np.int64)
    return build(ones, commune, -ones, 10 * groups + 5, [], len(shares), 1)


def demand_exact_counts(engine: Engine, people: Population, result: EpidemicResult, day: int) -> None:
    """Count the people anew on the last day of a run: the running counts of the engine must be the same."""

    def has(bit: np.uint64) -> NDArray[np.bool_]:
        return (engine._state.words & bit) != 0

    def works_in(who: NDArray[np.bool_]) -> NDArray[np.int64]:
        cells = people.work_cell[who & (people.work_cell >= 0)]
        return np.bincount(cells, minlength=people.n_cells)

    sealed = engine._state.sealed[people.household_hamlet[people.household]] != 0
    isolated, quarantined, gone = (has(bit) for bit in (at.ISOLATED, at.QUARANTINED, at.GONE))
    shut = (people.place >= 0) & (engine._state.place_closed[people.place] > 0)
    left = ~sealed
    for reason, column in (
        (has(at.DEAD), at.AWAY_DEAD),
        (isolated, at.AWAY_ISOLATED),
        (quarantined, at.AWAY_QUARANTINED),
        (gone, at.AWAY_GONE),
        (shut, at.AWAY_FIRM),
    ):
        np.testing.assert_array_equal(result.absent[day, :, column], works_in(left & reason))
        left &= ~reason
    np.testing.assert_array_equal(result.locked[day], works_in(sealed))
    assert result.sealed[day] == sealed.sum()
    assert result.hospital[day] == isolated.sum()
    assert result.quarantined[day] == quarantined.sum()
    assert result.in_places[day] == has(at.CENTRAL).sum()
    assert result.gone[day] == gone.sum()
