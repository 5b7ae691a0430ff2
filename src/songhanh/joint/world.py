"""A world: one draw of everything that is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

PLACES, BEHAVIOUR, UNSEEN = STRUCTURES = ("places", "behaviour", "unseen")


@dataclass(frozen=True)
class World:
    """One draw of what is not known, with the luck that goes with it.

    Parameters
    ----------
    number
        Position in its world set.
    luck
        Seed of every addressed draw up to the as-of date.
    future_luck
        Seed of every addressed draw after it. Two worlds may share a past and differ in their future.
    epidemic, effects, economy
        Values of the parameters of `epidemic/`, `measures/` and `economy/` that differ from the defaults.
    imports
        (k, 2) person and run day of each infection brought in from outside.
    origins
        (k,) the introduction that each of them belongs to.
    structure
        Which structure of the model it follows, see `STRUCTURES`.
    joint
        Values of the parameters of this room that differ from the defaults.
    """

    number: int
    luck: int
    future_luck: int
    epidemic: Mapping[str, float]
    effects: Mapping[str, float]
    economy: Mapping[str, float]
    imports: NDArray[np.int64]
    origins: tuple[str, ...]
    structure: str = PLACES
    joint: Mapping[str, float] = field(default_factory=dict)
