"""Reads of intake: files and their rows are seen by who handed them in; declarations through the gate."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from songhanh.operations.accounts.scope import VisibleQuerySet, scope_of
from songhanh.operations.intake.models import Batch, Declaration, Row


def batches_of(user: Any) -> QuerySet[Batch]:
    """Return the files that somebody may see: their own; all, for those who see the names of the whole province."""
    rows = Batch.objects.select_related("by").defer("content")
    scope = scope_of(user)
    return rows if scope.names is None and scope.may("intake.import") else rows.filter(by=user)


def rows_of(batch: Batch, verdict: str = "", code: str = "") -> QuerySet[Row]:
    """Return the rows of a file, of one verdict or with one reason."""
    rows = Row.objects.filter(batch=batch)
    if verdict in Row.Verdict.values:
        rows = rows.filter(verdict=verdict)
    return rows.order_by("number")


def declarations(user: Any) -> VisibleQuerySet:
    """Return the health declarations of somebody's communes."""
    rows: VisibleQuerySet = Declaration.objects.visible_to(user)
    return rows.select_related("unit", "person")
