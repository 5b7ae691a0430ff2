"""Pages of health declarations: the public form, the list of a commune, what was telephoned."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from songhanh.operations.accounts.access import permitted
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.intake import declarations, queries
from songhanh.operations.intake.forms import DeclareForm
from songhanh.operations.intake.models import Declaration
from songhanh.operations.project.base import Stale
from songhanh.operations.project.paging import page_of


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Take a health declaration from anybody; it says what it is for and when it is deleted."""
    form = DeclareForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                row = declarations.declare(**form.cleaned_data)
                return render(request, "intake/declared.html", {"row": row})
            status = 422
        except declarations.TooMany as error:
            form.add_error(None, error)
            status = 429
    context = {"form": form, "days": settings.DECLARATIONS_KEPT_DAYS}
    return render(request, "intake/declare.html", context, status=status)


@permitted("intake.declarations")
@require_http_methods(["GET", "HEAD"])
def listing(request: HttpRequest) -> HttpResponse:
    """List what was declared in the reader's communes, the new ones first to be looked at."""
    state = request.GET.get("state", "")
    rows = queries.declarations(request.user)
    if state in Declaration.State.values:
        rows = rows.filter(state=state)
    page = page_of(request, rows)
    named = [row.pk for row in page.rows if row.is_identified and (row.full_name or row.phone)]
    if named:
        record(
            "intake.read",
            kind=Kind.READ,
            by=request.user,
            subject_type="intake.declaration",
            subject_ids=named,
        )
    context = {"page": page, "state": state, "states": Declaration.State.choices, "section": "see"}
    return render(request, "intake/declarations.html", context)


@permitted("intake.declarations")
@require_http_methods(["GET", "HEAD", "POST"])
def telephoned(request: HttpRequest) -> HttpResponse:
    """Write down what somebody declared on the telephone."""
    form = DeclareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        declarations.declare(by=request.user, by_telephone=True, **form.cleaned_data)
        return redirect("intake:declarations")
    context = {"form": form, "days": settings.DECLARATIONS_KEPT_DAYS, "by_telephone": True, "section": "see"}
    return render(request, "intake/declare.html", context, status=422 if form.errors else 200)


@permitted("intake.declarations")
@require_POST
def look_at(request: HttpRequest, key: UUID) -> HttpResponse:
    """Mark a declaration as looked at, or its sender as called back."""
    row = get_object_or_404(queries.declarations(request.user), uuid=key)
    version = request.POST.get("version", "")
    try:
        declarations.look_at(
            by=request.user, declaration=row, state=request.POST.get("state", ""),
            version=int(version) if version.isdigit() else None,
        )  # fmt: skip
    except PermissionDenied as error:
        raise Http404("another area's") from error
    except Stale:
        return redirect("intake:declarations")  # the list shows what the other did
    return redirect("intake:declarations")
