"""Transmission: each contact that may infect and falls on today takes place or is prevented.

Its chance to take place is what the day's levers leave of it where the infectious person is today; it then meets
somebody there at random, and is lost if that one is away, immune or out of reach.
"""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel, inline_kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.calendar import Calendar, done
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.groups import Bytes, Counters, Flags, Ints, Levers, Numbers, Reals, State, Words
from songhanh.epidemic.immunity import by_vaccine, days_since_dose
from songhanh.epidemic.infect import infect
from songhanh.epidemic.layout import (
    AGE_MASK,
    ANY_LODGED,
    BOARDING,
    CENTRAL,
    COMMUNE,
    DAY,
    DEAD,
    EVER,
    FACTS,
    FOUND_ON,
    FRESH,
    GONE,
    HAMLET,
    HOME_START,
    IMMUNE_DAYS,
    ISOLATED,
    LAYER_MASK,
    LAYER_SHIFT,
    LINK_SHIFT,
    MEET,
    MEET_MASK,
    MEET_SHIFT,
    N_CAMPAIGNS,
    N_SLOTS,
    NATURAL_FROM,
    NUMBER_MASK,
    NUMBER_SHIFT,
    PERSON,
    QUARANTINED,
    ROOM_SIZE,
    SIZE_SHIFT,
    TRAITS,
    V_INFECTION,
    V_NATURAL,
    V_NATURAL_ESCAPE,
    V_VACCINE_ESCAPE,
    VARIANT_MASK,
)
from songhanh.epidemic.meeting import (
    HAPPENS,
    TAKES,
    WHOM,
    chance,
    meet_community,
    meet_in_quarantine,
    meet_member,
    meet_rider,
    one_of,
    slot_of,
)
from songhanh.epidemic.people import Packed
from songhanh.epidemic.presence import AT_HOME, LODGED, fetch, whereabouts

_TRANSMIT = int(Purpose.TRANSMIT)
_HOUSEHOLD, _BOARDING, _LINE, _PLANT = (
    int(Layer.HOUSEHOLD),
    int(Layer.BOARDING),
    int(Layer.LINE),
    int(Layer.PLANT),
)
_CLASS, _SCHOOL, _COMMUNITY = int(Layer.CLASS), int(Layer.SCHOOL), int(Layer.COMMUNITY)
_SHUTTLE, _QUARANTINE = int(Layer.SHUTTLE), int(Layer.QUARANTINE)


@inline_kernel
def takes(
    other: int, day: int, variant: int, u: float, p: Ints, n_sectors: int, word: np.uint64, records: Ints,
    susceptibility: Reals, protection: Reals, variants: Reals, natural_from: int, campaigns: int, begins: Ints,
    coverage: Reals, doses: Reals, site_coverage: Reals, site_doses: Reals, base_seed: np.uint64,
) -> bool:  # fmt: skip
    """Tell whether a contact infects: age, vaccination and an earlier infection make it rarer."""
    left = susceptibility[p[other, TRAITS] & AGE_MASK]
    if word & EVER:
        since = day - records[int(word >> LINK_SHIFT) - 1, DAY]
        if since < natural_from:
            return False
        left *= 1.0 - protection[V_NATURAL, min(since, IMMUNE_DAYS - 1)] * (
            1.0 - variants[variant, V_NATURAL_ESCAPE]
        )
    if campaigns:
        since = days_since_dose(
            other, day, p, n_sectors, campaigns, begins, coverage, doses, site_coverage, site_doses, base_seed
        )
        left *= 1.0 - by_vaccine(V_INFECTION, since, variant, V_VACCINE_ESCAPE, protection, variants)
    return u < left


@inline_kernel
def can_be_met(
    who: int, other: int, word: np.uint64, layer: int, where: int, any_lodged: bool, base_seed: np.uint64, people: Ints,
    places: Ints, place_closed: Ints, sealed: Bytes, locked: Flags, site_mode: Bytes, site_share: Reals,
) -> bool:  # fmt: skip
    """Tell whether somebody who is neither isolated, dead nor gone is today where a layer's contacts are."""
    if layer == _QUARANTINE:
        return word & CENTRAL != 0
    if word & QUARANTINED:
        return layer == _HOUSEHOLD and word & CENTRAL == 0
    together = layer != _HOUSEHOLD and layer != _COMMUNITY and (layer != _BOARDING or where == LODGED)
    if layer == _COMMUNITY and is_sealed_off(who, other, people, sealed, locked):
        return False
    if not together and not any_lodged:
        return True
    there = whereabouts(other, people, places, place_closed, sealed, locked, site_mode, site_share, base_seed)
    return there == where if together else there != LODGED


@inline_kernel
def is_sealed_off(who: int, other: int, people: Ints, sealed: Bytes, locked: Flags) -> bool:
    """Tell whether a sealed hamlet lies between two people who would meet in the community."""
    hamlet = people[other, HAMLET]
    return sealed[hamlet] != 0 and hamlet != people[who, HAMLET] and not locked[people[other, COMMUNE]]


