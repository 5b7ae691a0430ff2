"""The morning: which areas are sealed, which firms are closed, which lodgers leave or return, who is vaccinated."""

from __future__ import annotations

from songhanh.core.jit import bare_kernel, inline_kernel
from songhanh.core.modes import SiteMode
from songhanh.epidemic.calendar import CHUNK
from songhanh.epidemic.groups import (
    D_EXPORTED,
    D_GONE,
    Books,
    Ints,
    Levers,
    Reals,
    State,
    Words,
)
from songhanh.epidemic.layout import (
    ANY_DOSES,
    ANY_LODGED,
    AWAY_FIRM,
    CONFIRMED,
    DAY,
    DEAD,
    DETECTABLE_DAYS,
    END,
    EVER,
    GONE,
    HAMLET,
    HOMES_FROM,
    HOMES_TO,
    IN_ICU,
    IN_WARD,
    ISOLATED,
    LINK_SHIFT,
    MASS_SAMPLE,
    N_CAMPAIGNS,
    N_CLOSED,
    NOW_GONE,
    NOW_SEALED,
    PENDING,
    PLACE_CELL,
    QUARANTINED,
    RESULT_TO_COME,
    ROOMS_FROM,
    ROOMS_TO,
    SAME_LEVERS,
    SITE,
    STAGE,
    START,
    STILL_OPEN,
    URGENT_SAMPLE,
)
from songhanh.epidemic.people import Packed
from songhanh.epidemic.presence import count_out, fetch, reason, set_word, touch

_TWO_POINTS, _ON_SITE, _CLOSED = int(SiteMode.TWO_POINTS), int(SiteMode.ON_SITE), int(SiteMode.CLOSED)


@bare_kernel
def seal_workers(
    lo: int,
    hi: int,
    by: int,
    workers: Ints,
    words: Words,
    place_closed: Ints,
    place_away: Ints,
    absent: Ints,
    sealed_workers: Ints,
) -> None:
    """Count the workers of a hamlet as sealed in (1) or no longer (-1)."""
    for j in range(lo, hi):
        cell = workers[j, 1]
        why = reason(words[workers[j, 0]])
        if why >= 0:
            absent[cell, why] -= by
        else:
            count_out(cell, workers[j, 2], by, place_closed, place_away, absent)
        sealed_workers[cell] += by


@bare_kernel
def seal_areas(day: int, p: Packed, levers: Levers, s: State) -> None:
    """Seal hamlets of communes under lock-down and those that a rule seals; open those whose time is over."""
    hamlets, sealed, until = p.hamlets, s.sealed, s.hamlet_sealed_to
    for c in range(levers.locked.shape[0]):
        locked, rule = levers.locked[c], levers.hamlet_seal_cases[c]
        if s.sealed_by_rule[c] == 0 and locked == (s.was_locked[c] != 0):
            continue
        s.was_locked[c] = 1 if locked else 0
        s.sealed_by_rule[c] = 0
        for h in range(p.hamlet_start[c], p.hamlet_start[c + 1]):
            if rule == 0 or until[h] <= day:
                until[h] = 0
            else:
                s.sealed_by_rule[c] = 1
            shut = locked or until[h] > 0
            if shut == (sealed[h] != 0):
                continue
            by = 1 if shut else -1
            sealed[h] = 1 if shut else 0
            residents = (
                hamlets[h, HOMES_TO] - hamlets[h, HOMES_FROM] + hamlets[h, ROOMS_TO] - hamlets[h, ROOMS_FROM]
            )
            s.counters[NOW_SEALED] += by * residents
            seal_workers(
                p.worker_start[h], p.worker_start[h + 1], by, p.workers, s.words, s.place_closed, s.place_away,
                s.absent, s.sealed_workers,
            )  # fmt: skip


@inline_kernel
def last_day(day: int, is_open: bool, known: int) -> int:
    """Return the last day on which something was open, as known this morning."""
    if is_open:
        return STILL_OPEN
    return day - 1 if known == STILL_OPEN else known


@bare_kernel
def note_open(day: int, levers: Levers, s: State) -> None:
    """Note which sites, schools and workplaces are open, for the tracers, and whether anybody is lodged.

    Nothing changes while the levers stay: what is open is marked so, and gets its last day when it is closed.
    """
    if s.counters[SAME_LEVERS]:
        return
    last_open = s.last_open
    school, work, locked, site_mode = levers.school, levers.work, levers.locked, levers.site_mode
    for c in range(locked.shape[0]):
        last_open[1, c] = last_day(day, school[c] > 0.0 and not locked[c], last_open[1, c])
        last_open[2, c] = last_day(day, work[c] > 0.0 and not locked[c], last_open[2, c])
    s.counters[ANY_LODGED] = 0
    for k in range(site_mode.shape[0]):
        last_open[0, k] = last_day(day, site_mode[k] != _CLOSED, last_open[0, k])
        if site_mode[k] == _ON_SITE or site_mode[k] == _TWO_POINTS:
            s.counters[ANY_LODGED] = 1


@bare_kernel
def close_firm(place: int, day: int, p: Packed, s: State) -> None:
    """Close a firm: its workers who are not away for another reason count as kept from work by it."""
    cell = p.places[place, PLACE_CELL]
    if cell >= 0:
        workers = p.places[place, END] - p.places[place, START]
        s.absent[cell, AWAY_FIRM] += workers - s.place_away[place]
    s.place_closed_on[place] = day
    s.closed[s.counters[N_CLOSED]] = place
    s.counters[N_CLOSED] += 1


