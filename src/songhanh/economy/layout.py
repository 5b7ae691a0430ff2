"""Rows of the arrays that the day's kernels share, so that their calls stay short."""

from __future__ import annotations

# Constants of a run, (n, J)
(
    OUTPUT,
    VALUE_ADDED,
    HOUSEHOLDS,
    OTHER,
    OUTSIDE,
    REMOTE,
    ESSENTIAL,
    KEEPS_ORDERS,
    STOCK_DAYS,
    WAGE,
) = range(10)
N_CONSTANTS = 10

# State from day to day, (n, J); inventories and lodgers who left have arrays of their own
BACKLOG, OVERTIME, OVERTIME_USED, DEMAND, SURPLUS_INPUT, SURPLUS_DEMAND = range(6)
N_STATES = 6
FEAR_MEMORY, INCOME_GAP = range(2)  # state of the whole province, (2,)

# Scratch of one day, (n, J)
(
    GROWTH,
    CAPACITY,
    POTENTIAL,
    LIMIT,
    BY_INPUT,
    DEMANDED,
    WANTED,
    FRESH,  # orders from outside that come in today
    BOUGHT,
    ELSEWHERE,  # other local buyers
    IDLE,
    IDLE_INPUT,
    LAID_OFF,
    LAID_OFF_INPUT,
    LAID_OFF_OF_IDLE,
) = range(15)
N_SCRATCH = 15

# What a day leaves, (D, n, J)
(
    R_PRODUCTION,
    R_INPUTS,
    R_HOUSEHOLDS,
    R_OTHER,
    R_OUTSIDE,
    R_USED,
    R_DELIVERED,
    R_IMPORTED,
    R_HELD,
    R_BACKLOG,
    R_CANCELLED,
    R_VALUE_ADDED,
) = range(12)
N_RESULTS = 12
N_CAUSES = 8
HOURS_A_DAY = 8.0
MOST_TEST_DAYS = 7  # before workers may enter a site
