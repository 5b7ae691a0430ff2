"""How the engine's arrays are laid out: columns, bits and buckets, named once.

Kernels take plain arrays (a namedtuple of arrays costs reference counting, an array of structures a cast), so
what belongs together is one array with named columns: a person, a place or an infection is one cache line.
"""

from __future__ import annotations

import numpy as np

# people: (N, 8) int32, read-only
HOME_START, HOME_END, BOARDING, COMMUNE, PLACE, RANK, CELL, AGE_GROUP = range(8)
N_PERSON_COLUMNS = 8

# places: (P, 8) int32, read-only
START, END, SITE, UNIT, KIND, PLACE_COMMUNE = range(6)
N_PLACE_COLUMNS = 8

# state of places: (P, 4) int32: confirmed workers in the window, last day closed + 1, first day closed
RECENT, CLOSED_TO, CLOSED_ON, WAS_TOUCHED = range(4)

# infections: (capacity, 16) int32
(
    PERSON,
    SOURCE,  # infection that caused this one, -1 from outside
    DAY,
    INFECTIOUS_ON,
    ONSET,  # first day of symptoms, -1 never
    LAYER,
    SPREAD,  # index into the table of individual infectiousness
    OUTCOME,
    STAGE,  # of care
    PENDING,  # bits: a positive sample waits in a lab queue
    FOUND_ON,  # day of confirmation, -1
    ROOM,  # quarantine slot + 1 if found in a quarantine place
    CHILD,
    SIBLING,
    LAST_SLOT,  # quarantine slot + 1 for which tests are booked
    FOUND_AS,  # `controls.Found`, once confirmed
) = range(16)
N_RECORD_COLUMNS = 16

# outcomes of an infection, and stages of care
MILD, SEVERE, CRITICAL, FATAL = range(4)
AT_HOME, IN_WARD, IN_ICU, CARE_OVER = range(4)

# one word a person
TOUCHED = np.uint64(1)
EVER = np.uint64(2)  # ever infected
ISOLATED = np.uint64(4)  # confirmed and under treatment
DEAD = np.uint64(8)
QUARANTINED = np.uint64(16)
CENTRAL = np.uint64(32)  # quarantined in a quarantine place, else at home
CONFIRMED = np.uint64(64)
UNTIL_SHIFT = np.uint64(8)
UNTIL_MASK = np.uint64(0xFFFF00)  # last day of quarantine
RECORD_SHIFT = np.uint64(32)  # infection + 1
AWAY_MASK = ISOLATED | DEAD | QUARANTINED

# why somebody cannot come to work (columns of the absence counts)
AWAY_ISOLATED, AWAY_QUARANTINED, AWAY_DEAD, AWAY_FIRM = range(4)
N_AWAY = 4

# event buckets: one linked list a kind and day
(
    END_QUARANTINE,  # person
    END_ISOLATION,  # infection
    CARE,  # infection
    SEEK_TEST,  # infection
    QUARANTINE_TEST,  # infection
    RESULT,  # infection
    TRACE,  # infection
    FORGET_CASE,  # place
) = range(8)
N_EVENTS = 8

# counters: (32,) int64
(
    N_RECORDS,
    N_TOUCHED,
    N_ACTIVE,
    N_EVENTS_USED,
    N_SLOTS,
    N_PLACES_TOUCHED,
    N_CLOSED,
    N_TRACE_QUEUE,
    TRACE_DONE,
    N_URGENT_PENDING,
    N_MASS_PENDING,
    URGENT_ARRIVED,
    URGENT_RUN,
    MASS_ARRIVED,
    MASS_RUN,
    FULL,
    NOW_HOSPITAL,
    NOW_SEVERE,
    NOW_ICU,
    NOW_QUARANTINED,
    NOW_IN_PLACES,
    NEXT_IMPORT,
    ANY_LODGED,
    N_EXTENDED,
) = range(24)
N_COUNTERS = 32

# which buffer was full
FULL_NAMES = {
    1: "infections",
    2: "touched people",
    3: "events",
    4: "quarantine slots",
    5: "contacts of one case",
    6: "samples waiting in the laboratory",
}
FULL_RECORDS, FULL_TOUCHED, FULL_EVENTS, FULL_SLOTS, FULL_CONTACTS, FULL_SAMPLES = range(1, 7)

# bits of PENDING
URGENT_SAMPLE, MASS_SAMPLE = 1, 2

# real-valued parameters: (16,) float64
(
    SHARE_OUT,
    IDLE_BOARDING,
    DORMITORY,
    SITE_FACTOR,
    SHARE_SYMPTOMATIC,
    ASYMPTOMATIC_FACTOR,
    COMMUNITY_CONTACTS,
    POOL_LOSS,
    SHARE_COMMUTE,
) = range(9)
N_REALS = 16

# whole-number parameters: (16,) int64
(
    TURNAROUND,
    TRACE_DELAY,
    TRACE_WINDOW,
    ISOLATION_DAYS,
    TEST_1,
    TEST_2,
    TEST_3,
    ROOM_SIZE,
    ONSET_TO_WARD,
    WARD_TO_ICU,
) = range(10)
N_WHOLES = 16

# quantile tables: (5, Q) float64
T_SPREAD, T_LATENT, T_INCUBATION, T_SEEK, T_LENGTH = range(5)
TABLE_SIZE = 4096
PROFILE_DAYS = 14  # days of infectiousness at most
DETECTABLE_DAYS = 31  # days since infection that the sensitivity table covers
WARD_DAYS, ICU_DAYS = 0, 1  # rows of mean lengths

# today's scalar levers: (8,) int64
(
    TRACE_CAPACITY,
    QUARANTINE_DAYS,
    QUARANTINE_PLACES,
    AT_HOME_RULE,
    LAB_CAPACITY,
    POOL_SIZE,
) = range(6)
