"""What a level of restriction does to contacts and to work; shared by distancing and lock-down."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from songhanh.epidemic.controls import EpidemicControls, reduce_to
from songhanh.measures.base import At, Draft, lower, rule
from songhanh.measures.ground import Floats

LEVELS = ("none", "ct19", "ct15", "ct16", "lockdown")  # by rank: looser to stricter


LEVERS = (
    "community", "movement", "work_contacts", "open_essential", "open_nonessential", "demand_essential",
    "demand_nonessential", "logistics",
)  # fmt: skip


def monotone(effects: Mapping[str, float]) -> dict[str, float]:
    """Return the effects with the multipliers of the levels in order.

    Worlds draw each level by itself; a stricter level never loosens what a looser one forbids.
    """
    ordered = dict(effects)
    for lever in LEVERS:
        for looser, stricter in pairwise(LEVELS[1:]):
            name = f"{lever}_{stricter}"
            ordered[name] = min(ordered[name], ordered[f"{lever}_{looser}"])
    return ordered


def partial(factor: float, share: float) -> float:
    """Return the multiplier of a whole commune when a share of its residents is under the factor."""
    return 1.0 - share * (1.0 - factor)


def level_contacts(at: At, controls: EpidemicControls, level: str, share: float) -> None:
    """Lower contacts in the communes as the level orders."""
    for lever, array in (
        ("community", controls.community),
        ("movement", controls.movement),
        ("work_contacts", controls.work),
    ):
        reduce_to(array, at.communes, partial(at.effects[f"{lever}_{level}"], share))


def level_work(at: At, draft: Draft, level: str, share: float) -> None:
    """Close workplaces, and lower what households buy and what passes on the roads, as the level orders."""

    def by_sector(lever: str) -> Floats:
        essential, other = (
            partial(at.effects[f"{lever}_{which}_{level}"], share) for which in ("essential", "nonessential")
        )
        return np.where(at.ground.essential, essential, other)

    lower(draft.economy.work, at.communes, by_sector("open"))
    lower(draft.demand, at.communes, by_sector("demand"))
    lower(draft.logistics, at.communes, partial(at.effects[f"logistics_{level}"], share))


def level_restrict(at: At, draft: Draft, level: str, share: float) -> None:
    """State the level where it covers most of a commune, and the share of residents it restricts."""
    policy = rule(at, "level", level)
    if share >= 0.5:
        draft.level[at.communes] = np.maximum(draft.level[at.communes], np.int8(policy["rank"]))
    restricted = np.float32(share * policy["restricts"])
    draft.restricted[at.communes] = np.maximum(draft.restricted[at.communes], restricted)
