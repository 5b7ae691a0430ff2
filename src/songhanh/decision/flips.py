"""What it would take to change a priority: the nearest observation under which the rule itself says another mode.

Nothing here knows the rule: its kernel is asked again with other observations, so that a changed rule changes the
answer. Cases come week by week: "n cases in the coming 7 days" makes this week the week before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from songhanh.response import Policy
from songhanh.response.priority import Flags, Mode, Risk, Seen, prioritise

Quantity = Literal["cases", "cases_two_weeks", "p_any", "level", "around", "inside", "produced"]
Floats = NDArray[np.float64]
STEPS = 100  # of a probability
ROUNDS = 44  # of halving: whole numbers of people, and a share of a mean to nine digits
MOST_TIMES = 1e4  # the mean of the areas: more is not produced anywhere


@dataclass(frozen=True, slots=True)
class Condition:
    """One observation: ``at`` at most this much where a mode is eased, at least this much where it tightens.

    ``produced`` is at least so many times the mean of the areas; ``inside`` means that no part is epidemic first.
    """

    quantity: Quantity
    at: float


@dataclass(frozen=True, slots=True)
class Flip:
    """The mode that an area would get if all conditions held and nothing else changed."""

    mode: Mode
    conditions: tuple[Condition, ...]
    is_tighter: bool = False  # one observation that gets worse; to ease a mode several may have to get better


def flips(seen: Seen, rule: Policy, ranks: Sequence[int]) -> list[list[Flip]]:
    """Return for every area the nearest changes that flip its mode.

    Upwards one for each observed quantity by itself; downwards the one that needs the fewest quantities to change.

    Parameters
    ----------
    ranks
        Ranks of the legal levels in force.
    """
    now = prioritise(seen, rule).mode
    found: list[list[Flip]] = [[] for _ in now]
    for quantity, at in _upwards(seen, rule, now, sorted(ranks)).items():
        changed = prioritise(with_condition(seen, quantity, at), rule).mode
        for a in np.flatnonzero(~np.isnan(at)).tolist():
            found[a].append(Flip(Mode(int(changed[a])), (Condition(quantity, float(at[a])),), True))
    eased, conditions = _downwards(seen, rule, now, sorted(ranks))
    for a, parts in enumerate(conditions):
        if parts:
            found[a].append(Flip(Mode(int(eased[a])), tuple(parts)))
    return found


def with_condition(seen: Seen, quantity: Quantity, at: Floats) -> Seen:
    """Return what would be seen if one quantity stood at a value in every area, (A,)."""
    if quantity not in ("p_any", "produced"):
        at = np.nan_to_num(at)
    if quantity == "cases":
        return replace(seen, week=at.astype(np.int64), before=seen.week)
    if quantity == "cases_two_weeks":
        return replace(seen, week=at.astype(np.int64), before=at.astype(np.int64))
    if quantity == "p_any":
        return replace(seen, p_any=at)
    if quantity == "level":
        return replace(seen, rank=at.astype(np.int64))
    if quantity == "around":
        return replace(seen, around=at.astype(np.int64))
    if quantity == "inside":
        return replace(seen, first_inside=at > 0)
    return replace(seen, value=np.maximum(seen.value, at))


def _upwards(seen: Seen, rule: Policy, now: NDArray[np.int8], ranks: list[int]) -> dict[Quantity, Floats]:
    """Return by quantity the (A,) least value above which the mode is stricter; NaN where there is none."""

    def stricter(quantity: Quantity) -> Callable[[Floats], Flags]:
        return lambda at: prioritise(with_condition(seen, quantity, at), rule).mode > now

    cases = _least(stricter("cases"), seen.people)
    likely = stricter("p_any")
    p_any = _least(lambda steps: likely(steps / STEPS), np.full(len(now), float(STEPS))) / STEPS
    level = _first(stricter("level"), np.array(ranks, np.float64), len(now))
    p_any[np.isnan(seen.p_any) | (p_any <= seen.p_any)] = np.nan
    level[level <= seen.rank] = np.nan
    return {"cases": cases, "p_any": p_any, "level": level}


def _downwards(
    seen: Seen, rule: Policy, now: NDArray[np.int8], ranks: list[int]
) -> tuple[NDArray[np.int8], list[list[Condition]]]:
    """Return the (A,) next looser mode and the conditions for it, the loosest of each; none where it is the loosest.

    Quantities are taken one after the other, the hardest to change first: each stays as it is if the others alone
    can ease the mode, else it takes the loosest value with which they can.
    """
    n, target = len(now), now - 1
    state = _favourable(seen)
    conditions: list[list[Condition]] = [[] for _ in range(n)]
    zeros, at_best = np.zeros(n), np.full(n, MOST_TIMES)

    def loose(quantity: Quantity) -> Callable[[Floats], Flags]:
        return lambda at: prioritise(with_condition(state, quantity, at), rule).mode <= target

    risks = np.array([float(level) for level in Risk])[::-1]
    plan: list[tuple[Quantity, Floats, Callable[[Callable[[Floats], Flags]], Floats]]] = [
        ("produced", seen.value, lambda can: _least(can, at_best, whole=False)),
        ("inside", seen.first_inside.astype(np.float64), lambda can: zeros),
        ("around", seen.around.astype(np.float64), lambda can: _first(can, risks, n)),
        (
            "p_any",
            seen.p_any,
            lambda can: (_least(lambda k: ~can(k / STEPS), np.full(n, float(STEPS))) - 1.0) / STEPS,
        ),
        ("level", seen.rank.astype(np.float64), lambda can: _first(can, np.array(ranks[::-1], float), n)),
    ]
    for quantity, present, loosest in plan:
        if quantity == "produced":
            state = replace(state, value=np.zeros(n))
        can = loose(quantity)
        keeps = can(present)
        at = np.where(keeps, present, loosest(can))
        for a in np.flatnonzero(~keeps & (now > 0)):
            conditions[a].append(Condition(quantity, float(at[a])))
        state = with_condition(state, quantity, at)
    _cases(seen, state, rule, now, conditions)
    return target, conditions


def _cases(
    seen: Seen, state: Seen, rule: Policy, now: NDArray[np.int8], conditions: list[list[Condition]]
) -> None:
    """Add how few cases it takes: none if those of today will do, else in one week, else in each of two."""
    state = replace(state, week=seen.week, before=seen.before)
    target = now - 1
    open_ = (prioritise(state, rule).mode > target) & (now > 0)
    quantities: tuple[Quantity, ...] = ("cases", "cases_two_weeks")
    for quantity in quantities:

        def too_many(at: Floats, quantity: Quantity = quantity) -> Flags:
            return prioritise(with_condition(state, quantity, at), rule).mode > target

        most = _least(too_many, seen.people) - 1.0
        for a in np.flatnonzero(open_ & (most >= 0)):
            conditions[a].append(Condition(quantity, float(most[a])))
        open_ &= ~(most >= 0)


def _favourable(seen: Seen) -> Seen:
    """Return the best that could be seen, closure apart, which does not change in a week."""
    none = np.zeros_like(seen.week)
    return replace(
        seen,
        week=none,
        before=none,
        rank=none,
        p_any=np.zeros_like(seen.p_any),
        value=np.full_like(seen.value, MOST_TIMES),
        around=none,
        first_inside=np.zeros_like(seen.first_inside),
    )


def _least(holds: Callable[[Floats], Flags], most: Floats, whole: bool = True) -> Floats:
    """Return the (A,) least value from 0 to ``most`` for which something holds that holds for all above it; else NaN."""
    low, high = np.full(len(most), -1.0), np.ceil(most)
    reachable = holds(high)
    for _ in range(ROUNDS):
        middle = np.floor((low + high) / 2.0) if whole else (low + high) / 2.0
        yes = holds(np.maximum(middle, 0.0)) & (middle >= 0)
        high, low = np.where(yes, middle, high), np.where(yes, low, middle)
        if whole and (high - low <= 1.0).all():
            break
    return np.where(reachable, high, np.nan)


def _first(holds: Callable[[Floats], Flags], grid: Floats, n: int) -> Floats:
    """Return the (A,) first value of a grid for which something holds, NaN where it does for none."""
    table = np.stack([holds(np.full(n, value)) for value in grid])
    return np.where(table.any(axis=0), grid[table.argmax(axis=0)], np.nan)
