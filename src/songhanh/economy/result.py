"""What an economic run leaves: daily arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EconomyResult:
    """Daily arrays of one run: D days, S sites and the rest, J sectors, K crops, H channels; bn VND a day.

    ``production = sold_inputs + sold_households + sold_other + sold_outside`` holds each day and sector; crops
    are on top, in `output`, `value_added`, `exports`.

    Attributes
    ----------
    output, value_added, value_added_baseline, exports, exports_baseline
        (D, J) with crops; exports are those to other countries. ``value_added`` is net of extra costs of sites.
    value_added_site
        (D, S + 1) value added by site, crops in the rest.
    production, sold_inputs, sold_households, sold_other, sold_outside
        (D, J) without crops.
    inputs_used, inputs_delivered
        (D, J) all inputs by using sector.
    retail, retail_baseline
        (D,) sales of local products to households.
    wages
        (D,) pay received.
    employed_share
        (D,) people at work against normal.
    at_work
        (D, S + 1, J) people at work, at home included.
    lost_person_days
        (D, J, 8) by `core.modes.Absence`.
    wages_lost
        (D,) pay not received.
    household_income_lost
        (D, 2) of residents and of lodgers: pay, and for residents lost crops; before any support.
    inventories
        (D, J) value of all inputs held in the evening, by the sector that holds them.
    backlog, cancelled
        (D, J) orders from outside waiting in the evening, and those given up this day.
    crop_ripe, crop_sold, crop_lost
        (D, K) tonnes.
    crop_channel
        (D, H) tonnes sold.
    crop_lost_value
        (D,) bn VND that perished.
    revenue, revenue_baseline
        (D, 4) budget revenue by `accounts.Tax`; land revenue is exogenous and left out.
    budget_revenue_lost, public_cost, support
        (D,) bn VND; support is not part of ``public_cost``.
    extra_cost
        (D, S + 1) of sites: lodging, tests.
    """

    output: Floats
    value_added: Floats
    value_added_baseline: Floats
    exports: Floats
    exports_baseline: Floats
    value_added_site: Floats
    production: Floats
    sold_inputs: Floats
    sold_households: Floats
    sold_other: Floats
    sold_outside: Floats
    inputs_used: Floats
    inputs_delivered: Floats
    retail: Floats
    retail_baseline: Floats
    wages: Floats
    employed_share: Floats
    at_work: Floats
    lost_person_days: Floats
    wages_lost: Floats
    household_income_lost: Floats
    inventories: Floats
    backlog: Floats
    cancelled: Floats
    crop_ripe: Floats
    crop_sold: Floats
    crop_lost: Floats
    crop_channel: Floats
    crop_lost_value: Floats
    revenue: Floats
    revenue_baseline: Floats
    budget_revenue_lost: Floats
    public_cost: Floats
    support: Floats
    extra_cost: Floats
