"""An evaluation (songhanh-evaluation/1) shaped for tables and charts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from songhanh.operations.planning.models import Job
from songhanh.operations.project.templatetags.songhanh import words

HEADLINES = (
    "cases_total",
    "deaths",
    "peak_hospital",
    "restricted_person_days",
    "value_added_lost_vnd_bn",
    "job_days_lost",
)
CHI_SQUARE_90 = 4.605170186  # 2 degrees of freedom: an ellipse that holds 90% of a normal cloud

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


STAGES = {
    "histories": gettext_lazy("histories up to that evening"),
    "worlds": gettext_lazy("plans in each world"),
}


def remaining(job: Job, now: datetime) -> str:
    """Return the time a running job still needs, at its pace in this stage; empty while that is a guess."""
    if job.stage_started_at is None or not job.total or job.done < max(2, job.total // 50):
        return ""
    seconds = (now - job.stage_started_at).total_seconds() * (job.total - job.done) / job.done
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes) % {"n": minutes}


def status(plan: Mapping[str, Any]) -> str:
    """Return the one word that decides how a plan is drawn."""
    if plan["reference"]:
        return "reference"
    if not plan["feasible"]:
        return "infeasible"
    if plan["dominated_by"]:
        return "dominated"
    return "front" if plan["on_front"] else "open"


def plan_rows(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the plans with their headline outcomes; those that can be adopted first."""
    names = {plan["id"]: plan["name"] for plan in result["plans"]}
    order = {"front": 0, "open": 0, "dominated": 1, "infeasible": 2, "reference": 3}
    rows: list[dict[str, Any]] = [
        {
            "plan": plan,
            "status": status(plan),
            "headlines": [
                {"indicator": indicator, "outcome": plan["outcomes"].get(indicator["id"])}
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


def ellipse(points: Sequence[Sequence[float]], n_corners: int = 48) -> list[list[float]]:
    """Return the 90% ellipse of a cloud on axes (log10 cases, value added lost); empty for fewer than 3 points."""
    if len(points) < 3:
        return []
    xs = [math.log10(max(1.0, point[0])) for point in points]
    ys = [float(point[1]) for point in points]
    n = len(points)
    mean_x, mean_y = sum(xs) / n, sum(ys) / n
    var_x = sum((x - mean_x) ** 2 for x in xs) / (n - 1)
    var_y = sum((y - mean_y) ** 2 for y in ys) / (n - 1)
    cov = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / (n - 1)
    # Cholesky of the covariance maps the circle of that radius onto the ellipse.
    l11 = math.sqrt(var_x)
    l21 = cov / l11 if l11 > 0 else 0.0
    l22 = math.sqrt(max(0.0, var_y - l21**2))
    radius = math.sqrt(CHI_SQUARE_90)
    corners = []
    for k in range(n_corners + 1):
        angle = 2 * math.pi * k / n_corners
        u, v = radius * math.cos(angle), radius * math.sin(angle)
        corners.append([round(10 ** (mean_x + l11 * u), 2), round(mean_y + l21 * u + l22 * v, 2)])
    return corners


def plane_chart(result: Mapping[str, Any], address_of: Any) -> dict[str, Any]:
    """Return the plans on the two axes for the chart: median, bars, ellipse, and where a click leads."""
    plans = []
    for row in plan_rows(result):
        plan = row["plan"]
        cases, lost = plan["outcomes"]["cases_total"], plan["outcomes"]["value_added_lost_vnd_bn"]
        plans.append(
            {
                "id": plan["id"],
                "letter": row["letter"],
                "name": words(plan["name"]),
                "status": row["status"],
                "decided": plan["decided"],
                "href": address_of(plan["id"]),
                "x": [max(1, cases[key]) for key in ("p05", "p50", "p95")],
                "y": [lost[key] for key in ("p05", "p50", "p95")],
                "ellipse": ellipse(plan["points"]),
                "points": [[max(1, round(point[0], 1)), round(point[1], 1)] for point in plan["points"]],
            }
        )
    return {
        "plans": plans,
        "x_name": _("Cases found in all (logarithmic scale)"),
        "y_name": _("Value added lost, bn VND"),
    }


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
