"""One plan in depth, what would happen if it were moved, and its adoption."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.indicators import queries as indicators_queries
from songhanh.operations.planning import actions, presentation, presentation_what_if, queries
from songhanh.operations.planning.forms import SignatureForm
from songhanh.operations.planning.models import Kind, Run
from songhanh.operations.planning.presentation_jobs import described
from songhanh.operations.planning.views import place_names
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.templatetags.songhanh import words

AREAS_SHOWN = 12  # the rest is in the download; a telephone should not scroll through two hundred communes


def _plan_and_run(request: HttpRequest, plan_id: str) -> tuple[dict[str, Any], Run]:
    run = queries.with_plans(request.GET.get("run"))
    return queries.plan_of(run.result or {}, plan_id), run


def _row_of(run: Run, plan: Mapping[str, Any]) -> dict[str, Any]:
    result: Mapping[str, Any] = run.result or {}
    if "plans" in result:
        return next(row for row in presentation.plan_rows(result) if row["plan"]["id"] == plan["id"])
    return {"plan": plan, "status": presentation.status(plan), "dominated_by": []}


def _page(request: HttpRequest, plan_id: str, form: SignatureForm | None = None) -> HttpResponse:
    found, run = _plan_and_run(request, plan_id)
    sectors, causes = presentation.sector_rows(found), presentation.cause_rows(found)
    indicators = [(item, found["outcomes"].get(item["id"])) for item in queries.indicators_of(run)]
    context = {
        "section": "decide",
        "run": run,
        "result": run.result,
        "pack": (run.result or {})["pack"],
        "plan": found,
        "row": _row_of(run, found),
        "indicators": indicators,
        "headlines": [pair for pair in indicators if pair[0]["id"] in presentation.HEADLINES],
        "fans": presentation.fan_charts(found),
        "days": presentation.daily_rows(found),
        "sectors": sectors,
        "sector_chart": presentation.bars(
            [(words(row["name"]), row["value_added_lost_vnd_bn"]) for row in sectors], _("bn VND"), "economy"
        ),
        "causes": causes,
        "cause_chart": presentation.bars(causes, _("person-days"), "economy"),
        "areas": presentation.area_rows(found, place_names())[:AREAS_SHOWN],
        "n_areas": len(found["areas"]),
        "recommended": actions.is_recommended(found),
        "form": form or SignatureForm(),
        "query": f"?run={run.pk}",
    }
    return render(request, "planning/plan.html", context, status=422 if form else 200)


@permitted("decide.view")
@require_safe
def plan(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Show one plan by day, area and sector."""
    return _page(request, plan_id)


