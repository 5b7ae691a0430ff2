"""One case: everything about it, its correction and its classification."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.audit.reading import note_read
from songhanh.operations.cases import actions
from songhanh.operations.cases.forms import CaseForm, ClassifyForm
from songhanh.operations.cases.models import Case
from songhanh.operations.cases.page import sections
from songhanh.operations.project.base import Stale
from songhanh.operations.project.clock import today

RELATED = (
    "person__unit__parent",
    "person__site",
    "unit__parent",
    "site",
    "cluster",
    "facility",
    "source_case",
    "entered_by",
)


def readable(request: HttpRequest, uuid: UUID) -> Any:
    """Return a case that the reader sees, or 404."""
    return get_object_or_404(Case.objects.visible_to(request.user).select_related(*RELATED), uuid=uuid)


def writable(request: HttpRequest, uuid: UUID) -> Any:
    """Return a case that the reader knows by name, or 404."""
    return get_object_or_404(Case.objects.identified(request.user).select_related(*RELATED), uuid=uuid)


def add_errors(form: Any, error: ValidationError) -> None:
    """Show what an action refused at the field it is about, or above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    names = {"source_case": "source_code", "to": "to"}
    for name, found in error.error_dict.items():
        field = names.get(name, name)
        form.add_error(field if field in form.fields else None, found)


def _page(request: HttpRequest, case: Any, form: ClassifyForm | None = None) -> HttpResponse:
    found = sections(request, case)
    read = [row.person_id for row in [case, *found["infected"]] if row.is_identified]
    source = found["source_case"]
    note_read(request.user, read + ([source.person_id] if source and source.is_identified else []))
    classify_form = form or ClassifyForm(
        initial={"to": case.classification, "on": today(), "version": case.version}
    )
    context = found | {"section": "see", "form": classify_form}
    return render(request, "cases/case.html", context, status=422 if form else 200)


@require_safe
@permitted("cases.view")
def case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show everything about a case."""
    return _page(request, readable(request, uuid))


@permitted("cases.edit")
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Correct a case; of two who do so at once the second sees both versions and loses nothing."""
    row = writable(request, uuid)
    row.person.is_identified = True
    context: dict[str, Any] = {"section": "see", "case": row, "person": row.person}
    if request.method != "POST":
        note_read(request.user, [row.person_id])
        return render(request, "cases/edit.html", context | {"form": CaseForm.of(row, user=request.user)})
    form = CaseForm(request.POST, user=request.user, case=row)
    if form.is_valid():
        fields = form.episode()
        try:
            actions.edit(by=request.user, case=row, version=form.cleaned_data["version"], **fields)
        except Stale as error:
            form.add_error(None, error)
            context |= {"differences": _differences(form, row, fields), "newest": row.version}
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("cases:case", row.uuid)
    return render(request, "cases/edit.html", context | {"form": form}, status=422)


def _differences(form: CaseForm, row: Case, fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Return where what was entered is not what the row says now: label, now, theirs."""
    labels = {"source_case": form.fields["source_code"].label}
    shown = {name: form.fields[name].label for name in form.fields if name in fields} | labels
    return [
        {"label": shown[name], "now": getattr(row, name), "theirs": value}
        for name, value in fields.items()
        if getattr(row, name) != value
    ]


@require_POST
@permitted("cases.edit")
def classify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a step in the classification."""
    row = writable(request, uuid)
    form = ClassifyForm(request.POST)
    if form.is_valid():
        try:
            actions.classify(by=request.user, case=row, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved; the levels of the contacts are up to date."))
            return redirect("cases:case", row.uuid)
    return _page(request, row, form)
