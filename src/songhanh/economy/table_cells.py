"""Cells of a CSV file as text, with the line of each row, and numbers read strictly."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

from songhanh.core.errors import Fault, SonghanhError

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")


@dataclass(frozen=True)
class Cells:
    """A file: its name, its header, and (line, cells) of each row; all rows are as wide as the header."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_cells(path: Path) -> Cells:
    """Read a CSV file.

    Raises
    ------
    SonghanhError
        If it cannot be read, is not UTF-8 or not CSV, is empty, has a column twice, or rows of other widths.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"It cannot be read ({error.strerror})."
        raise SonghanhError(Fault("table.unreadable", message, "Name a CSV file.", path.name)) from None
    except UnicodeDecodeError:
        raise SonghanhError(
            Fault("table.encoding", "It is not UTF-8.", "Save it as CSV in UTF-8.", path.name)
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, tuple[str, ...]]] = []
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append((line, tuple(cell.strip() for cell in record)))
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"This is not CSV: {error}."
        raise SonghanhError(
            Fault("table.csv", message, "Look for an unclosed quote.", path.name, line)
        ) from None
    if len(records) < 2:
        raise SonghanhError(Fault("table.empty", "The file has no rows.", "Give it a table.", path.name, 1))
    header = records[0][1]
    faults = [
        Fault("table.twice", "This column is there twice.", "Keep one.", path.name, 1, name)
        for k, name in enumerate(header)
        if name and name in header[:k]
    ]
    faults += [
        Fault(
            "table.width",
            f"The row has {len(row)} cells, the header {len(header)}.",
            "Give every row as many cells as the header.",
            path.name,
            line,
        )
        for line, row in records[1:]
        if len(row) != len(header)
    ]
    if faults:
        raise SonghanhError(faults)
    return Cells(path.name, header, tuple(records[1:]))


def number(text: str, file: str, row: int, column: str, faults: list[Fault]) -> float | None:
    """Read a number with a decimal point; add a fault and return None if the cell is empty or holds anything else."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if math.isfinite(value):
        return value
    if text:
        message, remedy = (
            f"{text!r} is not a number.",
            "Write it with a decimal point and without separators.",
        )
    else:
        message, remedy = "The cell is empty.", "Give a number; 0 where there is nothing."
    faults.append(Fault("table.number", message, remedy, file, row, column))
    return None
