"""Levers built from what moved are those built from the start, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import plain_levers as plain
import pytest
from tried import LAW, TEXTS, decided

from songhanh import province
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures import KINDS, Run, Schedule, compile_plan, history_of, parameters, plans_of
from songhanh.measures.base import At, Measure
from songhanh.measures.combining import RULES, Voice, said
from songhanh.measures.reopening import step
from songhanh.response import Observed, policy_on

Build = Callable[..., Schedule]
TRIGGERED = (
    f'kind = "lockdown"\nwhere = ["C3", "C4", "C1"]\ntrigger = {{ at_least = 2 }}\n{LAW}',
    'kind = "distancing"\nlevel = "ct16"\nwhere = ["*"]\ntrigger = { at_least = 1, window_days = 5 }\nlegal_basis = ["ct16"]',
    f'kind = "site_mode"\nmode = "closed"\nwhere = ["*"]\ntrigger = {{ at_least = 3 }}\n{LAW}',
    f'kind = "sampling"\nwhere = ["D1", "park-b"]\nevery_days = 3\nover_days = 2\nshare = 0.4\n{LAW}',
    f'kind = "firm_closure"\nwhere = ["park-a", "park-b", "rest"]\ncases = 3\ndays = 5\n{LAW}',
    f'kind = "lockdown"\nwhere = ["C2"]\nshare = 0.3\n{LAW}',
    f'kind = "site_mode"\nmode = "staggered"\nwhere = ["park-b"]\n{LAW}',
    (f'kind = "school_closure"\nwhere = ["C2", "C3"]\n{LAW}\n'
    'trigger = { indicator = "growth", at_least = 1.5, for_days = 2 }\nrelease = { indicator = "days_without", at_least = 4 }'),
    (f'kind = "communication"\nwhere = ["D1", "C3"]\n{LAW}\ntrigger = {{ indicator = "per_100k_week", at_least = 30 }}\n'
    'release = { indicator = "cases", at_most = 2 }'),
)  # fmt: skip


def observed(seed: int, communes: int, sites: int, days: int = 130) -> Observed:
    """Return cases that come and go in places, so that every rule is pulled and eased."""
    random = np.random.default_rng(seed)
    burning = random.random((days // 10 + 1, communes, 1)) < 0.3
    areas = random.poisson(0.4, (days, communes, 4)) * np.repeat(burning, 10, axis=0)[:days]
    firms = random.poisson(0.6, (days, sites + 1)) * (random.random((days, sites + 1)) < 0.4)
    return Observed(areas.astype(np.int32), firms.astype(np.int32))


def usual() -> list[str]:
    """Return all kinds that can be decided on the usual evening."""
    return [text for kind, text in TEXTS.items() if decided(kind) == decided("distancing")]


def compare(schedule: Schedule, seen: Observed, days: int, effects: dict[str, float] | None = None) -> int:
    """Live some days twice and return how many different levers there were."""
    quick, slow = schedule.start(effects), plain.PlainRun(schedule, schedule.start(effects).effects)
    met: dict[int, Any] = {}  # kept, so that no two objects share an address
    for day in range(days):
        one = quick.controls(day, seen)
        assert plain.differences(one, slow.controls(day, seen)) == [], day
        met[id(one)] = one
    return len(met)


@pytest.mark.parametrize("seed", range(3))
def test_all_kinds_together_under_moving_stages(schedule_of: Build, seed: int) -> None:
    late = max(decided(kind) for kind in KINDS)
    order = TEXTS["testing"] + "\nfrom = 2021-05-11"
    schedule = schedule_of(*TEXTS.values(), *TRIGGERED, orders=(order,), as_of=late)
    assert {placed.measure.kind for placed in schedule.placed} == set(KINDS)
    assert compare(schedule, observed(seed, 4, 2, 190), 190) > 60


def test_levers_of_yesterday_are_not_written_over(schedule_of: Build) -> None:
    schedule, seen = schedule_of(*usual(), *TRIGGERED), observed(5, 4, 2)
    run, kept = schedule.start(), []
    for day in range(100):
        today = run.controls(day, seen)
        arrays = [value for value in vars_of(today) if isinstance(value, np.ndarray)]
        kept.append((arrays, [array.tobytes() for array in arrays]))
    for arrays, before in kept:
        assert [array.tobytes() for array in arrays] == before


def vars_of(today: Any) -> list[Any]:
    """Return all levers of a day."""
    sheets = (today.epidemic, today.economy, today)
    return [getattr(sheet, name) for sheet in sheets for name in sheet.__slots__]


@pytest.mark.parametrize("slug", ["present-orders", "targeted", "close-parks", "full-lockdown"])
def test_plans_of_the_example(slug: str) -> None:
    pack = province.load("bac-giang-2021")
    when = date(2021, 5, 17)
    schedule = compile_plan(plans_of(pack)[slug], pack, history_of(pack), when, pack.policy_set)
    seen = observed(2, pack.communes.height, pack.sites.height)
    lows = {row.name: row.low for row in parameters() if row.is_varied}
    assert compare(schedule, seen, 60, lows) > 20


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_measure_acts_in_each_place_by_itself(schedule_of: Build, kind: str) -> None:
    """What `Voice.part` picks for places at several stages is what the measure says when it is asked there."""
    text = TEXTS[kind].replace('["C1"]', '["C1", "C3", "C4"]').replace('["park-a"]', '["park-a", "park-b"]')
    schedule = schedule_of(text, as_of=decided(kind))
    run, placed = schedule.start(), schedule.placed[-1]
    today = schedule.on(71)
    voice = run._heard[0].voice(0, schedule.placed[0], today)
    ladder, n = placed.measure.ladder(), len(placed.communes)
    for seed in range(4):
        stage = np.random.default_rng(seed).integers(-1, ladder + 1, placed.n_places).astype(np.int16)
        part = voice.part(stage)
        expected: dict[Any, Any] = {}
        for level in range(ladder):
            here = stage == level
            if here.any():
                at = run._heard[0].at(
                    today,
                    level,
                    placed.communes[here[:n]],
                    placed.sites[here[n:]] if len(placed.sites) else placed.sites,
                )
                for lever, value in said(placed.measure, at, schedule.blank).items():
                    rule = RULES[lever][0]
                    expected[lever] = rule(expected[lever], value) if lever in expected else value
        for lever, value in expected.items():
            assert np.array_equal(part[lever], value), lever


def test_a_lever_without_a_rule_is_built_in_order(schedule_of: Build) -> None:
    class Doses(Measure):
        KIND = "doses"
        SCOPE = "areas"
        NAME = KINDS["support"].NAME

        def contacts(self, at: At, controls: EpidemicControls) -> None:
            controls.vaccination[at.communes] += np.float32(0.01)

    schedule = schedule_of(*usual())
    run = schedule.start()
    today = schedule.on(40)
    at = run._heard[0].at(today, 0, np.arange(4), np.zeros(0, np.intp))
    levers = said(Doses.model_construct(kind="doses"), at, schedule.blank)
    assert set(levers) == {("epidemic", "vaccination")}
    known = ("epidemic", "vaccination") in RULES
    assert Voice([levers], np.arange(4), np.zeros(0, np.intp), schedule.blank).is_free == known
    if not known:
        assert run._heard[0].voice(0, schedule.placed[0], today).is_free


@pytest.mark.parametrize("seed", range(5))
def test_the_common_rule_steps_as_whole_arrays_do(schedule_of: Build, seed: int) -> None:
    schedule = schedule_of(*TRIGGERED, TEXTS["distancing"], TEXTS["boarding_thinning"])
    rule, seen = policy_on("vn-2021", "reopening", date(2021, 5, 17)), observed(seed, 4, 2)
    run, random = schedule.start(), np.random.default_rng(seed)
    rungs, moved = schedule.rungs, 0
    stage = random.integers(-1, rungs.ladder.max() + 1, len(rungs.ladder)).astype(np.int16)
    stage = np.minimum(stage, rungs.ladder)
    since = random.integers(0, 20, len(stage)).astype(np.int64)
    other_stage, other_since = stage.copy(), since.copy()
    for day in range(20, 110):
        run._watch.read(seen, day, rule)
        one = step(rungs, stage, since, run._watch, rule, day)
        other = plain.step(rungs, other_stage, other_since, run._watch, rule, day)
        assert (
            one == other and stage.tolist() == other_stage.tolist() and since.tolist() == other_since.tolist()
        )
        moved += len(one)
    assert moved > 5


def test_a_fork_goes_on_as_a_replicate_of_its_own(schedule_of: Build) -> None:
    orders = tuple(f"from = 2021-05-1{k}\n{text}" for k, text in enumerate((*TRIGGERED[:4], TRIGGERED[7])))
    one, other = (schedule_of(TEXTS[kind], TRIGGERED[5], orders=orders) for kind in ("testing", "lockdown"))
    seen = observed(9, 4, 2)
    base = one.start()
    for day in range(17):
        base.controls(day, seen)
    for schedule in (other, one):
        alone, fork = schedule.start(), base.fork(schedule)
        for day in range(17):
            alone.controls(day, seen)
        for day in range(17, 100):
            assert plain.differences(alone.controls(day, seen), fork.controls(day, seen)) == [], day
    with pytest.raises(ValueError, match="same orders"):
        base.fork(schedule_of(TEXTS["testing"]))
    assert isinstance(base, Run)
