"""Samples: who is sampled, and who of the infected is found.

Only infected people need a draw; what uninfected people use of the laboratory follows arithmetically.
"""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.calendar import CHUNK, Calendar, done, push
from songhanh.epidemic.groups import Counters, Ints, Levers, Numbers, Reals, State
from songhanh.epidemic.layout import (
    BOOKED,
    CELL,
    COMMUNE,
    CONFIRMED,
    DAY,
    DEAD,
    ENTERED,
    FACTS,
    FALSE_POSITIVES,
    FOUND_ON,
    FULL,
    FULL_SAMPLES,
    GONE,
    LEVEL,
    LINK_SHIFT,
    MASS_ARRIVED,
    MASS_SAMPLE,
    N_ACTIVE,
    N_MASS_PENDING,
    N_URGENT_PENDING,
    NUMBER_MASK,
    NUMBER_SHIFT,
    PENDING,
    PERSON,
    POOL_LOSS,
    POOL_SIZE,
    QUARANTINE_TEST,
    QUARANTINED,
    SEEK_TEST,
    SLOT,
    SPECIFICITY,
    URGENT_ARRIVED,
    URGENT_SAMPLE,
)
from songhanh.epidemic.people import Packed
from songhanh.epidemic.presence import fetch
from songhanh.response.pooling import pool_sensitivity

_SAMPLE, _REPORT = int(Purpose.SAMPLE), int(Purpose.REPORT)
OVER_DAYS = 40  # days after infection when nobody infects or is found any more


@bare_kernel
def book_quarantine_tests(
    day: int,
    i: int,
    test_days: Ints,
    slots: Ints,
    records: Ints,
    chunks: Counters,
    fill: Ints,
    following: Ints,
    heads: Ints,
    tails: Ints,
    marks: Counters,
    counters: Counters,
) -> None:
    """Book the samples that an infected F1 in quarantine still has ahead, once for each quarantine."""
    slot = records[i, SLOT] - 1
    if records[i, PENDING] & BOOKED or slots[slot, LEVEL] != 1:
        return
    records[i, PENDING] |= BOOKED
    for k in range(test_days.shape[0]):
        due = slots[slot, ENTERED] + test_days[k]
        if test_days[k] > 0 and due > day:
            push(QUARANTINE_TEST, due, i, chunks, fill, following, heads, tails, marks, counters)


@bare_kernel
def is_positive(day: int, i: int, u: float, pool: float, records: Ints, sensitivity: Reals) -> bool:
    """Tell whether a sample taken today finds an infection."""
    since = day - records[i, DAY]
    return since < sensitivity.shape[0] and u < sensitivity[since] * pool


@bare_kernel
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


@bare_kernel
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


@bare_kernel
def test_symptomatic(
    day: int, seed: np.uint64, p: Packed, w: Numbers, v: Levers, s: State, cal: Calendar
) -> None:
    """Sample those whose day to seek a test has come, if they do."""
    words, records, detection, people = s.words, s.records, v.detection, p.people
    chunks, fill, following = cal.chunks, cal.fill, cal.following
    chunk = cal.heads[SEEK_TEST, day]
    while chunk >= 0:
        for k in range(fill[chunk]):
            i = chunks[chunk, k]
            who = records[i, PERSON]
            if words[who] & (CONFIRMED | DEAD | GONE):
                continue
            key = address(seed, who, (records[i, FACTS] >> NUMBER_SHIFT) & NUMBER_MASK, _REPORT)
            if words[who] & QUARANTINED or uniform(key, 0) < detection[people[who, COMMUNE]]:
                urgent_sample(day, i, uniform(key, 1), w.sensitivity, s.urgent, records, s.counters)
        chunk = following[chunk]
    done(SEEK_TEST, day, following, cal.heads, cal.tails, cal.marks)


