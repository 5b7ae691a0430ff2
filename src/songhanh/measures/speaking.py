"""What measures said so far in one world, and where they acted: asked once, remembered while nothing else applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from songhanh.measures.base import At, Draft, Measure, Needs
from songhanh.measures.combining import Voice, said
from songhanh.measures.ground import Capacity, Ground, Indices
from songhanh.measures.placed import Placed
from songhanh.response import PolicySet


@dataclass(frozen=True, slots=True)
class Group:
    """The places of a measure that are at one stage."""

    stage: int
    communes: Indices
    sites: Indices
    key: bytes  # which of the measure's places these are


@dataclass(frozen=True, slots=True, eq=False)
class Today:
    """What the calendar says of a day, whatever was observed; one object for days that are alike.

    ``on`` are the measures between their first and last day, ``due`` those that act on this one.
    """

    on: tuple[int, ...]
    due: tuple[int, ...]
    rules_on: date
    capacity: Capacity
    holidays: tuple[int, ...]
    epoch: int  # number of the rules
    under: tuple[int, ...]  # numbers of the rules and of the capacities, alike in all schedules of one day


class Heard:
    """Asks measures by their position in a schedule, under the effects of one world."""

    def __init__(
        self, ground: Ground, policies: PolicySet, blank: Draft, effects: Mapping[str, float]
    ) -> None:
        self._ground, self._policies, self._blank, self._effects = ground, policies, blank, effects
        self._acts: dict[object, tuple[Measure, At, Needs]] = {}
        self._voices: dict[object, Voice] = {}

    def places(
        self, i: int, measure: Measure, groups: Sequence[Group], today: Today
    ) -> list[tuple[Measure, At, Needs]]:
        """Return where a measure acts, and what it needs there: one entry for each stage that its places are in."""
        found = []
        for group in groups:
            key = (i, group.stage, group.key, today.under)
            if key not in self._acts:
                at = self.at(today, group.stage, group.communes, group.sites)
                self._acts[key] = measure, at, measure.needs(at)
            found.append(self._acts[key])
        return found

    def at(
        self, today: Today, stage: int, communes: Indices, sites: Indices, capacity: Capacity | None = None
    ) -> At:
        """Return some places at a stage, under the rules of a day."""
        return At(
            ground=self._ground,
            effects=self._effects,
            policies=self._policies,
            rules_on=today.rules_on,
            capacity=capacity or today.capacity,
            stage=stage,
            communes=communes,
            sites=sites,
        )

    def voice(self, i: int, placed: Placed, today: Today) -> Voice:
        """Return what a measure says at each stage; asked again under other rules, or another capacity if it asks for it."""
        found = self._voices.get((i, today.epoch, None)) or self._voices.get((i, today.epoch, today.under))
        if found is None:
            asked = _Asked()
            capacity = asked.watching(today.capacity)
            stages = [
                said(
                    placed.measure,
                    self.at(today, stage, placed.communes, placed.sites, capacity),
                    self._blank,
                )
                for stage in range(placed.measure.ladder())
            ]
            found = Voice(stages, placed.communes, placed.sites, self._blank)
            self._voices[i, today.epoch, today.under if asked.for_it else None] = found
        return found


class _Asked:
    """Notes whether a measure asks for the standing capacity when it moves levers."""

    def __init__(self) -> None:
        self.for_it = False

    def watching(self, capacity: Capacity) -> Capacity:
        """Return a capacity that tells when it is read."""
        return cast(Capacity, _Watched(self, capacity))


class _Watched:
    def __init__(self, asked: _Asked, capacity: Capacity) -> None:
        self._asked, self._capacity = asked, capacity

    def __getattr__(self, name: str) -> Any:
        self._asked.for_it = True
        return getattr(self._capacity, name)
