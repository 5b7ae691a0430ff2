"""The plausibility of a case's dates: each rule with a case that breaks it and one that keeps it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from songhanh.operations.cases.checks import date_problems, errors_of

TODAY = date(2021, 5, 20)


def day(n: int, month: int = 5) -> date:
    return date(2021, month, n)


GOOD = {
    "reported_on": day(14), "onset_on": day(10), "sampled_on": day(12), "confirmed_on": day(13),
    "isolated_on": day(12), "admitted_on": day(13), "outcome": "active", "outcome_on": None,
    "birth_year": 1995, "born_on": None,
}  # fmt: skip


def test_a_good_case_has_no_problem() -> None:
    assert date_problems(GOOD, on=TODAY) == []
    assert date_problems({}, on=TODAY) == []


@pytest.mark.parametrize(
    ("fields", "code", "is_error"),
    [
        ({"reported_on": day(21)}, "date.future", True),
        ({"onset_on": date(2012, 5, 10)}, "date.too-early", True),
        ({"onset_on": day(13)}, "onset.after-sample", False),
        ({"onset_on": day(15)}, "onset.after-report", False),
        ({"sampled_on": day(14)}, "sample.after-confirmation", True),
        ({"outcome": "died", "outcome_on": day(12)}, "outcome.before-admission", True),
        ({"outcome": "died", "outcome_on": day(9), "admitted_on": None}, "outcome.before-onset", True),
        ({"outcome": "died", "outcome_on": day(11), "admitted_on": None}, "outcome.before-isolation", True),
        ({"outcome": "recovered", "outcome_on": day(14)}, "outcome.soon", False),
        ({"outcome": "recovered"}, "outcome.no-date", False),
        ({"outcome_on": day(19)}, "outcome.still-active", False),
        ({"onset_on": day(1, 4)}, "onset.long-before-sample", False),
        ({"sampled_on": day(25, 4)}, "sample.long-before-confirmation", False),
        ({"isolated_on": day(18)}, "isolation.late", False),
        ({"born_on": date(1996, 1, 1)}, "birth.two-years", True),
        ({"birth_year": 2022}, "birth.after-dates", True),
        ({"birth_year": 95}, "birth.year", True),
        ({"birth_year": 1890}, "birth.too-old", True),
    ],
)
def test_each_rule(fields: dict[str, Any], code: str, is_error: bool) -> None:
    found = {problem.code: problem for problem in date_problems(GOOD | fields, on=TODAY)}
    assert code in found
    problem = found[code]
    assert problem.is_error is is_error
    assert problem.message_vi != problem.message_en
    assert all(len(words) > 20 for words in (problem.message_vi, problem.message_en))
    assert bool(errors_of([problem])) is is_error


def test_errors_come_first() -> None:
    problems = date_problems(GOOD | {"onset_on": day(13), "reported_on": day(21)}, on=TODAY)
    assert [problem.is_error for problem in problems] == sorted(
        (problem.is_error for problem in problems), reverse=True
    )
