"""Who is where on a working day, and who is away from work and why."""

from __future__ import annotations

from enum import IntEnum

from plain import luck
from plain.run import IN_ICU, IN_WARD, Run
from plain.world import Person
from songhanh.core.modes import SiteMode
from songhanh.core.rng import Purpose

DEAD, ISOLATED, QUARANTINED, FIRM_CLOSED, GONE = 2, 0, 1, 3, 4  # columns of `EpidemicResult.absent`


class Where(IntEnum):
    """Where somebody spends the working day."""

    HOME = 0
    WORK = 1
    LODGED = 2  # at work, day and night
    SCHOOL = 3


def is_admitted(run: Run, person: Person) -> bool:
    """Tell whether a worker of a site is among the share that is admitted: always the same people first."""
    share = run.levers.site_share[person.place.site]
    return luck.uniform(luck.address(run.base_seed, person.number, 0, Purpose.LODGE), 0) < share


def where(run: Run, person: Person) -> Where:
    """Return where somebody would be today who is neither isolated nor in quarantine."""
    place, levers = person.place, run.levers
    if place is None or place.closed_until > 0:
        return Where.HOME
    if place.is_at_site:
        mode = levers.site_mode[place.site]
        if mode == SiteMode.CLOSED:
            return Where.HOME
        if not is_admitted(run, person):
            run.note("worker not admitted")
            return Where.HOME
        if mode in (SiteMode.ON_SITE, SiteMode.TWO_POINTS):
            return Where.LODGED
        return Where.HOME if person.hamlet.is_sealed else Where.WORK
    if person.hamlet.is_sealed or levers.locked[place.commune]:
        return Where.HOME
    return Where.SCHOOL if place.is_school else Where.WORK


def why_away(person: Person) -> int:
    """Return why somebody cannot come to work, the strongest reason, or -1."""
    if person.is_dead:
        return DEAD
    if person.is_isolated:
        return ISOLATED
    if person.in_quarantine:
        return QUARANTINED
    if person.is_gone:
        return GONE
    if person.place is not None and person.place.closed_until > 0:
        return FIRM_CLOSED
    return -1


def count_evening(run: Run) -> None:
    """Visit everybody and write down how many are where, and how many workers are away."""
    books, day = run.books, run.day
    for person in run.world.people:
        books.hospital[day] += person.is_isolated
        books.quarantined[day] += person.in_quarantine
        books.in_places[day] += person.in_place
        books.sealed[day] += person.hamlet.is_sealed
        if person.cell < 0:
            continue
        if person.hamlet.is_sealed:  # counted there and nowhere else
            books.locked[day, person.cell] += 1
            if person.is_gone or person.is_isolated:
                run.note("sealed worker away for another reason too")
            continue
        reason = why_away(person)
        if reason >= 0:
            books.absent[day, person.cell, reason] += 1
            run.note(f"away {reason}")
    for infection in run.infections:
        books.severe[day] += infection.stage == IN_WARD
        books.icu[day] += infection.stage == IN_ICU
