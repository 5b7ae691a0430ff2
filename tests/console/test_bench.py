"""The benchmarks measure what they say: every feature at work, the tested path, and keys that do not change."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small

from songhanh.console.bench import engine as bench_of_engine
from songhanh.console.bench.economy import bench_economy
from songhanh.console.bench.engine import bench_engine
from songhanh.console.bench.nation import nation
from songhanh.console.bench.night import bench_decide
from songhanh.console.bench.scenario import demand_all, digest, features, parameters, scenario
from songhanh.console.main import main
from songhanh.core.errors import SonghanhError
from songhanh.epidemic import Engine, parameter_table
from songhanh.epidemic import layout as at
from songhanh.province import load, population

REPLICATES = 6
DAYS = 120


@pytest.fixture(scope="module")
def of_engine() -> dict[str, Any]:
    return bench_engine(small.reference(), REPLICATES, DAYS)


def test_the_engine_is_measured_with_every_feature_at_work(of_engine: dict[str, Any]) -> None:
    assert set(of_engine) == {
        "scenario", "controlled_ms", "controlled_us_per_infection", "uncontrolled_s", "uncontrolled_infections",
        "warm_start_s", "threads_ratio", "machine",
    }  # fmt: skip
    assert of_engine["uncontrolled_infections"] > 0.7 * of_engine["scenario"]["people"]
    assert len(of_engine["scenario"]["events"]) > 25
    assert min(of_engine["scenario"]["events"].values()) > 0
    for key in (
        "controlled_ms",
        "controlled_us_per_infection",
        "uncontrolled_s",
        "warm_start_s",
        "threads_ratio",
    ):
        assert of_engine[key] > 0
    # A start holds many replicates' time, and the median of an infection is that of the whole.
    assert of_engine["warm_start_s"] > 1e-3 * of_engine["controlled_ms"]
    people = small.ground().population
    own = scenario(people, DAYS)
    result = own.run(Engine(people, DAYS), seed=1)
    assert of_engine["scenario"]["sha256"] == digest(result) != digest(own.run(Engine(people, DAYS), seed=2))
    assert of_engine["scenario"]["people"] == people.n_people


def test_the_load_of_the_machine_is_told_and_its_name_is_not(of_engine: dict[str, Any]) -> None:
    told = of_engine["machine"]
    assert told["cores"] >= 1 and told["processor"] and told["load_1_min_after"] is not None
    assert set(told) == {"processor", "cores", "system", "python", "load_1_min", "load_1_min_after"}


def test_a_nation_is_measured_by_itself_and_looks_like_the_example() -> None:
    found = bench_of_engine._nation(200_000, 40)
    assert set(found) == {
        "nation_build_s", "nation_controlled_ms", "nation_peak_gb", "nation_people", "nation_infections_median",
    }  # fmt: skip
    assert found["nation_infections_median"] > 70
    packed = nation(200_000)
    seen = np.sort(packed.by_age)
    np.testing.assert_array_equal(seen, np.arange(200_000))
    people = packed.people
    assert (people[:, at.HOME_START] <= np.arange(200_000)).all()
    has = people[:, at.PLACE] >= 0
    np.testing.assert_array_equal(packed.members[people[has, at.RANK]], np.flatnonzero(has))
    place = packed.places[people[has, at.PLACE]]
    assert ((place[:, at.START] <= people[has, at.RANK]) & (people[has, at.RANK] < place[:, at.END])).all()
    np.testing.assert_array_equal(place[:, at.PLACE_CELL], people[has, at.CELL])
    on_bus = packed.riders[packed.bus_start[packed.bus_of[people[packed.riders, at.RANK]]]]
    np.testing.assert_array_equal(people[on_bus, at.COMMUNE], people[packed.riders, at.COMMUNE])
    assert 0.02 < len(packed.lodgers) / 200_000 < 0.05


def test_an_uncontrolled_outbreak_that_stays_small_stops_the_benchmark() -> None:
    people = small.ground().population
    with pytest.raises(SonghanhError, match="people are infected"):
        bench_of_engine._uncontrolled(scenario(people, 5), people.n_people)


def test_a_nation_that_cannot_be_built_is_one_sentence() -> None:
    with pytest.raises(SonghanhError, match="The nation could not be measured"):
        bench_of_engine._nation(-1, 5)


def test_peers_are_set_beside_our_own_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"covasim": {"controlled_ms": 5_000.0, "people": 10}, "laser": {"error": "stopped"}}
    monkeypatch.setattr(bench_of_engine, "measure_peers", lambda people, days: told)
    found = bench_of_engine._peers(10, 5, 10.0)
    assert found["covasim"]["times_slower"] == 500.0
    assert found["laser"] == {"error": "stopped"}


def test_a_feature_that_did_nothing_stops_the_benchmark() -> None:
    with pytest.raises(SonghanhError, match="workers_locked") as error:
        bench_engine(small.reference(), 1, 5)
    assert error.value.faults[0].code == "bench.silent"
    with pytest.raises(SonghanhError, match="deaths"):
        demand_all({"deaths": 0, "samples": 3})


def test_an_output_that_is_not_that_of_the_tested_path_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    true = bench_of_engine.simulate

    def off_by_a_seed(*arguments: Any, seed: int, **more: Any) -> Any:
        return true(*arguments, seed=seed + 1, **more)

    monkeypatch.setattr(bench_of_engine, "simulate", off_by_a_seed)
    with pytest.raises(SonghanhError, match="not that of the tested path"):
        bench_engine(small.reference(), 1, 30)


def test_the_scenario_names_parameters_that_exist_and_every_lever_moves() -> None:
    known = {row.name for row in parameter_table()}
    assert set(parameters().values) == known
    people = small.ground().population
    days = scenario(people, DAYS).controls
    first, later = days[0], days[21]
    for name in ("community", "movement", "boarding", "school", "work", "locked", "site_mode", "site_contact",
                 "site_share", "firm_close_cases", "firm_close_days", "hamlet_seal_cases", "hamlet_seal_days", "sealed_community",
                 "sampling", "site_sampling"):  # fmt: skip
        assert not np.array_equal(getattr(first, name), getattr(later, name)), name
    # Days without a change share one object, as in a run of a plan.
    assert days[0] is days[15] is not days[16] is days[17]


def test_the_economy_is_measured() -> None:
    found = bench_economy(small.reference(), repeats=2, days=120)
    assert set(found) == {"scenario", "step_ms", "year_ms", "peers", "machine"}
    assert found["peers"] == {}  # nobody asked for them
    assert found["scenario"]["value_added_lost_vnd_bn"] > 0
    assert 120 * found["step_ms"] == pytest.approx(found["year_ms"], rel=0.9)
    assert found["scenario"]["sha256"] == bench_economy(small.reference(), 1, 120)["scenario"]["sha256"]
    with pytest.raises(SonghanhError, match="no trace"):
        bench_economy(small.reference(), repeats=1, days=10)


def test_the_night_is_measured() -> None:
    def measured() -> dict[str, Any]:
        return bench_decide(
            small.reference(),
            small.AS_OF,
            4,
            5,
            16,
            1,
            small.LATER,
            days=20,
            n_rules=6,
            search_worlds=2,
            n_fresh=2,
        )

    found = measured()
    assert {"calibration_s", "what_if_s", "what_if_lost_s", "search_s", "scenario", "machine"} <= set(found)
    for key in ("calibration_s", "what_if_s", "what_if_lost_s", "search_s"):
        assert found[key] > 0
    scenario = found["scenario"]
    assert min(scenario["fired"].values()) > 0
    assert (
        scenario["calibration"]["cases"] > 20 and sum(scenario["calibration"]["structures"].values()) == 1.0
    )
    assert "self-consistency" in scenario["calibration"]["note"]
    assert scenario["search"]["rules"] >= 6
    assert measured()["scenario"] == scenario  # the same hashes; drawn anew, not read from disk


def test_the_command_prints_figures_or_json_or_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["songhanh", "bench", *arguments])
        main()
        return capsys.readouterr().out

    economy = ("economy", "--pack", small.reference(), "--repeats", "1")
    assert "step_ms: " in call(*economy)
    assert json.loads(call(*economy, "--json"))["step_ms"] > 0
    file = tmp_path / "economy.json"
    call(*economy, "--json", str(file))
    assert json.loads(file.read_bytes())["year_ms"] > 0


def test_a_folder_is_refused_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["songhanh", "bench", "engine", "--json", str(tmp_path)])
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 2
    assert "is a folder" in capsys.readouterr().err


def test_on_the_example_the_scenario_is_a_controlled_outbreak_of_a_few_thousand() -> None:
    people = population(load("bac-giang-2021"))
    committed, engine = scenario(people, 120), Engine(people, 120)
    results = [committed.run(engine, seed) for seed in range(1, 12)]
    assert 3_000 <= np.median([result.infections.sum() for result in results]) <= 7_000
    assert people.n_people > 1_800_000
    demand_all({name: sum(features(result)[name] for result in results) for name in features(results[0])})
