"""From the bytes of a file to a table: what kind of file it is, where its header is, which rows are rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from django.conf import settings

from songhanh.operations.intake import reading_book, reading_json, reading_text
from songhanh.operations.intake.synonyms import is_column_name
from songhanh.operations.intake.tables import MOST_COLUMNS, REASONS, Line, Table, named_once, refuse, text_of

_SEARCHED = 40  # rows in which the header is looked for
_NUMBER = re.compile(r"^[\d.,/:() -]+$")
_OTHER_TYPES = {
    ".pdf",
    ".doc",
    ".docx",
    ".jpg",
    ".jpeg",
    ".png",
    ".zip",
    ".rar",
    ".7z",
    ".exe",
    ".html",
    ".htm",
}
_SORMAS_ENTITIES = {
    "CaseData", "Person", "Location", "Symptoms", "Contact", "Sample", "PathogenTest", "Vaccination", "Event",
    "EventParticipant", "Hospitalization", "EpiData", "SelfReport",
}  # fmt: skip


def read(file_name: str, content: bytes, options: Mapping[str, str] | None = None) -> Table:
    """Return the table in a file.

    Raises
    ------
    SonghanhError
        If the file is too big, empty, broken, protected, or no table at all; it says what to do.
    """
    if not content.strip():
        raise refuse("empty", "The file is empty.", "Check that the right file was chosen.", file_name)
    if len(content) > settings.INTAKE_MOST_BYTES:
        raise refuse(
            "too_big",
            f"The file has {len(content) // 1_000_000} MB; at most {settings.INTAKE_MOST_BYTES // 1_000_000} MB are taken.",
            "Divide it into several files.",
            file_name,
        )
    suffix = PurePath(file_name).suffix.lower()
    if reading_book.is_workbook(content) and suffix not in (".docx", ".doc"):
        rows, notes = reading_book.rows_of(content, (options or {}).get("sheet", ""))
        return _finish(rows, notes)
    if suffix in _OTHER_TYPES or content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"MZ")):
        raise refuse(
            "type", f"A file like {file_name} holds no table.", "Hand in .csv, .xlsx, .xls, .ods or .json."
        )
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
    if suffix == ".json" or start.startswith((b"{", b"[{")):
        text, _encoding = reading_text.decode(content)
        return _limited(reading_json.table_of(text.removeprefix("\ufeff")))
    if start[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise refuse(
            "type",
            "The file is a web page or XML, not a table.",
            "Save the list as .xlsx or .csv and hand that in.",
        )
    text_rows, text_notes = reading_text.rows_of(content)
    return _finish([[text_of(cell) for cell in row] for row in text_rows], dict(text_notes))


def _limited(table: Table) -> Table:
    if len(table.lines) > settings.INTAKE_MOST_ROWS:
        raise refuse(
            "too_big",
            f"The file has {len(table.lines)} rows; at most {settings.INTAKE_MOST_ROWS} are taken at once.",
            "Divide it into several files.",
        )
    if not table.lines:
        raise refuse("empty", "The file has a header but no rows.", "Check that the right file was chosen.")
    return table


def _finish(rows: list[list[str]], notes: dict[str, object]) -> Table:
    width = max((len(row) for row in rows), default=0)
    if width > MOST_COLUMNS:
        raise refuse(
            "columns",
            f"The table has {width} columns; at most {MOST_COLUMNS} are read.",
            "Remove the empty ones.",
        )
    header, columns, source_format = _header(rows)
    notes["header_row"] = header + 1
    width = max([len(columns)] + [len(row) for row in rows[header + 1 :]])
    columns = named_once([*columns, *[""] * (width - len(columns))])
    lines = []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        if any(row) and not row[0].startswith("##") and not (number <= header + 4 and _counts_columns(row)):
            lines.append(Line(number, row + [""] * (width - len(row))))
    used = [
        position
        for position, name in enumerate(columns)
        if name != REASONS and (not name.startswith("#") or any(line.cells[position] for line in lines))
    ]
    if len(used) < len(columns):  # columns without a name and without a cell are none
        columns = [columns[position] for position in used]
        lines = [Line(line.number, [line.cells[position] for position in used]) for line in lines]
    if source_format == "sormas":
        captions = [row for row in rows[header + 1 : header + 4] if row and row[0].startswith("##")]
        if any("(M/d/yyyy)" in cell for row in captions for cell in row):
            notes["date_order"] = "mdy"
    return _limited(Table(columns, lines, notes, source_format))


def _header(rows: list[list[str]]) -> tuple[int, list[str], str]:
    """Return the row number of the header (from 0; the last of its rows), the names, and SORMAS if it is one."""
    for number, row in enumerate(rows[:5]):
        filled = [cell for cell in row if cell]
        if filled and set(filled) <= _SORMAS_ENTITIES and number + 1 < len(rows):
            return number + 1, rows[number + 1], "sormas"
    best, best_score = 0, -1.0
    for number, row in enumerate(rows[:_SEARCHED]):
        texts = {cell for cell in row if cell and not _NUMBER.match(cell) and len(cell) < 120}
        score = 5.0 * sum(is_column_name(cell) for cell in texts) + len(texts) - 0.01 * number
        if len(texts) >= 1 and score > best_score:
            best, best_score = number, score
    if best_score < 0:
        raise refuse(
            "header",
            "No row of names of columns was found.",
            "Write the names of the columns in the first row.",
        )
    return _with_second_row(rows, best)


def _with_second_row(rows: list[list[str]], header: int) -> tuple[int, list[str], str]:
    # "Năm sinh" over "Nam | Nữ": merged cells leave blanks, which the row below fills.
    names = rows[header]
    below = rows[header + 1] if header + 1 < len(rows) else []
    blanks = [position for position, name in enumerate(names) if not name]
    filled = [position for position, cell in enumerate(below) if cell]
    words = all(not _NUMBER.match(below[position]) for position in filled)
    if (
        not filled
        or not words
        or not set(filled) & set(blanks)
        or len(filled) > len(blanks) + len(names) // 4
    ):
        return header, names, ""
    joined, above = [], ""
    for position in range(max(len(names), len(below))):
        name = names[position] if position < len(names) else ""
        sub = below[position] if position < len(below) else ""
        above = name or above
        joined.append(f"{above} {sub}".strip() if sub else name)
    return header + 1, joined, ""


def _counts_columns(row: Sequence[str]) -> bool:
    # A row "(1) (2) (3)" below the header, as official forms have it.
    numbers = [cell.strip("()[] ") for cell in row if cell]
    return (
        len(numbers) > 2
        and all(number.isdigit() for number in numbers)
        and [int(number) for number in numbers]
        == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
    )
