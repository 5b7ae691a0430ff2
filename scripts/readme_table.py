"""Put the printed decision of docs/evidence into the README, between its two marks."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- the printed table: make evidence -->", "<!-- end of the printed table -->"


def updated(readme: str, table: str) -> str:
    """Return the README with the table between the marks."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n```text\n{table.rstrip()}\n```\n\n{END}{after}"


if __name__ == "__main__":
    page = ROOT / "README.md"
    table = (ROOT / "docs" / "evidence" / "decide-2021-05-17.txt").read_text(encoding="utf-8")
    page.write_text(updated(page.read_text(encoding="utf-8"), table), encoding="utf-8")
