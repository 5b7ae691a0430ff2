"""Weights, tempering and systematic resampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhanh.twin.evidence import Count, log_likelihood
from songhanh.twin.worlds import systematic, tempered


def test_systematic_draws_in_proportion() -> None:
    chosen = systematic(np.array([0.5, 0.25, 0.25]), 100, seed=3)
    assert np.bincount(chosen).tolist() == [50, 25, 25]


@given(st.integers(1, 200), st.integers(0, 2**31), st.lists(st.floats(0.01, 1.0), min_size=1, max_size=20))
def test_no_count_is_off_by_more_than_one(n: int, seed: int, raw: list[float]) -> None:
    weights = np.array(raw) / np.sum(raw)
    counts = np.bincount(systematic(weights, n, seed), minlength=len(weights))
    assert counts.sum() == n
    assert np.all(np.abs(counts - n * weights) < 1 + 1e-6)


def test_weights_stay_as_they_are_where_enough_histories_count() -> None:
    weights, power = tempered(np.zeros(10), wanted=5)
    assert power == 1.0
    assert weights == pytest.approx(np.full(10, 0.1))


def test_a_few_lucky_histories_are_flattened_until_enough_count() -> None:
    scores = -np.arange(50.0) * 10
    weights, power = tempered(scores, wanted=8)
    assert 0 < power < 1
    assert 1 / np.sum(weights**2) == pytest.approx(8, rel=0.01)
    assert np.all(np.diff(weights) <= 0)


def test_likelihood_is_highest_at_the_published_count() -> None:
    counts = [Count("*", 3, 332.0, "bulletin"), Count("shin-young", 3, 176.0, "bulletin")]
    best = log_likelihood(counts, np.array([332.0, 176.0]), 0.06, 0.25)
    assert best == 0.0
    assert log_likelihood(counts, np.array([360.0, 176.0]), 0.06, 0.25) < best
    # The province's count is the sharper evidence.
    assert log_likelihood(counts, np.array([400.0, 176.0]), 0.06, 0.25) < log_likelihood(
        counts, np.array([332.0, 212.0]), 0.06, 0.25
    )
