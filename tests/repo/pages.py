"""Pages of evidence as the tests read them: their sections, and the cells of their tables."""

from __future__ import annotations

import re
from pathlib import Path


def rows_of(table: str) -> list[list[str]]:
    """Return the cells of Markdown tables, heads included and rules left out."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]


def sections_of(page: Path) -> dict[str, str]:
    """Return the text of each section by its heading."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def summary_of(page: Path) -> list[list[str]]:
    """Return the rows of the first table, without its head."""
    return rows_of(page.read_text(encoding="utf-8").split("\n## ")[0])[1:]


def demand_pictures(page: Path, at_least: int) -> None:
    """Demand that every picture that is named is there, small and anonymous, and no other."""
    folder = page.with_suffix("")
    named = re.findall(rf"!\[([^\]]+)\]\({folder.name}/([^)]+\.png)\)", page.read_text(encoding="utf-8"))
    assert len(named) >= at_least
    assert all(words for words, _ in named)
    assert {name for _, name in named} == {path.name for path in folder.glob("*.png")}
    for path in folder.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < 150_000
        assert b"matplotlib" not in path.read_bytes().lower()
