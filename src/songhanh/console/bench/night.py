"""How long the committee waits: for the morning's calibration, for a what-if, and for the night's search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from songhanh.console.bench.machine import machine
from songhanh.console.bench.scenario import demand_all
from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.errors import Fault, SonghanhError
from songhanh.decision import search, what_if
from songhanh.joint.ensemble import warm
from songhanh.joint.horizon import Limits
from songhanh.joint.setting import setting
from songhanh.measures import Plan, plans_of
from songhanh.twin.linelist import announced, synthetic_line_list
from songhanh.twin.worlds import world_set

T = TypeVar("T")
SELF_CONSISTENCY = (
    "the line list is one history of the model itself: a check of self-consistency and a measure of time, "
    "no evidence of fit"
)


class Stages:
    """Adds up the seconds until each report, by what was reported."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._last = time.perf_counter()

    def __call__(self, done: int, total: int, stage: str) -> None:
        """Book the time since the last report."""
        now = time.perf_counter()
        self.spent[stage] = self.spent.get(stage, 0.0) + now - self._last
        self._last = now


def bench_decide(
    pack_ref: str,
    as_of: date,
    n_worlds: int,
    seed: int,
    n_histories: int | None,
    n_jobs: int,
    calibrate_on: date | None = None,
    days: int = 60,
    n_rules: int = 2000,
    search_worlds: int = 20,
    n_fresh: int = 200,
) -> dict[str, Any]:
    """Measure a calibration to a line list, a what-if of one changed plan, one that loses control, and a search.

    Parameters
    ----------
    calibrate_on
        Evening up to which the line list goes; by default the as-of date.
    n_rules
        Rules of the search; 0 leaves the search out.

    Raises
    ------
    SonghanhError
        If some feature of the scenario did nothing, or the pack has no plan that can be changed.
    """
    before = machine()
    calibration = _calibration(pack_ref, calibrate_on or as_of, n_worlds, seed, n_histories, n_jobs)
    question = _what_ifs(pack_ref, as_of, n_worlds, seed, n_histories, n_jobs, days)
    found = _search(pack_ref, as_of, seed, n_rules, search_worlds, n_fresh, n_histories, n_jobs)
    fired = {**calibration.pop("fired"), **question.pop("fired")}
    demand_all(fired)
    return {
        "scenario": {
            "pack": pack_ref,
            "as_of": as_of.isoformat(),
            "seed": seed,
            "processes": n_jobs,
            "calibration": calibration.pop("scenario"),
            "what_if": question.pop("scenario"),
            "search": found.pop("scenario"),
            "fired": fired,
        },
        **calibration,
        **question,
        **found,
        "machine": {**before, "load_1_min_after": machine()["load_1_min"]},
    }


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = call()
    return result, time.perf_counter() - began


def _quiet(done: int, total: int, stage: str) -> None:
    """Report nothing."""


def _calibration(
    pack_ref: str, on: date, n_worlds: int, seed: int, n_histories: int | None, n_jobs: int
) -> dict[str, Any]:
    """Calibrate to three weeks of a line list that the model made; nothing that was kept on disk is used."""
    warm(pack_ref, n_jobs)
    few = world_set(pack_ref, on, seed, 2, 64, n_jobs, _quiet, lambda: False)
    cases = synthetic_line_list(pack_ref, on, few.closest, "B")
    lines = announced(cases, setting(pack_ref).pack, on)
    stages = Stages()
    worlds, spent = _timed(
        lambda: world_set(
            pack_ref, on, seed, n_worlds, n_histories, n_jobs, stages, lambda: False, lines, anew=True
        )
    )
    first = lines.first_on
    return {
        "calibration_s": spent,
        "calibration_stages_s": stages.spent,
        "fired": {"listed_cases": lines.accepted.height, "distinct_histories": worlds.n_distinct},
        "scenario": {
            "on": on.isoformat(),
            "from": first.isoformat() if first else None,
            "note": SELF_CONSISTENCY,
            "worlds": n_worlds,
            "histories": worlds.n_histories,
            "cases": lines.accepted.height,
            "power": worlds.power,
            "n_distinct": worlds.n_distinct,
            "structures": dict(worlds.structure_shares),
            "world_set": worlds.id,
        },
    }


