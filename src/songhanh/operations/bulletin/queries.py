"""Reads of reports: whose they are, and which a reader sees."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.bulletin.models import DailyReport
from songhanh.operations.places.models import Level, Unit
from songhanh.operations.places.queries import tree


def jurisdiction(user: Any) -> Unit | None:
    """Return the unit of which somebody's report is; None for the whole province.

    Of several units it is the highest that holds all the others; somebody who answers for two districts makes the
    report of the province that they see.
    """
    if user is None or scope_of(user).rows is None:
        return None
    seen = scope_of(user).rows or frozenset()
    tops = [tree().units[pk] for pk in seen if tree().units[pk].parent_id not in seen]
    return tops[0] if len(tops) == 1 and tops[0].level != Level.PROVINCE else None


def reports(user: Any) -> QuerySet[DailyReport]:
    """Return the reports of somebody's jurisdiction and below it, newest first."""
    rows = DailyReport.objects.select_related("unit", "made_by")
    seen = scope_of(user).rows
    return rows if seen is None else rows.filter(unit__in=seen)
