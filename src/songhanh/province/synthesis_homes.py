"""Synthetic homes: households and rented rooms with people of fitting ages, in each commune."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.rng import derived_seed
from songhanh.province.dealing import apportion, match_by_rank, order_within, rank_within, spread
from songhanh.province.pack import Pack

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ADULT = 18
OLDEST = 100
MOST_EXTRA = 2  # people that "seven and more" may mean beyond seven, on average
PARENT_AGE = 36.0  # parents are taken from the ages around this


@dataclass(frozen=True)
class Homes:
    """Households and rooms, people sorted by (commune, boarding house, household)."""

    commune: Ints  # (N,)
    age: Ints  # (N,)
    household: Ints  # (N,)
    household_commune: Ints  # (H,)
    household_boarding: Ints  # (H,) -1 none
    household_site: Ints  # (H,) site where the lodgers of a room work, -1 a resident household

    @property
    def site(self) -> Ints:
        """Return (N,) the site of lodgers, -1 for residents."""
        return self.household_site[self.household]


@dataclass(frozen=True)
class Rooms:
    """Rented rooms, sorted by commune and house."""

    commune: Ints
    size: Ints
    site: Ints
    house: Ints


def generator(key: str, seed: int, purpose: str) -> np.random.Generator:
    """Return the random numbers of one stage: each stage has its own, so that stages do not disturb each other."""
    return np.random.default_rng(int(derived_seed("population", key, seed, purpose)))


def homes(pack: Pack, key: str, seed: int, lodger_ages: tuple[int, int]) -> Homes:
    """Build the homes of a pack."""
    populations = pack.communes["population"].fill_null(0).to_numpy()
    draws = generator(key, seed, "households")
    sizes = _household_sizes(pack, populations, draws)
    commune = np.repeat(np.arange(len(populations)), [len(part) for part in sizes])
    size = np.concatenate(sizes) if sizes else np.zeros(0, np.int64)
    ages = _fit_ages(_ages_by_commune(pack, populations), commune, size, generator(key, seed, "ages"))
    rooms = _rooms(pack, generator(key, seed, "rooms"))
    return _merge(commune, size, ages, rooms, lodger_ages, generator(key, seed, "lodgers"))


def _household_sizes(pack: Pack, populations: Ints, draws: np.random.Generator) -> list[Ints]:
    """Return the household sizes of each commune, in random order, that sum to its residents."""
    table = pack.tables["households_by_size"]
    rows = {code[0]: frame for code, frame in table.partition_by("area_code", as_dict=True).items()}
    result = []
    for code, residents in zip(pack.communes["code"], populations, strict=True):
        frame = rows.get(code)
        size = np.zeros(0, np.int64)
        if frame is not None:
            size = np.repeat(frame["size"].to_numpy(), frame["households"].to_numpy())
        result.append(draws.permutation(_fit_sizes(size, int(residents), draws)))
    return result


def _fit_sizes(sizes: Ints, residents: int, draws: np.random.Generator) -> Ints:
    """Change household sizes as little as possible so that they sum to the residents."""
    if residents == 0:
        return np.zeros(0, np.int64)
    sizes = sizes[:residents] if len(sizes) else np.ones(1, np.int64)
    sizes = sizes.copy()
    largest = np.flatnonzero(sizes >= 7)
    spare = min(residents - int(sizes.sum()), MOST_EXTRA * len(largest))
    if spare > 0:
        sizes[largest] += apportion(spare, draws.exponential(size=len(largest)))
    while (missing := residents - int(sizes.sum())) != 0:
        # One person more or less in as many households as needed; nobody is left without a head.
        if missing > 0:
            at = draws.permutation(len(sizes))[:missing]
            sizes[at] += 1
        else:
            candidates = np.flatnonzero(sizes >= 2)
            sizes[draws.permutation(candidates)[:-missing]] -= 1
    return sizes


def _ages_by_commune(pack: Pack, populations: Ints) -> list[Ints]:
    """Return the ages of each commune's residents, ascending, in the composition of the tables."""
    table = pack.tables["population_by_age"]
    weights = {
        code[0]: _by_year(frame) for code, frame in table.partition_by("area_code", as_dict=True).items()
    }
    result = []
    for code, parent, residents in zip(
        pack.communes["code"], pack.communes["parent_code"], populations, strict=True
    ):
        weight = weights[code] if code in weights else weights[parent]
        result.append(np.repeat(np.arange(OLDEST + 1), apportion(int(residents), weight)))
    return result


