"""Workbooks (xlsx, xls, ods), looked over before they are opened: bombs and passwords are refused."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from songhanh.operations.intake.tables import MOST_CELLS, MOST_COLUMNS, refuse, text_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MOST_UNPACKED = 400_000_000
MOST_RATIO = 250  # real sheets shrink ten- to fifty-fold
_CELL = re.compile(rb'<(?:\w+:)?c [^>]{0,200}?r="([A-Z]{1,4})(\d{1,9})"')
_REPEATED = re.compile(rb'number-(columns|rows)-repeated="(\d+)"')
_FILLED_REPEAT = re.compile(
    rb'<table:table-cell[^>]*number-columns-repeated="(\d+)"[^>]*office:value-type[^>]*>|'
    rb'<table:table-cell[^>]*office:value-type[^>]*number-columns-repeated="(\d+)"'
)
_ROW = re.compile(
    rb'<table:table-row[^>]*number-rows-repeated="(\d+)"[^>]*>(.{0,4000}?)</table:table-row>', re.DOTALL
)


def is_workbook(content: bytes) -> bool:
    """Say whether a file begins like a workbook."""
    return content.startswith((OLE, ZIP))


def demand_safe(content: bytes) -> None:
    """Raise where opening the workbook could fill the memory, or needs a password; nothing is unpacked to find out."""
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _password()
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _broken() from error
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(len(content), 20_000):
        raise refuse(
            "bomb",
            f"The file unpacks to {unpacked // 1_000_000} MB from {max(1, len(content) // 1000)} kB; that is no list of people.",
            "Save the list again from the spreadsheet program, or as CSV.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise _password()
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names and "content.xml" not in names and "xl/workbook.bin" not in names:
        raise refuse(
            "type",
            "The file is a zip archive but no workbook.",
            "Unpack it and hand in the .xlsx, .ods or .csv file inside.",
        )
    for entry in entries:
        if entry.filename.startswith("xl/worksheets/") or entry.filename == "content.xml":
            _demand_small_sheet(archive, entry)


def _demand_small_sheet(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    # The size that a sheet claims may lie, so the addresses of its cells are looked at, a piece at a time.
    widest, lowest, filled, before = 0, 0, 0, b""
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(4_000_000):
                text = before[-5_000:] + piece
                for column, row in _CELL.findall(text):
                    widest, lowest = max(widest, _column(column)), max(lowest, int(row))
                for first, second in _FILLED_REPEAT.findall(text):
                    widest = max(widest, int(first or second))
                for repeated, inside in _ROW.findall(text):
                    filled += int(repeated) if b"office:value-type" in inside else 0
                before = piece
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise _broken() from error
    if widest > MOST_COLUMNS or widest * max(lowest, filled) > MOST_CELLS:
        raise refuse(
            "columns",
            f"A sheet reaches to column {widest} and row {max(lowest, filled)}; at most {MOST_COLUMNS} columns are read.",
            "Remove what stands far to the right and below, and save again.",
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def rows_of(content: bytes, sheet: str = "") -> tuple[list[list[str]], dict[str, Any]]:
    """Return the rows of one sheet (the first that has any, unless named) and which sheets there are.

    A formula is what the spreadsheet program last computed from it; it is never computed here.

    Raises
    ------
    SonghanhError
        If the workbook cannot be read, is too large to be one, or is protected.
    """
    demand_safe(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
        if sheet and sheet not in names:
            raise refuse("sheet", f"There is no sheet {sheet!r}.", f"The sheets are: {', '.join(names)}.")
        for name in [sheet] if sheet else names:
            # From the first cell on, so that the numbers of the rows are those that people see.
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(any(cell not in ("", None) for cell in row) for row in rows):
                return [[text_of(cell) for cell in row] for row in rows], {"sheet": name, "sheets": names}
    except PasswordError as error:
        raise _password() from error
    except (CalamineError, ZipError, OSError) as error:
        raise _broken() from error
    raise refuse("empty", "The workbook has no filled cell.", "Check that the right file was chosen.")


def _password() -> Exception:
    return refuse(
        "password",
        "The workbook is protected by a password.",
        "Remove the password in the spreadsheet program and hand it in again.",
    )


def _broken() -> Exception:
    return refuse(
        "malformed",
        "The workbook is damaged or incomplete and cannot be opened.",
        "Open it in the spreadsheet program and save it again, or save it as CSV.",
    )
