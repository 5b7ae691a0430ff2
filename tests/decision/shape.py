"""The shape of a JSON document: every path in it, with its type in the words of docs/evaluation.md."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from songhanh.decision import Ceilings

TEXT = {"vi", "en"}
INTERVAL = {"p05", "p50", "p95"}
SPREAD = INTERVAL | {"mean", "cvar90"}
# Objects whose keys are ids: documented once, for all of them.
KEYED = {
    "plans[].outcomes": "INDICATOR",
    "plans[].difference": "INDICATOR",
    "plans[].meets": "INDICATOR",
    "plans[].jobs_by_cause": "CAUSE",
    "plans[].staff_days": "KIND",
    "named[].plan.outcomes": "INDICATOR",
    "named[].plan.difference": "INDICATOR",
    "named[].plan.meets": "INDICATOR",
    "named[].plan.jobs_by_cause": "CAUSE",
    "named[].plan.staff_days": "KIND",
    "front[].search": "OBJECTIVE",
    "front[].fresh": "OBJECTIVE",
    "front[].parameters": "PARAMETER",
    "dominance[].by_structure": "STRUCTURE",
}

# A search that takes a few seconds: three generations of five rules.
SEARCH: dict[str, Any] = {
    "seed": 1,
    "n_rules": 15,
    "generation": 5,
    "n_worlds": 2,
    "n_fresh": 3,
    "n_histories": 16,
    "n_jobs": 1,
    "days": 20,
    "ceilings": Ceilings(deaths=1000),
}


def shape(document: dict[str, Any]) -> dict[str, set[str]]:
    """Return the types met at each path; ``[]`` stands for the rows of a list."""
    found: dict[str, set[str]] = defaultdict(set)
    _walk(document, "", found)
    return dict(found)


def _walk(value: Any, path: str, found: dict[str, set[str]]) -> None:
    if isinstance(value, dict) and (kind := _known(value)):
        found[path].add(kind)
    elif isinstance(value, dict):
        for key, item in value.items():
            name = KEYED.get(path, key)
            _walk(item, f"{path}.{name}" if path else name, found)
    elif isinstance(value, list):
        if not value:
            found[path + "[]"]
        for item in value:
            _walk(item, path + "[]", found)
    else:
        found[path].add(_scalar(value))


def _known(value: dict[str, Any]) -> str | None:
    keys = set(value)
    if keys == TEXT:
        return "text"
    if keys == INTERVAL:
        return "band" if isinstance(value["p50"], list) else "interval"
    if keys == SPREAD:
        return "spread"
    return "outcome" if keys == SPREAD | {"max_regret", "share_meeting"} else None


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "date" if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else "string"
