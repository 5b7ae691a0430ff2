"""A plan made ready to run: which levers stand where on each day, given what was observed until then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.canonical import toml_bytes
from songhanh.core.days import date_of, day_of
from songhanh.economy.controls import EconomyControls, no_economy_controls
from songhanh.epidemic.controls import EpidemicControls, no_controls
from songhanh.measures.base import Draft, Needs, rule_on
from songhanh.measures.combining import Combined, Lever, Voice, draft_in_order
from songhanh.measures.ground import Capacities, Capacity, Ground, capacities_of, ground_of
from songhanh.measures.levels import monotone
from songhanh.measures.limits import over_limits
from songhanh.measures.placed import NOWHERE, Placed, limit_fault, place_orders, place_plan, refuse
from songhanh.measures.plan import Plan
from songhanh.measures.registry import parameters
from songhanh.measures.reopening import NEVER, RELEASED, WAITING, Rungs, Watch, rungs_of, step
from songhanh.measures.signals import Places, holds
from songhanh.measures.speaking import Group, Heard, Today
from songhanh.province.pack import Pack
from songhanh.response import Observed, PolicySet, policies_on, read_policies


@dataclass(frozen=True, slots=True)
class DayMeasures:
    """The levers of one day. Shared between days on which nothing changes: read, never write.

    Attributes
    ----------
    active
        Positions in `Schedule.placed` of the measures in force.
    restricted
        (C,) share of residents under lock-down or Directive 16.
    level
        (C,) rank of the level in force (see the policy ``level``).
    """

    epidemic: EpidemicControls
    economy: EconomyControls
    active: tuple[int, ...]
    needs: Needs
    restricted: NDArray[np.float32]
    level: NDArray[np.int8]


@dataclass(frozen=True)
class Schedule:
    """A plan on top of the orders in force; immutable, shared by threads. `start` begins a replicate."""

    plan: Plan
    ground: Ground
    policies: PolicySet
    capacities: Capacities
    placed: tuple[Placed, ...]
    as_of: date | None
    n_orders: int  # measures of `placed` that are orders in force; those of the plan follow

    def start(self, effects: Mapping[str, float] | None = None) -> Run:
        """Begin a replicate with the effects that its world draws; the others are as by default.

        Raises
        ------
        SonghanhError
            If a name is not one of ``measures/parameters.csv``.
        """
        return Run(self, monotone(parameters().with_overrides(effects or {})))

    @cached_property
    def canonical_order(self) -> tuple[int, ...]:
        """Return the positions of the measures in the order in which they act: sums have the same bits."""
        return tuple(
            sorted(range(len(self.placed)), key=lambda i: toml_bytes(self.placed[i].measure.content()))
        )

    @cached_property
    def rungs(self) -> Rungs:
        """Return the places of all measures in one list."""
        return rungs_of(self.placed, self.ground.workers)

    @cached_property
    def _days(self) -> dict[object, Today]:
        """Days looked up so far, and by what they are alike in."""
        return {}

    @cached_property
    def blank(self) -> Draft:
        """Return the levers of a day without measures and without standing capacities; read only."""
        return blank_of(self.ground)

    def on(self, day: int) -> Today:
        """Return what the calendar says of a run day; looked up once for all replicates."""
        found = self._days.get(day)
        if found is None:
            today = date_of(self.ground.origin, day)
            rules_on = self.rules_on(today)
            on = tuple(i for i, placed in enumerate(self.placed) if _is_on(placed, day))
            due = tuple(i for i in on if self.placed[i].measure.due(day - self.placed[i].begins))
            holidays = tuple(
                i for i, (first, last, _) in enumerate(self.ground.shut_school) if first <= today <= last
            )
            epoch = bisect_right(self.boundaries, rules_on)
            capacity = self.capacities.on(today)
            under = (
                epoch,
                *(
                    sum(row[0] <= today for row in rows)
                    for rows in (self.capacities.lab, self.capacities.places)
                ),
            )
            new = Today(on, due, rules_on, capacity, holidays, epoch, under)
            found = self._days[day] = self._days.setdefault((on, due, under, holidays), new)
        return found

    @cached_property
    def boundaries(self) -> tuple[date, ...]:
        """Return the days on which some policy begins or ends."""
        days = {policy.valid_from for policy in self.policies.policies}
        days |= {p.valid_until + timedelta(days=1) for p in self.policies.policies if p.valid_until}
        return tuple(sorted(days))

    def rules_on(self, when: date) -> date:
        """Return the day whose rules apply: after the as-of date those of that date, since nobody knows others."""
        return when if self.as_of is None else min(when, self.as_of)

    @cached_property
    def reacts(self) -> bool:
        """Tell whether anything observed can change a lever."""
        return bool(self.triggered) or any(placed.steps_from is not None for placed in self.placed)

    @cached_property
    def triggered(self) -> tuple[int, ...]:
        """Return the positions of the measures that begin or end by a condition of their own."""
        return tuple(
            i for i, placed in enumerate(self.placed) if placed.measure.trigger or placed.measure.release
        )


def compile_plan(
    plan: Plan,
    pack: Pack,
    history: Plan,
    as_of: date | None,
    policy_set: PolicySet | str | None = None,
    capacities: Capacities | None = None,
) -> Schedule:
    """Check a plan against the province and the law, and make it ready to run.

    Parameters
    ----------
    history
        The orders as they were given. Those that began by the as-of date are in force; their later end is
        dropped, and the common rule ends them.
    as_of
        Day of the decision; the plan acts from the next day. None replays the history as it happened, with
        the measures of the plan left out.
    policy_set
        The rules; by default those that the pack names.
    capacities
        Standing capacities; by default those of the pack that were known on the as-of date.

    Raises
    ------
    SonghanhError
        With every fault: unknown area or site, a date before the run or in the past, a legal basis that is
        missing, not in force or of no use for the measure, a rule that forbids it, a limit of the province that the
        orders break by their own arithmetic.
    """
    policies = (
        policy_set if isinstance(policy_set, PolicySet) else read_policies(policy_set or pack.policy_set)
    )
    ground, known = ground_of(pack), capacities or capacities_of(pack, as_of)
    placed, faults = place_orders(history, ground, policies, as_of, plan.lifts if as_of else ())
    n_orders = len(placed)
    if as_of is not None:
        own, more = place_plan(plan, ground, policies, as_of)
        more += over_limits(own, placed, ground, policies, known, as_of, partial(limit_fault, plan))
        placed, faults = placed + own, faults + more
    refuse(faults)
    return Schedule(plan, ground, policies, known, tuple(placed), as_of, n_orders)


class Run:
    """One replicate of a schedule: what has stepped down, reopened or been triggered so far.

    Call `controls` once a day, in order.
    """

    def __init__(self, schedule: Schedule, effects: Mapping[str, float]) -> None:
        self.schedule = schedule
        self.effects = effects
        rungs = schedule.rungs
        waiting = np.array([placed.measure.trigger is not None for placed in schedule.placed], np.bool_)
        begins = np.array([placed.begins for placed in schedule.placed], np.int64)
        self._watch = Watch.blank(schedule.ground.n_communes, schedule.ground.n_sites)
        self._stage = np.where(waiting[rungs.owner], WAITING, 0).astype(np.int16)
        self._since = begins[rungs.owner]
        self._groups: list[tuple[Group, ...]] = [()] * len(schedule.placed)
        self._keys: list[bytes] = [b""] * len(schedule.placed)
        for i in range(len(schedule.placed)):
            self._regroup(i)
        self._cache: dict[object, DayMeasures] = {}
        ground, policies, blank = schedule.ground, schedule.policies, schedule.blank
        # of the orders, shared by forks, and of the plan
        self._heard = Heard(ground, policies, blank, effects), Heard(ground, policies, blank, effects)
        self._parts: list[tuple[bytes, Voice, Mapping[Lever, Any]] | None] = [None] * len(schedule.placed)
        self._bases: dict[object, Draft] = {}
        self._combined = Combined()
        self._last: tuple[Today, DayMeasures] | None = None
        self._day = -1

    def fork(self, schedule: Schedule) -> Run:
        """Return the replicate of another plan on the same orders, which goes on from where this one stands.

        Until the day on which plans act only the orders have moved, and they come first in every schedule of that
        day: stages, what was observed and the levers of past days are the same.
        """
        own = Run(schedule, self.effects)
        orders = self.schedule.n_orders
        if schedule.n_orders != orders:
            raise ValueError("the two plans do not stand on the same orders")
        entries = int(schedule.rungs.start[orders])
        own._stage[:entries], own._since[:entries] = self._stage[:entries], self._since[:entries]
        own._groups[:orders], own._keys[:orders] = self._groups[:orders], self._keys[:orders]
        own._watch = self._watch.copy()
        own._heard = self._heard[0], own._heard[1]
        # Orders alone in force make the same levers, so these are the same objects; a plan's own measures do not.
        own._cache = {key: day for key, day in self._cache.items() if all(i < orders for i in day.active)}
        own._day = self._day
        return own

    def controls(self, day: int, observed: Observed) -> DayMeasures:
        """Return the levers of a run day.

        Parameters
        ----------
        observed
            Confirmed cases; only rows before ``day``, less the delay of the rule, are read.

        Raises
        ------
        ValueError
            If days are not asked for in order.
        """
        if day < self._day:
            raise ValueError(f"day {day} was asked for after day {self._day}")
        today = self.schedule.on(day)
        if day > self._day and self.schedule.reacts:
            self._observe(day, today, observed)
        self._day = day
        if self._last is not None and self._last[0] is today:
            return self._last[1]
        in_force = tuple(i for i in today.on if self._groups[i])
        due = tuple(i for i in today.due if self._groups[i])
        keys = tuple(self._keys[i] for i in in_force)
        key = (in_force, due, keys, today.under, today.holidays)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._build(in_force, due, today)
        self._last = today, found
        return found

    def _observe(self, day: int, today: Today, observed: Observed) -> None:
        """Let triggers and the common rule act on what is known on a day."""
        schedule = self.schedule
        rule = rule_on(schedule.policies, "reopening", today.rules_on)
        self._watch.read(observed, day, rule)
        for i in schedule.triggered:
            if i in today.on:
                self._pull(i, day)
        for i in step(schedule.rungs, self._stage, self._since, self._watch, rule, day):
            self._regroup(i)

    def _pull(self, i: int, day: int) -> None:
        """End a measure where its release holds and start it where its trigger does; where it is over it waits again."""
        placed, entries = self.schedule.placed[i], self._entries(i)
        measure, watch = placed.measure, self._watch
        places = Places(self.schedule.ground, measure.SCOPE == "province", placed.communes, placed.sites)
        stage, since = self._stage[entries], self._since[entries]
        before = stage.copy()
        if measure.release is not None and (on := (stage >= 0) & (stage < measure.ladder())).any():
            released = on & holds(measure.release, watch, places, since)
            stage[released], since[released] = RELEASED if measure.trigger else measure.ladder(), day
        if measure.trigger is not None:
            stage[stage >= measure.ladder()] = WAITING
            # What led to a start that is over by release is not counted again.
            first = np.where(stage == RELEASED, since, -NEVER) if (stage == RELEASED).any() else None
            pulled = (stage < 0) & holds(measure.trigger, watch, places, first)
            stage[pulled], since[pulled] = 0, day
        if (stage != before).any():
            self._regroup(i)

    def _entries(self, i: int) -> slice:
        start = self.schedule.rungs.start
        return slice(int(start[i]), int(start[i + 1]))

    def _regroup(self, i: int) -> None:
        """Note which places of a measure are at which stage, once they have moved."""
        placed, stage = self.schedule.placed[i], self._stage[self._entries(i)]
        n = len(placed.communes)
        self._last = None
        self._keys[i] = stage.tobytes()
        self._groups[i] = tuple(
            Group(
                level,
                placed.communes[here[:n]] if n else NOWHERE,
                placed.sites[here[n:]] if len(placed.sites) else NOWHERE,
                here.tobytes(),
            )
            for level in range(placed.measure.ladder())
            if (here := stage == level).any()
        )

    def _build(self, in_force: tuple[int, ...], due: tuple[int, ...], today: Today) -> DayMeasures:
        """Combine what the measures that are due say; only what moved since the last day is worked out anew."""
        placed = self.schedule.placed
        acting = [i for i in self.schedule.canonical_order if i in due]
        places = [
            place
            for i in acting
            for place in self._heard_of(i).places(i, placed[i].measure, self._groups[i], today)
        ]
        base = self._base(today)
        if all(self._heard_of(i).voice(i, placed[i], today).is_free for i in acting):
            draft = self._combined.draft(base, [self._part(i, today) for i in acting])
        else:
            draft = draft_in_order(base, [(measure, at) for measure, at, _ in places])
        for measure, at, _ in places:
            measure.settle(at, draft)
        needs = Needs.total([own for _, _, own in places])
        _finish(self.schedule.ground, draft, needs)
        return DayMeasures(draft.epidemic, draft.economy, in_force, needs, draft.restricted, draft.level)

    def _base(self, today: Today) -> Draft:
        """Return the day without measures."""
        key = (today.under, today.holidays)
        if key not in self._bases:
            draft = _first_draft(self.schedule.ground, today.capacity, today.holidays)
            for discharge in policies_on(self.schedule.policies, "discharge", today.rules_on).values():
                draft.epidemic.release_negatives = int(discharge["negative_samples"])
                draft.epidemic.release_retest_days = int(discharge["retest_days"])
            self._bases[key] = draft
        return self._bases[key]

    def _part(self, i: int, today: Today) -> Mapping[Lever, Any]:
        """Return what a measure says today."""
        voice, last = self._heard_of(i).voice(i, self.schedule.placed[i], today), self._parts[i]
        if last is None or last[0] is not self._keys[i] or last[1] is not voice:
            last = self._keys[i], voice, voice.part(self._stage[self._entries(i)])
            self._parts[i] = last
        return last[2]

    def _heard_of(self, i: int) -> Heard:
        return self._heard[0 if i < self.schedule.n_orders else 1]


def _is_on(placed: Placed, day: int) -> bool:
    return placed.begins <= day and (placed.ends is None or day <= placed.ends)


def _first_draft(ground: Ground, capacity: Capacity, holidays: tuple[int, ...]) -> Draft:
    draft = blank_of(ground)
    epidemic = draft.epidemic
    epidemic.lab_capacity, epidemic.pool_size = capacity.lab_samples, capacity.pool_size
    epidemic.quarantine_places = capacity.places
    for holiday in holidays:
        epidemic.school[ground.shut_school[holiday][2]] = 0.0
    return draft


def blank_of(ground: Ground) -> Draft:
    """Return the levers of a day without measures and without standing capacities."""
    return Draft(
        epidemic=no_controls(ground.n_communes, ground.n_sites),
        economy=no_economy_controls(ground.n_communes, ground.n_sites, ground.n_sectors, ground.n_channels),
        demand=np.ones((ground.n_communes, ground.n_sectors)),
        logistics=np.ones(ground.n_communes),
        compliance=np.zeros(ground.n_communes),
        level=np.zeros(ground.n_communes, np.int8),
        restricted=np.zeros(ground.n_communes, np.float32),
    )


def _finish(ground: Ground, draft: Draft, needs: Needs) -> None:
    """Turn what measures said by commune into provincial levers, weighted by people, and book the costs."""
    weight = ground.people / ground.people.sum()
    economy = draft.economy
    economy.household_demand *= 1.0 - weight @ (1.0 - draft.demand)
    passing = 1.0 - float(weight @ (1.0 - draft.logistics)) * (1.0 - draft.green_lane)
    for lever in (economy.import_logistics, economy.export_logistics, economy.channel):
        np.multiply(lever, passing, out=lever)
    economy.public_cost_vnd_bn += needs.money_vnd_bn


def day_after(schedule: Schedule) -> int:
    """Return the first run day on which a plan can act: 0 in a replay."""
    return 0 if schedule.as_of is None else day_of(schedule.ground.origin, schedule.as_of) + 1