@bare_kernel
def test_quarantined(day: int, seed: np.uint64, w: Numbers, s: State, cal: Calendar) -> None:
    """Sample everybody whose day of quarantine asks for it."""
    words, records, counters = s.words, s.records, s.counters
    chunks, fill, following = cal.chunks, cal.fill, cal.following
    before, due = counters[URGENT_ARRIVED], s.tests_due[day]
    chunk = cal.heads[QUARANTINE_TEST, day]
    while chunk >= 0:
        for k in range(fill[chunk]):
            i = chunks[chunk, k]
            who = records[i, PERSON]
            if not words[who] & QUARANTINED or words[who] & CONFIRMED or records[i, PENDING] & URGENT_SAMPLE:
                continue
            key = address(seed, who, day, _SAMPLE)
            if is_positive(day, i, uniform(key, 3), 1.0, records, w.sensitivity):
                ticket = before + int(uniform(key, 4) * due)
                counters[N_URGENT_PENDING] = wait_in_queue(
                    i, ticket, URGENT_SAMPLE, s.urgent, counters[N_URGENT_PENDING], records, counters
                )
        chunk = following[chunk]
    done(QUARANTINE_TEST, day, following, cal.heads, cal.tails, cal.marks)
    counters[URGENT_ARRIVED] = before + due
    counters[FALSE_POSITIVES] = int(due * (1.0 - w.reals[SPECIFICITY]) + 0.5)


@bare_kernel
def prune(day: int, active: Ints, records: Ints, counters: Counters) -> None:
    """Drop from the list of active infections those that were found or are over, and keep its order."""
    kept = 0
    for j in range(counters[N_ACTIVE]):
        i = active[j]
        if records[i, FOUND_ON] < 0 and day - records[i, DAY] < OVER_DAYS:
            active[kept] = i
            kept += 1
    counters[N_ACTIVE] = kept


@bare_kernel
def sample_rounds(day: int, seed: np.uint64, p: Packed, w: Numbers, v: Levers, s: State) -> None:
    """Sample a share of the residents of communes, and of the workers of sites, in pools."""
    people, words, records, counters = p.people, s.words, s.records, s.counters
    sampling, site_sampling, sensitivity = v.sampling, v.site_sampling, w.sensitivity
    samples = 0
    for c in range(sampling.shape[0]):
        if sampling[c] > 0.0:
            samples += int(sampling[c] * (p.commune_start[c + 1] - p.commune_start[c]) + 0.5)
    for k in range(site_sampling.shape[0]):
        if site_sampling[k] > 0.0:
            samples += int(site_sampling[k] * p.site_workers[k] + 0.5)
    if samples == 0:
        return
    before = counters[MASS_ARRIVED]
    counters[MASS_ARRIVED] = before + samples
    counters[FALSE_POSITIVES] += int(samples * (1.0 - w.reals[SPECIFICITY]) + 0.5)
    pool = pool_sensitivity(w.reals[POOL_LOSS], v.whole[POOL_SIZE])
    prune(day, s.active, records, counters)
    some = s.scratch[0]
    length, n_sectors, n_sites = counters[N_MASS_PENDING], p.sizes[1], site_sampling.shape[0]
    for j in range(counters[N_ACTIVE]):
        if j % CHUNK == 0:
            number = min(CHUNK, counters[N_ACTIVE] - j)
            for k in range(number):
                some[k] = records[s.active[j + k], PERSON]
            s.scratch[3, 0] = fetch(number, some, people, words)
        i, who = s.active[j], some[j % CHUNK]
        word = words[who]
        is_over = int(word >> LINK_SHIFT) - 1 != i  # infected again since
        if word & (QUARANTINED | CONFIRMED | DEAD | GONE) or records[i, PENDING] & MASS_SAMPLE or is_over:
            continue
        cell, share = people[who, CELL], sampling[people[who, COMMUNE]]
        is_at_site = cell >= 0 and cell < n_sites * n_sectors
        if share <= 0.0 and not is_at_site:
            continue
        key = address(seed, who, day, _SAMPLE)
        chosen = uniform(key, 0) < share or (
            is_at_site and uniform(key, 1) < site_sampling[cell // n_sectors]
        )
        if chosen and is_positive(day, i, uniform(key, 2), pool, records, sensitivity):
            ticket = before + int(uniform(key, 5) * samples)
            length = wait_in_queue(i, ticket, MASS_SAMPLE, s.screening, length, records, counters)
    counters[N_MASS_PENDING] = length
