"""Belgium 2020: published shocks and constants, nothing fitted, against the monthly GDP that was observed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from economies import everybody, quiet

from evidence import belgium
from songhanh.economy import Economy, EconomyParameters, ProductionFunction


@pytest.fixture(scope="module")
def data(shared_data: Path) -> belgium.Belgium:
    return belgium.read(shared_data / "economy" / "belgium_2020")


def test_the_table_is_read_whole(data: belgium.Belgium) -> None:
    model = data.model
    assert model.n_sectors == 63
    assert np.abs(model.coefficients.sum(axis=0) + model.value_added_share - 1.0).max() < 1e-12
    households, other, outside = model.final_demand(1.0)
    sold = model.flows()[:-1].sum(axis=1) + households + other + outside
    assert sold == pytest.approx(model.output, rel=1e-9)
    assert model.workers.sum() == pytest.approx(4_895_100)
    assert data.gdp[date(2020, 4, 1)] == pytest.approx(0.6567, abs=1e-4)


def test_belgium_stands_still_without_a_shock(data: belgium.Belgium) -> None:
    economy = Economy(data.model, 100)
    economy.start(EconomyParameters.from_values(belgium.CONSTANTS))
    for day in range(100):
        economy.step(day, quiet(data.model), everybody(data.model))
    assert np.abs(economy.result().production / data.model.output - 1.0).max() < 1e-11


def test_the_headline_is_within_four_points(data: belgium.Belgium) -> None:
    assert belgium.HEADLINE is ProductionFunction.HALF_CRITICAL
    months = belgium.by_month(belgium.simulate(data).value_added.sum(axis=1))
    assert list(months)[1:] == [date(2020, month, 1) for month in range(3, 13)]
    assert belgium.error_points(data, months) < 4.0
    assert min(months, key=lambda month: months[month]) == date(2020, 4, 1)


def test_functions_with_fewer_binding_inputs_lose_less(data: belgium.Belgium) -> None:
    year = {function: belgium.simulate(data, function).value_added.sum() for function in ProductionFunction}
    order = [year[function] for function in ProductionFunction]  # from all inputs to none
    assert order == sorted(order)
    assert year[ProductionFunction.LEONTIEF] < 0.5 * year[ProductionFunction.HALF_CRITICAL]


def test_no_sector_is_dead_in_the_end(data: belgium.Belgium) -> None:
    # Held at a fifth for months, membership organisations must not run out of what they sell to each other.
    output = belgium.simulate(data).production[-1] / data.model.output
    open_share = 1.0 - belgium.closure(data, belgium.LAST)
    assert (output > 0.4 * open_share).all()


def test_without_the_shocks_there_is_no_loss(data: belgium.Belgium) -> None:
    calm = replace(data, closed={name: np.zeros(63) for name in data.closed}, pichler_shock=np.zeros(63))
    months = belgium.by_month(belgium.simulate(calm, driver=belgium.FIRST_RUN).value_added.sum(axis=1))
    assert np.allclose(list(months.values()), 1.0, rtol=1e-11)