def _by_year(bands: pl.DataFrame) -> Floats:
    """Spread age bands over single years: evenly, but a last wide band thins out."""
    result = np.zeros(OLDEST + 1)
    for row in bands.iter_rows(named=True):
        low, high = min(row["age_from"], OLDEST), min(row["age_to"], OLDEST)
        years = np.arange(low, high + 1)
        shape = 0.88 ** (years - low) if low >= 75 and high - low > 5 else np.ones(len(years))
        result[years] += row["people"] * shape / shape.sum()
    return result


def _fit_ages(ages: list[Ints], commune_of_home: Ints, size: Ints, draws: np.random.Generator) -> Ints:
    """Seat people in households: an adult in each, children with parents of fitting age.

    Within a commune everything is a matter of ranks, so the ages of the tables are kept exactly.
    """
    n_communes = len(ages)
    age = np.concatenate(ages) if ages else np.zeros(0, np.int64)
    commune_of_age = np.repeat(np.arange(n_communes), [len(part) for part in ages])
    home = np.repeat(np.arange(len(size)), size)
    seat = rank_within(home, len(size))
    commune = commune_of_home[home]
    residents = np.bincount(commune, minlength=n_communes)
    n_homes = np.bincount(commune_of_home, minlength=n_communes)
    n_adults = np.bincount(commune_of_age[age >= ADULT], minlength=n_communes)
    n_children = residents - np.maximum(
        n_adults, n_homes
    )  # where adults are too few, the oldest children head a home
    is_child_age = rank_within(commune_of_age, n_communes) < n_children[commune_of_age]

    # Which seats children take: beyond the second in each home, families kept together.
    u_home, u = draws.random(len(size)), draws.random(len(home))
    seat_key = (0.6 * u_home[home] + 0.4 * u + 2.0 * (seat == 1) + 8.0 * (seat == 0)) / 12.0
    order = order_within(commune, seat_key)
    is_child = np.zeros(len(home), np.bool_)
    is_child[order] = rank_within(commune[order], n_communes) < n_children[commune[order]]

    result = np.empty(len(home), np.int64)
    sibling_key = spread(draws.random(len(size))[home] + 0.2 * draws.random(len(home)))
    children, child_ages = np.flatnonzero(is_child), np.flatnonzero(is_child_age)
    pairs = match_by_rank(
        commune[children], sibling_key[children], commune_of_age[child_ages], age[child_ages] / 128
    )
    result[children] = age[child_ages[pairs]]

    eldest = np.full(len(size), -1, np.int64)
    np.maximum.at(eldest, home[children], result[children])
    is_parent = ~is_child & (seat <= 1) & (eldest[home] >= 0)
    adults = np.flatnonzero(~is_child_age)
    parent_ages = adults[
        _nearest_to_parent_age(age[adults], commune_of_age[adults], commune[is_parent], n_communes, draws)
    ]
    parents = np.flatnonzero(is_parent)
    # Parents of older children are older; a couple is of like age.
    couple_key = eldest + 8.0 * draws.random(len(size))
    pairs = match_by_rank(
        commune[parents],
        spread(couple_key[home[parents]] + 0.5 * draws.random(len(parents))),
        commune_of_age[parent_ages],
        spread(age[parent_ages] + 6.0 * draws.random(len(parent_ages))),
    )
    result[parents] = age[parent_ages[pairs]]

    # Everybody else: couples of like age, a third adult half a life apart, elders with families.
    others = np.flatnonzero(~is_child & ~is_parent)
    left = np.setdiff1d(adults, parent_ages, assume_unique=True)
    with_family = eldest[home[others]] >= 0
    life = draws.random(len(size))[home[others]]
    key = np.where(seat[others] <= 1, life, (life + 0.5) % 1.0)
    key = np.where(with_family, 0.55 + 0.45 * draws.random(len(others)), key)
    noise = 3.0 * draws.random(len(left))
    pairs = match_by_rank(commune[others], key * 0.999, commune_of_age[left], spread(age[left] + noise))
    result[others] = age[left[pairs]]
    return result


