"""The plans that were decided: by whom, why, and whether their numbers come out again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.planning import actions, presentation, queries
from songhanh.operations.planning.models import DecidedPlan
from songhanh.operations.planning.views import jobs_under_way
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.templatetags.songhanh import words


@permitted("decide.view")
@require_safe
def decided_plans(request: HttpRequest) -> HttpResponseBase:
    """List the decided plans, newest first; ``?format=csv`` downloads them."""
    rows = queries.decided_plans()
    if request.GET.get("format") == "csv":
        columns = ["decided_at", "decided_by", "post", "reason", "against_recommendation", "plan_id", "as_of"]
        columns += ["seed", "n_worlds", "plan_hash"]
        kept = ["version", "models", "pack", "policies", "world_set", "results_sha256"]
        lines = (
            [*(getattr(row, column) for column in columns), *((row.record or {}).get(name) for name in kept)]
            for row in rows
        )
        return csv_response("decided-plans.csv", [*columns, *kept], lines)
    context = {"section": "decide", "rows": [(row, words(row.shown["name"])) for row in rows]}
    return render(request, "planning/decided_plans.html", context)


@permitted("decide.view")
@require_safe
def decided(request: HttpRequest, decided_id: int) -> HttpResponse:
    """Show one decision with its numbers and every time they were computed again."""
    row = get_object_or_404(DecidedPlan, pk=decided_id)
    outcomes = (row.record or {}).get("results", row.shown)["outcomes"]
    goals = [(goal, outcomes.get(goal)) for goal in presentation.HEADLINES]
    context = {
        "section": "decide",
        "decided": row,
        "plan": row.shown,
        "goals": goals,
        "names": {item["id"]: item for item in queries.indicators_of(None)},
        "reruns": queries.reruns(row),
        "jobs": jobs_under_way(),
    }
    return render(request, "planning/decided.html", context)


@permitted("decide.run")
@require_POST
def rerun(request: HttpRequest, decided_id: int) -> HttpResponse:
    """Compute the numbers of a decision again, in the background; first of all its record, where that failed."""
    job = actions.request_record(decided=get_object_or_404(DecidedPlan, pk=decided_id))
    return redirect("planning:job", job_id=job.pk)
