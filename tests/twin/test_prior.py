"""Draws of what is not known keep to their ranges and spread evenly over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from songhanh.core.parameters import COLUMNS, ParameterTable, read_table
from songhanh.joint.world import World
from songhanh.twin.histories import lucks
from songhanh.twin.prior import Introduction, Prior

N = 64


def table(tmp_path: Path, *lines: str) -> ParameterTable:
    path = tmp_path / "parameters.csv"
    path.write_text("\n".join((",".join(COLUMNS), *lines)) + "\n", encoding="utf-8")
    return read_table(path)


@pytest.fixture
def prior(tmp_path: Path, source: Introduction) -> Prior:
    rooms = (
        ("epidemic", table(tmp_path, "r0,R_0,1,5,3,9,doi,", "fixed,c,1,2,2,2,doi,")),
        ("effects", table(tmp_path, "community_ct16,m,1,0.35,0.2,0.5,assumed: why,")),
        ("economy", table(tmp_path, "tau,tau,days,10,7,21,doi,")),
    )
    return Prior(tuple((room, row) for room, rows in rooms for row in rows if row.is_varied), (source,))


@pytest.fixture
def source() -> Introduction:
    return Introduction(
        "park", np.arange(1000, 2000, dtype=np.int32), from_day=2, until_day=6, low=2, high=40
    )


def draw(prior: Prior, n: int, seed: int) -> list[World]:
    points = zip(prior.points(n, seed), lucks(seed, n), strict=True)
    return [prior.world(point, luck, number) for number, (point, luck) in enumerate(points)]


def test_a_draw_keeps_to_the_ranges_and_spreads_over_them(prior: Prior) -> None:
    worlds = draw(prior, N, seed=3)
    r0 = np.array([world.epidemic["r0"] for world in worlds])
    assert 3 <= r0.min() < 3.2
    assert 8.7 < r0.max() <= 9
    # The default is the median of the worlds, and a Sobol sequence hits that nearly exactly.
    assert abs(np.count_nonzero(r0 < 5) - N / 2) <= 1
    assert all("fixed" not in world.epidemic for world in worlds)
    assert all(0.2 <= world.effects["community_ct16"] <= 0.5 for world in worlds)
    assert all(7 <= world.economy["tau"] <= 21 for world in worlds)


def test_introductions_keep_to_what_is_known_of_them(prior: Prior) -> None:
    sizes = []
    for world in draw(prior, N, seed=3):
        people, days = world.imports[:, 0], world.imports[:, 1]
        assert len(set(people.tolist())) == len(people)
        assert ((people >= 1000) & (people < 2000)).all()
        assert ((days >= 2) & (days <= 6)).all()
        sizes.append(len(people))
    assert min(sizes) == 2
    assert max(sizes) >= 35
    # Log-uniform: half of the worlds lie below the geometric mean.
    assert abs(np.count_nonzero(np.array(sizes) <= np.sqrt(2 * 40)) - N / 2) <= 4


def test_the_same_seed_draws_the_same_worlds_and_a_longer_draw_begins_alike(prior: Prior) -> None:
    once, again, longer = (draw(prior, n, seed=5) for n in (N, N, 2 * N))
    for world, same, also in zip(once, again, longer, strict=False):
        assert world.epidemic == same.epidemic == also.epidemic
        assert world.luck == same.luck == also.luck
        assert np.array_equal(world.imports, same.imports)
        assert np.array_equal(world.imports, also.imports)
    assert draw(prior, N, seed=6)[0].epidemic != once[0].epidemic
    assert len({world.luck for world in longer}) == 2 * N


def test_effects_of_one_kind_alone_are_drawn_by_name_and_move_nothing_else(
    prior: Prior, tmp_path: Path
) -> None:
    rows = table(tmp_path, "belt,b,1,0.4,0.2,0.8,assumed: why,", "reach,k,1,0.5,0.5,0.9,assumed: why,")
    more = replace(prior, apart=tuple(rows))
    assert more.dimension == prior.dimension
    plain, also = draw(prior, N, seed=3), draw(more, N, seed=3)
    for one, other in zip(plain, also, strict=True):
        assert (one.epidemic, one.economy, one.luck) == (other.epidemic, other.economy, other.luck)
        assert other.effects == {
            **one.effects, "belt": other.effects["belt"], "reach": other.effects["reach"],
        }  # fmt: skip
    belts = np.array([world.effects["belt"] for world in also])
    reached = np.array([world.effects["reach"] for world in also])
    assert 0.2 <= belts.min() < 0.25 and 0.7 < belts.max() <= 0.8
    assert abs(np.count_nonzero(belts < 0.4) - N / 2) <= 12
    assert abs(float(np.corrcoef(belts, reached)[0, 1])) < 0.35
    assert draw(more, N, seed=3)[5].effects == also[5].effects
    other_way_round = replace(prior, apart=tuple(rows)[::-1])
    assert draw(other_way_round, N, seed=3)[5].effects == also[5].effects
