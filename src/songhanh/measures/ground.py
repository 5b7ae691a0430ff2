"""The province as measures see it: areas, sites, sectors and standing capacities as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.text import Text
from songhanh.province.pack import Pack
from songhanh.province.synthesis import parameters as people_parameters

N_AGE_GROUPS = 9  # as the levers of the epidemic count them: 0-9, ..., 80 and over

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Ground:
    """What a measure may need to know of a province. C communes, S sites, J sectors, K trade channels.

    Attributes
    ----------
    areas
        Commune indices of each area code: a commune, a district, or ``*`` for all.
    sites
        Site indices of each site id; ``rest`` is index S, ``all-sites`` every site but the rest.
    names
        Name of each code, for people.
    people, lodgers
        (C,) residents and migrant lodgers.
    workers, lodging, site_commune
        (S,) workers, places to sleep, and the commune a site lies in.
    sector_mix
        (S, J) share of a site's workers by sector; sums to 1.
    essential
        (J,) sectors that stay open under Directive 16.
    ages
        (C, 9) people by ten-year age group, as tables and boarding houses have them; the last from 80 years.
    channels, channel_tonnes
        (K,) kind of each trade channel of a crop, and tonnes a day at most.
    calendar
        Dated events: first and last day, kind (election, exam, holiday).
    shut_school
        Calendar of school holidays: first and last day, communes.
    """

    origin: date
    areas: Mapping[str, Indices]
    sites: Mapping[str, Indices]
    names: Mapping[str, Text]
    people: Floats
    lodgers: Floats
    workers: Floats
    lodging: Floats
    site_commune: Indices
    sector_mix: Floats
    essential: NDArray[np.bool_]
    ages: Floats
    channels: tuple[str, ...]
    channel_tonnes: Floats
    calendar: tuple[tuple[date, date, str], ...]
    shut_school: tuple[tuple[date, date, Indices], ...]

    @property
    def n_communes(self) -> int:
        """Return C."""
        return len(self.people)

    @property
    def n_sites(self) -> int:
        """Return S."""
        return len(self.workers)

    @property
    def n_sectors(self) -> int:
        """Return J."""
        return len(self.essential)

    @property
    def n_channels(self) -> int:
        """Return K."""
        return len(self.channels)

    def idle_workers(self, admitted: Floats) -> Floats:
        """Return (S,) the workers whom the modes keep from work, given the (S + 1, J) shares admitted."""
        at_work = np.clip((admitted[: self.n_sites] * self.sector_mix).sum(axis=1), 0.0, 1.0)
        return np.asarray(self.workers * (1.0 - at_work))


@dataclass(frozen=True, slots=True)
class Capacity:
    """Laboratory and quarantine capacity that stands without any measure on one day."""

    lab_samples: int
    pool_size: int
    places: int


@dataclass(frozen=True)
class Capacities:
    """The pack's dated capacities as they were known on one day (or all of them, for a replay)."""

    lab: tuple[tuple[date, int, int], ...]  # from, samples a day, pool size
    places: tuple[tuple[date, int], ...]  # from, places

    def on(self, when: date) -> Capacity:
        """Return the capacity of a day: the latest row that has begun; none before the first row."""
        lab = [row for row in self.lab if row[0] <= when]
        places = [row for row in self.places if row[0] <= when]
        return Capacity(
            lab_samples=lab[-1][1] if lab else 0,
            pool_size=lab[-1][2] if lab else 1,
            places=places[-1][1] if places else 0,
        )


def ground_of(pack: Pack) -> Ground:
    """Read what measures need from a pack."""
    communes, districts, sites = pack.communes, pack.districts, pack.sites
    codes = communes["code"].cast(pl.String).to_list()
    parents = communes["parent_code"].cast(pl.String).to_list()
    areas: dict[str, Indices] = {code: np.array([i], np.intp) for i, code in enumerate(codes)}
    for code in districts["code"].cast(pl.String).to_list():
        areas[code] = np.array([i for i, parent in enumerate(parents) if parent == code], np.intp)
    areas["*"] = np.arange(len(codes), dtype=np.intp)
    site_ids = sites["site_id"].to_list()
    at = {code: i for i, code in enumerate(codes)}
    names = _names(pack)
    lodgers = np.zeros(len(codes))
    for code, number in _pairs(pack, "boarding", "area_code", "lodgers"):
        if code in at:
            lodgers[at[code]] += number
    return Ground(
        origin=pack.outbreak_from,
        areas=areas,
        sites={site: np.array([i], np.intp) for i, site in enumerate(site_ids)}
        | {"rest": np.array([len(site_ids)], np.intp), "all-sites": np.arange(len(site_ids), dtype=np.intp)},
        names=names,
        people=_floats(communes["population"]) + lodgers,
        lodgers=lodgers,
        workers=_floats(sites["workers"]),
        lodging=_floats(sites["lodging_places"]),
        site_commune=np.array([at.get(str(code), 0) for code in sites["area_code"].to_list()], np.intp),
        sector_mix=_sector_mix(pack, site_ids),
        essential=np.array([_truth(value) for value in pack.sectors["essential"].to_list()], np.bool_),
        ages=_ages(pack, parents, _floats(communes["population"]), lodgers),
        channels=tuple(_column(pack, "channels", "kind")),
        channel_tonnes=np.array(_column(pack, "channels", "max_tonnes_per_day"), np.float64),
        calendar=_events(pack),
        shut_school=_school_holidays(pack, areas),
    )


