"""Pages of the one-page report: make it from today's files, read it, correct it, take it away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from songhanh.core.errors import SonghanhError
from songhanh.operations.accounts.access import permitted
from songhanh.operations.bulletin import actions, paper
from songhanh.operations.bulletin.figures import FIGURES
from songhanh.operations.bulletin.forms import CorrectionForm, ReportForm
from songhanh.operations.bulletin.models import DailyReport
from songhanh.operations.bulletin.queries import jurisdiction, reports
from songhanh.operations.project.clock import today
from songhanh.operations.project.paging import page_of

KINDS = {
    "pdf": (paper.pdf, "application/pdf"),
    "docx": (paper.docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "txt": (lambda document: document["message"].encode(), "text/plain; charset=utf-8"),
}


@permitted("report.make")
def home(request: HttpRequest) -> HttpResponse:
    """Choose the day, drop in today's files, and get the report."""
    form = ReportForm(request.POST or None, request.FILES or None, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        files = [(str(file.name), file.read()) for file in form.cleaned_data["lists"]]
        try:
            report = actions.make(by=request.user, on=form.cleaned_data["on"], files=files)
        except SonghanhError as error:
            form.add_error("lists", [str(fault) for fault in error.faults])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("bulletin:report", report.pk)
    page = page_of(request, reports(request.user))
    context = {"section": "see", "form": form, "page": page, "place": jurisdiction(request.user)}
    return render(request, "bulletin/home.html", context, status=422 if form.errors else 200)


def _report(request: HttpRequest, pk: int) -> DailyReport:
    found: DailyReport = get_object_or_404(reports(request.user), pk=pk)
    return found


def _page(request: HttpRequest, report: DailyReport, form: CorrectionForm | None = None) -> HttpResponse:
    document: dict[str, Any] = report.document
    within = f"&unit={report.unit_id}" if report.unit_id else ""
    rows = [
        {
            "figure": figure,
            "value": document["figures"][figure.id],
            "correction": document["corrections"].get(figure.id),
            "counted": document["counted"][figure.id],
            "query": figure.rows.format(on=document["on"]) + within if figure.rows else "",
        }
        for figure in FIGURES
    ]
    versions = reports(request.user).filter(on=report.on, unit=report.unit)
    context = {
        "section": "see", "report": report, "document": document, "rows": rows, "files": document["files"],
        "versions": versions, "is_newest": versions[0].pk == report.pk, "form": form or CorrectionForm(),
    }  # fmt: skip
    return render(request, "bulletin/report.html", context, status=422 if form else 200)


@require_safe
@permitted("report.make")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report: figures with definitions, the message, and how the files agree with the register."""
    return _page(request, _report(request, pk))


@require_POST
@permitted("report.make")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a figure by hand; a new version is made."""
    row, form = _report(request, pk), CorrectionForm(request.POST)
    if form.is_valid():
        try:
            new = actions.correct(by=request.user, report=row, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Version %(n)s was made.") % {"n": new.version})
            return redirect("bulletin:report", new.pk)
    return _page(request, row, form)


@require_safe
@permitted("report.make")
def download(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Hand out the PDF, the .docx or the text of the message."""
    row = _report(request, pk)
    if kind not in KINDS:
        raise Http404(kind)
    make, content_type = KINDS[kind]
    actions.note_download(by=request.user, report=row, what=kind)
    response = HttpResponse(make(row.document), content_type=content_type)
    name = f"bao-cao-{row.on:%Y-%m-%d}-v{row.version}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
