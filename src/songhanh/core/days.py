"""Days of a run: day D is 00:00 to 24:00 in the pack's time zone; run day 0 is the run's first date."""

from __future__ import annotations

from datetime import date, timedelta

from songhanh.core.errors import Fault, SonghanhError


def parse_date(text: str, parameter: str) -> date:
    """Read an ISO date such as 2021-05-17.

    Raises
    ------
    SonghanhError
        If it is not one.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SonghanhError(
            Fault(
                code="date.malformed",
                message=f"{text!r} is not a date.",
                remedy="Write year-month-day, for example 2021-05-17.",
                parameter=parameter,
            )
        ) from None


def day_of(origin: date, when: date) -> int:
    """Return the run day of a date (0 on the origin)."""
    return (when - origin).days


def date_of(origin: date, day: int) -> date:
    """Return the date of a run day."""
    return origin + timedelta(days=day)
