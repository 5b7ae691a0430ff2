"""A plan made ready to run: which levers stand where on each day, given what was observed until then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from songhanh.core.canonical import toml_bytes
from songhanh.core.days import date_of, day_of
from songhanh.economy.controls import EconomyControls, no_economy_controls
from songhanh.epidemic.controls import EpidemicControls, no_controls
from songhanh.measures.base import At, Draft, Needs, rule_on
from songhanh.measures.ground import Capacities, Capacity, Ground, Indices, capacities_of, ground_of
from songhanh.measures.levels import monotone
from songhanh.measures.placed import NOWHERE, Placed, place_orders, place_plan, refuse
from songhanh.measures.plan import Plan
from songhanh.measures.registry import parameters
from songhanh.measures.reopening import NEVER, RELEASED, WAITING, Rungs, Watch, rungs_of, step
from songhanh.measures.signals import Signals
from songhanh.province.pack import Pack
from songhanh.response import Observed, PolicySet, policies_on, read_policies


@dataclass(frozen=True, slots=True)
class _Group:
    """The places of a measure that are at one stage."""

    stage: int
    communes: Indices
    sites: Indices


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
        missing, not in force or of no use for the measure, a rule that forbids it.
    """
    policies = (
        policy_set if isinstance(policy_set, PolicySet) else read_policies(policy_set or pack.policy_set)
    )
    ground = ground_of(pack)
    placed, faults = place_orders(history, ground, policies, as_of, plan.lifts if as_of else ())
    if as_of is not None:
        own, more = place_plan(plan, ground, policies, as_of)
        placed, faults = placed + own, faults + more
    refuse(faults)
    return Schedule(plan, ground, policies, capacities or capacities_of(pack, as_of), tuple(placed), as_of)


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
        self._signals = Signals(schedule.ground)
        self._stage = np.where(waiting[rungs.owner], WAITING, 0).astype(np.int16)
        self._since = begins[rungs.owner]
        self._groups: list[tuple[_Group, ...]] = [()] * len(schedule.placed)
        self._keys: list[bytes] = [b""] * len(schedule.placed)
        for i in range(len(schedule.placed)):
            self._regroup(i)
        self._cache: dict[object, DayMeasures] = {}
        self._day = -1

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
        schedule = self.schedule
        today = date_of(schedule.ground.origin, day)
        rules_on = schedule.rules_on(today)
        if day > self._day and schedule.reacts:
            self._observe(day, rules_on, observed)
        self._day = day
        in_force = tuple(
            i for i, placed in enumerate(schedule.placed) if self._groups[i] and _is_on(placed, day)
        )
        due = tuple(i for i in in_force if schedule.placed[i].measure.due(day - schedule.placed[i].begins))
        capacity = schedule.capacities.on(today)
        holidays = tuple(
            i for i, (first, last, _) in enumerate(schedule.ground.shut_school) if first <= today <= last
        )
        epoch = bisect_right(schedule.boundaries, rules_on)
        key = (in_force, due, tuple(self._keys[i] for i in in_force), capacity, holidays, epoch)
        if key not in self._cache:
            self._cache[key] = self._build(in_force, due, rules_on, capacity, holidays)
        return self._cache[key]

    def _observe(self, day: int, rules_on: date, observed: Observed) -> None:
        """Let triggers and the common rule act on what is known on a day."""
        rule = rule_on(self.schedule.policies, "reopening", rules_on)
        self._watch.read(observed, day, rule)
        if self.schedule.triggered:
            self._signals.read(observed, self._watch.known_to)
        for i in self.schedule.triggered:
            if _is_on(self.schedule.placed[i], day):
                self._pull(i, day)
        for i in step(self.schedule.rungs, self._stage, self._since, self._watch, rule, day):
            self._regroup(i)

    def _pull(self, i: int, day: int) -> None:
        """End a measure where its release holds and start it where its trigger does; where it is over it waits again."""
        placed, entries = self.schedule.placed[i], self._entries(i)
        measure, places = placed.measure, (placed.measure.SCOPE, placed.communes, placed.sites)
        stage, since = self._stage[entries], self._since[entries]
        if measure.release is not None:
            released = (stage >= 0) & self._signals.holds(measure.release, *places, since)
            released &= stage < measure.ladder()
            stage[released], since[released] = RELEASED if measure.trigger else measure.ladder(), day
        if measure.trigger is not None:
            stage[stage >= measure.ladder()] = WAITING
            # What led to a start that is over by release is not counted again.
            first = np.where(stage == RELEASED, since, -NEVER)
            pulled = (stage < 0) & self._signals.holds(measure.trigger, *places, first)
            stage[pulled], since[pulled] = 0, day
        self._regroup(i)

    def _entries(self, i: int) -> slice:
        start = self.schedule.rungs.start
        return slice(int(start[i]), int(start[i + 1]))

    def _regroup(self, i: int) -> None:
        """Note which places of a measure are at which stage, once they have moved."""
        placed, stage = self.schedule.placed[i], self._stage[self._entries(i)]
        n = len(placed.communes)
        self._keys[i] = stage.tobytes()
        self._groups[i] = tuple(
            _Group(
                level,
                placed.communes[here[:n]] if n else NOWHERE,
                placed.sites[here[n:]] if len(placed.sites) else NOWHERE,
            )
            for level in range(placed.measure.ladder())
            if (here := stage == level).any()
        )

    def _build(
        self,
        in_force: tuple[int, ...],
        due: tuple[int, ...],
        rules_on: date,
        capacity: Capacity,
        holidays: tuple[int, ...],
    ) -> DayMeasures:
        ground = self.schedule.ground
        draft = _first_draft(ground, capacity, holidays)
        for discharge in policies_on(self.schedule.policies, "discharge", rules_on).values():
            draft.epidemic.release_negatives = int(discharge["negative_samples"])
            draft.epidemic.release_retest_days = int(discharge["retest_days"])
        acting = [
            (self.schedule.placed[i].measure, at)
            for i in self.schedule.canonical_order
            if i in due
            for at in self._ats(i, rules_on, capacity)
        ]
        for measure, at in acting:
            measure.contacts(at, draft.epidemic)
            measure.work(at, draft)
            measure.restrict(at, draft)
        for measure, at in acting:
            measure.settle(at, draft)
        needs = Needs.total([measure.needs(at) for measure, at in acting])
        _finish(ground, draft, needs)
        return DayMeasures(draft.epidemic, draft.economy, in_force, needs, draft.restricted, draft.level)

    def _ats(self, i: int, rules_on: date, capacity: Capacity) -> list[At]:
        """Return where a measure acts, one entry for each stage that some of its places are in."""
        schedule = self.schedule
        return [
            At(
                ground=schedule.ground,
                effects=self.effects,
                policies=schedule.policies,
                rules_on=rules_on,
                capacity=capacity,
                stage=group.stage,
                communes=group.communes,
                sites=group.sites,
            )
            for group in self._groups[i]
        ]


def _is_on(placed: Placed, day: int) -> bool:
    return placed.begins <= day and (placed.ends is None or day <= placed.ends)


def _first_draft(ground: Ground, capacity: Capacity, holidays: tuple[int, ...]) -> Draft:
    epidemic = no_controls(ground.n_communes, ground.n_sites)
    epidemic.lab_capacity, epidemic.pool_size = capacity.lab_samples, capacity.pool_size
    epidemic.quarantine_places = capacity.places
    for holiday in holidays:
        epidemic.school[ground.shut_school[holiday][2]] = 0.0
    return Draft(
        epidemic=epidemic,
        economy=no_economy_controls(ground.n_communes, ground.n_sites, ground.n_sectors, ground.n_channels),
        demand=np.ones((ground.n_communes, ground.n_sectors)),
        logistics=np.ones(ground.n_communes),
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
