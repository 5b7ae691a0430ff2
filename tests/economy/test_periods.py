"""Accounts by month, quarter and year: they add up, growth is its closed form, each tax has its own base."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from economies import PLAIN, closing, drawn_day, drawn_economy, economy_of, everybody, quiet, run
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.core.modes import Absence
from songhanh.economy import EconomyParameters, EconomyResult
from songhanh.economy.accounts import Tax
from songhanh.economy.periods import (
    WITH_NORMAL,
    by_month,
    counterfactual_growth,
    grdp_frame,
    groups_of,
    growth,
    period_of,
    province_frame,
    summed,
    work_frame,
)

ORIGIN = date(2021, 4, 20)
TWO = [[0.1, 0.2], [0.2, 0.1]], [10.0, 20.0]


def shaken(seed: int, days: int = 120) -> tuple[EconomyResult, int]:
    model, rng = drawn_economy(seed), np.random.default_rng(seed)
    return run(model, days, lambda _: drawn_day(model, rng), {}), model.n_sectors


@given(seed=st.integers(0, 5_000))
@settings(max_examples=15, deadline=None)
def test_months_quarters_and_the_year_add_up_to_the_days(seed: int) -> None:
    result, _ = shaken(seed)
    months = by_month(result, ORIGIN)
    # Slow plain twin: day by day into a dictionary; days of the year before the run are like its first without shocks.
    plain: dict[str, float] = {}
    for day in range(-109, 120):
        month = f"{ORIGIN + timedelta(days=day):%Y-%m}"
        value = result.value_added[day] if day >= 0 else result.value_added_baseline[0]
        plain[month] = plain.get(month, 0.0) + float(value.sum())
    assert list(plain) == list(months.months)
    assert months.value_added.sum(axis=1) == pytest.approx(list(plain.values()), rel=1e-9, abs=1e-9)
    for by in ("month", "quarter", "year"):
        periods, lost = summed(months, months.lost_person_days, by)
        assert lost.sum() == pytest.approx(result.lost_person_days.sum(), rel=1e-9)
        assert len(periods) == {"month": 8, "quarter": 3, "year": 1}[by]
        _, days = summed(months, months.days, by)
        assert days.sum() == 229


def test_names_of_periods() -> None:
    assert [period_of("2021-12", by) for by in ("month", "quarter", "year")] == ["2021-12", "2021-Q4", "2021"]
    assert [period_of(f"2021-{m:02}", "quarter")[-2:] for m in range(1, 13)] == [
        f"Q{q}" for q in (1, 2, 3, 4) for _ in range(3)
    ]


def test_growth_of_a_sector_is_its_closed_form_and_of_a_group_that_of_its_levels() -> None:
    value, normal = np.array([90.0, 50.0]), np.array([100.0, 50.0])
    rates = np.array([0.25, 0.0])
    groups = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    now, then = growth(value, normal, rates, groups)
    assert now[:2] == pytest.approx([1.25 * 0.9 - 1.0, 0.0]) and then[:2] == pytest.approx(rates)
    assert now[2] == pytest.approx(140.0 / (80.0 + 50.0) - 1.0)
    assert then[2] == pytest.approx(150.0 / 130.0 - 1.0)
    assert np.isnan(growth(np.zeros(2), np.zeros(2), rates, groups)[0]).all()
    same = growth(0.9 * normal, normal, np.array([0.1, 0.1]), groups)[0]
    assert same == pytest.approx(1.1 * 0.9 - 1.0)  # one rate and one loss for all


def test_priors_of_growth_are_those_of_broad_sectors() -> None:
    values = {"growth_agriculture": 4.0, "growth_industry": 17.0, "growth_services": 7.0}
    assert counterfactual_growth(["services", "industry", "agriculture"], values) == pytest.approx(
        [0.07, 0.17, 0.04]
    )
    assert set(values) <= set(EconomyParameters.from_values({}).values)
    groups = groups_of(["a", "b"], ["industry", "services"])
    assert list(groups) == ["a", "b", "broad:agriculture", "broad:industry", "broad:services", "*"]
    assert groups["broad:industry"].tolist() == [1.0, 0.0] and groups["*"].tolist() == [1.0, 1.0]


def test_frames_say_what_a_closure_costs() -> None:
    model = economy_of(*TWO)
    # Closed for all of May: in May half of the workers, who are at the site, do nothing.
    result = run(model, 256, closing(model, 0, 11, 41))
    months = by_month(result, ORIGIN)
    frame = grdp_frame(months, model.sectors, ["industry", "services"], np.array([0.1, 0.0]), "month")
    may = frame.filter((pl.col("period") == "2021-05") & (pl.col("sector") == "*"))
    lost = (result.value_added_baseline - result.value_added)[11:42].sum()
    assert may["without_outbreak_vnd_bn"][0] - may["value_added_vnd_bn"][0] == pytest.approx(lost)
    assert may["loss_share"][0] > 0.3
    january = frame.filter((pl.col("period") == "2021-01") & (pl.col("sector") == "sector-0"))
    assert january["loss_share"][0] == pytest.approx(0.0, abs=1e-12)
    assert january["growth"][0] == pytest.approx(0.1) == january["growth_without_outbreak"][0]
    for sector in ("sector-0", "sector-1"):
        row = frame.filter((pl.col("period") == "2021-05") & (pl.col("sector") == sector))
        rate = row["growth_without_outbreak"][0]
        assert row["growth"][0] == pytest.approx((1 + rate) * (1 - row["loss_share"][0]) - 1)
    work = work_frame(months, model.sectors, "month").filter(pl.col("period") == "2021-05")
    closed = work.filter(pl.col("cause") == "closed")
    assert closed["person_days_lost"].sum() == pytest.approx(2 * 50 * 31)
    assert closed["jobs_lost"].sum() == pytest.approx(100.0)
    assert set(work["cause"]) == {cause.name.lower() for cause in Absence}


# Taxes


def test_each_tax_has_its_own_base_and_exports_bear_no_vat() -> None:
    model = economy_of(*TWO)
    values = PLAIN | {"profit_tax_lag_days": 0.0}
    result = run(model, 10, None, values)
    numbers = EconomyParameters.from_values(values).values
    households, other, _ = model.final_demand(1.0)
    assert result.revenue[:, Tax.VAT] == pytest.approx(
        np.full(10, numbers["vat_rate"] * (households + other).sum())
    )
    added = (model.output * model.value_added_share).sum()
    pay = numbers["labour_share"] * added
    assert result.revenue[0, Tax.PROFIT] == pytest.approx(numbers["profit_tax_rate"] * (added - pay))
    assert result.revenue[0, Tax.INCOME] == pytest.approx(numbers["income_tax_rate"] * pay)
    assert result.revenue[0, Tax.IMPORT_DUTY] == pytest.approx(
        numbers["import_duty_rate"] * model.flows()[-1].sum()
    )
    assert result.wages == pytest.approx(np.full(10, pay))
    assert result.budget_revenue_lost == pytest.approx(np.zeros(10), abs=1e-12)
    # What cannot leave the province for lack of trucks costs profit and no VAT.
    stuck = quiet(model)
    stuck.export_logistics[:] = 0.0
    cut = run(model, 3, lambda _: (stuck, everybody(model)), values)
    assert cut.exports.sum() == 0.0
    assert cut.revenue[:, Tax.VAT] == pytest.approx(result.revenue[:3, Tax.VAT])
    assert (cut.revenue[:, Tax.PROFIT] < result.revenue[:3, Tax.PROFIT]).all()


def test_profit_tax_follows_with_its_lag() -> None:
    model = economy_of(*TWO)
    days = closing(model, 0, 5, 9)
    at_once = run(model, 60, days, PLAIN | {"profit_tax_lag_days": 0.0}).revenue[:, Tax.PROFIT]
    later = run(model, 60, days, PLAIN | {"profit_tax_lag_days": 30.0}).revenue[:, Tax.PROFIT]
    assert later[30:] == pytest.approx(at_once[:30])
    assert later[:30] == pytest.approx(np.full(30, at_once[0])) and at_once[6] < at_once[0]


@given(seed=st.integers(0, 5_000))
@settings(max_examples=15, deadline=None)
def test_what_the_budget_lost_is_the_sum_of_its_taxes(seed: int) -> None:
    result, _ = shaken(seed, 40)
    assert (result.revenue >= 0).all()
    lost = (result.revenue_baseline - result.revenue).sum(axis=1)
    assert result.budget_revenue_lost == pytest.approx(lost)
    frame = province_frame(by_month(result, date(2021, 1, 1)), "year")
    taxes = [name for name in WITH_NORMAL if name.startswith("tax_")]
    told = sum(frame[f"{name}_without_outbreak"][0] - frame[name][0] for name in taxes)
    assert told == pytest.approx(lost.sum(), abs=1e-9)
    assert frame["exports"][0] == pytest.approx(result.exports.sum())
    assert frame["retail"][0] == pytest.approx(result.retail.sum())
    assert frame["wages_without_outbreak"][0] - frame["wages"][0] == pytest.approx(result.wages_lost.sum())
    assert frame["public_cost"][0] == pytest.approx(result.public_cost.sum())
    income = frame["income_lost_residents"][0] + frame["income_lost_lodgers"][0]
    assert income == pytest.approx(result.household_income_lost.sum())
