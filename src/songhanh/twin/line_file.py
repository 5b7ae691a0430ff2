"""The cells of a line list as text, from a file or from a frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from songhanh.core.errors import Fault, SonghanhError

# Names that people give the columns; the first is ours.
NAMES: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "reported_on", "report_date", "ngay"),
    "code": ("code", "commune_code", "area_code"),
    "cases": ("cases", "n_cases"),
    "id": ("id", "case_id"),
    "sampled_on": ("sampled_on",),
    "onset_on": ("onset_on",),
    "tests": ("tests",),
    "found_where": ("found_where",),
    "site_id": ("site_id",),
}
COLUMNS_WORDS = "date, code, cases (optional: id, sampled_on, onset_on, tests, found_where, site_id)"
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Cells:
    """The cells that matter, by our column names; None where the file has no such column.

    Attributes
    ----------
    columns
        Our name -> one text a row.
    ragged
        Row index -> number of cells, for rows that do not have as many cells as the header.
    width
        Cells of the header.
    """

    columns: Mapping[str, Sequence[str] | None]
    ragged: Mapping[int, int]
    width: int
    n_rows: int


def cells_of_file(path: Path) -> Cells:
    """Read the cells of a CSV file.

    Bytes that are not UTF-8 are kept as marks of replacement: names of communes in an old encoding do no harm, and a
    code or a date with such a mark is rejected by its own check.

    Raises
    ------
    SonghanhError
        If there is no such file, it is no text, is empty, or has no column of dates.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror})."
        raise SonghanhError(Fault("lines.unreadable", message, "Name a CSV file.", str(path))) from None
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = content.decode(encoding, errors="replace").replace("\x00", "\ufffd")
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        records = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        message = f"This is not CSV: {error}."
        raise SonghanhError(Fault("lines.csv", message, "Look for an unclosed quote.", path.name)) from None
    if not records:
        raise SonghanhError(
            Fault("lines.empty", "The file is empty.", f"Its columns are {COLUMNS_WORDS}.", path.name, 1)
        )
    return _cells(records[0], records[1:], path.name)


def cells_of_frame(rows: pl.DataFrame) -> Cells:
    """Return the cells of a frame as text.

    Raises
    ------
    SonghanhError
        If there is no column of dates.
    """
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows.iter_rows()]
    return _cells(rows.columns, texts, None)


def _cells(header: Sequence[str], rows: Sequence[Sequence[str]], file: str | None) -> Cells:
    found = [name.strip().lower() for name in header]
    place = {
        ours: next((found.index(name) for name in names if name in found), None)
        for ours, names in NAMES.items()
    }
    if place["date"] is None:
        message = "There is no column of dates."
        raise SonghanhError(
            Fault("lines.column", message, f"The columns are {COLUMNS_WORDS}.", file, 1, "date")
        )
    ragged = {k: len(row) for k, row in enumerate(rows) if len(row) != len(header)}
    columns = {
        ours: None if at is None else [row[at].strip() if at < len(row) else "" for row in rows]
        for ours, at in place.items()
    }
    return Cells(columns, ragged, len(header), len(rows))
