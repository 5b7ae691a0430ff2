"""Tracing: whom a case, or a contact, has met and the tracers find, as many people a day as they can take.

Contacts are collected in a buffer and then quarantined in one pass: a call per contact with a dozen arrays
doubles the cost.
"""

from __future__ import annotations

import math

import numpy as np

from songhanh.core.jit import bare_kernel, inline_kernel
from songhanh.core.rng import Purpose, address, poisson, uniform
from songhanh.epidemic.calendar import Calendar, done
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.groups import D_TRACE_QUEUE, Books, Counters, Ints, Levers, Numbers, State
from songhanh.epidemic.layout import (
    BOARDING,
    CENTRAL,
    CHILD,
    COMMUNE,
    COMMUNITY_CONTACTS,
    CONFIRMED,
    DEAD,
    END,
    ENTERED,
    EVER,
    FACTS,
    FULL,
    FULL_CONTACTS,
    GONE,
    HOME_START,
    IN_PLACE,
    INFECTIOUS_ON,
    KIND,
    LAYER,
    LINK_SHIFT,
    N_SLOTS,
    N_TRACE_QUEUE,
    NUMBER_MASK,
    NUMBER_SHIFT,
    PENDING,
    PERSON,
    PLACE,
    PLACE_COMMUNE,
    QUARANTINED,
    RANK,
    ROOM_SIZE,
    SIBLING,
    SITE,
    SIZE_SHIFT,
    SLOT,
    SOURCE,
    START,
    TRACE,
    TRACE_DEPTH,
    TRACE_DONE,
    TRACE_WINDOW,
    TRAITS,
    UNIT,
    WHO,
)
from songhanh.epidemic.meeting import slot_of
from songhanh.epidemic.people import Packed
from songhanh.epidemic.presence import LODGED, is_admitted, whereabouts
from songhanh.epidemic.quarantine import NO_LONGER, SAME_HOME, SAME_ROOM, quarantine
from songhanh.province.population import FIRM_AT_SITE, SCHOOL
from songhanh.response.contact import next_level

_TRACE = int(Purpose.TRACE)
_HOUSEHOLD, _BOARDING, _LINE, _PLANT = (
    int(Layer.HOUSEHOLD),
    int(Layer.BOARDING),
    int(Layer.LINE),
    int(Layer.PLANT),
)
_CLASS, _SCHOOL, _COMMUNITY = int(Layer.CLASS), int(Layer.SCHOOL), int(Layer.COMMUNITY)
_SHUTTLE, _QUARANTINE = int(Layer.SHUTTLE), int(Layer.QUARANTINE)
# Draws of one person's contacts, far apart: each list takes as many as it needs.
_OF_HOME, _OF_HOUSE, _OF_ROOM, _OF_LINE, _BEFORE, _AFTER, _OF_BUS, _NAMED = (
    200, 300, 900, 1000, 10_000, 50_000, 90_000, 100_000,
)  # fmt: skip


@bare_kernel
def add_contact(who: int, goes_on: int, buffer: Ints, n: int, counters: Counters) -> int:
    """Put a contact into the buffer and return the new length."""
    if n >= buffer.shape[0]:
        counters[FULL] = FULL_CONTACTS
        return n
    buffer[n, 0] = who
    buffer[n, 1] = goes_on
    return n + 1


@bare_kernel
def add_range(lo: int, hi: int, own: int, p: float, goes_on: int, key: np.uint64, draw: int, buffer: Ints, n: int,
              counters: Counters) -> int:  # fmt: skip
    """Add each person of an index range with a probability, by skipping ahead to the next one found."""
    if p <= 0.0:
        return n
    at = lo
    scale = 1.0 / math.log(1.0 - p) if p < 1.0 else 0.0
    while True:
        if p < 1.0:
            at += int(min(1e9, math.log(1.0 - uniform(key, draw)) * scale))
            draw += 1
        if at >= hi:
            return n
        if at != own:
            n = add_contact(at, goes_on, buffer, n, counters)
        at += 1


@bare_kernel
def add_members(lo: int, hi: int, own: int, p: float, key: np.uint64, draw: int, share: float, base_seed: np.uint64,
                members: Ints, buffer: Ints, n: int, counters: Counters) -> int:  # fmt: skip
    """Add members of a workplace or school, or riders of a bus, who come there, each with a probability.

    ``own`` is the person who is asked: nobody is their own contact.
    """
    first = n
    n = add_range(lo, hi, -1, p, NO_LONGER, key, draw, buffer, n, counters)
    kept = first
    for j in range(first, n):
        who = members[buffer[j, 0]]
        if who != own and is_admitted(who, share, base_seed):
            buffer[kept, 0] = who
            kept += 1
    return kept


