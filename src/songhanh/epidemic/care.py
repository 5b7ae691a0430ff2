"""The ill and the isolated: severe illness, intensive care, death, confirmation and release."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.calendar import Calendar, done, push
from songhanh.epidemic.controls import Found, Layer
from songhanh.epidemic.groups import Books, Counters, Ints, Levers, Numbers, Reals, State
from songhanh.epidemic.layout import (
    AGE_MASK,
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
    FATAL,
    FOUND_AS,
    FOUND_ON,
    GONE,
    HAMLET,
    ICU_DAYS,
    IN_ICU,
    IN_PLACE,
    IN_WARD,
    ISOLATED,
    ISOLATION_DAYS,
    LAYER,
    LINK_SHIFT,
    N_KEPT_ISOLATED,
    NOW_HOSPITAL,
    NOW_ICU,
    NOW_IN_PLACES,
    NOW_QUARANTINED,
    NOW_SEVERE,
    OUTCOME,
    PENDING,
    PERSON,
    QUARANTINED,
    RELEASE_NEGATIVES,
    RELEASE_RETEST_DAYS,
    RESULT,
    RESULT_TO_COME,
    STAGE,
    T_LENGTH,
    TABLE_SIZE,
    TRACE,
    TRACE_DELAY,
    TRAITS,
    UNTIL_MASK,
    URGENT_ARRIVED,
    WARD_DAYS,
    WARD_TO_ICU,
    WHO,
)
from songhanh.epidemic.people import Packed
from songhanh.epidemic.presence import fetch, set_word, until
from songhanh.epidemic.testing import is_positive, urgent_sample

_CARE, _RELEASE = int(Purpose.CARE), int(Purpose.RELEASE)
_COMMUNITY, _QUARANTINE = int(Found.COMMUNITY), int(Found.QUARANTINE)
_SEALED, _IMPORTED = int(Found.SEALED), int(Found.IMPORTED)
_FROM_OUTSIDE = int(Layer.IMPORT)


@bare_kernel
def leave_quarantine(word: np.uint64, counters: Counters) -> np.uint64:
    """Take the marks of quarantine off a word and off the counts."""
    if word & QUARANTINED:
        counters[NOW_QUARANTINED] -= 1
        if word & CENTRAL:
            counters[NOW_IN_PLACES] -= 1
    return word & ~(QUARANTINED | CENTRAL | UNTIL_MASK)


@bare_kernel
def end_quarantines(day: int, p: Packed, s: State, cal: Calendar) -> None:
    """Let go whose quarantine ended yesterday, unless it began again."""
    people, words, slots, counters, leaving = p.people, s.words, s.slots, s.counters, s.scratch[0]
    sealed, place_closed, place_away, absent = s.sealed, s.place_closed, s.place_away, s.absent
    chunk = cal.heads[END_QUARANTINE, day]
    while chunk >= 0:
        number = cal.fill[chunk]
        for k in range(number):
            leaving[k] = slots[cal.chunks[chunk, k], WHO]
        s.scratch[3, 0] = fetch(number, leaving, people, words)
        for k in range(number):
            word = words[leaving[k]]
            if word & QUARANTINED and until(word) < day:
                free = leave_quarantine(word, counters)
                set_word(leaving[k], free, words, people, sealed, place_closed, place_away, absent)
        chunk = cal.following[chunk]
    done(END_QUARANTINE, day, cal.following, cal.heads, cal.tails, cal.marks)


@bare_kernel
def end_isolations(
    day: int, seed: np.uint64, p: Packed, w: Numbers, v: Levers, s: State, cal: Calendar
) -> None:
    """Let cases go home whose days are over, unless they are still ill or positive."""
    words, records, counters = s.words, s.records, s.counters
    chunks, fill, following, heads, tails, marks = cal
    chunk = heads[END_ISOLATION, day]
    while chunk >= 0:
        for k in range(fill[chunk]):
            i = chunks[chunk, k]
            who = records[i, PERSON]
            if not words[who] & ISOLATED:
                continue
            wait = days_to_release(day, i, seed, w.sensitivity, v.whole, records, counters)
            if wait > 0:
                push(END_ISOLATION, day + wait, i, chunks, fill, following, heads, tails, marks, counters)
                continue
            counters[NOW_HOSPITAL] -= 1
            free = words[who] & ~ISOLATED
            set_word(who, free, words, p.people, s.sealed, s.place_closed, s.place_away, s.absent)
        chunk = following[chunk]
    done(END_ISOLATION, day, following, heads, tails, marks)


@bare_kernel
def days_to_release(
    day: int, i: int, seed: np.uint64, sensitivity: Reals, levers: Counters, records: Ints, counters: Counters
) -> int:
    """Return 0 if a case may go home today, else the days until the next look: the severely ill stay, and the positive."""
    if records[i, STAGE] == IN_WARD or records[i, STAGE] == IN_ICU:
        return 1
    key = address(seed, records[i, PERSON], day, _RELEASE)
    for sample in range(levers[RELEASE_NEGATIVES]):
        counters[URGENT_ARRIVED] += 1
        if is_positive(day, i, uniform(key, sample), 1.0, records, sensitivity):
            counters[N_KEPT_ISOLATED] += 1
            return max(1, levers[RELEASE_RETEST_DAYS])
    return 0


@bare_kernel
def stay(seed: np.uint64, who: int, draw: int, mean: float, tables: Reals) -> int:
    """Draw the length of a stay in days, at least one."""
    u = uniform(address(seed, who, 0, _CARE), draw)
    return max(1, int(mean * tables[T_LENGTH, int(u * TABLE_SIZE)] + 0.5))


@bare_kernel
def care(day: int, seed: np.uint64, p: Packed, w: Numbers, s: State, cal: Calendar, books: Books) -> None:
    """Move the severely ill one stage on: ward, intensive care, out or death. All who arrive are sampled."""
    words, records, counters = s.words, s.records, s.counters
    chunks, fill, following, heads, tails, marks = cal
    chunk = heads[CARE, day]
    while chunk >= 0:
        for k in range(fill[chunk]):
            i = chunks[chunk, k]
            who = records[i, PERSON]
            stage, outcome = records[i, STAGE], records[i, OUTCOME]
            if stage == AT_HOME and words[who] & (GONE | DEAD):
                records[i, STAGE] = CARE_OVER  # falls ill elsewhere, or has died of another infection
            elif stage == AT_HOME:
                counters[NOW_SEVERE] += 1
                records[i, STAGE] = IN_WARD
                if not words[who] & CONFIRMED:
                    u = uniform(address(seed, who, 0, _CARE), 2)
                    urgent_sample(day, i, u, w.sensitivity, s.urgent, records, counters)
                days = w.wholes[WARD_TO_ICU]
                if outcome < CRITICAL:
                    days = stay(seed, who, 0, w.stays[WARD_DAYS], w.ratio_tables)
                push(CARE, day + days, i, chunks, fill, following, heads, tails, marks, counters)
            elif stage == IN_WARD and outcome >= CRITICAL:
                counters[NOW_SEVERE] -= 1
                counters[NOW_ICU] += 1
                records[i, STAGE] = IN_ICU
                days = stay(seed, who, 1, w.stays[ICU_DAYS], w.ratio_tables)
                push(CARE, day + days, i, chunks, fill, following, heads, tails, marks, counters)
            elif stage != CARE_OVER:
                counters[NOW_SEVERE if stage == IN_WARD else NOW_ICU] -= 1
                records[i, STAGE] = CARE_OVER
                if outcome == FATAL:
                    die(day, who, p, s, books)
        chunk = following[chunk]
    done(CARE, day, following, heads, tails, marks)


@bare_kernel
def die(day: int, who: int, p: Packed, s: State, books: Books) -> None:
    """Count a death, once a person."""
    word = s.words[who]
    if word & DEAD:
        return
    books.deaths[day, p.people[who, COMMUNE]] += 1
    books.deaths_age[day, p.people[who, TRAITS] & AGE_MASK] += 1
    if word & ISOLATED:
        s.counters[NOW_HOSPITAL] -= 1
    word = (leave_quarantine(word, s.counters) & ~ISOLATED) | DEAD
    set_word(
        who,
        word,
        s.words,
        p.people,
        s.sealed,
        s.place_closed,
        s.place_away,
        s.absent,
    )


@bare_kernel
def found_where(layer: int, word: np.uint64, is_sealed: bool) -> int:
    """Return where a case is found, as `controls.Found`."""
    if layer == _FROM_OUTSIDE:
        return _IMPORTED
    if word & QUARANTINED:
        return _QUARANTINE
    return _SEALED if is_sealed else _COMMUNITY


@bare_kernel
def confirm(day: int, p: Packed, w: Numbers, s: State, cal: Calendar, books: Books) -> int:
    """Report today's positive results, isolate those people, and return how many they are."""
    people, words, records, counters, sealed = p.people, s.words, s.records, s.counters, s.sealed
    chunks, fill, following, heads, tails, marks = cal
    n_confirmed, some = 0, s.scratch[0]
    chunk = heads[RESULT, day]
    while chunk >= 0:
        for k in range(fill[chunk]):
            some[k] = records[chunks[chunk, k], PERSON]
        s.scratch[3, 0] = fetch(fill[chunk], some, people, words)
        for k in range(fill[chunk]):
            i, who = chunks[chunk, k], some[k]
            records[i, PENDING] &= ~RESULT_TO_COME
            word = words[who]
            is_over = int(word >> LINK_SHIFT) - 1 != i  # infected again since the sample
            if word & (CONFIRMED | DEAD | GONE) or is_over:
                continue
            where = found_where(records[i, LAYER], word, sealed[people[who, HAMLET]] != 0)
            books.reported[day, people[who, COMMUNE], where] += 1
            books.reported_age[day, people[who, TRAITS] & AGE_MASK] += 1
            if people[who, CELL] >= 0:
                books.reported_site[day, people[who, CELL] // p.sizes[1]] += 1
            records[i, FOUND_ON] = day
            records[i, FOUND_AS] = where
            if word & CENTRAL:
                records[i, PENDING] |= IN_PLACE
            counters[NOW_HOSPITAL] += 1
            word = leave_quarantine(word, counters) | ISOLATED | CONFIRMED
            set_word(
                who,
                word,
                words,
                people,
                sealed,
                s.place_closed,
                s.place_away,
                s.absent,
            )
            push(
                END_ISOLATION,
                day + w.wholes[ISOLATION_DAYS],
                i,
                chunks,
                fill,
                following,
                heads,
                tails,
                marks,
                counters,
            )
            push(
                TRACE, day + w.wholes[TRACE_DELAY], i, chunks, fill, following, heads, tails, marks, counters
            )
            s.found_today[n_confirmed] = i
            n_confirmed += 1
        chunk = following[chunk]
    done(RESULT, day, following, heads, tails, marks)
    return n_confirmed