@inline_kernel
def meet(
    i: int, subject: int, who: int, word: np.uint64, where: int, key: np.uint64, room: int, p: Packed, w: Numbers,
    v: Levers, s: State,
) -> int:  # fmt: skip
    """Return whom a contact of today is with, or -1 if it does not take place."""
    people, places = p.people, p.places
    layer, draw = (subject >> LAYER_SHIFT) & LAYER_MASK, 8 * (subject & MEET_MASK)
    in_quarantine, in_place = word & QUARANTINED != 0, word & CENTRAL != 0
    other = -1
    if layer == _COMMUNITY:
        if not in_quarantine and where != LODGED:
            other = meet_community(
                who, key, draw, people, places, p.by_age, p.age_start, p.hamlet_start, p.commune_start, w.reals,
                w.hamlet_rows, w.commune_rows, w.hamlet_ages, w.commune_ages, v.community, v.movement,
                v.sealed_community, v.locked, s.sealed,
            )  # fmt: skip
    else:
        left = chance(
            who, layer, where, in_quarantine, in_place, people, places, w.reals, v.boarding, v.school, v.work,
            v.site_contact,
        )  # fmt: skip
        if left > 0.0 and uniform(key, draw + HAPPENS) < left:
            x = uniform(key, draw + WHOM)
            if layer == _HOUSEHOLD:
                lo = people[who, HOME_START]
                other = one_of(lo, lo + (people[who, TRAITS] >> SIZE_SHIFT), who, x)
            elif layer == _QUARANTINE:
                slot = slot_of(word, s.records)
                other = meet_in_quarantine(slot, room, s.slots, s.words, s.records, s.counters[N_SLOTS], x)
            elif layer == _SHUTTLE:
                other = meet_rider(who, people, p.riders, p.bus_start, p.bus_of, x)
            elif layer == _BOARDING and where != LODGED:
                house = people[who, BOARDING]
                other = one_of(p.boardings[house, 0], p.boardings[house, 1], who, x)
            else:
                other = meet_member(who, layer, people, places, p.members, x)
    return other


@bare_kernel
def keep_susceptible(number: int, met: Counters, words: Words, are_immune: bool) -> int:
    """Drop those who cannot be infected: isolated, dead or gone, and the ever infected while they are all immune."""
    barred = ISOLATED | DEAD | GONE | FRESH
    if are_immune:
        barred |= EVER
    kept = 0
    for k in range(number):
        if met[k] >= 0 and words[met[k]] & barred:
            met[k] = -1
        kept += met[k] >= 0
    return kept


@bare_kernel
def transmit(
    day: int, seed: np.uint64, base_seed: np.uint64, p: Packed, w: Numbers, v: Levers, s: State, cal: Calendar
) -> None:
    """Let the contacts of today take place; those infected are noted.

    A chunk at a time: who infects, whom they meet, whether that infects; the people of each step are fetched
    together.
    """
    people, words, records, counters = p.people, s.words, s.records, s.counters
    any_lodged, campaigns = counters[ANY_LODGED] > 0, counters[N_CAMPAIGNS]
    who, met, place = s.scratch[0], s.scratch[1], s.scratch[2]
    chunk = cal.heads[MEET, day]
    while chunk >= 0:
        number = cal.fill[chunk]
        for k in range(number):
            i = cal.chunks[chunk, k] >> MEET_SHIFT
            who[k] = records[i, PERSON] if records[i, FOUND_ON] < 0 else -1
        s.scratch[3, 0] = fetch(number, who, people, words)
        for k in range(number):
            met[k] = -1
            if who[k] < 0 or words[who[k]] & (ISOLATED | DEAD | GONE):
                continue
            subject = cal.chunks[chunk, k]
            i, layer, word = subject >> MEET_SHIFT, (subject >> LAYER_SHIFT) & LAYER_MASK, words[who[k]]
            is_local = layer == _HOUSEHOLD or layer == _COMMUNITY or layer == _QUARANTINE
            place[k] = AT_HOME
            if not word & QUARANTINED and (any_lodged or not is_local):
                place[k] = whereabouts(
                    who[k],
                    people,
                    p.places,
                    s.place_closed,
                    s.sealed,
                    v.locked,
                    v.site_mode,
                    v.site_share,
                    base_seed,
                )
            key = address(seed, who[k], (records[i, FACTS] >> NUMBER_SHIFT) & NUMBER_MASK, _TRANSMIT)
            met[k] = meet(i, subject, who[k], word, place[k], key, w.wholes[ROOM_SIZE], p, w, v, s)
        s.scratch[3, 1] = keep_susceptible(number, met, words, day < w.wholes[NATURAL_FROM])
        s.scratch[3, 2] = fetch(number, met, people, words)
        for k in range(number):
            if met[k] < 0 or words[met[k]] & FRESH:
                continue
            subject, theirs = cal.chunks[chunk, k], words[met[k]]
            i, layer = subject >> MEET_SHIFT, (subject >> LAYER_SHIFT) & LAYER_MASK
            key = address(seed, who[k], (records[i, FACTS] >> NUMBER_SHIFT) & NUMBER_MASK, _TRANSMIT)
            u = uniform(key, 8 * (subject & MEET_MASK) + TAKES)
            if can_be_met(
                who[k], met[k], theirs, layer, place[k], any_lodged, base_seed, people, p.places, s.place_closed, s.sealed,
                v.locked, v.site_mode, v.site_share,
            ) and takes(
                met[k], day, records[i, FACTS] & VARIANT_MASK, u, people, p.sizes[1], theirs, records, w.susceptibility,
                w.protection, w.variants, w.wholes[NATURAL_FROM], campaigns, s.campaign_from, s.coverage, s.doses,
                s.site_coverage, s.site_doses, base_seed,
            ):  # fmt: skip
                infect(met[k], i, layer, words, s.touched, s.fresh, counters)
        chunk = cal.following[chunk]
    done(MEET, day, cal.following, cal.heads, cal.tails, cal.marks)
