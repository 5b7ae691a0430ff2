"""What opens and closes on a day: communes under lock-down, firms with cases, and who is at home for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.core.modes import SiteMode
from songhanh.epidemic.layout import (
    ANY_LODGED,
    AWAY_FIRM,
    AWAY_MASK,
    CLOSED_ON,
    CLOSED_TO,
    END,
    FORGET_CASE,
    KIND,
    N_AWAY,
    N_CLOSED,
    N_PLACES_TOUCHED,
    PERSON,
    PLACE,
    RECENT,
    SITE,
    START,
    WAS_TOUCHED,
)
from songhanh.epidemic.state import Counters, Ints, Words, count_away, push
from songhanh.province.population import SCHOOL

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
_TWO_POINTS, _ON_SITE, _CLOSED = int(SiteMode.TWO_POINTS), int(SiteMode.ON_SITE), int(SiteMode.CLOSED)
_USUAL_WINDOW = 14  # days that a firm's cases are remembered where no rule says how long


@kernel
def open_day(
    day: int,
    school: Floats,
    work: Floats,
    locked: Flags,
    site_mode: Bytes,
    residents: Ints,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    locked_workers: Ints,
    last_open: Ints,
    counters: Counters,
) -> None:
    """Take over today's lock-downs, and note which sites, schools and workplaces are open."""
    for c in range(locked.shape[0]):
        if locked[c] != (locked_now[c] != 0):
            by = 1 if locked[c] else -1
            locked_now[c] = 1 if locked[c] else 0
            for cell in range(residents.shape[1]):
                locked_workers[cell] += by * residents[c, cell]
                for kind in range(N_AWAY):
                    absent[cell, kind] -= by * away[c, cell, kind]
        if school[c] > 0.0 and not locked[c]:
            last_open[1, c] = day
        if work[c] > 0.0 and not locked[c]:
            last_open[2, c] = day
    counters[ANY_LODGED] = 0
    for s in range(site_mode.shape[0]):
        if site_mode[s] != _CLOSED:
            last_open[0, s] = day
        if site_mode[s] == _ON_SITE or site_mode[s] == _TWO_POINTS:
            counters[ANY_LODGED] = 1


@kernel
def count_firm(
    place: int,
    by: int,
    people: Ints,
    places: Ints,
    members: Ints,
    words: Words,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
) -> None:
    """Count the workers of a firm that closes or reopens, but those who are away for another reason."""
    for rank in range(places[place, START], places[place, END]):
        who = members[rank]
        if not words[who] & AWAY_MASK:
            count_away(AWAY_FIRM, by, who, people, locked_now, away, absent)


@kernel
def reopen_firms(
    day: int,
    firm_close_cases: Ints,
    people: Ints,
    places: Ints,
    members: Ints,
    place_state: Ints,
    closed: Ints,
    words: Words,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    counters: Counters,
) -> None:
    """Reopen firms whose time is over, or whose rule has been lifted."""
    kept = 0
    for j in range(counters[N_CLOSED]):
        place = closed[j]
        if day < place_state[place, CLOSED_TO] and firm_close_cases[places[place, SITE]] > 0:
            closed[kept] = place
            kept += 1
        else:
            count_firm(place, -1, people, places, members, words, locked_now, away, absent)
            place_state[place, CLOSED_TO] = 0
    counters[N_CLOSED] = kept


@kernel
def close_firms(
    day: int,
    n_confirmed: int,
    confirmed_today: Ints,
    firm_close_cases: Ints,
    firm_close_days: Ints,
    people: Ints,
    places: Ints,
    members: Ints,
    place_state: Ints,
    places_touched: Ints,
    closed: Ints,
    words: Words,
    locked_now: Bytes,
    away: Ints,
    absent: Ints,
    records: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
) -> None:
    """Count confirmed workers by firm over the window, and close firms with too many from tomorrow on."""
    e = heads[FORGET_CASE, day]
    while e >= 0:
        place_state[events[e, 0], RECENT] -= 1
        e = events[e, 1]
    for j in range(n_confirmed):
        place = people[records[confirmed_today[j], PERSON], PLACE]
        if place < 0 or places[place, KIND] == SCHOOL:
            continue
        site = places[place, SITE]
        window = firm_close_days[site] if firm_close_days[site] > 0 else _USUAL_WINDOW
        if not place_state[place, WAS_TOUCHED]:
            place_state[place, WAS_TOUCHED] = 1
            places_touched[counters[N_PLACES_TOUCHED]] = place
            counters[N_PLACES_TOUCHED] += 1
        place_state[place, RECENT] += 1
        push(FORGET_CASE, day + window, place, events, heads, counters)
        threshold = firm_close_cases[site]
        if threshold > 0 and place_state[place, RECENT] >= threshold:
            if place_state[place, CLOSED_TO] == 0:
                count_firm(place, 1, people, places, members, words, locked_now, away, absent)
                place_state[place, CLOSED_ON] = day
                closed[counters[N_CLOSED]] = place
                counters[N_CLOSED] += 1
            place_state[place, CLOSED_TO] = day + window + 1
