"""From the text of a cell to a value: dates in the declared order, numbers, words by the dictionary."""

from __future__ import annotations

# ruff: noqa: DTZ001 - an instant of a cell gets its time zone in `instant`
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils import timezone

from songhanh.operations.intake.reasons import Wrong
from songhanh.operations.intake.synonyms import value_of

ORDERS = ("dmy", "mdy", "ymd")
EXCEL_ZERO = date(1899, 12, 30)
_ISO = re.compile(
    r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$"
)
_THREE = re.compile(
    r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[ ,T]+(\d{1,2})(?::|h|g)(\d{2})?(?::\d{2})?)?$"
)
_NAMED = re.compile(r"^(\d{1,2})[-/ .]+([^\W\d_]{3,9})[-/ .,]+(\d{4}|\d{2})$")
_WORDS = re.compile(r"^(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})$", re.IGNORECASE)
_HOURS_FIRST = re.compile(r"^(\d{1,2})(?:h|:|g)(\d{2})?,? +(?:ngày )?(.+)$")
_EMPTY = {"", "-", "--", "na", "n/a", "nan", "null", "none", "?", ".", "x/x", "không có", "#n/a"}


def is_empty(text: str) -> bool:
    """Say whether a cell says nothing."""
    return text.strip().lower() in _EMPTY


def _full_year(text: str) -> int:
    year = int(text)
    if year >= 100:
        return year
    return 2000 + year if year < 50 else 1900 + year


@lru_cache(maxsize=50_000)
def day(text: str, order: str) -> tuple[date, bool]:
    """Return the date in a cell, and whether it could also be read otherwise.

    Raises
    ------
    Wrong
        If it is no date in the declared order; it is never turned round silently.
    """
    moment, is_ambiguous = _moment(text, order)
    return moment.date(), is_ambiguous


@lru_cache(maxsize=50_000)
def _moment(text: str, order: str) -> tuple[datetime, bool]:
    try:
        return _read(text.strip(), order)
    except (ValueError, OverflowError) as error:
        raise Wrong("not_a_date", value=text, order=_in_words(order)) from error


def _in_words(order: str) -> dict[str, str]:
    return {
        "dmy": {"vi": "ngày/tháng/năm", "en": "day/month/year"},
        "mdy": {"vi": "tháng/ngày/năm", "en": "month/day/year"},
        "ymd": {"vi": "năm/tháng/ngày", "en": "year/month/day"},
    }[order]


def _read(text: str, order: str) -> tuple[datetime, bool]:
    if found := _ISO.match(text):
        year, month, number, hour, minute, second, zone = found.groups()
        moment = datetime(
            int(year), int(month), int(number), int(hour or 0), int(minute or 0), int(second or 0)
        )
        if zone and (int(hour or 0), int(minute or 0)) != (
            0,
            0,
        ):  # midnight UTC is a date, as Go.Data writes them
            aware = datetime.fromisoformat(f"{moment.isoformat()}{'+00:00' if zone == 'Z' else zone}")
            moment = timezone.localtime(aware).replace(tzinfo=None)
        return moment, False
    if found := _THREE.match(text):
        first, second, year, hour, minute = found.groups()
        if order == "ymd" and len(year) == 2:
            return datetime(_full_year(first), int(second), int(year)), False
        number, month = (second, first) if order == "mdy" else (first, second)
        moment = datetime(_full_year(year), int(month), int(number), int(hour or 0), int(minute or 0))
        return moment, int(first) <= 12 and int(second) <= 12 and first != second
    if found := _NAMED.match(text):
        month_found = value_of("month", found[2])
        if month_found is None:
            raise ValueError(text)
        return datetime(_full_year(found[3]), int(month_found), int(found[1])), False
    if found := _WORDS.match(text):
        return datetime(int(found[3]), int(found[2]), int(found[1])), False
    if found := _HOURS_FIRST.match(text):
        moment, is_ambiguous = _read(found[3], order)
        return moment.replace(hour=int(found[1]), minute=int(found[2] or 0)), is_ambiguous
    serial = float(text)
    if not 20_000 <= serial <= 80_000:  # 1954 to 2119 as a spreadsheet counts days
        raise ValueError(text)
    midnight = datetime.combine(EXCEL_ZERO, time(0))
    return midnight + timedelta(seconds=round(serial * 86_400)), False


def instant(text: str, order: str) -> tuple[datetime, bool]:
    """Return the instant in a cell (midnight where only a date is given) in the installation's time zone."""
    moment, is_ambiguous = _moment(text, order)
    return timezone.make_aware(moment), is_ambiguous


def whole(text: str, low: int, high: int) -> int:
    """Return a whole number within bounds; ``45 tuổi`` is 45."""
    found = re.match(
        r"^(\d{1,9})(?:[.,]0+)?(?:\s*(?:tuổi|t|years?|mũi|liều|y))?\.?$", text.strip(), re.IGNORECASE
    )
    if not found:
        raise Wrong("not_a_number", value=text)
    number = int(found[1])
    if not low <= number <= high:
        raise Wrong("out_of_range", value=text, low=low, high=high)
    return number


def decimal(text: str, low: int, high: int) -> Decimal:
    """Return a number with one decimal within bounds; the comma is the Vietnamese point."""
    cleaned = re.sub(r"[°ºcC\s]+$", "", text.strip()).replace(",", ".")
    try:
        number = Decimal(cleaned).quantize(Decimal("0.1"))
    except InvalidOperation as error:
        raise Wrong("not_a_number", value=text) from error
    if not low <= number <= high:
        raise Wrong("out_of_range", value=text, low=low, high=high)
    return number


def yes_or_no(text: str) -> bool | None:
    """Return what a cell says of something that is or is not."""
    found = value_of("yesno", text)
    if found is None:
        raise Wrong("unknown_value", value=text)
    return {"yes": True, "no": False, "unknown": None}[found]


def birth_year(text: str, today: date, order: str) -> tuple[int | None, date | None]:
    """Return the year of birth, or the whole date, in a cell that may hold a year, an age or a date."""
    if re.fullmatch(r"\d{4}(\.0)?", text) and 1890 <= int(float(text)) <= today.year:
        return int(float(text)), None
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{4})", text):  # 05/1987
        return int(found[2]), None
    if re.fullmatch(r"\d{1,3}(\.0)?(\s*(tuổi|t))?", text, re.IGNORECASE):
        return today.year - whole(text, 0, 120), None
    born, _is_ambiguous = day(text, order)
    return born.year, born
