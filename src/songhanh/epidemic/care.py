"""The ill and the isolated: severe illness, intensive care, death, confirmation and release."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.controls import Found, Layer
from songhanh.epidemic.layout import (
    AGE_GROUP,
    AT_HOME,
    CARE,
    CARE_OVER,
    CELL,
    CENTRAL,
    COMMUNE,
    CONFIRMED,
    CRITICAL,
    DEAD,
    END_ISOLATION,
    END_QUARANTINE,
    EVER,
    FATAL,
    FOUND_AS,
    FOUND_ON,
    ICU_DAYS,
    IN_ICU,
    IN_WARD,
    ISOLATED,
    ISOLATION_DAYS,
    LAYER,
    NOW_HOSPITAL,
    NOW_ICU,
    NOW_IN_PLACES,
    NOW_QUARANTINED,
    NOW_SEVERE,
    OUTCOME,
    PERSON,
    QUARANTINED,
    RESULT,
    ROOM,
    STAGE,
    T_LENGTH,
    TABLE_SIZE,
    TRACE,
    TRACE_DELAY,
    UNTIL_MASK,
    WARD_DAYS,
    WARD_TO_ICU,
)
from songhanh.epidemic.state import Counters, Ints, Words, push, set_word, until
from songhanh.epidemic.testing import urgent_sample

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
_CARE = int(Purpose.CARE)
_COMMUNITY, _QUARANTINE = int(Found.COMMUNITY), int(Found.QUARANTINE)
_SEALED, _IMPORTED = int(Found.SEALED), int(Found.IMPORTED)
_FROM_OUTSIDE = int(Layer.IMPORT)


@kernel
def leave_quarantine(word: np.uint64, counters: Counters) -> np.uint64:
    """Take the marks of quarantine off a word and off the counts."""
    if word & QUARANTINED:
        counters[NOW_QUARANTINED] -= 1
        if word & CENTRAL:
            counters[NOW_IN_PLACES] -= 1
    return word & ~(QUARANTINED | CENTRAL | UNTIL_MASK)


@kernel
def release(
    day: int,
    people: Ints,
    place_state: Ints,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    words: Words,
    records: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
) -> None:
    """Let go whose quarantine or isolation ended yesterday, unless it was extended or they are still ill."""
    e = heads[END_QUARANTINE, day]
    while e >= 0:
        who = events[e, 0]
        word = words[who]
        if word & QUARANTINED and until(word) < day:
            free = leave_quarantine(word, counters)
            set_word(who, free, words, people, place_state, locked_now, away, absent)
        e = events[e, 1]
    e = heads[END_ISOLATION, day]
    while e >= 0:
        i = events[e, 0]
        who = records[i, PERSON]
        following = events[e, 1]
        if words[who] & ISOLATED:
            if records[i, STAGE] == IN_WARD or records[i, STAGE] == IN_ICU:
                push(END_ISOLATION, day + 1, i, events, heads, counters)
            else:
                counters[NOW_HOSPITAL] -= 1
                set_word(who, words[who] & ~ISOLATED, words, people, place_state, locked_now, away, absent)
        e = following


@kernel
def stay(seed: np.uint64, who: int, draw: int, mean: float, tables: Reals) -> int:
    """Draw the length of a stay in days, at least one."""
    u = uniform(address(seed, who, 0, _CARE), draw)
    return max(1, int(mean * tables[T_LENGTH, int(u * TABLE_SIZE)] + 0.5))


@kernel
def care(
    day: int,
    seed: np.uint64,
    people: Ints,
    wholes: Counters,
    tables: Reals,
    stays: Reals,
    sensitivity: Reals,
    place_state: Ints,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    words: Words,
    records: Ints,
    urgent: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
    deaths: Ints,
) -> None:
    """Move the severely ill one stage on: ward, intensive care, out or death. All who arrive are sampled."""
    e = heads[CARE, day]
    while e >= 0:
        i = events[e, 0]
        who = records[i, PERSON]
        following = events[e, 1]
        stage, outcome = records[i, STAGE], records[i, OUTCOME]
        if stage == AT_HOME:
            counters[NOW_SEVERE] += 1
            records[i, STAGE] = IN_WARD
            if not words[who] & CONFIRMED:
                u = uniform(address(seed, who, 0, _CARE), 2)
                urgent_sample(day, i, u, sensitivity, urgent, records, counters)
            days = (
                wholes[WARD_TO_ICU] if outcome >= CRITICAL else stay(seed, who, 0, stays[WARD_DAYS], tables)
            )
            push(CARE, day + days, i, events, heads, counters)
        elif stage == IN_WARD and outcome >= CRITICAL:
            counters[NOW_SEVERE] -= 1
            counters[NOW_ICU] += 1
            records[i, STAGE] = IN_ICU
            push(CARE, day + stay(seed, who, 1, stays[ICU_DAYS], tables), i, events, heads, counters)
        elif stage != CARE_OVER:
            counters[NOW_SEVERE if stage == IN_WARD else NOW_ICU] -= 1
            records[i, STAGE] = CARE_OVER
            if outcome == FATAL:
                deaths[day, people[who, COMMUNE]] += 1
                word = words[who]
                if word & ISOLATED:
                    counters[NOW_HOSPITAL] -= 1
                word = leave_quarantine(word, counters) & ~ISOLATED
                set_word(who, word | DEAD, words, people, place_state, locked_now, away, absent)
        e = following


@kernel
def found_where(layer: int, word: np.uint64, is_locked: bool) -> int:
    """Return where a case is found, as `controls.Found`."""
    if layer == _FROM_OUTSIDE:
        return _IMPORTED
    if word & QUARANTINED:
        return _QUARANTINE
    return _SEALED if is_locked else _COMMUNITY


@kernel
def confirm(
    day: int,
    people: Ints,
    n_sectors: int,
    wholes: Counters,
    locked: Flags,
    place_state: Ints,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    words: Words,
    records: Ints,
    slot_of: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
    confirmed_today: Ints,
    reported: Ints,
    reported_site: Ints,
    reported_age: Ints,
) -> int:
    """Report today's positive results, isolate those people, and return how many they are."""
    n_confirmed = 0
    e = heads[RESULT, day]
    while e >= 0:
        i = events[e, 0]
        e = events[e, 1]
        who = records[i, PERSON]
        word = words[who]
        if word & (CONFIRMED | DEAD):
            continue
        where = found_where(records[i, LAYER], word, locked[people[who, COMMUNE]])
        reported[day, people[who, COMMUNE], where] += 1
        reported_age[day, people[who, AGE_GROUP]] += 1
        if people[who, CELL] >= 0:
            reported_site[day, people[who, CELL] // n_sectors] += 1
        records[i, FOUND_ON] = day
        records[i, FOUND_AS] = where
        records[i, ROOM] = slot_of[who] + 1 if word & CENTRAL else 0
        counters[NOW_HOSPITAL] += 1
        word = leave_quarantine(word, counters) | ISOLATED | CONFIRMED | EVER
        set_word(who, word, words, people, place_state, locked_now, away, absent)
        push(END_ISOLATION, day + wholes[ISOLATION_DAYS], i, events, heads, counters)
        push(TRACE, day + wholes[TRACE_DELAY], i, events, heads, counters)
        confirmed_today[n_confirmed] = i
        n_confirmed += 1
    return n_confirmed
