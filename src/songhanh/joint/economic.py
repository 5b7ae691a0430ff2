"""The economy of one plan in many worlds, condensed to months: what the accounts of a year are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from songhanh.core.days import day_of
from songhanh.core.errors import Cancelled
from songhanh.economy.periods import MonthlyAccounts, by_month
from songhanh.joint.ensemble import Ensemble, Report, Stop, in_parallel, runner, schedule
from songhanh.joint.incomes import Incomes
from songhanh.joint.run import Runner
from songhanh.joint.world import World
from songhanh.measures import Schedule

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EconomicRecord:
    """One replicate: K crops, H channels, N districts.

    Attributes
    ----------
    accounts
        By month.
    income_lost
        (N, 2) bn VND of residents and lodgers, in the calendar year of the run's first day.
    crop_ripe, crop_sold, crop_sold_normal, crop_lost
        (K,) tonnes; normal is without an outbreak.
    crop_channel, crop_channel_normal
        (H,) tonnes sold.
    growth
        (3,) growth without an outbreak that this world draws, as in `periods.BROAD`, percent.
    control_lost
        Whether the epidemic was lost control of.
    """

    accounts: MonthlyAccounts
    income_lost: Floats
    crop_ripe: Floats
    crop_sold: Floats
    crop_sold_normal: Floats
    crop_lost: Floats
    crop_channel: Floats
    crop_channel_normal: Floats
    growth: Floats
    control_lost: bool


def economic_record(run: Runner, orders: Schedule, world: World) -> EconomicRecord:
    """Run both models in one world and condense the economy."""
    origin = run.setting.pack.outbreak_from
    ends = day_of(origin, origin.replace(month=12, day=31)) + 1
    incomes = Incomes(run.setting, 0, ends)
    days, _ = run.live(orders, world, lambda day, today: incomes.add(day, run.economy, today))
    economy, result = run.economy, run.economy.result()
    values = economy.parameters.values
    return EconomicRecord(
        accounts=by_month(result, origin),
        income_lost=incomes.total(economy, result),
        crop_ripe=result.crop_ripe.sum(axis=0),
        crop_sold=result.crop_sold.sum(axis=0),
        crop_sold_normal=economy.baseline.crop_sold.sum(axis=0),
        crop_lost=result.crop_lost.sum(axis=0),
        crop_channel=result.crop_channel.sum(axis=0),
        crop_channel_normal=economy.baseline.crop_channel.sum(axis=0),
        growth=np.array([values["growth_agriculture"], values["growth_industry"], values["growth_services"]]),
        control_lost=days.lost_on >= 0,
    )


def one_record(ensemble: Ensemble, world: World) -> EconomicRecord:
    """Run the one plan of an ensemble in one world."""
    run = runner(
        ensemble.pack_ref, ensemble.as_of, ensemble.horizon_days, ensemble.limits, ensemble.hindsight
    )
    _, plan = ensemble.plans[0]
    return economic_record(run, schedule(ensemble.pack_ref, ensemble.as_of, plan, ensemble.hindsight), world)


def run_economic(
    ensemble: Ensemble, worlds: Sequence[World], n_jobs: int, report: Report, should_stop: Stop, stage: str
) -> list[EconomicRecord]:
    """Run the one plan of an ensemble in many worlds; the order and the bytes do not depend on the processes.

    Raises
    ------
    Cancelled
        If ``should_stop`` says so between two worlds.
    """
    records = []
    jobs = (delayed(one_record)(ensemble, world) for world in worlds)
    for done, record in enumerate(in_parallel(jobs, n_jobs), start=1):
        records.append(record)
        report(done, len(worlds), stage)
        if should_stop():
            raise Cancelled
    return records
