"""The order of one economic day, compiled as one call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.economy import layout as at
from songhanh.economy import parameters as par
from songhanh.economy.kernels import (
    harvest,
    household_demand,
    limits,
    place_orders,
    produce_and_deliver,
)
from songhanh.economy.kernels_work import account, adjust_work, enter, lodgers_move, work_capacity

Floats = NDArray[np.float64]


@kernel
def industry_day(
    p: Floats,
    k: Floats,
    x: Floats,
    t: Floats,
    A: Floats,
    binding: Floats,
    stocks: Floats,
    orders: Floats,
    memory: Floats,
    share: Floats,
    workers: Floats,
    lodger: Floats,
    growth: Floats,
    season: Floats,
    buying: Floats,
    gone: Floats,
    recent: Floats,
    entering: Floats,
    admitted: Floats,
    productivity: Floats,
    open_rest: Floats,
    absent: Floats,
    firm_closed: Floats,
    household_lever: Floats,
    other_demand: Floats,
    export_demand: Floats,
    import_lever: Floats,
    export_lever: Floats,
    site_cost: Floats,
    hospital_per_100k: float,
    support: float,
    lost: Floats,
    working: Floats,
    effect: Floats,
    r: Floats,
    lost_days: Floats,
    at_work: Floats,
    value_site: Floats,
    unpaid: Floats,
    wages: Floats,
) -> None:
    """Run one day: labour, demand, production, rationing, tomorrow's overtime and staff, accounts."""
    enter(p, admitted, recent, entering)
    work_capacity(
        p, k, t, share, growth, season, lodger, gone, entering, productivity, open_rest, absent, firm_closed, lost,
        working, effect,
    )  # fmt: skip
    household_demand(p, k, t, memory, buying, household_lever, hospital_per_100k)
    limits(p, k, x, t, A, binding, stocks)
    place_orders(p, k, x, t, A, stocks, orders, season, buying, other_demand, export_demand, export_lever)
    produce_and_deliver(p, k, x, t, A, stocks, orders, import_lever, r)
    adjust_work(p, x, t, r)
    account(
        p, k, t, r, workers, growth, lodger, lost, working, effect, site_cost, lost_days, at_work, value_site,
        unpaid, wages,
    )  # fmt: skip
    lodgers_move(p, entering, gone)
    normal = 0.0
    for j in range(k.shape[1]):
        normal += k[at.OUTPUT, j] * k[at.VALUE_ADDED, j]
    income = p[par.P_LABOUR] * normal
    gap = (wages[0] + wages[1] - support) / income if income > 0.0 else 0.0
    memory[at.INCOME_GAP] = min(max(gap, 0.0), 1.0)


@kernel
def crop_day(
    p: Floats,
    ripe: Floats,
    peak: Floats,
    decay: Floats,
    sector: NDArray[np.int64],
    working: Floats,
    absent: Floats,
    channel_crop: NDArray[np.int64],
    channel_share: Floats,
    channel_room: Floats,
    picking: Floats,
    standing: Floats,
    picked: Floats,
    sold: Floats,
    lost: Floats,
    by_channel: Floats,
) -> None:
    """Harvest with the labour there is: farm families unless sick or in quarantine, and hired pickers."""
    rest = working.shape[0] - 1
    for c in range(len(ripe)):
        j = sector[c]
        here = max(1.0 - absent[0, rest, j] - absent[1, rest, j] - absent[3, rest, j], 0.0)
        hired = p[par.P_PICKING_LABOUR]
        picking[c] = (1.0 - hired) * here + hired * min(working[rest, j], here)
    harvest(
        p, ripe, peak, decay, picking, channel_crop, channel_share, channel_room, standing, picked, sold, lost,
        by_channel,
    )  # fmt: skip
