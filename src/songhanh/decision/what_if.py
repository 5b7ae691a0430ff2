"""One plan that somebody is changing, beside the plan it was made from: quick enough to be asked again and again."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from songhanh.core.errors import Fault, SonghanhError
from songhanh.decision.capacities import capacities_on
from songhanh.decision.describe import describe_plan, totals
from songhanh.decision.heading import heading
from songhanh.decision.indicators import INDICATORS
from songhanh.decision.statistics import spread
from songhanh.joint.ensemble import Ensemble, Report, Stop, run_ensemble, schedule
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import Setting, setting
from songhanh.measures import Plan
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import WorldSet, world_set

SCHEMA = "songhanh-what-if/1"
MOST_DAYS = 365
T = TypeVar("T")
_KEPT = (
    8  # plans whose outcomes a process remembers: somebody who moves a date compares with the same plan again
)


class _Memory(Generic[T]):
    """What was asked last, by everything that it depends on."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], T] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> T | None:
        """Return what is kept, and keep it longest."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: tuple[object, ...], value: T) -> None:
        """Keep something, and forget what nobody has asked for."""
        self._kept[key] = value
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


_WORLDS: _Memory[WorldSet] = _Memory()
_OUTCOMES: _Memory[list[Outcome]] = _Memory()


def _quiet(done: int, total: int, stage: str) -> None:
    """Report nothing."""


def _never() -> bool:
    return False


def what_if(
    pack_ref: str | Path,
    as_of: date,
    plan: Plan,
    base: Plan | None = None,
    seed: int = 1,
    n_worlds: int = 100,
    days: int = 60,
    n_jobs: int = -1,
    on_progress: Report = _quiet,
    should_stop: Stop = _never,
    n_histories: int | None = None,
    lines: LineList | None = None,
) -> dict[str, Any]:
    """Evaluate one plan, and how it differs from another in the same worlds with the same luck.

    Parameters
    ----------
    pack_ref
        A folder or the name of an embedded example.
    as_of
        The evening of the decision: what was reported by then is known, plans act from the next day.
    plan, base
        The changed plan, and the one it is compared with, if any. Outcomes of the last few plans are remembered by the
        process, so that a plan that was asked about before is not run again.
    seed
        The same seed gives the same result, bit for bit.
    n_worlds
        Worlds; both plans are run in each.
    days
        Days after the as-of date, of the epidemic and of the economy.
    n_jobs
        Processes; -1 is one a core.
    on_progress, should_stop
        Called with (done, total, stage), and asked between two worlds.
    n_histories
        Histories drawn before weighting; by default as in `twin/parameters.csv`.
    lines
        The line list that worlds are calibrated to, if there is one.

    Returns
    -------
    dict
        Ready for JSON (schema `songhanh-what-if/1`). ``difference`` holds, for each indicator, the spread over worlds of
        plan less base, and ``better``, the share of worlds in which the plan has less.

    Raises
    ------
    SonghanhError
        If the pack, a plan, the date or a number is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    _demand("n_worlds", n_worlds, 2, 10_000)
    _demand("days", days, 1, MOST_DAYS)
    reference = str(pack_ref)
    ground = setting(reference)
    horizon = Horizon.of(ground.pack.outbreak_from, as_of, days, days)
    plans = {"plan": plan} if base is None or base.id == plan.id else {"base": base, "plan": plan}
    for each in plans.values():
        schedule(reference, as_of, each, False)  # a faulty plan is found before the long work
    asked = (ground.pack.hash, reference, as_of, seed, n_worlds, n_histories, lines.id if lines else None)
    worlds = _WORLDS.get(asked)
    if worlds is None:
        worlds = world_set(
            reference, as_of, seed, n_worlds, n_histories, n_jobs, on_progress, should_stop, lines
        )
        _WORLDS.put(asked, worlds)
    outcomes = _outcomes(reference, as_of, plans, worlds, days, n_jobs, on_progress, should_stop)
    if base is not None and "base" not in outcomes:
        outcomes["base"] = outcomes["plan"]
    described = {
        name: _described(reference, as_of, each, outcomes[name], ground, horizon)
        for name, each in (("plan", plan), ("base", base))
        if each is not None
    }
    return {
        **heading(SCHEMA, ground, as_of, seed, n_worlds, worlds),
        "days": days,
        "plan": described["plan"],
        "base": described.get("base"),
        "difference": _difference(outcomes["plan"], outcomes["base"]) if base is not None else None,
    }


def _outcomes(
    reference: str,
    as_of: date,
    plans: dict[str, Plan],
    worlds: WorldSet,
    days: int,
    n_jobs: int,
    on_progress: Report,
    should_stop: Stop,
) -> dict[str, list[Outcome]]:
    """Run the plans that are not remembered; those of one call share the past of each world."""
    keys = {name: (reference, as_of, days, worlds.id, plan.id) for name, plan in plans.items()}
    found = {name: _OUTCOMES.get(key) for name, key in keys.items()}
    missing = tuple((name, plan) for name, plan in plans.items() if found[name] is None)
    if missing:
        ensemble = Ensemble(reference, as_of, days, missing, Limits.standard(), economy_days=days)
        new = run_ensemble(ensemble, worlds.worlds, n_jobs, on_progress, should_stop, "worlds")
        for name, outcomes in new.items():
            _OUTCOMES.put(keys[name], outcomes)
            found[name] = outcomes
    return {name: outcomes for name, outcomes in found.items() if outcomes is not None}


def _described(
    reference: str, as_of: date, plan: Plan, outcomes: list[Outcome], ground: Setting, horizon: Horizon
) -> dict[str, Any]:
    """Describe a plan as an evaluation does; two plans have no front and no regret."""
    row = describe_plan(
        plan,
        schedule(reference, as_of, plan, False),
        outcomes,
        ground,
        capacities_on(ground.pack, as_of),
        horizon,
    )
    for outcome in row["outcomes"].values():
        outcome["max_regret"] = None
    return {**row, "dominated_by": [], "on_front": None}


def _difference(plan: list[Outcome], base: list[Outcome]) -> dict[str, dict[str, float]]:
    found = {}
    for row in INDICATORS:
        less = totals(plan, row.id) - totals(base, row.id)
        found[row.id] = {**spread(less), "better": float(np.mean(less < 0))}
    return found


def _demand(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SonghanhError(
            Fault(
                code=f"what_if.{name}",
                message=f"{name} is {value}; allowed: {low} to {high}.",
                remedy="Give a number in the allowed range.",
                parameter=name,
            )
        )
