"""Labour on one day of the economy, compiled; goods are in `kernels`. Equations and symbols: `docs/economy.md`.

Arrays are those of `layout`: ``k`` constants, ``x`` state, ``t`` scratch, ``r`` results of the day; ``p`` is the
parameter vector. A is (J + 1, J), its last row inputs from outside the province.
"""

from __future__ import annotations

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
def enter(p: Floats, admitted: Floats, recent: Floats, entering: Floats) -> None:
    """Let workers into a site only when their test has a result: the least admitted in the days that it takes (equation 1).

    ``recent`` is (`layout.MOST_TEST_DAYS`, S + 1, J), what was admitted on the days before, yesterday first; the rest of the
    province, in the last place, is not tested. A mode with fewer workers holds at once.
    """
    n_sites, n = admitted.shape
    days = min(int(p[par.P_TEST_DAYS] + 0.5), at.MOST_TEST_DAYS)
    for s in range(n_sites):
        for j in range(n):
            least = admitted[s, j]
            if s < n_sites - 1:
                for back in range(days):
                    least = min(least, recent[back, s, j])
            entering[s, j] = least
            for back in range(at.MOST_TEST_DAYS - 1, 0, -1):
                recent[back, s, j] = recent[back - 1, s, j]
            recent[0, s, j] = admitted[s, j]


@kernel
def work_capacity(
    p: Floats,
    k: Floats,
    t: Floats,
    share: Floats,
    growth: Floats,
    season: Floats,
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
    shares of workers, and ``effect``, output of a site as a share of the sector's normal one. ``season`` (J,) is the day's
    normal output against the year's mean: longer hours, not more people.
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
            effect[s, j] = share[s, j] * growth[s] * season[j] * made
            t[at.CAPACITY, j] += effect[s, j]
            t[at.GROWTH, j] += share[s, j] * growth[s] * season[j]


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
def adjust_work(p: Floats, x: Floats, t: Floats, r: Floats) -> None:
    """Move overtime, surplus labour and remembered demand for tomorrow; tell how much capacity stood idle, and why.

    Firms take the want of inputs or orders for lasting only by and by (``furlough_days``), and what they laid off they hire
    again only by and by (``callback_days``); those on furlough are back the day they are needed.
    """
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
        t[at.LAID_OFF_OF_IDLE, j] = 0.0
        if potential > 0.0:
            x[at.OVERTIME_USED, j] += max(made / potential - 1.0, 0.0) * at.HOURS_A_DAY
            possible = min(potential, by_input)
            short_input = (potential - possible) / potential
            short_demand = max(possible - demanded, 0.0) / potential
            idle = max(1.0 - made / potential, 0.0)
            t[at.IDLE, j] = idle
            t[at.IDLE_INPUT, j] = min(idle, max(short_input, t[at.LAID_OFF_INPUT, j]))
            if idle > 0.0:
                t[at.LAID_OFF_OF_IDLE, j] = min(t[at.LAID_OFF, j] / idle, 1.0)
        for row, short in ((at.SURPLUS_INPUT, short_input), (at.SURPLUS_DEMAND, short_demand)):
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
    unpaid: Floats,
    wages: Floats,
) -> None:
    """Count people by cause, pay and value added by site (equation 7).

    ``unpaid`` is (S + 1, J, 8), pay not received by cause; ``wages`` (2,) is its sum for residents and for lodgers.
    """
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
            days_unpaid = 0.0
            for cause in range(at.N_CAUSES):
                days = people * lost[s, j, cause]
                lost_days[j, cause] += days
                paid = p[par.P_PAY_FURLOUGH]
                if cause == ISOLATED:
                    paid = p[par.P_PAY_ISOLATED]
                elif cause == DEAD:
                    paid = 0.0
                elif cause == NO_INPUT or cause == NO_DEMAND:
                    laid_off = t[at.LAID_OFF_OF_IDLE, j]
                    paid = (1.0 - laid_off) * p[par.P_PAY_FURLOUGH] + laid_off * p[par.P_PAY_LAID_OFF]
                unpaid[s, j, cause] = days * (1.0 - paid) * k[at.WAGE, j]
                days_unpaid += days * (1.0 - paid)
            wages[0] += days_unpaid * k[at.WAGE, j] * (1.0 - lodger[s])
            wages[1] += days_unpaid * k[at.WAGE, j] * lodger[s]
            if t[at.CAPACITY, j] > 0.0:
                made = r[at.R_PRODUCTION, j] * k[at.VALUE_ADDED, j] * effect[s, j] / t[at.CAPACITY, j]
                value_site[s] += made
            if site_people > 0.0:
                r[at.R_VALUE_ADDED, j] -= site_cost[s] * workers[s, j] / site_people