def _nearest_to_parent_age(
    age: Ints, commune: Ints, commune_of_parents: Ints, n_communes: int, draws: np.random.Generator
) -> Ints:
    """Choose as many adults of each commune as it has parents, those nearest to the usual age of parents."""
    wanted = np.bincount(commune_of_parents, minlength=n_communes)
    distance = np.abs(age - PARENT_AGE) + 8.0 * draws.random(len(age))
    order = order_within(commune, spread(distance))
    chosen = order[rank_within(commune[order], n_communes) < wanted[commune[order]]]
    return np.sort(chosen)


def _rooms(pack: Pack, draws: np.random.Generator) -> Rooms:
    """Fill rented rooms with exactly the lodgers of each row, and gather rooms into boarding houses."""
    communes = {code: i for i, code in enumerate(pack.communes["code"])}
    sites = {code: i for i, code in enumerate(pack.sites["site_id"])}
    by_commune: dict[int, list[tuple[Ints, int, float]]] = {}
    for row in pack.tables["boarding"].iter_rows(named=True):
        if row["lodgers"] > 0:
            sizes = _room_sizes(row["lodgers"], row["room_size_mean"], draws)
            part = (sizes, sites[row["site_id"]], row["rooms_per_house"])
            by_commune.setdefault(communes[row["area_code"]], []).append(part)
    columns: list[list[Ints]] = [[], [], [], []]
    n_houses = 0
    for commune in sorted(by_commune):
        parts = by_commune[commune]
        size = np.concatenate([sizes for sizes, _, _ in parts])
        site = np.repeat([site for _, site, _ in parts], [len(sizes) for sizes, _, _ in parts])
        rooms_per_house = float(
            np.average([mean for _, _, mean in parts], weights=[len(s) for s, _, _ in parts])
        )
        # Neighbours in a boarding house work at different sites.
        shuffled = draws.permutation(len(size))
        n = max(1, round(len(size) / rooms_per_house))
        house = n_houses + np.repeat(np.arange(n), apportion(len(size), 0.5 + draws.exponential(size=n)))
        n_houses = int(house[-1]) + 1
        for column, values in zip(
            columns, (np.full(len(size), commune), size[shuffled], site[shuffled], house), strict=True
        ):
            column.append(values)
    commune_, size_, site_, house_ = (np.concatenate(c) if c else np.zeros(0, np.int64) for c in columns)
    _, house_ = np.unique(house_, return_inverse=True)  # a house without a room is none
    return Rooms(commune_, size_, site_, house_)


def _room_sizes(lodgers: int, mean: float, draws: np.random.Generator) -> Ints:
    """Return room sizes that sum to the lodgers: one each, the others at random."""
    n = min(lodgers, max(1, round(lodgers / mean)))
    return np.asarray(1 + np.bincount(draws.integers(0, n, lodgers - n), minlength=n), np.int64)


def _merge(
    commune: Ints,
    size: Ints,
    ages: Ints,
    rooms: Rooms,
    lodger_ages: tuple[int, int],
    draws: np.random.Generator,
) -> Homes:
    """Put rooms behind the households of their commune."""
    youngest, oldest = lodger_ages
    n_lodgers = int(rooms.size.sum())
    # Beta(1.2, 2.2): most are in their twenties.
    lodger_age = youngest + np.floor((oldest - youngest + 1) * draws.beta(1.2, 2.2, n_lodgers)).astype(
        np.int64
    )
    age = np.concatenate([ages, np.minimum(lodger_age, oldest)])
    all_commune = np.concatenate([commune, rooms.commune])
    all_size = np.concatenate([size, rooms.size])
    boarding = np.concatenate([np.full(len(size), -1), rooms.house])
    site = np.concatenate([np.full(len(size), -1), rooms.site])
    order = np.argsort(all_commune, kind="stable")
    starts = np.cumsum(all_size) - all_size
    sizes = all_size[order]
    household = np.repeat(np.arange(len(order)), sizes)
    person = np.repeat(starts[order], sizes) + rank_within(household, len(order))
    return Homes(
        commune=np.repeat(all_commune[order], sizes),
        age=age[person],
        household=household,
        household_commune=all_commune[order],
        household_boarding=boarding[order],
        household_site=site[order],
    )
