"""Without a shock nothing moves; with any shock the books balance."""

from __future__ import annotations

import numpy as np
import pytest
from economies import PLAIN, drawn_day, drawn_economy, everybody, quiet, run
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.economy import Economy, EconomyParameters

DAYS = 25


@pytest.mark.parametrize("seed", range(8))
def test_nothing_moves_in_400_days_without_a_shock(seed: int) -> None:
    model = drawn_economy(seed)
    result = run(model, 400, parameters={})
    assert np.abs(result.production / model.output - 1.0).max() < 1e-12
    assert np.abs(result.inventories / np.maximum(result.inventories[0], 1e-9) - 1.0).max() < 1e-12
    scale = result.value_added_baseline.max()
    assert np.abs(result.value_added - result.value_added_baseline).max() < 1e-12 * scale
    assert np.abs(result.lost_person_days).max() < 1e-9
    assert np.abs(result.budget_revenue_lost).max() < 1e-10 * scale
    assert np.abs(result.employed_share - 1.0).max() < 1e-12


@given(seed=st.integers(0, 10_000), shocks=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_books_balance_whatever_happens(seed: int, shocks: int) -> None:
    model, rng = drawn_economy(seed), np.random.default_rng(shocks)
    economy = Economy(model, DAYS)
    economy.start(EconomyParameters.from_values({}))
    for day in range(DAYS):
        economy.step(day, *drawn_day(model, rng))
        assert (economy.stocks >= 0).all()
    r = economy.result()
    sold = r.sold_inputs + r.sold_households + r.sold_other + r.sold_outside
    assert np.allclose(r.production, sold, rtol=1e-12, atol=1e-12)
    before = np.vstack([economy.normal_stocks.sum(axis=0), r.inventories[:-1]])
    assert np.allclose(r.inventories, before + r.inputs_delivered - r.inputs_used, rtol=1e-12, atol=1e-9)
    for flow in (
        r.production,
        r.backlog,
        r.cancelled,
        r.sold_outside,
        r.lost_person_days,
        r.at_work,
        r.crop_sold,
    ):
        assert np.isfinite(flow).all() and (flow >= 0).all()
    people = r.at_work.sum(axis=1) + r.lost_person_days.sum(axis=2)
    assert np.allclose(people, model.workers.sum(axis=0), rtol=1e-12, atol=1e-9)
    fruit = r.crop_sold + r.crop_lost
    assert (fruit.cumsum(axis=0) <= r.crop_ripe.cumsum(axis=0) * (1 + 1e-12) + 1e-9).all()
    total = r.value_added.sum(axis=1)
    shared = model.workers.sum(axis=1) > 0  # the cost of a site without workers has no sector to bear it
    if shared.all():
        assert np.allclose(r.value_added_site.sum(axis=1), total, rtol=1e-9, atol=1e-9)


def test_orders_are_delivered_wait_or_are_given_up() -> None:
    model, rng = drawn_economy(3), np.random.default_rng(1)
    days = [drawn_day(model, rng) for _ in range(60)]
    r = run(model, 60, lambda day: days[day])
    outside = model.final_demand(1.0)[2] * np.array([controls.export_demand for controls, _ in days])
    before = np.vstack([np.zeros(model.n_sectors), r.backlog[:-1]])
    assert np.allclose(before + outside, r.sold_outside + r.cancelled + r.backlog, rtol=1e-12, atol=1e-12)


def test_same_bytes_on_repetition_and_after_another_world() -> None:
    model, rng = drawn_economy(5), np.random.default_rng(2)
    days = [drawn_day(model, rng) for _ in range(30)]
    economy = Economy(model, 30)
    first = run(model, 30, lambda day: days[day], economy=economy)
    other = run(
        model, 30, lambda day: days[day], PLAIN | {"overtime_max": 1.08, "picking_margin": 1.0}, economy
    )
    again = run(model, 30, lambda day: days[day], economy=economy)
    for name in first.__dataclass_fields__:
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes(), name
    assert other.production.tobytes() != first.production.tobytes()


def test_days_follow_each_other() -> None:
    model = drawn_economy(0)
    economy = Economy(model, 3)
    economy.start(EconomyParameters.from_values({}))
    with pytest.raises(ValueError, match="does not follow"):
        economy.step(1, quiet(model), everybody(model))


def test_a_growing_site_is_its_own_baseline() -> None:
    model = drawn_economy(4)
    path = np.ones((120, model.n_sites + 1))
    path[40:, 0] = 1.3
    result = run(model, 120, economy=Economy(model, 120, path))
    assert np.allclose(result.value_added, result.value_added_baseline, rtol=1e-12)
    assert result.value_added[-1].sum() > result.value_added[30].sum()
    assert np.abs(result.wages_lost).max() < 1e-12