@bare_kernel
def was_open(day: int, place: int, places: Ints, place_closed: Ints, place_closed_on: Ints, last_open: Ints,
             window: int) -> bool:  # fmt: skip
    """Tell whether people met at a place within the tracing window."""
    if place_closed[place] > 0 and day - place_closed_on[place] > window:
        return False
    kind, commune = places[place, KIND], places[place, PLACE_COMMUNE]
    row = 1 if kind == SCHOOL else 2
    last = last_open[0, places[place, SITE]] if kind == FIRM_AT_SITE else last_open[row, commune]
    return day - last <= window


@inline_kernel
def collect_work(day: int, who: int, lodged: bool, key: np.uint64, base_seed: np.uint64, p: Packed, w: Numbers,
                 v: Levers, s: State, n: int) -> int:  # fmt: skip
    """Add the contacts of the own line or class, of the rest of the workplace or school, and of the bus."""
    people, places, members, buffer, counters, trace = (
        p.people,
        p.places,
        p.members,
        s.contacts,
        s.counters,
        s.chances,
    )
    place = people[who, PLACE]
    if place < 0 or not was_open(
        day, place, places, s.place_closed, s.place_closed_on, s.last_open, w.wholes[TRACE_WINDOW]
    ):
        return n
    share = 1.0
    kind, rank = places[place, KIND], people[who, RANK]
    if kind == FIRM_AT_SITE:
        share = v.site_share[places[place, SITE]]
        if not is_admitted(who, share, base_seed):
            return n
        bus = p.bus_of[rank]
        if bus >= 0 and not lodged:
            lo, hi = p.bus_start[bus], p.bus_start[bus + 1]
            n = add_members(
                lo, hi, who, trace[_SHUTTLE], key, _OF_BUS, share, base_seed, p.riders, buffer, n, counters
            )
    near, far = (trace[_CLASS], trace[_SCHOOL]) if kind == SCHOOL else (trace[_LINE], trace[_PLANT])
    lo, hi, unit = places[place, START], places[place, END], places[place, UNIT]
    line = lo + ((rank - lo) // unit) * unit
    line_end = min(hi, line + unit)
    n = add_members(line, line_end, who, near, key, _OF_LINE, share, base_seed, members, buffer, n, counters)
    n = add_members(lo, line, who, far, key, _BEFORE, share, base_seed, members, buffer, n, counters)
    return add_members(line_end, hi, who, far, key, _AFTER, share, base_seed, members, buffer, n, counters)


@inline_kernel
def collect_community(who: int, i: int, key: np.uint64, p: Packed, w: Numbers, v: Levers, s: State,
                      n: int) -> int:  # fmt: skip
    """Add named community contacts: whom an infected person infected, who infected them, and bystanders."""
    found, records, buffer, counters = s.chances[_COMMUNITY], s.records, s.contacts, s.counters
    if found <= 0.0:
        return n
    if i >= 0:
        child, draw = records[i, CHILD], _NAMED + 1
        while child >= 0:
            if records[child, LAYER] == _COMMUNITY and uniform(key, draw) < found:
                n = add_contact(records[child, PERSON], NO_LONGER, buffer, n, counters)
            draw += 1
            child = records[child, SIBLING]
        source = records[i, SOURCE]
        if source >= 0 and records[i, LAYER] == _COMMUNITY and uniform(key, _NAMED) < found:
            n = add_contact(records[source, PERSON], NO_LONGER, buffer, n, counters)
    commune = p.people[who, COMMUNE]
    lo = p.commune_start[commune]
    size = p.commune_start[commune + 1] - lo
    bystanders = poisson(uniform(key, 0), w.reals[COMMUNITY_CONTACTS] * v.community[commune] * found)
    for a in range(bystanders):
        other = lo + int(uniform(key, 1 + a) * size)
        if other != who:
            n = add_contact(other, NO_LONGER, buffer, n, counters)
    return n


@inline_kernel
def collect_room(i: int, key: np.uint64, found: float, room: int, s: State, n: int) -> int:
    """Add those of the same group of rooms: a case among them restarts their clocks."""
    own = s.records[i, SLOT] - 1
    lo = (own // room) * room
    for slot in range(lo, min(lo + room, s.counters[N_SLOTS])):
        other = s.slots[slot, WHO]
        word = s.words[other]  # stays at home have slots too, but no rooms
        is_there = slot != own and word & CENTRAL != 0 and slot_of(word, s.records) == slot
        if is_there and uniform(key, _OF_ROOM + slot - lo) < found:
            n = add_contact(other, SAME_ROOM, s.contacts, n, s.counters)
    return n


@inline_kernel
def contacts_of(day: int, who: int, i: int, seed: np.uint64, base_seed: np.uint64, n: int, p: Packed, w: Numbers,
                v: Levers, s: State) -> int:  # fmt: skip
    """Collect the contacts of one person that the tracers find; ``i`` is the infection, -1 if there is none known."""
    people, records, buffer, counters, found = p.people, s.records, s.contacts, s.counters, s.chances
    number = (records[i, FACTS] >> NUMBER_SHIFT) & NUMBER_MASK if i >= 0 else 0
    key = address(seed, who, number, _TRACE)
    only_room = False
    if i >= 0 and records[i, PENDING] & IN_PLACE:
        n = collect_room(i, key, found[_QUARANTINE], w.wholes[ROOM_SIZE], s, n)
        # Infectious only since in quarantine: nobody else was met.
        only_room = s.slots[records[i, SLOT] - 1, ENTERED] < records[i, INFECTIOUS_ON]
    if not only_room:
        where = whereabouts(
            who, people, p.places, s.place_closed, s.sealed, v.locked, v.site_mode, v.site_share, base_seed
        )
        if where != LODGED:
            lo = people[who, HOME_START]
            hi = lo + (people[who, TRAITS] >> SIZE_SHIFT)
            n = add_range(lo, hi, who, found[_HOUSEHOLD], SAME_HOME, key, _OF_HOME, buffer, n, counters)
            house = people[who, BOARDING]
            if house >= 0:
                lo, hi = p.boardings[house, 0], p.boardings[house, 1]
                n = add_range(lo, hi, who, found[_BOARDING], NO_LONGER, key, _OF_HOUSE, buffer, n, counters)
            n = collect_community(who, i, key, p, w, v, s, n)
        n = collect_work(day, who, where == LODGED, key, base_seed, p, w, v, s, n)
    return n


@bare_kernel
def queue_cases(day: int, s: State, cal: Calendar) -> None:
    """Hand today's cases to the tracers, behind those who still wait."""
    chunk = cal.heads[TRACE, day]
    while chunk >= 0:
        for k in range(cal.fill[chunk]):
            s.trace_queue[s.counters[N_TRACE_QUEUE]] = cal.chunks[chunk, k]
            s.counters[N_TRACE_QUEUE] += 1
        chunk = cal.following[chunk]
    done(TRACE, day, cal.following, cal.heads, cal.tails, cal.marks)


@bare_kernel
def trace(
    day: int, seed: np.uint64, base_seed: np.uint64, p: Packed, w: Numbers, v: Levers, s: State, cal: Calendar,
    books: Books,
) -> None:  # fmt: skip
    """Trace the contacts of cases, then of contacts, level by level, those who have waited longest first.

    Contacts found today are asked about their own from tomorrow on.
    """
    counters = s.counters
    for level in range(s.further_marks.shape[0]):
        s.further_marks[level, 2] = s.further_marks[level, 1]
    queue_cases(day, s, cal)
    last = min(counters[N_TRACE_QUEUE], counters[TRACE_DONE] + max(0, v.trace_capacity[0]))
    books.daily[D_TRACE_QUEUE, day] = counters[N_TRACE_QUEUE] - last
    for level in range(max(1, v.whole[TRACE_DEPTH])):
        first = counters[TRACE_DONE] if level == 0 else s.further_marks[level - 1, 0]
        if level > 0:
            last = min(s.further_marks[level - 1, 2], first + v.trace_capacity[level])
        for layer in range(s.chances.shape[0]):
            s.chances[layer] = v.trace[layer] * v.trace_share[level]
        n = 0
        for j in range(first, last):
            who = s.records[s.trace_queue[j], PERSON] if level == 0 else s.further[level - 1, j]
            word = s.words[who]
            if level > 0 and (word & (CONFIRMED | DEAD | GONE) or not word & QUARANTINED):
                continue  # asked as a case, or let go
            i = int(word >> LINK_SHIFT) - 1 if word & EVER else -1
            if level == 0:
                i = s.trace_queue[j]
            n = contacts_of(day, who, i, seed, base_seed, n, p, w, v, s)
        books.traced[day, level] += quarantine(day, n, next_level(level), p, w, v, s, cal)
        if level == 0:
            counters[TRACE_DONE] = last
        else:
            s.further_marks[level - 1, 0] = last
