"""`songhanh.simulate`: frozen results, tables that add up, and errors for people."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import small

import songhanh
from songhanh.core.errors import SonghanhError
from songhanh.joint.frames import COLUMNS
from songhanh.joint.simulate import Simulation

DAYS = 60
BURNING = {"reproduction_number": 5.0}


@pytest.fixture(scope="module")
def result() -> Simulation:
    """Present orders in the small province, with ten infected workers."""
    imports = small.world().imports
    return songhanh.simulate(
        small.reference(), seed=1, days=DAYS, as_of=small.AS_OF, parameters=BURNING, imports=imports
    )


def test_results_are_frozen_and_say_what_they_are_of(result: Simulation) -> None:
    assert (result.plan, result.as_of, result.seed) == ("present-orders", small.AS_OF, 1)
    assert result.epidemic.infections.shape == (DAYS, small.ground().population.n_communes)
    with pytest.raises(ValueError, match="read-only"):
        result.epidemic.infections[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.seed = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    "by", [("date",), ("age",), ("area", "age"), ("date", "site", "sector"), ("layer",), ()]
)
def test_infections_add_up_however_they_are_split(result: Simulation, by: tuple[str, ...]) -> None:
    table = result.to_frame("infections", by=by)
    assert table.select(pl.last()).sum().item() == result.epidemic.infections.sum() > 50


def test_cases_are_those_reported(result: Simulation) -> None:
    table = result.to_frame("cases", by=("date", "found"))
    assert table["cases"].sum() == result.epidemic.reported.sum() > 0
    by_day = result.to_frame("cases")
    first = by_day.row(0)
    day = (first[0] - result.origin).days
    assert first[1] == result.epidemic.reported[day].sum() > 0
    assert result.epidemic.reported[:day].sum() == 0


def test_deaths_absences_and_economy_are_the_arrays(result: Simulation) -> None:
    assert result.to_frame("deaths", by=("district",))["deaths"].sum() == result.epidemic.deaths.sum()
    away = result.to_frame("absences", by=("reason",))
    assert away["absences"].sum() == result.epidemic.absent.sum() + result.epidemic.locked.sum() > 0
    money = result.to_frame("economy", by=("sector",))
    np.testing.assert_allclose(money["value_added_vnd_bn"].sum(), result.economy.value_added.sum())
    assert len(money) == small.ground().population.n_sectors


def test_the_days_are_one_row_each(result: Simulation) -> None:
    table = result.to_frame()
    assert table["date"].to_list()[0] == result.origin
    assert len(table) == DAYS
    assert table["infections"].sum() == result.epidemic.infections.sum()
    assert 0 < table["workers_share"].min() <= 1


def test_the_tree_names_infectors_who_came_before(result: Simulation) -> None:
    tree = result.tree()
    caused = tree.filter(pl.col("source").is_not_null())
    assert caused.height == tree.height - (tree["layer"] == "import").sum() > 0
    infectors = tree["infected_on"].gather(caused["source"])
    assert (infectors < caused["infected_on"]).all()
    people = small.ground().population
    ages = people.age[tree["person"].to_numpy()]
    assert all(
        str(age // 10 * 10) == text.split("-")[0].rstrip("+")
        for age, text in zip(ages, tree["age"], strict=True)
        if age < 90
    )


def test_the_same_seed_is_the_same_run_and_a_plan_changes_only_what_follows(result: Simulation) -> None:
    again = songhanh.simulate(
        small.reference(),
        seed=1,
        days=DAYS,
        as_of=small.AS_OF,
        parameters=BURNING,
        imports=small.world().imports,
    )
    assert again.tree().equals(result.tree())
    closed = songhanh.simulate(
        small.reference(), "closed", seed=1, days=DAYS, as_of=small.AS_OF, parameters=BURNING,
        imports=small.world().imports,
    )  # fmt: skip
    day = (small.AS_OF - result.origin).days + 1
    np.testing.assert_array_equal(closed.epidemic.infections[:day], result.epidemic.infections[:day])
    assert closed.epidemic.infections.sum() != result.epidemic.infections.sum()


def test_without_imports_the_introductions_of_the_pack_are_taken() -> None:
    run = songhanh.simulate(small.reference(), days=40)
    known = small.ground().pack.tables["introductions"]
    assert run.as_of == known["known_on"].max()
    assert run.epidemic.infections_layer.sum() >= 1
    assert run.tree()["layer"].to_list()[0] == "import"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"days": 1}, "days is 1; allowed: 2 to 730"),
        ({"plan": "nothing"}, r"plan is 'nothing'; allowed: a TOML file, or one of do-nothing"),
        ({"plan": Path("nowhere.toml")}, "nowhere.toml"),
        ({"as_of": date(2020, 1, 1)}, "as_of is 2020-01-01; allowed: after"),
        ({"parameters": {"reproduction_number": -1.0}}, "reproduction_number is -1; allowed: 0 or more"),
        ({"parameters": {"no_such": 1.0}}, "There is no parameter called 'no_such'"),
        ({"effects": {"no_such": 1.0}}, "There is no parameter called 'no_such'"),
        ({"economy": {"no_such": 1.0}}, "There is no parameter called 'no_such'"),
        ({"imports": np.array([[10**9, 0]])}, "imports is person 1000000000 to 1000000000; allowed: 0 to"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(SonghanhError, match=message):
        songhanh.simulate(small.reference(), **{"days": 40, "as_of": small.AS_OF, **arguments})  # type: ignore[arg-type]


def test_tables_and_columns_that_do_not_exist_are_named(result: Simulation) -> None:
    with pytest.raises(SonghanhError, match="allowed: days, infections, cases"):
        result.to_frame("people")
    with pytest.raises(SonghanhError, match="by is 'age'; allowed: date, area, district"):
        result.to_frame("deaths", by=("age",))
    for table, columns in COLUMNS.items():
        for column in columns:
            assert column in result.to_frame(table, by=(column,)).columns
