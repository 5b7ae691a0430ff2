"""How the engine's arrays are laid out: columns, bits and positions, named once.

What belongs together is one array with named columns (an array of structures costs a cast in kernels): a person,
a place or an infection is one cache line.
"""

from __future__ import annotations

import numpy as np

# people: (N, 8) int32, read-only. TRAITS holds age group, lodger and household size.
HOME_START, BOARDING, COMMUNE, HAMLET, PLACE, RANK, CELL, TRAITS = range(8)
N_PERSON_COLUMNS = 8
AGE_MASK, LODGER_BIT, SIZE_SHIFT = 15, 16, 8
N_AGES = 9  # groups 0-9, ..., 80 and over

# places: (P, 8) int32, read-only
START, END, SITE, UNIT, KIND, PLACE_COMMUNE, PLACE_CELL = range(7)
N_PLACE_COLUMNS = 8

# hamlets: (H, 8) int32, read-only: residents and lodgers are two ranges of people
IN_COMMUNE, HOMES_FROM, HOMES_TO, ROOMS_FROM, ROOMS_TO = range(5)
N_HAMLET_COLUMNS = 8

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
    PENDING,  # bits, see below
    FOUND_ON,  # day of confirmation, -1
    SLOT,  # latest quarantine slot + 1
    CHILD,
    SIBLING,
    FACTS,  # variant, earlier infections, vaccinated
    FOUND_AS,  # `controls.Found`, once confirmed
) = range(16)
N_RECORD_COLUMNS = 16
VARIANT_MASK, NUMBER_SHIFT, NUMBER_MASK, VACCINATED_BIT = 255, 8, 255, 1 << 16

# bits of PENDING: a positive sample waits in a lab queue; samples of the quarantine are booked; found in a place;
# a positive result is on its way
URGENT_SAMPLE, MASS_SAMPLE, BOOKED, IN_PLACE, RESULT_TO_COME = 1, 2, 4, 8, 16

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
GONE = np.uint64(128)  # a lodger who has left the province
FRESH = np.uint64(1 << 24)  # infected today, without a record yet
UNTIL_SHIFT = np.uint64(8)
UNTIL_MASK = np.uint64(0xFFFF00)  # last day of quarantine
# Infection + 1 once infected, before that the latest quarantine slot + 1.
LINK_SHIFT = np.uint64(32)
LOW_MASK = np.uint64(0xFFFFFFFF)
AWAY_MASK = ISOLATED | DEAD | QUARANTINED | GONE
MOST_DAYS = 65_000  # the word holds no later day

# quarantine slots: (Q, 4) int32
WHO, ENTERED, LEVEL = range(3)
N_SLOT_COLUMNS = 4

# why somebody cannot come to work (columns of the absence counts)
AWAY_ISOLATED, AWAY_QUARANTINED, AWAY_DEAD, AWAY_FIRM, AWAY_GONE = range(5)
N_AWAY = 5

# kinds of events, and their subjects
(
    END_QUARANTINE,  # slot
    END_ISOLATION,  # infection
    CARE,  # infection
    SEEK_TEST,  # infection
    QUARANTINE_TEST,  # infection
    RESULT,  # infection
    TRACE,  # infection
    FORGET_CASE,  # place
    FORGET_AREA,  # hamlet
    MEET,  # infection, layer and number of a contact
) = range(10)
N_EVENT_KINDS = 10
MEET_SHIFT, LAYER_SHIFT, MEET_MASK, LAYER_MASK = 20, 16, 0xFFFF, 15

# counters: int64
(
    N_RECORDS,
    N_TOUCHED,
    N_ACTIVE,
    N_SLOTS,
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
    NOW_SEALED,
    NOW_GONE,
    NEXT_IMPORT,
    ANY_LODGED,
    N_EXTENDED,
    N_REINFECTED,
    N_BREAKTHROUGH,
    N_KEPT_ISOLATED,
    N_NEW,
    FALSE_POSITIVES,
    SAME_LEVERS,
    N_CAMPAIGNS,
) = range(31)
N_COUNTERS = 40
STILL_OPEN = 1_000_000_000  # instead of the last day on which something was open

# which buffer was full
FULL_NAMES = {
    1: "infections",
    2: "touched people",
    3: "events",
    4: "quarantine slots",
    5: "contacts found in a day",
    6: "samples waiting in the laboratory",
}
FULL_RECORDS, FULL_TOUCHED, FULL_EVENTS, FULL_SLOTS, FULL_CONTACTS, FULL_SAMPLES = range(1, 7)

# real-valued parameters: float64
(
    SHARE_OUT,
    SHARE_HAMLET,
    IDLE_BOARDING,
    DORMITORY,
    SITE_FACTOR,
    SHARE_SYMPTOMATIC,
    ASYMPTOMATIC_FACTOR,
    COMMUNITY_CONTACTS,
    POOL_LOSS,
    SHARE_COMMUTE,
    SPECIFICITY,
    NATURAL_SEVERE,
    VACCINE_INFECTIOUSNESS,
) = range(13)
N_REALS = 16

# whole-number parameters: int64
(
    TURNAROUND,
    TRACE_DELAY,
    TRACE_WINDOW,
    ISOLATION_DAYS,
    ROOM_SIZE,
    ONSET_TO_WARD,
    WARD_TO_ICU,
    NATURAL_FROM,
    SHUTTLE_SEATS,
) = range(9)
N_WHOLES = 16

# tables of days by quantile: (4, Q) int16, and of ratios: (2, Q) float64
T_LATENT, T_INCUBATION, T_SEEK, T_PROFILE = range(4)
T_SPREAD, T_LENGTH = range(2)
TABLE_SIZE = 4096
PROFILE_DAYS = 14  # days of infectiousness at most
DETECTABLE_DAYS = 31  # days since infection that the sensitivity table covers
IMMUNE_DAYS = 1024  # days that the tables of protection cover
WARD_DAYS, ICU_DAYS = 0, 1  # positions of mean lengths
# rows of the tables of protection
V_INFECTION, V_SEVERE, V_NATURAL = range(3)

# variants: (V, 6) float64
V_TRANSMISSIBILITY, V_LATENT, V_INCUBATION, V_SEVERITY, V_VACCINE_ESCAPE, V_NATURAL_ESCAPE = range(6)

# today's scalar levers: int64
(
    QUARANTINE_PLACES,
    LAB_CAPACITY,
    POOL_SIZE,
    RELEASE_NEGATIVES,
    RELEASE_RETEST_DAYS,
    TRACE_DEPTH,
    ANY_DOSES,
) = range(7)
N_LEVERS = 8
