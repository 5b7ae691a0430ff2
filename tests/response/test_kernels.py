"""The rules as small kernels, which the simulator and the web application both call."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from songhanh.response.contact import (
    MOST_LEVELS,
    MOST_TESTS,
    Action,
    is_stricter,
    last_day,
    next_level,
    no_contact_rules,
)
from songhanh.response.pooling import pool_sensitivity, samples_run_again
from songhanh.response.zones import reaches, shut_until


def test_actions_are_ordered_by_strictness() -> None:
    assert list(Action) == sorted(Action) == [Action.NOTHING, Action.MONITOR, Action.HOME, Action.CENTRAL]


def test_without_rules_nothing_is_done_with_anybody() -> None:
    rules = no_contact_rules()
    assert rules.action.shape == rules.days.shape == (MOST_LEVELS + 1,)
    assert rules.test_days.shape == (MOST_TESTS,)
    assert rules.action.sum() == rules.days.sum() == rules.test_days.sum() == 0
    assert rules.action.dtype == np.uint8 and rules.days.dtype == np.int32
    rules.days[1] = 21
    assert no_contact_rules().days[1] == 0  # not shared


def test_a_contact_of_a_close_contact_is_one_level_further() -> None:
    assert [next_level(level) for level in range(MOST_LEVELS)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("day", "days", "last"), [(0, 21, 21), (10, 14, 24), (7, 0, 7), (65_000, 1000, 65_535)]
)
def test_a_quarantine_lasts_the_day_it_begins_and_its_days(day: int, days: int, last: int) -> None:
    assert last_day(day, days) == last


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("is_central", [False, True])
def test_only_a_place_is_stricter_than_home_and_only_once(action: Action, is_central: bool) -> None:
    assert is_stricter(int(action), is_central) == (action is Action.CENTRAL and not is_central)


def test_each_doubling_of_a_pool_costs_the_same_share_of_sensitivity() -> None:
    assert [pool_sensitivity(0.05, size) for size in (1, 2, 4, 8)] == pytest.approx([1, 0.95, 0.9, 0.85])
    assert pool_sensitivity(0.02, 10) == pytest.approx(1 - 0.02 * math.log2(10))
    assert pool_sensitivity(0.0, 32) == 1.0
    assert pool_sensitivity(0.5, 1024) == 0.0  # never negative


@pytest.mark.parametrize("size", [0, -3])
def test_a_pool_of_less_than_one_sample_is_a_single_sample(size: int) -> None:
    assert pool_sensitivity(0.1, size) == 1.0
    assert samples_run_again(size) == 0


@pytest.mark.parametrize(("size", "again"), [(1, 0), (2, 2), (5, 5), (10, 10)])
def test_all_samples_of_a_positive_pool_are_run_again(size: int, again: int) -> None:
    assert samples_run_again(size) == again


@pytest.mark.parametrize(
    ("cases", "threshold", "shut"),
    [(0, 0, False), (9, 0, False), (2, 3, False), (3, 3, True), (4, 3, True), (1, 1, True)],
)
def test_a_rule_in_force_shuts_at_its_threshold(cases: int, threshold: int, shut: bool) -> None:
    assert reaches(cases, threshold) is shut


@pytest.mark.parametrize(("day", "quiet", "opens"), [(10, 14, 25), (0, 1, 2), (5, 0, 6)])
def test_what_is_shut_opens_after_so_many_quiet_days(day: int, quiet: int, opens: int) -> None:
    assert shut_until(day, quiet) == opens


def test_kernels_say_the_same_compiled_into_a_caller() -> None:
    @numba.njit
    def all_of_them(day: int, size: int) -> tuple[int, float, int, bool, int]:
        return (
            last_day(day, size),
            pool_sensitivity(0.05, size),
            samples_run_again(size),
            reaches(size, 3),
            shut_until(day, size),
        )

    for day, size in ((3, 1), (10, 4), (100, 32)):
        assert all_of_them(day, size) == (
            last_day(day, size), pool_sensitivity(0.05, size), samples_run_again(size), reaches(size, 3),
            shut_until(day, size),
        )  # fmt: skip
