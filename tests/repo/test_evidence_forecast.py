"""The page of evidence for the forecasts is complete, and says what its own figures say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pages import demand_pictures, rows_of, sections_of, summary_of
from repository import ROOT

import evidence_forecast
from evidence import forecast_provinces
from evidence.page import INSIDE, OUTSIDE, SHOWN
from songhanh.twin.score import hyperparameters

PAGE = ROOT / "docs" / "evidence" / "forecast.md"
FOLDER = PAGE.with_suffix("")
TITLES = (
    "Where the answer is known",
    "Series of its own making",
    "Bắc Ninh, June 2021",
    "Bắc Giang, 17 May 2021",
    "What was tuned, seen and changed",
)


def text() -> str:
    return PAGE.read_text(encoding="utf-8").replace("\n", " ")


def test_every_section_is_there_in_order_and_says_something() -> None:
    assert list(sections_of(PAGE)) == [f"{number} {title}" for number, title in enumerate(TITLES, 1)]
    assert len(evidence_forecast.SECTIONS) == len(TITLES)
    assert all(len(words) > 300 for words in sections_of(PAGE).values())


def test_every_picture_that_is_named_exists_and_no_other() -> None:
    demand_pictures(PAGE, 1)


def test_no_cell_is_empty_and_every_verdict_is_one() -> None:
    assert {row[3] for row in summary_of(PAGE)} <= {INSIDE, OUTSIDE, SHOWN}
    for title, words in sections_of(PAGE).items():
        cells = [cell for row in rows_of(words) for cell in row]
        assert not [cell for cell in cells if not cell or cell.lower() == "nan"], title


def test_the_figures_are_those_of_the_hyperparameters_in_the_code() -> None:
    """Parameters were fixed before the scored dates were opened: who changes one must score again and say so."""
    for name in ("bac-ninh.json", "bac-giang.json"):
        assert json.loads((FOLDER / name).read_text(encoding="utf-8"))["hyperparameters"] == hyperparameters()
    assert hyperparameters()[:12] in text()


def test_the_summary_is_that_of_the_figures() -> None:
    found = json.loads((FOLDER / "bac-ninh.json").read_text(encoding="utf-8"))
    for week in ("7", "14"):
        part = found["levels"]["district"][week]
        ratios = ", ".join(
            f"{forecast_provinces.NAMES[b]} {part['wis_ratio'][b]:.2f}" for b in forecast_provinces.BASELINES
        )
        assert ratios in text()
        assert f"asked | {part['coverage_90']:.1%}" in text()
    worse = [
        (level, week)
        for level, weeks in found["levels"].items()
        for week, part in weeks.items()
        if any(ratio >= 1.0 for ratio in part["wis_ratio"].values())
    ]
    for level, week in worse:
        assert f"{level} at {week} days it does not beat" in text()


def test_without_the_data_what_was_computed_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_SHARED", str(tmp_path))
    again = forecast_provinces.bac_giang(FOLDER)
    assert "kept from before" in again.text
    assert "not made" in forecast_provinces.bac_giang(tmp_path).lines[0].result
