"""Pages of files: handed in, tried, mapped, committed."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from songhanh.core.errors import SonghanhError
from songhanh.operations.accounts.access import permitted
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.intake import actions, jobs, queries, rejected
from songhanh.operations.intake.forms import MappingForm, UploadForm
from songhanh.operations.intake.models import Batch
from songhanh.operations.intake.presentation import batch_page
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import page_of


@permitted("intake.import")
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Take a file in, or list those that came in before."""
    form = UploadForm(
        request.POST if request.method == "POST" else None, request.FILES or None, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = actions.upload(
                by=request.user, file_name=file.name, content=file.read(), target=form.cleaned_data["target"] or None,
                options=form.options(),
            )  # fmt: skip
            jobs.start(by=request.user, batch=batch, stage=jobs.TRY)
            return redirect("intake:batch", batch.uuid)
        except SonghanhError as error:
            for fault in error.faults:
                form.add_error("file", actions.in_words(fault))
    page = page_of(request, queries.batches_of(request.user), per_page=20)
    status = 422 if form.errors else 200
    return render(request, "intake/home.html", {"form": form, "page": page, "section": "see"}, status=status)


def _batch(request: HttpRequest, key: UUID) -> Batch:
    return get_object_or_404(queries.batches_of(request.user), uuid=key)


@permitted("intake.import")
@require_safe
def batch(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what became of a file's rows, or will."""
    found = _batch(request, key)
    verdict = request.GET.get("verdict", "")
    page = page_of(request, queries.rows_of(found, verdict))
    context = batch_page(found, page, verdict, MappingForm(user=request.user, batch=found))
    if page.rows:
        record(
            "intake.read", kind=Kind.READ, by=request.user, subject=found, details={"rows": len(page.rows)}
        )
    return render(request, "intake/batch.html", context)


@permitted("intake.import")
@require_POST
def mapping(request: HttpRequest, key: UUID) -> HttpResponse:
    """Read the columns otherwise, and try again."""
    found = _batch(request, key)
    form = MappingForm(request.POST, user=request.user, batch=found)
    if not form.is_valid():
        page = page_of(request, queries.rows_of(found))
        return render(request, "intake/batch.html", batch_page(found, page, "", form), status=422)
    is_other = (
        form.cleaned_data["target"] != found.target
        or form.cleaned_data["source_format"] != found.source_format
    )
    return _done(request, found, lambda: jobs.start(
        by=request.user, stage=jobs.TRY, batch=actions.set_mapping(
            by=request.user, batch=found, mapping=None if is_other else form.mapping(), options=form.options(),
            target=form.cleaned_data["target"], source_format=form.cleaned_data["source_format"],
        ),
    ))  # fmt: skip


@permitted("intake.import")
@require_POST
def work(request: HttpRequest, key: UUID, what: str) -> HttpResponse:
    """Try, commit, stop or delete a file."""
    found, by = _batch(request, key), request.user
    steps = {
        "try": lambda: jobs.start(by=by, batch=found, stage=jobs.TRY),
        "commit": lambda: jobs.start(by=by, batch=found, stage=jobs.COMMIT),
        "cancel": lambda: actions.cancel(by=by, batch=found),
        "discard": lambda: actions.discard(by=by, batch=found),
    }
    if what not in steps:
        raise Http404(what)
    return _done(request, found, steps[what])


def _done(request: HttpRequest, found: Batch, step: object) -> HttpResponse:
    try:
        assert callable(step)
        step()
    except PermissionDenied as error:
        raise Http404("not theirs") from error
    except SonghanhError as error:
        Batch.objects.filter(pk=found.pk).update(
            error=" ".join(actions.in_words(fault) for fault in error.faults)
        )
    if not Batch.objects.filter(pk=found.pk).exists():
        return redirect("intake:home")
    return redirect("intake:batch", found.uuid)


@permitted("intake.import")
@require_safe
def rejected_rows(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Download the rows that were not taken, with the reasons, to be corrected and handed in again."""
    found = _batch(request, key)
    ids = {"rows": found.n_rejected, "file": found.file_name}
    record("intake.rejected", kind=Kind.EXPORT, by=request.user, subject=found, details=ids)
    rows = rejected.rows(found, get_language() or "vi")
    return csv_response(f"songhanh-rejected-{found.pk}.csv", rejected.header(found), rows)
