"""One replicate: a plan in a world, day by day, both models side by side.

The order of a day (design of the economy, item 8): rules read yesterday's observed cases and set the day's
levers, the epidemic has its day, then the economy has its day with those who could come to work. What is open
acts back on the epidemic through the same levers: idle sites transmit less, idle boarding houses more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from songhanh.economy import Economy, EconomyParameters
from songhanh.epidemic import Engine, EpidemicParameters
from songhanh.joint.collect import Loss, Tally, outcome_of
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.labour import labour_day
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import Setting
from songhanh.joint.world import World
from songhanh.measures import DayMeasures, Schedule
from songhanh.response import Observed


class Runner:
    """Runs replicates one after the other in one process, with arrays allocated once."""

    def __init__(self, setting: Setting, horizon: Horizon, limits: Limits | None) -> None:
        self.setting = setting
        self.horizon = horizon
        self.limits = limits
        self.engine = Engine(setting.population, horizon.epidemic_days)
        self.economy = Economy(setting.economy, horizon.economy_days)

    def past(self, world: World, schedule: Schedule, give_up_at: int | None = None) -> Engine | None:
        """Run the epidemic alone to the end of the as-of day and return the engine with its arrays.

        Nothing is returned where infections pass ``give_up_at``: no world can have such a past.
        """
        run = schedule.start(world.effects)
        self._start_epidemic(world)
        observed = Observed(self.engine.reported, self.engine.reported_site)
        for day in range(self.horizon.as_of + 1):
            self.engine.step(day, run.controls(day, observed).epidemic)
            if give_up_at is not None and self.engine.n_infections >= give_up_at:
                return None
        return self.engine

    def evening(self, world: World, schedule: Schedule) -> DayMeasures:
        """Run both models to the end of the as-of day and return the levers of that day.

        The arrays of the day stay in `engine` and `economy`.
        """
        run = schedule.start(world.effects)
        self._start_epidemic(world)
        self.economy.start(EconomyParameters.from_values(world.economy))
        observed = Observed(self.engine.reported, self.engine.reported_site)
        for day in range(self.horizon.as_of + 1):
            today = run.controls(day, observed)
            self.engine.step(day, today.epidemic)
            self.economy.step(day, today.economy, labour_day(self.setting, self.engine, day, today, True))
        return today

    def run(self, plan: str, schedule: Schedule, world: World) -> Outcome:
        """Run one plan in one world to both horizons."""
        run = schedule.start(world.effects)
        self._start_epidemic(world)
        self.economy.start(EconomyParameters.from_values(world.economy))
        observed = Observed(self.engine.reported, self.engine.reported_site)
        tally = Tally(self.setting, self.horizon)
        lost_on = -1
        for day in range(self.horizon.economy_days):
            if day == self.horizon.as_of + 1:
                self.engine.reseed(np.uint64(world.future_luck))
            today = run.controls(day, observed)
            if self._is_emergency(day, lost_on):
                today = self._emergency(today)
            runs = day < self.horizon.epidemic_days and lost_on < 0
            if runs:
                self.engine.step(day, today.epidemic)
                if self.limits and self.engine.n_infections >= self.limits.control_lost_infections:
                    lost_on = day
            self.economy.step(day, today.economy, labour_day(self.setting, self.engine, day, today, runs))
            tally.add(day, today)
        loss = Loss(lost_on, self.engine.n_infections, self.engine.n_fatal)
        return outcome_of(plan, world.number, self.engine.result(), self.economy.result(), tally, loss)

    def _start_epidemic(self, world: World) -> None:
        parameters = EpidemicParameters.from_values(world.epidemic)
        self.engine.start(parameters, world.imports, np.uint64(world.luck))

    def _is_emergency(self, day: int, lost_on: int) -> bool:
        return self.limits is not None and 0 <= lost_on < day <= lost_on + self.limits.emergency_days

    def _emergency(self, today: DayMeasures) -> DayMeasures:
        """Close every site and lock every commune: what the economy bears when control is lost."""
        economy = today.economy
        return replace(
            today,
            economy=replace(
                economy,
                admitted=np.zeros_like(economy.admitted),
                work=economy.work * self.setting.essential[None, :],
            ),
            restricted=np.ones_like(today.restricted),
        )
