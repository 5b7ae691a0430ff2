"""The audit's page: who did what to what, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from songhanh.operations.accounts import queries_audit
from songhanh.operations.accounts.access import permitted
from songhanh.operations.accounts.forms_audit import AuditFilter
from songhanh.operations.accounts.readable import Line, lines
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import page_of, query_without

HEADER = [
    "id",
    "at",
    "who",
    "kind",
    "action",
    "what",
    "subject",
    "unit",
    "changes",
    "details",
    "reason",
    "address",
]
CHUNK = 500


@permitted("audit.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """Show the events that a filter finds; ``?format=csv`` downloads them all."""
    form = AuditFilter(request.GET)
    events = queries_audit.events(**(form.cleaned_data if form.is_valid() else {}))
    if request.GET.get("format") == "csv" and form.is_valid():
        given = {name: value for name, value in request.GET.items() if value and name != "format"}
        with transaction.atomic():
            record("audit.export", kind=Kind.EXPORT, by=request.user, details={"filter": given})
        return csv_response("audit.csv", HEADER, _rows(events, request.user))
    page = page_of(request, events)
    context = {"section": "audit", "form": form, "page": page, "lines": lines(list(page.rows), request.user)}
    context |= {"query": query_without(request, "page", "format"), "state": queries_audit.chain_state()}
    return render(request, "accounts/audit.html", context, status=422 if form.errors else 200)


def _rows(events: Any, user: Any) -> Iterator[list[object]]:
    rows = events.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        for line in lines(chunk, user):
            yield _row(line)


def _row(line: Line) -> list[object]:
    event = line.event
    changes = "; ".join(f"{change.field}: {change.old} → {change.new}" for change in line.changes)
    details = "; ".join(f"{name}: {value}" for name, value in line.details)
    at = timezone.localtime(event.at).isoformat(timespec="seconds")
    return [
        event.pk, at, line.who, event.kind, event.action, line.what, line.subject, event.unit_code, changes, details,
        event.reason, event.address,
    ]  # fmt: skip
