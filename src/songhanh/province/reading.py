"""CSV files of a pack as text, row by row, and as typed frames."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from songhanh.core.errors import Fault
from songhanh.province.schema import Field, TableSchema

# How a value is written. Stricter than Frictionless, so that what passes reads the same everywhere.
_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "integer": (re.compile(r"-?\d{1,15}"), "a whole number without separators, such as 1234"),
    "number": (
        re.compile(r"-?\d{1,15}(\.\d+)?([eE][-+]?\d{1,2})?"),
        "a number with a decimal point, such as 0.25",
    ),
    "date": (re.compile(r"\d{4}-\d{2}-\d{2}"), "a date as year-month-day, such as 2021-05-17"),
    "boolean": (re.compile(r"true|false"), "true or false"),
}
ROW = "_row"  # the line of the file, in frames that are checked


@dataclass(frozen=True)
class RawTable:
    """The cells of a CSV file as text, columns in the order of the schema."""

    schema: TableSchema
    rows: Sequence[Sequence[str]]  # ragged if the file is
    lines: Sequence[int]  # line of the file on which each row begins (the header is line 1)

    def line(self, index: int) -> int:
        """Return the line of a row."""
        return self.lines[index]


def form_of(field: Field) -> str:
    """Say how a value of a column is to be written."""
    if "enum" in field.constraints:
        return "one of " + ", ".join(map(str, field.constraints["enum"]))
    return _FORMS[field.type][1] if field.type in _FORMS else "a text"


def read_table(schema: TableSchema, content: bytes) -> tuple[RawTable | None, list[Fault]]:
    """Read a CSV file as text.

    Returns
    -------
    tuple
        The table, or None if its header is not what the schema says; and what is wrong.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        return None, [
            Fault(
                "pack.encoding", "This row is not UTF-8.", "Save the file as CSV in UTF-8.", schema.file, row
            )
        ]
    if "\x00" in text:
        row = text.count("\n", 0, text.index("\x00")) + 1
        return None, [
            Fault(
                "pack.encoding",
                "A zero byte is in this row.",
                "Save the file as CSV in UTF-8.",
                schema.file,
                row,
            )
        ]
    try:
        records, lines = _records(text)
    except csv.Error as error:
        return None, [
            Fault("pack.csv", f"This is not CSV: {error}.", "Look for an unclosed quote.", schema.file)
        ]
    if not records:
        header = ",".join(schema.columns)
        return None, [
            Fault("pack.empty", "The file is empty.", f"Give it the header: {header}", schema.file, 1)
        ]
    faults = list(_header_faults(schema, records[0]))
    if faults:
        return None, faults
    order = [records[0].index(column) for column in schema.columns]
    if order == sorted(order):
        rows: list[Sequence[str]] = list(records[1:])
    else:
        # A ragged row keeps its own order: it is refused anyway.
        rows = [[row[i] for i in order] if len(row) == len(order) else row for row in records[1:]]
    return RawTable(schema, rows, lines[1:]), []


def _records(text: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[list[str]] = []
    lines: list[int] = []
    line = 1
    for record in reader:
        records.append([cell.strip() for cell in record])
        lines.append(line)
        line = reader.line_num + 1
    while len(records) > 1 and not any(records[-1]):
        records.pop()  # empty lines at the end say nothing
        lines.pop()
    return records, lines


def _header_faults(schema: TableSchema, header: Sequence[str]) -> Iterator[Fault]:
    if len(header) == 1 and schema.columns[0] != header[0]:
        for delimiter, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if delimiter in header[0]:
                yield Fault(
                    "pack.delimiter",
                    f"Columns are separated by {name}.",
                    "Save it with commas.",
                    schema.file,
                    1,
                )
                return
    columns = ",".join(schema.columns)
    for column in schema.columns:
        if column not in header:
            yield Fault(
                "pack.column.missing",
                "This column is missing.",
                f"The header is: {columns}",
                schema.file,
                1,
                column,
            )
    for number, name in enumerate(header, start=1):
        if name not in schema.columns:
            what = f"There is no such column in {schema.file}." if name else f"Column {number} has no name."
            remedy = f"Remove or rename it. The header is: {columns}"
            yield Fault("pack.column.unknown", what, remedy, schema.file, 1, name or None)
        elif name in header[: number - 1]:
            yield Fault("pack.column.twice", "The column is there twice.", "Keep one.", schema.file, 1, name)


def form_faults(table: RawTable) -> Iterator[Fault]:
    """Find the values that are not written as their type demands."""
    for k, field in enumerate(table.schema.fields):
        if field.type not in _FORMS:
            continue
        form, _ = _FORMS[field.type]
        for index, row in enumerate(table.rows):
            if k < len(row) and row[k] and not form.fullmatch(row[k]):
                yield Fault(
                    "pack.type",
                    f"{row[k]!r} is not {form_of(field)}.",
                    f"{field.description.en}. Write it as {form_of(field)}.",
                    table.schema.file,
                    table.line(index),
                    field.name,
                )


def typed(table: RawTable, with_rows: bool = False) -> pl.DataFrame:
    """Return a table as a frame of its schema's types; empty cells are null.

    Parameters
    ----------
    table
        A table without faults of form.
    with_rows
        Whether to add the column ``_row``, the line of the file.

    Raises
    ------
    polars.exceptions.PolarsError, ValueError
        If a value does not read as its type.
    """
    fields = table.schema.fields
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(fields)
    frame = pl.DataFrame(
        [
            pl.Series(field.name, [cell or None for cell in cells], dtype=pl.String)
            for field, cells in zip(fields, columns, strict=True)
        ]
    )
    frame = frame.with_columns(_cast(field) for field in fields if field.type != "string")
    if with_rows:
        frame = frame.with_columns(pl.Series(ROW, list(table.lines), dtype=pl.Int64))
    return frame


def _cast(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    if field.type == "date":
        return column.str.to_date("%Y-%m-%d", strict=True)
    if field.type == "boolean":
        return column == "true"
    return column.cast(pl.Int64 if field.type == "integer" else pl.Float64, strict=True)
