"""From the day's records to the accounts that plans are compared on (equation 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from songhanh.economy import layout as at
from songhanh.economy.model import EconomyModel
from songhanh.economy.parameters import EconomyParameters
from songhanh.economy.result import EconomyResult

Floats = NDArray[np.float64]


class Tax(IntEnum):
    """What the budget receives from the economy; land revenue is exogenous and does not move with it."""

    VAT = 0  # on domestic sales: exports are zero-rated
    PROFIT = 1  # on operating surplus, with a lag
    INCOME = 2  # on pay received
    IMPORT_DUTY = 3


@dataclass(eq=False)
class Records:
    """What the kernels write: D days, J sectors, S sites and the rest, K crops, H channels.

    Attributes
    ----------
    sectors
        (D, n, J) rows as in `layout`.
    lost_days, at_work, value_site, wages
        (D, J, 8), (D, S + 1, J), (D, S + 1), (D, 2).
    crop_sold, crop_lost, crop_channel
        (D, K), (D, K), (D, H) tonnes.
    public_cost, support, extra_cost
        (D,), (D,), (D, S + 1) bn VND.
    """

    sectors: Floats
    lost_days: Floats
    at_work: Floats
    value_site: Floats
    wages: Floats
    crop_sold: Floats
    crop_lost: Floats
    crop_channel: Floats
    public_cost: Floats
    support: Floats
    extra_cost: Floats

    @staticmethod
    def empty(model: EconomyModel, days: int) -> Records:
        """Return records of no day yet."""
        n, s, crops = model.n_sectors, model.n_sites + 1, len(model.crops.sector)
        return Records(
            sectors=np.zeros((days, at.N_RESULTS, n)),
            lost_days=np.zeros((days, n, at.N_CAUSES)),
            at_work=np.zeros((days, s, n)),
            value_site=np.zeros((days, s)),
            wages=np.zeros((days, 2)),
            crop_sold=np.zeros((days, crops)),
            crop_lost=np.zeros((days, crops)),
            crop_channel=np.zeros((days, len(model.crops.channel_crop))),
            public_cost=np.zeros(days),
            support=np.zeros(days),
            extra_cost=np.zeros((days, s)),
        )


def accounts(
    model: EconomyModel,
    parameters: EconomyParameters,
    constants: Floats,
    ripe: Floats,
    records: Records,
    baseline: Records,
) -> EconomyResult:
    """Return a run's accounts beside those of its baseline."""
    run = _with_crops(model, constants, ripe, records)
    base = _with_crops(model, constants, ripe, baseline)
    rows, price = records.sectors, model.crops.price
    unsold = np.maximum((baseline.crop_sold - records.crop_sold) @ price, 0.0)
    # Work that the baseline itself does not find (a growing site short of inputs) is not lost to the outbreak.
    wages = records.wages - baseline.wages if baseline.wages.any() else records.wages
    income = wages.copy()
    income[:, 0] += unsold
    values = parameters.values
    normal = baseline.at_work.sum(axis=(1, 2))
    pay = values["labour_share"] * base.value_added.sum(axis=1)
    revenue, revenue_baseline = (
        _revenue(values, totals, received, table.sectors[:, at.R_IMPORTED].sum(axis=1))
        for totals, received, table in ((run, pay - wages.sum(axis=1), records), (base, pay, baseline))
    )
    value_site = records.value_site.copy()
    value_site[:, -1] += run.crop_value_added.sum(axis=1)
    at_work = records.at_work.sum(axis=(1, 2))
    return EconomyResult(
        output=run.output,
        value_added=run.value_added,
        value_added_baseline=base.value_added,
        exports=run.exports,
        exports_baseline=base.exports,
        value_added_site=value_site,
        production=rows[:, at.R_PRODUCTION],
        sold_inputs=rows[:, at.R_INPUTS],
        sold_households=rows[:, at.R_HOUSEHOLDS],
        sold_other=rows[:, at.R_OTHER],
        sold_outside=rows[:, at.R_OUTSIDE],
        inputs_used=rows[:, at.R_USED],
        inputs_delivered=rows[:, at.R_DELIVERED],
        retail=rows[:, at.R_HOUSEHOLDS].sum(axis=1),
        retail_baseline=baseline.sectors[:, at.R_HOUSEHOLDS].sum(axis=1),
        wages=pay - wages.sum(axis=1),
        employed_share=np.divide(at_work, normal, out=np.ones_like(at_work), where=normal > 0),
        at_work=records.at_work,
        lost_person_days=records.lost_days,
        wages_lost=wages.sum(axis=1),
        household_income_lost=income,
        inventories=rows[:, at.R_HELD],
        backlog=rows[:, at.R_BACKLOG],
        cancelled=rows[:, at.R_CANCELLED],
        crop_ripe=ripe,
        crop_sold=records.crop_sold,
        crop_lost=records.crop_lost,
        crop_channel=records.crop_channel,
        crop_lost_value=records.crop_lost @ price,
        revenue=revenue,
        revenue_baseline=revenue_baseline,
        budget_revenue_lost=(revenue_baseline - revenue).sum(axis=1),
        public_cost=records.public_cost,
        support=records.support,
        extra_cost=records.extra_cost,
    )


