"""An evaluation (songhanh-evaluation/1) shaped for tables and charts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from songhanh.operations.project.templatetags.songhanh import words

HEADLINES = (
    "cases_total",
    "deaths",
    "peak_hospital",
    "restricted_person_days",
    "value_added_lost_vnd_bn",
    "job_days_lost",
)
GOALS = ("cases_total", "value_added_lost_vnd_bn")  # what a narrow screen shows of each plan

CAUSES = {
    "isolated": gettext_lazy("sick or isolated"),
    "quarantined": gettext_lazy("in quarantine"),
    "locked_down": gettext_lazy("living in a lock-down"),
    "dead": gettext_lazy("dead"),
    "taken_home": gettext_lazy("taken back to their home province"),
    "closed": gettext_lazy("workplace closed or half staffed"),
    "no_input": gettext_lazy("no supplies"),
    "no_demand": gettext_lazy("no orders"),
}


def status(plan: Mapping[str, Any]) -> str:
    """Return the one word that decides how a plan is drawn."""
    if plan["reference"]:
        return "reference"
    if not plan["feasible"] or plan.get("breaks"):
        return "infeasible"
    if plan.get("dominated_by"):
        return "dominated"
    return "front" if plan.get("on_front") else "open"  # a plan by itself stands on no front


def plan_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the plans with their headline outcomes; those that can be adopted first."""
    names = {plan["id"]: plan["name"] for plan in result["plans"]}
    order = {"front": 0, "open": 0, "dominated": 1, "infeasible": 2, "reference": 3}
    rows: list[dict[str, Any]] = [
        {
            "plan": plan,
            "status": status(plan),
            "headlines": [
                {
                    "indicator": indicator,
                    "outcome": plan["outcomes"].get(indicator["id"]),
                    "is_goal": indicator["id"] in GOALS,
                }
                for indicator in headline_indicators(result)
            ],
            "dominated_by": [names.get(other, {"vi": other, "en": other}) for other in plan["dominated_by"]],
        }
        for plan in result["plans"]
    ]
    rows.sort(key=lambda row: order[row["status"]])
    for letter, row in zip(ascii_uppercase, rows, strict=False):
        row["letter"] = letter
    return rows


