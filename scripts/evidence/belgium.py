"""Belgium in 2020: the model on a national table, driven by published shocks, against the monthly GDP that was observed.

The half-critical function is the headline, as declared before the first run. Nothing is fitted: labour is what a survey found in
April 2020 and the orders of the government closed and opened; other demand and the constants are those that pyIEEM publishes
with the data (github.com/twallema/pyIEEM, MIT), or Pichler et al. 2022 (doi 10.1016/j.jedc.2022.104527).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidence.shared import shared_data
from songhanh.economy import (
    Economy,
    EconomyControls,
    EconomyModel,
    EconomyParameters,
    EconomyResult,
    LabourDay,
    ProductionFunction,
    full_labour,
    no_economy_controls,
)

Floats = NDArray[np.float64]
FIRST, LAST = date(2020, 2, 1), date(2020, 12, 31)
HEADLINE = ProductionFunction.HALF_CRITICAL
DAYS = (LAST - FIRST).days + 1
POPULATION = 11_492_641.0  # 1 January 2020, Statbel
# What closed and opened again, by the column of the policies' file; an order takes `RAMP` days to hold (both pyIEEM).
PHASES = (
    (date(2020, 3, 15), "lockdown_1"),
    (date(2020, 5, 4), "lockdown_release_phaseI"),
    (date(2020, 5, 18), "lockdown_release_phaseII"),
    (date(2020, 6, 8), "lockdown_release_phaseIII"),
    (date(2020, 7, 1), "lockdown_release_phaseIV"),
    (date(2020, 10, 19), "lockdown_2_1"),
    (date(2020, 11, 2), "lockdown_2_2"),
    (date(2020, 11, 27), "lockdown_plateau"),
)
RAMP = 5.0
ANTWERP = (date(2020, 8, 3), date(2020, 8, 24), "lockdown_Antwerp")
ANTWERP_SHARE = 1_869_730.0 / POPULATION  # people of the province on 1 January 2020, Statbel
# Orders from abroad and investment fall within March 2020, stay down in April and come back by dates of their own (pyIEEM, from
# Belgian trade and OECD investment statistics).
BEGINS, FULL, EASES = date(2020, 3, 1), date(2020, 4, 1), date(2020, 5, 1)
GOODS_BACK, SERVICES_BACK = date(2020, 9, 1), date(2021, 7, 1)
GOODS_FALL, SERVICES_FALL, INVESTMENT_FALL = 0.25, 0.21, 0.1617
CONSTANTS = {
    "stock_adjustment_days": 14.0,  # pyIEEM; 10 in Pichler et al. 2022
    "furlough_days": 7.0,  # pyIEEM: a week to lay off
    "callback_days": 14.0,  # pyIEEM: two weeks to hire
    "furlough_share": 0.0,  # Pichler et al. 2022: whoever is idle leaves and is hired again
    "pay_furlough_share": 0.7,  # temporary unemployment paid 70 % of pay in 2020
    "pay_laid_off_share": 0.7,
    "saving_share": 0.75,  # Pichler et al. 2022
    "income_sensitivity": 0.5,  # Muellbauer's equation in Pichler et al. 2022: half of current income
    "fear_max": 0.0,  # what households buy falls with what is closed; no fear on top
    "overtime_max": 1.0,  # Pichler et al. 2022 have none
    "remote_productivity": 1.0,
    "household_local_demand_share": 1.0,
    "entry_test_days": 0.0,
}


def data_folder() -> Path | None:
    """Return the folder of the Belgian data beside the repository, or None where it is not there."""
    folder = shared_data() / "economy" / "belgium_2020"
    return folder if folder.is_dir() else None


def rows_of(path: Path) -> tuple[list[str], list[str], Floats]:
    """Return the names of the rows and columns of a table, and its numbers (empty cells NaN)."""
    with path.open(encoding="utf-8", newline="") as handle:
        head, *rows = list(csv.reader(handle))
    values = [[float(cell) if cell else np.nan for cell in row[1:]] for row in rows]
    return [row[0] for row in rows], head[1:], np.array(values)


@dataclass(frozen=True, eq=False)
class Belgium:
    """What the files say. J sectors.

    Attributes
    ----------
    model
        Belgium on a normal day, M€ a day.
    closed
        (J,) by name of a phase: share of what can close that is closed.
    cannot_work
        (J,) workers neither at their workplace nor at home in the first lock-down (ERMG survey).
    on_site
        (J,) whether households have to go there.
    pichler_shock
        (J,) fall of all demand but that of households and sectors in Pichler et al. 2022, for comparison.
    investment
        (J,) share of investment in local demand other than that of households.
    pay
        (J,) labour compensation a day.
    gdp
        Observed index by month, February 2020 = 1.
    """

    model: EconomyModel
    closed: Mapping[str, Floats]
    cannot_work: Floats
    on_site: Floats
    pichler_shock: Floats
    investment: Floats
    pay: Floats
    gdp: Mapping[date, float]


def read(folder: Path) -> Belgium:
    """Read the files.

    Uses of all origins stand in one row of the table, so nothing is bought "outside" and the column sums include imports.
    """
    names, columns, accounts = rows_of(folder / "other_accounts_BE_NACE64.csv")
    account = {column.split(" (")[0]: accounts[:, j] / 365.0 for j, column in enumerate(columns)}
    _, _, table = rows_of(folder / "IO_BE_NACE64.csv")
    _, _, survey = rows_of(folder / "ermg_summary.csv")
    _, phases, policies = rows_of(folder / "policies_BE.csv")
    days, numbers = _observed(folder / "BE.csv")
    return Belgium(
        model=_model(names, account, table / 365.0, folder),
        closed={phase: policies[:, j] for j, phase in enumerate(phases)},
        cannot_work=np.clip(1.0 - survey.sum(axis=1), 0.0, 1.0),
        on_site=rows_of(folder / "pichler" / "on_site_consumption_NACE64.csv")[2][:, 0],
        pichler_shock=rows_of(folder / "pichler" / "other_demand_shock.csv")[2][:, 0],
        investment=_investment(account),
        pay=account["Labor compensation"],
        gdp=dict(zip(days, numbers, strict=True)),
    )


def _investment(account: Mapping[str, Floats]) -> Floats:
    """Return (J,) the share of investment in what other local buyers take; changes of inventories make it an approximation."""
    local = account["Total other demand"] - account["Other consumption - exports"]
    share = np.divide(
        account["Other consumption - investments"], local, out=np.zeros_like(local), where=local > 0
    )
    return np.clip(share, 0.0, 1.0)


def _observed(path: Path) -> tuple[list[date], list[float]]:
    names, columns, values = rows_of(path)
    gdp = values[:, columns.index("GDP")]
    there = [i for i in range(len(names)) if np.isfinite(gdp[i])]
    return [date.fromisoformat(names[i]).replace(day=1) for i in there], [float(gdp[i]) for i in there]


def _model(names: list[str], account: Mapping[str, Floats], flows: Floats, folder: Path) -> EconomyModel:
    output, n = account["Sectoral output"], len(names)
    coefficients = np.vstack([flows / output, np.zeros(n)])
    final = np.maximum(output - flows.sum(axis=1), 0.0)
    exports = np.minimum(account["Other consumption - exports"], final)
    at_home = final - exports
    households = np.minimum(account["Household demand"], at_home)
    share = np.divide(households, at_home, out=np.zeros(n), where=at_home > 0)
    critical = rows_of(folder / "pichler" / "IHS_critical_NACE64.csv")[2]
    return EconomyModel(
        sectors=tuple(names),
        sites=(),
        output=output,
        coefficients=coefficients,
        critical=np.vstack([critical, np.ones(n)]),
        value_added_share=1.0 - coefficients.sum(axis=0),
        foreign_share=exports / output,
        household_share=share,
        stock_days=rows_of(folder / "pichler" / "desired_stock_NACE64.csv")[2][:, 0],
        workers=account["Number of employees"][None, :] * 365.0,
        lodger_share=np.zeros(1),
        remote_share=np.zeros(n),  # the survey's remote workers are at work
        essential=np.zeros(n, dtype=np.bool_),
        keeps_orders=np.array([name[0] in "ABCDEF" for name in names]),
        population=POPULATION,
    )


def ramp(when: date, begins: date, days: float) -> float:
    """Return 0 before, 1 after, and a straight line in between."""
    return min(max((when - begins).days / days, 0.0), 1.0) if days > 0 else float(when >= begins)


def closure(belgium: Belgium, when: date, days: float = RAMP, antwerp: bool = True) -> Floats:
    """Return (J,) the share of workers whom the orders of a day keep from working, with or without those of Antwerp alone."""
    closed = np.zeros(belgium.model.n_sectors)
    for begins, name in PHASES:
        closed = closed + (belgium.closed[name] - closed) * ramp(when, begins, days)
    first, last, name = ANTWERP
    if antwerp and first <= when < last:
        closed = closed + (np.maximum(belgium.closed[name], closed) - closed) * ANTWERP_SHARE
    return np.asarray(closed * belgium.cannot_work)


@dataclass(frozen=True)
class Driver:
    """What moves the economy of Belgium.

    Attributes
    ----------
    name
        For the page.
    days
        Days that an order takes to hold.
    by_component
        Whether exports and investment fall as pyIEEM has it; otherwise all of it by Pichler's figure, until September.
    antwerp
        Whether the three weeks of August in which only Antwerp was locked down count.
    """

    name: str
    days: float
    by_component: bool
    antwerp: bool = True

    def levers(self, belgium: Belgium, when: date) -> tuple[EconomyControls, LabourDay]:
        """Return the levers of a day: closed work, what cannot be bought on site, and other demand."""
        n = belgium.model.n_sectors
        shut = closure(belgium, when, self.days, self.antwerp)
        exports, other = self._demand(belgium, when)
        controls = replace(
            no_economy_controls(1, 0, n, 0),
            household_demand=1.0 - shut * belgium.on_site,
            other_demand=other,
            export_demand=exports,
        )
        return controls, replace(full_labour(0, n), open_rest=1.0 - shut)

    def _demand(self, belgium: Belgium, when: date) -> tuple[Floats, Floats]:
        built = ramp(when, BEGINS, float((FULL - BEGINS).days))
        goods = built * (1.0 - ramp(when, EASES, float((GOODS_BACK - EASES).days)))
        services = built * (1.0 - ramp(when, EASES, float((SERVICES_BACK - EASES).days)))
        if not self.by_component:
            fewer = 1.0 - belgium.pichler_shock * goods
            return fewer, fewer
        is_goods = belgium.model.keeps_orders
        exports = np.where(is_goods, 1.0 - GOODS_FALL * goods, 1.0 - SERVICES_FALL * services)
        return np.asarray(exports), np.asarray(1.0 - INVESTMENT_FALL * goods * belgium.investment)


PUBLISHED = Driver("the complete set of pyIEEM (headline)", RAMP, True)
DRIVERS = (
    PUBLISHED,
    Driver("without the lock-down of Antwerp in August", RAMP, True, antwerp=False),
    Driver("orders hold within 7 days instead of 5", 7.0, True),
    Driver(
        "first run: other demand as in Pichler et al. until September, orders hold at once",
        0.0,
        False,
        antwerp=False,
    ),
)
FIRST_RUN = DRIVERS[-1]


def simulate(
    belgium: Belgium,
    function: ProductionFunction = HEADLINE,
    driver: Driver = PUBLISHED,
) -> EconomyResult:
    """Run Belgium from February to December 2020."""
    economy = Economy(replace(belgium.model, production=function), DAYS)
    economy.start(EconomyParameters.from_values(CONSTANTS))
    for day in range(DAYS):
        economy.step(day, *driver.levers(belgium, FIRST + timedelta(days=day)))
    return economy.result()


def by_month(daily: Floats) -> dict[date, float]:
    """Return the mean of each month against February."""
    months: dict[date, list[float]] = {}
    for day, value in enumerate(daily):
        months.setdefault((FIRST + timedelta(days=day)).replace(day=1), []).append(float(value))
    means = {month: sum(values) / len(values) for month, values in months.items()}
    return {month: mean / means[FIRST] for month, mean in means.items()}


def error_points(belgium: Belgium, months: Mapping[date, float]) -> float:
    """Return the mean absolute error from March to December, in percentage points of February's GDP."""
    gaps = [abs(months[month] - belgium.gdp[month]) for month in months if month > FIRST]
    return 100.0 * sum(gaps) / len(gaps)


def employment(folder: Path) -> dict[str, float]:
    """Return the share of workers at work that firms reported, by day of the survey."""
    days, columns, values = rows_of(folder / "BE.csv")
    at_work = values[:, columns.index("employment")]
    return {day: float(value) for day, value in zip(days, at_work, strict=True) if np.isfinite(value)}
