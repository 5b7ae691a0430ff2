"""The document of a search: the front with its fresh test, the plans that get a name, and which dominates which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from songhanh.decision.evaluate import describe_plans
from songhanh.decision.indicators import BY_ID
from songhanh.decision.joined import join
from songhanh.decision.named import Named, picks
from songhanh.decision.nsga import Steps
from songhanh.decision.robustness import dominance, structures
from songhanh.decision.rule_space import SPACE
from songhanh.decision.rules import Rule
from songhanh.decision.search_points import Point, Question
from songhanh.decision.search_state import Tried
from songhanh.decision.statistics import spread
from songhanh.joint.outcome import Outcome
from songhanh.measures import Plan
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import WorldSet


def front_row(
    question: Question,
    steps: Steps,
    found: Tried,
    plans: Mapping[str, Plan],
    outcomes: Mapping[str, list[Outcome]],
    points: Mapping[str, Point],
    kept: Mapping[str, bool],
) -> dict[str, Any]:
    """Return one rule of the front, as it came out in the search and on the fresh worlds."""
    rule = Rule.at(steps)
    return {
        "id": rule.id,
        "parameters": rule.parameters,
        "summary": rule.in_words().as_dict(),
        "plan_toml": plans[rule.id].canonical().decode(),
        "search": dict(zip(question.objectives, found.objectives, strict=True)),
        "search_feasible_share": found.feasible_share,
        "fresh": {
            name: spread(np.array([outcome.totals[name] for outcome in outcomes[rule.id]]))
            for name in question.objectives
        },
        "still_on_front": kept[rule.id],
        "feasible_share": points[rule.id].feasible_share,
        "limits_kept": bool((points[rule.id].violations <= 0).all()),
    }


def named_plans(
    question: Question,
    standing: Mapping[str, Named],
    plans: Mapping[str, Plan],
    outcomes: Mapping[str, list[Outcome]],
    points: Mapping[str, Point],
    kept: Mapping[str, bool],
    fresh: WorldSet,
    lines: LineList | None,
) -> dict[str, Any]:
    """Return the named plans as an evaluation tells them, on the fresh worlds, and which dominates which in how many."""
    # Names go to rules that stayed on the front and keep the limits, if there are any.
    order = sorted(
        plans, key=lambda rule: (not kept[rule], float(np.maximum(points[rule].violations, 0.0).sum()))
    )
    best = [rule for rule in order if kept[rule] and (points[rule].violations <= 0).all()] or order
    objectives = np.array([points[rule].objectives for rule in best]).reshape(len(best), -1)
    new = picks(best, plans, objectives, question.objectives, list(standing.values()))
    told = {**{slug: named.plan for slug, named in standing.items()}, **{one.slug: one.plan for one in new}}
    runs = {slug: outcomes[slug] for slug in standing} | {one.slug: outcomes[str(one.rule)] for one in new}
    described = describe_plans(
        question.reference,
        question.as_of,
        told,
        runs,
        question.capacities,
        question.horizon,
        question.ceilings,
    )
    join(described, question.reference, question.as_of, told, runs, fresh, question.ceilings, lines)
    adoptable = [slug for slug, plan in told.items() if not plan.reference]
    return {
        "named": [
            {
                "slug": named.slug,
                "letter": named.letter,
                "name": named.plan.name.as_dict(),
                "why": named.why.as_dict(),
                "plan_toml": named.plan.canonical().decode(),
                "plan": row,
            }
            for named, row in zip([*standing.values(), *new], described, strict=True)
        ],
        "dominance": dominance(runs, adoptable, question.objectives, structures(fresh.worlds)),
    }


def indicator(name: str) -> dict[str, Any]:
    """Say what an objective is."""
    row = BY_ID[name]
    return {"id": row.id, "name": row.name.as_dict(), "unit": row.unit.as_dict()}


def constraints(question: Question) -> list[dict[str, Any]]:
    """Say which limits bind the search, and in which share of the worlds each may be passed."""
    names = question.capacities.names()
    return [
        {
            "id": name,
            "name": (names[name] if name in names else BY_ID[name].name).as_dict(),
            "may_be_passed_in": share,
        }
        for name, share in question.shares().items()
    ]


def parameter(k: int) -> dict[str, Any]:
    """Say what a parameter of rules may be."""
    return {"id": SPACE[k].id, "name": SPACE[k].name.as_dict(), "values": list(SPACE[k].values)}


def refused(tried: Mapping[Steps, Tried]) -> list[dict[str, Any]]:
    """Say which laws and limits refused rules before they were run, and how many each."""
    reasons: dict[str, list[str]] = {}
    for one in tried.values():
        if one.refused:
            reasons.setdefault(one.refused.partition(":")[0], []).append(one.refused)
    return [
        {"code": code, "example": said[0].partition(": ")[2], "rules": len(said)}
        for code, said in reasons.items()
    ]
