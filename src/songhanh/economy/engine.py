"""The economy of one province, day by day, with its arrays allocated once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy import layout as at
from songhanh.economy.accounts import Records, accounts
from songhanh.economy.controls import EconomyControls
from songhanh.economy.day import crop_day, industry_day
from songhanh.economy.labour import LabourDay
from songhanh.economy.model import EconomyModel
from songhanh.economy.parameters import EconomyParameters
from songhanh.economy.production import binding_inputs
from songhanh.economy.result import EconomyResult
from songhanh.economy.seasons import seasonal_final_demand, seasonal_output

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The evening of one day of one run: what the next days read, and the records so far."""

    next_day: int
    parameters: EconomyParameters
    baseline: Records | None
    baseline_of: Floats
    now: tuple[Floats, ...]
    records: tuple[Floats, ...]


class Economy:
    """Runs one replicate after the other; `start`, then `step` for days 0, 1, 2 ..., then `result`.

    Parameters
    ----------
    model
        The province on a normal day.
    days
        Length of a run.
    capacity
        (days, S + 1) workplaces against day 0 where sites grow; their exports grow alike. The baseline is then
        a run without shocks on the same path. None: no growth.
    """

    def __init__(self, model: EconomyModel, days: int, capacity: Floats | None = None) -> None:
        self.model, self.days = model, days
        n, s = model.n_sectors, model.n_sites + 1
        if capacity is not None and capacity.shape != (days, s):
            raise SonghanhError(
                Fault(
                    code="economy.capacity",
                    message=f"The capacity path has shape {capacity.shape}.",
                    remedy=f"Give ({days}, {s}) numbers: days and sites, the rest of the province last.",
                    parameter="capacity",
                )
            )
        self.moves = capacity is not None or model.season is not None  # the normal day is not every day
        self.growth = np.ones((days, s)) if capacity is None else np.ascontiguousarray(capacity, np.float64)
        self.season = seasonal_output(model.season, model.first_day, days, n)
        self.buying = (
            np.ones((days, n))
            if model.season is None
            else seasonal_final_demand(model.output, model.coefficients[:-1], self.season)
        )
        self.share = np.ascontiguousarray(model.site_shares())
        self.ripe = model.crops.ripening(days)
        self.peak = model.crops.peak_tonnes()
        self.constants = np.zeros((at.N_CONSTANTS, n))
        self.state = np.zeros((at.N_STATES, n))
        self.scratch = np.zeros((at.N_SCRATCH, n))
        self.stocks, self.orders = np.zeros((n + 1, n)), np.zeros((n + 1, n))
        self.memory, self.gone = np.zeros(2), np.zeros((s, n))
        self.recent, self.entering = np.ones((at.MOST_TEST_DAYS, s, n)), np.ones((s, n))
        self.absent, self.lost = np.zeros((5, s, n)), np.zeros((s, n, at.N_CAUSES))
        self.unpaid = np.zeros_like(self.lost)
        self.working, self.effect = np.zeros((s, n)), np.zeros((s, n))
        crops = len(model.crops.sector)
        self.standing, self.picked, self.picking = np.zeros(crops), np.zeros(crops), np.zeros(crops)
        self.normal_stocks = np.ascontiguousarray(
            np.maximum(model.stock_days, 1.0)[None, :] * model.flows(), np.float64
        )
        # Contiguous copies: one compiled signature, whatever the pack's tables look like in memory.
        self.coefficients = np.ascontiguousarray(model.coefficients, np.float64)
        self.binding = binding_inputs(model.production, model.critical, self.coefficients)
        self.workers = np.ascontiguousarray(model.workers, np.float64)
        self._baseline_of = np.zeros(0)  # the numbers that the baseline at hand belongs to
        self.next_day = -1

    def start(self, parameters: EconomyParameters, with_baseline: bool = True) -> None:
        """Put the province back on its normal day, with the numbers of one world.

        Without the baseline a run is quicker to begin, and has no `result`.
        """
        if not with_baseline:
            self._baseline_of = np.zeros(0)
        elif not np.array_equal(
            parameters.vector, self._baseline_of
        ):  # plans share the baseline of their world
            self.parameters = parameters
            self.baseline = self._baseline(parameters)
            self._baseline_of = parameters.vector.copy()
        self.parameters = parameters
        self._reset(parameters)

    def _reset(self, parameters: EconomyParameters) -> None:
        model, k = self.model, self.constants
        households, other, outside = model.final_demand(parameters.values["household_local_demand_share"])
        people = model.workers.sum(axis=0)
        pay = parameters.values["labour_share"] * model.output * model.value_added_share
        k[at.OUTPUT], k[at.VALUE_ADDED] = model.output, model.value_added_share
        k[at.HOUSEHOLDS], k[at.OTHER], k[at.OUTSIDE] = households, other, outside
        k[at.REMOTE], k[at.ESSENTIAL], k[at.KEEPS_ORDERS] = (
            model.remote_share,
            model.essential,
            model.keeps_orders,
        )
        k[at.STOCK_DAYS] = np.maximum(model.stock_days, 1.0)
        k[at.WAGE] = np.divide(pay, people, out=np.zeros_like(pay), where=people > 0)
        self.state[:] = 0.0
        self.state[at.OVERTIME] = 1.0
        self.state[at.DEMAND] = model.output
        self.state[at.DEMAND] *= self.season[0]
        self.stocks[:] = self.normal_stocks * self.season[0]
        self.recent[:] = 1.0
        for array in (self.memory, self.gone, self.standing, self.picked):
            array[:] = 0.0
        self.records = Records.empty(model, self.days)
        self.next_day = 0

    def step(self, day: int, controls: EconomyControls, labour: LabourDay) -> None:
        """Run one day.

        Parameters
        ----------
        day
            Run day; days follow each other without gaps.
        controls
            The day's levers.
        labour
            Who can come to work.
        """
        if day != self.next_day or day >= self.days:
            raise ValueError(f"day {day} does not follow: {self.next_day} of {self.days} is next")
        self.next_day += 1
        for cause, share in enumerate((labour.isolated, labour.quarantined, labour.locked)):
            self.absent[cause] = share
        self.absent[3] = 0.0 if labour.dead is None else labour.dead
        self.absent[4] = 0.0 if labour.taken_home is None else labour.taken_home
        model, records, p = self.model, self.records, self.parameters.vector
        load = labour.hospital_load / model.population * 1e5 if model.population > 0 else 0.0
        industry_day(
            p, self.constants, self.state, self.scratch, self.coefficients, self.binding, self.stocks,
            self.orders, self.memory, self.share, self.workers, model.lodger_share, self.growth[day],
            self.season[day], self.buying[day], self.gone, self.recent, self.entering, controls.admitted,
            controls.productivity, labour.open_rest, self.absent, labour.firm_closed, controls.household_demand,
            controls.other_demand, controls.export_demand, controls.import_logistics, controls.export_logistics,
            controls.site_cost_vnd_bn, load, controls.support_vnd_bn, self.lost, self.working, self.effect,
            records.sectors[day], records.lost_days[day], records.at_work[day], records.value_site[day],
            self.unpaid, records.wages[day],
        )  # fmt: skip
        crops = model.crops
        if len(crops.sector):
            crop_day(
                p, self.ripe[day], self.peak, crops.decay, crops.sector, self.working, self.absent,
                crops.channel_crop, crops.channel_share, crops.channel_most * controls.channel, self.picking,
                self.standing, self.picked, records.crop_sold[day], records.crop_lost[day],
                records.crop_channel[day],
            )  # fmt: skip
        records.public_cost[day] = controls.public_cost_vnd_bn
        records.support[day] = controls.support_vnd_bn
        records.extra_cost[day] = controls.site_cost_vnd_bn

    def snapshot(self) -> Snapshot:
        """Return where the run stands, for `restore` of this economy."""
        return Snapshot(
            next_day=self.next_day,
            parameters=self.parameters,
            baseline=self.baseline if self._baseline_of.size else None,
            baseline_of=self._baseline_of,
            now=tuple(array.copy() for array in self._now()),
            records=tuple(array[: self.next_day].copy() for array in vars(self.records).values()),
        )

    def restore(self, kept: Snapshot) -> None:
        """Forget the last run and go on from where another run of this economy stood, to the same bits."""
        self.parameters, self.next_day = kept.parameters, kept.next_day
        self._baseline_of = kept.baseline_of
        if kept.baseline is not None:
            self.baseline = kept.baseline
        for array, copy in zip(self._now(), kept.now, strict=True):
            array[:] = copy
        self.records = Records.empty(self.model, self.days)
        for array, copy in zip(vars(self.records).values(), kept.records, strict=True):
            array[: self.next_day] = copy

    def _now(self) -> tuple[Floats, ...]:
        """Return the arrays that a day leaves to the next, and what may be read of it in between."""
        return (
            self.constants, self.state, self.scratch, self.stocks, self.orders, self.memory, self.gone, self.recent,
            self.entering, self.absent, self.lost, self.unpaid, self.working, self.effect, self.standing, self.picked,
            self.picking,
        )  # fmt: skip

    def result(self) -> EconomyResult:
        """Return the daily arrays; days not stepped yet are zero."""
        if not self._baseline_of.size:
            raise ValueError("this run was started without its baseline")
        return accounts(self.model, self.parameters, self.constants, self.ripe, self.records, self.baseline)

    def _baseline(self, parameters: EconomyParameters) -> Records:
        """Return what a run without shocks leaves: known at once unless sites grow or there are seasons, but for the crops."""
        model, days = self.model, self.days
        self._reset(parameters)
        normal = self.records
        quiet = EconomyControls(
            admitted=np.ones_like(self.working),
            productivity=np.ones_like(self.working),
            work=np.ones((0, model.n_sectors)),
            household_demand=np.ones(model.n_sectors),
            other_demand=np.ones(model.n_sectors),
            export_demand=np.ones(model.n_sectors),
            import_logistics=np.ones(model.n_sectors),
            export_logistics=np.ones(model.n_sectors),
            channel=np.ones(len(model.crops.channel_crop)),
            site_cost_vnd_bn=np.zeros(model.n_sites + 1),
            public_cost_vnd_bn=0.0,
            support_vnd_bn=0.0,
        )
        nobody = np.zeros_like(self.working)
        labour = LabourDay(nobody, nobody, nobody, nobody, np.ones(model.n_sectors))
        for day in range(days if self.moves or len(model.crops.sector) else min(days, 1)):
            self.step(day, quiet, labour)
        if not self.moves:  # an exact fixed point: the first day is every day
            for array in (normal.sectors, normal.lost_days, normal.at_work, normal.value_site, normal.wages):
                array[1:] = array[:1]
        return normal
