"""One replicate: the same luck for every plan, one past, and levers that reach both models."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import small

from songhanh.epidemic import Layer
from songhanh.joint.collect import places_wanted
from songhanh.joint.ensemble import Ensemble, run_ensemble
from songhanh.joint.horizon import Limits
from songhanh.joint.outcome import Outcome
from songhanh.joint.run import Days, Runner
from songhanh.joint.world import World
from songhanh.measures import Schedule

WORLDS = tuple(small.world(n, luck=10 + n, reproduction_number=2.5) for n in range(3))


@lru_cache(maxsize=4)
def schedules(name: str) -> Schedule:
    return {
        "present": small.scheduled,
        "closed": lambda: small.scheduled(small.SITES_CLOSED),
        "lockdown": lambda: small.scheduled(*small.PLANS["40-lockdown.toml"][1]),
    }[name]()


def run(name: str, world: World, limits: Limits | None = small.NO_LIMIT) -> Outcome:
    return small.runner(limits).run(name, schedules(name), world)


@pytest.mark.parametrize("name", ["present", "closed", "lockdown"])
def test_a_replicate_is_the_same_bytes_in_any_order_of_worlds(name: str) -> None:
    forwards = [run(name, world) for world in WORLDS]
    backwards = [run(name, world) for world in reversed(WORLDS)][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert small.same(one, other)
    assert not np.array_equal(forwards[0].infections, forwards[1].infections)


def test_a_replicate_does_not_depend_on_what_its_runner_did_before() -> None:
    used = run("closed", WORLDS[0])
    fresh = Runner(small.ground(), small.horizon(), small.NO_LIMIT)
    assert small.same(used, fresh.run("closed", schedules("closed"), WORLDS[0]))


def arrays(runner: Runner) -> dict[str, np.ndarray]:
    """Return every daily array of both models after a run."""
    found = {}
    for room, result in (("epidemic", runner.engine.result()), ("economy", runner.economy.result())):
        for name, value in vars(result).items():
            if isinstance(value, np.ndarray):
                found[f"{room}.{name}"] = value
    return found


def test_two_plans_share_the_past_bit_for_bit_and_part_after_it() -> None:
    world = replace(WORLDS[0], future_luck=99)
    runner, now = small.runner(), small.horizon().as_of
    runner.run("present", schedules("present"), world)
    one = arrays(runner)
    runner.run("lockdown", schedules("lockdown"), world)
    other = arrays(runner)
    assert one.keys() == other.keys() and len(one) > 30
    for name, before in one.items():
        past = before[: now + 1].tobytes() == other[name][: now + 1].tobytes()
        assert past, f"{name} differs before the plans part"
    for name in ("epidemic.infections", "epidemic.locked", "economy.value_added"):
        assert not np.array_equal(one[name], other[name])


def test_future_luck_changes_only_the_future() -> None:
    runner, now = small.runner(), small.horizon().as_of
    runner.run("present", schedules("present"), WORLDS[0])
    one = arrays(runner)
    runner.run("present", schedules("present"), replace(WORLDS[0], future_luck=77))
    other = arrays(runner)
    for name, before in one.items():
        assert before[: now + 1].tobytes() == other[name][: now + 1].tobytes(), name
    after = slice(now + 1, None)
    assert not np.array_equal(one["epidemic.infections"][after], other["epidemic.infections"][after])


def test_the_past_alone_is_the_past_of_the_whole_run() -> None:
    runner, now = small.runner(), small.horizon().as_of
    engine = runner.past(WORLDS[0], schedules("present"))
    assert engine is not None
    alone = engine.result()
    runner.run("present", schedules("present"), WORLDS[0])
    whole = runner.engine.result()
    for name in ("infections", "reported", "quarantined", "tests", "absent"):
        assert np.array_equal(getattr(alone, name)[: now + 1], getattr(whole, name)[: now + 1]), name
    assert alone.infections[now + 1 :].sum() == 0


def test_a_past_that_no_bulletin_would_allow_is_given_up() -> None:
    assert small.runner().past(WORLDS[0], schedules("present"), give_up_at=11) is None
    assert small.runner().past(WORLDS[0], schedules("present"), give_up_at=50_000) is not None


def test_closing_the_sites_costs_output_and_stops_the_workshops() -> None:
    runner, now = small.runner(), small.horizon().as_of
    found = {}
    for name in ("present", "closed"):
        at_work, lost = 0, 0.0
        for world in WORLDS:
            outcome = runner.run(name, schedules(name), world)
            layers = runner.engine.result().infections_layer[now + 1 :]
            at_work += int(layers[:, [Layer.LINE, Layer.PLANT]].sum())
            lost += outcome.totals["value_added_lost_vnd_bn"]
            assert outcome.totals["value_added_lost_vnd_bn"] == pytest.approx(
                outcome.lost_by_sector_vnd_bn.sum()
            )
            assert outcome.totals["job_days_lost"] == pytest.approx(outcome.lost_days_by_cause.sum())
            assert outcome.totals["cases_total"] == outcome.reported.sum() == outcome.cases_by_area.sum()
        found[name] = (at_work, lost)
    assert found["closed"][0] < found["present"][0]
    assert found["closed"][1] > 1.2 * found["present"][1]


def test_on_the_first_day_of_the_plan_nobody_works_at_a_closed_site() -> None:
    open_, closed = run("present", WORLDS[0]), run("closed", WORLDS[0])
    assert closed.site_workers[0].sum() == 0
    # Each site has its own column: the park and the cluster.
    assert open_.site_workers.shape[1:] == (2,)
    assert open_.site_workers[0, 0] > 300 and 50 < open_.site_workers[0, 1] <= 80
    assert closed.value_added_share[0] < open_.value_added_share[0] <= 1.0


def test_a_plan_is_charged_only_for_what_comes_after_it() -> None:
    outcome, horizon = run("lockdown", WORLDS[0]), small.horizon()
    days = horizon.epidemic_days - horizon.as_of - 1
    assert outcome.reported.shape == (days, 4) and outcome.hospital.shape == (days,)
    assert len(outcome.value_added_share) == horizon.economy_days - horizon.as_of - 1
    residents = small.ground().people.sum()
    restricted = outcome.restricted_days_by_area.sum()
    assert restricted > 10 * residents  # locked at least ten days
    assert outcome.totals["restricted_person_days"] >= restricted


def test_a_run_that_loses_control_stops_and_bears_an_emergency_lock_down() -> None:
    limits = Limits(control_lost_infections=400, emergency_days=30)
    free, stopped = run("present", WORLDS[0]), run("present", WORLDS[0], limits)
    now = small.horizon().as_of
    assert free.control_lost_on == -1 and free.totals["control_lost"] == 0.0
    assert stopped.totals["control_lost"] == 1.0
    lost = stopped.control_lost_on - now - 1
    assert lost >= 0, "the limit was meant to be passed after the as-of date"
    assert np.array_equal(stopped.infections[: lost + 1], free.infections[: lost + 1])
    assert stopped.infections[lost + 1 :].sum() == 0
    assert stopped.site_workers[lost + 1 : lost + 31].max() == 0
    assert stopped.site_workers[lost + 35].sum() > 0
    assert stopped.totals["value_added_lost_vnd_bn"] > 1.5 * free.totals["value_added_lost_vnd_bn"]
    people = small.ground().people.sum()
    assert stopped.restricted_days_by_area.sum() >= 30 * people


def test_both_models_read_their_parameters_of_the_world() -> None:
    usual = run("closed", WORLDS[0])
    quick = run("closed", replace(WORLDS[0], epidemic={**WORLDS[0].epidemic, "reproduction_number": 4.5}))
    assert quick.infections.sum() > usual.infections.sum()


def ensemble(n_jobs: int, worlds: tuple[World, ...] = WORLDS) -> dict[str, list[Outcome]]:
    plans = tuple((name, schedules(name).plan) for name in ("present", "closed"))
    asked = Ensemble(small.reference(), small.AS_OF, small.HORIZON_DAYS, plans, Limits.standard())
    return run_ensemble(asked, worlds, n_jobs, lambda done, total, stage: None, lambda: False, "worlds")


def test_an_ensemble_is_the_runs_of_its_plans_in_the_order_of_the_worlds() -> None:
    found = ensemble(1)
    assert [outcome.world for outcome in found["closed"]] == [0, 1, 2]
    assert small.same(found["closed"][1], run("closed", WORLDS[1]))


def test_one_process_and_two_give_the_same_bytes() -> None:
    one, two = ensemble(1), ensemble(2)
    for name, outcomes in one.items():
        assert all(small.same(a, b) for a, b in zip(outcomes, two[name], strict=True))


def test_contacts_whom_the_rule_keeps_at_home_need_no_place() -> None:
    run = small.runner()
    deep = 'kind = "tracing"\ncases_per_day = 50\nf1_per_day = 500\nlegal_basis = ["ct07-tu"]'
    run.live(small.scheduled(deep), small.world())
    epidemic = run.engine.result()
    assert epidemic.traced[:, 1].sum() > 20
    home_days = np.array([0, 0, 7, 0, 0])
    wanted = places_wanted(epidemic, home_days)
    assert (wanted >= epidemic.in_places).all() and (wanted <= epidemic.quarantined).all()
    assert wanted.sum() < epidemic.quarantined.sum()
    np.testing.assert_array_equal(places_wanted(epidemic, np.zeros(5, np.int64)), epidemic.quarantined)


LOST = Limits(control_lost_infections=300, emergency_days=20)


@pytest.mark.parametrize("limits", [small.NO_LIMIT, LOST])
def test_plans_that_share_the_past_in_memory_are_the_same_bytes(limits: Limits) -> None:
    names = ("present", "lockdown", "closed")
    world = replace(WORLDS[0], future_luck=77)
    runner = Runner(small.ground(), small.horizon(), limits)
    alone = [
        Runner(small.ground(), small.horizon(), limits).run(name, schedules(name), world) for name in names
    ]
    for order in (names, names[::-1]):
        together = runner.run_plans([(name, schedules(name)) for name in order], world)
        for outcome in together:
            assert small.same(outcome, alone[names.index(outcome.plan)])
    lost = {outcome.plan: outcome.control_lost_on for outcome in alone}
    assert (max(lost.values()) >= 0) == (limits is LOST)


def test_a_snapshot_holds_a_running_outbreak_and_can_be_taken_up_twice() -> None:
    """Past the as-of day, with quarantine, queues of the laboratory, sealed areas and doses under way."""
    schedule = small.scheduled(
        *small.PLANS["40-lockdown.toml"][1],
        'kind = "hamlet_sealing"\nwhere = ["*"]\ncases = 1\nlegal_basis = ["qd-3986-2020"]',
        'kind = "sampling"\nwhere = ["*"]\nevery_days = 2\nuntil = 2021-05-18\nlegal_basis = ["luat-03-2007"]',
    )
    runner = Runner(small.ground(), small.horizon(), None)
    days = runner._begin(WORLDS[0], schedule, None)
    middle, last = 40, small.horizon().epidemic_days
    for day in range(middle):
        days.live(day)
    kept = runner.engine.snapshot(), runner.economy.snapshot()
    levers, active = deepcopy(days._run), days._active

    def finish(rest: Days) -> dict[str, bytes]:
        for day in range(middle, last):
            rest.live(day)
        return {name: array.tobytes() for name, array in arrays(runner).items()}

    straight = finish(days)
    assert runner.engine.result().in_places[:middle].max() > 0
    for _ in range(2):
        runner.run("closed", schedules("closed"), WORLDS[1])  # another run in between
        runner.engine.restore(kept[0])
        runner.economy.restore(kept[1])
        again = Days(runner, deepcopy(levers), None)
        again._active = active
        assert finish(again) == straight


def test_the_economy_may_end_with_the_epidemic() -> None:
    ensemble = Ensemble(
        small.reference(),
        small.AS_OF,
        20,
        (("closed", small.plan(small.SITES_CLOSED)),),
        None,
        economy_days=30,
    )
    whole = replace(ensemble, economy_days=None)
    short, long = (
        run_ensemble(one, WORLDS[:2], 1, lambda done, total, stage: None, lambda: False, "worlds")["closed"]
        for one in (ensemble, whole)
    )
    for one, other in zip(short, long, strict=True):
        assert len(one.value_added_share) == 30 and len(one.reported) == 20
        assert one.value_added_share.tobytes() == other.value_added_share[:30].tobytes()
        assert one.totals["cases_total"] == other.totals["cases_total"]
