"""The example province has the size that the article reports."""

from __future__ import annotations

import numpy as np
import pytest
from economies import closing, run

from songhanh.economy import EconomyModel, build
from songhanh.economy.periods import by_month, counterfactual_growth, grdp_frame
from songhanh.province import load
from songhanh.province.pack import Pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load("bac-giang-2021")


@pytest.fixture(scope="module")
def model(pack: Pack) -> EconomyModel:
    return build(pack)


def test_a_year_gives_the_grdp_of_the_article(pack: Pack, model: EconomyModel) -> None:
    crops = (model.crops.value() * model.value_added_share[model.crops.sector]).sum()
    year = 365 * (model.output * model.value_added_share).sum() + crops
    assert year == pytest.approx(129_837, rel=1e-6)
    industry = (pack.sectors["broad"] == "industry").to_numpy()
    assert (model.output * model.value_added_share)[industry].sum() == pytest.approx(207, rel=0.01)


def test_the_accounts_of_a_quiet_year_are_that_grdp(pack: Pack, model: EconomyModel) -> None:
    # From 20 April to 31 December, with the days before like the first; the whole harvest lies inside.
    months = by_month(run(model, 256, parameters={}), pack.outbreak_from)
    broad = pack.sectors["broad"].to_list()
    rates = counterfactual_growth(
        broad, {"growth_agriculture": 4.0, "growth_industry": 17.0, "growth_services": 7.0}
    )
    year = grdp_frame(months, model.sectors, broad, rates, "year")
    whole = year.filter(year["sector"] == "*").row(0, named=True)
    assert whole["value_added_vnd_bn"] == pytest.approx(129_837, rel=1e-6)
    assert whole["loss_share"] == pytest.approx(0.0, abs=1e-9)
    # With the priors the year would have grown by 12.0 %, which was set beside 13.02 % of the year before.
    assert whole["growth"] == pytest.approx(0.120, abs=5e-4)
    assert months.days.sum() == 365


def test_no_shock_no_loss_and_the_harvest_is_sold(model: EconomyModel) -> None:
    result = run(model, 245, parameters={})
    gap = np.abs(result.value_added - result.value_added_baseline)
    assert gap.max() < 1e-12 * result.value_added_baseline.max()
    assert result.crop_sold.sum() == pytest.approx(model.crops.tonnes.sum())


def test_closing_a_park_costs_a_believable_part_of_industry(pack: Pack, model: EconomyModel) -> None:
    result = run(model, 60, closing(model, 1, 16, 45), {})
    lost = (result.value_added_baseline - result.value_added).sum(axis=1)
    industry = result.value_added_baseline[0][(pack.sectors["broad"] == "industry").to_numpy()].sum()
    assert (lost[:16] == pytest.approx(0.0, abs=1e-9)) and 0.1 < lost[20] / industry < 0.5
    assert lost[50] < lost[20]
    assert result.household_income_lost[20, 1] > 0
