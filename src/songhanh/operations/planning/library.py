"""The library's functions as the worker calls them: one a kind of question, each with the question's fields by name.

Named in ``settings.DECISION_ENGINE`` and imported by name, since importing it loads the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import songhanh.decision
from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.home import home, writable
from songhanh.decision.seen import synthetic_lines
from songhanh.measures import parse_plan, plans_of
from songhanh.operations.planning.engine import Progress, ShouldStop
from songhanh.province import geometry as geometry_of
from songhanh.province import load
from songhanh.twin.forecast import forecast as forecast_of
from songhanh.twin.worlds import world_set

RERUN_SCHEMA = "songhanh-rerun/1"


def evaluate(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    ceilings: Mapping[str, float],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Compare the plans of a pack on common worlds."""
    return songhanh.decision.evaluate(
        pack_ref,
        as_of,
        seed=seed,
        n_worlds=n_worlds,
        ceilings=songhanh.decision.Ceilings(**ceilings),
        on_progress=on_progress,
        should_stop=should_stop,
    )


def situation(
    pack_ref: str, as_of: date, seed: int, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Summarise where the province stands."""
    return songhanh.decision.situation(
        pack_ref, as_of, seed=seed, on_progress=on_progress, should_stop=should_stop
    )


def forecast(
    pack_ref: str, as_of: date, seed: int, n_worlds: int, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Forecast from the line list of the evening; it has paths of its own, so no worlds are asked for."""
    worlds = world_set(pack_ref, as_of, seed, 2, None, -1, on_progress, should_stop)
    return forecast_of(load(pack_ref), synthetic_lines(pack_ref, as_of, worlds), as_of, seed)


def priorities(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    forecast: Mapping[str, Any] | None,
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Recommend what comes first in each commune and district, by the forecast of the evening where there is one."""
    return songhanh.decision.priorities(
        pack_ref, as_of, seed=seed, forecast=forecast, on_progress=on_progress, should_stop=should_stop
    )


def search(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    n_rules: int,
    n_fresh: int,
    ceilings: Mapping[str, float],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Search rules; the same question goes on where it was stopped."""
    question = [pack_ref, as_of.isoformat(), seed, n_worlds, n_rules, n_fresh, dict(ceilings)]
    folder = writable(home() / "searches")
    return songhanh.decision.search(
        pack_ref,
        as_of,
        seed=seed,
        n_rules=n_rules,
        n_worlds=n_worlds,
        n_fresh=n_fresh,
        ceilings=songhanh.decision.Ceilings(**ceilings),
        on_progress=on_progress,
        should_stop=should_stop,
        state_file=folder / f"{sha256(json_bytes(question))[:32]}.json",
    )


def record(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    decided: int,
    slug: str,
    plan: str,
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Run a decided plan to its full horizon and return the record that it is kept with."""
    return songhanh.decision.record(
        pack_ref,
        as_of,
        parse_plan(plan, slug),
        seed=seed,
        n_worlds=n_worlds,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def rerun(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    decided: int,
    slug: str,
    record: Mapping[str, Any],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Run the record of a decided plan again and say whether the same numbers come out."""
    again = songhanh.decision.rerun(record, pack_ref, on_progress=on_progress, should_stop=should_stop)
    return {
        "schema": RERUN_SCHEMA,
        "same": again.same,
        "changed": {name: list(values) for name, values in again.changed.items()},
        "words": [line.as_dict() for line in again.in_words()],
    }


def geometry(pack_ref: str) -> dict[str, Any]:
    """Return the communes as GeoJSON."""
    return geometry_of(load(pack_ref))


def what_if(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    days: int,
    plan: str,
    plan_slug: str,
    base: str,
    base_slug: str,
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Evaluate a changed plan beside the plan it was made from."""
    return songhanh.decision.what_if(
        pack_ref,
        as_of,
        parse_plan(plan, plan_slug),
        parse_plan(base, base_slug),
        seed=seed,
        n_worlds=n_worlds,
        days=days,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def preload(pack_ref: str, as_of: date, seed: int, n_worlds: int, days: int) -> None:
    """Load people, kernels, worlds and the pool of processes by asking about the first plan that can be adopted."""
    for plan in plans_of(load(pack_ref)).values():
        if not plan.reference:
            songhanh.decision.what_if(pack_ref, as_of, plan, None, seed=seed, n_worlds=n_worlds, days=days)
            return
