"""How firmly a comparison stands: in which worlds one plan dominates another, by model structure, and under other assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.decision.describe import totals
from songhanh.decision.statistics import worlds_won
from songhanh.joint.outcome import Outcome
from songhanh.joint.world import World
from songhanh.measures import parameters
from songhanh.measures.levels import LEVELS

# Effects that rest on people keeping to an order: multipliers of contacts, 1 where nobody does.
KEPT_BY_PEOPLE = (
    *(f"{lever}_{level}" for lever in ("community", "movement", "work_contacts") for level in LEVELS[1:]),
    *("contact_staggered", "contact_two_points", "contact_on_site", "boarding_thinned", "boarding_supported"),
)


def halved_compliance(world: World) -> World:
    """Return a world in which orders lower contacts half as much: each multiplier is moved half of the way to 1.

    Closures, tracing, tests and costs stay as they are: this asks what becomes of a plan that people do not keep to.
    """
    drawn = {**parameters().defaults(), **world.effects}
    weaker = {name: 0.5 * (1.0 + drawn[name]) for name in KEPT_BY_PEOPLE}
    return replace(world, effects={**world.effects, **weaker})


def structures(worlds: Sequence[World]) -> NDArray[np.str_]:
    """Return the (W,) model structure of each world."""
    return np.array([world.structure for world in worlds])


def dominance(
    outcomes: Mapping[str, list[Outcome]],
    adoptable: Sequence[str],
    objectives: Sequence[str],
    structure: NDArray[np.str_],
) -> list[dict[str, Any]]:
    """Return, for every pair of adoptable plans, in which share of the worlds the one dominates the other.

    In a world a plan dominates another if it is no worse on every objective and better on one. Both have the same luck.

    Parameters
    ----------
    structure
        (W,) model structure of each world.
    """
    points = {
        slug: np.stack([totals(outcomes[slug], name) for name in objectives], axis=1) for slug in adoptable
    }
    rows = []
    for plan in adoptable:
        for other in adoptable:
            if plan == other:
                continue
            won = worlds_won(points[plan], points[other])
            rows.append(
                {
                    "plan": plan,
                    "other": other,
                    "share_of_worlds": float(won.mean()),
                    "by_structure": {
                        str(name): float(won[structure == name].mean()) for name in np.unique(structure)
                    },
                }
            )
    return rows
