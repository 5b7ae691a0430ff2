"""The README's table is the one that `make evidence` printed."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_shows_the_evidence() -> None:
    table = (ROOT / "docs" / "evidence" / "decide-2021-05-17.txt").read_text(encoding="utf-8")
    assert table.rstrip() in (ROOT / "README.md").read_text(encoding="utf-8")
