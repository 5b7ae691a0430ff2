"""The loop over days, for those who have the levers of each day at hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic.controls import EpidemicControls
from songhanh.epidemic.engine import Engine
from songhanh.epidemic.parameters import EpidemicParameters
from songhanh.epidemic.people import Packed
from songhanh.epidemic.result import EpidemicResult
from songhanh.province.population import Population

ControlsOfDay = Callable[[int, Engine], EpidemicControls]


def simulate(
    population: Population | Packed,
    parameters: EpidemicParameters,
    controls_of_day: ControlsOfDay,
    imports: NDArray[np.int64],
    seed: int,
    days: int,
    capacity: int = 200_000,
    with_tree: bool = False,
) -> EpidemicResult:
    """Run one replicate.

    Parameters
    ----------
    population
        The people.
    parameters
        Numbers of the world.
    controls_of_day
        Called each morning with the day and the engine (whose ``reported`` holds what is known); returns the
        day's levers.
    imports
        (k, 2) person and run day of each infection brought in from outside.
    seed
        Seed of every draw.
    days
        Days to run.
    capacity
        Infections at most.
    with_tree
        Whether the result carries the transmission tree.

    Raises
    ------
    CapacityError
        If there are more infections than the capacity.
    """
    engine = Engine(population, days, capacity)
    engine.start(parameters, imports, np.uint64(seed))
    for day in range(days):
        engine.step(day, controls_of_day(day, engine))
    return engine.result(with_tree)
