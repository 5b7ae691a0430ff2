"""Draws from the real tables of parameters and the introductions of a pack."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import small

from songhanh.core.days import day_of
from songhanh.core.errors import SonghanhError
from songhanh.joint.setting import Setting, setting
from songhanh.joint.world import World
from songhanh.province import firm_place
from songhanh.twin.histories import lucks
from songhanh.twin.prior import introductions, prior, tables

N = 128
LATER = [
    {"place_id": "firm-x", "from_date": "2021-04-26", "until_date": "2021-05-04", "people_low": 1, "people_high": 4,
     "known_on": "2021-05-12"},
    {"place_id": "00302", "from_date": "2021-05-06", "until_date": "2021-05-09", "people_low": 2, "people_high": 2,
     "known_on": "2021-05-20"},
    {"place_id": "park-a", "from_date": "2021-05-01", "until_date": "2021-05-01", "people_low": 3, "people_high": 9,
     "known_on": "2021-05-20"},
]  # fmt: skip


@lru_cache(maxsize=1)
def worlds() -> list[World]:
    known = prior(small.reference(), small.AS_OF)
    points = zip(known.points(N, seed=7), lucks(7, N), strict=True)
    return [known.world(point, luck, number) for number, (point, luck) in enumerate(points)]


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """The small province, with two introductions that become known after the as-of date."""
    return setting(str(small.write(tmp_path_factory.mktemp("later"), introductions=LATER)))


def test_every_varied_parameter_is_drawn_inside_its_range_and_no_other() -> None:
    groups = tables()
    for room, table in (
        ("epidemic", groups.epidemic),
        ("effects", groups.effects),
        ("economy", groups.economy),
    ):
        varied = {row.name: row for row in table if row.is_varied}
        assert varied
        for world in worlds():
            assert set(getattr(world, room)) == set(varied)
        for name, row in varied.items():
            drawn = np.array([getattr(world, room)[name] for world in worlds()])
            assert row.low <= drawn.min() < drawn.max() <= row.high, name
            assert len(np.unique(drawn)) >= N // 2, name  # some reach a bound of one


def test_a_shorter_draw_is_the_beginning_of_a_longer_one() -> None:
    known = prior(small.reference(), small.AS_OF)
    assert np.array_equal(known.points(N // 4, seed=7), known.points(N, seed=7)[: N // 4])
    assert lucks(7, N)[: N // 4] == lucks(7, N // 4)
    assert not np.array_equal(known.points(N, seed=7), known.points(N, seed=8))
    assert not set(lucks(7, N)) & set(lucks(8, N))


def test_a_little_more_of_the_infection_is_the_same_people_and_some_more() -> None:
    known = prior(small.reference(), small.AS_OF)
    points = np.full((2, known.dimension), 0.5)
    points[:, -2] = (0.1, 0.9)
    few, many = (set(known.world(point, 5, 0).imports[:, 0].tolist()) for point in points)
    assert few < many


def test_the_infection_comes_in_at_the_place_and_in_the_days_of_its_introduction() -> None:
    ground = small.ground()
    people, origin = ground.population, ground.pack.outbreak_from
    place = firm_place(ground.pack, people, "firm-x")
    first, last = day_of(origin, date(2021, 4, 26)), day_of(origin, date(2021, 5, 4))
    sizes, days = set(), set()
    for world in worlds():
        assert np.all(people.place[world.imports[:, 0]] == place)
        assert set(world.origins) == {"firm-x"} and len(world.origins) == len(world.imports)
        sizes.add(len(world.imports))
        days |= set(world.imports[:, 1].tolist())
    assert sizes == {1, 2, 3, 4}
    assert days == set(range(first, last + 1))


def test_what_became_known_later_is_not_used(later: Setting) -> None:
    assert [source.place_id for source in introductions(later, small.AS_OF)] == ["firm-x"]
    known = introductions(later, date(2021, 5, 20))
    assert [source.place_id for source in known] == ["firm-x", "00302", "park-a"]
    people = later.population
    commune = later.pack.communes["code"].to_list().index("00302")
    assert known[1].people.tolist() == list(
        range(people.commune_start[commune], people.commune_start[commune + 1])
    )
    assert set((people.work_cell[known[2].people] // people.n_sectors).tolist()) == {0}


def test_before_the_first_known_introduction_there_is_nothing_to_draw() -> None:
    with pytest.raises(SonghanhError, match=r"No introduction .* 2021-05-11") as error:
        introductions(small.ground(), date(2021, 5, 11))
    assert error.value.faults[0].file == "introductions.csv"


def test_an_introduction_at_an_unknown_place_is_refused(tmp_path: Path) -> None:
    nowhere = [{**LATER[0], "place_id": "firm-q"}]
    with pytest.raises(SonghanhError, match="firm-q"):
        introductions(setting(str(small.write(tmp_path, introductions=nowhere))), small.AS_OF)
