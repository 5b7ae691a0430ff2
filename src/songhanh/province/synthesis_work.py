"""Synthetic work: who works at which site, in which sector outside the sites, and who goes to school."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.province.dealing import apportion, order_within, rank_within
from songhanh.province.pack import Pack
from songhanh.province.synthesis_homes import Homes, generator

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SITE_AGES = (18, 64)
WORKING_AGES = (15, 74)


@dataclass(frozen=True)
class Geography:
    """Indices of the areas of a pack, and which communes are near."""

    communes: Mapping[str, int]
    district: Ints  # (C,) district of each commune
    districts: Mapping[str, int]
    nearest: Ints  # (C, C) communes by distance, itself first

    def communes_of(self, code: str) -> Ints:
        """Return the communes of a commune or district code."""
        if code in self.communes:
            return np.array([self.communes[code]])
        return np.flatnonzero(self.district == self.districts[code])


@dataclass(frozen=True)
class Roles:
    """What each person does by day."""

    pupil_row: Ints  # (N,) row of schools.csv, -1 no pupil
    site: Ints  # (N,) site where the person works, -1 none
    sector: Ints  # (N,) sector of a job outside the sites, -1 none


def geography(pack: Pack) -> Geography:
    """Return the indices of a pack's areas."""
    communes = {code: i for i, code in enumerate(pack.communes["code"])}
    districts = {code: i for i, code in enumerate(pack.districts["code"])}
    lon = pack.communes["lon"].fill_null(strategy="mean").fill_null(0.0).to_numpy()
    lat = pack.communes["lat"].fill_null(strategy="mean").fill_null(0.0).to_numpy()
    east = lon * np.cos(np.radians(lat.mean())) if len(lat) else lon
    distance = (east[:, None] - east) ** 2 + (lat[:, None] - lat) ** 2
    np.fill_diagonal(distance, -1.0)
    return Geography(
        communes=communes,
        district=np.array([districts[parent] for parent in pack.communes["parent_code"]], np.int64),
        districts=districts,
        nearest=np.argsort(np.round(distance, 12), axis=1, kind="stable"),
    )


def roles(pack: Pack, homes: Homes, parameters: Mapping[str, float], key: str, seed: int) -> Roles:
    """Give each person at most one role: pupil, worker of a site, or worker elsewhere."""
    where = geography(pack)
    is_resident = homes.site < 0
    pupil = _pupils(pack, where, homes, is_resident, generator(key, seed, "pupils"))
    free = is_resident & (pupil < 0)
    site = homes.site.copy()
    _settle_site_workers(pack, where, homes, free, parameters, site, generator(key, seed, "site workers"))
    free &= site < 0
    sector = _other_workers(pack, where, homes, free, generator(key, seed, "other workers"))
    return Roles(pupil, site, sector)


def _pupils(
    pack: Pack, where: Geography, homes: Homes, is_resident: NDArray[np.bool_], draws: np.random.Generator
) -> Ints:
    """Send the enrolled share of the ages of each stage to school; a commune's row replaces its district's."""
    rows = list(pack.tables["schools"].iter_rows(named=True))
    row_of = np.full((len(where.communes), 121), -1, np.int64)
    for is_commune in (False, True):
        for number, row in enumerate(rows):
            if (row["area_code"] in where.communes) == is_commune:
                row_of[where.communes_of(row["area_code"]), row["age_from"] : row["age_to"] + 1] = number
    result = np.where(is_resident, row_of[homes.commune, homes.age], -1)
    people = np.flatnonzero(result >= 0)
    if len(people) == 0:
        return result
    order = people[order_within(result[people], draws.random(len(people)))]
    n = np.bincount(result[order], minlength=len(rows))
    enrolled = np.round(n * np.array([row["enrolment_share"] for row in rows])).astype(np.int64)
    at_home = rank_within(result[order], len(rows)) >= enrolled[result[order]]
    result[order[at_home]] = -1
    return result


def _settle_site_workers(
    pack: Pack,
    where: Geography,
    homes: Homes,
    free: NDArray[np.bool_],
    parameters: Mapping[str, float],
    site: Ints,
    draws: np.random.Generator,
) -> None:
    """Choose the resident workers of each site, the young first, so that its workers are exactly the table's."""
    low, high = SITE_AGES
    people = np.flatnonzero(free & (homes.age >= low) & (homes.age <= high))
    n_communes = len(where.communes)
    available = np.bincount(homes.commune[people], minlength=n_communes)
    wanted = _site_workers_by_commune(pack, where, site, available)
    beyond = np.maximum(0.0, homes.age[people] - parameters["site_worker_age_prime"])
    weight = np.exp(-beyond / parameters["site_worker_age_fade"])
    # A weighted choice without replacement: the smallest exponential clocks.
    clock = -np.log1p(-draws.random(len(people))) / weight
    order = people[order_within(homes.commune[people], 1.0 - 1.0 / (1.0 + clock))]
    chosen = order[rank_within(homes.commune[order], n_communes) < wanted.sum(axis=1)[homes.commune[order]]]
    site[chosen] = _deal(wanted, draws)


def _deal(counts: Ints, draws: np.random.Generator) -> Ints:
    """Return labels, group by group (rows of ``counts``), shuffled inside each group."""
    n_groups, n_labels = counts.shape
    labels = np.repeat(np.tile(np.arange(n_labels), n_groups), counts.ravel())
    group = np.repeat(np.arange(n_groups), counts.sum(axis=1))
    return np.asarray(labels[order_within(group, draws.random(len(group)))], np.int64)


