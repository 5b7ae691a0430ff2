"""The slow twin of a replicate's levers: every measure from the start each day, and the common rule by whole arrays."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from songhanh.measures import DayMeasures, Run
from songhanh.measures.base import Needs
from songhanh.measures.combining import draft_in_order
from songhanh.measures.reopening import Rungs, Watch
from songhanh.measures.schedule import _finish
from songhanh.response import Policy


class PlainRun(Run):
    """Builds every day anew, in order, without remembering anything."""

    def controls(self, day: int, observed: Any) -> DayMeasures:
        self._cache.clear()
        self._last = None
        return super().controls(day, observed)

    def _build(self, in_force: tuple[int, ...], due: tuple[int, ...], today: Any) -> DayMeasures:
        acting = [
            (
                self.schedule.placed[i].measure,
                self._heard[0].at(today, group.stage, group.communes, group.sites),
            )
            for i in self.schedule.canonical_order
            if i in due
            for group in self._groups[i]
        ]
        self._bases.clear()
        draft = draft_in_order(self._base(today), acting)
        for measure, at in acting:
            measure.settle(at, draft)
        needs = Needs.total([measure.needs(at) for measure, at in acting])
        _finish(self.schedule.ground, draft, needs)
        return DayMeasures(draft.epidemic, draft.economy, in_force, needs, draft.restricted, draft.level)


def step(rungs: Rungs, stage: Any, since: Any, watch: Watch, rule: Policy, day: int) -> list[int]:
    """Step all places at once, as whole arrays."""
    back, down = np.zeros(len(stage), np.bool_), np.zeros(len(stage), np.bool_)
    at = rungs.areas
    recent = watch.cases(int(rule["area_again_window_days"]))[0][rungs.communes]
    quiet = watch.known_to + 1 - np.maximum(since[at], watch.last_case[rungs.communes] + 1)
    back[at], down[at] = recent >= rule["area_again_cases"], quiet >= rule["area_quiet_days"]
    at = rungs.sites
    cases = watch.cases(int(rule["site_window_days"]))[1][rungs.numbers]
    rate = cases / np.maximum(rungs.workers, 1.0) * 1000.0
    reopening = (stage[at] == 0) & rungs.closure
    few = rate <= np.where(reopening, rule["site_first_per_1000"], rule["site_next_per_1000"])
    days = np.where(reopening, rule["site_first_days"], rule["site_next_days"])
    back[at] = (rate >= rule["site_again_per_1000"]) & (cases >= rule["site_again_min_cases"])
    down[at] = (day - since[at] >= days) & few
    may = (rungs.steps_from <= day) & (day <= rungs.ends) & (stage >= 0)
    back &= may & (stage > 0)
    down &= may & ~back & (stage < rungs.ladder)
    stage[down] += 1
    stage[back] = 0
    since[back | down] = day
    return sorted(set(rungs.owner[back | down].tolist()))


def differences(one: DayMeasures, other: DayMeasures) -> list[str]:
    """Return the names of what differs between two days, bit for bit."""
    found = [name for name in ("active", "needs") if getattr(one, name) != getattr(other, name)]
    for room in ("epidemic", "economy", ""):
        a, b = (one, other) if not room else (getattr(one, room), getattr(other, room))
        for field in fields(a):
            left, right = getattr(a, field.name), getattr(b, field.name)
            if isinstance(left, np.ndarray):
                if left.dtype != right.dtype or left.tobytes() != right.tobytes():
                    found.append(f"{room}.{field.name}")
            elif room and left != right:
                found.append(f"{room}.{field.name}")
    return found
