"""Models that take their time, for workers that tests kill; set by name through the environment."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

_SPEC = importlib.util.spec_from_file_location("documents", Path(__file__).with_name("documents.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
documents = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(documents)

Progress = Callable[[int, int, str], None]
ShouldStop = Callable[[], bool]


def _hang(on_progress: Progress, should_stop: ShouldStop) -> None:
    """Hang while the file named by SONGHANH_TEST_HANG is there."""
    hang = Path(os.environ["SONGHANH_TEST_HANG"])
    step = 0
    while hang.exists() and not should_stop():
        step += 1
        on_progress(step, 10_000, "hanging")
        time.sleep(0.05)


def evaluate(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    ceilings: dict[str, float],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Compare plans, once the hanging is over."""
    _hang(on_progress, should_stop)
    result: dict[str, Any] = documents.evaluation(as_of, seed, n_worlds)
    return result


situation = documents.situation_of
forecast = documents.forecast_of
priorities = documents.priorities_of
search = documents.search_of
what_if = documents.what_if_of
record = documents.record_of
rerun = documents.rerun_of
geometry = documents.geometry_of
preload = documents.preload_of
