"""Pages about persons: the list, one person, entering and correcting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import only, permitted
from songhanh.operations.accounts.masking import shown
from songhanh.operations.audit.reading import note_export, note_read
from songhanh.operations.people import actions, matching
from songhanh.operations.people.forms import PersonForm, SearchForm
from songhanh.operations.people.models import Person
from songhanh.operations.people.page import differences, sections
from songhanh.operations.people.search import listed
from songhanh.operations.places.queries import communes_below
from songhanh.operations.project.base import Stale
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import page_of, query_without

COLUMNS = (
    "uuid",
    "full_name",
    "sex",
    "birth_year",
    "born_on",
    "id_number",
    "phone",
    "hamlet",
    "address",
    "occupation",
)


@require_safe
@permitted("people.view")
def people(request: HttpRequest) -> HttpResponseBase:
    """List persons, or those that a search finds."""
    form = SearchForm(request.GET, user=request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = listed(request.user, chosen.get("q", "")).select_related("unit__parent", "site")
    if chosen.get("unit"):
        rows = rows.filter(unit__in=communes_below(chosen["unit"]))
    if request.GET.get("format") == "csv":
        return _csv(request, rows)
    page = page_of(request, rows)
    note_read(request.user, [row.pk for row in page if row.is_identified])
    context = {"section": "see", "form": form, "page": page, "q": chosen.get("q", "")}
    return render(request, "people/list.html", context | {"query": query_without(request, "page", "format")})


def _csv(request: HttpRequest, rows: Any) -> HttpResponseBase:
    only(request, "export.rows")
    note_export(request.user, "people.export", {"filter": request.GET.dict()})
    lines = (
        [
            *(shown(row, name) for name in COLUMNS),
            row.unit.code if row.unit else "",
            row.unit.name if row.unit else "",
        ]
        for row in rows.iterator(chunk_size=2_000)
    )
    return csv_response("people.csv", [*COLUMNS, "unit_code", "unit_name"], lines)


@require_safe
@permitted("people.view")
def person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show everything about a person."""
    rows = Person.objects.visible_to(request.user).select_related(
        "unit__parent", "site", "merged_into", "standing"
    )
    row: Any = get_object_or_404(rows, uuid=uuid)
    note_read(request.user, [row.pk] if row.is_identified else [])
    return render(request, "people/person.html", {"section": "see"} | sections(request, row))


@permitted("people.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Register a person; who may be the same one is shown before anything is saved."""
    form = PersonForm(request.POST if request.method == "POST" else None, user=request.user)
    alike: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        alike = [] if form.cleaned_data["sure"] else _alike(request, form.identity)
        if not alike:
            row = actions.register(by=request.user, **form.identity)
            messages.success(request, _("The person is registered."))
            is_seen = Person.objects.visible_to(request.user).filter(pk=row.pk).exists()
            return redirect("people:person", row.uuid) if is_seen else redirect("people:list")
    return render(request, "people/form.html", {"section": "see", "form": form, "alike": alike})


def _alike(request: HttpRequest, fields: dict[str, Any]) -> list[dict[str, Any]]:
    found = matching.candidates_many([fields], by=request.user)[0]
    ids = [candidate.person_id for candidate in found]
    rows: Any = Person.objects.identified(request.user).select_related("unit__parent").in_bulk(ids)
    note_read(request.user, rows)
    return [
        {"person": rows[candidate.person_id], "reasons": candidate.reasons, "score": candidate.score}
        for candidate in found
        if candidate.person_id in rows
    ]


@permitted("people.edit")
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Correct a person; of two who do so at once the second sees both versions and loses nothing."""
    row: Any = get_object_or_404(Person.objects.identified(request.user), uuid=uuid)
    context: dict[str, Any] = {"section": "see", "person": row, "alike": []}
    if request.method != "POST":
        note_read(request.user, [row.pk])
        return render(request, "people/form.html", context | {"form": PersonForm.of(row, user=request.user)})
    form = PersonForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            actions.edit(by=request.user, person=row, version=form.cleaned_data["version"], **form.identity)
        except Stale as error:
            context |= {"differences": differences(form, row), "newest": row.version}
            form.add_error(None, error)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("people:person", row.uuid)
    return render(request, "people/form.html", context | {"form": form})
