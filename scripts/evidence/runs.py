"""Short ways to run the engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import (
    Engine,
    EpidemicControls,
    EpidemicParameters,
    EpidemicResult,
    Layer,
    Tree,
    no_controls,
)

Ints = NDArray[np.int64]
ALONE = {f"share_{layer.name.lower()}": 0.0 for layer in Layer if layer is not Layer.IMPORT}
PLAIN = {
    "asymptomatic_infectiousness": 1.0,
    "symptomatic_share": 1.0,
    "severity_ratio": 0.0,
    **{f"susceptibility_age_{age}": 1.0 for age in range(0, 90, 10)},
}


def only(layer: str, **values: float) -> EpidemicParameters:
    """Return parameters under which one layer carries all transmission, alike for everybody."""
    return EpidemicParameters.from_values(
        {**ALONE, **PLAIN, "share_out": 0.0, "share_hamlet": 0.0, f"share_{layer}": 1.0, **values}
    )


def imports_of(people: NDArray[np.integer] | Sequence[int], day: int = 0) -> Ints:
    """Return infections from outside of some people on one day."""
    who = np.asarray(people, np.int64)
    return np.stack([who, np.full_like(who, day)], axis=1)


def spread_out(k: int, n: int) -> Ints:
    """Return k infections from outside on day 0, evenly among n people."""
    return imports_of(np.arange(k) * (n // k))


def run(
    engine: Engine,
    parameters: EpidemicParameters,
    imports: Ints,
    seed: int,
    days: int | None = None,
    levers: EpidemicControls | Sequence[EpidemicControls] | None = None,
    with_tree: bool = False,
) -> EpidemicResult:
    """Run one replicate, under the same levers every day, the levers of each day, or none."""
    engine.start(parameters, imports, np.uint64(seed))
    same = levers if isinstance(levers, EpidemicControls) else no_controls(engine.n_communes, engine.n_sites)
    by_day = levers if isinstance(levers, Sequence) else None
    for day in range(engine.days if days is None else days):
        engine.step(day, by_day[day] if by_day is not None else same)
    return engine.result(with_tree)


def tree_in(result: EpidemicResult) -> Tree:
    """Return the transmission tree of a run that was asked for it."""
    assert result.tree is not None
    return result.tree
