"""Where the indicators of trigger cards stand tonight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from songhanh.core.days import date_of, day_of
from songhanh.core.text import Text
from songhanh.measures import Schedule
from songhanh.measures.ground import Indices
from songhanh.measures.placed import Placed
from songhanh.measures.reopening import Watch
from songhanh.measures.signals import Places, holds
from songhanh.measures.triggers import Condition
from songhanh.response import Observed, policy_on


@dataclass(frozen=True)
class State:
    """What has been observed by tonight; nothing where no cases were given."""

    schedule: Schedule
    watch: Watch | None

    @classmethod
    def of(cls, schedule: Schedule, as_of: date, observed: Observed | None) -> State:
        """Read the cases that are known on the morning on which the plan begins."""
        if observed is None:
            return cls(schedule, None)
        rule = policy_on(schedule.policies, "reopening", schedule.rules_on(as_of))
        watch = Watch.blank(schedule.ground.n_communes, schedule.ground.n_sites)
        watch.read(observed, day_of(schedule.ground.origin, as_of) + 1, rule)
        return cls(schedule, watch)

    def of_condition(self, condition: Condition, placed: Placed, at_once: bool) -> Text | None:
        """Say in how many places a condition holds, and where most cases were.

        Parameters
        ----------
        at_once
            Whether the past counts; else days are counted from the start of the measure.
        """
        if self.watch is None:
            return None
        if not at_once and placed.begins > self.watch.known_to:
            return self._not_begun(placed)
        places = Places(
            self.schedule.ground, placed.measure.SCOPE == "province", placed.communes, placed.sites
        )
        names = self._names(placed)
        since = None if at_once else np.full(len(places), placed.begins)
        met = holds(condition, self.watch, places, since)
        last = self.watch.known_to
        cases = places.cases(self.watch, last + 1 - condition.window_days, last)
        most, w = int(np.argmax(cases)), condition.window_days
        if len(names) == 1:
            yes = Text("đạt", "yes") if met[0] else Text("chưa", "no")
            return Text(f"{yes.vi}: {cases[0]} ca trong {w} ngày", f"{yes.en}: {cases[0]} cases in {w} days")
        return Text(
            f"đạt ở {int(met.sum())}/{len(met)} nơi; nhiều ca nhất trong {w} ngày: {names[most].vi} ({cases[most]})",
            f"holds in {int(met.sum())} of {len(met)} places; most cases in {w} days: {names[most].en} ({cases[most]})",
        )

    def of_return(self, condition: Condition, placed: Placed) -> Text | None:
        """Say the same of a condition that takes a measure back to where it was ordered, once it has begun."""
        if self.watch is not None and placed.begins > self.watch.known_to:
            return self._not_begun(placed)
        return self.of_condition(condition, placed, True)

    def of_quiet(self, days: int, placed: Placed) -> Text | None:
        """Say how many communes have been without a case outside quarantine for long enough."""
        if self.watch is None:
            return None
        if placed.begins > self.watch.known_to:
            return self._not_begun(placed)
        latest = self.watch.last_case[placed.communes]
        quiet = self.watch.known_to + 1 - np.maximum(latest + 1, placed.begins)
        ready, n = int((quiet >= days).sum()), len(quiet)
        least = int(np.argmin(quiet))
        places = self._names(placed)
        return Text(
            f"đủ {days} ngày ở {ready}/{n} nơi; ít nhất: {places[least].vi} ({quiet[least]} ngày)",
            f"{days} days are over in {ready} of {n} places; fewest: {places[least].en} ({quiet[least]} days)",
        )

    def _not_begun(self, placed: Placed) -> Text:
        begins = date_of(self.schedule.ground.origin, placed.begins)
        return Text(
            f"tính từ khi bắt đầu, ngày {begins.day}/{begins.month}/{begins.year}",
            f"counted from its start, {begins.day} {begins:%B} {begins.year}",
        )

    def _names(self, placed: Placed) -> list[Text]:
        """Return the places that keep a stage of their own: communes, then sites; else the province."""
        ground = self.schedule.ground
        communes, sites = _singles(ground.areas), _singles(ground.sites)
        names = [ground.names[communes[int(c)]] for c in placed.communes]
        names += [ground.names[sites[int(s)]] for s in placed.sites]
        return names or [ground.names["*"]]


def _singles(codes: Mapping[str, Indices]) -> dict[int, str]:
    """Return the code of each single place; the place itself stands before what holds nothing but it."""
    return {int(at[0]): code for code, at in reversed(list(codes.items())) if len(at) == 1}
