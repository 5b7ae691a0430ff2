"""What shocks do and what they can never do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from economies import PLAIN, closing, drawn_day, drawn_economy, economy_of, everybody, orchard, quiet, run

from songhanh.core.modes import Absence

TWO = ([[0.1, 0.2], [0.2, 0.1]], [20.0, 30.0])


@pytest.mark.parametrize("seed", range(12))
def test_catching_up_never_gives_more_than_was_lost(seed: int) -> None:
    model = drawn_economy(seed)
    r = run(model, 250, closing(model, 0, 10, 40))
    sold = r.sold_households + r.sold_other + r.sold_outside
    normal = np.array(model.final_demand(1.0)).sum(axis=0)
    days = np.arange(1, 251)[:, None]
    assert (sold.cumsum(axis=0) <= normal * days * (1 + 1e-9) + 1e-9).all()
    assert (r.production <= model.output * 1.15 * (1 + 1e-12)).all()
    assert r.value_added.sum() <= r.value_added_baseline.sum() * (1 + 1e-9)


def test_overtime_ends_with_the_hours_of_the_year() -> None:
    model = economy_of([[0.0]], [10.0], foreign_share=np.array([1.0]))
    few = PLAIN | {"overtime_hours_year": 4.0, "migrant_leave_rate": 0.0}
    r = run(model, 300, closing(model, 0, 0, 60), few)
    normal_hours = np.where(
        np.arange(300) <= 60, 5.0, 10.0
    )  # the open half works overtime from the second day on
    over = np.maximum(r.production[:, 0] / normal_hours - 1.0, 0.0).sum() * 8.0
    assert 3.0 < over <= 4.0 + 1e-9


def test_perished_fruit_never_comes_back() -> None:
    model = economy_of(*TWO, crops=orchard())
    jammed = quiet(model)
    jammed.channel[:] = 0.0
    r = run(model, 60, lambda day: (jammed, everybody(model)) if day < 15 else None)
    assert r.crop_ripe.sum() == pytest.approx(1000.0)
    assert r.crop_lost.sum() > 100.0
    assert r.crop_sold[:15].sum() == 0.0
    assert r.crop_sold.sum() + r.crop_lost.sum() == pytest.approx(1000.0, rel=1e-3)
    lost = (r.value_added_baseline - r.value_added).sum()
    assert lost == pytest.approx(
        (1000.0 - r.crop_sold.sum()) * 0.02, rel=1e-9
    )  # costs were sunk: all of its value
    assert r.household_income_lost[:, 0].sum() > 0.9 * r.crop_lost_value.sum()
    assert r.household_income_lost[:, 1].sum() == 0.0


def test_a_normal_harvest_is_sold() -> None:
    r = run(economy_of(*TWO, crops=orchard()), 60)
    assert r.crop_sold.sum() == pytest.approx(1000.0)
    assert r.crop_lost.sum() == 0.0
    assert r.crop_channel.sum(axis=0) == pytest.approx([600.0, 400.0])
    assert (r.exports - r.exports_baseline == 0).all()


def test_nobody_to_pick() -> None:
    model = economy_of(*TWO, crops=orchard())
    absent = np.zeros((2, 2))
    absent[-1, 0] = 0.9
    r = run(model, 60, lambda _: (quiet(model), replace(everybody(model), quarantined=absent)))
    assert r.crop_lost.sum() > 300.0
    locked = run(model, 60, lambda _: (quiet(model), replace(everybody(model), locked=absent)))
    assert locked.crop_lost.sum() < 0.5 * r.crop_lost.sum()  # farm families pick on behind a lock-down


def test_one_channel_closed_sends_fruit_to_the_other() -> None:
    model = economy_of(*TWO, crops=orchard(margin=3.0))
    border = quiet(model)
    border.channel[0] = 0.0
    r = run(model, 60, lambda _: (border, everybody(model)))
    assert r.crop_channel[:, 0].sum() == 0.0
    assert r.crop_channel[:, 1].sum() == pytest.approx(1000.0, rel=1e-3)


def test_absences_are_counted_once() -> None:
    model = economy_of(*TWO)
    shape = (2, 2)
    labour = replace(
        everybody(model),
        isolated=np.full(shape, 0.1),
        quarantined=np.full(shape, 0.2),
        locked=np.full(shape, 0.2),
        taken_home=np.full(shape, 0.1),
        firm_closed=np.full(shape, 0.5),
    )
    lost = run(model, 1, lambda _: (quiet(model), labour)).lost_person_days[0].sum(axis=0)
    # 40 % could come; the closed firms' half of the workers were absent anyway.
    by_cause = [Absence.ISOLATED, Absence.QUARANTINED, Absence.LOCKED_DOWN, Absence.TAKEN_HOME]
    assert lost[by_cause] == pytest.approx([20, 40, 40, 20])
    assert lost[Absence.CLOSED] == pytest.approx(0.0, abs=1e-12)


def test_lodgers_of_an_idle_site_leave_and_come_back_slowly() -> None:
    model = economy_of(*TWO)
    r = run(model, 120, closing(model, 0, 0, 29))
    normal = model.workers[0].sum()
    after = r.at_work[30, 0].sum() / normal
    gone = 0.4 * (1 - 0.99**30)  # 40 % are lodgers
    assert after == pytest.approx(1 - gone, rel=1e-9)
    assert r.at_work[58, 0].sum() / normal == pytest.approx(1 - gone / 2, rel=1e-9)
    held = run(model, 31, closing(model, 0, 0, 29), PLAIN | {"migrant_leave_rate": 0.0})
    assert held.at_work[30, 0].sum() == pytest.approx(normal)


def test_remote_work_counts_outside_sites_only() -> None:
    model = economy_of(*TWO, remote_share=np.array([0.5, 0.5]))
    shut = quiet(model)
    shut.admitted[:] = 0.0
    r = run(model, 1, lambda _: (shut, everybody(model)))
    assert r.at_work[0, 0].sum() == 0.0
    assert r.at_work[0, 1].sum() == pytest.approx(50.0)
    assert r.production[0] == pytest.approx(model.output * 0.5 * 0.5 * 0.8)


def test_costs_of_sites_lower_value_added_and_nothing_else() -> None:
    model = economy_of(*TWO)
    dear = replace(
        quiet(model), site_cost_vnd_bn=np.array([0.5, 0.0]), public_cost_vnd_bn=2.0, support_vnd_bn=1.5
    )
    r, normal = run(model, 5, lambda _: (dear, everybody(model))), run(model, 5)
    assert (r.production == normal.production).all()
    assert (r.value_added_baseline - r.value_added).sum(axis=1) == pytest.approx(0.5)
    assert r.value_added_site[:, 0] == pytest.approx(normal.value_added_site[:, 0] - 0.5)
    assert (r.extra_cost == [0.5, 0.0]).all() and (r.public_cost == 2.0).all() and (r.support == 1.5).all()
    assert r.household_income_lost.sum() == 0.0


def test_support_keeps_households_buying() -> None:
    model = economy_of(*TWO)
    shut = quiet(model)
    shut.admitted[0] = 0.0
    sensitive = PLAIN | {"income_sensitivity": 0.8, "saving_share": 1.0}
    poor = run(model, 10, lambda _: (shut, everybody(model)), sensitive)
    helped = run(model, 10, lambda _: (replace(shut, support_vnd_bn=3.0), everybody(model)), sensitive)
    assert helped.value_added[1:].sum() >= poor.value_added[1:].sum()
    assert helped.retail[1:].sum() > poor.retail[1:].sum()


def test_fear_follows_hospitals_and_spares_what_is_essential() -> None:
    model = economy_of(*TWO, essential=np.array([True, False]))
    afraid = replace(everybody(model), hospital_load=5.0)  # of 1,000 people
    r = run(model, 60, lambda _: (quiet(model), afraid), PLAIN | {"fear_max": 0.3, "saving_share": 1.0})
    normal = model.final_demand(1.0)[0]
    fall = 1.0 - r.sold_households[-1] / normal
    assert 0.0 < fall[0] < fall[1] < 0.3
    assert fall[0] == pytest.approx(0.2 * fall[1], rel=1e-9)
    assert (np.diff(r.retail) <= 1e-12).all()
    assert r.budget_revenue_lost[-1] > 0


def test_what_is_not_saved_is_spent_elsewhere() -> None:
    model = economy_of(
        [[0.0, 0.0], [0.0, 0.0]], [20.0, 30.0], foreign_share=np.zeros(2), household_share=np.ones(2)
    )
    closed = quiet(model)
    closed.household_demand[0] = 0.0
    short = PLAIN | {"saving_share": 0.75, "overtime_max": 1.15}
    r = run(model, 300, lambda _: (closed, everybody(model)), short)
    assert r.sold_households[-1, 0] == 0.0
    assert 30.0 < r.sold_households[-1, 1] <= 30.0 + 0.25 * 20.0 + 1e-9


def test_more_labour_is_never_worse() -> None:
    model, rng = drawn_economy(7), np.random.default_rng(7)
    days = [drawn_day(model, rng) for _ in range(40)]
    free = replace(everybody(model))
    few = run(model, 40, lambda day: days[day]).value_added.sum()
    many = run(model, 40, lambda day: (days[day][0], free)).value_added.sum()
    assert many > few
