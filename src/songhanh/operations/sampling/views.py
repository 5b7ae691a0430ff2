"""Pages of samples: the list, taking, results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import only, permitted
from songhanh.operations.accounts.masking import shown
from songhanh.operations.audit.reading import note_export, note_read
from songhanh.operations.people.reading import lend
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import page_of, query_without
from songhanh.operations.sampling import actions, queries
from songhanh.operations.sampling.forms import ResultForm, SampleFilter, TakeForm, TubeForm
from songhanh.operations.sampling.models import WAITING, Sample

COLUMNS = (
    "uuid",
    "person_uuid",
    "full_name",
    "unit_code",
    "kind",
    "taken_at",
    "tube",
    "laboratory",
    "result",
    "result_at",
    "ct_value",
)


@require_safe
@permitted("sampling.view")
def samples(request: HttpRequest) -> HttpResponseBase:
    """List samples; ``?format=csv`` downloads what the filter shows."""
    form = SampleFilter(request.GET, user=request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.samples(request.user, **chosen)
    if request.GET.get("format") == "csv":
        return _csv(request, rows)
    page = page_of(request, rows)
    note_read(request.user, lend(page))
    context = {
        "section": "see", "form": form, "page": page, "late_before": queries.late_before(), "waiting": WAITING,
    }  # fmt: skip
    return render(
        request, "sampling/list.html", context | {"query": query_without(request, "page", "format")}
    )


def _csv(request: HttpRequest, rows: Any) -> HttpResponseBase:
    only(request, "export.rows")
    note_export(request.user, "sampling.export", {"filter": request.GET.dict()})
    lines = (
        [
            row.uuid, row.person.uuid, shown(row.person, "full_name", is_identified=row.is_identified),
            row.unit.code if row.unit else "", row.kind, timezone.localtime(row.taken_at).isoformat(), row.tube,
            row.laboratory, row.result, row.result_at and timezone.localtime(row.result_at).isoformat(), row.ct_value,
        ]
        for row in rows.iterator(chunk_size=2_000)
    )  # fmt: skip
    return csv_response("samples.csv", COLUMNS, lines)


@permitted("sampling.edit")
def take(request: HttpRequest) -> HttpResponse:
    """Write down samples taken, of one person or of a whole tube."""
    initial = {"persons": request.GET.get("person", ""), "tube": request.GET.get("tube", "")}
    form = TakeForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        fields = {name: given[name] for name in ("persons", "kind", "tube", "laboratory", "reason")}
        try:
            made = actions.take_many(by=request.user, taken_at=form.moment, **fields)
        except ValidationError as error:
            _say(form, error)
        else:
            words = ngettext("%(n)d sample is written down.", "%(n)d samples are written down.", len(made))
            messages.success(request, words % {"n": len(made)})
            return redirect("sampling:take")
    return render(request, "sampling/take.html", {"section": "see", "form": form})


def _say(form: Any, error: ValidationError) -> None:
    """Put an action's fault to the field that it is about; the day stands for the instant."""
    names = {"taken_at": "day", "result_at": "day"}
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, faults in error.error_dict.items():
        field = names.get(name, name)
        form.add_error(field if field in form.fields else None, faults)


@permitted("sampling.edit")
def result(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down the result of one sample."""
    rows = Sample.objects.identified(request.user).select_related("person", "unit")
    sample: Any = get_object_or_404(rows, uuid=uuid)
    note_read(request.user, lend([sample]))
    form = ResultForm(request.POST if request.method == "POST" else None, initial={"version": sample.version})
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("result", "ct_value", "version")}
        try:
            actions.result(by=request.user, sample=sample, result_at=form.moment, **fields)
        except ValidationError as error:
            _say(form, error)
        else:
            messages.success(request, _("The result is written down."))
            return redirect("people:person", sample.person.uuid)
    return render(request, "sampling/result.html", {"section": "see", "form": form, "sample": sample})


@permitted("sampling.edit")
def tube(request: HttpRequest) -> HttpResponse:
    """Write down the result of a tube for all who are in it."""
    name = request.POST.get("tube") or request.GET.get("tube", "")
    members = queries.in_tube(request.user, name)
    note_read(request.user, lend(members))
    form = TubeForm(request.POST if request.method == "POST" else None, samples=members)
    if request.method == "POST" and form.is_valid():
        try:
            rows = actions.result_tube(
                by=request.user,
                tube=name,
                result=form.cleaned_data["result"],
                result_at=form.moment,
                single=form.single,
            )
        except ValidationError as error:
            _say(form, error)
        else:
            words = ngettext("%(n)d result is written down.", "%(n)d results are written down.", len(rows))
            messages.success(request, words % {"n": len(rows)})
            return redirect("sampling:list")
    context = {"section": "see", "form": form, "tube": name, "members": form.singly()}
    return render(request, "sampling/tube.html", context)
