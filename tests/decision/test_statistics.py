"""What many worlds say about one number, and which plan beats which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from songhanh.decision.statistics import (
    band,
    beyond,
    dominated_by,
    front,
    knee,
    max_regret,
    spread,
    worlds_won,
)

WORLDS = arrays(np.float64, st.integers(2, 60), elements=st.floats(-1e6, 1e6))


def test_a_spread_of_known_numbers() -> None:
    found = spread(np.arange(101, dtype=np.float64))
    assert found["mean"] == 50
    assert (found["p05"], found["p50"], found["p95"]) == (5, 50, 95)
    assert found["cvar90"] == pytest.approx(np.mean(range(91, 101)))


@given(WORLDS)
def test_a_spread_is_ordered_and_keeps_to_the_worlds(values: np.ndarray) -> None:
    found = spread(values)
    assert values.min() - 1e-6 <= found["p05"] <= found["p50"] <= found["p95"] <= values.max() + 1e-6
    assert found["cvar90"] >= found["mean"] - 1e-6
    assert found["cvar90"] <= values.max() + 1e-6


@given(WORLDS, st.floats(-100, 100))
def test_a_spread_moves_with_the_numbers(values: np.ndarray, by: float) -> None:
    before, after = spread(values), spread(values + by)
    for name, value in before.items():
        assert after[name] == pytest.approx(value + by, abs=1e-5)


def test_a_band_summarises_each_day_alone() -> None:
    series = np.stack([np.arange(101) * factor for factor in (1.0, 2.0)], axis=1)
    found = band(series)
    assert found == {"p05": [5, 10], "p50": [50, 100], "p95": [95, 190]}


def test_regret_is_against_the_best_plan_of_the_same_world() -> None:
    table = {"close": np.array([5.0, 5.0]), "open": np.array([1.0, 30.0]), "half": np.array([4.0, 9.0])}
    assert max_regret(table) == {"close": 4.0, "open": 25.0, "half": 4.0}


def test_a_plan_is_beaten_by_one_that_is_nowhere_worse_and_somewhere_better() -> None:
    table = {
        "a": {"cases": 10, "lost": 5, "other": 0},
        "b": {"cases": 10, "lost": 6, "other": 0},
        "c": {"cases": 5, "lost": 9, "other": 9},
        "d": {"cases": 12, "lost": 9, "other": 9},
        "twin of a": {"cases": 10, "lost": 5, "other": 1},
    }
    found = dominated_by(table, ("cases", "lost"))
    assert found == {
        "a": [],
        "b": ["a", "twin of a"],
        "c": [],
        "d": ["a", "b", "c", "twin of a"],
        "twin of a": [],
    }


@given(
    st.dictionaries(
        st.text("abcdef", min_size=1, max_size=3),
        st.fixed_dictionaries({"x": st.integers(0, 4), "y": st.integers(0, 4)}),
        min_size=1,
        max_size=6,
    )
)
def test_somebody_always_stays_unbeaten_and_nobody_beats_each_other(table: dict[str, dict[str, int]]) -> None:
    found = dominated_by(table, ("x", "y"))
    assert any(not beaten for beaten in found.values())
    assert not any(plan in found[other] for plan, others in found.items() for other in others)


def test_the_value_that_a_share_of_the_worlds_passes() -> None:
    values = np.array([-3.0, 5.0, 1.0, -1.0])
    assert [beyond(values, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)] == [5, 1, -1, -3, -3]


@given(WORLDS, st.sampled_from([0.0, 0.1, 0.5]))
def test_it_is_above_nothing_exactly_where_more_worlds_are(values: np.ndarray, share: float) -> None:
    assert (beyond(values, share) > 0) == ((values > 0).sum() > int(share * len(values)))


def test_a_front_and_its_knee_by_hand() -> None:
    points = np.array([[0.0, 10], [1, 4], [4, 1], [10, 0], [4, 4], [1, 4], [11, 0]])
    assert front(points).tolist() == [True, True, True, True, False, True, False]
    # Scaled to the range of the front, (1, 4) and (4, 1) are equally near to (0, 0): the first is taken.
    assert knee(points[:4]) == 1


def test_worlds_are_won_one_by_one() -> None:
    one = np.array([[1.0, 1], [1, 3], [2, 2]])
    other = np.array([[2.0, 1], [2, 2], [2, 2]])
    assert worlds_won(one, other).tolist() == [True, False, False]
    assert worlds_won(other, one).tolist() == [False, False, False]


@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.integers(0, 4)))
def test_a_front_is_what_the_slow_definition_says(points: np.ndarray) -> None:
    slow = [not any((q <= p).all() and (q < p).any() for q in points) for p in points]
    assert front(points).tolist() == slow
