"""The line list: what was announced, row by row; rows that cannot be true are set aside with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.canonical import sha256
from songhanh.province import Pack
from songhanh.twin.line_file import Cells, cells_of_file, cells_of_frame
from songhanh.twin.line_rules import Accepted, checked

ACCEPTED = {
    "reported_on": pl.Date,
    "code": pl.String,
    "cases": pl.Int64,
    "sampled_on": pl.Date,
    "onset_on": pl.Date,
    "tests": pl.Int64,
    "found_where": pl.String,
    "site_id": pl.String,
}
REJECTED = {
    "row": pl.Int64,
    "column": pl.String,
    "reason": pl.String,
    "message": pl.String,
    "message_vi": pl.String,
}


@dataclass(frozen=True, eq=False)
class LineList:
    """Announced cases, one row a person or one row a day and commune.

    Attributes
    ----------
    id
        SHA-256 of the accepted rows in canonical order: the same rows in another order have the same id.
    accepted
        reported_on, code (null: the commune is not known, counted for the province only), cases, sampled_on, onset_on,
        tests, found_where, site_id.
    rejected
        row (1 is the first row of data), column, reason (a code), message (English), message_vi.
    n_rows
        Rows read: accepted and rejected.
    synthetic
        Whether the cases are simulated ones.
    """

    id: str
    accepted: pl.DataFrame
    rejected: pl.DataFrame
    n_rows: int
    synthetic: bool = False

    def daily(self, codes: Sequence[str], first: date, last: date) -> NDArray[np.int64]:
        """Return (days, len(codes)) cases announced by day, first and last included, and commune."""
        return self._by_day("code", codes, first, last)

    def daily_of_sites(self, site_ids: Sequence[str], first: date, last: date) -> NDArray[np.int64]:
        """Return (days, len(site_ids)) cases announced by day and place of work."""
        return self._by_day("site_id", site_ids, first, last)

    def without_code(self, first: date, last: date) -> NDArray[np.int64]:
        """Return (days,) cases whose commune is not known."""
        rows = self.accepted.filter(pl.col("code").is_null()).with_columns(pl.lit("").alias("code"))
        return _counted(rows, "code", "cases", ("",), first, last)[:, 0]

    def tests(self, first: date, last: date) -> NDArray[np.float64] | None:
        """Return (days,) tests done in the province; None if the list says nothing about tests."""
        rows = self.accepted.filter(pl.col("tests").is_not_null()).with_columns(pl.lit("").alias("code"))
        if rows.is_empty():
            return None
        return _counted(rows, "code", "tests", ("",), first, last)[:, 0].astype(np.float64)

    def until(self, last: date) -> LineList:
        """Return what was known on the evening of a date: the rows announced on or before it."""
        kept = self.accepted.filter(pl.col("reported_on") <= last)
        return LineList(_id(kept), kept, self.rejected, kept.height + self.rejected.height, self.synthetic)

    @cached_property
    def first_on(self) -> date | None:
        """Return the day of the first announced case; None without any."""
        days = self.accepted.filter(pl.col("cases") > 0)["reported_on"]
        return None if days.is_empty() else days.to_list()[int(days.arg_min() or 0)]

    @cached_property
    def last_on(self) -> date | None:
        """Return the last day that has a row; None without any."""
        days = self.accepted["reported_on"]
        return None if days.is_empty() else days.to_list()[int(days.arg_max() or 0)]

    def _by_day(self, column: str, names: Sequence[str], first: date, last: date) -> NDArray[np.int64]:
        return _counted(self.accepted, column, "cases", names, first, last)


def read_line_list(path: Path, pack: Pack, as_of: date | None, synthetic: bool = False) -> LineList:
    """Read a line list from a CSV file (UTF-8, with or without its mark; commas, semicolons or tabs).

    Parameters
    ----------
    path
        Columns date, code, cases; optionally id, sampled_on, onset_on, tests, found_where, site_id. Others are left
        alone. Without a column ``cases`` a row is one case.
    pack
        Its communes and sites are the known codes.
    as_of
        The evening of the question; rows of later days are rejected as future. None: the file is history, and
        whoever asks takes the rows up to a day (`LineList.until`).
    synthetic
        Whether the cases are simulated ones.

    Raises
    ------
    SonghanhError
        If nothing can be read: no such file, not a table, no column of dates.
    """
    return _line_list(cells_of_file(path), pack, as_of, synthetic)


def line_list_of(rows: pl.DataFrame, pack: Pack, as_of: date | None, synthetic: bool = False) -> LineList:
    """Make a line list of rows in memory, under the same checks as `read_line_list`.

    Raises
    ------
    SonghanhError
        If there is no column of dates.
    """
    return _line_list(cells_of_frame(rows), pack, as_of, synthetic)


def _line_list(cells: Cells, pack: Pack, as_of: date | None, synthetic: bool) -> LineList:
    accepted, rejected = checked(cells, pack, as_of)
    frame = _frame(accepted)
    faults = pl.DataFrame(
        [[getattr(row, name) for name in REJECTED] for row in rejected], schema=REJECTED, orient="row"
    )
    return LineList(_id(frame), frame, faults, len(accepted) + len(rejected), synthetic)


def _frame(rows: Sequence[Accepted]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [[getattr(row, name) for name in ACCEPTED] for row in rows], schema=ACCEPTED, orient="row"
    )
    return frame.sort(list(ACCEPTED), nulls_last=True)


def _id(accepted: pl.DataFrame) -> str:
    return sha256(accepted.sort(list(ACCEPTED), nulls_last=True).write_csv().encode())


def _counted(
    rows: pl.DataFrame, column: str, value: str, names: Sequence[str], first: date, last: date
) -> NDArray[np.int64]:
    days = (last - first).days + 1
    counts = np.zeros((max(days, 0), len(names)), np.int64)
    place = {name: k for k, name in enumerate(names)}
    kept = rows.filter(pl.col("reported_on").is_between(first, last))
    for when, name, number in zip(kept["reported_on"], kept[column], kept[value], strict=True):
        if name in place:
            counts[(when - first).days, place[name]] += number
    return counts


def days_between(first: date, last: date) -> list[date]:
    """Return the days from first to last, both included."""
    return [first + timedelta(days=k) for k in range((last - first).days + 1)]
