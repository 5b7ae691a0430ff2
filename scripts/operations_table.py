"""Put the figures of ``songhanh bench operations --json FILE`` into docs/operations-speed.md, between its two marks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operations-speed.md"
BEGIN, END = "<!-- the figures: scripts/operations_table.py -->", "<!-- end of the figures -->"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# key, what it is, what was asked
KEYS = (
    ("seed_s", "filling the database, seconds", "300"),
    ("list_p95_ms", "slowest page, one user, p95, ms", "300"),
    ("list_p95_ms_50_users", "slowest page, 50 users, p95, ms", "1,000 on PostgreSQL"),
    ("dry_run_10k_s", "dry run of 10,000 rows, seconds", "10"),
    ("commit_10k_s", "commit of 10,000 rows, seconds", "20"),
    ("export_300k_peak_mb", "memory of an export of 300,000 rows, MB", "flat"),
    ("followups_100k_s", "planning 100,000 follow-ups, seconds", "20"),
    ("relevel_one_ms", "levels after one new case, median, ms", "200"),
    ("relevel_one_p95_ms", "the same, p95, ms", ""),
    ("rebuild_s", "all levels anew, seconds", "10"),
    ("presence_10m_s", "contacts of one case from 10 million presence rows, p95, seconds", "1"),
)


def table(figures: dict[str, Any]) -> str:
    """Return the figures, and the pages one by one, as two tables."""
    found = {name: figures[name] for name in DATABASES if name in figures}
    head = "| | key | asked: under | " + " | ".join(DATABASES[name] for name in found) + " |"
    lines = [head, "|---|---|---|" + "---:|" * len(found)]
    for key, what, asked in KEYS:
        values = " | ".join(_number(content.get(key)) for content in found.values())
        lines.append(f"| {what} | `{key}` | {asked} | {values} |")
    pages = sorted({page for content in found.values() for page in content.get("pages", {})})
    lines += ["", "| page, one user, p95 in ms | " + " | ".join(DATABASES[name] for name in found) + " |"]
    lines.append("|---|" + "---:|" * len(found))
    for page in pages:
        values = " | ".join(
            _number(content["pages"].get(page, {}).get("p95_ms")) for content in found.values()
        )
        lines.append(f"| {page.replace('_', ' ')} | {values} |")
    machine = figures["machine"]
    said = (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}; load of the last "
        f"minute {machine['load_1_min']} before and {machine['load_1_min_after']} after. Scale {figures['scenario']['scale']:g}."
    )
    lines += ["", said]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def updated(page: str, content: str) -> str:
    """Return the page with the tables between the marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"


if __name__ == "__main__":
    figures = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8"), table(figures)), encoding="utf-8")
