"""The codes of cases, ``BG-2021-000123``: one series a year without gaps, whoever writes at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from songhanh.operations.cases.models import CodeCounter
from songhanh.operations.places.queries import installation

PREFIX_WITHOUT_PROVINCE = "SH"


def take_codes(days: Sequence[date]) -> list[str]:
    """Return a new code for each case, given the days on which they were reported.

    Call it inside the transaction that writes the cases: the row of the year is raised and locked by one
    statement until that transaction ends, so whoever comes next waits, and a failure gives the numbers back.
    """
    place = installation()
    prefix = place.code_prefix if place else PREFIX_WITHOUT_PROVINCE
    # In the order of the years, so that two writers of two years never wait for each other crosswise.
    ends = {year: _raise(year, n) - n for year, n in sorted(Counter(day.year for day in days).items())}
    codes = []
    for day in days:
        ends[day.year] += 1
        codes.append(f"{prefix}-{day.year}-{ends[day.year]:06d}")
    return codes


def _raise(year: int, n: int) -> int:
    row = CodeCounter.objects.filter(year=year)
    if not row.update(last=F("last") + n):
        try:
            with transaction.atomic():
                CodeCounter.objects.create(year=year, last=0)
        except IntegrityError:
            pass  # another writer began the year at the same moment
        row.update(last=F("last") + n)
    return int(row.values_list("last", flat=True).get())
