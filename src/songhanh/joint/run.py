"""One replicate: a plan in a world, day by day, both models side by side.

The order of a day (design of the economy, item 8): rules read yesterday's observed cases and set the day's
levers, the epidemic has its day, then the economy has its day with those who could come to work. It acts back twice.
What is open moves the levers of both models on the same day; whom the sites leave idle for want of inputs or orders
stays at home from the next day on. Idle sites transmit less, idle boarding houses more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from songhanh.economy import Economy, EconomyControls, EconomyParameters, capacity_path
from songhanh.epidemic import Engine, EpidemicParameters
from songhanh.joint.caution import Caution
from songhanh.joint.collect import Loss, Tally, outcome_of
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.labour import active_share, labour_day, open_rest_of
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import Setting
from songhanh.joint.world import BEHAVIOUR, World
from songhanh.measures import DayMeasures, Run, Schedule
from songhanh.response import Observed

Watch = Callable[[int, DayMeasures], None]


class Runner:
    """Runs replicates one after the other in one process, with arrays allocated once.

    Parameters
    ----------
    capacity
        Infections that there is room for.
    hindsight
        Whether the measures are those that were taken: sites grow along the path of the pack, which no decision
        knows, and workers are at work on the dates at which they were counted, their entry tests lying before.
    """

    def __init__(
        self,
        setting: Setting,
        horizon: Horizon,
        limits: Limits | None,
        capacity: int = 200_000,
        hindsight: bool = False,
    ) -> None:
        self.setting = setting
        self.horizon = horizon
        self.limits = limits
        self.engine = Engine(setting.population, horizon.epidemic_days, capacity)
        self._known = {"entry_test_days": 0.0} if hindsight else {}
        path = capacity_path(setting.pack, horizon.economy_days) if hindsight else None
        self.economy = Economy(setting.economy, horizon.economy_days, path)

    def past(self, world: World, schedule: Schedule, give_up_at: int | None = None) -> Engine | None:
        """Run both models to the end of the as-of day and return the engine of the epidemic with its arrays.

        The economy has no accounts here. Nothing is returned where infections pass ``give_up_at``: no world can have such a past.
        """
        days = self._begin(world, schedule, None, with_accounts=False)
        for day in range(self.horizon.as_of + 1):
            days.live(day)
            if give_up_at is not None and self.engine.n_infections >= give_up_at:
                return None
        return self.engine

    def evening(self, world: World, schedule: Schedule) -> DayMeasures:
        """Run both models to the end of the as-of day and return the levers of that day.

        The arrays of the day stay in `engine` and `economy`.
        """
        days = self._begin(world, schedule, None)
        for day in range(self.horizon.as_of + 1):
            today = days.live(day)
        return today

    def run(self, plan: str, schedule: Schedule, world: World) -> Outcome:
        """Run one plan in one world to both horizons."""
        return self._outcome(plan, world, *self.live(schedule, world))

    def run_plans(self, plans: Sequence[tuple[str, Schedule]], world: World) -> list[Outcome]:
        """Run some plans in one world, in order, as `run` would one by one; they share the past, which is lived once.

        Plans differ only from the day after the as-of date on: the state of that evening is kept in memory and each
        plan goes on from it.
        """
        if len(plans) < 2 or any(schedule.as_of is None for _, schedule in plans):
            return [self.run(name, schedule, world) for name, schedule in plans]
        days = self._begin(world, plans[0][1], self.limits)
        past = [days.live(day) for day in range(self.horizon.as_of + 1)]
        epidemic, economy = self.engine.snapshot(), self.economy.snapshot()
        outcomes = []
        for k, (name, schedule) in enumerate(plans):
            if k > 0:
                self.engine.restore(epidemic)
                self.economy.restore(economy)
            tally = Tally(self.setting, self.horizon, world.effects)
            for day, today in enumerate(past):
                tally.add(day, today)
            on = days.fork(schedule)
            self._live_on(on, tally, len(past), world)
            outcomes.append(self._outcome(name, world, on, tally))
        return outcomes

    def _outcome(self, plan: str, world: World, days: Days, tally: Tally) -> Outcome:
        unpaid = 0
        if self.limits is not None and days.lost_on >= 0:
            unpaid = max(days.lost_on + self.limits.emergency_days - self.horizon.economy_days + 1, 0)
        loss = Loss(days.lost_on, self.engine.n_infections, self.engine.n_fatal, unpaid)
        return outcome_of(plan, world.number, self.engine.result(), self.economy.result(), tally, loss)

    def live(
        self,
        schedule: Schedule,
        world: World,
        watch: Watch = lambda day, today: None,
    ) -> tuple[Days, Tally]:
        """Live all days of both horizons, calling ``watch`` after each; the arrays stay in `engine` and `economy`."""
        days = self._begin(world, schedule, self.limits)
        tally = Tally(self.setting, self.horizon, world.effects)
        self._live_on(days, tally, 0, world, watch)
        return days, tally

    def _live_on(
        self,
        days: Days,
        tally: Tally,
        first: int,
        world: World,
        watch: Watch = lambda day, today: None,
    ) -> None:
        """Live all days from one on."""
        for day in range(first, self.horizon.economy_days):
            if day == self.horizon.as_of + 1:
                self.engine.reseed(np.uint64(world.future_luck))
            today = days.live(day)
            tally.add(day, today)
            watch(day, today)

    def _begin(
        self, world: World, schedule: Schedule, limits: Limits | None, with_accounts: bool = True
    ) -> Days:
        parameters = EpidemicParameters.from_values(world.epidemic)
        self.engine.start(parameters, world.imports, np.uint64(world.luck))
        self.economy.start(EconomyParameters.from_values({**world.economy, **self._known}), with_accounts)
        caution = None
        if world.structure == BEHAVIOUR:
            caution = Caution(self.setting, joint_table().with_overrides(world.joint))
        return Days(self, schedule.start(world.effects), limits, caution)


class Days:
    """The days of one replicate: levers from what was observed, then the epidemic, then the economy.

    Attributes
    ----------
    lost_on
        Run day on which control was lost, -1 if it is kept; the epidemic is not run any further.
    """

    def __init__(
        self, runner: Runner, run: Run, limits: Limits | None, caution: Caution | None = None
    ) -> None:
        self._runner = runner
        self._caution = caution
        self._run = run
        self._limits = limits
        self._open: tuple[EconomyControls | None, NDArray[np.float64]] = None, np.zeros(0)
        self._active = np.ones(runner.setting.population.n_sites, np.float32)
        self._observed = Observed(runner.engine.reported, runner.engine.reported_site)
        self.lost_on = -1

    def fork(self, schedule: Schedule) -> Days:
        """Return the days of another plan, which go on from where these stand."""
        other = Days(self._runner, self._run.fork(schedule), self._limits, self._caution)
        other._active, other.lost_on = self._active, self.lost_on
        return other

    def live(self, day: int) -> DayMeasures:
        """Live the next day and return its levers."""
        runner, limits = self._runner, self._limits
        today = self._run.controls(day, self._observed)
        if self._caution is not None:
            today = self._caution(day, today, self._observed)
        if limits is not None and 0 <= self.lost_on < day <= self.lost_on + limits.emergency_days:
            today = self._emergency(today)
        runs = day < runner.horizon.epidemic_days and self.lost_on < 0
        if runs:
            runner.engine.step(day, today.epidemic, self._active)
            if limits and runner.engine.n_infections >= limits.control_lost_infections:
                self.lost_on = day
        labour = labour_day(runner.setting, runner.engine, day, today, runs, self._open_rest(today.economy))
        runner.economy.step(day, today.economy, labour)
        self._active = active_share(runner.economy)
        return today

    def _open_rest(self, levers: EconomyControls) -> NDArray[np.float64]:
        """Return what may open outside the sites, worked out anew only when the levers change."""
        if levers is not self._open[0]:
            self._open = levers, open_rest_of(self._runner.setting, levers)
        return self._open[1]

    def _emergency(self, today: DayMeasures) -> DayMeasures:
        """Close every site and lock every commune: what the economy bears when control is lost."""
        economy = today.economy
        return replace(
            today,
            economy=replace(
                economy,
                admitted=np.zeros_like(economy.admitted),
                work=economy.work * self._runner.setting.essential[None, :],
            ),
            restricted=np.ones_like(today.restricted),
        )
