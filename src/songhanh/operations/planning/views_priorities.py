"""The Priorities pages: the mode recommended and decided for each commune and district."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.indicators import queries as indicators_queries
from songhanh.operations.planning import actions, queries
from songhanh.operations.planning import presentation_priorities as presentation
from songhanh.operations.planning.forms import PriorityFilter, PriorityForm
from songhanh.operations.planning.models import Kind, Run
from songhanh.operations.planning.views import jobs_under_way, place_names
from songhanh.operations.project.downloads import csv_response


def _areas(run: Run) -> list[dict[str, Any]]:
    decisions = queries.priorities_in_force(run.pack_id)
    return presentation.rows(run.result or {}, decisions, place_names())


@permitted("decide.view")
@require_safe
def priorities(request: HttpRequest) -> HttpResponseBase:
    """Show the areas with their modes; ``?format=csv`` downloads what the filter shows."""
    run = queries.shown(Kind.PRIORITIES, request.GET.get("run"))
    frame: dict[str, Any] = {"section": "decide", "run": run, "jobs": jobs_under_way()}
    if run is None or run.result is None:
        return render(request, "planning/priorities_empty.html", frame)
    everything = _areas(run)
    districts = sorted((area["code"], area["name"]) for area in everything if area["level"] == "district")
    form = PriorityFilter(request.GET, districts=districts)
    areas = presentation.passing(everything, form.cleaned_data if form.is_valid() else {})
    if request.GET.get("format") == "csv":
        return csv_response("priorities.csv", presentation.CSV_HEADER, presentation.csv_rows(areas))
    filtered = form.is_valid() and any(form.cleaned_data.values())
    context = frame | {
        "result": run.result,
        "pack": run.result["pack"],
        "form": form,
        # Two hundred communes are a download or a filter away; a page begins with the districts and what is decided.
        "areas": areas if filtered else [area for area in areas if presentation.matters(area)],
        "n_areas": len(everything),
        "legend": presentation.legend(everything),
        "download": _with_format(request),
        "query": f"?run={run.pk}",
    }
    return render(request, "planning/priorities.html", context)


def _with_format(request: HttpRequest) -> str:
    query = request.GET.copy()
    query["format"] = "csv"
    return query.urlencode()


@permitted("decide.view")
@require_safe
def priorities_geojson(request: HttpRequest) -> JsonResponse:
    """Serve the map of modes."""
    run = queries.shown_or_404(Kind.PRIORITIES, request.GET.get("run"))
    more = presentation.map_properties(_areas(run))
    snapshot = indicators_queries.latest_or_404()
    return JsonResponse(
        indicators_queries.map_geojson(snapshot, more=more, otherwise={"level": "", "lines": []})
    )


@permitted("decide.view", to_send="decide.adopt")
@require_http_methods(["GET", "HEAD", "POST"])
def area(request: HttpRequest, code: str) -> HttpResponse:
    """Show one area with everything decided for it, and keep what the committee decides."""
    run = queries.shown_or_404(Kind.PRIORITIES, request.GET.get("run"))
    result: dict[str, Any] = run.result or {}
    found = next((row for row in _areas(run) if row["code"] == code), None)
    if found is None:
        raise Http404("no such area")
    initial = {"mode": found["mode"], "review_on": date.fromisoformat(result["review_on"])}
    guard_days = int(result["rule"]["values"]["guard_days"])
    form = PriorityForm(
        request.POST or None, area=found, as_of=run.as_of, guard_days=guard_days, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.decide_priority(
            run=run,
            area=found,
            mode=given["mode"],
            review_on=given["review_on"],
            expires_on=form.expires_on,
            by=form.signature(),
            user=request.user,
        )
        return redirect("planning:area", code=code)
    history = queries.priority_history(run.pack_id, code)
    context = {"section": "decide", "run": run, "result": result, "pack": result["pack"]}
    context |= {"area": found, "form": form, "history": history, "expires_on": form.expires_on}
    return render(request, "planning/area.html", context, status=422 if form.errors else 200)
