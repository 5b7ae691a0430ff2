"""The Decide page: plans side by side, the ceilings they are held to, and the search for better ones."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from songhanh.core.canonical import json_bytes
from songhanh.operations.accounts.access import permitted
from songhanh.operations.indicators import queries as indicators_queries
from songhanh.operations.planning import actions, presentation, presentation_jobs, queries
from songhanh.operations.planning.forms import RunForm, SearchForm
from songhanh.operations.planning.models import Kind, Run
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.templatetags.songhanh import words


def place_names() -> dict[str, str]:
    """Return the names of communes, districts and sites; none before the first situation."""
    snapshot = indicators_queries.latest()
    return indicators_queries.place_names(snapshot.document) if snapshot else {}


def jobs_under_way() -> list[dict[str, Any]]:
    """Return the open jobs in words."""
    now = timezone.now()
    return [presentation_jobs.described(job, now) for job in queries.open_jobs()]


def initial_question(run: Run | None) -> dict[str, Any]:
    """Return what the form asks unless told otherwise: the question of a run, else that of the example."""
    if run is None:
        return queries.evening_under_discussion()
    ceilings = {f"ceiling_{name}": value for name, value in run.details.get("ceilings", {}).items()}
    return {"as_of": run.as_of, "n_worlds": run.n_worlds, "seed": run.seed, **ceilings}


def _page(
    request: HttpRequest, *, form: RunForm | None = None, search: SearchForm | None = None
) -> HttpResponse:
    run = queries.shown(Kind.EVALUATE, request.GET.get("run"))
    faulty = bool((form and form.errors) or (search and search.errors))
    context: dict[str, Any] = {
        "section": "decide",
        "run": run,
        "form": form or RunForm(initial=initial_question(run)),
        "search_form": search or SearchForm(),
        "jobs": jobs_under_way(),
    }
    template = "planning/decide_empty.html"
    if run is not None and run.result is not None:
        template = "planning/decide.html"
        context |= _plans(run)
    return render(request, template, context, status=422 if faulty else 200)


def _plans(run: Run) -> dict[str, Any]:
    result: dict[str, Any] = run.result or {}
    found = queries.latest_search(run)
    rows = presentation.plan_rows(result)
    known = {row["plan"]["id"] for row in rows}
    searched = presentation.searched_rows(found.result if found else None, known)
    for row in rows:
        row["address"] = reverse("planning:plan", args=[row["plan"]["id"]]) + f"?run={run.pk}"
    for row in searched:
        row["address"] = (
            reverse("planning:plan", args=[row["plan"]["id"]]) + f"?run={found.pk if found else 0}"
        )
    return {
        "result": result,
        "pack": result["pack"],
        "rows": rows,
        "searched": searched,
        "search": found,
        "headlines": presentation.headline_indicators(result),
        "full_table": presentation.full_table(result),
        "chart": presentation.plane_chart([*rows, *searched], lambda row: row["address"]),
        "robustness": presentation.robustness_rows([*rows, *searched]),
        "exchanges": presentation.exchange_rows(result, rows),
        "dominance": presentation.dominance_rows(found.result if found else None),
        "ceilings": presentation.ceiling_rows(result),
        "agreement": presentation.agreement_rows(result, place_names()),
        "runs": queries.recent_runs(Kind.EVALUATE),
        "query": f"?run={run.pk}",
    }


@permitted("decide.view")
@require_safe
def decide(request: HttpRequest) -> HttpResponse:
    """Show the plans on both goals."""
    return _page(request)


@permitted("decide.run")
@require_POST
def run_again(request: HttpRequest) -> HttpResponse:
    """Start the three answers of an evening in the background and show their progress."""
    form = RunForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    pack_ref = queries.evening_under_discussion()["pack_ref"]
    job = actions.request_evening(pack_ref=pack_ref, **form.question())
    return redirect("planning:job", job_id=job.pk)


@permitted("decide.run")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Start the search for better plans; asked again after a stop, it goes on where it was."""
    form = SearchForm(request.POST)
    run = queries.shown_or_404(Kind.EVALUATE, request.GET.get("run"))
    if not form.is_valid():
        return _page(request, search=form)
    given = form.cleaned_data
    details = {
        "n_rules": given["n_rules"],
        "n_fresh": given["n_fresh"],
        "ceilings": run.details.get("ceilings", {}),
    }
    job = actions.request_run(
        kind=Kind.SEARCH,
        pack_ref=run.pack_ref,
        as_of=run.as_of,
        seed=run.seed,
        n_worlds=given["n_worlds"],
        details=details,
    )
    return redirect("planning:job", job_id=job.pk)


@permitted("decide.view")
@require_safe
def plans_csv(request: HttpRequest) -> HttpResponseBase:
    """Download every outcome of every plan."""
    result = queries.with_plans(request.GET.get("run")).result or {}
    statistics = ["mean", "p05", "p50", "p95", "cvar90", "max_regret"]
    rows = (
        [plan["id"], words(plan["name"]), presentation.status(plan), plan.get("within_ceilings"), indicator]
        + [outcome.get(statistic) for statistic in statistics]
        for plan in queries.plans_in(result)
        for indicator, outcome in plan["outcomes"].items()
    )
    header = ["plan", "name", "status", "share_within_ceilings", "indicator", *statistics]
    return csv_response("plans.csv", header, rows)


@permitted("decide.view")
@require_safe
def result_json(request: HttpRequest) -> HttpResponse:
    """Download a whole answer; for a comparison the same bytes as the command line's ``--json``."""
    run = queries.with_plans(request.GET.get("run"))
    return json_download(run, f"{run.kind}.json")


def json_download(run: Run, name: str) -> HttpResponse:
    """Return the document of a run as a file."""
    response = HttpResponse(json_bytes(run.result), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
