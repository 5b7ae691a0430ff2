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
from scenarios import DAYS, ENGINE, PROVINCE, everything, park_imports, run

from songhanh.core.modes import SiteMode
from songhanh.epidemic import (
    Engine,
    EpidemicControls,
    EpidemicParameters,
    EpidemicResult,
    no_controls,
    simulate,
)

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
    engines = [Engine(PROVINCE, DAYS, 60_000) for _ in range(2)]
    together = ["", ""]

    def work(k: int) -> None:
        together[k] = digest(run(everything, seed=k + 1, engine=engines[k]))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_a_shared_past_stays_shared_when_the_future_takes_another_seed() -> None:
    def history(future: int) -> EpidemicResult:
        ENGINE.start(EpidemicParameters.from_values(), park_imports(), np.uint64(3))
        controls = no_controls(ENGINE.n_communes, ENGINE.n_sites)
        for day in range(40):
            if day == 20:
                ENGINE.reseed(np.uint64(future))
            ENGINE.step(day, controls)
        return ENGINE.result()

    one, two = history(4), history(5)
    np.testing.assert_array_equal(one.infections[:20], two.infections[:20])
    assert (one.infections[20:] != two.infections[20:]).any()


def test_plans_share_luck_common_random_numbers() -> None:
    def closing_on(first: int):  # type: ignore[no-untyped-def]
        def change(day: int, controls: EpidemicControls) -> None:
            everything(day, controls)
            controls.site_mode[:] = SiteMode.CLOSED if day >= first else SiteMode.NORMAL
            controls.community[:] = 0.4 if day >= first else 1.0

        return change

    def sizes(first: int, seeds: range) -> np.ndarray:
        return np.array([run(closing_on(first), seed=s, days=60).infections.sum() for s in seeds], float)

    early, late = sizes(16, range(30)), sizes(17, range(30))
    independent = sizes(17, range(100, 130))
    assert np.var(independent - early) > 3 * np.var(late - early)


def test_results_are_frozen() -> None:
    result = run(days=3)
    with pytest.raises(ValueError, match="read-only"):
        result.infections[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.infections = result.deaths  # type: ignore[misc]
