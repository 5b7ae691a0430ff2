"""The line list: what cannot be true is set aside with its reason, the rest is used, and both are counted."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tiny
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songhanh.core.errors import SonghanhError
from songhanh.province import Pack, load
from songhanh.twin.line_rules import REASONS
from songhanh.twin.lines import LineList, line_list_of, read_line_list

AS_OF = date(2021, 5, 17)
HEADER = "id,date,code,cases,sampled_on,onset_on,tests,found_where,site_id"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load(tiny.write(tmp_path_factory.mktemp("lines") / "pack"))


def read(pack: Pack, folder: Path, text: str | bytes, as_of: date | None = AS_OF) -> LineList:
    path = folder / "cases.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_line_list(path, pack, as_of)


GOOD = "a,2021-05-10,00101,2,2021-05-09,2021-05-08,10,quarantine,firm-x"


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        ("a,2021-05-11,00102,1,,,,,", "id-duplicate", "id"),
        ("b,,00101,1,,,,,", "date-missing", "date"),
        ("b,yesterday,00101,1,,,,,", "date-malformed", "date"),
        ("b,2021-02-30,00101,1,,,,,", "date-malformed", "date"),
        ("b,31/04/2021,00101,1,,,,,", "date-malformed", "date"),
        ("b,1021-05-11,00101,1,,,,,", "date-impossible", "date"),
        ("b,2121-05-11,00101,1,,,,,", "date-impossible", "date"),
        ("b,2021-05-18,00101,1,,,,,", "date-future", "date"),
        ("b,2021-05-11,99999,1,,,,,", "code-unknown", "code"),
        ("b,2021-05-11,001,1,,,,,", "code-unknown", "code"),
        ("b,2021-05-11,00101,-1,,,,,", "count-negative", "cases"),
        ("b,2021-05-11,00101,1.5,,,,,", "count-fraction", "cases"),
        ("b,2021-05-11,00101,many,,,,,", "count-malformed", "cases"),
        ("b,2021-05-11,00101,,,,,,", "count-malformed", "cases"),
        ("b,2021-05-11,00101,inf,,,,,", "count-malformed", "cases"),
        ("b,2021-05-11,00101,1201,,,,,", "count-too-large", "cases"),
        ("b,2021-05-11,00101,1,2021-05-12,,,,", "sampled-after-report", "sampled_on"),
        ("b,2021-05-11,00101,1,soon,,,,", "date-malformed", "sampled_on"),
        ("b,2021-05-11,00101,1,,2021-01-12,,,", "onset-impossible", "onset_on"),
        ("b,2021-05-11,00101,1,,,-4,,", "count-negative", "tests"),
        ("b,2021-05-11,00101,1,,,,,park-q", "site-unknown", "site_id"),
        ("b,2021-05-11,00101,1", "cells", None),
        ("b,2021-05-11,00101,1,,,,,,,", "cells", None),
    ],
)
def test_a_row_that_cannot_be_true_is_set_aside(
    pack: Pack, tmp_path: Path, row: str, reason: str, column: str | None
) -> None:
    lines = read(pack, tmp_path, f"{HEADER}\n{GOOD}\n{row}\nz,2021-05-12,00202,3,,,,,\n")
    assert lines.rejected.select("row", "column", "reason").rows() == [(2, column, reason)]
    assert all(lines.rejected[name][0] for name in ("message", "message_vi"))
    assert "{" not in lines.rejected["message"][0] + lines.rejected["message_vi"][0]
    assert lines.accepted["cases"].to_list() == [2, 3]
    assert lines.n_rows == 3


def test_every_reason_is_reached_above() -> None:
    marks = test_a_row_that_cannot_be_true_is_set_aside.pytestmark  # type: ignore[attr-defined]
    assert {case[1] for case in marks[0].args[1]} == set(REASONS)


def test_a_row_says_what_it_says(pack: Pack, tmp_path: Path) -> None:
    row = read(pack, tmp_path, f"{HEADER}\n{GOOD}\n").accepted.row(0, named=True)
    assert row == {
        "reported_on": date(2021, 5, 10),
        "code": "00101",
        "cases": 2,
        "sampled_on": date(2021, 5, 9),
        "onset_on": date(2021, 5, 8),
        "tests": 10,
        "found_where": "quarantine",
        "site_id": "park-a",  # the park that the firm stands in has the series
    }


@pytest.mark.parametrize(
    "content",
    [
        "date,code,cases\n2021-05-10,00101,2\n",
        "\ufeffdate,code,cases\r\n2021-05-10,00101,2\r\n",
        "Date;Code;Cases\n10/05/2021;00101;2.0\n",
        "date\tcode\tcases\n2021-05-10T08:30:00\t101\t2\n",
        'note,cases,code,date\n"a, b",2,00101,2021-05-10\n\n\n',
        "reported_on,code\n2021-05-10,00101\n2021-05-10,00101\n",
        "date,code,cases\n2021-05-10,00101,2\n".encode("utf-16"),
        "date,code,cases,name\n2021-05-10,00101,2,X\xe3\n".encode("latin-1"),
    ],
    ids=["plain", "mark", "semicolons", "tabs-and-zeros", "order", "individual", "utf-16", "latin-1"],
)
def test_the_same_cases_in_other_clothes(pack: Pack, tmp_path: Path, content: str | bytes) -> None:
    lines = read(pack, tmp_path, content)
    assert lines.rejected.is_empty()
    day = date(2021, 5, 10)
    assert lines.daily(["00101", "00102"], day, day + timedelta(days=1)).tolist() == [[2, 0], [0, 0]]


def test_a_missing_code_counts_for_the_province_only(pack: Pack, tmp_path: Path) -> None:
    lines = read(pack, tmp_path, "date,code,cases\n2021-05-10,,2\n2021-05-10,NA,1\n2021-05-11,00101,4\n")
    first, last = date(2021, 5, 10), date(2021, 5, 12)
    assert lines.without_code(first, last).tolist() == [3, 0, 0]
    assert lines.daily(list(tiny.POPULATION), first, last).sum() == 4


def test_rows_in_another_order_are_the_same_list(pack: Pack) -> None:
    rows = pl.DataFrame(
        {"date": ["2021-05-10", "2021-05-11"] * 3, "code": ["00101", None, "00202"] * 2, "cases": range(6)}
    )
    lines = line_list_of(rows, pack, AS_OF)
    assert lines.id == line_list_of(rows.reverse(), pack, AS_OF).id
    assert lines.id != line_list_of(rows.head(5), pack, AS_OF).id
    assert lines.until(date(2021, 5, 10)).accepted.height == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "lines.empty"),
        ("\n\n", "lines.empty"),
        ("code,cases\n00101,2\n", "lines.column"),
        (None, "lines.unreadable"),
    ],
)
def test_a_file_that_says_nothing_is_refused(
    pack: Pack, tmp_path: Path, content: str | None, code: str
) -> None:
    path = tmp_path / "cases.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SonghanhError) as error:
        read_line_list(path, pack, AS_OF)
    assert error.value.faults[0].code == code
    assert error.value.faults[0].remedy


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["2021-05-10", "00101", "3", "-1", "1e400", "nan", "", "2021-05-40", "3.5", "9" * 40]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8))
def test_every_row_is_either_used_or_rejected(pack: Pack, tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([["date", "code", "cases"], *rows])
    lines = read_line_list(path, pack, AS_OF)
    assert lines.n_rows == lines.accepted.height + lines.rejected.height
    assert (np.array(lines.accepted["cases"].to_list() or [0]) >= 0).all()
    assert lines.accepted["reported_on"].is_between(date(2020, 1, 1), AS_OF).all()