@bare_kernel
def reopen_firms(day: int, p: Packed, levers: Levers, s: State) -> None:
    """Reopen firms whose time is over, or whose rule has been lifted."""
    kept = 0
    for j in range(s.counters[N_CLOSED]):
        place = s.closed[j]
        if day < s.place_closed[place] and levers.firm_close_cases[p.places[place, SITE]] > 0:
            s.closed[kept] = place
            kept += 1
            continue
        cell = p.places[place, PLACE_CELL]
        if cell >= 0:
            workers = p.places[place, END] - p.places[place, START]
            s.absent[cell, AWAY_FIRM] -= workers - s.place_away[place]
        s.place_closed[place] = 0
    s.counters[N_CLOSED] = kept


@bare_kernel
def may_leave(day: int, who: int, p: Packed, s: State) -> bool:
    """Tell whether nothing keeps a lodger here: illness, isolation, quarantine, a sealed hamlet, a result to come."""
    word = s.words[who]
    if word & (DEAD | ISOLATED | QUARANTINED) or s.sealed[p.people[who, HAMLET]]:
        return False
    if not word & EVER:
        return True
    i = int(word >> LINK_SHIFT) - 1
    in_ward = s.records[i, STAGE] == IN_WARD or s.records[i, STAGE] == IN_ICU
    return not in_ward and s.records[i, PENDING] & (URGENT_SAMPLE | MASS_SAMPLE | RESULT_TO_COME) == 0


@bare_kernel
def move_lodgers(day: int, p: Packed, levers: Levers, s: State, books: Books) -> None:
    """Let lodgers leave the province or return, in their own order, until the share ordered is away.

    Infections not found by then are exported.
    """
    words, counters, some = s.words, s.counters, s.scratch[0]
    books.daily[D_GONE, day] = counters[NOW_GONE]
    if counters[SAME_LEVERS]:
        return
    for c in range(levers.lodgers_away.shape[0]):
        first = p.lodger_start[c]
        target = int(levers.lodgers_away[c] * (p.lodger_start[c + 1] - first) + 0.5)
        while s.lodgers_gone[c] != target:
            leave = s.lodgers_gone[c] < target
            number = min(CHUNK, abs(target - s.lodgers_gone[c]))
            for k in range(number):
                some[k] = p.lodgers[first + s.lodgers_gone[c] + (k if leave else -1 - k)]
            s.lodgers_gone[c] += number if leave else -number
            s.scratch[3, 0] = fetch(number, some, p.people, words)
            for k in range(number):
                who = some[k]
                if leave and may_leave(day, who, p, s):
                    word = touch(who, words, s.touched, counters)
                    is_unknown = word & EVER != 0 and word & CONFIRMED == 0
                    if is_unknown and day - s.records[int(word >> LINK_SHIFT) - 1, DAY] < DETECTABLE_DAYS:
                        books.daily[D_EXPORTED, day] += 1
                    set_word(
                        who, word | GONE, words, p.people, s.sealed, s.place_closed, s.place_away, s.absent
                    )
                    counters[NOW_GONE] += 1
                elif not leave and words[who] & GONE:
                    back = words[who] & ~GONE
                    set_word(who, back, words, p.people, s.sealed, s.place_closed, s.place_away, s.absent)
                    counters[NOW_GONE] -= 1
    books.daily[D_GONE, day] = counters[NOW_GONE]


@bare_kernel
def begin_campaign(k: int, days: int, share: Reals, dose: Reals, today: Reals) -> None:
    """Begin campaign ``k`` with today's doses where the one before it, of so many days, has come to."""
    for group in range(today.shape[0]):
        share[k, group] = min(share[k - 1, group] + days * dose[k - 1, group], 1.0) if k > 0 else 0.0
        dose[k, group] = today[group]


@bare_kernel
def goes_on(k: int, dose: Reals, today: Reals) -> bool:
    """Tell whether as many doses are given today as in campaign ``k``."""
    others = 0
    for group in range(today.shape[0]):
        others += dose[k, group] != today[group]
    return others == 0


@bare_kernel
def vaccinate(day: int, levers: Levers, s: State) -> None:
    """Give today's first doses; nobody gets two.

    Who is next in a group is a fixed order of its people, so no state a person is kept, and as many doses a day as
    the day before need no work at all: the cost follows the infections whose contacts are looked up, not the doses.
    """
    counters = s.counters
    k = counters[N_CAMPAIGNS]
    if counters[SAME_LEVERS] or (k == 0 and not levers.whole[ANY_DOSES]):
        return
    if (
        k > 0
        and goes_on(k - 1, s.doses, levers.vaccination)
        and goes_on(k - 1, s.site_doses, levers.site_vaccination)
    ):
        return
    days = day - s.campaign_from[k - 1] if k > 0 else 0
    begin_campaign(k, days, s.coverage, s.doses, levers.vaccination)
    begin_campaign(k, days, s.site_coverage, s.site_doses, levers.site_vaccination)
    s.campaign_from[k] = day
    counters[N_CAMPAIGNS] = k + 1
