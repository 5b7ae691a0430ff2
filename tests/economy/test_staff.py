"""Entry tests, furlough, lay-off and hiring, orders that fall away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from economies import PLAIN, closing, economy_of, everybody, quiet, run

from songhanh.core.errors import SonghanhError
from songhanh.core.modes import Absence
from songhanh.economy import EconomyParameters


def alone(**fields):
    return economy_of([[0.0]], [10.0], imported=np.zeros(1), foreign_share=np.zeros(1), **fields)


def test_workers_wait_at_the_gate_for_their_test() -> None:
    model = alone(lodger_share=np.zeros(2))
    tested = run(model, 10, closing(model, 0, 2, 4), PLAIN | {"entry_test_days": 2.0})
    at_site = tested.at_work[:, 0, 0]
    assert at_site[:8].tolist() == [50, 50, 0, 0, 0, 0, 0, 50]  # closed on days 2 to 4, tested on 5 and 6
    assert tested.lost_person_days[5, 0, Absence.CLOSED] == pytest.approx(50.0)
    untested = run(model, 10, closing(model, 0, 2, 4), PLAIN)
    assert untested.at_work[5, 0, 0] == pytest.approx(50.0)
    # The rest of the province has no gate.
    rest = quiet(model)
    rest.admitted[-1] = 0.0
    r = run(
        model, 4, lambda day: (rest, everybody(model)) if day == 1 else None, PLAIN | {"entry_test_days": 3.0}
    )
    assert r.at_work[:, -1, 0].tolist() == [50, 0, 50, 50]


def test_a_stricter_mode_holds_at_once_and_a_wider_one_after_the_test() -> None:
    model = alone(lodger_share=np.zeros(2))
    share = [1.0, 0.3, 0.3, 0.6, 0.6, 0.6]
    modes = []
    for admitted in share:
        mode = quiet(model)
        mode.admitted[0] = admitted
        modes.append((mode, everybody(model)))
    r = run(model, 6, lambda day: modes[day], PLAIN | {"entry_test_days": 1.0})
    assert r.at_work[:, 0, 0] == pytest.approx([50, 15, 15, 15, 30, 30])


@pytest.mark.parametrize(("kept", "first_day"), [(1.0, 10.0), (0.0, 10.0 * 0.5**0.5)])
def test_furlough_brings_workers_back_at_once_and_hiring_does_not(kept: float, first_day: float) -> None:
    # Orders halve for half a year, then come back; by then all that is idle is laid off, less what furlough keeps.
    model = alone()
    few = replace(quiet(model), household_demand=np.array([0.0]), other_demand=np.array([0.0]))
    values = PLAIN | {
        "furlough_share": kept,
        "furlough_days": 7.0,
        "callback_days": 14.0,
        "overtime_max": 1.0,
    }
    r = run(model, 300, lambda day: (few, everybody(model)) if day < 200 else None, values)
    assert r.production[199, 0] == pytest.approx(0.0, abs=1e-9)
    assert r.production[200, 0] == pytest.approx(10.0 if kept == 1.0 else 0.0, abs=1e-6)
    if kept == 0.0:
        # Hired again: the gap closes by a fourteenth a day.
        assert r.production[214, 0] == pytest.approx(10.0 * (1.0 - (1.0 - 1.0 / 14.0) ** 14), rel=1e-6)
    assert r.production[299, 0] > 9.9


def test_whoever_is_laid_off_lives_on_benefit() -> None:
    model = alone(lodger_share=np.zeros(2))
    few = replace(quiet(model), household_demand=np.zeros(1), other_demand=np.zeros(1))
    values = PLAIN | {
        "furlough_share": 0.0,
        "furlough_days": 1.0,
        "pay_laid_off_share": 0.3,
        "pay_furlough_share": 0.5,
    }
    r = run(model, 4, lambda _: (few, everybody(model)), values)
    pay = 0.5 * 10.0  # labour share of value added, which is all of output
    # On the first day nobody is laid off yet and all are idle; from the second on all are.
    assert r.wages_lost == pytest.approx([pay * 0.5, pay * 0.7, pay * 0.7, pay * 0.7], rel=1e-9)
    assert r.lost_person_days[:, 0, Absence.NO_DEMAND] == pytest.approx(100.0)


def test_orders_that_fall_away_do_not_wait() -> None:
    model = economy_of([[0.0]], [10.0], foreign_share=np.array([1.0]), imported=np.zeros(1))
    fewer = replace(quiet(model), export_demand=np.array([0.6]))
    r = run(
        model,
        40,
        lambda day: (fewer, everybody(model)) if day < 20 else None,
        PLAIN | {"furlough_share": 1.0},
    )
    assert r.production[:20, 0] == pytest.approx(6.0)
    assert r.backlog.max() == pytest.approx(0.0, abs=1e-12) and r.cancelled.sum() == pytest.approx(
        0.0, abs=1e-12
    )
    assert r.production[20:].max() <= 10.0 + 1e-12


def test_days_of_tests_are_not_negative() -> None:
    with pytest.raises(SonghanhError, match="entry_test_days is -1"):
        EconomyParameters.from_values({"entry_test_days": -1.0})
