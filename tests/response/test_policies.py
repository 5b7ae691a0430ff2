"""Policies: in force on dates, resting on documents in force, refused when malformed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from songhanh.core.errors import SonghanhError
from songhanh.response import (
    Observed,
    documents_in_force,
    policies_on,
    policy_on,
    policy_sets,
    read_policies,
)
from songhanh.response.policy import read_policy_folder

SET = read_policies("vn-2021")
KINDS = sorted({policy.kind for policy in SET.policies})


@pytest.mark.parametrize("name", policy_sets())
def test_a_policy_stands_on_documents_in_force_and_speaks_both_languages(name: str) -> None:
    policies = read_policies(name)
    for policy in policies.policies:
        assert all(policies.documents[basis].is_valid(policy.valid_from) for basis in policy.basis)
        assert policy.words.vi and policy.words.en and policy.words.vi != policy.words.en
        assert policy.source
    assert all(
        document.name.vi and document.name.en and document.source for document in policies.documents.values()
    )


@pytest.mark.parametrize(
    ("when", "days"),
    [("2021-05-04", 14), ("2021-05-05", 21), ("2021-07-13", 21), ("2021-07-14", 14), ("2021-12-31", 14)],
)
def test_quarantine_follows_the_date(when: str, days: int) -> None:
    assert policy_on("vn-2021", "quarantine", date.fromisoformat(when))["days"] == days


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("level", "contact", "release", "vaccination")]
)
def test_exactly_one_rule_holds_on_every_day_of_the_outbreak(kind: str) -> None:
    for day in range((date(2021, 8, 31) - date(2021, 4, 20)).days):
        assert policy_on(SET, kind, date(2021, 4, 20) + timedelta(days=day)).kind == kind


def test_levels_are_ranked_and_end_with_their_directives() -> None:
    levels = policies_on(SET, "level", date(2021, 5, 17))
    assert {name: level["rank"] for name, level in levels.items()} == {
        "none": 0, "ct19": 1, "ct15": 2, "ct16": 3, "lockdown": 4,
    }  # fmt: skip
    assert [name for name, level in levels.items() if level["restricts"]] == ["ct16", "lockdown"]
    assert "ct16" not in policies_on(SET, "level", date(2021, 10, 11))


def test_the_common_rule_waits_as_long_as_the_release_rules() -> None:
    when = date(2021, 5, 17)
    quiet = policy_on(SET, "reopening", when)["area_quiet_days"]
    assert {policy["quiet_days"] for policy in policies_on(SET, "release", when).values()} == {quiet}


def test_no_policy_or_several_is_an_error_that_tells_what_there_is() -> None:
    with pytest.raises(SonghanhError, match=r"f1-21 from 2021-05-05 until 2021-07-13"):
        policy_on(SET, "quarantine", date(2019, 1, 1))
    with pytest.raises(SonghanhError, match="More than one"):
        policy_on(SET, "level", date(2021, 5, 17))
    with pytest.raises(SonghanhError, match="Known kinds: contact, discharge, level"):
        policy_on(SET, "curfew", date(2021, 5, 17))
    with pytest.raises(SonghanhError, match="vn-2021"):
        read_policies("nowhere")


def test_a_later_document_carries_nothing_before_its_day() -> None:
    def carriers(when: date) -> list[str]:
        return [document.id for document in documents_in_force(SET, "site_mode", when)]

    assert "qd-2787-2021" not in carriers(date(2021, 6, 4))
    assert "qd-2787-2021" in carriers(date(2021, 6, 5))
    assert "qd-2686-2021" not in carriers(date(2021, 5, 17))


DOCUMENTS = (
    "id,from,until,name_vi,name_en,supports,source,confidence\nlaw,2020-01-01,,Luật,Law,tracing,own,assumed\n"
)
HEADER = "id,basis,from,until,name_vi,name_en,words_vi,words_en,days,source,confidence\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("a,law,2021-01-32,,x,x,x,x,1,own,assumed", "from"),
        ("a,law,2021-01-01,soon,x,x,x,x,1,own,assumed", "until"),
        ("a,,2021-01-01,,x,x,x,x,1,own,assumed", "basis"),
        ("a,decree,2021-01-01,,x,x,x,x,1,own,assumed", "basis"),
        ("a,law,2019-01-01,,x,x,x,x,1,own,assumed", "basis"),
        ("a,law,2021-01-01,,x,x,x,x,many,own,assumed", "days"),
        ("a,law,2021-01-01,,x,x,x,x,1,own,sure", "confidence"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, column: str) -> None:
    (tmp_path / "documents.csv").write_text(DOCUMENTS, encoding="utf-8")
    (tmp_path / "curfew.csv").write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(SonghanhError) as caught:
        read_policy_folder(tmp_path, "test")
    fault = caught.value.faults[0]
    assert (fault.file, fault.row, fault.column) == ("curfew.csv", 2, column)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "documents.csv").write_text(DOCUMENTS.replace("supports", "carries"), encoding="utf-8")
    with pytest.raises(SonghanhError, match="column supports"):
        read_policy_folder(tmp_path, "test")


def test_observed_counts_by_where_cases_were_found() -> None:
    reported = np.zeros((5, 2, 4), np.int32)
    reported[1, 0] = [1, 20, 300, 4000]
    reported[3, 1, 0] = 7
    site = np.arange(15, dtype=np.int32).reshape(5, 3)
    observed = Observed(reported, site)
    assert observed.outside_quarantine(0, 2).tolist() == [301, 0]
    assert observed.outside_quarantine(-9, 99).tolist() == [301, 7]
    assert observed.outside_quarantine(5, 9).tolist() == [0, 0]
    assert observed.at_sites(0, 1).tolist() == [3, 5, 7]
