"""What shuts for its cases: firms and hamlets, by the rules in force, from tomorrow on."""

from __future__ import annotations

from songhanh.core.jit import bare_kernel
from songhanh.epidemic.calendar import Calendar, done, push
from songhanh.epidemic.groups import Ints, Levers, State
from songhanh.epidemic.layout import (
    COMMUNE,
    FORGET_AREA,
    FORGET_CASE,
    HAMLET,
    KIND,
    PERSON,
    PLACE,
    SITE,
)
from songhanh.epidemic.opening import close_firm
from songhanh.epidemic.people import Packed
from songhanh.province.population import SCHOOL
from songhanh.response.zones import reaches, shut_until

_USUAL_WINDOW = 14  # days that cases are remembered where no rule says how long


@bare_kernel
def forget(kind: int, day: int, cases: Ints, cal: Calendar) -> None:
    """Take cases that have left the window off the counts."""
    chunk = cal.heads[kind, day]
    while chunk >= 0:
        for k in range(cal.fill[chunk]):
            cases[cal.chunks[chunk, k]] -= 1
        chunk = cal.following[chunk]
    done(kind, day, cal.following, cal.heads, cal.tails, cal.marks)


@bare_kernel
def close_firms(day: int, n_confirmed: int, p: Packed, v: Levers, s: State, cal: Calendar) -> None:
    """Count confirmed workers by firm over the window, and close firms with too many."""
    chunks, fill, following, heads, tails, marks = cal
    forget(FORGET_CASE, day, s.place_recent, cal)
    for j in range(n_confirmed):
        place = p.people[s.records[s.found_today[j], PERSON], PLACE]
        if place < 0 or p.places[place, KIND] == SCHOOL:
            continue
        site = p.places[place, SITE]
        window = v.firm_close_days[site] if v.firm_close_days[site] > 0 else _USUAL_WINDOW
        s.place_recent[place] += 1
        push(FORGET_CASE, day + window, place, chunks, fill, following, heads, tails, marks, s.counters)
        if reaches(s.place_recent[place], v.firm_close_cases[site]):
            if s.place_closed[place] == 0:
                close_firm(place, day, p, s)
            s.place_closed[place] = shut_until(day, window)


@bare_kernel
def seal_hamlets(day: int, n_confirmed: int, p: Packed, v: Levers, s: State, cal: Calendar) -> None:
    """Count confirmed residents by hamlet over the window, and seal hamlets with too many from tomorrow on."""
    chunks, fill, following, heads, tails, marks = cal
    forget(FORGET_AREA, day, s.hamlet_cases, cal)
    for j in range(n_confirmed):
        who = s.records[s.found_today[j], PERSON]
        commune, hamlet = p.people[who, COMMUNE], p.people[who, HAMLET]
        window = v.hamlet_seal_days[commune] if v.hamlet_seal_days[commune] > 0 else _USUAL_WINDOW
        s.hamlet_cases[hamlet] += 1
        push(FORGET_AREA, day + window, hamlet, chunks, fill, following, heads, tails, marks, s.counters)
        if reaches(s.hamlet_cases[hamlet], v.hamlet_seal_cases[commune]):
            s.hamlet_sealed_to[hamlet] = shut_until(day, window)
            s.sealed_by_rule[commune] = 1
