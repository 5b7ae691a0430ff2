"""A decided plan computed once more from what was kept of it, and compared number by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songhanh.core import fingerprint
from songhanh.core.canonical import json_bytes, significant
from songhanh.operations.planning import engine, queries
from songhanh.operations.planning.models import DecidedPlan

SCHEMA = "songhanh-rerun/1"
LISTED = 50  # differences shown; one is enough to say that the numbers are not the same


def compare(decided_id: int, on_progress: engine.Progress, should_stop: engine.ShouldStop) -> dict[str, Any]:
    """Ask the models the question behind a decided plan again and say whether the same numbers come out."""
    decided = DecidedPlan.objects.get(pk=decided_id)
    question = {
        "pack_ref": decided.pack_ref,
        "as_of": decided.as_of,
        "seed": decided.seed,
        "n_worlds": decided.n_worlds,
        **decided.details,
    }
    result = engine.compute(decided.kind, question, on_progress, should_stop)
    now = next((plan for plan in queries.plans_in(result) if plan["id"] == decided.plan_id), {})
    found = list(differences(significant(decided.result), significant(now)))
    pack = result["pack"]
    return {
        "schema": SCHEMA,
        "pack": pack,
        "as_of": decided.as_of.isoformat(),
        "decided": decided.pk,
        "same": json_bytes(decided.result) == json_bytes(now),
        "n_differences": len(found),
        "differences": found[:LISTED],
        "then": _origin(decided.pack_hash, decided.code_hash, decided.world_set),
        "now": _origin(pack["hash"], fingerprint.models(), result.get("world_set", "")),
    }


def _origin(pack_hash: str, code_hash: str, world_set: str) -> dict[str, str]:
    return {"pack_hash": pack_hash, "code_hash": code_hash, "world_set": world_set}


def differences(then: Any, now: Any, where: str = "") -> list[dict[str, Any]]:
    """Return each leaf of two documents that is not the same, with its place."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        keys = sorted({*then, *now})
        pairs = [(f"{where}.{key}" if where else key, then.get(key), now.get(key)) for key in keys]
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = [(f"{where}[{i}]", old, new) for i, (old, new) in enumerate(zip(then, now, strict=True))]
    else:
        return [] if then == now else [{"where": where, "then": _short(then), "now": _short(now)}]
    return [row for place, old, new in pairs for row in differences(old, new, place)]


def _short(value: Any) -> Any:
    """Return a number or a text as it is, and say of anything larger only what it is."""
    return value if value is None or isinstance(value, (str, int, float)) else type(value).__name__
