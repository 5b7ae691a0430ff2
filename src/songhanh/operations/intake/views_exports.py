"""Pages of exports."""

from __future__ import annotations

from typing import Any

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.views.decorators.http import require_safe

from songhanh.core.errors import SonghanhError
from songhanh.operations.accounts.access import permitted
from songhanh.operations.intake import exporting

TYPES = {
    "csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@permitted("export.rows")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """List what can be taken out, and in what form."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for source_format, target, suffix in exporting.choices():
        suffixes = ["csv", "xlsx"] if suffix == "csv" and source_format != "r" else [suffix]
        row = {"target": target, "label": exporting.TARGET_LABELS[target], "suffixes": suffixes}
        groups.setdefault(source_format, []).append(row)
    listed = [(name, exporting.FORMAT_LABELS[name], rows) for name, rows in groups.items()]
    return render(request, "intake/export.html", {"groups": listed, "section": "see"})


@permitted("export.rows")
@require_safe
def download(request: HttpRequest, source_format: str, target: str, suffix: str) -> HttpResponseBase:
    """Stream one export: what the reader may see, pseudonymised elsewhere, one event in the audit."""
    try:
        exporting.demand_export(request.user, source_format, target, suffix)
        name = exporting.file_name(source_format, target, suffix)
        if suffix == "xlsx":
            book = exporting.workbook(request.user, source_format, target)
            return FileResponse(book, as_attachment=True, filename=name, content_type=TYPES[suffix])
    except SonghanhError as error:
        raise Http404(str(error)) from error
    lines = exporting.lines(request.user, source_format, target)
    response = StreamingHttpResponse(lines, content_type=TYPES[suffix])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
