"""What happens to a contact of a case, and to a contact of a contact: the levels F1, F2, ... as the rules say.

The tables become arrays, and small kernels act on them: the simulator and the web application call the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import inline_kernel
from songhanh.response.policy import PolicySet, policies_on, policy_on

MOST_LEVELS = 4  # F1 to F4
MOST_TESTS = 4


class Action(IntEnum):
    """What is done with a contact, in order of strictness."""

    NOTHING = 0
    MONITOR = 1  # watches their own health
    HOME = 2  # stays at home
    CENTRAL = 3  # is taken to a quarantine place


@dataclass(frozen=True, eq=False)
class ContactRules:
    """The rules for contacts in force on one day, by level: index 1 is F1; index 0 is not used.

    Attributes
    ----------
    action, days
        (5,) `Action`, and the days it lasts.
    test_days
        (4,) days of quarantine on which F1 are sampled, 0 for none.
    """

    action: NDArray[np.uint8]
    days: NDArray[np.int32]
    test_days: NDArray[np.int32]


def no_contact_rules() -> ContactRules:
    """Return rules under which nothing is done with contacts."""
    return ContactRules(
        np.zeros(MOST_LEVELS + 1, np.uint8),
        np.zeros(MOST_LEVELS + 1, np.int32),
        np.zeros(MOST_TESTS, np.int32),
    )


def contact_rules(policies: PolicySet | str, when: date, at_home: bool = False) -> ContactRules:
    """Compile the tables ``contact`` and ``quarantine`` for one day.

    Parameters
    ----------
    at_home
        Whether F1 stay at home; the caller asks the rule ``quarantine`` whether that is allowed.

    Raises
    ------
    SonghanhError
        If no rule for the quarantine of close contacts is in force.
    """
    rules = no_contact_rules()
    for policy in policies_on(policies, "contact", when).values():
        level = int(policy["depth"])
        rules.action[level] = int(policy["action"])
        rules.days[level] = int(policy["days"])
    quarantine = policy_on(policies, "quarantine", when)
    rules.action[1] = Action.HOME if at_home else Action.CENTRAL
    rules.days[1] = int(quarantine["days"])
    for k in range(MOST_TESTS):
        rules.test_days[k] = int(quarantine.values.get(f"test_day_{k + 1}", 0))
    return rules


@inline_kernel
def next_level(level: int) -> int:
    """Return the level of somebody who met a person of a level: a contact of F1 is F2."""
    return level + 1


@inline_kernel
def last_day(day: int, days: int) -> int:
    """Return the last day of a quarantine that begins on a day."""
    return min(day + days, 65535)


@inline_kernel
def is_stricter(action: int, is_central: bool) -> bool:
    """Tell whether an action asks for more than staying at home, and the person is not yet in a place."""
    return action == 3 and not is_central