def _revenue(values: Mapping[str, float], totals: _Totals, pay: Floats, imported: Floats) -> Floats:
    """Return (D, 4) bn VND received a day, by `Tax`.

    Profit tax is paid on the surplus of some days before: at the start of a run on that of its first day. It is never
    negative: a loss is no refund within the year.
    """
    surplus = totals.value_added.sum(axis=1) - pay
    lag = round(values["profit_tax_lag_days"])
    earned = np.concatenate([np.full(lag, surplus[0]), surplus])[: len(surplus)]
    return np.stack(
        [
            values["vat_rate"] * totals.domestic,
            values["profit_tax_rate"] * np.maximum(earned, 0.0),
            values["income_tax_rate"] * pay,
            values["import_duty_rate"] * imported,
        ],
        axis=1,
    )


@dataclass(frozen=True, eq=False)
class _Totals:
    output: Floats
    value_added: Floats
    crop_value_added: Floats
    exports: Floats
    domestic: Floats


def _with_crops(model: EconomyModel, constants: Floats, ripe: Floats, records: Records) -> _Totals:
    """Add the crops to their sectors. What a crop needs is spent before it ripens: lost fruit saves nothing."""
    rows, crops = records.sectors, model.crops
    belongs = (crops.sector[:, None] == np.arange(model.n_sectors)[None, :]).astype(np.float64)  # (K, J)
    sold = records.crop_sold * crops.price
    grown = ripe * crops.price
    spent = grown * (1.0 - model.value_added_share[crops.sector])
    crop_value_added = (sold - spent) @ belongs
    abroad = records.crop_channel * crops.channel_is_export * crops.price[crops.channel_crop]
    crop_exports = abroad @ belongs[crops.channel_crop]
    foreign = np.minimum(model.foreign_share * model.output, constants[at.OUTSIDE])
    foreign_part = np.divide(
        foreign, constants[at.OUTSIDE], out=np.zeros_like(foreign), where=constants[at.OUTSIDE] > 0
    )
    domestic = (rows[:, at.R_HOUSEHOLDS] + rows[:, at.R_OTHER]).sum(axis=1)
    domestic = domestic + sold.sum(axis=1) - abroad.sum(axis=1)
    return _Totals(
        output=rows[:, at.R_PRODUCTION] + sold @ belongs,
        value_added=rows[:, at.R_VALUE_ADDED] + crop_value_added,
        crop_value_added=crop_value_added,
        exports=rows[:, at.R_OUTSIDE] * foreign_part + crop_exports,
        domestic=domestic,
    )
