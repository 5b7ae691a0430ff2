"""Impossible numbers, levers and imports are refused by name; a full buffer is an error."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import DAYS, ENGINE, PACKED, PROVINCE, begin, imports_of, park_imports, run

from songhanh.core.errors import CapacityError, SonghanhError
from songhanh.epidemic import (
    Engine,
    EpidemicControls,
    EpidemicParameters,
    EpidemicResult,
    no_controls,
    parameter_table,
    variants,
)
from songhanh.epidemic import layout as at

NAMES = [row.name for row in parameter_table()]
SHARES = [row.name for row in parameter_table() if row.unit in {"probability", "share"}]
ARRAYS = (
    "rates", "reals", "wholes", "day_tables", "ratio_tables", "profile", "sensitivity", "severity", "stays",
    "susceptibility", "protection",
)  # fmt: skip


def the_engine_still_works() -> None:
    """Run a few days as if nothing had happened."""
    assert run(values={"reproduction_number": 0.0}, days=5).infections.sum() == len(park_imports())


def refused(name: str, value: float) -> str:
    """Return the message with which a parameter is refused."""
    with pytest.raises(SonghanhError, match=name) as caught:
        EpidemicParameters.from_values({name: value})
    fault = next(fault for fault in caught.value.faults if fault.parameter == name)
    assert fault.message.startswith(f"{name} is {value:g}; allowed: ")
    return fault.message


def accepted(name: str, value: float) -> EpidemicParameters | None:
    """Return the parameters with one value, or nothing if that is refused by name."""
    try:
        return EpidemicParameters.from_values({name: value})
    except SonghanhError as error:
        if name not in str(error):
            raise
    return None


# --- parameters ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("symptomatic_share", 1.2), ("reproduction_number", -1.0), ("dispersion", 0.0), ("death_age_80", 2.0),
     ("share_line", float("nan")), ("isolation_days", float("inf"))],
)  # fmt: skip
def test_impossible_parameters(name: str, value: float) -> None:
    refused(name, value)


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_may_be_negative_or_not_a_number_or_infinite(name: str) -> None:
    for value in (-1.0, -1e-12, math.nan, math.inf, -math.inf):
        refused(name, value)


@pytest.mark.parametrize("name", SHARES)
def test_no_probability_and_no_share_may_exceed_one(name: str) -> None:
    assert "0 to 1" in refused(name, 1.0001)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(NAMES), st.floats(allow_nan=True, allow_infinity=True))
def test_any_value_is_refused_by_name_or_gives_finite_tables(name: str, value: float) -> None:
    parameters = accepted(name, value)
    if parameters is None:
        return
    for array in ARRAYS:
        assert np.isfinite(getattr(parameters, array)).all(), array
    assert (parameters.day_tables >= 0).all() and (parameters.wholes >= 0).all()
    assert ((parameters.severity >= 0) & (parameters.severity <= 1)).all()


@pytest.mark.parametrize("value", [1e4, 1e7, 1e30, 1e300])
@pytest.mark.parametrize("name", NAMES)
def test_absurdly_large_values_are_refused_by_name_or_harmless(name: str, value: float) -> None:
    parameters = accepted(name, value)
    assert parameters is None or all(np.isfinite(getattr(parameters, array)).all() for array in ARRAYS)


def test_community_shares_may_not_exceed_the_whole() -> None:
    with pytest.raises(SonghanhError, match=r"share_hamlet is 0\.7; allowed: 0 to 0\.6 \(1 - share_out\)"):
        EpidemicParameters.from_values({"share_out": 0.4, "share_hamlet": 0.7})
    EpidemicParameters.from_values({"share_out": 0.4, "share_hamlet": 0.6})


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(SonghanhError) as caught:
        EpidemicParameters.from_values(
            {"symptomatic_share": 3.0, "dispersion": -1.0, "share_class": math.nan}
        )
    assert {fault.parameter for fault in caught.value.faults} >= {
        "symptomatic_share",
        "dispersion",
        "share_class",
    }


def test_unknown_parameter() -> None:
    with pytest.raises(SonghanhError, match="no_such"):
        EpidemicParameters.from_values({"no_such": 1.0})


# --- imports, days and sizes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "imports",
    [
        [[PROVINCE.n_people, 0]],
        [[-1, 0]],
        [[0, -1]],
        [[0, 0, -1]],
        [[0, 0, len(variants())]],
        [[0, 0, 0, 0]],
        [[0], [1]],
        [0, 1],
        [[[0, 0]]],
    ],
)
def test_impossible_imports(imports: list[object]) -> None:
    with pytest.raises(SonghanhError, match=r"imports is .*; allowed: "):
        ENGINE.start(EpidemicParameters.from_values(), np.array(imports), np.uint64(1))
    the_engine_still_works()


@pytest.mark.parametrize("person", [PROVINCE.n_people, -1])
def test_the_import_that_does_not_exist_is_told_with_the_range(person: int) -> None:
    with pytest.raises(SonghanhError, match=rf"person .*{person}.*0 to {PROVINCE.n_people - 1}"):
        begin(imports=imports_of([person]))


@pytest.mark.parametrize(
    ("name", "days", "capacity"),
    [
        ("days", 0, 10),
        ("days", -3, 10),
        ("days", at.MOST_DAYS + 1, 10),
        ("capacity", 5, 0),
        ("capacity", 5, -1),
    ],
)
def test_impossible_sizes(name: str, days: int, capacity: int) -> None:
    value = days if name == "days" else capacity
    with pytest.raises(SonghanhError, match=f"{name} is {value}; allowed: "):
        Engine(worlds.homogeneous(10), days, capacity)


def test_days_follow_one_another() -> None:
    ENGINE.start(EpidemicParameters.from_values(), park_imports(), np.uint64(1))
    idle = no_controls(ENGINE.n_communes, ENGINE.n_sites)
    with pytest.raises(ValueError, match="day 1"):
        ENGINE.step(1, idle)
    ENGINE.step(0, idle)
    for day in (0, 2, -1):
        with pytest.raises(ValueError, match=f"day {day} does not follow: expected 1 of {DAYS}"):
            ENGINE.step(day, idle)
    ENGINE.step(1, idle)


@pytest.mark.parametrize("active", [[0.5], [0.5, 0.5, 0.5, 0.5], [1.5, 1.0], [-0.1, 1.0], [np.nan, 1.0]])
def test_impossible_active_shares(active: list[float]) -> None:
    ENGINE.start(EpidemicParameters.from_values(), park_imports(), np.uint64(1))
    with pytest.raises(SonghanhError, match=r"active is .*; allowed: "):
        ENGINE.step(0, no_controls(ENGINE.n_communes, ENGINE.n_sites), np.array(active, np.float32))
    the_engine_still_works()


def test_no_day_follows_the_last_and_none_precedes_the_start() -> None:
    engine = Engine(PACKED, 2, capacity=100)
    idle = no_controls(engine.n_communes, engine.n_sites)
    with pytest.raises(ValueError, match="day 0 does not follow"):
        engine.step(0, idle)
    run(engine=engine)
    with pytest.raises(ValueError, match="day 2 does not follow"):
        engine.step(2, idle)


# --- full buffers -------------------------------------------------------------------------------------------------


def test_a_full_buffer_is_named_and_the_engine_can_be_used_again() -> None:
    small = Engine(PROVINCE, 90, capacity=500)
    with pytest.raises(CapacityError, match="infections"):
        run(engine=small)
    quiet = run(values={"reproduction_number": 0.0}, engine=small)
    assert quiet.infections.sum() == len(park_imports())


@pytest.mark.parametrize("capacity", [9, 10])
def test_exactly_the_capacity_fits(capacity: int) -> None:
    engine = Engine(PACKED, 5, capacity)

    def infected() -> EpidemicResult:
        return run(values={"reproduction_number": 0.0}, engine=engine)

    if capacity < len(park_imports()):
        with pytest.raises(CapacityError, match=r"infections is full on day 1|2 .*capacity 9 infections"):
            infected()
    else:
        assert infected().infections.sum() == 10


def test_a_full_buffer_says_what_to_do() -> None:
    with pytest.raises(CapacityError) as caught:
        run(engine=Engine(PACKED, 90, capacity=500))
    (fault,) = caught.value.faults
    assert fault.parameter == "capacity" and fault.code == "epidemic.capacity"
    assert "larger capacity" in fault.remedy


def test_every_parameter_has_unit_range_source_and_use() -> None:
    table = parameter_table()
    default = EpidemicParameters.from_values()
    # Used by the engine, with the sizes of households, the ages of areas and the ways to work.
    elsewhere = {"household_scaling", "shuttle_seats", "age_assortativity", "age_mixing_years"}
    for row in table:
        assert row.unit, row.name
        assert row.source, row.name
        if row.name in elsewhere or row.name.startswith("activity_age_"):
            continue
        other = row.default + 2.0 if row.unit in {"days", "day", "people"} else row.default + 0.4
        if row.unit in {"probability", "share"} or row.name == "vaccine_infectiousness":
            other = row.default + 0.3 if row.default + 0.3 <= 1 else row.default - 0.3
        moved = EpidemicParameters.from_values({row.name: other})
        assert any(not np.array_equal(getattr(default, a), getattr(moved, a)) for a in ARRAYS), row.name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("household_scaling", 1.0),
        ("age_assortativity", 0.9),
        ("age_mixing_years", 20.0),
        ("activity_age_30", 3.0),
    ],
)
def test_parameters_that_the_engine_uses_change_its_tables(name: str, value: float) -> None:
    def tables() -> list[np.ndarray]:
        w = ENGINE._numbers
        return [
            a.copy() for a in (w.home_scale, w.hamlet_rows, w.commune_rows, w.hamlet_ages, w.commune_ages)
        ]

    begin()
    before = tables()
    begin({name: value})
    assert any(not np.array_equal(one, two) for one, two in zip(before, tables(), strict=True))


def test_a_lever_that_is_wrong_in_the_middle_of_a_run_stops_it_by_name() -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        if day == 7:
            controls.community[3] = 1.5

    with pytest.raises(SonghanhError, match=r"community is 1\.0 to 1\.5; allowed: 0 to 1"):
        run(change)
    the_engine_still_works()
