"""Pages of the indicators of tracing, and of the rows that each comes of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import only, permitted
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.audit.reading import note_read
from songhanh.operations.people.models import Person
from songhanh.operations.project.clock import today
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import ROWS_A_PAGE, Page, query_without
from songhanh.operations.tracing.above import cases_of
from songhanh.operations.tracing.cohort import Cohort
from songhanh.operations.tracing.forms import IndicatorFilter
from songhanh.operations.tracing.indicators import BY_SLUG, INDICATORS, answer, number_of, rounds_of
from songhanh.operations.tracing.names import lend
from songhanh.operations.tracing.neighbourhood import chunks

PERIOD = timedelta(days=13)


def _cohort(request: HttpRequest) -> tuple[IndicatorFilter, Cohort]:
    form = IndicatorFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    until = chosen.get("until") or today()
    since = chosen.get("since") or until - PERIOD
    return form, Cohort(request.user, min(since, until), until)


@require_safe
@permitted("tracing.view")
def indicators(request: HttpRequest) -> HttpResponse:
    """Show the indicators of the cases of a period."""
    form, cohort = _cohort(request)
    answers = [answer(indicator, cohort) for indicator in INDICATORS]
    context = {
        "section": "see",
        "form": form,
        "cohort": cohort,
        "answers": answers,
        "round": rounds_of(cohort),
        "query": query_without(request, "page"),
    }
    return render(request, "tracing/indicators.html", context)


@require_safe
@permitted("tracing.view")
def indicator(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show the rows that an indicator comes of; ``?format=csv`` downloads them."""
    chosen = BY_SLUG.get(slug)
    if chosen is None:
        raise Http404("no such indicator")
    form, cohort = _cohort(request)
    rows = sorted(chosen.rows(cohort), key=lambda row: (row[1] is None, -(row[1] or 0), row[0]))
    if request.GET.get("format") == "csv":
        only(request, "export.rows")
        record("tracing.indicator", kind=Kind.EXPORT, by=request.user, details={"indicator": slug})
        return csv_response(f"{slug}.csv", ["person", "value"], _lines(rows))
    value, n = number_of(chosen.how, rows)
    context: dict[str, Any] = {"section": "see", "form": form, "cohort": cohort, "indicator": chosen}
    context |= {"value": value, "n": n} | _page(request, rows, slug)
    return render(request, "tracing/indicator.html", context)


def _page(request: HttpRequest, rows: list[tuple[int, float | None]], slug: str) -> dict[str, Any]:
    asked = request.GET.get("page", "1")
    last = max(1, -(-len(rows) // ROWS_A_PAGE))
    number = min(max(1, int(asked)), last) if asked.isascii() and asked.isdigit() else 1
    here = dict(rows[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE])
    people = Person.objects.select_related("unit").in_bulk(here)
    seen = lend(request.user, people.values())
    note_read(request.user, [person.pk for person in seen], page=f"tracing:indicator/{slug}")
    cases = cases_of(here)
    lines = [{"person": people[pk], "value": value, "case": cases.get(pk)} for pk, value in here.items()]
    query = query_without(request, "page", "format")
    return {"page": Page(lines, number, len(rows), is_more=False, has_next=number < last, query=query)}


def _lines(rows: list[tuple[int, float | None]]) -> Iterator[list[Any]]:
    for part in chunks(rows):
        uuids = dict(
            Person.objects.filter(pk__in=[person for person, _value in part]).values_list("pk", "uuid")
        )
        yield from ([uuids[person], value] for person, value in part)
