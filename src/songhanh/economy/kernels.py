"""One day of the economy, compiled. Equations and symbols: `docs/economy.md`.

Arrays are those of `layout`: ``k`` constants, ``x`` state, ``t`` scratch, ``r`` results of the day; ``p`` is the
parameter vector. A is (J + 1, J), its last row inputs from outside the province.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.core.modes import Absence
from songhanh.economy import layout as at
from songhanh.economy import parameters as par

Floats = NDArray[np.float64]

ISOLATED, QUARANTINED, LOCKED, DEAD = (
    int(Absence.ISOLATED),
    int(Absence.QUARANTINED),
    int(Absence.LOCKED_DOWN),
    int(Absence.DEAD),
)
CLOSED, NO_INPUT, NO_DEMAND = int(Absence.CLOSED), int(Absence.NO_INPUT), int(Absence.NO_DEMAND)


@kernel
def work_capacity(
    p: Floats,
    k: Floats,
    t: Floats,
    share: Floats,
    growth: Floats,
    lodger: Floats,
    gone: Floats,
    admitted: Floats,
    productivity: Floats,
    open_rest: Floats,
    absent: Floats,
    firm_closed: Floats,
    lost: Floats,
    working: Floats,
    effect: Floats,
) -> None:
    """Turn presence and modes into the labour capacity of each sector (equation 1).

    ``absent`` is (5, S + 1, J) by the first five causes; fills ``lost`` (S + 1, J, 8) and ``working`` (S + 1, J) as
    shares of workers, and ``effect``, output of a site as a share of the sector's normal one.
    """
    n_sites, n = working.shape
    for j in range(n):
        t[at.CAPACITY, j] = 0.0
        t[at.GROWTH, j] = 0.0
    for s in range(n_sites):
        rest = s == n_sites - 1
        for j in range(n):
            left = 1.0
            for cause in range(absent.shape[0]):
                out = min(max(absent[cause, s, j], 0.0), left)
                lost[s, j, cause] = out
                left -= out
            most = admitted[s, j] * (open_rest[j] if rest else 1.0)
            most = min(most, 1.0 - firm_closed[s, j], 1.0 - gone[s, j] * lodger[s])
            present = max(min(left, most), 0.0)
            lost[s, j, CLOSED] = left - present
            home = 0.0
            if rest:  # an office cannot keep a closed plant producing: remote work counts outside the sites
                for cause in (QUARANTINED, LOCKED, CLOSED):
                    moved = k[at.REMOTE, j] * lost[s, j, cause]
                    lost[s, j, cause] -= moved
                    home += moved
            working[s, j] = present + home
            made = present * productivity[s, j] + home * p[par.P_REMOTE]
            effect[s, j] = share[s, j] * growth[s] * made
            t[at.CAPACITY, j] += effect[s, j]
            t[at.GROWTH, j] += share[s, j] * growth[s]


@kernel
def lodgers_move(p: Floats, admitted: Floats, gone: Floats) -> None:
    """Let lodgers of idle sites leave, and those of working ones come back (equation 5)."""
    back = 1.0 - 0.5 ** (1.0 / p[par.P_RETURN])
    n_sites, n = gone.shape
    for s in range(n_sites):
        for j in range(n):
            idle = 1.0 - min(admitted[s, j], 1.0)
            left = gone[s, j]
            gone[s, j] += p[par.P_LEAVE] * idle * (1.0 - left) - (1.0 - idle) * back * left


@kernel
def household_demand(p: Floats, k: Floats, t: Floats, memory: Floats, lever: Floats, load: float) -> None:
    """Set what households want: closed, feared, saved, and less income (equation 3)."""
    n = k.shape[1]
    memory[at.FEAR_MEMORY] += (load - memory[at.FEAR_MEMORY]) / p[par.P_FEAR_DAYS]
    calm = math.exp(-p[par.P_FEAR_SHIFT])
    fear = math.exp(-p[par.P_FEAR_SHIFT] * math.exp(-p[par.P_FEAR_SLOPE] * memory[at.FEAR_MEMORY]))
    fear = p[par.P_FEAR] * (fear - calm) / (1.0 - calm) if calm < 1.0 else 0.0
    unspent = 0.0
    open_sales = 0.0
    for j in range(n):
        factor = p[par.P_FEAR_ESSENTIAL] if k[at.ESSENTIAL, j] > 0.0 else 1.0
        t[at.BOUGHT, j] = k[at.HOUSEHOLDS, j] * max(lever[j], 0.0) * (1.0 - fear * factor)
        unspent += k[at.HOUSEHOLDS, j] - t[at.BOUGHT, j]
        open_sales += t[at.BOUGHT, j]
    more = (1.0 - p[par.P_SAVING]) * max(unspent, 0.0) / open_sales if open_sales > 0.0 else 0.0
    income = max(1.0 - p[par.P_INCOME] * memory[at.INCOME_GAP], 0.0)
    for j in range(n):
        t[at.BOUGHT, j] *= income * (1.0 + more)


@kernel
def limits(p: Floats, k: Floats, x: Floats, t: Floats, A: Floats, critical: Floats, stocks: Floats) -> None:
    """Set what labour, overtime and inputs allow (equation 2)."""
    n = k.shape[1]
    for j in range(n):
        potential = k[at.OUTPUT, j] * t[at.CAPACITY, j]
        t[at.POTENTIAL, j] = potential
        furlough = min(x[at.FURLOUGH_INPUT, j] + x[at.FURLOUGH_DEMAND, j], 1.0)
        hours = max(p[par.P_OVERTIME_HOURS] - x[at.OVERTIME_USED, j], 0.0)
        overtime = min(x[at.OVERTIME, j], 1.0 + hours / at.HOURS_A_DAY)
        t[at.LIMIT, j] = potential * (1.0 - furlough) * overtime
        most = np.inf
        for i in range(n + 1):
            if A[i, j] > 0.0 and critical[i, j] > 0.0:
                by_input = stocks[i, j] / A[i, j]
                if critical[i, j] < 1.0:
                    by_input = 0.5 * (by_input + k[at.OUTPUT, j] * t[at.GROWTH, j])
                most = min(most, by_input)
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
    export_lever: Floats,
) -> None:
    """Order inputs and add up demand (equation 3). The min with capacity keeps a backlog from starving others."""
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
        fresh = k[at.OUTSIDE, i] * t[at.GROWTH, i]
        wanted = (fresh + x[at.BACKLOG, i] / p[par.P_RECOVERY]) * min(max(export_lever[i], 0.0), 1.0)
        t[at.WANTED, i] = wanted
        t[at.DEMANDED, i] = ordered + t[at.BOUGHT, i] + k[at.OTHER, i] + wanted


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
    """Produce, ration (other sectors first, then all final buyers alike), refill inventories (equation 4)."""
    n = k.shape[1]
    for i in range(n):
        made = min(t[at.LIMIT, i], t[at.BY_INPUT, i], t[at.DEMANDED, i])
        ordered = 0.0
        for j in range(n):
            ordered += orders[i, j]
        to_sectors = min(ordered, made)
        part = to_sectors / ordered if ordered > 0.0 else 0.0
        final = t[at.BOUGHT, i] + k[at.OTHER, i] + t[at.WANTED, i]
        final_part = min((made - to_sectors) / final, 1.0) if final > 0.0 else 0.0
        for j in range(n):
            orders[i, j] *= part  # from here on: delivered
        sold = final_part * t[at.WANTED, i]
        waiting = max(x[at.BACKLOG, i] + k[at.OUTSIDE, i] * t[at.GROWTH, i] - sold, 0.0)
        kept = waiting * (1.0 - 1.0 / p[par.P_CANCEL]) if k[at.KEEPS_ORDERS, i] > 0.0 else 0.0
        x[at.BACKLOG, i] = kept
        r[at.R_PRODUCTION, i] = made
        r[at.R_INPUTS, i] = to_sectors
        r[at.R_HOUSEHOLDS, i] = final_part * t[at.BOUGHT, i]
        r[at.R_OTHER, i] = final_part * k[at.OTHER, i]
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
def adjust_work(p: Floats, x: Floats, t: Floats, r: Floats) -> None:
    """Move overtime, furlough and remembered demand for tomorrow; tell how much capacity stood idle, and why."""
    for j in range(x.shape[1]):
        made = r[at.R_PRODUCTION, j]
        potential, demanded, by_input = t[at.POTENTIAL, j], t[at.DEMANDED, j], t[at.BY_INPUT, j]
        by_labour = t[at.LIMIT, j] <= by_input
        gap = (demanded - made) / demanded if demanded > 0.0 else 0.0
        goal = p[par.P_OVERTIME] if by_labour and gap > 0.0 else 1.0
        pace = gap if goal > 1.0 else 1.0
        x[at.OVERTIME, j] += (goal - x[at.OVERTIME, j]) * pace / p[par.P_OVERTIME_DAYS]
        short_input = 0.0
        short_demand = 0.0
        t[at.IDLE, j] = 0.0
        t[at.IDLE_INPUT, j] = 0.0
        if potential > 0.0:
            x[at.OVERTIME_USED, j] += max(made / potential - 1.0, 0.0) * at.HOURS_A_DAY
            possible = min(potential, by_input)
            short_input = (potential - possible) / potential
            short_demand = max(possible - demanded, 0.0) / potential
            idle = max(1.0 - made / potential, 0.0)
            t[at.IDLE, j] = idle
            t[at.IDLE_INPUT, j] = min(idle, max(short_input, x[at.FURLOUGH_INPUT, j]))
        for row, short in ((at.FURLOUGH_INPUT, short_input), (at.FURLOUGH_DEMAND, short_demand)):
            pace_days = p[par.P_FURLOUGH] if short > x[row, j] else p[par.P_CALLBACK]
            x[row, j] += (short - x[row, j]) / pace_days
        x[at.DEMAND, j] = demanded


@kernel
def account(
    p: Floats,
    k: Floats,
    t: Floats,
    r: Floats,
    workers: Floats,
    growth: Floats,
    lodger: Floats,
    lost: Floats,
    working: Floats,
    effect: Floats,
    site_cost: Floats,
    lost_days: Floats,
    at_work: Floats,
    value_site: Floats,
    wages: Floats,
) -> None:
    """Count people by cause, pay and value added by site (equation 7). ``wages`` is (2,): residents, lodgers."""
    n_sites, n = working.shape
    lost_days[:, :] = 0.0
    wages[:] = 0.0
    for j in range(n):
        r[at.R_VALUE_ADDED, j] = r[at.R_PRODUCTION, j] * k[at.VALUE_ADDED, j]
    for s in range(n_sites):
        value_site[s] = -site_cost[s]
        site_people = 0.0
        for j in range(n):
            site_people += workers[s, j]
        for j in range(n):
            people = workers[s, j] * growth[s]
            by_input = working[s, j] * t[at.IDLE_INPUT, j]
            by_demand = working[s, j] * (t[at.IDLE, j] - t[at.IDLE_INPUT, j])
            at_work[s, j] = people * (working[s, j] - by_input - by_demand)
            lost[s, j, NO_INPUT] = by_input
            lost[s, j, NO_DEMAND] = by_demand
            unpaid = 0.0
            for cause in range(at.N_CAUSES):
                days = people * lost[s, j, cause]
                lost_days[j, cause] += days
                if cause == ISOLATED:
                    unpaid += days * (1.0 - p[par.P_PAY_ISOLATED])
                elif cause == DEAD:
                    unpaid += days
                else:
                    unpaid += days * (1.0 - p[par.P_PAY_FURLOUGH])
            wages[0] += unpaid * k[at.WAGE, j] * (1.0 - lodger[s])
            wages[1] += unpaid * k[at.WAGE, j] * lodger[s]
            if t[at.CAPACITY, j] > 0.0:
                made = r[at.R_PRODUCTION, j] * k[at.VALUE_ADDED, j] * effect[s, j] / t[at.CAPACITY, j]
                value_site[s] += made
            if site_people > 0.0:
                r[at.R_VALUE_ADDED, j] -= site_cost[s] * workers[s, j] / site_people


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
