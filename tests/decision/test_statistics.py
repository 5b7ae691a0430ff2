"""What many worlds say about one number, and which plan beats which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from songhanh.decision.statistics import band, dominated_by, max_regret, spread

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
