"""The Situation page and the rows behind its figures."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.indicators import names, queries
from songhanh.operations.indicators.forms import AreaFilter, CaseFilter
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import query_without

ROWS_A_PAGE = 50


def _frame(snapshot: Any) -> dict[str, Any]:
    document = snapshot.document
    return {"section": "see", "snapshot": snapshot, "document": document, "pack": document["pack"]}


@permitted("situation.view")
@require_safe
def situation(request: HttpRequest) -> HttpResponse:
    """Show where the province stands tonight."""
    snapshot = queries.latest()
    if snapshot is None:
        return render(request, "project/nothing_yet.html", {"section": "see"})
    document = snapshot.document
    curve = queries.curve(document)
    context = _frame(snapshot) | {
        "groups": queries.figure_groups(document),
        "districts": queries.districts(document),
        "sites": queries.sites(document),
        "legend": queries.order_legend(document),
        "curve": curve[::-1],
        "curve_chart": {
            "dates": [point["date"] for point in curve],
            "series": [
                {
                    "name": _("in the community"),
                    "colour": "epidemic",
                    "values": [p["community"] for p in curve],
                },
                {"name": _("in quarantine"), "colour": "soft", "values": [p["quarantine"] for p in curve]},
                {"name": _("in a sealed area"), "colour": "pale", "values": [p["sealed"] for p in curve]},
                {"name": _("on arrival"), "colour": "grey", "values": [p["imported"] for p in curve]},
            ],
        },
    }
    return render(request, "indicators/situation.html", context)


@permitted("situation.view")
@require_safe
def map_geojson(request: HttpRequest) -> JsonResponse:
    """Serve the map's communes, borders and sites."""
    return JsonResponse(queries.map_geojson(queries.latest_or_404()))


@permitted("situation.view")
@require_safe
def curve_csv(request: HttpRequest) -> HttpResponseBase:
    """Download the curve by report day."""
    columns = ["date", "community", "quarantine", "sealed", "imported", "total", "cumulative"]
    rows = queries.curve(queries.latest_or_404().document)
    return csv_response("curve.csv", columns, ([row[column] for column in columns] for row in rows))


@permitted("situation.view")
@require_safe
def cases(request: HttpRequest) -> HttpResponseBase:
    """List the synthetic line list; ``?format=csv`` downloads what the filter shows."""
    snapshot = queries.latest_or_404()
    form = CaseFilter(request.GET, areas=queries.areas_with_cases(snapshot))
    chosen = form.cleaned_data if form.is_valid() else {}
    chosen = {key: chosen[key] for key in ("area", "on", "found") if chosen.get(key)}
    rows = queries.cases(snapshot, **chosen)
    if request.GET.get("format") == "csv":
        columns = ["code", "reported_on", "area_code", "area_name", "district_name"]
        columns += ["age_group", "site_id", "lodger", "found"]
        return csv_response("cases-synthetic.csv", columns, rows.values_list(*columns).iterator())
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = _frame(snapshot) | {"form": form, "page": page, "found_names": names.FOUND}
    return render(
        request, "indicators/cases.html", context | {"query": query_without(request, "page", "format")}
    )


@permitted("situation.view")
@require_safe
def areas(request: HttpRequest) -> HttpResponseBase:
    """List the communes with their order and cases."""
    snapshot = queries.latest_or_404()
    districts = sorted((area["code"], area["name"]) for area in snapshot.document["districts"])
    form = AreaFilter(request.GET, districts=districts)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.communes(snapshot.document, chosen.get("district", ""), chosen.get("level", ""))
    if request.GET.get("format") == "csv":
        columns = ["code", "name", "district_name", "population", "cases_total", "cases_14d"]
        columns += ["cases_community_7d"]
        lines = ([*(row[column] for column in columns), row["order"]["id"]] for row in rows)
        return csv_response("communes.csv", [*columns, "order_level"], lines)
    context = _frame(snapshot) | {"form": form, "rows": rows, "query": query_without(request, "format")}
    return render(request, "indicators/areas.html", context)


@permitted("situation.view")
@require_safe
def sites(request: HttpRequest) -> HttpResponseBase:
    """List the parks with workers, cases and how they work."""
    snapshot = queries.latest_or_404()
    rows = queries.sites(snapshot.document)
    if request.GET.get("format") == "csv":
        columns = ["site_id", "workers", "workers_low", "workers_high", "cases_7d", "cases_total"]
        lines = ([*(row.get(c) for c in columns), row["mode_name"]["en"]] for row in rows)
        return csv_response("sites.csv", [*columns, "mode"], lines)
    return render(request, "indicators/sites.html", _frame(snapshot) | {"sites": rows})


@permitted("situation.view")
@require_safe
def capacity(request: HttpRequest) -> HttpResponse:
    """List what each capacity is, what is used, and the bulletins that figures agree with."""
    snapshot = queries.latest_or_404()
    document = snapshot.document
    figures = [figure for figure in document["figures"] if figure.get("rows") == "capacity"]
    context = {
        "figures": figures,
        "bulletins": queries.bulletins(document),
        "bulletin_names": names.BULLETIN_INDICATORS,
    }
    return render(request, "indicators/capacity.html", _frame(snapshot) | context)
