"""The report of a morning: one HTML file that opens on any telephone, prints on A4 and can be sent on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from songhanh.operations.planning import drawing
from songhanh.operations.planning.presentation_forecast import RISKS

PAST_DAYS = 28
FIRST_ROWS = 15  # of a long table; the others are folded away
FIGURES = ("cases_total", "cases_community", "deaths", "value_added_lost_vnd_bn", "job_days_lost")


def morning_report(document: Mapping[str, Any], geometry: Mapping[str, Any], language: str) -> str:
    """Return the report of a morning (``songhanh-morning/1``) as one HTML page in a language.

    Nothing in it is fetched from elsewhere, and it runs no script.
    """
    with translation.override(language):
        return render_to_string("planning/report.html", _context(document, geometry, language))


def _context(document: Mapping[str, Any], geometry: Mapping[str, Any], language: str) -> dict[str, Any]:
    ahead, areas = document["forecast"], document["priorities"]
    names = {area["code"]: area["name"] for area in document["situation"]["districts"]}
    risk = {row["code"]: row["risk"] for row in ahead["communes"]}
    mode = {row["code"]: row["mode"] for row in areas["areas"] if row["level"] == "commune"}
    return {
        "document": document,
        "language": language,
        "questions": document["answers"],
        "province": _pictured(ahead, document["as_of"], "province"),
        "districts": _pictured(ahead, document["as_of"], "district"),
        "sites": [
            place
            for place in _pictured(ahead, document["as_of"], "site")
            if place["cases"] or place["sums"]["7"]["p95"] >= 1
        ],
        "risk_map": drawing.area_map(geometry, risk),
        "mode_map": drawing.area_map(geometry, mode),
        "risks": [
            {"id": name, "words": words, "n": sum(row["risk"] == name for row in ahead["communes"])}
            for name, words in RISKS.items()
        ],
        **_folded("communes", _communes_at_risk(ahead, names)),
        "modes": _modes(areas),
        "districts_modes": [row for row in areas["areas"] if row["level"] == "district"],
        **_folded("communes_modes", _communes_in_another_mode(areas, names)),
        "plans": _plans(document["evaluation"]),
        "indicators": _indicators(document["evaluation"]),
    }


def _folded(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: rows[:FIRST_ROWS], f"{name}_more": rows[FIRST_ROWS:]}


def _communes_at_risk(ahead: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {**row, "district": names.get(row["district_code"], ""), "risk_words": RISKS[row["risk"]]}
        for row in sorted(ahead["communes"], key=lambda row: -row["p_any_7d"])
        if row["risk"] != "low"
    ]


def _communes_in_another_mode(areas: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    most = _commonest(areas)
    return [
        {**row, "district": names.get(row["district_code"], "")}
        for row in areas["areas"]
        if row["level"] == "commune" and row["mode"] != most
    ]


def _pictured(ahead: Mapping[str, Any], as_of: str, level: str) -> list[dict[str, Any]]:
    first = date.fromisoformat(as_of) - timedelta(days=PAST_DAYS - 1)
    places = []
    for place in ahead["places"]:
        if place["level"] == level:
            shown = {**place, "history": drawing.since(place["history"], first)}
            places.append(
                {
                    **place,
                    "picture": drawing.fan(shown),
                    "cases": sum(row["cases"] for row in place["history"]),
                }
            )
    return sorted(places, key=lambda place: -place["sums"]["7"]["p50"])


def _modes(areas: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [row for row in areas["areas"] if row["level"] == "commune"]
    found = {row["mode"]: row["mode_name"] for row in rows}
    return [
        {"id": mode, "name": name, "n": sum(row["mode"] == mode for row in rows)}
        for mode, name in sorted(found.items())
    ]


def _commonest(areas: Mapping[str, Any]) -> str:
    modes = _modes(areas)
    return str(max(modes, key=lambda row: row["n"])["id"]) if modes else ""


def _indicators(evaluation: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    if evaluation is None:
        return []
    by_id = {row["id"]: row for row in evaluation["indicators"]}
    return [by_id[name] for name in FIGURES if name in by_id]


def _plans(evaluation: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if evaluation is None:
        return []
    names = {row["id"]: row["name"] for row in evaluation["plans"]}
    return [
        {
            **plan,
            "cells": [plan["outcomes"][row["id"]] for row in _indicators(evaluation)],
            "beaten_by": [names[other] for other in plan["dominated_by"]],
        }
        for plan in evaluation["plans"]
    ]
