"""Who is where, and who is away from work and why: the word of a person, and counts kept exact as it changes."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel, inline_kernel
from songhanh.core.modes import SiteMode
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.groups import Bytes, Counters, Flags, Ints, Reals, Words
from songhanh.epidemic.layout import (
    AWAY_DEAD,
    AWAY_FIRM,
    AWAY_GONE,
    AWAY_ISOLATED,
    AWAY_QUARANTINED,
    CELL,
    DEAD,
    FULL,
    FULL_TOUCHED,
    GONE,
    HAMLET,
    ISOLATED,
    KIND,
    N_TOUCHED,
    PLACE,
    PLACE_COMMUNE,
    QUARANTINED,
    SITE,
    TOUCHED,
    UNTIL_MASK,
    UNTIL_SHIFT,
)
from songhanh.province.population import FIRM_AT_SITE, SCHOOL

_LODGE = int(Purpose.LODGE)
_TWO_POINTS, _ON_SITE, _CLOSED = int(SiteMode.TWO_POINTS), int(SiteMode.ON_SITE), int(SiteMode.CLOSED)
AT_HOME, AT_WORK, LODGED, AT_SCHOOL = 0, 1, 2, 3


@inline_kernel
def is_admitted(who: int, share: float, base_seed: np.uint64) -> bool:
    """Tell whether a worker is among the share that a site admits: the same people while the share stays."""
    return share >= 1.0 or uniform(address(base_seed, who, 0, _LODGE), 0) < share


@bare_kernel
def whereabouts(
    who: int,
    people: Ints,
    places: Ints,
    place_closed: Ints,
    sealed: Bytes,
    locked: Flags,
    site_mode: Bytes,
    site_share: Reals,
    base_seed: np.uint64,
) -> int:
    """Return where a person who is not away spends the working day: home, work, lodged at work, or school."""
    place = people[who, PLACE]
    if place < 0 or place_closed[place] > 0:
        return AT_HOME
    kind = places[place, KIND]
    if kind == FIRM_AT_SITE:
        site = places[place, SITE]
        mode = site_mode[site]
        if mode == _CLOSED or not is_admitted(who, site_share[site], base_seed):
            return AT_HOME
        if mode == _ON_SITE or mode == _TWO_POINTS:
            return LODGED
        return AT_HOME if sealed[people[who, HAMLET]] else AT_WORK
    if sealed[people[who, HAMLET]] or locked[places[place, PLACE_COMMUNE]]:
        return AT_HOME
    return AT_SCHOOL if kind == SCHOOL else AT_WORK


@bare_kernel
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
def reason(word: np.uint64) -> int:
    """Return why somebody is away for a reason of their own, the strongest first, or -1."""
    if word & DEAD:
        return AWAY_DEAD
    if word & ISOLATED:
        return AWAY_ISOLATED
    if word & QUARANTINED:
        return AWAY_QUARANTINED
    if word & GONE:
        return AWAY_GONE
    return -1


@inline_kernel
def count_out(cell: int, place: int, by: int, place_closed: Ints, place_away: Ints, absent: Ints) -> None:
    """Count a worker who leaves (1) or comes back to (-1) those that only a closed firm keeps from work."""
    if place >= 0:
        place_away[place] += by
        if place_closed[place] > 0:
            absent[cell, AWAY_FIRM] -= by


@inline_kernel
def set_word(
    who: int,
    word: np.uint64,
    words: Words,
    people: Ints,
    sealed: Bytes,
    place_closed: Ints,
    place_away: Ints,
    absent: Ints,
) -> None:
    """Change a person's word and keep the counts of people away exact: one reason a person at a time.

    Workers who live in a sealed area are counted there and nowhere else.
    """
    before, after = reason(words[who]), reason(word)
    words[who] = word
    if before == after:
        return
    cell = people[who, CELL]
    if cell < 0 or sealed[people[who, HAMLET]]:
        return
    if before >= 0:
        absent[cell, before] -= 1
    if after >= 0:
        absent[cell, after] += 1
    if before < 0 or after < 0:
        count_out(cell, people[who, PLACE], 1 if before < 0 else -1, place_closed, place_away, absent)


@bare_kernel
def fetch(number: int, who: Counters, people: Ints, words: Words) -> int:
    """Bring the rows of some people into the cache, all at once; return a number to be kept somewhere.

    The loop that follows would wait for one after the other, and spend most of its time waiting.
    """
    seen = np.uint64(0)
    for j in range(number):
        if who[j] >= 0:
            seen += words[who[j]] + np.uint64(people[who[j], 0])
    return int(np.int64(seen))
