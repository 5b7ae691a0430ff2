"""The one door from the web application to the models; only the worker walks through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

Progress = Callable[[int, int, str], None]
ShouldStop = Callable[[], bool]


def _function(name: str) -> Callable[..., Any]:
    # By name and late: importing the models compiles kernels, which pages must not wait for.
    function: Callable[..., Any] = import_string(settings.DECISION_ENGINE[name])
    return function


def compute(
    kind: str, question: Mapping[str, Any], on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Answer a question of a kind; see the function of that name in ``library.py``."""
    result: dict[str, Any] = _function(kind)(**question, on_progress=on_progress, should_stop=should_stop)
    return result


def situation(question: Mapping[str, Any], on_progress: Progress, should_stop: ShouldStop) -> dict[str, Any]:
    """Summarise where the province stands; see ``songhanh.decision.situation``."""
    asked = {key: question[key] for key in ("pack_ref", "as_of", "seed")}
    return compute("situation", asked, on_progress, should_stop)


def geometry(pack_ref: str) -> dict[str, Any]:
    """Return the communes as GeoJSON."""
    result: dict[str, Any] = _function("geometry")(pack_ref)
    return result


def preload(question: Mapping[str, Any]) -> None:
    """Make this process ready to answer a what-if at once: kernels, people, worlds, and the pool of processes."""
    _function("preload")(**question)
