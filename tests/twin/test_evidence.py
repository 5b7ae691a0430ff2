"""What was published by a date, and what a simulated past would have published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import small

from songhanh.core.days import day_of
from songhanh.epidemic import Engine
from songhanh.joint.ensemble import PRESENT_ORDERS, runner, schedule
from songhanh.joint.world import World
from songhanh.province import load
from songhanh.twin.evidence import Count, log_likelihood, published_counts, simulated_counts
from songhanh.twin.linelist import synthetic_line_list

DAY = day_of(date(2021, 4, 20), small.AS_OF)


def two_chains() -> World:
    """Return a world with a chain in the first firm and another one in the last commune."""
    world = small.world(reproduction_number=5.0)
    people = small.ground().population
    villagers = np.arange(people.commune_start[5], people.commune_start[5] + 20, dtype=np.int64)
    imports = np.concatenate([world.imports, np.stack([villagers, np.full(20, 8)], axis=1)])
    return replace(world, imports=imports, origins=world.origins + ("00302",) * 20)


@pytest.fixture
def past() -> tuple[Engine, World]:
    world = two_chains()
    orders = schedule(small.reference(), small.AS_OF, PRESENT_ORDERS, False)
    engine = runner(small.reference(), small.AS_OF, 0, None).past(world, orders)
    assert engine is not None
    return engine, world


def counts(engine: Engine, world: World, *places: str, day: int = DAY) -> list[float]:
    asked = [Count(place, day, 0.0, "") for place in places]
    return simulated_counts(small.ground(), engine, world, asked).tolist()


def test_nothing_later_than_the_as_of_date_is_read() -> None:
    pack = load("bac-giang-2021")
    dates = pack.tables["bulletins"]["date"]
    assert dates.max() > small.AS_OF, "the example has later bulletins, which the test needs"
    for as_of in (date(2021, 5, 12), date(2021, 5, 16), small.AS_OF):
        found = published_counts(pack, as_of)
        assert found
        latest = day_of(pack.outbreak_from, as_of)
        assert max(count.day for count in found) <= latest
        assert [count.day for count in found] == sorted(count.day for count in found)
        rows = pack.tables["bulletins"]
        expected = [
            (row["area_or_site"], row["value"])
            for row in rows.iter_rows(named=True)
            if row["date"] <= as_of and row["indicator"] in ("cases_cumulative", "cluster_cases")
        ]
        assert sorted((count.place_id, count.value) for count in found) == sorted(expected)


def test_a_bulletin_of_the_same_day_is_known_and_one_of_the_next_is_not() -> None:
    pack = small.ground().pack
    assert [(c.place_id, c.value) for c in published_counts(pack, date(2021, 5, 16))] == [
        ("*", 30),
        ("firm-x", 12),
    ]
    assert published_counts(pack, date(2021, 5, 15)) == []


def test_the_province_is_every_report_and_its_chains_add_up(past: tuple[Engine, World]) -> None:
    engine, world = past
    total, firm, village = counts(engine, world, "*", "firm-x", "00302")
    assert total == engine.reported[: DAY + 1].sum()
    assert firm > 0 and village > 0
    assert firm + village == total


def test_a_chain_counts_whoever_it_reaches_wherever_they_live(past: tuple[Engine, World]) -> None:
    engine, world = past
    people = small.ground().population
    confirmed = engine.confirmed()
    # By the transmission tree, climbed one infection at a time.
    tree = engine.result(with_tree=True).tree
    assert tree is not None
    of_village = 0
    for row in np.flatnonzero(tree.found_on >= 0):
        ancestor = row
        while tree.source[ancestor] >= 0:
            ancestor = tree.source[ancestor]
        of_village += tree.person[ancestor] >= people.commune_start[5]
    assert counts(engine, world, "00302") == [of_village]
    at_home = np.count_nonzero(confirmed.person >= people.commune_start[5])
    assert len(confirmed.person) > of_village != at_home


def test_a_site_counts_its_workers_and_a_day_counts_what_was_reported_by_then(
    past: tuple[Engine, World],
) -> None:
    engine, world = past
    assert counts(engine, world, "park-a") == [engine.reported_site[: DAY + 1, 0].sum()]
    earlier = counts(engine, world, "*", day=DAY - 5)
    assert earlier == [engine.reported[: DAY - 4].sum()]
    assert earlier < counts(engine, world, "*")


def test_a_history_that_lost_control_agrees_with_nothing() -> None:
    assert log_likelihood([Count("*", 1, 10.0, "")], np.array([np.inf]), 0.1, 0.3) == -np.inf


def test_the_line_list_is_the_reports_of_the_engine_one_by_one(past: tuple[Engine, World]) -> None:
    engine, world = past
    ground = small.ground()
    by_day = engine.reported.sum(axis=(1, 2)).copy()
    by_area = engine.reported.sum(axis=(0, 2)).copy()
    by_found = engine.reported.sum(axis=(0, 1)).copy()
    by_site = engine.reported_site.sum(axis=0).copy()
    cases = synthetic_line_list(small.reference(), small.AS_OF, world, "T")
    assert len(cases) == by_day.sum() > 20
    days = [day_of(ground.pack.outbreak_from, case.reported_on) for case in cases]
    assert np.array_equal(np.bincount(days, minlength=DAY + 1), by_day[: DAY + 1])
    assert days == sorted(days)
    codes = ground.pack.communes["code"].to_list()
    assert [sum(case.area_code == code for case in cases) for code in codes] == by_area.tolist()
    names = ("community", "quarantine", "sealed", "imported")
    assert [sum(case.found == name for case in cases) for name in names] == by_found.tolist()
    sites = ground.pack.sites["site_id"].to_list()
    assert [sum(case.site_id == site for case in cases) for site in sites] == by_site[:-1].tolist()
    assert [case.code for case in cases] == [f"T-2021-{n:06d}" for n in range(1, len(cases) + 1)]
    assert any(case.firm_id == "firm-x" for case in cases)
    assert max(case.reported_on for case in cases) <= small.AS_OF
    assert min(case.reported_on for case in cases) > small.AS_OF - timedelta(days=DAY)
    assert all(
        set(case.as_dict()) == set(vars(case)) if hasattr(case, "__dict__") else True for case in cases
    )
