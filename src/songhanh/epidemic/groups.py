"""What a day of the epidemic is given, in groups: the world's numbers, today's levers, the state, and the books.

The rooms of a day take groups, so that the day reads as a list. Inside a room the arrays get names of their own
before a loop: reaching into a group for every contact costs reference counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import layout as at
from songhanh.epidemic.calendar import CHUNK, Calendar, calendar
from songhanh.epidemic.controls import EpidemicControls, Found, Layer
from songhanh.epidemic.people import Packed, aligned
from songhanh.response.contact import MOST_LEVELS

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Counters = NDArray[np.int64]
Words = NDArray[np.uint64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Days = NDArray[np.int16]


class Numbers(NamedTuple):
    """The numbers of one world as kernels read them, see `EpidemicParameters`, and the imports of one run.

    Attributes
    ----------
    home_scale
        (n,) household contacts by size, 1 on average over people.
    hamlet_rows, commune_rows
        (H, 9) and (C, 9) community contacts of an age group, 1 on average over the people of the area.
    hamlet_ages, commune_ages
        (H, 9, 9) and (C, 9, 9) whom an age group meets there: cumulative shares by age group.
    imports
        (k, 3) person, run day and variant of each infection from outside, by day.
    """

    rates: Reals
    reals: Reals
    wholes: Counters
    day_tables: Days
    ratio_tables: Reals
    sensitivity: Reals
    severity: Reals
    stays: Reals
    susceptibility: Reals
    protection: Reals
    variants: Reals
    home_scale: Reals
    hamlet_rows: Reals
    commune_rows: Reals
    hamlet_ages: Reals
    commune_ages: Reals
    imports: Counters


class Levers(NamedTuple):
    """`EpidemicControls` as kernels read them; ``whole`` holds the scalars, see `layout`."""

    whole: Counters
    community: Reals
    movement: Reals
    boarding: Reals
    school: Reals
    work: Reals
    locked: Flags
    hamlet_seal_cases: Ints
    hamlet_seal_days: Ints
    sealed_community: Reals
    site_mode: Bytes
    site_contact: Reals
    site_share: Reals
    firm_close_cases: Ints
    firm_close_days: Ints
    detection: Reals
    trace: Reals
    trace_share: Reals
    trace_capacity: Ints
    contact_action: Bytes
    contact_days: Ints
    test_days: Ints
    sampling: Reals
    site_sampling: Reals
    vaccination: Reals
    site_vaccination: Reals
    lodgers_away: Reals


def levers_of(controls: EpidemicControls, known: Mapping[str, NDArray[Any]] | None = None) -> Levers:
    """Return the levers of a day for kernels; ``known`` are arrays that were made ready before."""
    whole = np.zeros(at.N_LEVERS, np.int64)
    whole[at.QUARANTINE_PLACES] = controls.quarantine_places
    whole[at.LAB_CAPACITY] = controls.lab_capacity
    whole[at.POOL_SIZE] = controls.pool_size
    whole[at.RELEASE_NEGATIVES] = controls.release_negatives
    whole[at.RELEASE_RETEST_DAYS] = controls.release_retest_days
    followed = [
        k for k in range(MOST_LEVELS) if controls.trace_capacity[k] > 0 and controls.contact_action[k + 1]
    ]
    whole[at.ANY_DOSES] = controls.vaccination.any() or controls.site_vaccination.any()
    whole[at.TRACE_DEPTH] = next((k for k in range(MOST_LEVELS) if k not in followed), MOST_LEVELS)
    known = known or {}
    arrays = (
        known[name] if name in known else _ready(getattr(controls, name)) for name in Levers._fields[1:]
    )
    return Levers(whole, *arrays)


def _ready(lever: NDArray[Any]) -> NDArray[Any]:
    """Return a lever as kernels read it: they compute in double precision throughout."""
    return lever.astype(np.float64).reshape(-1) if lever.dtype == np.float32 else lever


class State(NamedTuple):
    """Where a run stands. The columns of these arrays are named in `layout`."""

    counters: Counters
    words: Words  # (N,)
    touched: Ints  # people whose word is used
    records: Ints  # (capacity, 16) infections
    active: Ints  # infections that may still infect or be found, with others that are dropped when met
    fresh: Ints  # (capacity, 3) today's infections before they get a record: person, source, layer
    sorted: Ints  # (capacity, 3) the same in the order of communes
    slots: Ints  # (Q, 4) stays in quarantine
    tests_due: Ints  # (D,) samples of people in quarantine
    place_closed: Ints  # (P,) first day on which a closed firm may open, 0 open
    place_closed_on: Ints  # (P,) first day on which it was closed
    place_recent: Ints  # (P,) confirmed workers in the window of a rule
    place_away: Ints  # (P,) workers away for a reason of their own, or sealed in
    closed: Ints  # firms closed now
    hamlet_cases: Ints  # (H,) confirmed residents in the window of a rule
    hamlet_sealed_to: Ints  # (H,) first day on which a hamlet sealed by a rule may open
    sealed: Bytes  # (H,) 1 while nobody leaves
    sealed_by_rule: Bytes  # (C,) 1 if a rule has sealed a hamlet of the commune
    was_locked: Bytes  # (C,) lock-downs of yesterday
    urgent: Ints  # (capacity, 2) positive samples in the urgent queue: infection, ticket
    screening: Ints  # (capacity, 2) and in that of sampling rounds
    trace_queue: Ints  # cases to trace
    further: Ints  # (3, Q) contacts whose contacts are to be traced, by level
    further_marks: Counters  # (3, 3) traced so far, waiting so far, and waiting this morning, by level
    found_today: Ints  # infections confirmed today
    contacts: Ints  # (n, 2) contacts found today, before they are quarantined
    scratch: Counters  # (4, 64) of a chunk of events
    chances: Reals  # (10,) that a contact of today's level is found, by layer
    expected: Reals  # (10,) contacts of one infection by layer
    commune_marks: Counters  # (C + 1,) while today's infections are sorted
    last_open: Ints  # (3, .) last day on which sites, schools and other workplaces were open, or STILL_OPEN
    absent: Ints  # (K, 5) workers away, by reason
    sealed_workers: Ints  # (K,) workers who live in sealed areas
    campaign_from: Ints  # (D,) first day of each campaign: days on which as many doses are given
    coverage: Reals  # (D, C * 9) share with a first dose before a campaign, by commune and age group
    doses: Reals  # (D, C * 9) share that gets one each day of it
    site_coverage: Reals  # (D, S) the same by site
    site_doses: Reals  # (D, S)
    lodgers_gone: Ints  # (C,) lodgers of the list of leavers who have been called


class Books(NamedTuple):
    """What is written down by day, see `EpidemicResult`."""

    infections: Ints
    infections_layer: Ints
    infections_age: Ints
    infections_variant: Ints
    reported: Ints
    reported_site: Ints
    reported_age: Ints
    deaths: Ints
    deaths_age: Ints
    daily: Ints
    traced: Ints
    absent: Ints
    locked: Ints


# rows of `Books.daily`
(
    D_HOSPITAL,
    D_SEVERE,
    D_ICU,
    D_QUARANTINED,
    D_IN_PLACES,
    D_TESTS,
    D_LAB_QUEUE,
    D_TRACE_QUEUE,
    D_SEALED,
    D_GONE,
    D_EXPORTED,
    D_FALSE_POSITIVES,
) = range(12)
N_DAILY = 12


def new_state(packed: Packed, days: int, capacity: int) -> tuple[State, Calendar]:
    """Allocate the state of an engine, and its calendar."""
    n, communes, places = packed.n_people, packed.n_communes, len(packed.places)
    hamlets, sites, cells = len(packed.hamlets), packed.n_sites, packed.n_cells
    ints = lambda *shape: np.zeros(shape, np.int32)  # noqa: E731
    in_quarantine = min(4 * n, max(8 * capacity, 100_000))
    largest = int((packed.places[:, at.END] - packed.places[:, at.START]).max(initial=0))
    house = int((packed.boardings[:, 1] - packed.boardings[:, 0]).max(initial=0))
    state = State(
        counters=np.zeros(at.N_COUNTERS, np.int64),
        words=np.zeros(n, np.uint64),
        touched=ints(min(n, max(24 * capacity, 400_000))),
        records=aligned(capacity, at.N_RECORD_COLUMNS),
        active=ints(capacity),
        fresh=ints(capacity, 3),
        sorted=ints(capacity, 3),
        slots=aligned(in_quarantine, at.N_SLOT_COLUMNS),
        tests_due=ints(days),
        place_closed=ints(places),
        place_closed_on=ints(places),
        place_recent=ints(places),
        place_away=ints(places),
        closed=ints(places),
        hamlet_cases=ints(hamlets),
        hamlet_sealed_to=ints(hamlets),
        sealed=np.zeros(hamlets, np.uint8),
        sealed_by_rule=np.zeros(communes, np.uint8),
        was_locked=np.zeros(communes, np.uint8),
        urgent=ints(capacity, 2),
        screening=ints(capacity, 2),
        trace_queue=ints(capacity),
        further=ints(MOST_LEVELS - 1, in_quarantine),
        further_marks=np.zeros((MOST_LEVELS - 1, 3), np.int64),
        found_today=ints(capacity),
        contacts=ints(2 * (largest + house + 8192) + in_quarantine, 2),
        scratch=np.zeros((4, CHUNK), np.int64),
        chances=np.zeros(len(Layer)),
        expected=np.zeros(len(Layer)),
        commune_marks=np.zeros(communes + 1, np.int64),
        last_open=np.full((3, max(communes, sites, 1)), -10_000, np.int32),
        absent=ints(cells, at.N_AWAY),
        sealed_workers=ints(cells),
        campaign_from=ints(days),
        coverage=np.zeros((days, communes * at.N_AGES)),
        doses=np.zeros((days, communes * at.N_AGES)),
        site_coverage=np.zeros((days, sites)),
        site_doses=np.zeros((days, sites)),
        lodgers_gone=ints(communes),
    )
    return state, calendar(days, 12 * capacity + 2 * in_quarantine)


def new_books(packed: Packed, days: int, n_variants: int) -> Books:
    """Allocate the books of an engine."""
    communes, cells = packed.n_communes, packed.n_cells
    ints = lambda *shape: np.zeros(shape, np.int32)  # noqa: E731
    return Books(
        infections=ints(days, communes),
        infections_layer=ints(days, len(Layer)),
        infections_age=ints(days, at.N_AGES),
        infections_variant=ints(days, n_variants),
        reported=ints(days, communes, len(Found)),
        reported_site=ints(days, packed.n_sites + 1),
        reported_age=ints(days, at.N_AGES),
        deaths=ints(days, communes),
        deaths_age=ints(days, at.N_AGES),
        daily=ints(N_DAILY, days),
        traced=ints(days, MOST_LEVELS),
        absent=ints(days, cells, at.N_AWAY),
        locked=ints(days, cells),
    )
