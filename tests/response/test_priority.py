"""The rule of priorities: its bounds, its order, and that it is never looser than the law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhanh.core.errors import SonghanhError
from songhanh.response import PolicySet, read_policies
from songhanh.response.priority import (
    MODE_IDS,
    MODE_NAMES,
    RISK_IDS,
    RISK_NAMES,
    Mode,
    Risk,
    Seen,
    Why,
    allowed_modes,
    falls,
    prioritise,
    priority_rule,
    rises,
    risk_levels,
)

RULE = priority_rule("vn-2021", date(2021, 5, 17))
LATER = priority_rule("vn-2021", date(2021, 6, 1))
GUARD, BOTH, FIRST = Mode.PRODUCTION_UNDER_GUARD, Mode.BOTH, Mode.EPIDEMIC_FIRST


def seen(**changed: object) -> Seen:
    """One quiet area of 100,000 people that produces twice the mean, so that cases are rates."""
    values: dict[str, object] = {
        "week": 0, "before": 0, "people": 100_000.0, "rank": 0, "p_any": np.nan, "value": 2.0, "closure": 2.0,
        "around": 0, "first_inside": False,
    }  # fmt: skip
    types = {"people": float, "p_any": float, "value": float, "closure": float, "first_inside": bool}
    return Seen(**{k: np.array([v], types.get(k, np.int64)) for k, v in (values | changed).items()})


def mode(**changed: object) -> Mode:
    return Mode(int(prioritise(seen(**changed), RULE).mode[0]))


@pytest.mark.parametrize(
    ("changed", "expected", "why"),
    [
        ({}, GUARD, set()),
        ({"before": 25}, GUARD, set()),
        ({"before": 26}, BOTH, {Why.NOT_QUIET}),
        ({"week": 3}, BOTH, {Why.RISING}),
        ({"week": 3, "before": 1}, GUARD, set()),
        ({"before": 50}, BOTH, {Why.NOT_QUIET}),
        ({"week": 30, "before": 19}, BOTH, {Why.NOT_QUIET, Why.RISING}),
        ({"week": 30, "before": 20}, FIRST, {Why.NOT_QUIET, Why.RISING, Why.HIGH_AND_RISING}),
        ({"week": 25, "before": 25, "closure": 0.99}, FIRST, {Why.NOT_QUIET, Why.HIGH_AND_CHEAP}),
        ({"before": 149}, BOTH, {Why.NOT_QUIET}),
        ({"before": 150}, FIRST, {Why.NOT_QUIET, Why.VERY_HIGH_RISK}),
        ({"rank": 2}, GUARD, set()),
        ({"rank": 3}, BOTH, {Why.LEGAL_LEVEL}),
        ({"rank": 4}, FIRST, {Why.LEGAL_LEVEL, Why.SEALED}),
        ({"p_any": 0.25}, GUARD, set()),
        ({"p_any": 0.26}, BOTH, {Why.CASE_IS_LIKELY}),
        ({"around": 1}, GUARD, set()),
        ({"around": 2}, BOTH, {Why.RISK_AROUND}),
        ({"value": 0.99}, BOTH, {Why.LITTLE_PRODUCED}),
        ({"first_inside": True}, BOTH, {Why.FIRST_INSIDE}),
    ],
)
def test_each_bound_of_the_rule(changed: dict[str, object], expected: Mode, why: set[Why]) -> None:
    says = prioritise(seen(**changed), RULE)
    assert Mode(int(says.mode[0])) == expected
    assert {Why(int(k)) for k in np.flatnonzero(says.why[0])} == why


def test_a_few_cases_in_a_hamlet_are_not_a_very_high_risk() -> None:
    people = np.array([500.0, 500.0, 500.0, 500.0])
    cases = np.array([2, 3, 4, 5])
    assert risk_levels(cases, people, RULE).tolist() == [Risk.MEDIUM, Risk.HIGH, Risk.HIGH, Risk.VERY_HIGH]


def test_rising_and_falling_are_mirror_images() -> None:
    week, before = np.array([3, 2, 15, 14, 10]), np.array([0, 0, 10, 10, 10])
    assert rises(week, before, RULE).tolist() == [True, False, True, False, False]
    assert (falls(before, week, RULE) == rises(week, before, RULE)).all()


def test_the_rule_changes_with_decision_2686() -> None:
    one_case = seen(before=2, people=150_000.0)
    assert prioritise(one_case, RULE).mode[0] == GUARD
    assert prioritise(one_case, LATER).mode[0] == BOTH
    assert RULE.basis == ("luat-03-2007",) and LATER.basis == ("qd-2686-2021",)


counts = st.integers(0, 400)
areas = st.fixed_dictionaries(
    {
        "week": counts,
        "before": counts,
        "people": st.floats(200.0, 300_000.0),
        "rank": st.integers(0, 4),
        "p_any": st.one_of(st.just(np.nan), st.floats(0.0, 1.0)),
        "value": st.floats(0.0, 5.0),
        "closure": st.floats(0.0, 5.0),
        "around": st.integers(0, 3),
        "first_inside": st.booleans(),
    }
)


@given(areas)
def test_the_mode_is_never_looser_than_the_legal_level(area: dict[str, object]) -> None:
    assert mode(**area) >= {0: GUARD, 1: GUARD, 2: GUARD, 3: BOTH, 4: FIRST}[int(str(area["rank"]))]


@given(areas, st.integers(1, 50))
def test_more_cases_never_loosen_a_mode(area: dict[str, object], more: int) -> None:
    here = seen(**area)
    assert prioritise(replace(here, week=here.week + more), RULE).mode >= prioritise(here, RULE).mode


@given(st.lists(areas, min_size=1, max_size=8))
def test_areas_are_judged_one_by_one(several: list[dict[str, object]]) -> None:
    rows = [seen(**area) for area in several]
    together = Seen(**{name: np.concatenate([getattr(row, name) for row in rows]) for name in vars(rows[0])})
    assert prioritise(together, RULE).mode.tolist() == [int(prioritise(row, RULE).mode[0]) for row in rows]


def test_names_are_complete_in_both_languages() -> None:
    assert set(MODE_IDS) == set(MODE_NAMES) == set(Mode)
    assert set(RISK_IDS) == set(RISK_NAMES) == set(Risk)
    assert all(
        text.vi and text.en and text.vi != text.en for text in [*MODE_NAMES.values(), *RISK_NAMES.values()]
    )


def test_without_a_rule_in_force_it_says_so() -> None:
    with pytest.raises(SonghanhError, match="No policy of kind 'priority'"):
        priority_rule("vn-2021", date(2019, 1, 1))
    bare = PolicySet("bare", read_policies("vn-2021").documents, ())
    with pytest.raises(SonghanhError, match="priority"):
        priority_rule(bare, date(2021, 5, 17))


@pytest.mark.parametrize("rank", range(5))
def test_what_may_be_decided_is_what_the_rule_may_recommend(rank: int) -> None:
    """The loosest mode that is allowed is what the rule gives the quietest, most productive area of that level."""
    allowed = allowed_modes(rank, RULE)
    assert allowed[-1] == mode(rank=rank)
    assert allowed[0] == FIRST
    assert list(allowed) == sorted(allowed, reverse=True)


def test_the_page_for_officials_states_the_numbers_of_the_rule() -> None:
    page = (Path(__file__).parents[2] / "docs" / "priorities.md").read_text(encoding="utf-8")
    for sentence in (
        (
            f"under {RULE['medium_per_100k_14d']:g}, from {RULE['medium_per_100k_14d']:g}, from "
            f"{RULE['high_per_100k_14d']:g} (and {RULE['high_min_cases']:g} cases), from "
            f"{RULE['very_high_per_100k_14d']:g} (and {RULE['very_high_min_cases']:g} cases)"
        ),
        (
            f"this week has {RULE['rising_ratio']:g} times the cases of the week before and at least "
            f"{RULE['rising_min_cases']:g} more"
        ),
        (
            f"at most {RULE['guard_most_per_100k_14d']:g} cases in 14 days per 100,000; from 31 May 2021 at most "
            f"{LATER['guard_most_per_100k_14d']:g}"
        ),
        f"gives at most {100 * RULE['guard_most_p_any']:g}% to a case",
        f"| {RULE['guard_days']:g} days, then it must be renewed |",
    ):
        assert sentence in page
