"""Small kernels that every room of the day uses: events, the word of a person, and who is away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import inline_kernel, kernel
from songhanh.epidemic.layout import (
    AWAY_DEAD,
    AWAY_FIRM,
    AWAY_ISOLATED,
    AWAY_QUARANTINED,
    CELL,
    CLOSED_TO,
    COMMUNE,
    DEAD,
    FULL,
    FULL_EVENTS,
    FULL_TOUCHED,
    ISOLATED,
    N_EVENTS_USED,
    N_TOUCHED,
    PLACE,
    QUARANTINED,
    TOUCHED,
    UNTIL_MASK,
    UNTIL_SHIFT,
)

Ints = NDArray[np.int32]
Counters = NDArray[np.int64]
Words = NDArray[np.uint64]


@kernel
def push(kind: int, day: int, subject: int, events: Ints, heads: Ints, counters: Counters) -> None:
    """Put an event into the bucket of a kind and day; what falls after the horizon is dropped."""
    if day >= heads.shape[1]:
        return
    position = counters[N_EVENTS_USED]
    if position >= events.shape[0]:
        counters[FULL] = FULL_EVENTS
        return
    counters[N_EVENTS_USED] = position + 1
    events[position, 0] = subject
    events[position, 1] = heads[kind, day]
    heads[kind, day] = position


@kernel
def touch(person: int, words: Words, touched: Ints, counters: Counters) -> np.uint64:
    """Remember that a person's word is used, so that a reset need not visit everybody; return the word."""
    word = words[person]
    if word & TOUCHED:
        return word
    position = counters[N_TOUCHED]
    if position >= touched.shape[0]:
        counters[FULL] = FULL_TOUCHED
    else:
        touched[position] = person
        counters[N_TOUCHED] = position + 1
    return word | TOUCHED


@inline_kernel
def until(word: np.uint64) -> int:
    """Return the last day of a person's quarantine."""
    return int((word & UNTIL_MASK) >> UNTIL_SHIFT)


@inline_kernel
def away_kind(word: np.uint64, who: int, people: Ints, place_state: Ints) -> int:
    """Return why somebody cannot come to work, the strongest reason first, or -1."""
    if word & DEAD:
        return AWAY_DEAD
    if word & ISOLATED:
        return AWAY_ISOLATED
    if word & QUARANTINED:
        return AWAY_QUARANTINED
    place = people[who, PLACE]
    if place >= 0 and place_state[place, CLOSED_TO] > 0:
        return AWAY_FIRM
    return -1


@inline_kernel
def count_away(
    kind: int, by: int, who: int, people: Ints, locked_now: NDArray[np.uint8], away: Ints, absent: Ints
) -> None:
    """Add to the people away, by commune and cell; those of locked communes are not counted as absent."""
    cell = people[who, CELL]
    if kind < 0 or cell < 0:
        return
    commune = people[who, COMMUNE]
    away[commune, cell, kind] += by
    if not locked_now[commune]:
        absent[cell, kind] += by


@kernel
def set_word(
    who: int,
    word: np.uint64,
    words: Words,
    people: Ints,
    place_state: Ints,
    locked_now: NDArray[np.uint8],
    away: Ints,
    absent: Ints,
) -> None:
    """Change a person's word and keep the counts of people away exact: one reason a person at a time."""
    before = away_kind(words[who], who, people, place_state)
    after = away_kind(word, who, people, place_state)
    words[who] = word
    if before != after:
        count_away(before, -1, who, people, locked_now, away, absent)
        count_away(after, 1, who, people, locked_now, away, absent)
