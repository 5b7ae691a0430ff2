"""The box finder against planted boxes, by hand, and against noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from songhanh.decision.prim import Box, Deal, Rules, chance_of_box, chance_of_limit, find_box, telling

RULES = Rules(peel=0.1, least=10, chance=0.05, most=5)


def worlds(n: int, p: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((n, p))


def deals(points: np.ndarray, rounds: int, seed: int = 7) -> list[Deal]:
    random = np.random.default_rng(seed)
    orders = np.stack([random.permutation(len(points)) for _ in range(rounds)])
    return [Deal(np.ones(points.shape[1], np.bool_), orders)]


def test_a_planted_box_is_found_with_its_limits() -> None:
    points = worlds(400, 12, 1)
    hit = (points[:, 3] > 0.7) & (points[:, 8] < 0.5)
    box = find_box(points, hit, RULES)
    assert box.limited.tolist() == [3, 8]
    assert box.density > 0.9 and box.coverage > 0.9
    assert box.low[3] == pytest.approx(0.7, abs=0.05) and box.high[3] == np.inf
    assert box.high[8] == pytest.approx(0.5, abs=0.05) and box.low[8] == -np.inf
    assert chance_of_box(points, hit, box, RULES, deals(points, 39)) == pytest.approx(1 / 40)


def test_a_planted_box_is_found_at_a_hundred_worlds_and_a_hundred_and_sixty_dimensions() -> None:
    points = worlds(100, 160, 2)
    random = np.random.default_rng(3)
    hit = (points[:, 40] > 0.6) & (random.random(100) < 0.9)
    box = find_box(points, hit, RULES)
    assert 40 in box.limited
    assert chance_of_box(points, hit, box, RULES, deals(points, 39)) <= 0.05


@pytest.mark.parametrize("seed", range(4))
def test_noise_gives_no_box(seed: int) -> None:
    points = worlds(100, 60, 10 + seed)
    hit = np.random.default_rng(20 + seed).random(100) < 0.3
    box = find_box(points, hit, RULES)
    assert not len(box.limited) or chance_of_box(points, hit, box, RULES, deals(points, 39)) > 0.05


def test_a_middle_slice_has_two_limits() -> None:
    points = worlds(500, 4, 4)
    hit = np.abs(points[:, 1] - 0.5) < 0.15
    box = find_box(points, hit, RULES)
    assert box.limited.tolist() == [1]
    assert 0.3 < box.low[1] < 0.4 and 0.6 < box.high[1] < 0.7


def test_a_yes_or_no_is_taken_whole() -> None:
    points = worlds(200, 3, 5)
    points[:, 2] = points[:, 2] > 0.6
    hit = points[:, 2] == 1.0
    box = find_box(points, hit, RULES)
    assert box.limited.tolist() == [2]
    assert (box.coverage, box.density, box.low[2]) == (1.0, 1.0, 1.0)


def test_coverage_density_and_score_by_hand() -> None:
    box = Box(np.array([0.0]), np.array([1.0]), np.ones(4, np.bool_), coverage=0.5, density=0.25)
    assert box.score == pytest.approx(1 / 3)


def test_the_chance_of_a_limit_is_that_of_the_binomial() -> None:
    points = np.arange(40.0)[:, None] / 40
    hit = np.zeros(40, np.bool_)
    hit[20:32] = True
    low, high = np.array([0.5]), np.array([np.inf])
    inside = points[:, 0] >= 0.5
    box = Box(low, high, inside, 1.0, 12 / 20)
    assert chance_of_limit(points, hit, box, 0) == pytest.approx(binom.sf(11, 20, 12 / 40))


def test_all_hits_or_none_give_no_limits() -> None:
    points = worlds(50, 5, 6)
    assert not len(find_box(points, np.ones(50, np.bool_), RULES).limited)
    assert not len(find_box(points, np.zeros(50, np.bool_), RULES).limited)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(12, 60), st.integers(1, 6), st.floats(0.05, 0.95))
def test_a_box_is_what_it_says(seed: int, n: int, p: int, rate: float) -> None:
    points = worlds(n, p, seed)
    hit = np.random.default_rng(seed + 1).random(n) < rate
    box = find_box(points, hit, RULES)
    inside = ((points >= box.low) & (points <= box.high)).all(axis=1)
    assert (inside == box.inside).all() and inside.sum() >= min(RULES.least, n)
    assert box.density == pytest.approx(hit[inside].mean())
    assert box.coverage == pytest.approx((hit & inside).sum() / max(hit.sum(), 1))
    assert all(chance_of_limit(points, hit, box, int(k)) <= RULES.chance for k in box.limited)


def test_the_telling_dimensions_are_those_of_the_best_single_limit() -> None:
    """Against every threshold of every dimension, one by one."""
    points = worlds(60, 9, 8)
    points[:, 4] = np.round(points[:, 4] * 3)
    hit = (points[:, 2] + points[:, 4] / 3 + 0.3 * worlds(60, 1, 9)[:, 0]) > 1.3
    rules = Rules(peel=0.1, least=10, chance=0.05, most=2)

    def best(column: np.ndarray) -> float:
        boxes = [side for value in column for side in (column >= value, column < value)]
        return max(
            (2 * (hit & box).sum() / (box.sum() + hit.sum()) for box in boxes if 10 <= box.sum() < 60),
            default=0.0,
        )

    scores = [best(points[:, k]) for k in range(9)]
    assert telling(points, hit, rules).tolist() == sorted(np.argsort(scores)[::-1][:2].tolist())
