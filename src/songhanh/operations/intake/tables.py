"""What every reader of a file gives: named columns and rows of texts, and how a refusal is said."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from songhanh.core.errors import Fault, SonghanhError

MOST_COLUMNS = 1_500  # a SORMAS file has some 530; nobody's list has more
MOST_CELLS = 30_000_000
LONGEST_CELL = 5_000
REASONS = "songhanh: lý do / reason"  # the column that a file of rejected rows has more; never read


@dataclass
class Line:
    """One row of a file: its number as a spreadsheet counts, and its cells as text."""

    number: int
    cells: list[str]


@dataclass
class Table:
    """A table out of a file. ``source_format`` and ``target`` are set where the file itself says what it is."""

    columns: list[str]
    lines: list[Line]
    notes: dict[str, Any] = field(default_factory=dict)  # encoding, delimiter, sheet, ...
    source_format: str = ""
    target: str = ""


def refuse(code: str, message: str, remedy: str, file: str | None = None) -> SonghanhError:
    """Return the error that says why a file is not taken."""
    return SonghanhError(Fault(f"intake.{code}", message, remedy, file=file))


def text_of(value: Any) -> str:
    """Write one cell as text: dates as ISO, whole numbers without a point, Vietnamese letters composed."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    plain = unicodedata.normalize("NFC", str(value)).replace("\u200b", "").replace("\x00", "")
    text = "\n".join(" ".join(line.split()) for line in plain.splitlines()).strip()
    if text.startswith("'") and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]  # the apostrophe that keeps a spreadsheet from reading a text as a formula
    return text[:LONGEST_CELL]


def named_once(names: Sequence[str]) -> list[str]:
    """Return names for all columns: empty ones get a number, repeated ones a count."""
    seen: dict[str, int] = {}
    result = []
    for position, given in enumerate(names, start=1):
        name = given or f"#{position}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} [{seen[name]}]")
    return result
