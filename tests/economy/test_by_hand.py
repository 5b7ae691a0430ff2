"""Cases small enough to be worked out on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from economies import PLAIN, closing, economy_of, everybody, quiet, run

from songhanh.core.modes import Absence


def test_one_sector_loses_half_a_day_and_catches_up_by_overtime() -> None:
    model = economy_of([[0.0]], [10.0], foreign_share=np.array([1.0]), imported=np.zeros(1))
    half = quiet(model)
    half.admitted[:] = 0.5
    r = run(model, 200, lambda day: (half, everybody(model)) if day == 0 else None,
            PLAIN | {"migrant_leave_rate": 0.0})  # fmt: skip
    backlog = 5.0 * (1 - 1 / 90)
    overtime = 1.0 + 0.15 * 0.5 / 14
    assert r.production[0, 0] == pytest.approx(5.0, rel=1e-12)
    assert r.backlog[0, 0] == pytest.approx(backlog, rel=1e-12)
    assert r.production[1, 0] == pytest.approx(10.0 * overtime, rel=1e-12)
    assert r.backlog[1, 0] == pytest.approx((backlog + 10.0 - 10.0 * overtime) * (1 - 1 / 90), rel=1e-12)
    recovered = (r.production[1:, 0] - 10.0).sum()
    assert 0.5 < recovered <= 5.0
    assert recovered + r.cancelled.sum() + r.backlog[-1, 0] == pytest.approx(5.0, rel=1e-9)


@pytest.mark.parametrize(("critical", "after"), [(1.0, 0.0), (0.5, 5.0), (0.0, 10.0)])
def test_two_sectors_the_buyer_stops_when_its_stock_is_gone(critical: float, after: float) -> None:
    # Sector 1 needs 0.4 of sector 0 and keeps five days of it.
    model = economy_of(
        [[0.0, 0.4], [0.0, 0.0]], [10.0, 10.0], imported=np.zeros(2), stock_days=np.array([5.0, 5.0]),
        critical=np.array([[0.0, critical], [0.0, 0.0], [0.0, 0.0]]),
    )  # fmt: skip
    shut = quiet(model)
    shut.admitted[:, 0] = 0.0
    r = run(model, 8, lambda day: (shut, everybody(model)))
    assert (r.production[:, 0] == 0).all()
    assert r.production[:5, 1] == pytest.approx(10.0, rel=1e-12)
    assert r.inventories[:5, 1] == pytest.approx([16.0, 12.0, 8.0, 4.0, 0.0], abs=1e-12)
    assert r.production[5, 1] == pytest.approx(after, abs=1e-9)
    # Of the 100 workers of sector 1, those without anything to work on.
    assert r.lost_person_days[5, 1, Absence.NO_INPUT] == pytest.approx(100.0 * (1 - after / 10.0), abs=1e-9)
    assert r.lost_person_days[0, 0, Absence.CLOSED] == pytest.approx(100.0)


def test_half_the_labour_of_one_sector_makes_half_its_output() -> None:
    model = economy_of([[0.1, 0.2], [0.3, 0.1]], [20.0, 30.0])
    absent = np.zeros((2, 2))
    absent[:, 1] = 0.5
    r = run(model, 1, lambda _: (quiet(model), replace(everybody(model), quarantined=absent)))
    # It orders for what it can make, so its supplier loses 0.2 * 15 in orders the same day.
    assert r.production[0] == pytest.approx([17.0, 15.0], rel=1e-12)
    lost = r.value_added_baseline - r.value_added
    assert lost[0] == pytest.approx(np.array([3.0, 15.0]) * model.value_added_share, abs=1e-12)
    assert r.lost_person_days[0, 0, Absence.NO_DEMAND] == pytest.approx(100 * 3 / 20)
    assert r.lost_person_days[0, 1] == pytest.approx([0, 50, 0, 0, 0, 0, 0, 0])
    pay = 0.5 * 30.0 * model.value_added_share[1]  # labour share of value added
    pay_of_supplier = 0.5 * 20.0 * model.value_added_share[0]
    unpaid = 0.5 * pay + 3 / 20 * pay_of_supplier
    assert r.wages_lost[0] == pytest.approx(unpaid * (1 - 0.5), rel=1e-12)
    # Half of the workers are at the site, 40 % of them lodgers.
    assert r.household_income_lost[0] == pytest.approx(r.wages_lost[0] * np.array([0.8, 0.2]), rel=1e-12)


def test_a_closed_site_stops_its_own_share_at_once_and_its_customers_later() -> None:
    model = economy_of([[0.0, 0.5], [0.0, 0.0]], [20.0, 20.0], sites=2,
                       workers=np.array([[100.0, 0.0], [0.0, 50.0], [0.0, 50.0]]))  # fmt: skip
    r = run(model, 30, closing(model, 0, 0, 29))
    assert r.production[0, 0] == 0.0
    assert r.production[0, 1] == pytest.approx(20.0)
    assert r.production[:, 1].min() == 0.0
    assert r.value_added_site[0, 0] == 0.0
    # The customer's own site is open all the time: it loses to the want of input, not to a closure.
    assert r.lost_person_days[:, 1, Absence.CLOSED].sum() == 0.0
    assert r.lost_person_days[-1, 1, Absence.NO_INPUT] == pytest.approx(100.0)


def test_the_long_run_is_leontief() -> None:
    local = np.array([[0.1, 0.2, 0.0], [0.3, 0.1, 0.1], [0.0, 0.05, 0.2]])
    model = economy_of(local, [20.0, 30.0, 25.0])
    fewer = quiet(model)
    fewer.household_demand[:] = [0.5, 0.2, 0.9]
    r = run(model, 1500, lambda day: (fewer, everybody(model)))
    households, other, outside = model.final_demand(1.0)
    wanted = households * fewer.household_demand + other + outside
    assert r.production[-1] == pytest.approx(np.linalg.solve(np.eye(3) - local, wanted), rel=1e-9)


def test_other_sectors_are_served_first() -> None:
    # Sector 0 sells 4 of 10 to sector 1; with 60 % of its workers it makes 6: 4 go there, 2 to all others.
    model = economy_of([[0.0, 0.4], [0.0, 0.0]], [10.0, 10.0], imported=np.zeros(2))
    fewer = quiet(model)
    fewer.admitted[:, 0] = 0.6
    r = run(model, 1, lambda _: (fewer, everybody(model)))
    assert r.sold_inputs[0, 0] == pytest.approx(4.0, rel=1e-12)
    final = np.array(model.final_demand(1.0))[:, 0]
    got = np.array([r.sold_households[0, 0], r.sold_other[0, 0], r.sold_outside[0, 0]])
    assert got == pytest.approx(final * 2.0 / 6.0, rel=1e-12)


def test_inputs_from_outside_run_out_too() -> None:
    model = economy_of([[0.0]], [10.0], stock_days=np.array([3.0]))
    cut = quiet(model)
    cut.import_logistics[:] = 0.0
    r = run(model, 5, lambda _: (cut, everybody(model)))
    assert r.production[:, 0] == pytest.approx([10.0, 10.0, 10.0, 0.0, 0.0], abs=1e-9)


def test_stuck_exports_wait_and_leave_later() -> None:
    model = economy_of([[0.0]], [10.0], foreign_share=np.array([1.0]))
    stuck = quiet(model)
    stuck.export_logistics[:] = 0.0
    r = run(model, 120, lambda day: (stuck, everybody(model)) if day < 3 else None)
    assert r.sold_outside[:3].sum() == 0.0
    assert r.backlog[2, 0] == pytest.approx(10 * sum((1 - 1 / 90) ** k for k in (1, 2, 3)))
    assert (r.sold_outside[3:60, 0] > 10.0 - 1e-9).any()