def _what_ifs(
    pack_ref: str, as_of: date, n_worlds: int, seed: int, n_histories: int | None, n_jobs: int, days: int
) -> dict[str, Any]:
    """Ask about one changed plan on a warm worker, and about the plan that loses control."""
    plans = plans_of(setting(pack_ref).pack)
    base, reference = _base(plans), next((plan for plan in plans.values() if plan.reference), None)
    if base is None or reference is None:
        raise SonghanhError(
            Fault(
                "bench.plans",
                "The pack has no plan with a measure, or no reference plan.",
                "Choose another pack, such as the embedded example.",
                parameter="--pack",
            )
        )

    def ask(plan: Plan, other: Plan | None) -> tuple[dict[str, Any], float]:
        return _timed(
            lambda: what_if(
                pack_ref, as_of, plan, other, seed, n_worlds, days, n_jobs, n_histories=n_histories
            )
        )

    ask(base, None)  # the plan that is on the screen
    changed, spent = ask(later(base, as_of), base)
    lost, spent_lost = ask(reference, base)
    _, spent_both = ask(later(base, as_of, 5), later(base, as_of, 4))
    outcomes = changed["plan"]["outcomes"]
    fired = {
        name: round(outcomes[name]["mean"] * n_worlds) for name in ("cases_total", "tests", "job_days_lost")
    }
    fired["difference"] = int(changed["difference"]["cases_total"]["mean"] != 0.0)
    if setting(pack_ref).population.n_people > Limits.standard().control_lost_infections:
        fired["worlds_that_lose_control"] = round(lost["plan"]["outcomes"]["control_lost"]["mean"] * n_worlds)
    return {
        "what_if_s": spent,
        "what_if_lost_s": spent_lost,
        "what_if_two_new_plans_s": spent_both,
        "fired": fired,
        "scenario": {
            "worlds": n_worlds,
            "days": days,
            "base": base.slug,
            "lost": reference.slug,
            "sha256": sha256(json_bytes(changed), json_bytes(lost)),
        },
    }


def _base(plans: dict[str, Plan]) -> Plan | None:
    """Return the plan with the most measures that is not a reference."""
    open_to_change = [plan for plan in plans.values() if plan.measures and not plan.reference]
    return max(open_to_change, key=lambda plan: len(plan.measures), default=None)


def later(plan: Plan, as_of: date, days: int = 3) -> Plan:
    """Return a plan whose first measure begins some days later."""
    first, *rest = plan.measures
    moved = first.model_copy(update={"begins": as_of + timedelta(days=days)})
    return replace(plan, measures=(moved, *rest))


def _search(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_rules: int,
    n_worlds: int,
    n_fresh: int,
    n_histories: int | None,
    n_jobs: int,
) -> dict[str, Any]:
    """Search rules; the time of the rules, and of everything with the calibration and the test on fresh worlds."""
    if n_rules == 0:
        return {"search_s": None, "scenario": None}
    stages = Stages()
    found, spent = _timed(
        lambda: search(
            pack_ref,
            as_of,
            seed,
            n_rules=n_rules,
            n_worlds=n_worlds,
            n_fresh=n_fresh,
            n_jobs=n_jobs,
            on_progress=stages,
            n_histories=n_histories,
        )
    )
    return {
        "search_s": stages.spent.get("rules", 0.0),
        "search_with_test_s": spent,
        "search_stages_s": stages.spent,
        "scenario": {
            "rules": found["rules_tried"],
            "worlds": n_worlds,
            "fresh": n_fresh,
            "front": len(found["front"]),
            "sha256": sha256(json_bytes(found)),
        },
    }
