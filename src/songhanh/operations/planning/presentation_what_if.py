"""The answer of a what-if (songhanh-what-if/1): a changed plan beside the plan it came from, world by world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from songhanh.operations.planning import presentation, queries
from songhanh.operations.planning.models import Run
from songhanh.operations.project.templatetags.songhanh import words


def context(run: Run) -> dict[str, Any]:
    """Return what the answer is shown from: both plans, their differences by indicator, and the charts."""
    result: dict[str, Any] = run.result or {}
    plan, base = result["plan"], result.get("base")
    return {
        "run": run,
        "result": result,
        "plan": plan,
        "base": base,
        "rows": [
            _row(indicator, plan, base, result.get("difference", {}))
            for indicator in queries.indicators_of(run)
            if indicator["id"] in plan["outcomes"]
        ],
        "charts": charts(plan, base),
        "query": f"?run={run.pk}",
    }


def _row(
    indicator: Mapping[str, Any],
    plan: Mapping[str, Any],
    base: Mapping[str, Any] | None,
    differences: Mapping[str, Any],
) -> dict[str, Any]:
    name = indicator["id"]
    return {
        "indicator": indicator,
        "plan": plan["outcomes"][name],
        "base": base["outcomes"].get(name) if base else None,
        "difference": differences.get(name),
        "is_headline": name in presentation.HEADLINES,
    }


def charts(plan: Mapping[str, Any], base: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the daily fans of a changed plan, each with the median of the plan it came from."""
    fans = presentation.fan_charts(plan)
    if base is None:
        return fans
    others = {fan["id"]: fan["p50"] for fan in presentation.fan_charts(base)}
    name = _("unchanged plan, median")
    return [
        {
            **fan,
            "other": others.get(fan["id"]),
            "words": {**fan["words"], "other": name},
            "plan": words(plan["name"]),
        }
        for fan in fans
    ]
