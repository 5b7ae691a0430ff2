"""The same bytes: after a reset, on two threads, by single days, and against a recorded run."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from scenarios import (
    DAYS,
    ENGINE,
    PACKED,
    POISSON,
    PROVINCE,
    Change,
    begin,
    everything,
    imports_of,
    lived,
    only,
    park_imports,
    run,
)

from songhanh.core.errors import CapacityError
from songhanh.core.modes import SiteMode
from songhanh.epidemic import (
    Engine,
    EpidemicControls,
    EpidemicParameters,
    EpidemicResult,
    Layer,
    no_controls,
    simulate,
)
from songhanh.epidemic.presence import is_admitted
from songhanh.province.population import FIRM_AT_SITE

GOLDEN = Path(__file__).with_name("golden.json")


def digest(result: EpidemicResult) -> str:
    """Return a hash of every array of a result, in the order of the fields."""
    hasher = hashlib.sha256()
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            hasher.update(
                field.name.encode() + str(value.shape).encode() + np.ascontiguousarray(value).tobytes()
            )
    return hasher.hexdigest()


def test_recorded_run(request: pytest.FixtureRequest) -> None:
    """Rewrite with --refresh-golden (or SONGHANH_REFRESH_GOLDEN=1) and say why in the commit."""
    result = run(everything, seed=20210517)
    seen = {
        "sha256": digest(result),
        "infections": int(result.infections.sum()),
        "reported": int(result.reported.sum()),
        "quarantined": int(result.traced.sum()),
        "tests": int(result.tests.sum()),
        "deaths": int(result.deaths.sum()),
    }
    if request.config.getoption("--refresh-golden", default=False) or os.environ.get(
        "SONGHANH_REFRESH_GOLDEN"
    ):
        GOLDEN.write_text(json.dumps(seen, indent=1) + "\n")
    assert seen == json.loads(GOLDEN.read_text())


def test_same_after_other_runs() -> None:
    first = digest(run(everything, seed=7))
    run(seed=8)
    run(everything, {"reproduction_number": 3.0}, seed=9, days=30)
    run(everything, {"natural_from_days": 10.0}, seed=9, imports=imports_of(np.arange(5000)))
    assert digest(run(everything, seed=7)) == first
    assert digest(run(everything, seed=8)) != first


def test_same_in_a_new_engine_and_through_simulate() -> None:
    def controls_of(day: int, engine: Engine) -> EpidemicControls:
        controls = no_controls(engine.n_communes, engine.n_sites)
        everything(day, controls)
        return controls

    parameters = EpidemicParameters.from_values({"reproduction_number": 5.0})
    other = simulate(PROVINCE, parameters, controls_of, park_imports(), 7, DAYS, capacity=40_000)
    assert digest(other) == digest(run(everything, seed=7))


def test_same_on_two_threads() -> None:
    alone = [digest(run(everything, seed=seed)) for seed in (1, 2)]
    engines = [Engine(PACKED, DAYS, 60_000) for _ in range(2)]
    together = ["", ""]

    def work(k: int) -> None:
        together[k] = digest(run(everything, seed=k + 1, engine=engines[k]))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_same_after_a_run_that_filled_a_buffer() -> None:
    small = Engine(PACKED, DAYS, capacity=8_000)
    first = digest(run(everything, seed=7, engine=small, days=40))
    with pytest.raises(CapacityError, match="infections"):
        run(engine=small)
    assert digest(run(everything, seed=7, engine=small, days=40)) == first


def test_same_in_one_call_for_days_under_the_same_levers() -> None:
    begin(seed=4)
    idle = no_controls(ENGINE.n_communes, ENGINE.n_sites)
    busy = no_controls(ENGINE.n_communes, ENGINE.n_sites)
    everything(30, busy)
    days = [(0, 10, idle), (10, 45, busy), (45, 46, idle), (46, DAYS, busy)]
    for day, end, levers in days:
        ENGINE.steps(day, end, levers)
    together = digest(ENGINE.result())
    begin(seed=4)
    for day, end, levers in days:
        for today in range(day, end):
            ENGINE.step(today, levers)
    assert digest(ENGINE.result()) == together


def test_an_active_share_is_that_part_of_the_site_share() -> None:
    told = []
    for shared, active in ((0.8, 0.5), (0.4, 1.0), (0.4, None)):
        begin(seed=4)
        levers = no_controls(ENGINE.n_communes, ENGINE.n_sites)
        levers.site_share[:] = shared
        share = None if active is None else np.full(ENGINE.n_sites, active, np.float32)
        ENGINE.steps(0, DAYS, levers, share)
        told.append(digest(ENGINE.result()))
    assert len(set(told)) == 1


@pytest.mark.parametrize("end", [3, 2, DAYS + 1])
def test_days_in_one_call_must_lie_ahead(end: int) -> None:
    begin(seed=4)
    idle = no_controls(ENGINE.n_communes, ENGINE.n_sites)
    ENGINE.steps(0, 3, idle)
    with pytest.raises(ValueError, match=f"end is {end}; allowed: 4 to {DAYS}"):
        ENGINE.steps(3, end, idle)
    ENGINE.step(3, idle)


def test_same_for_levers_that_are_reused_and_levers_made_anew() -> None:
    begin(seed=4)
    idle = no_controls(ENGINE.n_communes, ENGINE.n_sites)
    for day in range(DAYS):
        ENGINE.step(day, idle)
    reused = digest(ENGINE.result())
    assert digest(run(lambda day, c: None, seed=4)) == reused


def test_all_levers_of_the_recorded_run_fire() -> None:
    result = run(everything, seed=20210517)
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if field.name not in {"tree", "n_reinfected"}:  # nobody is infected twice in 90 days
            assert np.sum(value) > 0, field.name
    assert (result.traced.sum(axis=0)[:3] > 0).all()


# --- another future -----------------------------------------------------------------------------------------------


def history(future: int, change: Change | None = None) -> EpidemicResult:
    """Live 20 days with one seed and 20 more with another."""
    begin({"reproduction_number": 4.0}, seed=3)
    lived(change, ENGINE, 0, 20)
    ENGINE.reseed(np.uint64(future))
    lived(change, ENGINE, 20, 40)
    return ENGINE.result(with_tree=True)


def test_a_shared_past_stays_shared_when_the_future_takes_another_seed() -> None:
    one, two = history(4), history(5)
    np.testing.assert_array_equal(one.infections[:20], two.infections[:20])
    assert (one.infections[20:] != two.infections[20:]).any()


def test_a_new_seed_renews_only_what_is_to_come() -> None:
    """The course of those infected by then is settled; whom they infect from now on is not."""
    one, two = history(4, everything).tree, history(5, everything).tree
    assert one is not None and two is not None
    past = int((one.day < 20).sum())  # rows are in the order of infection
    assert past == (two.day < 20).sum() > 50
    for name in ("person", "source", "day", "layer", "onset", "outcome", "variant"):
        np.testing.assert_array_equal(getattr(one, name)[:past], getattr(two, name)[:past])
    later = [
        set(zip(t.person[t.day >= 20].tolist(), t.day[t.day >= 20].tolist(), strict=True)) for t in (one, two)
    ]
    assert len(later[0] & later[1]) < 0.2 * min(map(len, later))


def test_the_same_seed_again_changes_nothing() -> None:
    assert digest(history(3)) == digest(run(None, {"reproduction_number": 4.0}, seed=3, days=40))


def test_a_new_seed_draws_as_many_contacts_as_before() -> None:
    """Reseeding neither adds nor loses transmission: the mean over futures is that of whole runs."""
    values = only("community", reproduction_number=2.0, **POISSON)
    imports = imports_of(np.arange(0, PROVINCE.n_people, 100))

    def new(seed: int, again: int | None) -> int:
        begin(values, seed=seed, imports=imports)
        lived(None, ENGINE, 0, 8)
        if again is not None:
            ENGINE.reseed(np.uint64(again))
        lived(None, ENGINE, 8, 22)
        return int(ENGINE.result().infections[8:].sum())

    plain = np.array([new(s, None) for s in range(30)])
    reseeded = np.array([new(s, 1000 + s) for s in range(30)])
    error = np.sqrt((plain.var() + reseeded.var()) / 30)
    assert abs(plain.mean() - reseeded.mean()) < 4 * error < 0.1 * plain.mean()


def test_who_is_lodged_at_a_site_stays_the_same_under_a_new_seed() -> None:
    def lodged(day: int, controls: EpidemicControls) -> None:
        controls.site_mode[:] = SiteMode.ON_SITE
        controls.site_share[:] = 0.5

    trees = history(4, lodged).tree, history(5, lodged).tree
    at_work = [set(t.person[(t.layer == Layer.LINE) | (t.layer == Layer.PLANT)].tolist()) for t in trees if t]
    share = [is_admitted(who, 0.5, np.uint64(3)) for who in sorted(set.union(*at_work))
             if PROVINCE.place_kind[PROVINCE.place[who]] == FIRM_AT_SITE]  # fmt: skip
    assert all(share) and len(share) > 20


# --- common random numbers ----------------------------------------------------------------------------------------


def test_plans_share_luck_common_random_numbers() -> None:
    def closing_on(first: int) -> Change:
        def change(day: int, controls: EpidemicControls) -> None:
            everything(day, controls)
            controls.site_mode[:] = SiteMode.CLOSED if day >= first else SiteMode.NORMAL
            controls.community[:] = 0.4 if day >= first else 1.0

        return change

    def sizes(first: int, seeds: range) -> np.ndarray:
        return np.array([run(closing_on(first), seed=s, days=60).infections.sum() for s in seeds], float)

    early, late, later = (sizes(first, range(40)) for first in (16, 17, 18))
    independent = sizes(18, range(100, 140))
    assert np.var(independent - early) > 3 * np.var(late - early)
    assert later.mean() > early.mean()
    assert np.var(independent - early) > 10 * np.var(later - early)  # two days later


def test_results_are_frozen() -> None:
    result = run(days=3)
    with pytest.raises(ValueError, match="read-only"):
        result.infections[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.infections = result.deaths  # type: ignore[misc]
