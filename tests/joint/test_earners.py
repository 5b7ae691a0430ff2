"""Households by what they live on, and how many have nobody at work: held against a slow count in plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import prod

import numpy as np
import pytest
import small
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.joint.collect import Tally
from songhanh.joint.earners import Earners, earners_of, without_work
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.outcome import DURATIONS
from songhanh.joint.run import Runner
from songhanh.measures.base import STAFF


def test_every_household_with_an_earner_is_in_one_group() -> None:
    people = small.ground().population
    groups: Counter[tuple[int, ...]] = Counter()
    for h in range(len(people.household_start) - 1):
        members = range(people.household_start[h], people.household_start[h + 1])
        cells = sorted(int(people.work_cell[m]) for m in members if people.work_cell[m] >= 0)
        if cells:
            groups[tuple(cells)] += 1
    earners = earners_of(people)
    found = {
        tuple(cell for cell in row if cell < people.n_cells): int(n)
        for row, n in zip(earners.cells.tolist(), earners.households, strict=True)
    }
    assert found == dict(groups)


def test_closed_forms() -> None:
    # Two cells of 10 workers; 4 households on the first, 6 on the second, 8 on both; 2 stands for no further earner.
    earners = Earners(np.array([[0, 2], [1, 2], [0, 1]]), np.array([4, 6, 8]))
    workers = np.array([[10.0, 10.0]])
    at_work = np.full((20, 1, 2), 10.0)
    assert without_work(earners, at_work, workers, 14) == 0
    at_work[3:17, 0, 0] = 0.0  # the first is shut for 14 days
    assert without_work(earners, at_work, workers, 14) == 4
    assert without_work(earners, at_work, workers, 15) == 0
    at_work[3:17, 0, 1] = 5.0  # and half of the second is away
    assert without_work(earners, at_work, workers, 14) == pytest.approx(4 + 6 * 0.5 + 8 * 0.5)
    at_work[10, 0, 1] = 10.0  # but for one day in the middle
    assert without_work(earners, at_work, workers, 14) == 4
    assert without_work(earners, at_work[:5], workers, 14) == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_it_is_what_the_slow_count_says(seed: int, days: int) -> None:
    random = np.random.default_rng(seed)
    workers = random.integers(1, 9, (2, 2)).astype(float)
    at_work = random.uniform(0, 1, (8, 2, 2)) * workers
    earners = Earners(random.integers(0, 5, (6, 3)), random.integers(1, 9, 6))
    away = 1 - at_work / workers
    spells = [
        max(away[d : d + days, s, j].min() for d in range(8 - days + 1)) for s in range(2) for j in range(2)
    ] + [1.0]
    slow = sum(
        int(n) * prod(spells[cell] for cell in row)
        for row, n in zip(earners.cells.tolist(), earners.households, strict=True)
    )
    assert without_work(earners, at_work, workers, days) == pytest.approx(slow)


def test_closing_the_sites_leaves_households_without_work_and_support_does_not_count() -> None:
    run, world = small.runner(), small.world(luck=3)
    open_, closed = (run.run("x", small.scheduled(*m), world) for m in ((), (small.SITES_CLOSED,)))
    assert closed.totals["households_without_work_14d"] > open_.totals["households_without_work_14d"] >= 0
    assert closed.totals["exports_lost_vnd_bn"] > open_.totals["exports_lost_vnd_bn"]
    assert closed.totals["budget_revenue_lost_vnd_bn"] > open_.totals["budget_revenue_lost_vnd_bn"]


def test_people_are_counted_by_how_long_they_are_restricted() -> None:
    ground = small.ground()
    tally = Tally(ground, small.horizon(), {})
    people = ground.people.astype(float)
    tally.most_restricted[:4] = 1.0, 1.0, 0.2, 0.5
    # Whole communes for 30 and for 10 days; a fifth of one for 14; half of one for 8 days in all.
    tally.restricted_by_area[:4] = people[:4] * (30, 10, 0.2 * 14, 0.5 * 8)
    by_hand = {
        1: people[0] + people[1] + 0.2 * people[2] + 0.5 * people[3],
        7: people[0] + people[1] + 0.2 * people[2] + 0.5 * people[3],
        14: people[0] + 0.2 * people[2],
        28: people[0],
    }
    assert tally.restricted_for() == pytest.approx([by_hand[days] for days in DURATIONS])


def test_occupied_places_and_staff_are_paid_by_the_public() -> None:
    run = small.runner()
    orders = small.scheduled('kind = "lockdown"\nwhere = ["*"]\nlegal_basis = ["qd-3986-2020"]')
    world = small.world(luck=3)
    free, dear = (run.run("x", orders, replace(world, effects={"cost_place_vnd_day": c})) for c in (0.0, 1e6))
    days_in_places = float(free.in_places.sum())
    more = dear.totals["public_cost_vnd_bn"] - free.totals["public_cost_vnd_bn"]
    assert more == pytest.approx(days_in_places * 1e6 * 1e-9) and more > 0
    assert dear.staff_days.shape[1] == len(STAFF) and dear.staff_days[:, STAFF.index("guards")].max() > 0


def test_a_loss_of_control_is_paid_in_full_on_a_short_horizon() -> None:
    ground, limits = small.ground(), Limits(control_lost_infections=60, emergency_days=40)
    whole = Horizon.of(ground.pack.outbreak_from, small.AS_OF, 20)
    short = Horizon.of(ground.pack.outbreak_from, small.AS_OF, 20, 20)
    world = small.world(luck=3)
    long_, brief = (
        Runner(ground, horizon, limits).run("x", small.scheduled(), world) for horizon in (whole, short)
    )
    assert brief.control_lost_on == long_.control_lost_on >= 0
    left = brief.control_lost_on + 40 - short.economy_days + 1
    assert left > 0
    # By sector only what was lived is told: the rest is the last day again for each day left.
    lived = float(brief.lost_by_sector_vnd_bn.sum())
    share = 1.0 - brief.value_added_share
    more = brief.totals["value_added_lost_vnd_bn"] - lived
    assert more == pytest.approx(
        left * lived * share[-1] / share.sum(), rel=0.1
    )  # the harvest moves the normal day
    assert 0.7 < brief.totals["value_added_lost_vnd_bn"] / long_.totals["value_added_lost_vnd_bn"] < 1.2
