"""Infections: those from outside, and what becomes of a new one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import kernel
from songhanh.core.rng import Purpose, address, uniform
from songhanh.epidemic.controls import Layer
from songhanh.epidemic.layout import (
    AGE_GROUP,
    AT_HOME,
    CARE,
    CHILD,
    COMMUNE,
    CRITICAL,
    DAY,
    EVER,
    FATAL,
    FOUND_ON,
    FULL,
    FULL_RECORDS,
    INFECTIOUS_ON,
    LAST_SLOT,
    LAYER,
    MILD,
    N_ACTIVE,
    N_RECORDS,
    NEXT_IMPORT,
    ONSET,
    ONSET_TO_WARD,
    OUTCOME,
    PENDING,
    PERSON,
    QUARANTINED,
    RECORD_SHIFT,
    ROOM,
    SEEK_TEST,
    SEVERE,
    SHARE_SYMPTOMATIC,
    SIBLING,
    SOURCE,
    SPREAD,
    STAGE,
    T_INCUBATION,
    T_LATENT,
    T_SEEK,
    TABLE_SIZE,
)
from songhanh.epidemic.state import Counters, Ints, Words, push, touch
from songhanh.epidemic.testing import book_quarantine_tests

Reals = NDArray[np.float64]
_NATURAL_HISTORY, _SEVERITY = int(Purpose.NATURAL_HISTORY), int(Purpose.SEVERITY)
_FROM_OUTSIDE = int(Layer.IMPORT)


@kernel
def infect(
    who: int, source: int, layer: int, records: Ints, words: Words, touched: Ints, counters: Counters
) -> None:
    """Open the record of an infection; `begin_infections` fills it at the end of the day's transmission."""
    position = counters[N_RECORDS]
    if position >= records.shape[0]:
        counters[FULL] = FULL_RECORDS
        return
    counters[N_RECORDS] = position + 1
    word = touch(who, words, touched, counters)
    words[who] = word | EVER | (np.uint64(position + 1) << RECORD_SHIFT)
    records[position, PERSON] = who
    records[position, SOURCE] = source
    records[position, LAYER] = layer


@kernel
def import_infections(
    day: int,
    imports: NDArray[np.int64],
    records: Ints,
    words: Words,
    touched: Ints,
    counters: Counters,
) -> None:
    """Infect who brings the infection in from outside today; ``imports`` is sorted by day."""
    i = counters[NEXT_IMPORT]
    while i < imports.shape[0] and imports[i, 1] <= day:
        if not words[imports[i, 0]] & EVER:
            infect(imports[i, 0], -1, _FROM_OUTSIDE, records, words, touched, counters)
        i += 1
    counters[NEXT_IMPORT] = i


@kernel
def outcome_of(u: float, age_group: int, severity: Reals) -> int:
    """Return how ill a person becomes: the same draw, thresholds by age."""
    if u < severity[2, age_group]:
        return FATAL
    if u < severity[1, age_group]:
        return CRITICAL
    if u < severity[0, age_group]:
        return SEVERE
    return MILD


@kernel
def begin_infections(
    day: int,
    first: int,
    seed: np.uint64,
    people: Ints,
    reals: Reals,
    wholes: Counters,
    tables: Reals,
    severity: Reals,
    words: Words,
    records: Ints,
    active: Ints,
    slots: Ints,
    slot_of: Ints,
    events: Ints,
    heads: Ints,
    counters: Counters,
    infections: Ints,
    infections_layer: Ints,
) -> None:
    """Draw the natural history of today's new infections and link each to the one that caused it."""
    for i in range(first, counters[N_RECORDS]):
        who = records[i, PERSON]
        key = address(seed, who, 0, _NATURAL_HISTORY)
        time = int(uniform(key, 0) * TABLE_SIZE)  # one draw for latency and incubation: they go together
        records[i, DAY] = day
        records[i, INFECTIOUS_ON] = day + int(tables[T_LATENT, time])
        records[i, SPREAD] = int(uniform(key, 1) * TABLE_SIZE)
        outcome = outcome_of(uniform(address(seed, who, 0, _SEVERITY), 0), people[who, AGE_GROUP], severity)
        records[i, OUTCOME] = outcome
        has_symptoms = outcome != MILD or uniform(key, 2) < reals[SHARE_SYMPTOMATIC]
        records[i, ONSET] = day + int(tables[T_INCUBATION, time]) if has_symptoms else -1
        records[i, STAGE] = AT_HOME
        records[i, PENDING] = 0
        records[i, FOUND_ON] = -1
        records[i, ROOM] = 0
        records[i, LAST_SLOT] = 0
        records[i, CHILD] = -1
        records[i, SIBLING] = -1
        source = records[i, SOURCE]
        if source >= 0:
            records[i, SIBLING] = records[source, CHILD]
            records[source, CHILD] = i
        active[counters[N_ACTIVE]] = i
        counters[N_ACTIVE] += 1
        infections[day, people[who, COMMUNE]] += 1
        infections_layer[day, records[i, LAYER]] += 1
        if has_symptoms:
            wait = int(tables[T_SEEK, int(uniform(key, 3) * TABLE_SIZE)])
            push(SEEK_TEST, records[i, ONSET] + wait, i, events, heads, counters)
        if outcome != MILD:
            push(CARE, records[i, ONSET] + wholes[ONSET_TO_WARD], i, events, heads, counters)
        if words[who] & QUARANTINED:
            book_quarantine_tests(day, i, who, slots, slot_of, wholes, records, events, heads, counters)
