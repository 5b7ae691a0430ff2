"""Whether the dates of a case can be right: pure rules, which forms, imports and the API all ask.

An error cannot be; a warning may be, and is shown so that somebody looks again before the report goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import get_language

from songhanh.operations.project.clock import today

DISEASE_KNOWN_FROM = date(2019, 12, 1)
OLDEST_AGE = 120
DATES = (
    "reported_on", "onset_on", "sampled_on", "confirmed_on", "isolated_on", "admitted_on", "outcome_on",
)  # fmt: skip
NAMES = {
    "reported_on": ("ngày báo cáo", "report"),
    "onset_on": ("ngày khởi phát", "onset"),
    "sampled_on": ("ngày lấy mẫu", "sample"),
    "confirmed_on": ("ngày khẳng định", "confirmation"),
    "isolated_on": ("ngày cách ly", "isolation"),
    "admitted_on": ("ngày nhập viện", "admission"),
    "outcome_on": ("ngày kết thúc", "outcome"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about a case that cannot be, or that somebody should look at again."""

    field: str
    code: str
    message_vi: str
    message_en: str
    is_error: bool = True

    @property
    def message(self) -> str:
        """Return the message in the language of the page."""
        return self.message_en if (get_language() or "vi").startswith("en") else self.message_vi


@dataclass(frozen=True, slots=True)
class _Order:
    """Two dates of which the first cannot come after the second (or hardly)."""

    first: str
    second: str
    code: str
    is_error: bool
    why_vi: str
    why_en: str


_ORDERS = (
    _Order(
        "onset_on", "sampled_on", "onset.after-sample", False,
        "đúng nếu phát hiện qua sàng lọc rồi mới có triệu chứng; nếu không, xem lại",
        "right for somebody found by screening who fell ill later; otherwise look again",
    ),
    _Order(
        "sampled_on", "confirmed_on", "sample.after-confirmation", True,
        "không thể khẳng định trước khi lấy mẫu", "nobody is confirmed before a sample was taken",
    ),
    _Order(
        "onset_on", "reported_on", "onset.after-report", False,
        "xem lại một trong hai ngày", "look again at one of the two",
    ),
    _Order(
        "sampled_on", "outcome_on", "sample.after-outcome", False,
        "đúng nếu lấy mẫu sau tử vong; nếu không, xem lại", "right for a sample after death; otherwise look again",
    ),
    _Order(
        "admitted_on", "outcome_on", "outcome.before-admission", True,
        "kết thúc không thể trước khi nhập viện", "the outcome cannot come before the admission",
    ),
    _Order(
        "onset_on", "outcome_on", "outcome.before-onset", True,
        "kết thúc không thể trước khởi phát", "the outcome cannot come before the onset",
    ),
    _Order(
        "isolated_on", "outcome_on", "outcome.before-isolation", True,
        "kết thúc không thể trước khi cách ly", "the outcome cannot come before the isolation",
    ),
)  # fmt: skip
# (first, second, more than so many days apart, code): possible, and mostly a month or a year typed wrongly.
_FAR_APART = (
    ("onset_on", "sampled_on", 30, "onset.long-before-sample"),
    ("sampled_on", "confirmed_on", 14, "sample.long-before-confirmation"),
    ("confirmed_on", "isolated_on", 3, "isolation.late"),
    ("confirmed_on", "reported_on", 14, "report.late"),
)


def shown_day(day: date) -> str:
    """Write a date as people here do, whatever the language of the page."""
    return f"{day:%d/%m/%Y}"


def date_problems(fields: Mapping[str, Any], *, on: date | None = None) -> list[Problem]:
    """Return what is wrong or odd about the dates of a case, errors first.

    ``fields`` are those of a case, with ``born_on`` and ``birth_year`` of the person where known; what is
    missing is not asked for. ``on`` is today unless given.
    """
    limit = on or today()
    dates = {
        name: fields[name].date() if isinstance(fields[name], datetime) else fields[name]
        for name in DATES
        if isinstance(fields.get(name), date)
    }
    problems = [
        *_impossible(dates, limit),
        *_wrong_order(dates),
        *_far_apart(dates),
        *_outcome(fields, dates),
        *_age(fields, dates, limit),
    ]
    return sorted(problems, key=lambda problem: not problem.is_error)