def capacities_of(pack: Pack, as_of: date | None) -> Capacities:
    """Return the standing capacities known on a day: rows in force by then or announced by then.

    With no day, all rows (a replay). An end date is not read: capacity ends when a later row replaces it.
    """
    lab = _known(pack, "lab_capacity", as_of)
    places = _known(pack, "quarantine_capacity", as_of)
    return Capacities(
        lab=tuple(
            (row["valid_from"], int(row["samples_per_day"]), int(row["pool_size"] or 1)) for row in lab
        ),
        places=tuple((row["valid_from"], int(row["places"])) for row in places),
    )


def _known(pack: Pack, table: str, as_of: date | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pack.tables[table].to_dicts() if table in pack.tables else []
    rows = [{**row, "valid_from": _day(row["valid_from"])} for row in rows]
    if as_of is not None:
        rows = [
            row
            for row in rows
            if min(filter(None, (row["valid_from"], _day(row.get("planned_on"))))) <= as_of
        ]
    return sorted(rows, key=lambda row: str(row["valid_from"]))


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _truth(value: object) -> bool:
    return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes")


def _floats(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(0.0).to_numpy().astype(np.float64)


def _pairs(pack: Pack, table: str, key: str, value: str) -> list[tuple[str, float]]:
    if table not in pack.tables:
        return []
    frame = pack.tables[table]
    return [
        (str(k), float(v or 0.0)) for k, v in zip(frame[key].to_list(), frame[value].to_list(), strict=True)
    ]


def _column(pack: Pack, table: str, name: str) -> list[Any]:
    return pack.tables[table][name].to_list() if table in pack.tables else []


def years_in_groups(first: Indices | int, last: Indices | int) -> Floats:
    """Return (..., 9) the share of each ten-year age group whose age lies between two ages, both included.

    Years of a group are taken as equally many; the last group is open, and counts as the ten years from 80.
    """
    begins = 10 * np.arange(N_AGE_GROUPS)
    until = np.minimum(np.asarray(last)[..., None] + 1, begins + 10)
    years = until - np.maximum(np.asarray(first)[..., None], begins)
    return np.asarray(np.clip(years, 0, 10) / 10.0)


def _ages(pack: Pack, parents: list[str], residents: Floats, lodgers: Floats) -> Floats:
    """Return (C, 9) people by age group: residents as their area's table, lodgers evenly over the ages hired."""
    table = pack.tables["population_by_age"]
    areas = {code: row for row, code in enumerate(table["area_code"].cast(pl.String).unique().sort())}
    last = np.minimum(table["age_to"].to_numpy(), 10 * N_AGE_GROUPS - 1)
    years = years_in_groups(table["age_from"].to_numpy(), last)
    spread = table["people"].to_numpy()[:, None] * years / np.maximum(years.sum(axis=1, keepdims=True), 0.1)
    people = np.zeros((len(areas), N_AGE_GROUPS))
    np.add.at(people, [areas[code] for code in table["area_code"].cast(pl.String)], spread)
    composition = people / np.maximum(people.sum(axis=1, keepdims=True), 1e-300)
    values = people_parameters().defaults()
    hired = years_in_groups(int(values["lodger_age_from"]), int(values["lodger_age_until"]))
    codes = pack.communes["code"].cast(pl.String).to_list()
    # An area without a table of its own has that of its district.
    own = [areas[code if code in areas else parent] for code, parent in zip(codes, parents, strict=True)]
    return np.asarray(residents[:, None] * composition[own] + lodgers[:, None] * hired / hired.sum())


def _events(pack: Pack) -> tuple[tuple[date, date, str], ...]:
    rows = pack.tables["calendar"].to_dicts() if "calendar" in pack.tables else []
    dated = [(_day(row["from_date"]), _day(row["until_date"]), str(row["kind"])) for row in rows]
    return tuple((first, last, kind) for first, last, kind in dated if first and last)


def _names(pack: Pack) -> dict[str, Text]:
    areas, sites = pack.tables["areas"], pack.tables["sites"]
    names = {str(code): Text(name, name) for code, name in zip(areas["code"], areas["name"], strict=True)}
    for site, vi, en in zip(sites["site_id"], sites["name_vi"], sites["name_en"], strict=True):
        names[site] = Text(vi, en)
    names["*"] = Text("toàn tỉnh", "the whole province")
    names["all-sites"] = Text("tất cả khu, cụm công nghiệp", "all industrial parks and clusters")
    names["rest"] = Text("doanh nghiệp ngoài khu công nghiệp", "firms outside the parks")
    return names


def _sector_mix(pack: Pack, site_ids: list[str]) -> Floats:
    sectors = {sector: j for j, sector in enumerate(pack.sectors["sector_id"].to_list())}
    mix = np.zeros((len(site_ids), len(sectors)))
    rows = {site: i for i, site in enumerate(site_ids)}
    if "site_sectors" in pack.tables:
        for row in pack.tables["site_sectors"].to_dicts():
            if row["site_id"] in rows and row["sector_id"] in sectors:
                mix[rows[row["site_id"]], sectors[row["sector_id"]]] += float(row["share"])
    total = mix.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, mix / np.maximum(total, 1e-12), 1.0 / max(len(sectors), 1))


def _school_holidays(pack: Pack, areas: Mapping[str, Indices]) -> tuple[tuple[date, date, Indices], ...]:
    """Return planned school holidays: the calendar is known ahead, so there is no hindsight in it."""
    if "calendar" not in pack.tables:
        return ()
    found = []
    for row in pack.tables["calendar"].to_dicts():
        first, last = _day(row["from_date"]), _day(row["until_date"])
        if row["kind"] == "school_closed" and first and last:
            found.append((first, last, areas.get(str(row["area_code"] or "*"), areas["*"])))
    return tuple(found)
