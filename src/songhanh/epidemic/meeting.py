"""Whom an infectious person meets in a layer, and what the day's levers leave of a layer where the person is."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import inline_kernel
from songhanh.core.rng import uniform
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.groups import Bytes, Flags, Ints, Reals, Words
from songhanh.epidemic.layout import (
    AGE_MASK,
    BOARDING,
    COMMUNE,
    DORMITORY,
    END,
    EVER,
    HAMLET,
    IDLE_BOARDING,
    KIND,
    LINK_SHIFT,
    PLACE,
    PLACE_COMMUNE,
    RANK,
    SHARE_COMMUTE,
    SHARE_HAMLET,
    SHARE_OUT,
    SITE,
    SLOT,
    START,
    TRAITS,
    UNIT,
    WHO,
)
from songhanh.epidemic.people import age_bin
from songhanh.epidemic.presence import AT_HOME, AT_SCHOOL, AT_WORK, LODGED
from songhanh.province.population import FIRM_AT_SITE

_HOUSEHOLD, _BOARDING, _LINE, _PLANT = (
    int(Layer.HOUSEHOLD),
    int(Layer.BOARDING),
    int(Layer.LINE),
    int(Layer.PLANT),
)
_CLASS, _SCHOOL, _COMMUNITY = int(Layer.CLASS), int(Layer.SCHOOL), int(Layer.COMMUNITY)
_SHUTTLE, _QUARANTINE = int(Layer.SHUTTLE), int(Layer.QUARANTINE)
# What the draws of a contact are for, eight a contact.
HAPPENS, WHOM, WHERE, THERE, COMES, AGE, TAKES = range(7)


@inline_kernel
def chance(
    who: int,
    layer: int,
    where: int,
    in_quarantine: bool,
    in_place: bool,
    people: Ints,
    places: Ints,
    reals: Reals,
    boarding: Reals,
    school: Reals,
    work: Reals,
    site_contact: Reals,
) -> float:
    """Return what is left of a layer's contacts today, where an infectious person is; the community has its own."""
    if layer == _QUARANTINE:
        return 1.0 if in_place else 0.0
    if in_place:
        return 0.0
    if layer == _HOUSEHOLD:
        return 0.0 if where == LODGED else 1.0
    if in_quarantine:
        return 0.0
    place = people[who, PLACE]
    if layer == _BOARDING:
        most = max(1.0, reals[IDLE_BOARDING]) if people[who, BOARDING] >= 0 else 0.0
        if place >= 0 and places[place, KIND] == FIRM_AT_SITE:
            most = max(most, reals[DORMITORY])
        if where == LODGED:
            return reals[DORMITORY] / most
        if people[who, BOARDING] < 0:
            return 0.0
        idle = place >= 0 and where == AT_HOME
        return boarding[people[who, COMMUNE]] * (reals[IDLE_BOARDING] if idle else 1.0) / most
    if layer == _CLASS or layer == _SCHOOL:
        return school[places[place, PLACE_COMMUNE]] if where == AT_SCHOOL else 0.0
    if layer == _SHUTTLE:
        return site_contact[places[place, SITE]] if where == AT_WORK else 0.0
    if where != AT_WORK and where != LODGED:
        return 0.0
    if places[place, KIND] == FIRM_AT_SITE:
        return site_contact[places[place, SITE]]
    return work[places[place, PLACE_COMMUNE]]


@inline_kernel
def one_of(lo: int, hi: int, own: int, u: float) -> int:
    """Pick one of the positions lo..hi-1 but the own one, or -1 if there is no other."""
    if hi - lo < 2:
        return -1
    chosen = lo + int(u * (hi - lo - 1))
    return chosen + 1 if chosen >= own else chosen


@inline_kernel
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


@inline_kernel
def meet_rider(who: int, people: Ints, riders: Ints, bus_start: Ints, bus_of: Ints, v: float) -> int:
    """Pick somebody on the same bus, or -1 if that is the person."""
    bus = bus_of[people[who, RANK]]
    lo, hi = bus_start[bus], bus_start[bus + 1]
    other = riders[lo + int(v * (hi - lo))]
    return other if other != who else -1


