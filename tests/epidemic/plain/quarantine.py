"""Quarantine: contacts are taken to places or kept at home, as the rule for their level says."""

from __future__ import annotations

from enum import Enum

from plain.run import Run
from plain.testing import book_quarantine_tests
from plain.world import Person, Stay
from songhanh.response.contact import Action

_LAST_DAY = 65_535


class Bond(Enum):
    """Whether a contact goes on during quarantine."""

    NONE = 0
    HOME = 1  # the same household
    ROOM = 2  # neighbouring rooms of a quarantine place


def quarantine(run: Run, contacts: list[tuple[Person, Bond]], level: int) -> int:
    """Do with the contacts found what the rule for their level says; return how many are new.

    Who is monitored carries no mark, so everybody counts, as often as found.
    """
    action, days = run.levers.contact_action[level], run.levers.contact_days[level]
    if action == Action.MONITOR:
        if contacts:
            run.note("monitored")
        return len(contacts)
    if action == Action.NOTHING or days <= 0:
        return 0
    last = min(run.day + days, _LAST_DAY)
    return sum(_take(run, person, bond, level, action, last) for person, bond in contacts)


def _take(run: Run, person: Person, bond: Bond, level: int, action: int, last: int) -> bool:
    """Bring somebody into quarantine, move them to a place, or let their days begin again; tell who is new."""
    if person.is_confirmed or person.is_dead or person.is_gone:
        return False
    has_place = False
    if action == Action.CENTRAL:
        in_places = sum(other.in_place for other in run.world.people)
        has_place = in_places < run.levers.quarantine_places
        if not has_place:
            run.note("no place left")
    is_new = not person.in_quarantine
    if is_new or (has_place and not person.in_place):
        _bring(run, person, level, has_place)
        run.note("brought to a place" if has_place else "kept at home")
        if not is_new:
            run.note("moved to a place")
    else:
        is_together = bond is (Bond.ROOM if person.in_place else Bond.HOME)
        if not is_together or person.until >= last:
            return False
        run.totals["extended"] += 1
        run.note("begins again in a place" if person.in_place else "begins again at home")
    stay = person.stay
    if stay.level > level:
        run.note("counts as a nearer contact now")
        stay.level = level
    stay.entered, person.until = run.day, last
    if person.infection is not None:
        person.infection.has_tests_booked = False
    if level == 1:
        _book_tests(run, person, last)
    return is_new


def _bring(run: Run, person: Person, level: int, to_place: bool) -> None:
    """Begin a stay; whom that person met is asked later, if this level is asked at all."""
    person.stay = Stay(len(run.stays), person, level)
    run.stays.append(person.stay)
    person.in_quarantine, person.in_place = True, to_place
    if level < run.levers.trace_depth:
        run.to_ask[level].append(person)


def _book_tests(run: Run, person: Person, last: int) -> None:
    """Book the samples of a stay. Those booked before stay booked: nobody calls the laboratory."""
    for wait in run.levers.test_days:
        if wait > 0 and run.day + wait <= last:
            run.tests_due[run.day + wait] += 1
    if person.infection is not None:
        book_quarantine_tests(run, person.infection)
