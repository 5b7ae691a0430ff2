"""Accounts by month, quarter and calendar year: GRDP and growth, work lost by cause, trade, pay and budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.modes import Absence
from songhanh.economy.accounts import Tax
from songhanh.economy.result import EconomyResult

Floats = NDArray[np.float64]
PERIODS = ("month", "quarter", "year")
# What is told of the whole province: in the run, and (where it differs from nothing) without an outbreak.
WITH_NORMAL = ("exports", "retail", "wages", *(f"tax_{tax.name.lower()}" for tax in Tax))
ALONE = ("public_cost", "support", "extra_cost", "income_lost_residents", "income_lost_lodgers")
BROAD = ("agriculture", "industry", "services")


@dataclass(frozen=True, eq=False)
class MonthlyAccounts:
    """One run by calendar month: M months, J sectors. Money is bn VND.

    Attributes
    ----------
    months
        ``2021-05``, in order.
    days
        (M,) days of each month that are counted.
    value_added, without_outbreak
        (M, J) GRDP by sector, and what it would have been.
    lost_person_days
        (M, J, causes) by `core.modes.Absence`.
    province, province_normal
        (M, ...) the columns `WITH_NORMAL` in the run and without an outbreak.
    alone
        (M, ...) the columns `ALONE`.
    """

    months: tuple[str, ...]
    days: Floats
    value_added: Floats
    without_outbreak: Floats
    lost_person_days: Floats
    province: Floats
    province_normal: Floats
    alone: Floats


def by_month(result: EconomyResult, origin: date) -> MonthlyAccounts:
    """Add a run up by month.

    Days of the calendar year before the run's first day are normal days like it: nothing is lost on them. Crops that
    ripen before the run are not told.

    Parameters
    ----------
    result
        A run of D days.
    origin
        Date of run day 0.
    """
    before = (origin - date(origin.year, 1, 1)).days
    first = date(origin.year, 1, 1)
    names = [f"{first + timedelta(days=day):%Y-%m}" for day in range(before + len(result.retail))]
    months, index = np.unique(np.array(names), return_inverse=True)
    belongs = np.zeros((len(months), len(names)))
    belongs[index, np.arange(len(names))] = 1.0

    def add(run: Floats, normal: Floats | None = None) -> Floats:
        """Sum over the days of each month, with normal days ahead of the run."""
        flat = run.reshape(len(run), -1)
        ahead = np.zeros_like(flat[:1]) if normal is None else normal.reshape(len(normal), -1)[:1]
        total = belongs @ np.concatenate([np.repeat(ahead, before, axis=0), flat])
        return np.asarray(total.reshape(len(months), *run.shape[1:]))

    exports = result.exports.sum(axis=1), result.exports_baseline.sum(axis=1)
    retail = result.retail, result.retail_baseline
    wages = result.wages, result.wages + result.wages_lost
    province, normal = (
        np.column_stack([exports[k], retail[k], wages[k], taxes])
        for k, taxes in enumerate((result.revenue, result.revenue_baseline))
    )
    alone = np.column_stack(
        [result.public_cost, result.support, result.extra_cost.sum(axis=1), result.household_income_lost]
    )
    return MonthlyAccounts(
        months=tuple(map(str, months)),
        days=belongs.sum(axis=1),
        value_added=add(result.value_added, result.value_added_baseline),
        without_outbreak=add(result.value_added_baseline, result.value_added_baseline),
        lost_person_days=add(result.lost_person_days),
        province=add(province, normal),
        province_normal=add(normal, normal),
        alone=add(alone),
    )


def period_of(month: str, by: str) -> str:
    """Return the period that a month belongs to: ``2021-05``, ``2021-Q2`` or ``2021``."""
    year, number = month.split("-")
    return {"month": month, "quarter": f"{year}-Q{(int(number) + 2) // 3}", "year": year}[by]


def summed(accounts: MonthlyAccounts, values: Floats, by: str) -> tuple[tuple[str, ...], Floats]:
    """Return the periods, and (P, ...) the sums of a monthly array over each."""
    names = [period_of(month, by) for month in accounts.months]
    periods = tuple(dict.fromkeys(names))
    return periods, np.stack([values[[name == one for name in names]].sum(axis=0) for one in periods])


def growth(
    value_added: Floats, without_outbreak: Floats, counterfactual: Floats, groups: Floats
) -> tuple[Floats, Floats]:
    """Return growth over the year before, with the outbreak and without it, of groups of sectors.

    A sector grows by (1 + g)(1 - loss) - 1, where g is its growth without an outbreak and loss the share of value added
    that the outbreak took. For a group, sectors of the year before are added up: value without an outbreak / (1 + g).

    Parameters
    ----------
    value_added, without_outbreak
        (..., J) of a period.
    counterfactual
        (J,) g, as a share.
    groups
        (G, J) 1 where a sector belongs to a group.

    Returns
    -------
    tuple
        (..., G) growth and (..., G) growth without an outbreak, as shares; NaN where the group had no value added.
    """
    last_year = (without_outbreak / (1.0 + counterfactual)) @ groups.T
    nothing = np.full_like(last_year, np.nan)
    now, then = (
        np.divide(values @ groups.T, last_year, out=nothing.copy(), where=last_year > 0) - 1.0
        for values in (value_added, without_outbreak)
    )
    return now, then


def counterfactual_growth(broad: Sequence[str], values: Mapping[str, float]) -> Floats:
    """Return (J,) growth of each sector over the year before without an outbreak, as a share: a stated prior."""
    rates = {
        "agriculture": values["growth_agriculture"],
        "industry": values["growth_industry"],
        "services": values["growth_services"],
    }
    return np.array([rates[name] / 100.0 for name in broad])


def grdp_frame(
    accounts: MonthlyAccounts, sectors: Sequence[str], broad: Sequence[str], rates: Floats, by: str
) -> pl.DataFrame:
    """Return GRDP by period and sector, then by broad sector and in all (``*``).

    Columns: period, sector, value_added_vnd_bn, without_outbreak_vnd_bn, loss_share, growth, growth_without_outbreak.
    """
    groups = groups_of(sectors, broad)
    periods, value = summed(accounts, accounts.value_added, by)
    _, normal = summed(accounts, accounts.without_outbreak, by)
    now, then = growth(value, normal, rates, np.array(list(groups.values())))
    rows = []
    for p, period in enumerate(periods):
        for g, (name, members) in enumerate(groups.items()):
            made, would = float(value[p] @ members), float(normal[p] @ members)
            lost = (would - made) / would if would > 0 else 0.0
            rows.append((period, name, made, would, lost, float(now[p, g]), float(then[p, g])))
    columns = (
        "period",
        "sector",
        "value_added_vnd_bn",
        "without_outbreak_vnd_bn",
        "loss_share",
        "growth",
        "growth_without_outbreak",
    )
    return pl.DataFrame(rows, schema=columns, orient="row")


def groups_of(sectors: Sequence[str], broad: Sequence[str]) -> dict[str, Floats]:
    """Return (J,) membership by name: each sector, each broad sector as ``broad:industry``, and all as ``*``."""
    groups = {name: np.eye(len(sectors))[j] for j, name in enumerate(sectors)}
    for name in BROAD:
        groups[f"broad:{name}"] = np.array([float(one == name) for one in broad])
    groups["*"] = np.ones(len(sectors))
    return groups


def province_frame(accounts: MonthlyAccounts, by: str) -> pl.DataFrame:
    """Return exports, retail, pay, revenue by tax, spending and household income lost, one row a period (bn VND).

    What also happens without an outbreak has a second column, ``..._without_outbreak``.
    """
    periods, run = summed(accounts, accounts.province, by)
    _, normal = summed(accounts, accounts.province_normal, by)
    _, alone = summed(accounts, accounts.alone, by)
    columns: dict[str, object] = {"period": list(periods)}
    for k, name in enumerate(WITH_NORMAL):
        columns[name] = run[:, k]
        columns[f"{name}_without_outbreak"] = normal[:, k]
    columns.update({name: alone[:, k] for k, name in enumerate(ALONE)})
    return pl.DataFrame(columns)


def work_frame(accounts: MonthlyAccounts, sectors: Sequence[str], by: str) -> pl.DataFrame:
    """Return work lost by period, sector and cause: person-days, and jobs (person-days over the days of the period)."""
    periods, lost = summed(accounts, accounts.lost_person_days, by)
    _, days = summed(accounts, accounts.days, by)
    rows = [
        (period, sector, cause.name.lower(), float(lost[p, j, cause]), float(lost[p, j, cause] / days[p]))
        for p, period in enumerate(periods)
        for j, sector in enumerate(sectors)
        for cause in Absence
    ]
    return pl.DataFrame(
        rows, schema=("period", "sector", "cause", "person_days_lost", "jobs_lost"), orient="row"
    )
