"""Goods on one day of the economy, compiled; labour is in `kernels_work`. Equations and symbols: `docs/economy.md`.

Arrays are those of `layout`: ``k`` constants, ``x`` state, ``t`` scratch, ``r`` results of the day; ``p`` is the
parameter vector. A is (J + 1, J), its last row inputs from outside the province.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.economy import layout as at
from songhanh.economy import parameters as par
from songhanh.economy.production import POOLED

Floats = NDArray[np.float64]


@kernel
def household_demand(
    p: Floats, k: Floats, t: Floats, memory: Floats, buying: Floats, lever: Floats, load: float
) -> None:
    """Set what households want: closed, feared, saved, and less income (equation 3).

    ``buying`` (J,) is the season's final demand against the year's mean.
    """
    n = k.shape[1]
    memory[at.FEAR_MEMORY] += (load - memory[at.FEAR_MEMORY]) / p[par.P_FEAR_DAYS]
    calm = math.exp(-p[par.P_FEAR_SHIFT])
    fear = math.exp(-p[par.P_FEAR_SHIFT] * math.exp(-p[par.P_FEAR_SLOPE] * memory[at.FEAR_MEMORY]))
    fear = p[par.P_FEAR] * (fear - calm) / (1.0 - calm) if calm < 1.0 else 0.0
    unspent = 0.0
    open_sales = 0.0
    for j in range(n):
        factor = p[par.P_FEAR_ESSENTIAL] if k[at.ESSENTIAL, j] > 0.0 else 1.0
        normal = k[at.HOUSEHOLDS, j] * buying[j]
        t[at.BOUGHT, j] = normal * max(lever[j], 0.0) * (1.0 - fear * factor)
        unspent += normal - t[at.BOUGHT, j]
        open_sales += t[at.BOUGHT, j]
    more = (1.0 - p[par.P_SAVING]) * max(unspent, 0.0) / open_sales if open_sales > 0.0 else 0.0
    income = max(1.0 - p[par.P_INCOME] * memory[at.INCOME_GAP], 0.0)
    for j in range(n):
        t[at.BOUGHT, j] *= income * (1.0 + more)


@kernel
def limits(p: Floats, k: Floats, x: Floats, t: Floats, A: Floats, binding: Floats, stocks: Floats) -> None:
    """Set what labour, overtime and inputs allow (equation 2). ``binding`` is that of `production.binding_inputs`."""
    n = k.shape[1]
    for j in range(n):
        potential = k[at.OUTPUT, j] * t[at.CAPACITY, j]
        t[at.POTENTIAL, j] = potential
        idle = min(x[at.SURPLUS_INPUT, j] + x[at.SURPLUS_DEMAND, j], 1.0)
        t[at.LAID_OFF, j] = (1.0 - p[par.P_FURLOUGH_SHARE]) * idle
        t[at.LAID_OFF_INPUT, j] = (1.0 - p[par.P_FURLOUGH_SHARE]) * x[at.SURPLUS_INPUT, j]
        hours = max(p[par.P_OVERTIME_HOURS] - x[at.OVERTIME_USED, j], 0.0)
        overtime = min(x[at.OVERTIME, j], 1.0 + hours / at.HOURS_A_DAY)
        t[at.LIMIT, j] = potential * (1.0 - t[at.LAID_OFF, j]) * overtime
        most = np.inf
        pooled_stock = 0.0
        pooled_need = 0.0
        for i in range(n + 1):
            if binding[i, j] == POOLED:
                pooled_stock += stocks[i, j]
                pooled_need += A[i, j]
            elif binding[i, j] > 0.0:
                by_input = stocks[i, j] / A[i, j]
                if binding[i, j] < 1.0:
                    by_input = 0.5 * (by_input + k[at.OUTPUT, j] * t[at.GROWTH, j])
                most = min(most, by_input)
        if pooled_need > 0.0:
            most = min(most, pooled_stock / pooled_need)
        t[at.BY_INPUT, j] = most


@kernel
def place_orders(
    p: Floats,
    k: Floats,
    x: Floats,
    t: Floats,
    A: Floats,
    stocks: Floats,
    orders: Floats,
    season: Floats,
    buying: Floats,
    other_demand: Floats,
    export_demand: Floats,
    export_lever: Floats,
) -> None:
    """Order inputs and add up demand (equation 3). The min with capacity keeps a backlog from starving others.

    The levers ``other_demand`` and ``export_demand`` say what is ordered, ``export_lever`` what of it can leave.
    """
    n = k.shape[1]
    for i in range(n + 1):
        for j in range(n):
            normal = k[at.STOCK_DAYS, j] * A[i, j] * k[at.OUTPUT, j] * t[at.GROWTH, j]
            refill = (normal - stocks[i, j]) / p[par.P_STOCK]
            orders[i, j] = max(A[i, j] * min(x[at.DEMAND, j], t[at.LIMIT, j]) + refill, 0.0)
    for i in range(n):
        ordered = 0.0
        for j in range(n):
            ordered += orders[i, j]
        grown = t[at.GROWTH, i] / season[i] if season[i] > 0.0 else 0.0
        fresh = k[at.OUTSIDE, i] * grown * buying[i] * max(export_demand[i], 0.0)
        t[at.FRESH, i] = fresh
        t[at.ELSEWHERE, i] = k[at.OTHER, i] * buying[i] * max(other_demand[i], 0.0)
        wanted = (fresh + x[at.BACKLOG, i] / p[par.P_RECOVERY]) * min(max(export_lever[i], 0.0), 1.0)
        t[at.WANTED, i] = wanted
        t[at.DEMANDED, i] = ordered + t[at.BOUGHT, i] + t[at.ELSEWHERE, i] + wanted


@kernel
def produce_and_deliver(
    p: Floats,
    k: Floats,
    x: Floats,
    t: Floats,
    A: Floats,
    stocks: Floats,
    orders: Floats,
    import_lever: Floats,
    r: Floats,
) -> None:
    """Produce, ration, refill inventories (equation 4).

    A sector serves itself first, then other sectors, then all final buyers alike. Were its own orders cut like those of
    others, a sector held at a fifth of its output would run out of what it needs of its own product and never start again.
    """
    n = k.shape[1]
    for i in range(n):
        made = min(t[at.LIMIT, i], t[at.BY_INPUT, i], t[at.DEMANDED, i])
        others = 0.0
        for j in range(n):
            if j != i:
                others += orders[i, j]
        own = min(orders[i, i], made)
        to_others = min(others, made - own)
        part = to_others / others if others > 0.0 else 0.0
        final = t[at.BOUGHT, i] + t[at.ELSEWHERE, i] + t[at.WANTED, i]
        final_part = min(((made - own) - to_others) / final, 1.0) if final > 0.0 else 0.0
        for j in range(n):  # from here on: delivered
            orders[i, j] = own if j == i else part * orders[i, j]
        sold = final_part * t[at.WANTED, i]
        waiting = max(x[at.BACKLOG, i] + t[at.FRESH, i] - sold, 0.0)
        kept = waiting * (1.0 - 1.0 / p[par.P_CANCEL]) if k[at.KEEPS_ORDERS, i] > 0.0 else 0.0
        x[at.BACKLOG, i] = kept
        r[at.R_PRODUCTION, i] = made
        r[at.R_INPUTS, i] = own + to_others
        r[at.R_HOUSEHOLDS, i] = final_part * t[at.BOUGHT, i]
        r[at.R_OTHER, i] = final_part * t[at.ELSEWHERE, i]
        r[at.R_OUTSIDE, i] = sold
        r[at.R_BACKLOG, i] = kept
        r[at.R_CANCELLED, i] = waiting - kept
    for j in range(n):
        orders[n, j] *= min(max(import_lever[j], 0.0), 1.0)
        r[at.R_USED, j] = 0.0
        r[at.R_DELIVERED, j] = 0.0
        r[at.R_HELD, j] = 0.0
        r[at.R_IMPORTED, j] = orders[n, j]
    for i in range(n + 1):
        for j in range(n):
            used = min(A[i, j] * r[at.R_PRODUCTION, j], stocks[i, j])
            stocks[i, j] += orders[i, j] - used
            r[at.R_USED, j] += used
            r[at.R_DELIVERED, j] += orders[i, j]
            r[at.R_HELD, j] += stocks[i, j]


@kernel
def harvest(
    p: Floats,
    ripe: Floats,
    peak: Floats,
    decay: Floats,
    picking: Floats,
    channel_crop: NDArray[np.int64],
    channel_share: Floats,
    channel_room: Floats,
    standing: Floats,
    picked: Floats,
    sold: Floats,
    lost: Floats,
    by_channel: Floats,
) -> None:
    """Ripen, pick, ship, decay (equation 6). All in tonnes; ``picking`` is the share of labour there is."""
    for c in range(len(ripe)):
        standing[c] += ripe[c]
        taken = min(standing[c], p[par.P_PICKING] * peak[c] * picking[c])
        standing[c] -= taken
        picked[c] += taken
        lost[c] = standing[c] * decay[c]
        standing[c] -= lost[c]
        sold[c] = 0.0
        room = 0.0
        for h in range(len(channel_crop)):
            if channel_crop[h] == c:
                by_channel[h] = min(channel_share[h] * picked[c], channel_room[h])
                sold[c] += by_channel[h]
                room += channel_room[h] - by_channel[h]
        over = min(max(picked[c] - sold[c], 0.0), room)
        if over > 0.0:  # what the usual channel cannot take goes where there is room
            for h in range(len(channel_crop)):
                if channel_crop[h] == c:
                    by_channel[h] += over * (channel_room[h] - by_channel[h]) / room
            sold[c] += over
        picked[c] = max(picked[c] - sold[c], 0.0)
        spoilt = picked[c] * decay[c]
        picked[c] -= spoilt
        lost[c] += spoilt
