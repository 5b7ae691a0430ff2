"""Tracing and quarantine: the contacts of confirmed cases, as many cases a day as the tracers can take.

Contacts are collected in a buffer and then quarantined in one pass: a call per contact with a dozen arrays
doubles the cost.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.core.rng import Purpose, address, poisson, uniform
from songhanh.epidemic.contact import LODGED, is_admitted, whereabouts
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.layout import (
    AT_HOME_RULE,
    BOARDING,
    CENTRAL,
    CHILD,
    CLOSED_ON,
    CLOSED_TO,
    COMMUNE,
    COMMUNITY_CONTACTS,
    CONFIRMED,
    DEAD,
    END,
    END_QUARANTINE,
    EVER,
    FULL,
    FULL_CONTACTS,
    FULL_SLOTS,
    HOME_END,
    HOME_START,
    INFECTIOUS_ON,
    KIND,
    LAST_SLOT,
    LAYER,
    N_EXTENDED,
    N_SLOTS,
    N_TRACE_QUEUE,
    NOW_IN_PLACES,
    NOW_QUARANTINED,
    PERSON,
    PLACE,
    PLACE_COMMUNE,
    QUARANTINE_DAYS,
    QUARANTINE_PLACES,
    QUARANTINED,
    RANK,
    RECORD_SHIFT,
    ROOM,
    ROOM_SIZE,
    SIBLING,
    SITE,
    SOURCE,
    START,
    TEST_1,
    TEST_2,
    TEST_3,
    TRACE,
    TRACE_WINDOW,
    UNIT,
    UNTIL_MASK,
    UNTIL_SHIFT,
)
from songhanh.epidemic.state import Counters, Ints, Words, push, set_word, touch, until
from songhanh.epidemic.testing import book_quarantine_tests
from songhanh.province.population import FIRM_AT_SITE, SCHOOL

Reals = NDArray[np.float64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
_TRACE = int(Purpose.TRACE)
_HOUSEHOLD, _BOARDING, _LINE, _PLANT = (
    int(Layer.HOUSEHOLD),
    int(Layer.BOARDING),
    int(Layer.LINE),
    int(Layer.PLANT),
)
_CLASS, _SCHOOL, _COMMUNITY = int(Layer.CLASS), int(Layer.SCHOOL), int(Layer.COMMUNITY)
_QUARANTINE = int(Layer.QUARANTINE)
# Second column of the buffer: contact that goes on during quarantine starts the clock again.
NO_LONGER, SAME_HOME, SAME_ROOM = 0, 1, 2


@kernel
def add_contact(who: int, goes_on: int, buffer: Ints, n: int, counters: Counters) -> int:
    """Put a contact into the buffer and return the new length."""
    if n >= buffer.shape[0]:
        counters[FULL] = FULL_CONTACTS
        return n
    buffer[n, 0] = who
    buffer[n, 1] = goes_on
    return n + 1


@kernel
def add_range(
    lo: int,
    hi: int,
    own: int,
    p: float,
    goes_on: int,
    key: np.uint64,
    draw: int,
    buffer: Ints,
    n: int,
    counters: Counters,
) -> int:
    """Add each person of an index range with a probability, by skipping ahead to the next one found."""
    if p <= 0.0:
        return n
    at = lo
    while True:
        if p < 1.0:
            at += int(min(1e9, math.log(1.0 - uniform(key, draw)) / math.log(1.0 - p)))
            draw += 1
        if at >= hi:
            return n
        if at != own:
            n = add_contact(at, goes_on, buffer, n, counters)
        at += 1


@kernel
def add_members(
    lo: int,
    hi: int,
    own: int,
    p: float,
    key: np.uint64,
    draw: int,
    share: float,
    base_seed: np.uint64,
    members: Ints,
    buffer: Ints,
    n: int,
    counters: Counters,
) -> int:
    """Add members of a workplace or school who come there, each with a probability."""
    first = n
    n = add_range(lo, hi, own, p, NO_LONGER, key, draw, buffer, n, counters)
    kept = first
    for j in range(first, n):
        who = members[buffer[j, 0]]
        if is_admitted(who, share, base_seed):
            buffer[kept, 0] = who
            kept += 1
    return kept


@kernel
def was_open(day: int, place: int, places: Ints, place_state: Ints, last_open: Ints, window: int) -> bool:
    """Tell whether people met at a place within the tracing window."""
    if place_state[place, CLOSED_TO] > 0 and day - place_state[place, CLOSED_ON] > window:
        return False
    kind, commune = places[place, KIND], places[place, PLACE_COMMUNE]
    row = 1 if kind == SCHOOL else 2
    last = last_open[0, places[place, SITE]] if kind == FIRM_AT_SITE else last_open[row, commune]
    return day - last <= window


@kernel
def collect_work(
    day: int,
    who: int,
    key: np.uint64,
    base_seed: np.uint64,
    trace: Floats,
    people: Ints,
    places: Ints,
    members: Ints,
    place_state: Ints,
    last_open: Ints,
    site_share: Floats,
    window: int,
    buffer: Ints,
    n: int,
    counters: Counters,
) -> int:
    """Add the contacts of the own line or class, and of the rest of the workplace or school."""
    place = people[who, PLACE]
    if place < 0 or not was_open(day, place, places, place_state, last_open, window):
        return n
    share = 1.0
    if places[place, KIND] == FIRM_AT_SITE:
        share = site_share[places[place, SITE]]
        if not is_admitted(who, share, base_seed):
            return n
    is_school = places[place, KIND] == SCHOOL
    near, far = trace[_CLASS if is_school else _LINE], trace[_SCHOOL if is_school else _PLANT]
    lo, hi, rank, unit = places[place, START], places[place, END], people[who, RANK], places[place, UNIT]
    line = lo + ((rank - lo) // unit) * unit
    line_end = min(hi, line + unit)
    n = add_members(line, line_end, rank, near, key, 1000, share, base_seed, members, buffer, n, counters)
    n = add_members(lo, line, rank, far, key, 10000, share, base_seed, members, buffer, n, counters)
    return add_members(line_end, hi, rank, far, key, 50000, share, base_seed, members, buffer, n, counters)


@kernel
def collect_community(
    i: int,
    key: np.uint64,
    trace: Floats,
    people: Ints,
    commune_start: Ints,
    community: Floats,
    reals: Reals,
    records: Ints,
    buffer: Ints,
    n: int,
    counters: Counters,
) -> int:
    """Add named community contacts: whom the case infected, who infected the case, and bystanders."""
    p = trace[_COMMUNITY]
    if p <= 0.0:
        return n
    child = records[i, CHILD]
    draw = 100001
    while child >= 0:
        if records[child, LAYER] == _COMMUNITY and uniform(key, draw) < p:
            n = add_contact(records[child, PERSON], NO_LONGER, buffer, n, counters)
        draw += 1
        child = records[child, SIBLING]
    source = records[i, SOURCE]
    if source >= 0 and records[i, LAYER] == _COMMUNITY and uniform(key, 100000) < p:
        n = add_contact(records[source, PERSON], NO_LONGER, buffer, n, counters)
    commune = people[records[i, PERSON], COMMUNE]
    lo = commune_start[commune]
    size = commune_start[commune + 1] - lo
    bystanders = poisson(uniform(key, 0), reals[COMMUNITY_CONTACTS] * community[commune] * p)
    for a in range(bystanders):
        n = add_contact(lo + int(uniform(key, 1 + a) * size), NO_LONGER, buffer, n, counters)
    return n


@kernel
def collect_room(
    i: int, key: np.uint64, trace: Floats, room: int, slots: Ints, slot_of: Ints, records: Ints, buffer: Ints, n: int,
    counters: Counters,
) -> int:  # fmt: skip
    """Add those of the same group of rooms: a case among them restarts their clocks."""
    own = records[i, ROOM] - 1
    lo = (own // room) * room
    for slot in range(lo, min(lo + room, counters[N_SLOTS])):
        other = slots[slot, 0]
        if slot != own and slot_of[other] == slot and uniform(key, 900 + slot - lo) < trace[_QUARANTINE]:
            n = add_contact(other, SAME_ROOM, buffer, n, counters)
    return n


@kernel
def quarantine(
    day: int,
    n: int,
    levers: Counters,
    wholes: Counters,
    people: Ints,
    place_state: Ints,
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
    buffer: Ints,
    counters: Counters,
) -> int:
    """Quarantine the contacts of the buffer until their days are over; return how many are new."""
    n_new = 0
    last = min(day + levers[QUARANTINE_DAYS], 65535)
    for j in range(n):
        who = buffer[j, 0]
        word = words[who]
        if word & (CONFIRMED | DEAD):
            continue
        if word & QUARANTINED:
            is_together = buffer[j, 1] == (SAME_ROOM if word & CENTRAL else SAME_HOME)
            if not is_together or until(word) >= last:
                continue
            counters[N_EXTENDED] += 1
            if word & EVER:
                records[int(word >> RECORD_SHIFT) - 1, LAST_SLOT] = 0  # samples are booked again
        elif counters[N_SLOTS] >= slots.shape[0]:
            counters[FULL] = FULL_SLOTS
            continue
        else:
            word = touch(who, words, touched, counters) | QUARANTINED
            counters[NOW_QUARANTINED] += 1
            if not levers[AT_HOME_RULE] and counters[NOW_IN_PLACES] < levers[QUARANTINE_PLACES]:
                counters[NOW_IN_PLACES] += 1
                word |= CENTRAL
            slot_of[who] = counters[N_SLOTS]
            slots[counters[N_SLOTS], 0] = who
            counters[N_SLOTS] += 1
            n_new += 1
        word = (word & ~UNTIL_MASK) | (np.uint64(last) << UNTIL_SHIFT)
        set_word(who, word, words, people, place_state, locked_now, away, absent)
        slots[slot_of[who], 1] = day
        push(END_QUARANTINE, last + 1, who, events, heads, counters)
        for test in (TEST_1, TEST_2, TEST_3):
            due = day + wholes[test]
            if due <= last and due < tests_due.shape[0]:
                tests_due[due] += 1
        if word & EVER:
            i = int(word >> RECORD_SHIFT) - 1
            book_quarantine_tests(day, i, who, slots, slot_of, wholes, records, events, heads, counters)
    return n_new


@kernel
def contacts_of(
    day: int,
    i: int,
    seed: np.uint64,
    base_seed: np.uint64,
    trace: Floats,
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
    slots: Ints,
    slot_of: Ints,
    records: Ints,
    buffer: Ints,
    counters: Counters,
) -> int:
    """Collect the contacts of one confirmed case that the tracers find; return how many."""
    who = records[i, PERSON]
    key = address(seed, who, 0, _TRACE)
    n = 0
    if records[i, ROOM] > 0:
        n = collect_room(i, key, trace, wholes[ROOM_SIZE], slots, slot_of, records, buffer, n, counters)
        if slots[records[i, ROOM] - 1, 1] < records[i, INFECTIOUS_ON]:
            return n  # infectious only since in quarantine: nobody else was met
    where = whereabouts(who, people, places, place_state, locked, site_mode, site_share, base_seed)
    if where != LODGED:
        lo, hi = people[who, HOME_START], people[who, HOME_END]
        n = add_range(lo, hi, who, trace[_HOUSEHOLD], SAME_HOME, key, 200, buffer, n, counters)
        house = people[who, BOARDING]
        if house >= 0:
            lo, hi = boardings[house, 0], boardings[house, 1]
            n = add_range(lo, hi, who, trace[_BOARDING], NO_LONGER, key, 300, buffer, n, counters)
        n = collect_community(
            i, key, trace, people, commune_start, community, reals, records, buffer, n, counters
        )
    return collect_work(
        day, who, key, base_seed, trace, people, places, members, place_state, last_open, site_share,
        wholes[TRACE_WINDOW], buffer, n, counters,
    )  # fmt: skip


@kernel
def queue_traces(day: int, events: Ints, heads: Ints, queue: Ints, counters: Counters) -> None:
    """Hand today's cases to the tracers, behind those who still wait."""
    e = heads[TRACE, day]
    while e >= 0:
        queue[counters[N_TRACE_QUEUE]] = events[e, 0]
        counters[N_TRACE_QUEUE] += 1
        e = events[e, 1]
