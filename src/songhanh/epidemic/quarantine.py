"""Quarantine: contacts are taken to places or kept at home, as the rule for their level says."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel, inline_kernel
from songhanh.epidemic.calendar import CHUNK, Calendar, push
from songhanh.epidemic.groups import Counters, Ints, Levers, Numbers, State
from songhanh.epidemic.layout import (
    BOOKED,
    CENTRAL,
    CONFIRMED,
    DEAD,
    END_QUARANTINE,
    ENTERED,
    EVER,
    FULL,
    FULL_SLOTS,
    GONE,
    LEVEL,
    LINK_SHIFT,
    LOW_MASK,
    N_EXTENDED,
    N_SLOTS,
    NOW_IN_PLACES,
    NOW_QUARANTINED,
    PENDING,
    QUARANTINE_PLACES,
    QUARANTINED,
    SLOT,
    TRACE_DEPTH,
    UNTIL_MASK,
    UNTIL_SHIFT,
    WHO,
)
from songhanh.epidemic.people import Packed
from songhanh.epidemic.presence import fetch, set_word, touch, until
from songhanh.epidemic.testing import book_quarantine_tests
from songhanh.response.contact import Action, is_stricter, last_day

_MONITOR, _HOME, _CENTRAL = int(Action.MONITOR), int(Action.HOME), int(Action.CENTRAL)
# Second column of the buffer: contact that goes on during quarantine starts the clock again.
NO_LONGER, SAME_HOME, SAME_ROOM = 0, 1, 2


@inline_kernel
def stays_on(who: int, word: np.uint64, slot: int, records: Ints, counters: Counters) -> int:
    """Let the clock of somebody in quarantine start again; return the slot, which stays the same."""
    slot = int(word >> LINK_SHIFT) - 1
    if word & EVER:
        records[slot, PENDING] &= ~BOOKED  # samples are booked again
        slot = records[slot, SLOT] - 1
    counters[N_EXTENDED] += 1
    return slot


@inline_kernel
def enters(
    who: int, word: np.uint64, slot: int, level: int, to_place: bool, v: Levers, s: State
) -> np.uint64:
    """Bring somebody into quarantine in a new slot; return the word."""
    s.counters[N_SLOTS] = slot + 1
    s.slots[slot, WHO] = who
    s.slots[slot, LEVEL] = level
    word = touch(who, s.words, s.touched, s.counters) | QUARANTINED
    if to_place:
        s.counters[NOW_IN_PLACES] += 1
        word |= CENTRAL
    if word & EVER:
        i = int(word >> LINK_SHIFT) - 1
        s.records[i, SLOT] = slot + 1
        s.records[i, PENDING] &= ~BOOKED
    else:
        word = (word & LOW_MASK) | (np.uint64(slot + 1) << LINK_SHIFT)
    if level < v.whole[TRACE_DEPTH]:
        s.further[level - 1, s.further_marks[level - 1, 1]] = who
        s.further_marks[level - 1, 1] += 1
    return word


@bare_kernel
def quarantine(
    day: int, n: int, level: int, p: Packed, w: Numbers, v: Levers, s: State, cal: Calendar
) -> int:
    """Do with the contacts found today what the rule says for their level; return how many are new."""
    action, days = v.contact_action[level], v.contact_days[level]
    if action == _MONITOR or action < _HOME or days <= 0:
        return n if action == _MONITOR else 0
    words, records, slots, counters, contacts, some = (
        s.words,
        s.records,
        s.slots,
        s.counters,
        s.contacts,
        s.scratch[0],
    )
    chunks, fill, following, heads, tails, marks = cal
    n_new, last = 0, last_day(day, days)
    for j in range(n):
        if j % CHUNK == 0:
            for k in range(min(CHUNK, n - j)):
                some[k] = contacts[j + k, 0]
            s.scratch[3, 0] = fetch(min(CHUNK, n - j), some, p.people, words)
        who = contacts[j, 0]
        word = words[who]
        if word & (CONFIRMED | DEAD | GONE):
            continue
        slot = counters[N_SLOTS]
        if slot >= slots.shape[0]:
            counters[FULL] = FULL_SLOTS
            return n_new
        has_place = action == _CENTRAL and counters[NOW_IN_PLACES] < v.whole[QUARANTINE_PLACES]
        was_in = word & QUARANTINED != 0
        if was_in:
            moves = has_place and is_stricter(action, word & CENTRAL != 0)
            is_together = contacts[j, 1] == (SAME_ROOM if word & CENTRAL else SAME_HOME)
            if not moves and (not is_together or until(word) >= last):
                continue
            if not moves:
                slot = stays_on(who, word, slot, records, counters)
        else:
            counters[NOW_QUARANTINED] += 1
            n_new += 1
        if slot == counters[N_SLOTS]:
            word = enters(who, word, slot, level, has_place, v, s)
        word = (word & ~UNTIL_MASK) | (np.uint64(last) << UNTIL_SHIFT)
        set_word(who, word, words, p.people, s.sealed, s.place_closed, s.place_away, s.absent)
        slots[slot, ENTERED] = day
        slots[slot, LEVEL] = min(
            slots[slot, LEVEL], level
        )  # an F2 at home whose housemate is a case is F1 now
        push(END_QUARANTINE, last + 1, slot, chunks, fill, following, heads, tails, marks, counters)
        if level == 1:
            count_tests(day, last, v.test_days, s.tests_due)
            if word & EVER:
                i = int(word >> LINK_SHIFT) - 1
                book_quarantine_tests(
                    day,
                    i,
                    v.test_days,
                    slots,
                    records,
                    chunks,
                    fill,
                    following,
                    heads,
                    tails,
                    marks,
                    counters,
                )
    return n_new


@inline_kernel
def count_tests(day: int, last: int, test_days: Ints, tests_due: Ints) -> None:
    """Count the samples that a stay in quarantine asks for."""
    for k in range(test_days.shape[0]):
        due = day + test_days[k]
        if test_days[k] > 0 and due <= last and due < tests_due.shape[0]:
            tests_due[due] += 1