@inline_kernel
def meet_in_quarantine(
    slot: int, room: int, slots: Ints, words: Words, records: Ints, n_slots: int, u: float
) -> int:
    """Pick somebody of the same group of rooms: those who were brought in just before or after."""
    lo = (slot // room) * room
    chosen = one_of(lo, min(lo + room, n_slots), slot, u)
    if chosen < 0:
        return -1
    other = slots[chosen, WHO]
    return other if slot_of(words[other], records) == chosen else -1


@inline_kernel
def slot_of(word: np.uint64, records: Ints) -> int:
    """Return the latest quarantine slot of a person, -1 never."""
    link = int(word >> LINK_SHIFT)
    return records[link - 1, SLOT] - 1 if word & EVER else link - 1


@inline_kernel
def in_age_group(
    commune: int, hamlet: int, all_hamlets: bool, ages: Reals, who: int, people: Ints, by_age: Ints, age_start: Ints,
    hamlet_start: Ints, u: float, v: float,
) -> int:  # fmt: skip
    """Pick somebody of an area: first the age group, as cumulative shares say, then anybody of it; -1 is nobody."""
    b = 0
    while b < ages.shape[0] - 1 and u >= ages[b]:
        b += 1
    if all_hamlets:
        k = age_bin(commune, hamlet_start[commune], b, hamlet_start)
        lo, hi = age_start[k], age_start[k + hamlet_start[commune + 1] - hamlet_start[commune]]
    else:
        k = age_bin(commune, hamlet, b, hamlet_start)
        lo, hi = age_start[k], age_start[k + 1]
    if hi <= lo:
        return -1
    other = by_age[lo + int(v * (hi - lo))]
    return other if other != who else -1


@inline_kernel
def meet_community(
    who: int, key: np.uint64, draw: int, p_people: Ints, places: Ints, by_age: Ints, age_start: Ints,
    hamlet_start: Ints, commune_start: Ints, reals: Reals, hamlet_rows: Reals, commune_rows: Reals,
    hamlet_ages: Reals, commune_ages: Reals, community: Reals, movement: Reals, sealed_community: Reals,
    locked: Flags, sealed: Bytes,
) -> int:  # fmt: skip
    """Pick somebody of the own hamlet, of the commune, or of another one; -1 if the contact is prevented."""
    home, hamlet = p_people[who, COMMUNE], p_people[who, HAMLET]
    age = p_people[who, TRAITS] & AGE_MASK
    share, out = reals[SHARE_HAMLET], reals[SHARE_OUT]
    happens, u, v = uniform(key, draw + HAPPENS), uniform(key, draw + AGE), uniform(key, draw + WHOM)
    near = share * hamlet_rows[hamlet, age]
    x = uniform(key, draw + WHERE) * (near + (1.0 - share) * commune_rows[home, age])
    if x < near:
        left = community[home]
        if sealed[hamlet] and not locked[home]:
            left = min(left, sealed_community[home])
        if happens >= left:
            return -1
        return in_age_group(
            home,
            hamlet,
            False,
            hamlet_ages[hamlet, age],
            who,
            p_people,
            by_age,
            age_start,
            hamlet_start,
            u,
            v,
        )
    if sealed[hamlet] and not locked[home]:
        return -1
    abroad = (x - near) / commune_rows[home, age] < out  # x is uniform over the rest
    commune = home
    left = community[home]
    if abroad:
        left *= 0.0 if locked[home] else movement[home]
        there = uniform(key, draw + THERE)
        if there < reals[SHARE_COMMUTE]:  # where a random neighbour works, else by size
            lo = commune_start[home]
            neighbour = lo + int(there / reals[SHARE_COMMUTE] * (commune_start[home + 1] - lo))
            if p_people[neighbour, PLACE] >= 0:
                commune = places[p_people[neighbour, PLACE], PLACE_COMMUNE]
        else:
            rest = (there - reals[SHARE_COMMUTE]) / (1.0 - reals[SHARE_COMMUTE])
            commune = p_people[int(rest * p_people.shape[0]), COMMUNE]
        if commune != home and locked[commune]:
            return -1
        if commune != home and uniform(key, draw + COMES) >= movement[commune] * community[commune]:
            return -1
    if happens >= left:
        return -1
    return in_age_group(
        commune, 0, True, commune_ages[commune, age], who, p_people, by_age, age_start, hamlet_start, u, v
    )
