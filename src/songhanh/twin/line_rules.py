"""What a row of a line list must say to be counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from songhanh.core.text import Text
from songhanh.province import Pack
from songhanh.twin.line_file import Cells

MISSING = frozenset({"", "na", "nan", "null", "none", "n/a", "-", "nat"})
DAYS_BEFORE, DAYS_AFTER = 365, 1095  # about the pack's outbreak: dates outside are typing errors
ONSET_BEFORE, ONSET_AFTER = 60, 21  # days between symptoms and the announcement

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")  # as dates are written in Vietnam
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0*)?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")

REASONS: dict[str, Text] = {
    "cells": Text(
        "Dòng có {found} ô, dòng tiêu đề có {wanted} ô.", "The row has {found} cells, the header {wanted}."
    ),
    "date-missing": Text("Thiếu ngày.", "There is no date."),
    "date-malformed": Text("{value!r} không phải là ngày.", "{value!r} is not a date."),
    "date-impossible": Text(
        "{value} nằm ngoài khoảng {low} đến {high}.", "{value} lies outside {low} to {high}."
    ),
    "date-future": Text("{value} là sau ngày {as_of}.", "{value} is later than {as_of}."),
    "sampled-after-report": Text(
        "Lấy mẫu ngày {value}, sau ngày công bố.", "The sample is of {value}, after the announcement."
    ),
    "onset-impossible": Text(
        "Khởi phát ngày {value} không khớp ngày công bố.",
        "Onset on {value} does not fit the day of the announcement.",
    ),
    "id-duplicate": Text(
        "Mã {value!r} đã có ở dòng {first}.", "The id {value!r} stands in row {first} already."
    ),
    "code-unknown": Text("{value!r} không phải xã của tỉnh.", "{value!r} is not a commune of the province."),
    "site-unknown": Text("{value!r} không phải cơ sở của tỉnh.", "{value!r} is not a site of the province."),
    "count-malformed": Text("{value!r} không phải số.", "{value!r} is not a number."),
    "count-negative": Text("Số {value} âm.", "{value} is negative."),
    "count-fraction": Text("{value} không phải số nguyên.", "{value} is not a whole number."),
    "count-too-large": Text(
        "{value} nhiều hơn số dân ({limit}).", "{value} is more than the population ({limit})."
    ),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that is counted."""

    reported_on: date
    code: str | None
    cases: int
    sampled_on: date | None
    onset_on: date | None
    tests: int | None
    found_where: str | None
    site_id: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is set aside: where, why, and the sentence for people."""

    row: int
    column: str | None
    reason: str
    message: str
    message_vi: str


class _Refused(Exception):
    def __init__(self, reason: str, column: str | None, **fields: object) -> None:
        super().__init__(reason)
        self.reason, self.column = reason, column
        self.text = REASONS[reason].format(**fields)


@dataclass(frozen=True)
class _Known:
    """What rows are held against."""

    population: dict[str, int]
    sites: dict[str, str]  # site or firm -> the site that has a series of its own
    low: date
    high: date
    as_of: date | None
    seen: dict[str, int]  # id -> row
    total: int


def checked(cells: Cells, pack: Pack, as_of: date | None) -> tuple[list[Accepted], list[Rejected]]:
    """Part the rows into those that count and those that cannot be true; each row is in one of the two."""
    communes = pack.communes
    people = {
        code: int(number or 0) for code, number in zip(communes["code"], communes["population"], strict=True)
    }
    known = _Known(
        population=people,
        sites=_series_of_sites(pack),
        low=pack.outbreak_from - timedelta(days=DAYS_BEFORE),
        high=pack.outbreak_from + timedelta(days=DAYS_AFTER),
        as_of=as_of,
        seen={},
        total=sum(people.values()),
    )
    accepted, rejected = [], []
    for k in range(cells.n_rows):
        try:
            accepted.append(_row(cells, k, known))
        except _Refused as fault:
            rejected.append(Rejected(k + 1, fault.column, fault.reason, fault.text.en, fault.text.vi))
    return accepted, rejected


def _series_of_sites(pack: Pack) -> dict[str, str]:
    """Map firms and workshops to the site that they stand in; a site of its own maps to itself."""
    rows = pack.tables["sites"]
    parents = dict(zip(rows["site_id"], rows["parent_id"], strict=True))
    found = {}
    for site in parents:
        top, steps = site, 0
        while parents.get(top) and steps < len(parents):
            top, steps = parents[top], steps + 1
        found[site] = top
    return found


def _row(cells: Cells, k: int, known: _Known) -> Accepted:
    if k in cells.ragged:
        raise _Refused("cells", None, found=cells.ragged[k], wanted=cells.width)

    def cell(column: str) -> str | None:
        values = cells.columns[column]
        text = None if values is None else values[k]
        return None if text is None or text.lower() in MISSING else text

    reported = _day(cell("date"), "date", known)
    if reported is None:
        raise _Refused("date-missing", "date")
    code = _code(cell("code"), known)
    limit = known.population.get(code, known.total) if code else known.total
    # A count that is empty is no count; without the column a row is one case.
    cases = 1 if cells.columns["cases"] is None else _count(cell("cases") or "", "cases", limit)
    sampled, onset = _day(cell("sampled_on"), "sampled_on", known), _day(cell("onset_on"), "onset_on", known)
    if sampled and sampled > reported:
        raise _Refused("sampled-after-report", "sampled_on", value=sampled)
    if onset and not -ONSET_BEFORE <= (onset - reported).days <= ONSET_AFTER:
        raise _Refused("onset-impossible", "onset_on", value=onset)
    tests = cell("tests")
    n_tests = None if tests is None else _count(tests, "tests", None)
    site = cell("site_id")
    if site is not None and site not in known.sites:
        raise _Refused("site-unknown", "site_id", value=site)
    name = cell("id")
    if name is not None and known.seen.setdefault(name, k + 1) != k + 1:
        raise _Refused("id-duplicate", "id", value=name, first=known.seen[name])
    series = known.sites[site] if site else None
    return Accepted(reported, code, cases, sampled, onset, n_tests, cell("found_where"), series)


def _day(text: str | None, column: str, known: _Known) -> date | None:
    if text is None:
        return None
    iso, local = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if iso:
            when = date(*map(int, iso.group(1, 2, 3)))
        elif local:
            when = date(*map(int, local.group(3, 2, 1)))
        else:
            raise ValueError
    except ValueError:
        raise _Refused("date-malformed", column, value=text) from None
    if not known.low <= when <= known.high:
        raise _Refused("date-impossible", column, value=when, low=known.low, high=known.high)
    if known.as_of is not None and when > known.as_of:
        raise _Refused("date-future", column, value=when, as_of=known.as_of)
    return when


def _code(text: str | None, known: _Known) -> str | None:
    """Return a commune's code; spreadsheets drop leading zeros, and turn a column with gaps into decimals."""
    if text is None:
        return None
    plain = text.removesuffix(".0")
    width = max(map(len, known.population), default=0)
    for candidate in (text, plain, plain.zfill(width)):
        if candidate in known.population:
            return candidate
    raise _Refused("code-unknown", "code", value=text)


def _count(text: str, column: str, limit: int | None) -> int:
    if not _NUMBER.fullmatch(text):
        raise _Refused("count-malformed", column, value=text)
    if text.startswith("-") and text.strip("-0.,"):
        raise _Refused("count-negative", column, value=text)
    if not _WHOLE.fullmatch(text):
        raise _Refused("count-fraction", column, value=text)
    number = int(float(text))
    if limit is not None and number > limit:
        raise _Refused("count-too-large", column, value=number, limit=limit)
    return number
