"""The one rule by which restrictions end, the same for every plan that is compared.

An area steps down one level after so many days without a case outside quarantine, and goes back to the ordered
level when cases return. A closed site reopens on site, then staggered, then as normal, each step after so many
days and once its cases in a week, per 1,000 workers, are few. Its numbers are the policy ``reopening``.
Only *observed* cases are read, never infections, and none later than the report delay allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from songhanh.measures.ground import Floats
from songhanh.response import Observed, Policy

NEVER = -1_000_000
WAITING = -1  # stage of a place whose trigger has not been pulled


@dataclass(slots=True)
class Watch:
    """What the rule knows of observed cases; fed one day after another. C communes, S sites."""

    last_case: NDArray[np.int64]  # (C,) last day with a case outside quarantine
    known_to: int = -1  # last report day that was read

    def read(self, observed: Observed, day: int, delay: int) -> None:
        """Read the reports that are known on a day."""
        until = day - max(delay, 1)
        for report_day in range(self.known_to + 1, until + 1):
            self.last_case[observed.outside_quarantine(report_day, report_day) > 0] = report_day
        self.known_to = max(self.known_to, until)


@dataclass(slots=True)
class Stages:
    """How far each place of one measure has stepped down, and since when.

    ``stage`` is 0 as ordered, counts up to the measure's ladder (over), or is `WAITING` for its trigger.
    """

    stage: NDArray[np.int16]
    since: NDArray[np.int64]
    key: bytes = field(default=b"")

    def move(self, where: NDArray[np.bool_], stage: NDArray[np.int16] | int, day: int) -> None:
        """Put some places in another stage from a day on."""
        if where.any():
            self.stage[where] = stage[where] if isinstance(stage, np.ndarray) else stage
            self.since[where] = day
            self.key = self.stage.tobytes()


def step_areas(
    stages: Stages, places: slice, last_case: NDArray[np.int64], recent: NDArray[np.int64], ladder: int, rule: Policy,
    day: int, known_to: int,
) -> None:  # fmt: skip
    """Step areas down after quiet days, and back up when cases return.

    Parameters
    ----------
    last_case, recent
        By place: last day with a case outside quarantine, and such cases in the window of return.
    """
    stage, since = stages.stage[places], stages.since[places]
    quiet = known_to + 1 - np.maximum(since, last_case + 1)
    back = (stage > 0) & (recent >= rule["area_again_cases"])
    down = ~back & (stage >= 0) & (stage < ladder) & (quiet >= rule["area_quiet_days"])
    _apply(stages, places, back, down, day)


def step_sites(
    stages: Stages, places: slice, cases: NDArray[np.int64], workers: Floats, ladder: int, first_is_closed: bool,
    rule: Policy, day: int,
) -> None:  # fmt: skip
    """Step sites towards normal when their cases are few, and back to the ordered mode when they are many.

    Parameters
    ----------
    cases
        By place: confirmed cases among its workers in the window of the rule.
    """
    stage, since = stages.stage[places], stages.since[places]
    rate = cases / np.maximum(workers, 1.0) * 1000.0
    back = (stage > 0) & (rate >= rule["site_again_per_1000"]) & (cases >= rule["site_again_min_cases"])
    reopening = (stage == 0) & first_is_closed
    days = np.where(reopening, rule["site_first_days"], rule["site_next_days"])
    few = rate <= np.where(reopening, rule["site_first_per_1000"], rule["site_next_per_1000"])
    down = ~back & (stage >= 0) & (stage < ladder) & (day - since >= days) & few
    _apply(stages, places, back, down, day)


def _apply(stages: Stages, places: slice, back: NDArray[np.bool_], down: NDArray[np.bool_], day: int) -> None:
    if not (back.any() or down.any()):
        return
    moved = np.zeros(len(stages.stage), np.bool_)
    target = stages.stage.copy()
    target[places] = np.where(back, 0, stages.stage[places] + down)
    moved[places] = back | down
    stages.move(moved, target, day)
