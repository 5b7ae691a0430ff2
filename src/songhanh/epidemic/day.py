"""One day of the epidemic, as an ordered list of rooms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.epidemic.account import D_LAB_QUEUE, D_TESTS, D_TRACE_QUEUE, D_TRACED, account
from songhanh.epidemic.care import care, confirm, release
from songhanh.epidemic.closing import close_firms, open_day, reopen_firms
from songhanh.epidemic.contact import transmit
from songhanh.epidemic.infect import begin_infections, import_infections
from songhanh.epidemic.layout import N_RECORDS, N_TRACE_QUEUE, QUARANTINE_DAYS, TRACE_CAPACITY, TRACE_DONE
from songhanh.epidemic.state import Counters, Ints, Words
from songhanh.epidemic.testing import run_laboratory, sample_rounds, test_quarantined, test_symptomatic
from songhanh.epidemic.tracing import contacts_of, quarantine, queue_traces

Reals = NDArray[np.float64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


@kernel
def trace_and_quarantine(
    day: int,
    seed: np.uint64,
    base_seed: np.uint64,
    trace: Floats,
    levers: Counters,
    people: Ints,
    places: Ints,
    members: Ints,
    boardings: Ints,
    commune_start: Ints,
    reals: Reals,
    wholes: Counters,
    community: Floats,
    locked: Flags,
    site_mode: Bytes,
    site_share: Floats,
    place_state: Ints,
    last_open: Ints,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    words: Words,
    touched: Ints,
    records: Ints,
    slots: Ints,
    slot_of: Ints,
    events: Ints,
    heads: Ints,
    tests_due: Ints,
    trace_queue: Ints,
    buffer: Ints,
    counters: Counters,
    daily: Ints,
) -> None:
    """Trace as many cases as the tracers can take today, the longest waiting first."""
    queue_traces(day, events, heads, trace_queue, counters)
    last = min(counters[N_TRACE_QUEUE], counters[TRACE_DONE] + max(0, levers[TRACE_CAPACITY]))
    for j in range(counters[TRACE_DONE], last):
        n = contacts_of(
            day, trace_queue[j], seed, base_seed, trace, people, places, members, boardings, commune_start, reals,
            wholes, community, locked, site_mode, site_share, place_state, last_open, slots, slot_of, records,
            buffer, counters,
        )  # fmt: skip
        if levers[QUARANTINE_DAYS] > 0:
            daily[D_TRACED, day] += quarantine(
                day, n, levers, wholes, people, place_state, locked_now, away, absent, words, touched, records,
                slots, slot_of, events, heads, tests_due, buffer, counters,
            )  # fmt: skip
    counters[TRACE_DONE] = last
    daily[D_TRACE_QUEUE, day] = counters[N_TRACE_QUEUE] - last


@kernel
def live_day(
    day: int,
    seed: np.uint64,
    base_seed: np.uint64,
    n_sectors: int,
    # province, read-only
    people: Ints,
    places: Ints,
    members: Ints,
    boardings: Ints,
    commune_start: Ints,
    residents: Ints,
    site_workers: Counters,
    imports: Counters,
    # parameters
    rates: Reals,
    reals: Reals,
    wholes: Counters,
    tables: Reals,
    profile: Reals,
    sensitivity: Reals,
    severity: Reals,
    stays: Reals,
    home_scale: Reals,
    # levers of the day
    levers: Counters,
    community: Floats,
    movement: Floats,
    boarding: Floats,
    school: Floats,
    work: Floats,
    locked: Flags,
    site_mode: Bytes,
    site_contact: Floats,
    site_share: Floats,
    firm_close_cases: Ints,
    firm_close_days: Ints,
    detection: Floats,
    trace: Floats,
    sampling: Floats,
    site_sampling: Floats,
    # state
    words: Words,
    touched: Ints,
    records: Ints,
    active: Ints,
    slots: Ints,
    slot_of: Ints,
    events: Ints,
    heads: Ints,
    tests_due: Ints,
    place_state: Ints,
    places_touched: Ints,
    closed: Ints,
    urgent: Ints,
    screening: Ints,
    trace_queue: Ints,
    confirmed_today: Ints,
    buffer: Ints,
    last_open: Ints,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    locked_workers: Ints,
    counters: Counters,
    # books
    infections: Ints,
    infections_layer: Ints,
    reported: Ints,
    reported_site: Ints,
    reported_age: Ints,
    deaths: Ints,
    daily: Ints,
    absent_by_day: Ints,
    dead_by_day: Ints,
    firm_closed_by_day: Ints,
    locked_by_day: Ints,
) -> None:
    """Live one day: open, import, transmit, fall ill, be sampled, be reported, be traced, close, account."""
    first = counters[N_RECORDS]
    open_day(
        day, school, work, locked, site_mode, residents, locked_now, away, absent, locked_workers, last_open, counters
    )  # fmt: skip
    reopen_firms(
        day, firm_close_cases, people, places, members, place_state, closed, words, locked_now, away, absent, counters
    )  # fmt: skip
    release(day, people, place_state, locked_now, away, absent, words, records, events, heads, counters)
    import_infections(day, imports, records, words, touched, counters)
    transmit(
        day, seed, base_seed, people, places, members, boardings, commune_start, rates, reals, wholes, tables,
        profile, sensitivity.shape[0], home_scale, community, movement, boarding, school, work, locked, site_mode,
        site_contact, site_share, place_state, words, touched, records, active, slots, slot_of, counters,
    )  # fmt: skip
    begin_infections(
        day, first, seed, people, reals, wholes, tables, severity, words, records, active, slots, slot_of, events,
        heads, counters, infections, infections_layer,
    )  # fmt: skip
    care(
        day, seed, people, wholes, tables, stays, sensitivity, place_state, locked_now, away, absent, words, records,
        urgent, events, heads, counters, deaths,
    )  # fmt: skip
    test_quarantined(day, seed, sensitivity, words, records, urgent, events, heads, tests_due, counters)
    test_symptomatic(
        day, seed, detection, sensitivity, people, words, records, urgent, events, heads, counters
    )
    sample_rounds(
        day, seed, sampling, site_sampling, levers, reals, sensitivity, people, commune_start, site_workers,
        n_sectors, words, records, active, screening, counters,
    )  # fmt: skip
    run_laboratory(
        day, levers, wholes, records, urgent, screening, events, heads, counters, daily[D_TESTS], daily[D_LAB_QUEUE]
    )  # fmt: skip
    n_confirmed = confirm(
        day, people, n_sectors, wholes, locked, place_state, locked_now, away, absent, words, records, slot_of, events,
        heads, counters, confirmed_today, reported, reported_site, reported_age,
    )  # fmt: skip
    trace_and_quarantine(
        day, seed, base_seed, trace, levers, people, places, members, boardings, commune_start, reals, wholes,
        community, locked, site_mode, site_share, place_state, last_open, locked_now, away, absent, words, touched,
        records, slots, slot_of, events, heads, tests_due, trace_queue, buffer, counters, daily,
    )  # fmt: skip
    close_firms(
        day, n_confirmed, confirmed_today, firm_close_cases, firm_close_days, people, places, members, place_state,
        places_touched, closed, words, locked_now, away, absent, records, events, heads, counters,
    )  # fmt: skip
    account(
        day, absent, locked_workers, counters, daily, absent_by_day, dead_by_day, firm_closed_by_day, locked_by_day
    )  # fmt: skip
