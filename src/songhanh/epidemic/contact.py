"""Transmission: whom each infectious person meets today, layer by layer, and who of them is infected.

A person's infectiousness today is split on layers by where that person may be; each transmission then picks
somebody there at random and is lost if that one is away, already infected or out of reach.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import inline_kernel, kernel
from songhanh.core.modes import SiteMode
from songhanh.core.rng import Purpose, address, poisson, uniform
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.infect import infect
from songhanh.epidemic.layout import (
    ANY_LODGED,
    ASYMPTOMATIC_FACTOR,
    BOARDING,
    CENTRAL,
    CLOSED_TO,
    COMMUNE,
    DAY,
    DORMITORY,
    END,
    EVER,
    FOUND_ON,
    HOME_END,
    HOME_START,
    IDLE_BOARDING,
    INFECTIOUS_ON,
    KIND,
    N_ACTIVE,
    N_SLOTS,
    ONSET,
    PERSON,
    PLACE,
    PLACE_COMMUNE,
    QUARANTINED,
    RANK,
    ROOM_SIZE,
    SHARE_COMMUTE,
    SHARE_OUT,
    SITE,
    SITE_FACTOR,
    SPREAD,
    START,
    T_SPREAD,
    UNIT,
)
from songhanh.epidemic.state import Counters, Ints, Words
from songhanh.province.population import FIRM_AT_SITE, SCHOOL

Reals = NDArray[np.float64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
_TRANSMIT, _LODGE = int(Purpose.TRANSMIT), int(Purpose.LODGE)
_HOUSEHOLD, _BOARDING, _LINE, _PLANT = (
    int(Layer.HOUSEHOLD),
    int(Layer.BOARDING),
    int(Layer.LINE),
    int(Layer.PLANT),
)
_CLASS, _SCHOOL, _COMMUNITY = int(Layer.CLASS), int(Layer.SCHOOL), int(Layer.COMMUNITY)
_QUARANTINE = int(Layer.QUARANTINE)
_TWO_POINTS, _ON_SITE, _CLOSED = int(SiteMode.TWO_POINTS), int(SiteMode.ON_SITE), int(SiteMode.CLOSED)
AT_HOME, AT_WORK, LODGED, AT_SCHOOL = 0, 1, 2, 3


@inline_kernel
def is_admitted(who: int, share: float, base_seed: np.uint64) -> bool:
    """Tell whether a worker is among the share that a site admits: the same people while the share stays."""
    return share >= 1.0 or uniform(address(base_seed, who, 0, _LODGE), 0) < share


@inline_kernel
def whereabouts(
    who: int,
    people: Ints,
    places: Ints,
    place_state: Ints,
    locked: Flags,
    site_mode: Bytes,
    site_share: Floats,
    base_seed: np.uint64,
) -> int:
    """Return where a person who is not away spends the working day: home, work, lodged at work, or school."""
    place = people[who, PLACE]
    if place < 0:
        return AT_HOME
    kind = places[place, KIND]
    if kind == FIRM_AT_SITE:
        site = places[place, SITE]
        mode = site_mode[site]
        if mode == _CLOSED or place_state[place, CLOSED_TO] > 0:
            return AT_HOME
        if not is_admitted(who, site_share[site], base_seed):
            return AT_HOME
        if mode == _ON_SITE or mode == _TWO_POINTS:
            return LODGED
        return AT_HOME if locked[people[who, COMMUNE]] else AT_WORK
    if (
        locked[people[who, COMMUNE]]
        or locked[places[place, PLACE_COMMUNE]]
        or place_state[place, CLOSED_TO] > 0
    ):
        return AT_HOME
    return AT_SCHOOL if kind == SCHOOL else AT_WORK


@inline_kernel
def add_rates(
    spread: float,
    who: int,
    where: int,
    in_quarantine: bool,
    in_place: bool,
    people: Ints,
    places: Ints,
    rates: Reals,
    reals: Reals,
    home_scale: Reals,
    community: Floats,
    movement: Floats,
    boarding: Floats,
    school: Floats,
    work: Floats,
    locked: Flags,
    site_contact: Floats,
    today: Reals,
) -> float:
    """Fill the infections expected today by layer (`today`) and return their sum."""
    for layer in range(
        _QUARANTINE + 1
    ):  # a loop: slices and sums of arrays cost ten times as much in a kernel
        today[layer] = 0.0
    if in_place:
        today[_QUARANTINE] = spread * rates[_QUARANTINE]
        return today[_QUARANTINE]
    commune = people[who, COMMUNE]
    place = people[who, PLACE]
    if where != LODGED:
        size = people[who, HOME_END] - people[who, HOME_START]
        today[_HOUSEHOLD] = spread * rates[_HOUSEHOLD] * home_scale[min(size, home_scale.shape[0] - 1)]
        if in_quarantine:
            return today[_HOUSEHOLD]
        out = 0.0 if locked[commune] else movement[commune] * reals[SHARE_OUT]
        today[_COMMUNITY] = spread * rates[_COMMUNITY] * community[commune] * (1.0 - reals[SHARE_OUT] + out)
        if people[who, BOARDING] >= 0:
            idle = place >= 0 and where == AT_HOME
            today[_BOARDING] = (
                spread * rates[_BOARDING] * boarding[commune] * (reals[IDLE_BOARDING] if idle else 1.0)
            )
    if where == AT_SCHOOL:
        level = spread * school[places[place, PLACE_COMMUNE]]
        today[_CLASS] = level * rates[_CLASS]
        today[_SCHOOL] = level * rates[_SCHOOL]
    elif where != AT_HOME:
        site = places[place, SITE]
        if places[place, KIND] == FIRM_AT_SITE:
            level = spread * site_contact[site] * reals[SITE_FACTOR]
        else:
            level = spread * work[places[place, PLACE_COMMUNE]]
        today[_LINE] = level * rates[_LINE]
        today[_PLANT] = level * rates[_PLANT]
        if where == LODGED:
            today[_BOARDING] = spread * rates[_BOARDING] * reals[DORMITORY]
    total = 0.0
    for layer in range(_QUARANTINE):
        total += today[layer]
    return total


@kernel
def layer_of(u: float, today: Reals, total: float) -> int:
    """Pick a layer in proportion to its rate."""
    x = u * total
    layer = 0
    while layer < _QUARANTINE and x >= today[layer]:
        x -= today[layer]
        layer += 1
    return layer


@kernel
def one_of(lo: int, hi: int, own: int, u: float) -> int:
    """Pick one of the positions lo..hi-1 but the own one, or -1 if there is no other."""
    if hi - lo < 2:
        return -1
    chosen = lo + int(u * (hi - lo - 1))
    return chosen + 1 if chosen >= own else chosen


@kernel
def meet_member(who: int, layer: int, people: Ints, places: Ints, members: Ints, v: float) -> int:
    """Pick somebody of the same workplace or school: the own line or class, or anybody there."""
    place = people[who, PLACE]
    lo, hi = places[place, START], places[place, END]
    if layer == _LINE or layer == _CLASS:
        unit = places[place, UNIT]
        lo += ((people[who, RANK] - lo) // unit) * unit
        hi = min(hi, lo + unit)
    chosen = one_of(lo, hi, people[who, RANK], v)
    return members[chosen] if chosen >= 0 else -1


@kernel
def meet_community(
    who: int,
    key: np.uint64,
    draw: int,
    people: Ints,
    places: Ints,
    commune_start: Ints,
    reals: Reals,
    community: Floats,
    movement: Floats,
    locked: Flags,
) -> int:
    """Pick somebody of the own commune, or of another: where a random neighbour works, or by size."""
    home = people[who, COMMUNE]
    share = reals[SHARE_OUT]
    out = 0.0 if locked[home] else movement[home] * share
    commune = home
    v = uniform(key, draw + 1)
    x = uniform(key, draw + 2) * (1.0 - share + out)
    if x < out:
        if x < out * reals[SHARE_COMMUTE]:
            lo = commune_start[home]
            neighbour = lo + int(uniform(key, draw + 3) * (commune_start[home + 1] - lo))
            if people[neighbour, PLACE] >= 0:
                commune = places[people[neighbour, PLACE], PLACE_COMMUNE]
        else:
            commune = people[int(uniform(key, draw + 3) * people.shape[0]), COMMUNE]
        if commune != home and (
            locked[commune] or uniform(key, draw + 4) >= movement[commune] * community[commune]
        ):
            return -1
    return one_of(commune_start[commune], commune_start[commune + 1], who, v)


@kernel
def meet_in_quarantine(who: int, u: float, room: int, slots: Ints, slot_of: Ints, n_slots: int) -> int:
    """Pick somebody of the same group of rooms: those who were brought in just before or after."""
    own = slot_of[who]
    lo = (own // room) * room
    chosen = one_of(lo, min(lo + room, n_slots), own, u)
    if chosen < 0:
        return -1
    other = slots[chosen, 0]
    return other if slot_of[other] == chosen else -1


@kernel
def meet(
    who: int,
    layer: int,
    is_lodged: bool,
    key: np.uint64,
    draw: int,
    people: Ints,
    places: Ints,
    members: Ints,
    boardings: Ints,
    commune_start: Ints,
    room: int,
    reals: Reals,
    community: Floats,
    movement: Floats,
    locked: Flags,
    slots: Ints,
    slot_of: Ints,
    n_slots: int,
) -> int:
    """Pick whom an infectious person meets in a layer, or -1 for nobody."""
    v = uniform(key, draw + 1)
    if layer == _HOUSEHOLD:
        return one_of(people[who, HOME_START], people[who, HOME_END], who, v)
    if layer == _COMMUNITY:
        return meet_community(
            who, key, draw, people, places, commune_start, reals, community, movement, locked
        )
    if layer == _QUARANTINE:
        return meet_in_quarantine(who, v, room, slots, slot_of, n_slots)
    if layer == _BOARDING and not is_lodged:
        house = people[who, BOARDING]
        return one_of(boardings[house, 0], boardings[house, 1], who, v)
    return meet_member(who, layer, people, places, members, v)


@kernel
def is_reachable(
    other: int,
    layer: int,
    where: int,
    any_lodged: bool,
    base_seed: np.uint64,
    people: Ints,
    places: Ints,
    place_state: Ints,
    locked: Flags,
    site_mode: Bytes,
    site_share: Floats,
    words: Words,
) -> bool:
    """Tell whether somebody can be infected today in a layer: susceptible, and in the same place."""
    word = words[other]
    if word & EVER:
        return False
    if layer == _QUARANTINE:
        return word & CENTRAL != 0
    if word & QUARANTINED:
        return layer == _HOUSEHOLD and word & CENTRAL == 0
    together = layer == _LINE or layer == _PLANT or layer == _CLASS or layer == _SCHOOL or where == LODGED
    if not together and not any_lodged:
        return True
    there = whereabouts(other, people, places, place_state, locked, site_mode, site_share, base_seed)
    return there == where if together else there != LODGED


@kernel
def transmit(
    day: int,
    seed: np.uint64,
    base_seed: np.uint64,
    people: Ints,
    places: Ints,
    members: Ints,
    boardings: Ints,
    commune_start: Ints,
    rates: Reals,
    reals: Reals,
    wholes: Counters,
    tables: Reals,
    profile: Reals,
    detectable_days: int,
    home_scale: Reals,
    community: Floats,
    movement: Floats,
    boarding: Floats,
    school: Floats,
    work: Floats,
    locked: Flags,
    site_mode: Bytes,
    site_contact: Floats,
    site_share: Floats,
    place_state: Ints,
    words: Words,
    touched: Ints,
    records: Ints,
    active: Ints,
    slots: Ints,
    slot_of: Ints,
    counters: Counters,
) -> None:
    """Let every infectious person meet others; those infected get a record each."""
    today = np.zeros(9)
    any_lodged = counters[ANY_LODGED] > 0
    j = 0
    while j < counters[N_ACTIVE]:
        i = active[j]
        if records[i, FOUND_ON] >= 0 or day - records[i, DAY] >= detectable_days:
            counters[N_ACTIVE] -= 1
            active[j] = active[counters[N_ACTIVE]]
            continue
        j += 1
        since = day - records[i, INFECTIOUS_ON]
        if since < 0 or since >= profile.shape[0]:
            continue
        who = records[i, PERSON]
        word = words[who]
        spread = tables[T_SPREAD, records[i, SPREAD]] * profile[since]
        if records[i, ONSET] < 0:
            spread *= reals[ASYMPTOMATIC_FACTOR]
        where = AT_HOME
        if not word & QUARANTINED:
            where = whereabouts(who, people, places, place_state, locked, site_mode, site_share, base_seed)
        total = add_rates(
            spread, who, where, word & QUARANTINED != 0, word & CENTRAL != 0, people, places, rates, reals,
            home_scale, community, movement, boarding, school, work, locked, site_contact, today,
        )  # fmt: skip
        key = address(seed, who, day, _TRANSMIT)
        for a in range(poisson(uniform(key, 0), total)):
            draw = 8 * a + 1
            layer = layer_of(uniform(key, draw), today, total)
            other = meet(
                who, layer, where == LODGED, key, draw, people, places, members, boardings, commune_start,
                wholes[ROOM_SIZE], reals, community, movement, locked, slots, slot_of, counters[N_SLOTS],
            )  # fmt: skip
            if other >= 0 and is_reachable(
                other, layer, where, any_lodged, base_seed, people, places, place_state, locked, site_mode,
                site_share, words,
            ):  # fmt: skip
                infect(other, i, layer, records, words, touched, counters)