def headline_indicators(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the indicators of the short table, in its order."""
    by_id = {indicator["id"]: indicator for indicator in result["indicators"]}
    return [by_id[indicator_id] for indicator_id in HEADLINES if indicator_id in by_id]


def full_table(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every indicator with the outcome of every plan."""
    return [
        {
            "indicator": indicator,
            "outcomes": [plan["outcomes"].get(indicator["id"]) for plan in result["plans"]],
        }
        for indicator in result["indicators"]
    ]


def searched_rows(search: Mapping[str, Any] | None, known: Collection[str]) -> list[dict[str, Any]]:
    """Return the plans that a search found and named, beside those that were known before."""
    if search is None:
        return []
    new = [row for row in search["named"] if row.get("plan") and row["slug"] not in known]
    return [
        {"plan": row["plan"], "status": status(row["plan"]), "letter": f"S{number}", "why": row["why"]}
        for number, row in enumerate(new, start=1)
    ]


def dominance_rows(search: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return which plan of a search beats which in how many fresh worlds, most first, with the names of plans."""
    if search is None:
        return []
    names = {row["slug"]: row["name"] for row in search["named"]}
    rows = [
        {
            **row,
            "plan_name": names.get(row["plan"], row["plan"]),
            "other_name": names.get(row["other"], row["other"]),
        }
        for row in search["dominance"]
        if row["share_of_worlds"] > 0
    ]
    return sorted(rows, key=lambda row: -row["share_of_worlds"])


def plane_chart(rows: Sequence[Mapping[str, Any]], address_of: Any) -> dict[str, Any]:
    """Return the plans on the two axes for the chart: medians, 90% intervals, points, and where a click leads."""
    return {
        "plans": [_mark(row, address_of(row)) for row in rows],
        "x_name": _("Cases found in all (logarithmic scale)"),
        "y_name": _("Value added lost, bn VND"),
    }


def _mark(row: Mapping[str, Any], address: str) -> dict[str, Any]:
    plan = row["plan"]
    cases, lost = (plan["outcomes"][goal] for goal in GOALS)
    return {
        "id": plan["id"],
        "letter": row["letter"],
        "name": words(plan["name"]),
        "status": row["status"],
        "decided": plan["decided"],
        "href": address,
        "x": [max(1, cases[key]) for key in ("p05", "p50", "p95")],
        "y": [lost[key] for key in ("p05", "p50", "p95")],
        "points": [[max(1, round(point[0], 1)), round(point[1], 1)] for point in plan["points"]],
    }


def robustness_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return, of each plan that can be adopted, how bad it gets on both goals and how often it keeps the ceilings."""
    return [
        {
            **row,
            "goals": [row["plan"]["outcomes"][goal] for goal in GOALS],
            "within": row["plan"].get("within_ceilings"),
            "meets": row["plan"].get("meets", {}),
        }
        for row in rows
        if row["status"] != "reference"
    ]


def exchange_rows(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what each step along the front costs, in million VND for each case and each death averted."""
    by_id = {row["plan"]["id"]: row for row in rows}
    return [
        {
            "loose": by_id[step["from"]],
            "strict": by_id[step["to"]],
            "cost": step["value_added_lost_more_vnd_bn"],
            "per_case": _million(step["value_added_vnd_per_case_averted"]),
            "per_death": _million(step["value_added_vnd_per_death_averted"]),
        }
        for step in result.get("neighbours", [])
    ]


def _million(vnd: float | None) -> float | None:
    return None if vnd is None else vnd / 1e6


def ceiling_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the ceilings that were set, with the names of their indicators."""
    names = {indicator["id"]: indicator for indicator in result["indicators"]}
    return [{**row, "indicator": names.get(row["indicator"], {})} for row in result["ceilings"]]


def fan_charts(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the daily series of a plan: median and 90% band."""
    daily = plan["daily"]
    known = (
        ("reported_community", _("Cases found in the community, by day"), _("cases"), "epidemic", False),
        (
            "reported_quarantine",
            _("Cases found in quarantine or sealed areas, by day"),
            _("cases"),
            "epidemic",
            False,
        ),
        ("hospital", _("People under treatment"), _("beds"), "epidemic", False),
        ("value_added_share", _("Value added, share of a year without an outbreak"), "%", "economy", True),
    )
    charts = []
    for key, title, unit, colour, is_share in known:
        if key in daily:
            factor = 100 if is_share else 1
            band = {
                q: [None if v is None else round(factor * v, 2) for v in daily[key][q]]
                for q in ("p05", "p50", "p95")
            }
            dates = _dates_of(daily, band["p50"])
            charts.append(
                {"id": key, "title": title, "unit": unit, "colour": colour, "dates": dates, **band}
                | {"words": {"median": _("median"), "band": _("nine worlds in ten")}}
            )
    return charts


def _dates_of(daily: Mapping[str, Any], values: Sequence[Any]) -> list[str]:
    """Return the dates of a series: the economy is followed longer than the epidemic."""
    long = daily.get("dates_economy", daily["dates"])
    return list(daily["dates"] if len(values) <= len(daily["dates"]) else long)[: len(values)]


def series_of(plan: Mapping[str, Any]) -> list[str]:
    """Return the names of the daily series of a plan."""
    return [key for key in plan["daily"] if not key.startswith("dates")]


def daily_rows(plan: Mapping[str, Any], every: int = 7) -> list[dict[str, Any]]:
    """Return the daily series as rows, one a week, for the table beside the charts."""
    daily = plan["daily"]
    series = series_of(plan)
    dates = max((daily["dates"], daily.get("dates_economy", [])), key=len)
    return [
        {
            "date": dates[i],
            "cells": {key: {q: _item(daily[key][q], i) for q in ("p05", "p50", "p95")} for key in series},
        }
        for i in range(0, len(dates), every)
    ]


def _item(values: Sequence[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


def bars(rows: Sequence[tuple[str, Mapping[str, Any]]], unit: str, colour: str) -> dict[str, Any]:
    """Return named intervals as a bar chart, largest first."""
    ordered = sorted(rows, key=lambda row: row[1]["p50"])
    return {
        "names": [name for name, _interval in ordered],
        "unit": unit,
        "colour": colour,
        **{q: [round(interval[q], 2) for _name, interval in ordered] for q in ("p05", "p50", "p95")},
    }


def sector_rows(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sectors, largest loss first."""
    return sorted(plan["sectors"], key=lambda row: -row["value_added_lost_vnd_bn"]["p50"])


def cause_rows(plan: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the causes of lost job-days with their words, largest first."""
    rows = [(str(CAUSES.get(cause, cause)), value) for cause, value in plan["jobs_by_cause"].items()]
    return sorted(rows, key=lambda row: -row[1]["p50"])


def agreement_rows(result: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what was published and what the worlds say of it, date by date."""
    counts = result.get("worlds", {}).get("counts", [])
    return [
        {**count, "place": names.get(count["place"], "" if count["place"] == "*" else count["place"])}
        for count in counts
    ]


def area_rows(plan: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the areas of a plan with their names, most cases first."""
    rows = [{**area, "name": names.get(area["code"], area["code"])} for area in plan["areas"]]
    return sorted(rows, key=lambda row: (-row["cases"]["p50"], -row["cases"]["p95"], row["code"]))