def errors_of(problems: list[Problem]) -> dict[str, list[str]]:
    """Return the messages of the errors by field, as forms and ValidationError take them."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        if problem.is_error:
            found.setdefault(problem.field, []).append(problem.message)
    return found


def _impossible(dates: Mapping[str, date], limit: date) -> Iterator[Problem]:
    for name, day in dates.items():
        vi, en = NAMES[name]
        if day > limit:
            yield Problem(
                name, "date.future",
                f"{vi.capitalize()} {shown_day(day)} ở tương lai (hôm nay {shown_day(limit)}); xem lại ngày và tháng.",
                f"The {en} on {shown_day(day)} is in the future (today is {shown_day(limit)}); check day and month.",
            )  # fmt: skip
        elif day < DISEASE_KNOWN_FROM:
            yield Problem(
                name, "date.too-early",
                f"{vi.capitalize()} {shown_day(day)} trước khi có bệnh này (12/2019); xem lại năm.",
                f"The {en} on {shown_day(day)} is before the disease was known (12/2019); check the year.",
            )  # fmt: skip


def _wrong_order(dates: Mapping[str, date]) -> Iterator[Problem]:
    for order in _ORDERS:
        first, second = dates.get(order.first), dates.get(order.second)
        if first and second and first > second:
            (first_vi, first_en), (second_vi, second_en) = NAMES[order.first], NAMES[order.second]
            yield Problem(
                order.second if order.is_error else order.first, order.code,
                f"{first_vi.capitalize()} {shown_day(first)} sau {second_vi} {shown_day(second)}: {order.why_vi}.",
                f"The {first_en} ({shown_day(first)}) comes after the {second_en} ({shown_day(second)}): {order.why_en}.",
                order.is_error,
            )  # fmt: skip


def _far_apart(dates: Mapping[str, date]) -> Iterator[Problem]:
    for first_name, second_name, days, code in _FAR_APART:
        first, second = dates.get(first_name), dates.get(second_name)
        if first and second and (second - first).days > days:
            (first_vi, first_en), (second_vi, second_en) = NAMES[first_name], NAMES[second_name]
            apart = (second - first).days
            yield Problem(
                second_name, code,
                f"Từ {first_vi} {shown_day(first)} đến {second_vi} {shown_day(second)} là {apart} ngày; xem lại.",
                f"There are {apart} days from the {first_en} ({shown_day(first)}) to the {second_en} "
                f"({shown_day(second)}); look again.",
                is_error=False,
            )  # fmt: skip


def _outcome(fields: Mapping[str, Any], dates: Mapping[str, date]) -> Iterator[Problem]:
    outcome, day = fields.get("outcome"), dates.get("outcome_on")
    if outcome in {"recovered", "died"} and day is None:
        yield Problem(
            "outcome_on", "outcome.no-date", "Đã có kết quả điều trị nhưng thiếu ngày.",
            "There is an outcome without its date.", is_error=False,
        )  # fmt: skip
    if outcome == "active" and day is not None:
        yield Problem(
            "outcome", "outcome.still-active", "Có ngày kết thúc nhưng ca bệnh vẫn đang điều trị.",
            "There is a date of the outcome, and the case is still under treatment.", is_error=False,
        )  # fmt: skip
    start = dates.get("confirmed_on") or dates.get("sampled_on")
    if outcome == "recovered" and day and start and timedelta(0) <= day - start < timedelta(days=5):
        yield Problem(
            "outcome_on", "outcome.soon", "Khỏi bệnh chưa đầy 5 ngày sau khi khẳng định; xem lại.",
            "Recovered less than 5 days after the confirmation; look again.", is_error=False,
        )  # fmt: skip


def _age(fields: Mapping[str, Any], dates: Mapping[str, date], limit: date) -> Iterator[Problem]:
    born, year = fields.get("born_on"), fields.get("birth_year")
    if isinstance(born, date) and isinstance(year, int) and born.year != year:
        yield Problem(
            "birth_year", "birth.two-years", f"Ngày sinh {shown_day(born)} và năm sinh {year} khác nhau.",
            f"The date of birth {shown_day(born)} and the year of birth {year} differ.",
        )  # fmt: skip
    field = "born_on" if isinstance(born, date) else "birth_year"
    first: date | None = born if isinstance(born, date) else None
    if first is None and isinstance(year, int) and 1000 <= year <= 9999:
        first = date(year, 1, 1)
    if first is None:
        if isinstance(year, int):
            yield Problem(
                "birth_year", "birth.year", f"Năm sinh {year} không đọc được; ghi bốn chữ số, ví dụ 1987.",
                f"{year} is no year of birth; write four digits, for example 1987.",
            )  # fmt: skip
        return
    earliest = min(dates.values(), default=limit)
    if first > earliest or first > limit:
        yield Problem(
            field, "birth.after-dates", f"Sinh năm {first.year} nhưng có ngày {shown_day(earliest)} trước đó.",
            f"Born in {first.year}, yet something is dated {shown_day(earliest)}, before that.",
        )  # fmt: skip
    elif limit.year - first.year > OLDEST_AGE:
        yield Problem(
            field, "birth.too-old", f"Sinh năm {first.year}: quá {OLDEST_AGE} tuổi; xem lại năm sinh.",
            f"Born in {first.year}: older than {OLDEST_AGE}; check the year of birth.",
        )  # fmt: skip
