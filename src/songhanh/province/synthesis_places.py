"""Synthetic daytime places: named firms, other firms of the sites, workplaces elsewhere, schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.province.dealing import apportion, cut, order_within, rank_within
from songhanh.province.pack import Pack
from songhanh.province.population import FIRM_AT_SITE, OTHER_WORKPLACE, SCHOOL
from songhanh.province.synthesis_homes import Homes, generator
from songhanh.province.synthesis_work import Geography, Roles, workplace_means

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """A list of places: the people of each, in an order in which neighbours share a line or a class."""

    members: Ints  # (M,)
    sizes: Ints  # (P,)
    site: Ints  # (P,)
    sector: Ints  # (P,)
    commune: Ints  # (P,)
    kind: Ints  # (P,)
    unit: Ints  # (P,)


@dataclass(frozen=True)
class Firm:
    """A named firm: its site (or the rest of the province), sector, commune and workers."""

    site_id: str
    site: int
    sector: int
    commune: int
    workers: int


def named_firms(pack: Pack, where: Geography) -> list[Firm]:
    """Return the named firms in file order: firm k is place k of the population.

    A firm's sector is its largest in site_sectors.csv, else its site's largest.
    """
    sites = {code: i for i, code in enumerate(pack.sites["site_id"])}
    mix = sector_mix(pack)
    result = []
    for row in pack.tables["sites"].filter(pl.col("kind") == "firm").iter_rows(named=True):
        share = mix.get(row["site_id"], mix.get(row["parent_id"] or ""))
        if share is None:
            message = f"The firm {row['site_id']} has no sector."
            remedy = "Give it a row in site_sectors.csv, or the site it lies in."
            raise SonghanhError(
                Fault("population.firm", message, remedy, file="site_sectors.csv", column="site_id")
            )
        site = sites.get(row["parent_id"] or "", len(sites))
        commune = where.communes[row["area_code"]]
        result.append(Firm(row["site_id"], site, int(np.argmax(share)), commune, row["workers"]))
    return result


def sector_mix(pack: Pack) -> dict[str, Floats]:
    """Return (J,) the share of workers by sector, of each site that has rows."""
    sectors = {code: j for j, code in enumerate(pack.sectors["sector_id"])}
    result: dict[str, Floats] = {}
    for row in pack.tables["site_sectors"].iter_rows(named=True):
        result.setdefault(row["site_id"], np.zeros(len(sectors)))[sectors[row["sector_id"]]] += row["share"]
    return result


def places(
    pack: Pack,
    where: Geography,
    homes: Homes,
    roles: Roles,
    parameters: Mapping[str, float],
    key: str,
    seed: int,
) -> list[Places]:
    """Return all places: the named firms, the other firms of the sites, workplaces elsewhere, schools."""
    firms = named_firms(pack, where)
    at_sites = _site_firms(pack, where, homes, roles, firms, parameters, generator(key, seed, "firms"))
    elsewhere = _workplaces(pack, where, homes, roles, firms, parameters, generator(key, seed, "workplaces"))
    named = _named([*at_sites, *elsewhere], firms, len(pack.sites), int(parameters["line_size"]))
    others = [part for part in (*at_sites, *elsewhere) if not isinstance(part, _Named)]
    return [named, *others, _schools(pack, homes, roles, len(pack.sites), generator(key, seed, "schools"))]


@dataclass(frozen=True)
class _Named:
    """The people of one named firm."""

    firm: int
    members: Ints


def _named(parts: list[Places | _Named], firms: list[Firm], n_sites: int, unit: int) -> Places:
    people = {part.firm: part.members for part in parts if isinstance(part, _Named)}
    members = [people.get(k, np.zeros(0, np.int64)) for k in range(len(firms))]
    kinds = [FIRM_AT_SITE if firm.site < n_sites else OTHER_WORKPLACE for firm in firms]
    return Places(
        members=np.concatenate([np.zeros(0, np.int64), *members]),
        sizes=np.array([len(part) for part in members], np.int64),
        site=np.array([firm.site for firm in firms], np.int64),
        sector=np.array([firm.sector for firm in firms], np.int64),
        commune=np.array([firm.commune for firm in firms], np.int64),
        kind=np.array(kinds, np.int64),
        unit=np.full(len(firms), unit, np.int64),
    )


def _site_firms(
    pack: Pack,
    where: Geography,
    homes: Homes,
    roles: Roles,
    firms: list[Firm],
    parameters: Mapping[str, float],
    draws: np.random.Generator,
) -> list[Places | _Named]:
    """Deal the workers of each site to its named firms, and the rest to firms of log-normal size."""
    # Roommates often work on one line: half of the rooms share one key.
    n_homes = len(homes.household_commune)
    together = draws.random(n_homes) < parameters["roommates_together"]
    key = np.where(
        together[homes.household], draws.random(n_homes)[homes.household], draws.random(len(homes.age))
    )
    mix = sector_mix(pack)
    result: list[Places | _Named] = []
    for s, (code, area) in enumerate(zip(pack.sites["site_id"], pack.sites["area_code"], strict=True)):
        workers = np.flatnonzero(roles.site == s)
        workers = workers[np.argsort(key[workers], kind="stable")]
        inside = [(k, firm) for k, firm in enumerate(firms) if firm.site == s]
        n_named = sum(firm.workers for _, firm in inside)
        begin = 0
        for k, firm in inside:
            result.append(_Named(k, workers[begin : begin + firm.workers]))
            begin += firm.workers
        named = (
            np.bincount([f.sector for _, f in inside], [f.workers for _, f in inside], len(mix[code]))
            if inside
            else 0.0
        )
        wanted = np.maximum(0.0, mix[code] * len(workers) - named)
        rest = apportion(len(workers) - n_named, wanted)
        sector = np.repeat(np.arange(len(rest)), rest)
        n_firms = np.where(rest > 0, np.maximum(1, np.round(rest / parameters["firm_size_mean"])), 0).astype(
            np.int64
        )
        sigma = parameters["firm_size_sigma"]
        # Firms far above the mean are known by name.
        most = parameters["firm_size_most"] / parameters["firm_size_mean"] * np.exp(sigma**2 / 2)
        firm_of = cut(sector, n_firms, np.minimum(most, draws.lognormal(0.0, sigma, int(n_firms.sum()))))
        sizes = np.bincount(firm_of) if len(firm_of) else np.zeros(0, np.int64)
        result.append(
            Places(
                members=workers[n_named:],
                sizes=sizes,
                site=np.full(len(sizes), s),
                sector=sector[np.cumsum(sizes) - 1],
                commune=np.full(len(sizes), where.communes[area]),
                kind=np.full(len(sizes), FIRM_AT_SITE),
                unit=np.full(len(sizes), int(parameters["line_size"])),
            )
        )
    return result


def _workplaces(
    pack: Pack,
    where: Geography,
    homes: Homes,
    roles: Roles,
    firms: list[Firm],
    parameters: Mapping[str, float],
    draws: np.random.Generator,
) -> list[Places | _Named]:
    """Deal workers outside the sites to workplaces of their own or a neighbouring commune."""
    mean = workplace_means(pack, where)
    n_communes, n_sectors = len(where.communes), mean.shape[1]
    people = np.flatnonzero(roles.sector >= 0)
    home, sector = homes.commune[people], roles.sector[people]
    people = people[mean[where.district[home], sector] > 0]
    home, sector = homes.commune[people], roles.sector[people]
    result: list[Places | _Named] = []
    for k, firm in enumerate(firms):
        if firm.site < len(pack.sites):
            continue
        nearness = np.argsort(where.nearest[firm.commune])[home].astype(np.float64)
        nearness[sector != firm.sector] = np.inf
        chosen = np.argsort(nearness, kind="stable")[: firm.workers]
        if len(chosen) < firm.workers or not np.isfinite(nearness[chosen]).all():
            message = (
                f"{firm.site_id} needs {firm.workers} workers, more than its sector has outside the sites."
            )
            remedy = (
                "Raise employed (with a mean_workplace_size) in employment.csv, or lower the firm's workers."
            )
            raise SonghanhError(Fault("population.firm", message, remedy, file="sites.csv", column="workers"))
        result.append(_Named(k, people[np.sort(chosen)]))
        keep = np.ones(len(people), np.bool_)
        keep[chosen] = False
        people, home, sector = people[keep], home[keep], sector[keep]
    n_near = min(int(parameters["neighbouring_communes"]), n_communes - 1)
    away = (draws.random(len(people)) >= parameters["work_in_own_commune"]) & (n_near > 0)
    to = where.nearest[home, np.where(away, 1 + draws.integers(0, max(1, n_near), len(people)), 0)]
    # A commune of a district without such workplaces sends nobody there.
    to = np.where(mean[where.district[to], sector] > 0, to, home)
    group = to * n_sectors + sector
    order = order_within(group, draws.random(len(people)))
    sizes_of_group = np.bincount(group, minlength=n_communes * n_sectors)
    per_place = np.maximum(1.0, mean[where.district].ravel())
    n_places = np.where(sizes_of_group > 0, np.maximum(1, np.round(sizes_of_group / per_place)), 0).astype(
        np.int64
    )
    weights = draws.lognormal(0.0, parameters["workplace_size_sigma"], int(n_places.sum()))
    place = cut(group[order], n_places, weights)
    sizes = np.bincount(place) if len(place) else np.zeros(0, np.int64)
    group_of_place = group[order][np.cumsum(sizes) - 1]
    result.append(
        Places(
            members=people[order],
            sizes=sizes,
            site=np.full(len(sizes), len(pack.sites)),
            sector=group_of_place % n_sectors,
            commune=group_of_place // n_sectors,
            kind=np.full(len(sizes), OTHER_WORKPLACE),
            unit=np.full(len(sizes), int(parameters["workplace_unit_size"])),
        )
    )
    return result


def _schools(pack: Pack, homes: Homes, roles: Roles, n_sites: int, draws: np.random.Generator) -> Places:
    """Split the pupils of each row into schools by commune, and each school into classes by age."""
    rows = pack.tables["schools"]
    pupils = np.flatnonzero(roles.pupil_row >= 0)
    row = roles.pupil_row[pupils]
    n_communes = len(homes.commune) and int(homes.commune.max()) + 1
    near = (homes.commune[pupils] + draws.random(len(pupils))) / max(1, n_communes)
    order = order_within(row, near)
    pupils, row = pupils[order], row[order]
    n_pupils = np.bincount(row, minlength=len(rows))
    n_schools = np.maximum(1, np.round(n_pupils / rows["school_size"].to_numpy())).astype(np.int64)
    first = np.cumsum(n_schools) - n_schools
    school = first[row] + rank_within(row, len(rows)) * n_schools[row] // np.maximum(1, n_pupils[row])
    _, school = np.unique(school, return_inverse=True)  # a row without pupils has no school
    by_class = order_within(school, (homes.age[pupils] + draws.random(len(pupils))) / 128.0)
    pupils, row, school = pupils[by_class], row[by_class], school[by_class]
    sizes = np.bincount(school) if len(school) else np.zeros(0, np.int64)
    middle = np.cumsum(sizes) - sizes + sizes // 2
    return Places(
        members=pupils,
        sizes=sizes,
        site=np.full(len(sizes), n_sites),
        sector=np.full(len(sizes), -1),
        commune=homes.commune[pupils[middle]],
        kind=np.full(len(sizes), SCHOOL),
        unit=rows["class_size"].to_numpy()[row[middle]],
    )
