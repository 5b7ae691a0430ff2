"""Milestones of a case, and clusters."""

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
from songhanh.operations.cases import actions, queries
from songhanh.operations.cases.forms import ClusterForm, ExposureForm, PublishForm
from songhanh.operations.cases.models import Cluster, Exposure
from songhanh.operations.cases.views_case import add_errors, writable
from songhanh.operations.people.reading import lend
from songhanh.operations.project.base import Stale
from songhanh.operations.project.paging import page_of


@permitted("cases.edit")
def milestone_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Enter where a case was, and when."""
    case = writable(request, uuid)
    form = ExposureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_exposure(by=request.user, case=case, **form.fields_of())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("cases:milestone_new" if "more" in request.POST else "cases:case", case.uuid)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "cases/milestone.html", {"section": "see", "case": case, "form": form}, status=status
    )


def _exposure(request: HttpRequest, uuid: UUID) -> Any:
    return get_object_or_404(
        Exposure.objects.identified(request.user).select_related("case__person"), uuid=uuid
    )


@permitted("cases.edit")
def milestone(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Correct a milestone, publish it, or take it away."""
    row = _exposure(request, uuid)
    form = ExposureForm(request.POST) if request.method == "POST" else ExposureForm.of(row)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.edit_exposure(by=request.user, exposure=row, version=version, **form.fields_of())
        except Stale as error:
            form.add_error(None, error)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("cases:case", row.case.uuid)
    context = {"section": "see", "case": row.case, "form": form, "exposure": row, "publish": PublishForm()}
    return render(request, "cases/milestone.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@permitted("cases.confirm")
def milestone_publish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Publish place and time of a milestone until a day, or take it back."""
    row = _exposure(request, uuid)
    form = PublishForm(request.POST)
    until = None
    if "withdraw" not in request.POST:
        until = form.cleaned_data["published_until"] if form.is_valid() else None
    try:
        if until is None and "withdraw" not in request.POST:
            raise ValidationError(_("Write day/month/year, for example 17/05/2021."))
        actions.publish_exposure(by=request.user, exposure=row, until=until)
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)
        return redirect("cases:milestone", row.uuid)
    messages.success(request, _("Saved."))
    return redirect("cases:case", row.case.uuid)


@require_POST
@permitted("cases.edit")
def milestone_remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a wrong milestone away."""
    row = _exposure(request, uuid)
    try:
        actions.remove_exposure(by=request.user, exposure=row, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)
        return redirect("cases:milestone", row.uuid)
    messages.success(request, _("Removed; what it said stays in the audit."))
    return redirect("cases:case", row.case.uuid)


@require_safe
@permitted("cases.view")
def clusters(request: HttpRequest) -> HttpResponse:
    """List the clusters."""
    page = page_of(request, queries.clusters(request.user))
    numbers = queries.numbers_of_clusters(request.user, [row.pk for row in page])
    rows = [(row, numbers.get(row.pk)) for row in page]
    return render(request, "cases/clusters.html", {"section": "see", "page": page, "rows": rows})


@require_safe
@permitted("cases.view")
def cluster(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a cluster: its cases, the earliest first, who infected whom, and its curve."""
    row: Any = get_object_or_404(queries.clusters(request.user), uuid=uuid)
    cases: list[Any] = queries.cases_of_cluster(request.user, row)
    note_read(request.user, lend(cases))
    days: dict[Any, int] = {}
    for case in cases:
        days[case.began] = days.get(case.began, 0) + 1
    context = {
        "cluster": row,
        "cases": cases,
        "days": sorted(days.items()),
        "most": max(days.values(), default=1),
    }
    return render(request, "cases/cluster.html", {"section": "see"} | context)


@permitted("cases.edit")
def cluster_new(request: HttpRequest) -> HttpResponse:
    """Open a cluster."""
    form = ClusterForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.open_cluster(by=request.user, **form.fields_of())
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("cases:cluster", row.uuid)
    return render(request, "cases/cluster_form.html", {"section": "see", "form": form})


@permitted("cases.edit")
def cluster_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Correct a cluster."""
    row: Any = get_object_or_404(Cluster.objects.identified(request.user), uuid=uuid)
    start = {name: getattr(row, name) for name in ClusterForm.base_fields} | {
        "unit": row.unit_id, "site": row.site_id,
    }  # fmt: skip
    form = ClusterForm(request.POST or None, user=request.user, initial=start)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.edit_cluster(by=request.user, cluster=row, version=version, **form.fields_of())
        except (Stale, ValidationError) as error:
            add_errors(form, error)
        else:
            return redirect("cases:cluster", row.uuid)
    return render(request, "cases/cluster_form.html", {"section": "see", "form": form, "cluster": row})
