"""The economy of a replicate by month, and household income lost by district."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import small

from songhanh.core.modes import Absence
from songhanh.economy import capacity_path
from songhanh.joint.economic import economic_record, run_economic
from songhanh.joint.ensemble import Ensemble, runner
from songhanh.joint.horizon import Limits
from songhanh.joint.incomes import LODGERS, RESIDENTS, Incomes
from songhanh.measures import Schedule

GROUND = small.ground()
LOCKED_WEST = (
    'kind = "lockdown"\nwhere = ["001"]\nlegal_basis = ["qd-3986-2020"]',
    small.SITES_CLOSED,
)
WORLD = small.world(reproduction_number=2.5)


@lru_cache(maxsize=4)
def orders(*measures: str) -> Schedule:
    return small.scheduled(*measures)


def lived(*measures: str) -> Incomes:
    runner = small.runner()
    incomes = Incomes(GROUND)
    unpaid = np.zeros(2)
    lodger = GROUND.economy.lodger_share

    def watch(day: int, today) -> None:  # type: ignore[no-untyped-def]
        incomes.add(day, runner.economy, today)
        lost = runner.economy.unpaid.sum(axis=(1, 2))
        unpaid[:] = lost @ (1.0 - lodger), lost @ lodger
        np.testing.assert_allclose(unpaid, runner.economy.records.wages[day], rtol=1e-9, atol=1e-12)

    runner.live(orders(*measures), WORLD, watch)
    return incomes


@pytest.mark.parametrize(
    "measures", [(), LOCKED_WEST, (small.SITES_CLOSED,)], ids=["none", "locked", "closed"]
)
def test_districts_add_up_to_the_province(measures: tuple[str, ...]) -> None:
    incomes = lived(*measures)
    result = small.runner().economy.result()
    total = incomes.total(small.runner().economy, result)
    assert total.shape == (3, 2) and (total >= -1e-12).all()
    np.testing.assert_allclose(total.sum(axis=0), result.household_income_lost.sum(axis=0), rtol=1e-9)


def test_those_behind_a_lock_down_lose_most() -> None:
    residents = GROUND.residents.sum(axis=(1, 2))
    district = np.array([float(code[:3] == "001") for code in GROUND.pack.communes["code"]])
    share_of_workers = float(residents @ district) / residents.sum()
    incomes = lived(*LOCKED_WEST)
    lost = incomes.lost
    assert lost[0, RESIDENTS] / lost[:, RESIDENTS].sum() > 1.3 * share_of_workers
    assert lost[:, LODGERS].sum() > 0
    # All lodgers of the small province live in the first district.
    assert lost[1:, LODGERS].sum() == pytest.approx(0.0, abs=1e-12)


def test_a_record_is_the_run_condensed() -> None:
    record = economic_record(small.runner(), orders(*LOCKED_WEST), WORLD)
    result = small.runner().economy.result()
    accounts = record.accounts
    assert accounts.months[0] == "2021-01" and accounts.months[-1] == "2021-12"
    assert accounts.days.sum() == 365
    assert accounts.lost_person_days.sum() == pytest.approx(result.lost_person_days.sum())
    assert accounts.lost_person_days[:, :, Absence.LOCKED_DOWN].sum() > 0
    assert accounts.without_outbreak.sum() == pytest.approx(
        result.value_added_baseline.sum() + 109 * result.value_added_baseline[0].sum()
    )
    assert record.crop_ripe == pytest.approx(result.crop_ripe.sum(axis=0))
    assert record.crop_channel.sum() == pytest.approx(record.crop_sold.sum())
    assert not record.control_lost
    assert record.growth.tolist() == [4.0, 17.0, 7.0]


def test_one_process_and_two_give_the_same_records() -> None:
    plan = orders(*LOCKED_WEST).plan
    asked = Ensemble(
        small.reference(), small.AS_OF, small.HORIZON_DAYS, (("locked", plan),), Limits.standard()
    )
    worlds = tuple(small.world(n, luck=10 + n, reproduction_number=2.5) for n in range(2))
    told: list[tuple[int, int]] = []
    one, two = (
        run_economic(
            asked, worlds, jobs, lambda done, total, _: told.append((done, total)), lambda: False, "e"
        )
        for jobs in (1, 2)
    )
    for a, b in zip(one, two, strict=True):
        assert a.accounts.value_added.tobytes() == b.accounts.value_added.tobytes()
        assert a.income_lost.tobytes() == b.income_lost.tobytes()
    assert told == [(1, 2), (2, 2)] * 2
    assert one[0].accounts.value_added.tobytes() != one[1].accounts.value_added.tobytes()


def test_sites_grow_in_hindsight_only() -> None:
    known = {}
    for hindsight in (False, True):
        run = runner(small.reference(), small.AS_OF, 5, None, hindsight)
        known[hindsight] = run.economy.growth[:, :-1].max()
    assert known[False] == 1.0
    path = capacity_path(run.setting.pack, run.horizon.economy_days)
    assert known[True] == path.max() > 1.0
