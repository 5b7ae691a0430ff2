"""Reads of samples."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from songhanh.operations.places.queries import communes_below
from songhanh.operations.project.clock import now
from songhanh.operations.sampling.models import WAITING, Sample

LATE = timedelta(hours=24)


def late_before() -> datetime:
    """Return the instant before which a sample without a result was taken too long ago."""
    return now() - LATE


def samples(
    user: Any,
    *,
    unit: int | None = None,
    on: date | None = None,
    result: str = "",
    tube: str = "",
    late: bool = False,
) -> Any:
    """Return the samples that pass the filters, newest first; those that wait too long, oldest first."""
    rows = Sample.objects.visible_to(user).select_related("person", "unit__parent", "laboratory")
    if unit:
        rows = rows.filter(unit__in=communes_below(unit))
    if on:
        first = timezone.make_aware(datetime.combine(on, time.min))
        rows = rows.filter(taken_at__gte=first, taken_at__lt=first + timedelta(days=1))
    if result:
        rows = rows.filter(result=result)
    if tube.strip():
        rows = rows.filter(tube=tube.strip())
    if late:
        # By an expression, which no index orders: else SQLite walks through all samples from the oldest on.
        waits = rows.filter(result__in=WAITING, taken_at__lt=late_before())
        return waits.annotate(since=Coalesce("taken_at", "created_at")).order_by("since", "pk")
    return rows.order_by("-taken_at", "-pk")


def in_tube(user: Any, tube: str) -> list[Any]:
    """Return the samples of a tube that wait for a result and may be named."""
    rows = Sample.objects.identified(user).filter(tube=tube.strip(), result__in=WAITING)
    return list(rows.select_related("person", "unit").order_by("pk")) if tube.strip() else []