@permitted("decide.adopt")
@require_POST
def adopt(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Keep the committee's choice of this plan."""
    found, run = _plan_and_run(request, plan_id)
    if found["reference"]:
        raise Http404("a reference line cannot be adopted")
    form = SignatureForm(request.POST)
    if not form.is_valid():
        return _page(request, plan_id, form)
    decided = actions.adopt(run=run, plan=found, by=form.signature(), user=request.user)
    return redirect("planning:decided", decided_id=decided.pk)


@permitted("decide.view", to_send="decide.run")
@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Move the dates and thresholds of a plan; the answer comes beside the form, from a job."""
    found, run = _plan_and_run(request, plan_id)
    # By name: measures bring rooms of the models, which pages that do not need them should not load.
    plan_form = import_string("songhanh.operations.planning.plan_form.PlanForm")
    base = import_string("songhanh.operations.planning.plan_form.plan_from")(found)
    form = plan_form(request.POST or None, plan=base, pack_ref=run.pack_ref, as_of=run.as_of)
    context = {"section": "decide", "run": run, "plan": found, "form": form, "query": f"?run={run.pk}"}
    context["pack"] = (run.result or {})["pack"]
    if request.method != "POST" or not form.is_valid():
        faulty = request.method == "POST"
        template = "planning/_what_if_form.html" if request.htmx else "planning/what_if.html"  # type: ignore[attr-defined]
        return render(request, template, context, status=422 if faulty and not request.htmx else 200)  # type: ignore[attr-defined]
    details = {
        "plan": form.changed.canonical().decode(),
        "plan_slug": form.changed.slug,
        "base": found["toml"],
        "base_slug": found["id"],
        "days": actions.WHAT_IF_DAYS,
    }
    job = actions.request_run(
        kind=Kind.WHAT_IF,
        pack_ref=run.pack_ref,
        as_of=run.as_of,
        seed=run.seed,
        n_worlds=actions.WHAT_IF_WORLDS,
        details=details,
    )
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request,
            "planning/_what_if_form.html",
            context | {"progress": described(job, timezone.now()), "inline": True},
        )
    return redirect("planning:job", job_id=job.pk)


@permitted("decide.view")
@require_safe
def what_if_result(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show a changed plan beside the plan it came from."""
    run = queries.shown_or_404(Kind.WHAT_IF, str(run_id))
    context = presentation_what_if.context(run) | {"section": "decide", "pack": (run.result or {})["pack"]}
    return render(request, "planning/what_if_result.html", context)


@permitted("decide.view")
@require_safe
def daily_csv(request: HttpRequest, plan_id: str) -> HttpResponseBase:
    """Download the daily series of a plan."""
    found, _run = _plan_and_run(request, plan_id)
    days = presentation.daily_rows(found, every=1)
    series = presentation.series_of(found)
    header = ["date", *(f"{key}_{q}" for key in series for q in ("p05", "p50", "p95"))]
    rows = (
        [row["date"], *(row["cells"][key][q] for key in series for q in ("p05", "p50", "p95"))]
        for row in days
    )
    return csv_response(f"{plan_id}-daily.csv", header, rows)


@permitted("decide.view")
@require_safe
def losses_csv(request: HttpRequest, plan_id: str) -> HttpResponseBase:
    """Download what a plan costs by sector (bn VND) and by cause (person-days)."""
    found, _run = _plan_and_run(request, plan_id)
    quantiles = ("p05", "p50", "p95")
    lost = "value_added_lost_vnd_bn"
    sectors = [["sector", row["id"], lost, *(row[lost][q] for q in quantiles)] for row in found["sectors"]]
    causes = [
        ["cause", cause, "job_days_lost", *(value[q] for q in quantiles)]
        for cause, value in found["jobs_by_cause"].items()
    ]
    header = ["kind", "id", "indicator", *quantiles]
    return csv_response(f"{plan_id}-losses.csv", header, [*sectors, *causes])


@permitted("decide.view")
@require_safe
def areas_csv(request: HttpRequest, plan_id: str) -> HttpResponseBase:
    """Download the areas of a plan."""
    found, _run = _plan_and_run(request, plan_id)
    header = ["code", "name", "cases_p05", "cases_p50", "cases_p95", "any_case", "restricted_days"]
    rows = (
        [
            area["code"],
            area["name"],
            *(area["cases"][q] for q in ("p05", "p50", "p95")),
            area.get("any_case"),
            area["restricted_days"],
        ]
        for area in presentation.area_rows(found, place_names())
    )
    return csv_response(f"{plan_id}-areas.csv", header, rows)


@permitted("decide.view")
@require_safe
def areas_geojson(request: HttpRequest, plan_id: str) -> JsonResponse:
    """Serve the map of a plan: the situation's communes with the cases the plan expects."""
    found, _run = _plan_and_run(request, plan_id)
    none = {"p05": 0, "p50": 0, "p95": 0}
    cases = {area["code"]: {"cases": area["cases"]} for area in found["areas"]}
    snapshot = indicators_queries.latest_or_404()
    return JsonResponse(indicators_queries.map_geojson(snapshot, more=cases, otherwise={"cases": none}))
