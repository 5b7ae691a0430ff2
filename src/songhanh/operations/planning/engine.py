"""The one door from the web application to the models; only the worker walks through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

Progress = Callable[[int, int, str], None]
ShouldStop = Callable[[], bool]


def _function(name: str) -> Callable[..., Any]:
    # By name and late: importing the models compiles kernels, which pages must not wait for.
    function: Callable[..., Any] = import_string(settings.DECISION_ENGINE[name])
    return function


def evaluate(
    pack_ref: str, as_of: date, seed: int, n_worlds: int, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Evaluate the plans of a pack on common worlds; see ``songhanh.decision.evaluate``."""
    result: dict[str, Any] = _function("evaluate")(
        pack_ref,
        as_of,
        seed=seed,
        n_worlds=n_worlds,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return result


def situation(
    pack_ref: str, as_of: date, seed: int, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Summarise where the province stands; see ``songhanh.decision.situation``."""
    result: dict[str, Any] = _function("situation")(
        pack_ref, as_of, seed=seed, on_progress=on_progress, should_stop=should_stop
    )
    return result


def geometry(pack_ref: str) -> dict[str, Any]:
    """Return the communes as GeoJSON."""
    result: dict[str, Any] = _function("geometry")(_function("load")(pack_ref))
    return result
