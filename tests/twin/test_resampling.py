"""Weights, the ladder of powers and systematic resampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhanh.twin.evidence import Count, log_likelihood
from songhanh.twin.sampler import effective, next_power, systematic, weights


def test_systematic_draws_in_proportion() -> None:
    chosen = systematic(np.array([0.5, 0.25, 0.25]), 100, seed=3)
    assert np.bincount(chosen).tolist() == [50, 25, 25]


@given(st.integers(1, 200), st.integers(0, 2**31), st.lists(st.floats(0.01, 1.0), min_size=1, max_size=20))
def test_no_count_is_off_by_more_than_one(n: int, seed: int, raw: list[float]) -> None:
    weights = np.array(raw) / np.sum(raw)
    counts = np.bincount(systematic(weights, n, seed), minlength=len(weights))
    assert counts.sum() == n
    assert np.all(np.abs(counts - n * weights) < 1 + 1e-6)


def test_the_whole_likelihood_counts_at_once_where_enough_histories_remain() -> None:
    assert next_power(np.zeros(10), 0.0, wanted=5) == 1.0
    assert weights(np.zeros(10), 1.0) == pytest.approx(np.full(10, 0.1))


def test_a_rung_is_as_high_as_leaves_enough_histories() -> None:
    scores = -np.arange(50.0) * 10
    power, steps = 0.0, 0
    while power < 1.0 and steps < 5:
        further = next_power(scores, power, wanted=8)
        assert power < further <= 1.0
        assert effective(weights(scores, further - power)) == pytest.approx(8, rel=0.01)
        power, steps = further, steps + 1
    assert np.all(np.diff(weights(scores, 0.01)) <= 0)


def test_a_rung_climbs_even_where_one_history_is_far_better_than_all_others() -> None:
    scores = np.array([0.0, -1e9, -1e9, -1e9])
    assert 0.0 < next_power(scores, 0.0, wanted=2) < 1.0


def test_a_history_that_lost_control_has_no_weight() -> None:
    assert weights(np.array([-1.0, -np.inf, -1.0]), 0.5) == pytest.approx([0.5, 0.0, 0.5])
    assert weights(np.full(4, -np.inf), 0.5) == pytest.approx(np.full(4, 0.25))


def test_likelihood_is_highest_at_the_published_count() -> None:
    counts = [Count("*", 3, 332.0, "bulletin"), Count("shin-young", 3, 176.0, "bulletin")]
    best = log_likelihood(counts, np.array([332.0, 176.0]), 0.06, 0.25)
    assert best == 0.0
    assert log_likelihood(counts, np.array([360.0, 176.0]), 0.06, 0.25) < best
    # The province's count is the sharper evidence.
    assert log_likelihood(counts, np.array([400.0, 176.0]), 0.06, 0.25) < log_likelihood(
        counts, np.array([332.0, 212.0]), 0.06, 0.25
    )
