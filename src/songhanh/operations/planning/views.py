"""The Decide pages: plans side by side, one plan in depth, and runs in the background."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from songhanh.core.canonical import json_bytes
from songhanh.operations.indicators import queries as indicators_queries
from songhanh.operations.planning import actions, presentation, queries
from songhanh.operations.planning.forms import RunForm
from songhanh.operations.planning.models import Evaluation, Job
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.templatetags.songhanh import words

AREAS_SHOWN = 12  # the rest is in the download; a telephone should not scroll through two hundred communes


def _result_or_404(request: HttpRequest) -> dict[str, Any]:
    evaluation = queries.shown(request.GET.get("run"))
    if evaluation is None or evaluation.result is None:
        raise Http404("no run has been computed yet")
    result: dict[str, Any] = evaluation.result
    return result


def _query(request: HttpRequest) -> str:
    run = request.GET.get("run")
    return "?" + urlencode({"run": run}) if run else ""


def _initial(evaluation: Evaluation | None) -> dict[str, Any]:
    if evaluation is None:
        return {"as_of": settings.DEMO_AS_OF, "n_worlds": 100, "seed": 1}
    return {"as_of": evaluation.as_of, "n_worlds": evaluation.n_worlds, "seed": evaluation.seed}


def _decide_page(request: HttpRequest, form: RunForm, status: int = 200) -> HttpResponse:
    evaluation = queries.shown(request.GET.get("run"))
    context: dict[str, Any] = {
        "section": "decide",
        "evaluation": evaluation,
        "form": form,
        "jobs": queries.open_jobs(),
    }
    if evaluation is None or evaluation.result is None:
        return render(request, "planning/decide_empty.html", context, status=status)
    result = evaluation.result

    def address_of(plan_id: str) -> str:
        return reverse("planning:plan", args=[plan_id]) + _query(request)

    context |= {
        "result": result,
        "pack": result["pack"],
        "rows": presentation.plan_rows(result),
        "headlines": presentation.headline_indicators(result),
        "full_table": presentation.full_table(result),
        "chart": presentation.plane_chart(result, address_of),
        "agreement": presentation.agreement_rows(result, _place_names()),
        "runs": queries.recent_runs(),
        "query": _query(request),
    }
    return render(request, "planning/decide.html", context, status=status)


@require_safe
def decide(request: HttpRequest) -> HttpResponse:
    """Show the plans on both goals."""
    return _decide_page(request, RunForm(initial=_initial(queries.shown(request.GET.get("run")))))


@require_POST
def run_again(request: HttpRequest) -> HttpResponse:
    """Start a run in the background and show its progress."""
    form = RunForm(request.POST)
    if not form.is_valid():
        return _decide_page(request, form, status=422)
    latest = queries.shown(None)
    pack_ref = latest.pack_ref if latest else settings.DEMO_PACK
    job = actions.request_run(pack_ref=pack_ref, **form.cleaned_data)
    return redirect("planning:job", job_id=job.pk)


@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show how far a run is; htmx asks for the inner part only."""
    found = get_object_or_404(Job.objects.select_related("evaluation").defer("evaluation__result"), pk=job_id)
    template = "planning/_progress.html" if request.htmx else "planning/job.html"  # type: ignore[attr-defined]
    context = {
        "section": "decide",
        "job": found,
        "evaluation": found.evaluation,
        "error": _(found.error) if found.error else "",
        "stage": presentation.STAGES.get(found.stage, found.stage),
        "remaining": presentation.remaining(found, timezone.now()),
    }
    response = render(request, template, context)
    if request.htmx and found.state == Job.State.DONE:  # type: ignore[attr-defined]
        response["HX-Redirect"] = reverse("planning:decide") + f"?run={found.evaluation_id}"
    return response