def _site_workers_by_commune(pack: Pack, where: Geography, site: Ints, available: Ints) -> Ints:
    """Return (C, S) resident workers by commune and site; who finds nobody at home looks in the nearest communes."""
    sites = {code: i for i, code in enumerate(pack.sites["site_id"])}
    workers = pack.sites["workers"].to_numpy()
    lodgers = np.bincount(site[site >= 0], minlength=len(sites))
    wanted = np.zeros((len(where.communes), len(sites)), np.int64)
    for code, s in sites.items():
        weights = np.zeros(len(where.communes))
        for row in pack.tables["site_residence"].filter(pl.col("site_id") == code).iter_rows(named=True):
            communes = where.communes_of(row["area_code"])
            weights[communes] += row["share"] * available[communes] / max(1, available[communes].sum())
        wanted[:, s] = apportion(max(0, int(workers[s] - lodgers[s])), weights)
    spare = available - wanted.sum(axis=1)
    for commune in np.flatnonzero(spare < 0):
        excess = wanted[commune] - _scaled(wanted[commune], int(available[commune]))
        wanted[commune] -= excess
        for other in where.nearest[commune]:
            moved = _scaled(excess, int(max(0, spare[other])))
            wanted[other] += moved
            spare[other] -= moved.sum()
            excess -= moved
        spare[commune] = 0
        if excess.any():
            message = (
                f"There are fewer residents of {SITE_AGES[0]} to {SITE_AGES[1]} years than the sites need."
            )
            remedy = "Correct the workers of the sites or the lodgers."
            raise SonghanhError(
                Fault("population.workers", message, remedy, file="sites.csv", column="workers")
            )
    return wanted


def _scaled(counts: Ints, most: int) -> Ints:
    """Return counts, cut down in proportion if they sum to more than allowed."""
    if counts.sum() <= most:
        return counts.copy()
    return np.minimum(apportion(most, counts.astype(np.float64)), counts)


def _other_workers(
    pack: Pack, where: Geography, homes: Homes, free: NDArray[np.bool_], draws: np.random.Generator
) -> Ints:
    """Give the employed of each district a sector, people of working age first."""
    low, high = WORKING_AGES
    n_communes = len(where.communes)
    people = np.flatnonzero(free & (homes.age >= low) & (homes.age <= high))
    available = np.bincount(homes.commune[people], minlength=n_communes)
    employed = employed_by_district(
        pack, where, np.bincount(where.district, available, len(where.districts)).astype(np.float64)
    )
    wanted = np.zeros(n_communes, np.int64)
    deals = []
    for district, demand in enumerate(employed):
        communes = np.flatnonzero(where.district == district)
        by_sector = _scaled(demand, int(available[communes].sum()))
        wanted[communes] = np.minimum(
            apportion(int(by_sector.sum()), available[communes].astype(float)), available[communes]
        )
        deals.append(by_sector)
    age = homes.age[people]
    weight = np.where((age < 18) | (age > 60), 0.3, 1.0)
    clock = -np.log1p(-draws.random(len(people))) / weight
    order = people[order_within(homes.commune[people], 1.0 - 1.0 / (1.0 + clock))]
    chosen = order[rank_within(homes.commune[order], n_communes) < wanted[homes.commune[order]]]
    sector = np.full(len(homes.age), -1, np.int64)
    district_of = where.district[homes.commune[chosen]]
    for district, by_sector in enumerate(deals):
        members = chosen[district_of == district]
        labels = np.repeat(np.arange(len(by_sector)), by_sector)
        sector[members] = draws.permutation(labels)[: len(members)]
    return sector


def employed_by_district(pack: Pack, where: Geography, available: Floats) -> Ints:
    """Return (districts, J) people employed outside the sites.

    A row for ``*`` is spread over the districts that have no row of the sector, by people available.
    """
    sectors = {code: j for j, code in enumerate(pack.sectors["sector_id"])}
    result = np.zeros((len(where.districts), len(sectors)), np.int64)
    given = np.zeros(result.shape, np.bool_)
    rows = list(pack.tables["employment"].iter_rows(named=True))
    for row in rows:
        if row["area_code"] != "*":
            at = where.districts[row["area_code"]], sectors[row["sector_id"]]
            result[at] += row["employed"]
            given[at] = True
    for row in rows:
        if row["area_code"] == "*":
            j = sectors[row["sector_id"]]
            open_districts = np.flatnonzero(~given[:, j])
            result[open_districts, j] += apportion(row["employed"], available[open_districts])
    return result


def workplace_means(pack: Pack, where: Geography) -> Floats:
    """Return (districts, J) mean people of a workplace outside the sites, 0 where there is none of its own."""
    sectors = {code: j for j, code in enumerate(pack.sectors["sector_id"])}
    result = np.zeros((len(where.districts), len(sectors)))
    rows = list(pack.tables["employment"].iter_rows(named=True))
    for row in sorted(rows, key=lambda row: row["area_code"] != "*"):  # a district's row comes last and holds
        districts = slice(None) if row["area_code"] == "*" else where.districts[row["area_code"]]
        result[districts, sectors[row["sector_id"]]] = row["mean_workplace_size"] or 0.0
    return result
