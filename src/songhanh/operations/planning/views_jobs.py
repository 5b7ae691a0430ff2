"""The progress of a background run, for every kind of question alike."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.planning import (
    actions,
    job_actions,
    presentation_jobs,
    presentation_what_if,
    queries,
)
from songhanh.operations.planning.models import Job, Kind


@permitted("decide.view")
@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show how far a run is; htmx asks for the inner part only, which ends in the answer or leads to it."""
    found = queries.job(job_id)
    progress = presentation_jobs.described(found, timezone.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "planning/job.html", {"section": "decide", "progress": progress})
    inline = "inline" in request.GET
    if found.state == Job.State.DONE and inline and found.run.kind == Kind.WHAT_IF:
        return render(request, "planning/_what_if_result.html", presentation_what_if.context(found.run))
    response = render(request, "planning/_progress.html", {"progress": progress, "inline": inline})
    if found.state == Job.State.DONE:
        response["HX-Redirect"] = progress["address"]
    return response


@permitted("decide.run")
@require_POST
def cancel_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Cancel a run."""
    found = queries.job(job_id)
    job_actions.cancel(job=found)
    return redirect("planning:job", job_id=found.pk)


@permitted("decide.run")
@require_POST
def resume_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask a cancelled or failed question again; a search goes on where it was."""
    run = queries.job(job_id).run
    again = actions.request_run(
        kind=run.kind,
        pack_ref=run.pack_ref,
        as_of=run.as_of,
        seed=run.seed,
        n_worlds=run.n_worlds,
        details=run.details,
    )
    return redirect("planning:job", job_id=again.pk)


@permitted("decide.run")
@require_POST
def run_forecast(request: HttpRequest) -> HttpResponse:
    """Compute the forecast of the evening that is being discussed."""
    return _ask(Kind.FORECAST)


@permitted("decide.run")
@require_POST
def run_priorities(request: HttpRequest) -> HttpResponse:
    """Compute the priorities of the evening that is being discussed."""
    return _ask(Kind.PRIORITIES)


def _ask(kind: Kind) -> HttpResponse:
    asked = queries.evening_under_discussion()
    return redirect("planning:job", job_id=actions.request_run(kind=kind, **asked).pk)
