"""Infections: those from outside, and what becomes of a new one.

The contacts that may infect are drawn at the moment of infection, as many as there would be without any measure;
on its day each takes place or is prevented. So the cost follows infections, not days, and two plans share every
contact that neither of them touches.
"""

from __future__ import annotations

import numpy as np

from songhanh.core.jit import bare_kernel, inline_kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.booking import book_contacts
from songhanh.epidemic.calendar import Calendar, push
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.groups import Books, Counters, Ints, Levers, Numbers, Reals, State, Words
from songhanh.epidemic.immunity import by_vaccine, days_since_dose
from songhanh.epidemic.layout import (
    AGE_MASK,
    AT_HOME,
    CARE,
    CHILD,
    COMMUNE,
    CONFIRMED,
    CRITICAL,
    DAY,
    DEAD,
    EVER,
    FACTS,
    FATAL,
    FOUND_AS,
    FOUND_ON,
    FRESH,
    FULL,
    FULL_RECORDS,
    GONE,
    INFECTIOUS_ON,
    ISOLATED,
    LAYER,
    LINK_SHIFT,
    LOW_MASK,
    MILD,
    N_ACTIVE,
    N_BREAKTHROUGH,
    N_CAMPAIGNS,
    N_NEW,
    N_RECORDS,
    N_REINFECTED,
    NATURAL_FROM,
    NATURAL_SEVERE,
    NEXT_IMPORT,
    NUMBER_MASK,
    NUMBER_SHIFT,
    ONSET,
    ONSET_TO_WARD,
    OUTCOME,
    PENDING,
    PERSON,
    QUARANTINED,
    SEEK_TEST,
    SEVERE,
    SHARE_SYMPTOMATIC,
    SIBLING,
    SLOT,
    SOURCE,
    SPREAD,
    STAGE,
    T_INCUBATION,
    T_LATENT,
    T_SEEK,
    TABLE_SIZE,
    TRAITS,
    V_INCUBATION,
    V_LATENT,
    V_SEVERE,
    V_SEVERITY,
    V_VACCINE_ESCAPE,
    VACCINATED_BIT,
    VARIANT_MASK,
)
from songhanh.epidemic.people import Packed
from songhanh.epidemic.presence import touch
from songhanh.epidemic.testing import book_quarantine_tests

_NATURAL_HISTORY, _SEVERITY = int(Purpose.NATURAL_HISTORY), int(Purpose.SEVERITY)
_FROM_OUTSIDE = int(Layer.IMPORT)


@bare_kernel
def infect(
    who: int, source: int, layer: int, words: Words, touched: Ints, fresh: Ints, counters: Counters
) -> None:
    """Note a new infection; `begin_infections` gives it a record at the end of the day's contacts.

    An import carries its variant in place of a source: -1 - variant.
    """
    position = counters[N_NEW]
    if counters[N_RECORDS] + position >= fresh.shape[0]:
        counters[FULL] = FULL_RECORDS
        return
    counters[N_NEW] = position + 1
    words[who] = touch(who, words, touched, counters) | FRESH
    fresh[position, 0] = who
    fresh[position, 1] = source
    fresh[position, 2] = layer


@bare_kernel
def import_infections(day: int, w: Numbers, s: State) -> None:
    """Infect who brings the infection in from outside today; ``imports`` is sorted by day."""
    imports, words = w.imports, s.words
    i = s.counters[NEXT_IMPORT]
    while i < imports.shape[0] and imports[i, 1] <= day:
        who = imports[i, 0]
        word = words[who]
        free = not word & (FRESH | ISOLATED | DEAD | GONE)
        if free and word & EVER:
            free = day - s.records[int(word >> LINK_SHIFT) - 1, DAY] >= w.wholes[NATURAL_FROM]
        if free:
            infect(who, -1 - imports[i, 2], _FROM_OUTSIDE, words, s.touched, s.fresh, s.counters)
        i += 1
    s.counters[NEXT_IMPORT] = i


@inline_kernel
def outcome_of(u: float, age_group: int, factor: float, severity: Reals) -> int:
    """Return how ill a person becomes: the same draw, thresholds by age and by what makes severe illness rarer."""
    if u < severity[2, age_group] * factor:
        return FATAL
    if u < severity[1, age_group] * factor:
        return CRITICAL
    if u < severity[0, age_group] * factor:
        return SEVERE
    return MILD


@bare_kernel
def sort_by_commune(fresh: Ints, number: int, people: Ints, start: Counters, ordered: Ints) -> None:
    """Put today's infections in the order of communes: neighbours in memory infect neighbours in memory."""
    n_communes = start.shape[0] - 1
    start[:] = 0
    for j in range(number):
        start[people[fresh[j, 0], COMMUNE] + 1] += 1
    for c in range(n_communes):
        start[c + 1] += start[c]
    for j in range(number):
        c = people[fresh[j, 0], COMMUNE]
        for k in range(3):
            ordered[start[c], k] = fresh[j, k]
        start[c] += 1


