"""Priorities of areas (songhanh-priorities/1) with what the committee decided, shaped for tables and the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from songhanh.operations.planning.models import Mode, PriorityDecision
from songhanh.operations.project.templatetags.songhanh import day, words

MODES = tuple(Mode.values)


def rows(
    result: Mapping[str, Any], decisions: Mapping[str, PriorityDecision], districts: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return every area with its latest decision; districts before their communes, those with most cases first."""
    areas = [
        {
            **area,
            "recommended": Mode(area["mode"]).label,
            "district_name": districts.get(area.get("district_code") or "", ""),
            "decision": standing(decisions.get(area["code"]), result["as_of"]),
        }
        for area in result["areas"]
    ]
    return sorted(areas, key=lambda row: (row["level"] != "district", -row["risk"]["cases_14d"], row["code"]))


def standing(decision: PriorityDecision | None, as_of: str) -> dict[str, Any] | None:
    """Return a decision with whether it has expired or its review is due on an evening."""
    if decision is None:
        return None
    return {
        "row": decision,
        "expired": decision.expires_on is not None and decision.expires_on.isoformat() < as_of,
        "review_due": decision.review_on.isoformat() <= as_of,
    }


def passing(areas: Sequence[dict[str, Any]], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the areas that pass a filter."""
    district, level, mode, decided = (
        chosen.get(name) or "" for name in ("district", "level", "mode", "decided")
    )
    return [
        area
        for area in areas
        if (not district or district in (area.get("district_code"), area["code"]))
        and (not level or area["level"] == level)
        and (not mode or area["mode"] == mode)
        and _decided(area["decision"], decided)
    ]


def matters(area: Mapping[str, Any]) -> bool:
    """Say whether an area is shown before anybody filters: districts, and what was decided."""
    return area["level"] == "district" or area["decision"] is not None


def _decided(decision: dict[str, Any] | None, wanted: str) -> bool:
    tests = {
        "": True,
        "yes": decision is not None,
        "no": decision is None,
        "against": decision is not None and decision["row"].against_recommendation,
        "expired": decision is not None and decision["expired"],
    }
    return bool(tests[wanted])


def legend(areas: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the modes with how many communes hold each, decided where decided and else recommended."""
    communes = [mode_in_force(area) for area in areas if area["level"] == "commune"]
    return [{"level": mode, "name": Mode(mode).label, "n_communes": communes.count(mode)} for mode in MODES]


def mode_in_force(area: Mapping[str, Any]) -> str:
    """Return the decided mode of an area while it lasts, else the recommended one."""
    decision = area["decision"]
    if decision is None or decision["expired"]:
        return str(area["mode"])
    return str(decision["row"].mode)


def map_properties(areas: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what the map says of each commune."""
    return {area["code"]: {"level": mode_in_force(area), "lines": _lines(area)} for area in areas}


def _lines(area: Mapping[str, Any]) -> list[str]:
    lines = [_("recommended: %(mode)s") % {"mode": area["recommended"]}]
    decision = area["decision"]
    if decision is None:
        lines.append(_("not decided"))
    elif decision["expired"]:
        lines.append(_("decided mode expired on %(date)s") % {"date": day(decision["row"].expires_on)})
    else:
        lines.append(_("decided: %(mode)s") % {"mode": decision["row"].get_mode_display()})
    return lines


def csv_rows(areas: Sequence[Mapping[str, Any]]) -> list[list[object]]:
    """Return the areas for the download."""
    return [
        [
            area["level"],
            area["code"],
            area["name"],
            area["district_name"],
            area["mode"],
            area["legal_level"]["id"],
            area["risk"]["cases_14d"],
            area["risk"]["per_100k_week"],
            area["risk"].get("p_any_7d"),
            area["work"]["value_added_day_vnd_bn"],
            area["work"]["workers"],
            area["work"]["closure_costs_day_vnd_bn"],
            "; ".join(words(reason) for reason in area["reasons"]),
            *_decision_cells(area["decision"]),
        ]
        for area in areas
    ]


CSV_HEADER = [
    "level", "code", "name", "district", "recommended_mode", "legal_level", "cases_14d", "per_100k_week",
    "p_any_7d", "value_added_day_vnd_bn", "workers", "closure_costs_day_vnd_bn", "reasons",
    "decided_mode", "decided_by", "post", "reason", "decided_at", "review_on", "expires_on",
]  # fmt: skip


def _decision_cells(decision: dict[str, Any] | None) -> list[object]:
    if decision is None:
        return [None] * 7
    row = decision["row"]
    at = row.decided_at.isoformat(timespec="seconds")
    return [row.mode, row.decided_by, row.post, row.reason, at, row.review_on, row.expires_on]
