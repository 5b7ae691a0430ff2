"""The register of cases: the list, days without a case in the community, and public milestones."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import only, permitted
from songhanh.operations.accounts.masking import shown
from songhanh.operations.audit.reading import note_export, note_read
from songhanh.operations.cases import queries
from songhanh.operations.cases.forms import CaseFilter
from songhanh.operations.cases.models import Case
from songhanh.operations.people.reading import lend
from songhanh.operations.places.queries import installation, label
from songhanh.operations.project.clock import today
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import page_of, query_without

COLUMNS = (
    "code", "national_code", "classification", "reported_on", "onset_on", "sampled_on", "confirmed_on", "isolated_on",
    "admitted_on", "found", "severity", "outcome", "outcome_on",
)  # fmt: skip


@require_safe
@permitted("cases.view")
def cases(request: HttpRequest) -> HttpResponseBase:
    """List the cases that pass a filter."""
    form = CaseFilter(request.GET, user=request.user)
    form.is_valid()  # a filter that cannot be read is named above the list; the others are applied
    chosen = form.cleaned_data
    rows = queries.listed(request.user, chosen)
    if request.GET.get("format") == "csv":
        return _csv(request, rows)
    page = page_of(request, rows)
    note_read(request.user, lend(page.rows))
    context = {
        "section": "see", "form": form, "page": page, "chosen": chosen,
        "quiet": queries.last_community(request.user, today())[:1], "query": query_without(request, "page", "format"),
    }  # fmt: skip
    return render(request, "cases/list.html", context)


def _csv(request: HttpRequest, rows: Any) -> HttpResponseBase:
    only(request, "export.rows")
    note_export(request.user, "cases.export", {"filter": request.GET.dict()})
    return csv_response(
        "cases.csv",
        [*COLUMNS, "full_name", "birth_year", "sex", "phone", "unit_code", "unit", "site", "cluster"],
        (_line(case) for case in rows.iterator(chunk_size=2_000)),
    )


def _line(case: Case) -> list[object]:
    person, may = case.person, bool(getattr(case, "is_identified", False))
    return [
        *(getattr(case, name) for name in COLUMNS),
        shown(person, "full_name", is_identified=may), person.birth_year, person.sex,
        shown(person, "phone", is_identified=may), case.unit.code if case.unit else "", label(case.unit),
        case.site.name if case.site else "", case.cluster.name if case.cluster else "",
    ]  # fmt: skip


@require_safe
@permitted("cases.view")
def quiet(request: HttpRequest) -> HttpResponseBase:
    """Show for each place how many days there was no case found in the community."""
    rows = queries.last_community(request.user, today())
    if request.GET.get("format") == "csv":
        only(request, "export.rows")
        note_export(request.user, "cases.quiet-export", {})
        lines = (
            [row["unit"].code, row["unit"].name, row["unit"].level, row["last"], row["days"], row["n"]]
            for row in rows
        )
        return csv_response("last-community.csv", ["code", "name", "level", "last", "days", "n"], lines)
    return render(request, "cases/quiet.html", {"section": "see", "rows": rows, "on": today()})


@require_safe
@permitted("situation.view")
def milestones(request: HttpRequest) -> HttpResponseBase:
    """Show the milestones that are public today, and the text to publish: place and time only."""
    rows = queries.published(today())
    if request.GET.get("format") == "csv":
        lines = (
            [row["place"], row["unit_name"], row["began_at"], row["ended_at"], row["published_until"]]
            for row in rows
        )
        return csv_response("milestones.csv", ["place", "commune", "from", "until", "published_until"], lines)
    return render(
        request,
        "cases/milestones.html",
        {"section": "see", "rows": rows, "on": today(), "place": installation()},
    )
