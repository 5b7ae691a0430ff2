"""Who is waiting, for a telephone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.audit.reading import note_read
from songhanh.operations.indicators.waiting import KINDS, by_commune, rows_of
from songhanh.operations.people.reading import lend
from songhanh.operations.places.queries import tree
from songhanh.operations.project.clock import now
from songhanh.operations.project.paging import page_of


@permitted("waiting.view")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Show by commune who waits for what; every count opens its rows."""
    total, lines = by_commune(request.user)
    context = {"section": "see", "total": total, "lines": lines, "as_of": now(), "kinds": KINDS.values()}
    return render(request, "indicators/waiting.html", context)


@permitted("waiting.view")
@require_safe
def waiting_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """List who waits for one thing, the longest first, with the telephone."""
    if kind not in KINDS:
        raise Http404(kind)
    code = request.GET.get("unit", "")
    page = page_of(request, rows_of(KINDS[kind], request.user, code))
    note_read(request.user, lend(page))
    unit = next(iter(tree().by_code.get(code, [])), None)
    context = {"section": "see", "kind": KINDS[kind], "page": page, "unit": unit, "as_of": now()}
    return render(request, "indicators/waiting_rows.html", context)
