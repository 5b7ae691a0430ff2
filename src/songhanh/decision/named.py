"""The named plans of a night: a handful that people can talk about, each with a letter and a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import SonghanhError
from songhanh.core.text import Text
from songhanh.decision.compare import PRESENT
from songhanh.decision.indicators import BY_ID
from songhanh.decision.rules import Rule, plan_of
from songhanh.decision.statistics import knee
from songhanh.joint.ensemble import PRESENT_ORDERS
from songhanh.measures import Plan, plans_of
from songhanh.province import Pack

TARGETED, CLOSED = "targeted", "close-parks-support"
# What stands for plans B and C where the pack has none of its own, and what a search begins with.
TARGETED_RULE = Rule.of(
    firm_cases=2,
    closed_days=14,
    area_level="ct16",
    area_cases=1,
    sampling_every_days=7,
    tracing_cases=150,
    thinning_share=0.15,
    support=1.0,
)
CLOSED_RULE = Rule.of(
    sites_now="closed",
    area_level="ct16",
    area_cases=1,
    tracing_cases=150,
    thinning_share=0.15,
    support=1.0,
)
MOST_NAMED = 7
WHY = {
    PRESENT: Text(
        "A: mốc so sánh, không thêm gì vào các lệnh hiện hành.",
        "A: the line to compare with, nothing is added to the orders in force.",
    ),
    TARGETED: Text(
        "B: chỉ dừng doanh nghiệp có ca, giãn nhà trọ, chi trả hỗ trợ.",
        "B: only firms with cases stop, boarding villages are thinned, support is paid.",
    ),
    CLOSED: Text(
        "C: đóng mọi khu có dịch, Chỉ thị 16 và hỗ trợ.",
        "C: all affected parks closed, Directive 16, support paid.",
    ),
    "decided": Text("Phương án đã được quyết định.", "What was decided."),
}


@dataclass(frozen=True)
class Named:
    """One named plan; a reference line has no letter, since nobody can adopt it. ``rule`` is the id of the rule it is."""

    slug: str
    plan: Plan
    why: Text
    letter: str | None = None
    rule: str | None = None


def standing_plans(pack: Pack, as_of: date, allowed: Callable[[Plan], bool]) -> list[Named]:
    """Return the plans that are always shown: the reference lines, A, B, C, and what was decided if the pack says so.

    Parameters
    ----------
    allowed
        Whether law and limits allow a plan on the date. Where they refuse the pack's B or C, the rule that stands for it
        is shown, and where they refuse that as well, none.

    Raises
    ------
    SonghanhError
        If a plan of the pack is malformed.
    """
    plans = plans_of(pack)
    present = plans.get(PRESENT) or replace(PRESENT_ORDERS, slug=PRESENT)
    candidates: list[Plan | None] = [plan for plan in plans.values() if plan.reference]
    candidates.append(present)
    for slug, rule, name in (
        (TARGETED, TARGETED_RULE, Text("Khoanh vùng hẹp, có hỗ trợ", "Targeted, with support")),
        (
            CLOSED,
            CLOSED_RULE,
            Text("Đóng các khu, Chỉ thị 16, hỗ trợ", "Sites closed, Directive 16, support"),
        ),
    ):
        own = plans.get(slug)
        candidates.append(own if own and allowed(own) else _of_rule(rule, pack, as_of, slug, name))
    known = {plan.slug for plan in candidates if plan}
    candidates += [plan for plan in plans.values() if plan.decided and plan.slug not in known]
    shown = [plan for plan in candidates if plan is not None and allowed(plan)]
    line = Text("Đường tham chiếu: không ai được chọn.", "A reference line: nobody can adopt it.")
    letters = {PRESENT: "A", TARGETED: "B", CLOSED: "C"}
    later = iter("DEFG")
    return [
        Named(plan.slug, plan, line)
        if plan.reference
        else Named(
            plan.slug,
            plan,
            WHY.get(plan.slug, WHY["decided"]),
            letters.get(plan.slug) or next(later, None),
        )
        for plan in shown
    ]


def _of_rule(rule: Rule, pack: Pack, as_of: date, slug: str, name: Text) -> Plan | None:
    """Return the plan of a rule, or nothing where the law has no document for it."""
    try:
        return plan_of(rule, pack, as_of, slug, name)
    except SonghanhError:
        return None


def picks(
    rules: Sequence[str],
    plans: Mapping[str, Plan],
    points: NDArray[np.float64],
    objectives: Sequence[str],
    taken: Sequence[Named],
) -> list[Named]:
    """Return the rules of a front that get a name: the knee, then the least of each objective, while letters last.

    Parameters
    ----------
    points
        (N, M) fresh means of the objectives of the rules.
    """
    letters = [named.letter for named in taken if named.letter]
    free = [letter for letter in "ABCDEFG"[:MOST_NAMED] if letter not in letters]
    if not rules:
        return []
    wanted = [
        (
            "knee",
            knee(points),
            Text("gần mức tốt nhất của mọi mục tiêu nhất", "nearest to the best of every goal"),
        )
    ]
    for column, name in enumerate(objectives):
        said = BY_ID[name].name
        least = int(np.argmin(points[:, column]))
        wanted.append((f"least-{name}", least, Text(f"ít nhất về: {said.vi}", f"least of: {said.en}")))
    named: list[Named] = []
    used: set[int] = set()
    for slug, index, why in wanted:
        if index in used or len(named) == len(free):
            continue
        used.add(index)
        short = slug.replace("_vnd_bn", "").replace("_", "-")
        plan = plans[rules[index]]
        called = Text(f"{plan.name.vi}: {why.vi}", f"{plan.name.en}: {why.en}")
        reason = Text(f"{_first(why.vi)}. {plan.summary.vi}", f"{_first(why.en)}. {plan.summary.en}")
        letter = free[len(named)]
        named.append(Named(short, replace(plan, slug=short, name=called), reason, letter, rules[index]))
    return named


def _first(words: str) -> str:
    """Begin with a capital and leave the rest as it is."""
    return words[:1].upper() + words[1:]