@require_POST
def cancel_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Cancel a run."""
    found = get_object_or_404(Job, pk=job_id)
    actions.cancel(job=found)
    return redirect("planning:job", job_id=found.pk)


@require_safe
def plan(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Show one plan by day, area and sector."""
    result = _result_or_404(request)
    found = queries.plan_of(result, plan_id)
    sectors = presentation.sector_rows(found)
    causes = presentation.cause_rows(found)
    context = {
        "section": "decide",
        "result": result,
        "pack": result["pack"],
        "plan": found,
        "row": next(row for row in presentation.plan_rows(result) if row["plan"]["id"] == plan_id),
        "indicators": [(item, found["outcomes"].get(item["id"])) for item in result["indicators"]],
        "fans": presentation.fan_charts(found),
        "days": presentation.daily_rows(found),
        "sectors": sectors,
        "sector_chart": presentation.bars(
            [(words(row["name"]), row["value_added_lost_vnd_bn"]) for row in sectors], _("bn VND"), "economy"
        ),
        "causes": causes,
        "cause_chart": presentation.bars(causes, _("person-days"), "economy"),
        "areas": presentation.area_rows(found, _place_names())[:AREAS_SHOWN],
        "n_areas": len(found["areas"]),
        "query": _query(request),
    }
    return render(request, "planning/plan.html", context)


def _place_names() -> dict[str, str]:
    snapshot = indicators_queries.latest()
    return indicators_queries.place_names(snapshot.document) if snapshot else {}


@require_safe
def plans_csv(request: HttpRequest) -> HttpResponseBase:
    """Download every outcome of every plan."""
    result = _result_or_404(request)
    statistics = ["mean", "p05", "p50", "p95", "cvar90", "max_regret"]
    rows = (
        [plan["id"], words(plan["name"]), presentation.status(plan), indicator]
        + [outcome.get(statistic) for statistic in statistics]
        for plan in result["plans"]
        for indicator, outcome in plan["outcomes"].items()
    )
    return csv_response("plans.csv", ["plan", "name", "status", "indicator", *statistics], rows)


@require_safe
def evaluation_json(request: HttpRequest) -> HttpResponse:
    """Download the whole answer; the same bytes as the command line's ``--json``."""
    response = HttpResponse(json_bytes(_result_or_404(request)), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="evaluation.json"'
    return response


@require_safe
def daily_csv(request: HttpRequest, plan_id: str) -> HttpResponseBase:
    """Download the daily series of a plan."""
    found = queries.plan_of(_result_or_404(request), plan_id)
    days = presentation.daily_rows(found, every=1)
    series = presentation.series_of(found)
    header = ["date", *(f"{key}_{q}" for key in series for q in ("p05", "p50", "p95"))]
    rows = (
        [row["date"], *(row["cells"][key][q] for key in series for q in ("p05", "p50", "p95"))]
        for row in days
    )
    return csv_response(f"{plan_id}-daily.csv", header, rows)


@require_safe
def losses_csv(request: HttpRequest, plan_id: str) -> HttpResponseBase:
    """Download what a plan costs by sector (bn VND) and by cause (person-days)."""
    found = queries.plan_of(_result_or_404(request), plan_id)
    quantiles = ("p05", "p50", "p95")
    sectors = [
        [
            "sector",
            row["id"],
            "value_added_lost_vnd_bn",
            *(row["value_added_lost_vnd_bn"][q] for q in quantiles),
        ]
        for row in found["sectors"]
    ]
    causes = [
        ["cause", cause, "job_days_lost", *(value[q] for q in quantiles)]
        for cause, value in found["jobs_by_cause"].items()
    ]
    header = ["kind", "id", "indicator", *quantiles]
    return csv_response(f"{plan_id}-losses.csv", header, [*sectors, *causes])


@require_safe
def areas_csv(request: HttpRequest, plan_id: str) -> HttpResponseBase:
    """Download the areas of a plan."""
    found = queries.plan_of(_result_or_404(request), plan_id)
    header = ["code", "name", "cases_p05", "cases_p50", "cases_p95", "any_case", "restricted_days"]
    rows = (
        [
            area["code"],
            area["name"],
            *(area["cases"][q] for q in ("p05", "p50", "p95")),
            area.get("any_case"),
            area["restricted_days"],
        ]
        for area in presentation.area_rows(found, _place_names())
    )
    return csv_response(f"{plan_id}-areas.csv", header, rows)


@require_safe
def areas_geojson(request: HttpRequest, plan_id: str) -> JsonResponse:
    """Serve the map of a plan: the situation's communes with the cases the plan expects."""
    found = queries.plan_of(_result_or_404(request), plan_id)
    cases = {area["code"]: area["cases"] for area in found["areas"]}
    collection = indicators_queries.map_geojson(indicators_queries.latest_or_404())
    for feature in collection["features"]:
        properties = feature["properties"]
        if properties["kind"] == "commune":
            properties["cases"] = cases.get(properties["code"], {"p05": 0, "p50": 0, "p95": 0})
    return JsonResponse(collection)
