"""Results as tables: one row a combination of time, place, age and work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy import EconomyResult
from songhanh.epidemic import EpidemicResult, Found, Layer, variants
from songhanh.joint.setting import Setting

AGES = ("0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")
OUTCOMES = ("mild", "severe", "critical", "fatal")
REASONS = ("isolated", "quarantined", "dead", "firm closed", "outside the province", "sealed area")
_OF_PERSON = ("date", "area", "district", "age", "site", "sector", "lodger", "layer", "variant", "outcome")
# What each table can be split by.
COLUMNS: dict[str, tuple[str, ...]] = {
    "days": (),
    "infections": _OF_PERSON,
    "cases": (*_OF_PERSON, "found"),
    "deaths": ("date", "area", "district"),
    "absences": ("date", "site", "sector", "reason"),
    "economy": ("date", "sector"),
}
REST = "rest"  # work outside the sites


def frame(
    ground: Setting,
    origin: date,
    epidemic: EpidemicResult,
    economy: EconomyResult,
    table: str,
    by: Sequence[str] | None,
) -> pl.DataFrame:
    """Return a table of a simulation, see `Simulation.to_frame`.

    Raises
    ------
    SonghanhError
        If there is no such table or column.
    """
    if table not in COLUMNS:
        raise SonghanhError(_fault("table", table, ", ".join(COLUMNS)))
    if table == "days":
        return _days(origin, epidemic, economy)
    columns = ["date"] if by is None else list(by)
    for column in columns:
        if column not in COLUMNS[table]:
            raise SonghanhError(_fault("by", column, ", ".join(COLUMNS[table])))
    if table in ("infections", "cases"):
        rows = tree(ground, origin, epidemic)
        if table == "cases":
            rows = rows.filter(pl.col("reported_on").is_not_null()).with_columns(date="reported_on")
        else:
            rows = rows.rename({"infected_on": "date"})
        return (
            rows.group_by(columns).agg(pl.len().alias(table)).sort(columns)
            if columns
            else rows.select(pl.len())
        )
    if table == "deaths":
        rows = _areas(ground, origin, epidemic.deaths).rename({"number": table})
    elif table == "absences":
        rows = _absences(ground, origin, epidemic).rename({"number": table})
    else:
        rows = _economy(ground, origin, economy)
    values = [name for name in rows.columns if name not in COLUMNS[table]]
    return (
        rows.group_by(columns).agg(pl.col(values).sum()).sort(columns)
        if columns
        else rows.select(pl.col(values).sum())
    )


def tree(ground: Setting, origin: date, epidemic: EpidemicResult) -> pl.DataFrame:
    """Return the transmission tree, one row an infection.

    Raises
    ------
    ValueError
        If the result carries no tree.
    """
    found = epidemic.tree
    if found is None:
        raise ValueError("the result carries no tree")
    people, pack = ground.population, ground.pack
    commune = np.searchsorted(people.commune_start, found.person, side="right") - 1
    site, sector = _job(ground, people.work_cell[found.person].astype(np.int64))
    return pl.DataFrame(
        {
            "infection": np.arange(len(found.person), dtype=np.int32),
            "source": _or_null(found.source),
            "person": found.person,
            "infected_on": _dates(origin, found.day),
            "onset_on": _dates(origin, found.onset),
            "reported_on": _dates(origin, found.found_on),
            "layer": _words(found.layer, [layer.name.lower() for layer in Layer]),
            "found": _words(found.found_as, [where.name.lower() for where in Found]),
            "outcome": _words(found.outcome, OUTCOMES),
            "variant": _words(found.variant, [variant.id for variant in variants()]),
            "earlier_infections": found.earlier,
            "vaccinated": found.vaccinated.astype(np.bool_),
            "area": pack.communes["code"].gather(commune),
            "district": pack.communes["parent_code"].gather(commune),
            "age": _words(np.minimum(people.age[found.person] // 10, 8).astype(np.int32), AGES),
            "site": site,
            "sector": sector,
            "lodger": people.lodger[found.person].astype(np.bool_),
        }
    )


def _job(ground: Setting, cell: NDArray[np.int64]) -> tuple[pl.Series, pl.Series]:
    """Return the site and the sector of work cells; null for people without a job."""
    sites = [*ground.pack.sites["site_id"].to_list(), REST]
    sectors = ground.pack.sectors["sector_id"].to_list()
    return (
        _words(np.where(cell >= 0, cell // len(sectors), -1).astype(np.int32), sites),
        _words(np.where(cell >= 0, cell % len(sectors), -1).astype(np.int32), sectors),
    )


def _days(origin: date, epidemic: EpidemicResult, economy: EconomyResult) -> pl.DataFrame:
    found = epidemic.reported.sum(axis=1)
    days = len(epidemic.infections)
    return pl.DataFrame(
        {
            "date": [origin + timedelta(days=day) for day in range(days)],
            "infections": epidemic.infections.sum(axis=1),
            **{f"cases_{where.name.lower()}": found[:, where] for where in Found},
            "deaths": epidemic.deaths.sum(axis=1),
            "hospital": epidemic.hospital,
            "icu": epidemic.icu,
            "quarantined": epidemic.quarantined,
            "in_places": epidemic.in_places,
            "sealed": epidemic.sealed,
            "tests": epidemic.tests,
            "samples_waiting": epidemic.lab_queue,
            "workers_away": (epidemic.absent.sum(axis=(1, 2)) + epidemic.locked.sum(axis=1)).astype(np.int64),
            "value_added_vnd_bn": economy.value_added[:days].sum(axis=1),
            "value_added_baseline_vnd_bn": economy.value_added_baseline[:days].sum(axis=1),
            "workers_share": economy.employed_share[:days],
        }
    )


def _areas(ground: Setting, origin: date, numbers: NDArray[np.int32]) -> pl.DataFrame:
    day, commune = np.nonzero(numbers)
    communes = ground.pack.communes
    return pl.DataFrame(
        {
            "date": _dates(origin, day.astype(np.int32)),
            "area": communes["code"].gather(commune),
            "district": communes["parent_code"].gather(commune),
            "number": numbers[day, commune],
        }
    )


def _absences(ground: Setting, origin: date, epidemic: EpidemicResult) -> pl.DataFrame:
    away = np.concatenate([epidemic.absent, epidemic.locked[:, :, None]], axis=2)
    day, cell, reason = np.nonzero(away)
    site, sector = _job(ground, cell.astype(np.int64))
    return pl.DataFrame(
        {
            "date": _dates(origin, day.astype(np.int32)),
            "site": site,
            "sector": sector,
            "reason": _words(reason.astype(np.int32), REASONS),
            "number": away[day, cell, reason],
        }
    )


def _economy(ground: Setting, origin: date, economy: EconomyResult) -> pl.DataFrame:
    days, sectors = economy.value_added.shape
    names = ground.pack.sectors["sector_id"]
    return pl.DataFrame(
        {
            "date": _dates(origin, np.repeat(np.arange(days, dtype=np.int32), sectors)),
            "sector": names.gather(np.tile(np.arange(sectors), days)),
            "output_vnd_bn": economy.output.reshape(-1),
            "value_added_vnd_bn": economy.value_added.reshape(-1),
            "value_added_baseline_vnd_bn": economy.value_added_baseline.reshape(-1),
            "lost_person_days": economy.lost_person_days.sum(axis=2).reshape(-1),
        }
    )


def _dates(origin: date, day: NDArray[np.int32]) -> pl.Series:
    """Return dates of run days, null where the day is -1."""
    since = (origin - date(1970, 1, 1)).days
    return (
        pl.Series(np.where(day >= 0, day + since, 0).astype(np.int32))
        .cast(pl.Date)
        .set(pl.Series(day < 0), None)
    )


def _or_null(number: NDArray[np.int32]) -> pl.Series:
    return pl.Series(number).set(pl.Series(number < 0), None)


def _words(number: NDArray[np.int32], words: Sequence[str]) -> pl.Series:
    """Return a categorical column of names by their numbers, null for -1."""
    return pl.Series(words, dtype=pl.String).gather(_or_null(number))


def _fault(name: str, value: str, allowed: str) -> Fault:
    return Fault(
        code="simulate.frame",
        message=f"{name} is {value!r}; allowed: {allowed or 'nothing'}.",
        remedy="Name one of these.",
        parameter=name,
    )
