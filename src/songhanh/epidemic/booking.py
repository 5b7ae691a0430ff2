"""Contacts to come: when, and in which layers, an infection may infect others."""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel, inline_kernel
from songhanh.core.rng import Purpose, address, poisson_many, uniform
from songhanh.epidemic.calendar import Calendar, done, push
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.groups import Counters, Days, Ints, Numbers, Reals, State
from songhanh.epidemic.layout import (
    AGE_MASK,
    ASYMPTOMATIC_FACTOR,
    BOARDING,
    COMMUNE,
    DORMITORY,
    FACTS,
    HAMLET,
    IDLE_BOARDING,
    INFECTIOUS_ON,
    KIND,
    LAYER_SHIFT,
    MEET,
    MEET_MASK,
    MEET_SHIFT,
    N_ACTIVE,
    NUMBER_MASK,
    NUMBER_SHIFT,
    ONSET,
    PERSON,
    PLACE,
    RANK,
    SHARE_HAMLET,
    SITE_FACTOR,
    SIZE_SHIFT,
    SPREAD,
    T_PROFILE,
    T_SPREAD,
    TABLE_SIZE,
    TRAITS,
    V_TRANSMISSIBILITY,
    VACCINATED_BIT,
    VACCINE_INFECTIOUSNESS,
    VARIANT_MASK,
)
from songhanh.epidemic.people import Packed
from songhanh.province.population import FIRM_AT_SITE, SCHOOL

_BOOK = int(Purpose.BOOK)
_HOUSEHOLD, _BOARDING, _LINE, _PLANT = (
    int(Layer.HOUSEHOLD),
    int(Layer.BOARDING),
    int(Layer.LINE),
    int(Layer.PLANT),
)
_CLASS, _SCHOOL, _COMMUNITY = int(Layer.CLASS), int(Layer.SCHOOL), int(Layer.COMMUNITY)
_SHUTTLE, _QUARANTINE = int(Layer.SHUTTLE), int(Layer.QUARANTINE)
_N_LAYERS = len(Layer) - 1  # in which somebody may infect


@inline_kernel
def rates_of(
    who: int,
    spread: float,
    people: Ints,
    places: Ints,
    bus_of: Ints,
    rates: Reals,
    reals: Reals,
    home_scale: Reals,
    hamlet_rows: Reals,
    commune_rows: Reals,
    expected: Reals,
) -> float:
    """Fill the infections expected by layer over the whole course of an infection (`expected`); return their sum.

    These are the most that any day allows: a day's levers, and where the person is, only lower them.
    """
    traits = people[who, TRAITS]
    age, size, place = traits & AGE_MASK, traits >> SIZE_SHIFT, people[who, PLACE]
    for layer in range(_N_LAYERS):
        expected[layer] = 0.0
    expected[_HOUSEHOLD] = spread * rates[_HOUSEHOLD] * home_scale[min(size, home_scale.shape[0] - 1)]
    share = reals[SHARE_HAMLET]
    expected[_COMMUNITY] = (
        spread
        * rates[_COMMUNITY]
        * (
            share * hamlet_rows[people[who, HAMLET], age]
            + (1.0 - share) * commune_rows[people[who, COMMUNE], age]
        )
    )
    expected[_QUARANTINE] = spread * rates[_QUARANTINE]
    most_rooms = 0.0
    if people[who, BOARDING] >= 0:
        most_rooms = max(1.0, reals[IDLE_BOARDING])
    if place >= 0:
        kind = places[place, KIND]
        if kind == SCHOOL:
            expected[_CLASS] = spread * rates[_CLASS]
            expected[_SCHOOL] = spread * rates[_SCHOOL]
        else:
            level = spread
            if kind == FIRM_AT_SITE:
                level = spread * reals[SITE_FACTOR]
                most_rooms = max(most_rooms, reals[DORMITORY])
                if bus_of[people[who, RANK]] >= 0:
                    expected[_SHUTTLE] = spread * rates[_SHUTTLE]
            expected[_LINE] = level * rates[_LINE]
            expected[_PLANT] = level * rates[_PLANT]
    expected[_BOARDING] = spread * rates[_BOARDING] * most_rooms
    total = 0.0
    for layer in range(_N_LAYERS):
        total += expected[layer]
    return total


@inline_kernel
def book_contacts(
    i: int,
    from_day: int,
    seed: np.uint64,
    people: Ints,
    places: Ints,
    bus_of: Ints,
    rates: Reals,
    reals: Reals,
    home_scale: Reals,
    hamlet_rows: Reals,
    commune_rows: Reals,
    variants: Reals,
    day_tables: Days,
    ratio_tables: Reals,
    records: Ints,
    expected: Reals,
    chunks: Counters,
    fill: Ints,
    following: Ints,
    heads: Ints,
    tails: Ints,
    marks: Counters,
    counters: Counters,
) -> None:
    """Draw when and in which layers an infection may infect others, from a day on."""
    who, facts = records[i, PERSON], records[i, FACTS]
    spread = ratio_tables[T_SPREAD, records[i, SPREAD]] * variants[facts & VARIANT_MASK, V_TRANSMISSIBILITY]
    if records[i, ONSET] < 0:
        spread *= reals[ASYMPTOMATIC_FACTOR]
    if facts & VACCINATED_BIT:
        spread *= reals[VACCINE_INFECTIOUSNESS]
    total = rates_of(
        who, spread, people, places, bus_of, rates, reals, home_scale, hamlet_rows, commune_rows, expected
    )
    key = address(seed, who, (facts >> NUMBER_SHIFT) & NUMBER_MASK, _BOOK)
    number = min(poisson_many(key, total), MEET_MASK)
    for a in range(number):
        day = records[i, INFECTIOUS_ON] + day_tables[T_PROFILE, int(uniform(key, 2 * a + 1) * TABLE_SIZE)]
        if day < from_day or day >= heads.shape[1]:
            continue
        x = uniform(key, 2 * a + 2) * total
        layer = 0
        while layer < _N_LAYERS - 1 and x >= expected[layer]:
            x -= expected[layer]
            layer += 1
        subject = (i << MEET_SHIFT) | (layer << LAYER_SHIFT) | a
        push(MEET, day, subject, chunks, fill, following, heads, tails, marks, counters)


@bare_kernel
def renew_contacts(day: int, seed: np.uint64, p: Packed, w: Numbers, s: State, cal: Calendar) -> None:
    """Draw anew, with another seed, the contacts to come of everybody infected so far."""
    chunks, fill, following, heads, tails, marks = cal
    expected = s.expected
    for later in range(day, heads.shape[1]):
        done(MEET, later, following, heads, tails, marks)
    for j in range(s.counters[N_ACTIVE]):
        book_contacts(
            s.active[j], day, seed, p.people, p.places, p.bus_of, w.rates, w.reals, w.home_scale, w.hamlet_rows,
            w.commune_rows, w.variants, w.day_tables, w.ratio_tables, s.records, expected, chunks, fill, following,
            heads, tails, marks, s.counters,
        )  # fmt: skip
