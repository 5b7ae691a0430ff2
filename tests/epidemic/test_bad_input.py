"""Impossible numbers, levers and imports are refused by name; a full buffer is an error."""

from __future__ import annotations

import numpy as np
import pytest
from scenarios import ENGINE, PROVINCE, park_imports, run

from songhanh.core.errors import CapacityError, SonghanhError
from songhanh.epidemic import Engine, EpidemicControls, EpidemicParameters, no_controls, parameter_table


@pytest.mark.parametrize(
    ("name", "value"),
    [("symptomatic_share", 1.2), ("reproduction_number", -1.0), ("dispersion", 0.0), ("death_age_80", 2.0),
     ("share_line", float("nan")), ("isolation_days", float("inf"))],
)  # fmt: skip
def test_impossible_parameters(name: str, value: float) -> None:
    with pytest.raises(SonghanhError, match=name):
        EpidemicParameters.from_values({name: value})


def test_unknown_parameter() -> None:
    with pytest.raises(SonghanhError, match="no_such"):
        EpidemicParameters.from_values({"no_such": 1.0})


@pytest.mark.parametrize(
    ("lever", "value"),
    [("community", np.ones(3, np.float32)), ("community", np.ones(12)), ("site_mode", np.full(2, 9, np.uint8)),
     ("trace", np.full(9, 1.5, np.float32)), ("sampling", np.full(12, np.nan, np.float32)), ("lab_capacity", -1),
     ("pool_size", 0), ("quarantine_places", -5)],
)  # fmt: skip
def test_impossible_levers(lever: str, value: object) -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        setattr(controls, lever, value)

    with pytest.raises(SonghanhError, match=lever):
        run(change, days=1)


def test_impossible_imports() -> None:
    for person, day in ((PROVINCE.n_people, 0), (-1, 0), (0, -1)):
        with pytest.raises(SonghanhError, match="imports"):
            ENGINE.start(EpidemicParameters.from_values(), np.array([[person, day]]), np.uint64(1))


def test_days_follow_one_another() -> None:
    ENGINE.start(EpidemicParameters.from_values(), park_imports(), np.uint64(1))
    with pytest.raises(ValueError, match="day 1"):
        ENGINE.step(1, no_controls(ENGINE.n_communes, ENGINE.n_sites))


def test_a_full_buffer_is_named_and_the_engine_can_be_used_again() -> None:
    small = Engine(PROVINCE, 90, capacity=500)
    with pytest.raises(CapacityError, match="infections"):
        run(engine=small)
    quiet = run(values={"reproduction_number": 0.0}, engine=small)
    assert quiet.infections.sum() == len(park_imports())


def test_every_parameter_has_unit_range_source_and_use() -> None:
    table = parameter_table()
    default = EpidemicParameters.from_values()
    arrays = ("rates", "reals", "wholes", "tables", "profile", "sensitivity", "severity", "stays")
    for row in table:
        assert row.unit, row.name
        assert row.source, row.name
        if row.name == "household_scaling":
            continue  # used by the engine, with the sizes of the households
        other = row.default + 2.0 if row.unit in ("days", "day", "people") else row.default + 0.4
        if row.unit in ("probability", "share"):
            other = min(1.0, row.default + 0.3)
        moved = EpidemicParameters.from_values({row.name: other})
        assert any(not np.array_equal(getattr(default, a), getattr(moved, a)) for a in arrays), row.name