@inline_kernel
def describe(i: int, who: int, source: int, layer: int, day: int, seed: np.uint64, base_seed: np.uint64, p: Packed,
             w: Numbers, s: State) -> None:  # fmt: skip
    """Fill the record of an infection with its natural history, and link the person to it."""
    records, words, reals, day_tables = s.records, s.words, w.reals, w.day_tables
    word = words[who]
    number, slot = 0, int(word >> LINK_SHIFT)  # before a first infection the link is the quarantine slot
    if word & EVER:
        earlier = slot - 1
        number = min(((records[earlier, FACTS] >> NUMBER_SHIFT) & NUMBER_MASK) + 1, NUMBER_MASK)
        slot = records[earlier, SLOT]
        s.counters[N_REINFECTED] += 1
    words[who] = (word & LOW_MASK & ~(FRESH | CONFIRMED)) | EVER | (np.uint64(i + 1) << LINK_SHIFT)
    variant = -1 - source if source < 0 else records[source, FACTS] & VARIANT_MASK
    since = -1
    campaigns = s.counters[N_CAMPAIGNS]
    if campaigns:
        since = days_since_dose(
            who, day, p.people, p.sizes[1], campaigns, s.campaign_from, s.coverage, s.doses, s.site_coverage,
            s.site_doses, base_seed,
        )  # fmt: skip
        if since >= 0:
            s.counters[N_BREAKTHROUGH] += 1
    factor = w.variants[variant, V_SEVERITY]
    factor *= 1.0 - by_vaccine(V_SEVERE, since, variant, V_VACCINE_ESCAPE, w.protection, w.variants)
    if number > 0:
        factor *= 1.0 - reals[NATURAL_SEVERE]
    key = address(seed, who, number, _NATURAL_HISTORY)
    time = int(uniform(key, 0) * TABLE_SIZE)  # one draw for latency and incubation: they go together
    age = p.people[who, TRAITS] & AGE_MASK
    outcome = outcome_of(uniform(address(seed, who, number, _SEVERITY), 0), age, factor, w.severity)
    has_symptoms = outcome != MILD or uniform(key, 2) < reals[SHARE_SYMPTOMATIC]
    records[i, PERSON] = who
    records[i, SOURCE] = max(source, -1)
    records[i, DAY] = day
    records[i, INFECTIOUS_ON] = day + max(
        1, int(day_tables[T_LATENT, time] * w.variants[variant, V_LATENT] + 0.5)
    )
    incubation = max(1, int(day_tables[T_INCUBATION, time] * w.variants[variant, V_INCUBATION] + 0.5))
    records[i, ONSET] = day + incubation if has_symptoms else -1
    records[i, LAYER] = layer
    records[i, SPREAD] = int(uniform(key, 1) * TABLE_SIZE)
    records[i, OUTCOME] = outcome
    records[i, STAGE] = AT_HOME
    records[i, PENDING] = 0
    records[i, FOUND_ON] = -1
    records[i, SLOT] = slot
    records[i, CHILD] = -1
    records[i, SIBLING] = -1
    records[i, FACTS] = variant | (number << NUMBER_SHIFT) | (VACCINATED_BIT if since >= 0 else 0)
    records[i, FOUND_AS] = -1


@bare_kernel
def begin_infections(day: int, seed: np.uint64, base_seed: np.uint64, p: Packed, w: Numbers, v: Levers, s: State,
                     cal: Calendar, books: Books) -> None:  # fmt: skip
    """Give today's infections a record each: natural history, contacts to come, link to the one that caused it."""
    people, words, records, counters, ordered = p.people, s.words, s.records, s.counters, s.sorted
    chunks, fill, following, heads, tails, marks = cal
    day_tables, variants, reals = w.day_tables, w.variants, w.reals
    number = counters[N_NEW]
    if number == 0:
        return
    sort_by_commune(s.fresh, number, people, s.commune_marks, ordered)
    expected = s.expected
    for j in range(number):
        i = counters[N_RECORDS]
        counters[N_RECORDS] = i + 1
        who, source = ordered[j, 0], ordered[j, 1]
        describe(i, who, source, ordered[j, 2], day, seed, base_seed, p, w, s)
        if source >= 0:
            records[i, SIBLING] = records[source, CHILD]
            records[source, CHILD] = i
        s.active[counters[N_ACTIVE]] = i
        counters[N_ACTIVE] += 1
        age = people[who, TRAITS] & AGE_MASK
        books.infections[day, people[who, COMMUNE]] += 1
        books.infections_layer[day, records[i, LAYER]] += 1
        books.infections_age[day, age] += 1
        books.infections_variant[day, records[i, FACTS] & VARIANT_MASK] += 1
        book_contacts(
            i, day + 1, seed, people, p.places, p.bus_of, w.rates, reals, w.home_scale, w.hamlet_rows, w.commune_rows,
            variants, day_tables, w.ratio_tables, records, expected, chunks, fill, following, heads, tails, marks,
            counters,
        )  # fmt: skip
        if records[i, ONSET] >= 0:
            key = address(seed, who, (records[i, FACTS] >> NUMBER_SHIFT) & NUMBER_MASK, _NATURAL_HISTORY)
            wait = day_tables[T_SEEK, int(uniform(key, 3) * TABLE_SIZE)]
            push(
                SEEK_TEST, records[i, ONSET] + wait, i, chunks, fill, following, heads, tails, marks, counters
            )
        if records[i, OUTCOME] != MILD:
            ill = records[i, ONSET] + w.wholes[ONSET_TO_WARD]
            push(CARE, ill, i, chunks, fill, following, heads, tails, marks, counters)
        if words[who] & QUARANTINED:
            book_quarantine_tests(
                day, i, v.test_days, s.slots, records, chunks, fill, following, heads, tails, marks, counters
            )
    counters[N_NEW] = 0
