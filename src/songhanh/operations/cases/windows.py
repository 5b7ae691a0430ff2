"""When a case was infectious to others, as the dated policy table says."""

from __future__ import annotations

from datetime import date

from songhanh.operations.tracing.relevel import rules
from songhanh.response.levels import infectious_days


def infectious_window(
    *,
    onset_on: date | None,
    sampled_on: date | None,
    confirmed_on: date | None,
    isolated_on: date | None,
    on: date,
) -> tuple[date, date | None]:
    """Return the first and the last day (None while the case is not isolated) of the contacts that are traced.

    ``on`` is the day of the report, for a case of which no other day is known.
    """
    first_positive = sampled_on or confirmed_on or on
    return infectious_days(rules(), onset=onset_on, first_positive=first_positive, isolated=isolated_on)
