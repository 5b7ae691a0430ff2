"""The Forecast page: where the outbreak stands behind the late reports, and where it is going."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.indicators import queries as indicators_queries
from songhanh.operations.planning import presentation_forecast as presentation
from songhanh.operations.planning import queries
from songhanh.operations.planning.models import Kind
from songhanh.operations.planning.views import jobs_under_way, json_download, place_names
from songhanh.operations.project.downloads import csv_response

COMMUNES_SHOWN = 12  # the rest behind a link and in the download


@permitted("decide.view")
@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    """Show the forecast of one place at a time, with all places in a table beside it."""
    run = queries.shown(Kind.FORECAST, request.GET.get("run"))
    frame: dict[str, Any] = {"section": "decide", "run": run, "jobs": jobs_under_way()}
    if run is None or run.result is None:
        return render(request, "planning/forecast_empty.html", frame)
    result = run.result
    place = presentation.place_of(result, request.GET.get("place"))
    if place is None:
        raise Http404("no such place in this forecast")
    names, risk = place_names(), request.GET.get("risk", "")
    communes = presentation.communes(result, names, risk if risk in presentation.RISKS else "")
    context = frame | {
        "result": result,
        "pack": result["pack"],
        "place": place,
        "place_address": presentation.address(place),
        "chart": presentation.chart(place),
        "is_cut": presentation.is_cut(place),
        "sums": presentation.sums(place),
        "history": presentation.history_rows(place),
        "groups": presentation.groups(result),
        "changes": presentation.changes(result),
        "legend": presentation.risk_legend(result),
        "risk": risk,
        "communes": communes if risk else communes[:COMMUNES_SHOWN],
        "n_communes": len(result["communes"]),
        "clusters": presentation.clusters(result, names),
        "runs": queries.recent_runs(Kind.FORECAST),
        "query": f"?run={run.pk}",
    }
    return render(request, "planning/forecast.html", context)


@permitted("decide.view")
@require_safe
def forecast_csv(request: HttpRequest) -> HttpResponseBase:
    """Download past cases, nowcast and fan of every place."""
    run = queries.shown_or_404(Kind.FORECAST, request.GET.get("run"))
    header = ["level", "code", "name", "date", "cases", *presentation.QUANTILES]
    return csv_response("forecast.csv", header, presentation.fan_rows(run.result or {}))


@permitted("decide.view")
@require_safe
def communes_csv(request: HttpRequest) -> HttpResponseBase:
    """Download the risk of every commune."""
    run = queries.shown_or_404(Kind.FORECAST, request.GET.get("run"))
    columns = ["code", "name", "district_name", "cases_14d", "cases_7d", "p_any_7d", "risk"]
    rows = presentation.communes(run.result or {}, place_names())
    return csv_response("risk.csv", columns, ([row[column] for column in columns] for row in rows))


@permitted("decide.view")
@require_safe
def forecast_json(request: HttpRequest) -> HttpResponse:
    """Download the whole forecast."""
    return json_download(queries.shown_or_404(Kind.FORECAST, request.GET.get("run")), "forecast.json")


@permitted("decide.view")
@require_safe
def risk_geojson(request: HttpRequest) -> JsonResponse:
    """Serve the map of risk."""
    run = queries.shown_or_404(Kind.FORECAST, request.GET.get("run"))
    more = presentation.map_properties(run.result or {})
    snapshot = indicators_queries.latest_or_404()
    return JsonResponse(
        indicators_queries.map_geojson(snapshot, more=more, otherwise={"level": "", "lines": []})
    )
