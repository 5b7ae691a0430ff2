"""Search over rules on common worlds, the front tested again on fresh ones, and the plans that get a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.days import date_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.rng import derived_seed
from songhanh.core.text import Text
from songhanh.decision.capacities import table
from songhanh.decision.ceilings import Ceilings
from songhanh.decision.evaluate import describe_worlds
from songhanh.decision.heading import heading
from songhanh.decision.indicators import BY_ID
from songhanh.decision.named import CLOSED_RULE, TARGETED_RULE, Named, standing_plans
from songhanh.decision.nsga import Steps, first_rules, run
from songhanh.decision.robustness import structures
from songhanh.decision.rule_space import SPACE
from songhanh.decision.rules import Rule, plan_of
from songhanh.decision.search_document import (
    constraints,
    front_row,
    indicator,
    named_plans,
    parameter,
    refused,
)
from songhanh.decision.search_points import Point, Question, judge, judge_outcomes
from songhanh.decision.search_state import State, Tried
from songhanh.decision.statistics import front
from songhanh.joint.ensemble import Report, Stop, run_ensemble, schedule
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import setting
from songhanh.measures import Plan
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import WorldSet, world_set

SCHEMA = "songhanh-search/1"
DAYS = 60  # horizon of a search, unless asked otherwise
OBJECTIVES = (
    "cases_total",
    "value_added_lost_vnd_bn",
    "household_income_lost_vnd_bn",
    "public_cost_vnd_bn",
)
NOTE = Text(
    "Các quy tắc được tìm trên ít kịch bản chung rồi kiểm tra lại trên kịch bản mới (lịch sử và may rủi khác). Dịch và kinh tế "
    "được tính đến hết kỳ; phong tỏa khẩn cấp khi mất kiểm soát được tính đủ, kể cả những ngày sau kỳ đó. Thiệt hại khác sau "
    "kỳ không tính. Mọi phương án theo cùng một quy tắc mở lại.",
    "Rules are searched on a few common worlds and tested again on fresh ones (other pasts, other luck). Both models are counted "
    "to the horizon; the emergency lock-down of a loss of control is paid in full, also its days beyond the horizon, and "
    "nothing else that comes later is. All plans are under one reopening rule.",
)


@dataclass(frozen=True)
class _Run:
    """What every step of a search needs."""

    question: Question
    seed: int
    generation: int
    n_jobs: int
    report: Report
    should_stop: Stop

    @property
    def pack_plans(self) -> dict[str, Named]:
        """Return the plans that are always shown, by slug."""
        pack = setting(self.question.reference).pack
        return {named.slug: named for named in standing_plans(pack, self.question.as_of)}

    def run(self, plans: Mapping[str, Plan], worlds: WorldSet) -> dict[str, list[Outcome]]:
        """Run plans on the fresh worlds."""
        ensemble = self.question.ensemble(plans)
        return run_ensemble(
            ensemble, worlds.worlds, self.n_jobs, self.report, self.should_stop, "fresh worlds"
        )

    def plan(self, steps: Steps) -> Plan:
        """Return the plan of a rule, refused if the law or a limit of a measure forbids it."""
        pack = setting(self.question.reference).pack
        plan = plan_of(Rule.at(steps), pack, self.question.as_of)
        schedule(self.question.reference, self.question.as_of, plan, False)
        return plan


def search(
    pack_ref: str | Path,
    as_of: date,
    seed: int = 1,
    n_rules: int = 2000,
    n_worlds: int = 20,
    n_fresh: int = 200,
    ceilings: Ceilings = Ceilings(),  # noqa: B008  (frozen: nobody can change the default)
    n_jobs: int = -1,
    on_progress: Report = lambda done, total, stage: None,
    should_stop: Stop = lambda: False,
    state_file: Path | None = None,
    days: int = DAYS,
    objectives: Sequence[str] = OBJECTIVES,
    n_histories: int | None = None,
    generation: int | None = None,
    lines: LineList | None = None,
) -> dict[str, Any]:
    """Search rules by NSGA-II, test the front on fresh worlds, and name five to seven plans.

    Parameters
    ----------
    n_rules, n_worlds
        Different rules to try, each in the same worlds.
    n_fresh
        Worlds of the test: calibrated anew, with another seed.
    ceilings
        Health ceilings, constraints of the search like laboratory, places, beds and lodging.
    state_file
        Where the generations are kept. A search that was stopped or killed goes on from it to the same bytes; a longer
        one may go on from a shorter one.
    days
        Horizon of both models.
    objectives
        Indicators to be made small, two to four.
    n_histories, generation
        Histories drawn before weighting, and rules in a generation; by default as in the tables of parameters.
    lines
        Line list that worlds are calibrated to beside the published counts.

    Returns
    -------
    dict
        The document (schema ``songhanh-search/1``), ready for JSON.

    Raises
    ------
    SonghanhError
        If the pack, the date, an argument or the state file is at fault.
    Cancelled
        If ``should_stop`` said so; the state file keeps the generations that were finished.
    """
    _check(n_rules, n_worlds, n_fresh, days, objectives)
    reference = str(pack_ref)
    ground = setting(reference)
    question = Question.of(reference, as_of, days, objectives, ceilings)
    size = min(generation or int(table().defaults()["search_generation"]), n_rules)
    this = _Run(question, seed, size, n_jobs, on_progress, should_stop)
    standing = this.pack_plans
    for named in standing.values():
        schedule(reference, as_of, named.plan, False)  # a faulty plan is found before the long work
    worlds = world_set(reference, as_of, seed, n_worlds, n_histories, n_jobs, on_progress, should_stop, lines)
    state = State.read(state_file, _identity(this, worlds))
    tried = _tried(this, worlds, n_rules, state)
    chosen = _front(tried)
    fresh = world_set(
        reference, as_of, fresh_seed(seed), n_fresh, n_histories, n_jobs, on_progress, should_stop, lines
    )
    plans = {Rule.at(steps).id: this.plan(steps) for steps in chosen}
    outcomes = this.run({**{slug: named.plan for slug, named in standing.items()}, **plans}, fresh)
    points = {name: judge_outcomes(question, rows) for name, rows in outcomes.items()}
    kept = _kept(points, {slug for slug, named in standing.items() if named.plan.reference})
    origin = ground.pack.outbreak_from
    horizon = question.horizon
    return {
        **heading(SCHEMA, ground, as_of, seed, n_worlds, worlds),
        "epidemic_until": date_of(origin, horizon.epidemic_days - 1).isoformat(),
        "economy_until": date_of(origin, horizon.economy_days - 1).isoformat(),
        "note": NOTE.as_dict(),
        "rules_tried": sum(one.refused is None for one in tried.values()),
        "generations": len(state.generations),
        "objectives": [indicator(name) for name in objectives],
        "constraints": constraints(question),
        "ceilings": ceilings.rows(),
        "parameters": [parameter(k) for k in range(len(SPACE))],
        "refused": refused(tried),
        "fresh": {
            "n_worlds": n_fresh,
            "world_set": fresh.id,
            "structures": sorted(set(structures(fresh.worlds).tolist())),
            **describe_worlds(fresh, origin),
        },
        "front": [
            front_row(question, steps, tried[steps], plans, outcomes, points, kept) for steps in chosen
        ],
        **named_plans(question, standing, plans, outcomes, points, kept, fresh, lines),
    }


def _check(n_rules: int, n_worlds: int, n_fresh: int, days: int, objectives: Sequence[str]) -> None:
    faults = [
        Fault("search.number", f"{name} is {value}.", f"It must be at least {least}.", parameter=name)
        for name, value, least in (
            ("n_rules", n_rules, 4),
            ("n_worlds", n_worlds, 2),
            ("n_fresh", n_fresh, 2),
            ("days", days, 14),
        )
        if value < least
    ]
    unknown = [name for name in objectives if name not in BY_ID]
    if unknown or not 2 <= len(objectives) <= 4 or len(set(objectives)) < len(objectives):
        faults.append(
            Fault(
                "search.objectives",
                f"The objectives are {', '.join(objectives)}.",
                f"Name two to four different indicators of {', '.join(BY_ID)}.",
                parameter="objectives",
            )
        )
    if faults:
        raise SonghanhError(faults)


def fresh_seed(seed: int) -> int:
    """Return the seed of the fresh worlds of a search: other pasts and other luck than those searched on."""
    return int(derived_seed("fresh", seed) % np.uint64(2**31))


def _identity(this: _Run, worlds: WorldSet) -> str:
    """Return what a state file must be of: everything that the values of a rule depend on but the number of rules."""
    question = this.question
    content = {
        "worlds": worlds.id,
        "seed": this.seed,
        "days": question.days,
        "decision": table().defaults(),
        "objectives": list(question.objectives),
        "ceilings": question.ceilings.rows(),
        "generation": this.generation,
        "space": [[parameter.id, list(parameter.values)] for parameter in SPACE],
        "plans": [this.plan(rule.steps).id for rule in _known(this)],
    }
    return sha256(json_bytes(content))


def _known(this: _Run) -> list[Rule]:
    """Return the rules that every search begins with, those that the law allows."""
    allowed = []
    for rule in (Rule.of(), TARGETED_RULE, CLOSED_RULE):
        try:
            this.plan(rule.steps)
        except SonghanhError:
            continue
        allowed.append(rule)
    return allowed


def _tried(this: _Run, worlds: WorldSet, n_rules: int, state: State) -> dict[Steps, Tried]:
    """Run NSGA-II; rules that the law forbids are told to it without being run."""
    question, size = this.question, len(worlds.worlds)
    done = 0

    def report(n: int) -> None:
        nonlocal done
        done = n
        this.report(min(done, n_rules), n_rules, "rules")

    def within(replicates: int, of: int, stage: str) -> None:
        this.report(min(done + replicates // size, n_rules), n_rules, stage)

    def judged(asked: list[Steps]) -> list[Tried]:
        plans: dict[str, Plan] = {}
        forbidden: dict[Steps, str] = {}
        for steps in asked:
            try:
                plans[Rule.at(steps).id] = this.plan(steps)
            except SonghanhError as error:
                forbidden[steps] = f"{error.faults[0].code}: {error.faults[0].message}"
        points = judge(question, plans, worlds.worlds, this.n_jobs, within, this.should_stop)
        return [
            Tried(steps, refused=forbidden[steps])
            if steps in forbidden
            else _of(steps, points[Rule.at(steps).id])
            for steps in asked
        ]

    seed = int(derived_seed("rules", this.seed))
    first = first_rules([rule.steps for rule in _known(this)], this.generation, seed)
    limits = len(question.shares())
    return run(first, n_rules, len(question.objectives), limits, seed, state, judged, report)


def _of(steps: Steps, point: Point) -> Tried:
    return Tried(
        steps, tuple(point.objectives.tolist()), tuple(point.violations.tolist()), point.feasible_share
    )


def _front(tried: Mapping[Steps, Tried]) -> list[Steps]:
    """Return the front of all rules tried that keep every limit; where none does, of those that pass them least.

    A long front is thinned to the best of each objective and those farthest from each other.
    """
    ran = [one for one in tried.values() if not one.refused]
    if not ran:
        return []
    passed = np.array([sum(max(value, 0.0) for value in one.violations) for one in ran])
    if (passed > 0).all():
        ran = [one for one, by in zip(ran, passed, strict=True) if by <= np.quantile(passed, 0.1)]
    else:
        ran = [one for one, by in zip(ran, passed, strict=True) if by == 0]
    points = np.array([one.objectives for one in ran])
    on = np.flatnonzero(front(points))
    most = int(table().defaults()["search_front_most"])
    return [ran[on[index]].steps for index in _apart(points[on], most)]


def _apart(points: NDArray[np.float64], most: int) -> list[int]:
    """Return at most so many of (N, M) points: the least of each objective, then each time the farthest from those."""
    _, first = np.unique(points, axis=0, return_index=True)  # one of several rules that come out the same
    left = np.sort(first)
    points = points[left]
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = (points - low) / np.where(high > low, high - low, 1.0)
    chosen = list(dict.fromkeys(int(np.argmin(scaled[:, m])) for m in range(points.shape[1])))[:most]
    distance = np.linalg.norm(scaled[:, None] - scaled[None, chosen], axis=2).min(axis=1)
    while len(chosen) < min(most, len(points)):
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.linalg.norm(scaled - scaled[chosen[-1]], axis=1))
    return [int(left[index]) for index in sorted(chosen)]


def _kept(points: Mapping[str, Point], reference: set[str]) -> dict[str, bool]:
    """Say which plans nothing dominates on the fresh worlds: no worse on every objective, and passing no further limit."""
    names = [name for name in points if name not in reference]
    kept = {}
    for name in names:
        mine = points[name]
        kept[name] = not any(
            np.all(points[other].objectives <= mine.objectives)
            and np.any(points[other].objectives < mine.objectives)
            and not np.any((points[other].violations > 0) & (mine.violations <= 0))
            for other in names
        )
    return kept
