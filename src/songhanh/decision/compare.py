"""Plans held against each other on common worlds: regret, ceilings, paired differences, who beats whom, at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.decision.ceilings import Ceilings, broken
from songhanh.decision.describe import totals
from songhanh.decision.indicators import INDICATORS, OBJECTIVES
from songhanh.decision.statistics import dominated_by, max_regret, spread
from songhanh.joint.outcome import Outcome
from songhanh.measures import Plan

PRESENT = "present-orders"  # slug of the plan that adds nothing to the orders in force


def compare(
    described: list[dict[str, Any]],
    plans: Mapping[str, Plan],
    outcomes: Mapping[str, list[Outcome]],
    ceilings: Ceilings,
) -> None:
    """Add to described plans what only comparison tells (in place).

    A plan is dominated by those that are no worse in the mean on every objective and better on one, unless they outrun
    a capacity or break a ceiling that it keeps within itself. Reference lines neither dominate nor are dominated.
    """
    base = base_plan(plans)
    adoptable = [slug for slug, plan in plans.items() if not plan.reference]
    for row in INDICATORS:
        values = {slug: totals(outcomes[slug], row.id) for slug in plans}
        regret = max_regret({slug: values[slug] for slug in adoptable})
        at_most = ceilings.set().get(row.id)
        for plan in described:
            found = plan["outcomes"][row.id]
            found["max_regret"] = regret.get(plan["id"])
            found["share_meeting"] = (
                None if at_most is None else float((values[plan["id"]] <= at_most).mean())
            )
            plan.setdefault("difference", {})[row.id] = spread(values[plan["id"]] - values[base])
    means = {
        row["id"]: {name: row["outcomes"][name]["mean"] for name in OBJECTIVES}
        for row in described
        if not row["reference"]
    }
    beaten = dominated_by(means, OBJECTIVES)
    faults = {row["id"]: {item["what"]["en"] for item in row["infeasible"]} for row in described}
    for plan in described:
        slug = plan["id"]
        kept = ceilings.meets(outcomes[slug])
        plan["meets"] = {name: float(worlds.mean()) for name, worlds in kept.items()}
        whole = np.ones(len(outcomes[slug]), np.bool_)
        plan["within_ceilings"] = float(np.logical_and.reduce([whole, *kept.values()]).mean())
        plan["breaks"] = sorted(broken(ceilings, outcomes[slug]))
        faults[slug] |= set(plan["breaks"])
    for plan in described:
        slug = plan["id"]
        plan["dominated_by"] = [other for other in beaten.get(slug, []) if faults[other] <= faults[slug]]
        plan["on_front"] = slug in beaten and not plan["dominated_by"]


def base_plan(plans: Mapping[str, Plan]) -> str:
    """Return the plan that others are paired with: the present orders, else the first that can be adopted."""
    if PRESENT in plans:
        return PRESENT
    return next((slug for slug, plan in plans.items() if not plan.reference), next(iter(plans)))


def neighbours(
    described: Sequence[Mapping[str, Any]], outcomes: Mapping[str, list[Outcome]]
) -> list[dict[str, Any]]:
    """Return what each step along the front costs: from a plan that loses less to the next that has fewer cases.

    VND per case and per death averted are printed and never weighed: no price of a life is set. They are the mean loss
    of value added and the mean public cost, over the mean numbers averted in the same worlds, and null where nobody is.
    """
    shown = [row for row in described if row["on_front"] and row["feasible"] and not row["breaks"]]
    ordered = sorted(shown, key=lambda row: (row["outcomes"]["value_added_lost_vnd_bn"]["mean"], row["id"]))
    steps: list[Mapping[str, Any]] = []
    for row in ordered:  # one that costs more and has no fewer cases is on the front for another objective
        if not steps or row["outcomes"]["cases_total"]["mean"] < steps[-1]["outcomes"]["cases_total"]["mean"]:
            steps.append(row)
    return [
        _step(one["id"], two["id"], outcomes[one["id"]], outcomes[two["id"]]) for one, two in pairwise(steps)
    ]


def _step(one: str, two: str, before: list[Outcome], after: list[Outcome]) -> dict[str, Any]:
    def more(name: str) -> NDArray[np.float64]:
        return totals(after, name) - totals(before, name)

    lost, cost = more("value_added_lost_vnd_bn"), more("public_cost_vnd_bn")
    row: dict[str, Any] = {
        "from": one,
        "to": two,
        "value_added_lost_more_vnd_bn": spread(lost),
        "public_cost_more_vnd_bn": spread(cost),
    }
    for name, one_of in (("cases", "cases_total"), ("deaths", "deaths")):
        averted = -more(one_of)
        row[f"{name}_averted"] = spread(averted)
        mean = float(averted.mean())
        row[f"value_added_vnd_per_{name[:-1]}_averted"] = (
            float(lost.mean()) * 1e9 / mean if mean > 0 else None
        )
        row[f"public_vnd_per_{name[:-1]}_averted"] = float(cost.mean()) * 1e9 / mean if mean > 0 else None
    return row
