"""Five production functions, worked by hand, and what holds under all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from economies import PLAIN, drawn_day, drawn_economy, economy_of, everybody, quiet, run
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.economy import Economy, EconomyModel, EconomyParameters, ProductionFunction
from songhanh.economy.production import POOLED, binding_inputs

FUNCTIONS = list(ProductionFunction)
DAYS = 20


def one_buyer(function: ProductionFunction) -> EconomyModel:
    """Sector 3 uses sector 0 (critical), 1 (important) and 2 (neither); it makes 10 a day."""
    local = np.zeros((4, 4))
    local[:3, 3] = [0.2, 0.1, 0.1]
    critical = np.zeros((5, 4))
    critical[:3, 3] = [1.0, 0.5, 0.0]
    model = economy_of(local, [10.0] * 4, imported=np.zeros(4), critical=critical)
    return replace(model, production=function)


@pytest.mark.parametrize(
    ("function", "output"),
    [
        (ProductionFunction.LEONTIEF, 2.0),  # the scarcest: a fifth
        (ProductionFunction.STRONGLY_CRITICAL, 4.0),  # of the critical and the important one
        (ProductionFunction.HALF_CRITICAL, 7.0),  # half of output needs the important one: (4 + 10) / 2 < 8
        (ProductionFunction.WEAKLY_CRITICAL, 8.0),  # the critical one
        (ProductionFunction.LINEAR, 5.5),  # 0.16 + 0.04 + 0.02 of 0.4
    ],
)
def test_one_day_with_little_stock(function: ProductionFunction, output: float) -> None:
    model = one_buyer(function)
    economy = Economy(model, 1)
    economy.start(EconomyParameters.from_values(PLAIN))
    economy.stocks[:3, 3] = 10.0 * np.array([0.8 * 0.2, 0.4 * 0.1, 0.2 * 0.1])
    economy.step(0, quiet(model), everybody(model))
    assert economy.result().production[0, 3] == pytest.approx(output, rel=1e-12)


def test_what_binds_is_read_from_the_table() -> None:
    critical = np.array([[1.0, 0.3], [0.0, 0.5], [1.0, 0.0]])
    used = np.array([[0.1, 0.1], [0.1, 0.0], [0.2, 0.3]])
    found = {function: binding_inputs(function, critical, used).tolist() for function in FUNCTIONS}
    assert found[ProductionFunction.LEONTIEF] == [[1, 1], [1, 0], [1, 1]]
    assert found[ProductionFunction.STRONGLY_CRITICAL] == [[1, 1], [0, 0], [1, 0]]
    assert found[ProductionFunction.HALF_CRITICAL] == [[1, 0.5], [0, 0], [1, 0]]
    assert found[ProductionFunction.WEAKLY_CRITICAL] == [[1, 0], [0, 0], [1, 0]]
    assert found[ProductionFunction.LINEAR] == [[POOLED, POOLED], [POOLED, 0], [POOLED, POOLED]]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_nothing_moves_in_400_days_without_a_shock(function: ProductionFunction, seed: int) -> None:
    model = replace(drawn_economy(seed), production=function)
    result = run(model, 400, parameters={})
    assert np.abs(result.production / model.output - 1.0).max() < 1e-12
    assert np.abs(result.lost_person_days).max() < 1e-9


@given(seed=st.integers(0, 10_000), shocks=st.integers(0, 10_000), function=st.sampled_from(FUNCTIONS))
@settings(max_examples=60, deadline=None)
def test_books_balance_and_stocks_are_never_negative(
    seed: int, shocks: int, function: ProductionFunction
) -> None:
    model, rng = replace(drawn_economy(seed), production=function), np.random.default_rng(shocks)
    economy = Economy(model, DAYS)
    economy.start(EconomyParameters.from_values({}))
    for day in range(DAYS):
        economy.step(day, *drawn_day(model, rng))
        assert np.isfinite(economy.stocks).all() and (economy.stocks >= 0).all()
    r = economy.result()
    sold = r.sold_inputs + r.sold_households + r.sold_other + r.sold_outside
    assert np.allclose(r.production, sold, rtol=1e-12, atol=1e-12)
    assert (r.production >= 0).all()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_long_run_is_leontief_whatever_the_function(function: ProductionFunction) -> None:
    local = np.array([[0.1, 0.2, 0.0], [0.3, 0.1, 0.1], [0.0, 0.05, 0.2]])
    model = replace(economy_of(local, [20.0, 30.0, 25.0]), production=function)
    fewer = replace(quiet(model), household_demand=np.array([0.5, 0.2, 0.9]))
    r = run(model, 1500, lambda _: (fewer, everybody(model)))
    households, other, outside = model.final_demand(1.0)
    wanted = np.linalg.solve(np.eye(3) - local, households * fewer.household_demand + other + outside)
    assert r.production[-1] == pytest.approx(wanted, rel=1e-9)


def test_functions_stand_in_order_when_an_input_fails() -> None:
    # The more inputs can stop a sector, the more is lost.
    lost = {}
    for function in FUNCTIONS:
        model = one_buyer(function)
        shut = quiet(model)
        shut.admitted[:, 1] = 0.0  # the important input
        r = run(model, 150, lambda _, shut=shut, model=model: (shut, everybody(model)))
        lost[function] = 150 * 10.0 - r.production[:, 3].sum()
    leontief, strongly, half, weakly, linear = (lost[function] for function in FUNCTIONS)
    assert leontief == pytest.approx(strongly) and strongly > half > weakly == pytest.approx(0.0, abs=1e-9)
    assert linear == pytest.approx(0.0, abs=1e-9)  # stocks of the other inputs stand in


def test_a_sector_held_down_by_order_does_not_starve_itself() -> None:
    # Half of its sales go to sectors, a third of what it needs is its own product, and all of it is critical.
    model = economy_of(
        [[0.3, 0.4], [0.0, 0.0]], [10.0, 10.0], imported=np.zeros(2), stock_days=np.array([2.0, 30.0])
    )
    held = quiet(model)
    held.admitted[:, 0] = 0.2
    r = run(
        model, 200, lambda day: (held, everybody(model)) if day < 90 else None, PLAIN | {"overtime_max": 1.0}
    )
    assert r.production[:90, 0] == pytest.approx(2.0, rel=1e-9)
    assert r.production[150, 0] > 0.97 * 10.0
