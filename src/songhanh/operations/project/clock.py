"""The one place that knows what day it is; a demonstration may pin the day."""

from __future__ import annotations

import os
from datetime import date, datetime, time

from django.utils import timezone

PIN = "SONGHANH_TODAY"


def now() -> datetime:
    """Return this instant; the evening (18:00) of the pinned day where one is pinned."""
    pinned = os.environ.get(PIN)
    if not pinned:
        return timezone.now()
    return timezone.make_aware(datetime.combine(date.fromisoformat(pinned), time(18)))


def today() -> date:
    """Return today's date in the installation's time zone."""
    return timezone.localtime(now()).date()
