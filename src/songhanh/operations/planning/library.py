"""The library's functions as the worker calls them: one a kind of question, each with the question's fields by name.

Named in ``settings.DECISION_ENGINE`` and imported by name, since importing it loads the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from songhanh import decision
from songhanh.joint.setting import setting
from songhanh.operations.planning.engine import Progress, ShouldStop
from songhanh.province import geometry as geometry_of
from songhanh.province import load


def evaluate(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    ceilings: Mapping[str, float],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Compare the plans of a pack on common worlds."""
    return decision.evaluate(
        pack_ref, as_of, seed=seed, n_worlds=n_worlds, on_progress=on_progress, should_stop=should_stop
    )


def situation(
    pack_ref: str, as_of: date, seed: int, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Summarise where the province stands."""
    return decision.situation(pack_ref, as_of, seed=seed, on_progress=on_progress, should_stop=should_stop)


def geometry(pack_ref: str) -> dict[str, Any]:
    """Return the communes as GeoJSON."""
    return geometry_of(load(pack_ref))


def preload(pack_ref: str) -> None:
    """Load the people of a province and the kernels."""
    setting(pack_ref)
