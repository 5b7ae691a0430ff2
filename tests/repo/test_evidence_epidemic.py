"""The page of evidence for the epidemic engine is complete: what it names is there, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import demand_pictures, rows_of, sections_of, summary_of
from repository import ROOT

import evidence_epidemic
from evidence import against_covasim, ages
from evidence.page import INSIDE, OUTSIDE, SHOWN, Check, Line, Section, flowed, page, summed_up

PAGE = ROOT / "docs" / "evidence" / "epidemic.md"
FOLDER = PAGE.with_suffix("")
TITLES = (
    "Final size",
    "Growth rate",
    "Offspring",
    "Households",
    "Extinction",
    "Next-generation matrix",
    "Conservation",
    "The same bytes",
    "Common random numbers",
    "Extremes",
    "Against Covasim",
    "Generation time and serial interval",
    "Age mixing in the community",
    "Lessons of Bắc Giang",
)


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def sections() -> dict[str, str]:
    return sections_of(PAGE)


def test_every_section_is_there_in_order_and_says_something() -> None:
    assert list(sections()) == [f"{number} {title}" for number, title in enumerate(TITLES, 1)]
    assert len(evidence_epidemic.SECTIONS) == len(TITLES)
    assert all(len(words) > 300 for words in sections().values())


def test_every_picture_that_is_named_exists_and_no_other() -> None:
    demand_pictures(PAGE, 10)


def test_the_summary_speaks_of_every_section_and_has_no_empty_cell() -> None:
    rows = summary_of(PAGE)
    assert {int(row[0]) for row in rows} == set(range(1, len(TITLES) + 1))
    for row in rows:
        assert len(row) == 4
        assert all(row), f"an empty cell: {row}"
        assert row[3] in {INSIDE, OUTSIDE, SHOWN}


def test_no_figure_of_any_table_is_missing() -> None:
    for title, words in sections().items():
        cells = [cell for row in rows_of(words) for cell in row]
        assert not [cell for cell in cells if not cell or "nan" in cell.lower()], title


@pytest.mark.parametrize("title", TITLES[:6])
def test_a_summary_counts_the_rows_of_its_tables(title: str) -> None:
    number = TITLES.index(title) + 1
    counted = [row[-1] for row in rows_of(sections()[f"{number} {title}"]) if row[-1] in {"yes", "**no**"}]
    lines = [row for row in summary_of(PAGE) if row[0] == str(number)]
    said = [re.match(r"(\d+) of (\d+) within", row[2]) for row in lines]
    pairs = [(int(match[1]), int(match[2])) for match in said if match]
    assert sum(pair[1] for pair in pairs) == len(counted) > 0
    assert sum(pair[0] for pair in pairs) == counted.count("yes")


def test_the_matrix_of_others_is_not_copied() -> None:
    assert "*not copied*" in text()
    assert {path.name for path in FOLDER.glob("*.json")} == {"age-mixing.json", "covasim-matched.json"}


def test_a_check_is_inside_up_to_three_errors() -> None:
    inside, outside = Check("a", 1.0, 1.29, 0.1), Check("b", 1.0, 1.31, 0.1)
    assert inside.is_inside and not outside.is_inside
    assert summed_up("both", [inside, outside]) == Line(
        "both", "1 of 2 within 3 standard errors, the farthest 3.1", OUTSIDE, 2
    )
    assert summed_up("one", [inside]).verdict == INSIDE


def test_a_page_numbers_its_sections_and_leaves_tables_alone() -> None:
    made = page("T", "o", [Section("A", "| x |\n| --- |\n| 1 |\n\nwords", (Line("c", "r", SHOWN),))], "c")
    assert "## 1 A\n\n| x |\n| --- |\n| 1 |\n\nwords" in made
    assert "| 1 | c | r | shown |" in made


def test_a_line_of_text_never_begins_like_a_list() -> None:
    words = flowed("word " * 25 + "- z = 1 " + "word " * 25)
    assert "\n- z" not in words and " - z" in words


def test_what_cannot_be_made_here_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(against_covasim, "run_matched", lambda _setup: {})
    assert against_covasim.of_covasim(tmp_path)[0] is None
    kept, words = against_covasim.of_covasim(FOLDER)
    assert kept is not None and len(kept["runs"]) == against_covasim.SETUP.seeds
    assert "kept" in words
    monkeypatch.setenv("SONGHANH_SHARED", str(tmp_path))
    assert ages.read() is None
    again = ages.section(FOLDER)
    assert "kept from before" in again.text.replace("\n", " ")
    assert "not made" in ages.section(tmp_path).lines[0].result
