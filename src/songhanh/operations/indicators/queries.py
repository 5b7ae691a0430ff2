"""Reads of the situation, shaped for the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from songhanh.operations.indicators.models import LineListCase, Snapshot
from songhanh.operations.indicators.names import FOUND, GROUPS, ORDER_LEVELS, site_mode_words
from songhanh.operations.project.templatetags.songhanh import words


def latest() -> Snapshot | None:
    """Return the situation computed last, without the map (it is read by its own request)."""
    return Snapshot.objects.defer("geometry").first()


def latest_or_404() -> Snapshot:
    """Return the situation computed last; a page of rows does not exist without one."""
    snapshot = latest()
    if snapshot is None:
        raise Http404("no situation has been computed yet")
    return snapshot


def _group_of(figure: dict[str, Any], order: Any) -> str:
    if isinstance(order, dict):
        for group, ids in order.items():
            if figure["id"] in ids:
                return str(group)
    by_rows = {"cases": "epidemic", "areas": "epidemic", "capacity": "capacity", "sites": "work"}
    return str(figure.get("group") or by_rows.get(figure.get("rows", ""), "epidemic"))


def figure_groups(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the figures of the top line in their three groups, in the order of the document."""
    groups: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for figure in document["figures"]:
        groups.setdefault(_group_of(figure, document.get("figures_order")), []).append(figure)
    return [
        {"id": group, "name": GROUPS.get(group, group), "figures": figures}
        for group, figures in groups.items()
        if figures
    ]


def place_names(document: dict[str, Any]) -> dict[str, str]:
    """Return the names of communes, districts and sites in the language of the page."""
    names = {area["code"]: area["name"] for area in [*document["areas"], *document["districts"]]}
    return names | {site["site_id"]: words(site["name"]) for site in document["sites"]}


def bulletins(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the dated bulletins, newest first, each with the name of its place."""
    names = place_names(document) | {"*": ""}
    rows = []
    for row in document["bulletins"]:
        place = row.get("place", "*")
        # Firms have no row of their own in a situation: their id says their name.
        rows.append({**row, "place": names.get(place, place.replace("-", " ").title())})
    return sorted(rows, key=lambda row: row["date"], reverse=True)


def sites(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sites, most cases of the week first, with their mode in words."""
    rows = [{**site, "mode_name": site_mode_words(site["mode"])} for site in document["sites"]]
    return sorted(rows, key=lambda site: (-site["cases_7d"], -site["cases_total"], site["site_id"]))


def districts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the districts, most cases of the past 14 days first."""
    return sorted(document["districts"], key=lambda area: (-area["cases_14d"], area["code"]))


def communes(document: dict[str, Any], district: str = "", level: str = "") -> list[dict[str, Any]]:
    """Return the communes of a district or under an order, most cases of the past 14 days first."""
    names = {area["code"]: area["name"] for area in document["districts"]}
    rows = [
        {**area, "district_name": names.get(area["district_code"], "")}
        for area in document["areas"]
        if (not district or area["district_code"] == district) and (not level or area["order"]["id"] == level)
    ]
    return sorted(rows, key=lambda area: (-area["cases_14d"], area["code"]))


def order_legend(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the levels of the ladder with how many communes and people stand on each."""
    legend = []
    for level, name in ORDER_LEVELS.items():
        under = [area for area in document["areas"] if area["order"]["id"] == level]
        legend.append(
            {
                "level": level,
                "name": name,
                "n_communes": len(under),
                "people": sum(area["population"] for area in under),
            }
        )
    return legend


def curve(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the curve by report day with its total and running total."""
    rows, running = [], 0
    for point in document["curve"]:
        total = sum(point[found] for found in FOUND if found in point)
        running += total
        rows.append({"imported": 0, **point, "total": total, "cumulative": running})
    return rows


def cases(
    snapshot: Snapshot, *, area: str = "", on: date | None = None, found: str = ""
) -> QuerySet[LineListCase]:
    """Return the rows of the line list that pass the filters, newest first."""
    rows = snapshot.cases.all()
    if area:
        rows = rows.filter(area_code=area)
    if on:
        rows = rows.filter(reported_on=on)
    if found:
        rows = rows.filter(found=found)
    return rows


def areas_with_cases(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return code and name of each commune that has a case, for the filter."""
    pairs = snapshot.cases.values_list("area_code", "area_name", "district_name").distinct()
    ordered = sorted(pairs.order_by(), key=lambda pair: (pair[2], pair[1]))
    return [(code, f"{name} ({district})") for code, name, district in ordered]


def map_geojson(
    snapshot: Snapshot,
    more: Mapping[str, Mapping[str, Any]] | None = None,
    otherwise: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the communes with their order and cases, the district borders, and the sites as points.

    ``more`` has further properties of communes by code, ``otherwise`` those of communes that it lacks.
    """
    areas = {area["code"]: area for area in snapshot.document["areas"]}
    names = {area["code"]: area["name"] for area in snapshot.document["districts"]}
    features = []
    for feature in snapshot.geometry["features"]:
        given = feature["properties"]
        if "district" in given:
            properties = {**given, "kind": "district", "name": names.get(given["district"], "")}
        else:
            properties = _commune_properties(areas[given["code"]], names)
            properties |= (more or {}).get(given["code"], otherwise or {})
        features.append({"type": "Feature", "geometry": feature["geometry"], "properties": properties})
    for site in snapshot.document["sites"]:
        if site.get("lon") is not None:
            point = {"type": "Point", "coordinates": [site["lon"], site["lat"]]}
            mode = site_mode_words(site["mode"])
            properties = {"kind": "site", "name": site["name"], "mode": mode, "cases_7d": site["cases_7d"]}
            features.append({"type": "Feature", "geometry": point, "properties": properties})
    return {"type": "FeatureCollection", "schematic": True, "features": features}


def _commune_properties(area: dict[str, Any], districts_by_code: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": "commune",
        "code": area["code"],
        "name": area["name"],
        "district_name": districts_by_code.get(area["district_code"], ""),
        "level": area["order"]["id"],
        "order_name": area["order"]["name"],
        "cases_14d": area["cases_14d"],
        "population": area["population"],
    }
