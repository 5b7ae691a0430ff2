"""Samples and the laboratory: who is sampled, who of the infected is found, and when the result comes.

Only infected people need a draw; what uninfected people use of the laboratory follows arithmetically. Two
queues, first come first served: urgent samples (symptoms, admissions, quarantine) before screening.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.layout import (
    CELL,
    COMMUNE,
    CONFIRMED,
    DAY,
    DEAD,
    FULL,
    FULL_SAMPLES,
    LAB_CAPACITY,
    LAST_SLOT,
    MASS_ARRIVED,
    MASS_RUN,
    MASS_SAMPLE,
    N_ACTIVE,
    N_MASS_PENDING,
    N_URGENT_PENDING,
    PENDING,
    PERSON,
    POOL_LOSS,
    POOL_SIZE,
    QUARANTINE_TEST,
    QUARANTINED,
    RESULT,
    SEEK_TEST,
    TEST_1,
    TEST_2,
    TEST_3,
    TURNAROUND,
    URGENT_ARRIVED,
    URGENT_RUN,
    URGENT_SAMPLE,
)
from songhanh.epidemic.state import Counters, Ints, Words, push

Reals = NDArray[np.float64]
Floats = NDArray[np.float32]
_SAMPLE, _REPORT = int(Purpose.SAMPLE), int(Purpose.REPORT)


@kernel
def book_quarantine_tests(
    day: int,
    i: int,
    who: int,
    slots: Ints,
    slot_of: Ints,
    wholes: Counters,
    records: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
) -> None:
    """Book the samples that an infected person in quarantine still has ahead, once for each quarantine."""
    slot = slot_of[who]
    if records[i, LAST_SLOT] == slot + 1:
        return
    records[i, LAST_SLOT] = slot + 1
    entered = slots[slot, 1]
    for test in (TEST_1, TEST_2, TEST_3):
        if entered + wholes[test] > day:
            push(QUARANTINE_TEST, entered + wholes[test], i, events, heads, counters)


@kernel
def is_positive(day: int, i: int, u: float, pool: float, records: Ints, sensitivity: Reals) -> bool:
    """Tell whether a sample taken today finds an infection."""
    since = day - records[i, DAY]
    return since < sensitivity.shape[0] and u < sensitivity[since] * pool


@kernel
def wait_in_queue(
    i: int, ticket: int, bit: int, queue: Ints, length: int, records: Ints, counters: Counters
) -> int:
    """Put a positive sample into a queue of the laboratory and return the new length."""
    if length >= queue.shape[0]:
        counters[FULL] = FULL_SAMPLES
        return length
    records[i, PENDING] |= bit
    queue[length, 0] = i
    queue[length, 1] = ticket
    return length + 1


@kernel
def urgent_sample(
    day: int, i: int, u: float, sensitivity: Reals, urgent: Ints, records: Ints, counters: Counters
) -> None:
    """Take one urgent sample of an infected person, tested by itself."""
    ticket = counters[URGENT_ARRIVED]
    counters[URGENT_ARRIVED] = ticket + 1
    if not records[i, PENDING] & URGENT_SAMPLE and is_positive(day, i, u, 1.0, records, sensitivity):
        counters[N_URGENT_PENDING] = wait_in_queue(
            i, ticket, URGENT_SAMPLE, urgent, counters[N_URGENT_PENDING], records, counters
        )


@kernel
def test_symptomatic(
    day: int,
    seed: np.uint64,
    detection: Floats,
    sensitivity: Reals,
    people: Ints,
    words: Words,
    records: Ints,
    urgent: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
) -> None:
    """Sample those whose day to seek a test has come, if they do."""
    e = heads[SEEK_TEST, day]
    while e >= 0:
        i = events[e, 0]
        who = records[i, PERSON]
        if not words[who] & CONFIRMED:
            key = address(seed, who, 0, _REPORT)
            if words[who] & QUARANTINED or uniform(key, 0) < detection[people[who, COMMUNE]]:
                urgent_sample(day, i, uniform(key, 1), sensitivity, urgent, records, counters)
        e = events[e, 1]


@kernel
def test_quarantined(
    day: int,
    seed: np.uint64,
    sensitivity: Reals,
    words: Words,
    records: Ints,
    urgent: Ints,
    events: Ints,
    heads: Ints,
    tests_due: Ints,
    counters: Counters,
) -> None:
    """Sample everybody whose day of quarantine asks for it."""
    before = counters[URGENT_ARRIVED]
    due = tests_due[day]
    e = heads[QUARANTINE_TEST, day]
    while e >= 0:
        i = events[e, 0]
        who = records[i, PERSON]
        word = words[who]
        if word & QUARANTINED and not word & CONFIRMED and not records[i, PENDING] & URGENT_SAMPLE:
            key = address(seed, who, day, _SAMPLE)
            if is_positive(day, i, uniform(key, 3), 1.0, records, sensitivity):
                ticket = before + int(uniform(key, 4) * due)
                counters[N_URGENT_PENDING] = wait_in_queue(
                    i, ticket, URGENT_SAMPLE, urgent, counters[N_URGENT_PENDING], records, counters
                )
        e = events[e, 1]
    counters[URGENT_ARRIVED] = before + due


@kernel
def sample_rounds(
    day: int,
    seed: np.uint64,
    sampling: Floats,
    site_sampling: Floats,
    levers: Counters,
    reals: Reals,
    sensitivity: Reals,
    people: Ints,
    commune_start: Ints,
    site_workers: Counters,
    n_sectors: int,
    words: Words,
    records: Ints,
    active: Ints,
    screening: Ints,
    counters: Counters,
) -> None:
    """Screen shares of communes and of sites, in pools."""
    samples = 0
    for c in range(sampling.shape[0]):
        if sampling[c] > 0.0:
            samples += int(sampling[c] * (commune_start[c + 1] - commune_start[c]) + 0.5)
    for s in range(site_sampling.shape[0]):
        if site_sampling[s] > 0.0:
            samples += int(site_sampling[s] * site_workers[s] + 0.5)
    if samples == 0:
        return
    before = counters[MASS_ARRIVED]
    counters[MASS_ARRIVED] = before + samples
    pool = max(0.0, 1.0 - reals[POOL_LOSS] * math.log2(max(1.0, float(levers[POOL_SIZE]))))
    length = counters[N_MASS_PENDING]
    n_sites = site_sampling.shape[0]
    for j in range(counters[N_ACTIVE]):
        i = active[j]
        who = records[i, PERSON]
        word = words[who]
        if word & (QUARANTINED | CONFIRMED | DEAD) or records[i, PENDING] & MASS_SAMPLE:
            continue
        key = address(seed, who, day, _SAMPLE)
        cell = people[who, CELL]
        chosen = uniform(key, 0) < sampling[people[who, COMMUNE]]
        if not chosen and cell >= 0 and cell // n_sectors < n_sites:
            chosen = uniform(key, 1) < site_sampling[cell // n_sectors]
        if chosen and is_positive(day, i, uniform(key, 2), pool, records, sensitivity):
            ticket = before + int(uniform(key, 5) * samples)
            length = wait_in_queue(i, ticket, MASS_SAMPLE, screening, length, records, counters)
    counters[N_MASS_PENDING] = length


@kernel
def report(
    day: int,
    n_run: int,
    bit: int,
    queue: Ints,
    length: int,
    records: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
) -> int:
    """Send out the results of the positive samples that have been run; return how many still wait."""
    kept = 0
    for j in range(length):
        i = queue[j, 0]
        if queue[j, 1] < n_run:
            records[i, PENDING] &= ~bit
            push(RESULT, day, i, events, heads, counters)
        else:
            queue[kept, 0] = i
            queue[kept, 1] = queue[j, 1]
            kept += 1
    return kept


@kernel
def run_laboratory(
    day: int,
    levers: Counters,
    wholes: Counters,
    records: Ints,
    urgent: Ints,
    screening: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
    tests: Ints,
    lab_queue: Ints,
) -> None:
    """Run as many samples as the laboratory can; the rest waits."""
    left = max(0, levers[LAB_CAPACITY])
    run = min(left, counters[URGENT_ARRIVED] - counters[URGENT_RUN])
    counters[URGENT_RUN] += run
    screened = min(left - run, counters[MASS_ARRIVED] - counters[MASS_RUN])
    counters[MASS_RUN] += screened
    known_on = day + wholes[TURNAROUND]
    counters[N_URGENT_PENDING] = report(
        known_on,
        counters[URGENT_RUN],
        URGENT_SAMPLE,
        urgent,
        counters[N_URGENT_PENDING],
        records,
        events,
        heads,
        counters,
    )
    counters[N_MASS_PENDING] = report(
        known_on,
        counters[MASS_RUN],
        MASS_SAMPLE,
        screening,
        counters[N_MASS_PENDING],
        records,
        events,
        heads,
        counters,
    )
    tests[day] = run + screened
    lab_queue[day] = (
        counters[URGENT_ARRIVED] - counters[URGENT_RUN] + counters[MASS_ARRIVED] - counters[MASS_RUN]
    )
