"""What comes first in an area: the epidemic, both together, or production under guard.

The rule reads what is observed of an area (reported cases, the legal level in force, the chance of a case, what is
produced) and the dated policy ``priority``. Its kernels act on arrays of areas: the web application, the command
line and a simulated committee call the same. The mode never falls below what the legal level asks for, and it never
falls when more cases are reported: both are tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from songhanh.core.text import Text
from songhanh.response.policy import Policy, PolicySet, policy_on

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
PER = 100_000.0


class Mode(IntEnum):
    """The three modes, from looser to stricter."""

    PRODUCTION_UNDER_GUARD = 0
    BOTH = 1
    EPIDEMIC_FIRST = 2


MODE_IDS = {
    Mode.PRODUCTION_UNDER_GUARD: "production-under-guard",
    Mode.BOTH: "both",
    Mode.EPIDEMIC_FIRST: "epidemic-first",
}
MODE_NAMES = {
    Mode.PRODUCTION_UNDER_GUARD: Text("ưu tiên sản xuất, có bảo vệ", "production under guard"),
    Mode.BOTH: Text("song hành chống dịch và sản xuất", "both together"),
    Mode.EPIDEMIC_FIRST: Text("ưu tiên phòng, chống dịch", "epidemic first"),
}


class Risk(IntEnum):
    """Levels of risk by the cases of 14 days per 100,000 people; ours, not those of Decision 2686."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    VERY_HIGH = 3


RISK_IDS = {Risk.LOW: "low", Risk.MEDIUM: "medium", Risk.HIGH: "high", Risk.VERY_HIGH: "very-high"}
RISK_NAMES = {
    Risk.LOW: Text("thấp", "low"),
    Risk.MEDIUM: Text("trung bình", "medium"),
    Risk.HIGH: Text("cao", "high"),
    Risk.VERY_HIGH: Text("rất cao", "very high"),
}


class Why(IntEnum):
    """What speaks for or against a mode: columns of `Priority.why`."""

    SEALED = 0  # the legal level asks for epidemic first
    VERY_HIGH_RISK = 1
    HIGH_AND_RISING = 2
    HIGH_AND_CHEAP = 3  # high risk where closure costs little
    LEGAL_LEVEL = 4  # from here on: what stands in the way of production under guard
    NOT_QUIET = 5
    RISING = 6
    CASE_IS_LIKELY = 7
    RISK_AROUND = 8
    FIRST_INSIDE = 9
    LITTLE_PRODUCED = 10


_FIRST = slice(Why.SEALED, Why.LEGAL_LEVEL)


@dataclass(frozen=True, eq=False)
class Seen:
    """What the rule reads of A areas.

    Attributes
    ----------
    week, before
        (A,) cases reported in the last 7 days, and in the 7 days before.
    people
        (A,) residents and lodgers.
    rank
        (A,) legal level in force (rank of the policy ``level``).
    p_any
        (A,) probability of any case within 7 days, NaN where no forecast says.
    value, closure
        (A,) value added a day, and what closure costs a day, against the mean of the areas of the same kind.
    around
        (A,) `Risk` of the district that the area belongs to (of a district: its own).
    first_inside
        (A,) whether some part of the area is epidemic first; false for the smallest areas.
    """

    week: Counts
    before: Counts
    people: Floats
    rank: Counts
    p_any: Floats
    value: Floats
    closure: Floats
    around: Counts
    first_inside: Flags


@dataclass(frozen=True, eq=False)
class Priority:
    """(A,) `Mode` and `Risk`, and (A, len(Why)) which grounds hold."""

    mode: NDArray[np.int8]
    risk: NDArray[np.int8]
    why: Flags


def priority_rule(policies: PolicySet | str, when: date) -> Policy:
    """Return the rule in force on a day.

    Raises
    ------
    SonghanhError
        If none is.
    """
    return policy_on(policies, "priority", when)


def risk_levels(cases_14d: Counts, people: Floats, rule: Policy) -> NDArray[np.int8]:
    """Return (A,) `Risk`: bounds on cases per 100,000 in 14 days, and least numbers of cases for the upper two."""
    rate = cases_14d / np.maximum(people, 1.0) * PER
    level = (rate >= rule["medium_per_100k_14d"]).astype(np.int8)
    high = (rate >= rule["high_per_100k_14d"]) & (cases_14d >= rule["high_min_cases"])
    very = (rate >= rule["very_high_per_100k_14d"]) & (cases_14d >= rule["very_high_min_cases"])
    level[high] = Risk.HIGH
    level[very] = Risk.VERY_HIGH
    return level


def rises(week: Counts, before: Counts, rule: Policy) -> Flags:
    """Return (A,) whether a week has so much more cases than the one before that it is no accident of small numbers."""
    return (week >= rule["rising_ratio"] * before) & (week - before >= rule["rising_min_cases"])


def falls(week: Counts, before: Counts, rule: Policy) -> Flags:
    """Return (A,) whether cases fall by the same measure as `rises`."""
    return rises(before, week, rule)


def prioritise(seen: Seen, rule: Policy) -> Priority:
    """Apply the rule to every area."""
    cases = seen.week + seen.before
    risk = risk_levels(cases, seen.people, rule)
    rising = rises(seen.week, seen.before, rule)
    high = risk >= Risk.HIGH
    why = np.zeros((len(cases), len(Why)), np.bool_)
    why[:, Why.SEALED] = seen.rank >= rule["first_rank"]
    why[:, Why.VERY_HIGH_RISK] = risk == Risk.VERY_HIGH
    why[:, Why.HIGH_AND_RISING] = high & rising
    why[:, Why.HIGH_AND_CHEAP] = high & (seen.closure < rule["cheap_closure_ratio"])
    why[:, Why.LEGAL_LEVEL] = seen.rank >= rule["both_rank"]
    why[:, Why.NOT_QUIET] = cases > rule["guard_most_per_100k_14d"] * seen.people / PER
    why[:, Why.RISING] = rising
    why[:, Why.CASE_IS_LIKELY] = seen.p_any > rule["guard_most_p_any"]  # false where it is not known
    why[:, Why.RISK_AROUND] = seen.around > rule["guard_most_around"]
    why[:, Why.FIRST_INSIDE] = seen.first_inside
    why[:, Why.LITTLE_PRODUCED] = seen.value < rule["guard_value_ratio"]
    mode = np.where(why[:, _FIRST].any(axis=1), Mode.EPIDEMIC_FIRST, Mode.BOTH)
    mode[~why.any(axis=1)] = Mode.PRODUCTION_UNDER_GUARD
    return Priority(mode.astype(np.int8), risk, why)


def allowed_modes(rank: int, rule: Policy) -> tuple[Mode, ...]:
    """Return the modes that are not looser than the legal level of an area (its rank) asks for, strictest first."""
    if rank >= rule["first_rank"]:
        return (Mode.EPIDEMIC_FIRST,)
    if rank >= rule["both_rank"]:
        return (Mode.EPIDEMIC_FIRST, Mode.BOTH)
    return (Mode.EPIDEMIC_FIRST, Mode.BOTH, Mode.PRODUCTION_UNDER_GUARD)
