"""The page of evidence for the economy is complete: what it names is there, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pages import demand_pictures, rows_of, sections_of, summary_of
from repository import ROOT

import evidence_economy
from evidence import belgium, belgium_page
from evidence.economy_forms import Form, line_of
from evidence.page import INSIDE, OUTSIDE, SHOWN

PAGE = ROOT / "docs" / "evidence" / "economy.md"
FOLDER = PAGE.with_suffix("")
TITLES = (
    "Nothing moves without a shock",
    "The books balance whatever happens",
    "The long run is Leontief's",
    "One and two sectors by hand",
    "Catching up, and what cannot",
    "Belgium 2020",
    "Bắc Giang 2021, a consistency check",
)


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def sections() -> dict[str, str]:
    return sections_of(PAGE)


def test_every_section_is_there_in_order_and_says_something() -> None:
    assert list(sections()) == [f"{number} {title}" for number, title in enumerate(TITLES, 1)]
    assert len(evidence_economy.SECTIONS) == len(TITLES)
    assert all(len(words) > 300 for words in sections().values())


def test_every_picture_that_is_named_exists_and_no_other() -> None:
    demand_pictures(PAGE, 1)


def test_no_cell_is_empty_and_every_verdict_is_one() -> None:
    summary = summary_of(PAGE)
    assert {int(row[0]) for row in summary} == set(range(1, len(TITLES) + 1))
    assert {row[3] for row in summary} <= {INSIDE, OUTSIDE, SHOWN}
    for title, words in sections().items():
        cells = [cell for row in rows_of(words) for cell in row]
        assert not [cell for cell in cells if not cell or cell.lower() == "nan"], title


def test_the_summary_of_belgium_is_that_of_its_table() -> None:
    found = json.loads((FOLDER / belgium_page.FILE).read_text(encoding="utf-8"))
    error = found[belgium.HEADLINE.value]["errors"]["value added"]
    assert f"mean absolute error {error:.2f} points" in text()
    assert f"| half critical (headline) | {error:.2f} |" in text()
    # Of the data only the ten months that the page shows: neither the survey nor a table.
    assert set(found) == {
        *[function.value for function in belgium.ProductionFunction],
        "observed",
        "drivers",
        "staff",
    }
    assert len(found["observed"]) == 10


def test_without_the_data_what_was_computed_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_SHARED", str(tmp_path))
    assert belgium.data_folder() is None
    again = belgium_page.section(FOLDER)
    assert "kept from before" in again.text.replace("\n", " ")
    assert again.lines[0].verdict == INSIDE
    assert "not made" in belgium_page.section(tmp_path).lines[0].result


def test_a_form_is_inside_up_to_what_is_asked() -> None:
    near, far = Form("a", 1.0, 1.0009, 1e-3), Form("b", 1.0, 1.2, 1e-3)
    less = Form("c", 5.0, 3.0, 1e-9, at_most=True)
    assert line_of("two", [near, less]).verdict == INSIDE
    assert line_of("all", [near, far, less]).result.startswith("2 of 3 inside")
    assert line_of("all", [near, far, less]).verdict == OUTSIDE
    assert far.row()[-1] == "**no**"
