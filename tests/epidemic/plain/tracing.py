"""Tracing: the contacts of cases that are found, then those of contacts, level by level."""

from __future__ import annotations

import math
from dataclasses import dataclass

from plain import luck
from plain.presence import Where, is_admitted, where
from plain.quarantine import Bond, quarantine
from plain.run import TRACE, Run
from plain.world import Infection, Person, Place, Stay
from songhanh.core.rng import Purpose
from songhanh.epidemic import Layer

# First draw of each list of contacts of one person: they stand far apart, so that no two lists share a draw.
_HOME, _HOUSE, _ROOMS, _LINE, _BEFORE, _AFTER, _BUS, _NAMED = (
    200, 300, 900, 1000, 10_000, 50_000, 90_000, 100_000,
)  # fmt: skip
_FAR = 1e9


@dataclass(frozen=True)
class Inquiry:
    """What the tracers ask one person about."""

    run: Run
    person: Person
    infection: Infection | None  # that of a case; of a contact, the one that nobody may know of
    found: list[float]  # probability that a contact is found, by layer

    def draw(self, i: int) -> float:
        """Return a draw of this person's contacts."""
        number = self.infection.earlier if self.infection is not None else 0
        return luck.uniform(luck.address(self.run.seed, self.person.number, number, Purpose.TRACE), i)

    def those_found(self, people: list[Person], layer: Layer, first: int) -> list[Person]:
        """Return who of a list is found; each draw says how many are passed over before the next one is.

        The person who is asked stands in the list and is passed over, without a draw of their own.
        """
        p, position, found = self.found[layer], 0, []
        if p <= 0.0:
            return []
        # The logarithm is turned into a factor first: this decides the last bit.
        scale = 1.0 / math.log(1.0 - p) if p < 1.0 else 0.0
        while True:
            if p < 1.0:
                position += int(min(_FAR, math.log(1.0 - self.draw(first)) * scale))
                first += 1
            if position >= len(people):
                return [other for other in found if other is not self.person]
            found.append(people[position])
            position += 1


Contacts = list[tuple[Person, Bond]]


def trace(run: Run) -> None:
    """Trace cases that wait longest first, then contacts; those found today are asked from tomorrow on."""
    waiting = {level: len(people) for level, people in run.to_ask.items()}
    run.to_trace += run.happening(TRACE)
    capacity = run.levers.trace_capacity
    cases, run.to_trace = run.to_trace[: capacity[0]], run.to_trace[capacity[0] :]
    run.books.trace_queue[run.day] = len(run.to_trace)
    if run.to_trace:
        run.note("cases wait for tracers")
    _ask(run, 0, [(case.person, case) for case in cases])
    for level in range(1, run.levers.trace_depth):
        number = min(waiting[level], capacity[level])
        asked, run.to_ask[level] = run.to_ask[level][:number], run.to_ask[level][number:]
        if waiting[level] > number:
            run.note(f"contacts of level {level} wait")
        # Who has become a case meanwhile is asked as a case, and who has been let go is not asked.
        still = [p for p in asked if p.in_quarantine and not (p.is_confirmed or p.is_dead or p.is_gone)]
        _ask(run, level, [(person, person.infection) for person in still])


def _ask(run: Run, level: int, people: list[tuple[Person, Infection | None]]) -> None:
    """Ask people of one level about their contacts, and do with those what the rule for the next level says."""
    share = run.levers.trace_share[level]
    found = [probability * share for probability in run.levers.trace]
    contacts: Contacts = []
    for person, infection in people:
        contacts += contacts_of(Inquiry(run, person, infection, found))
        run.note(f"asked at level {level}")
    run.books.traced[run.day, level] += quarantine(run, contacts, level + 1)


def contacts_of(inquiry: Inquiry) -> Contacts:
    """Return the contacts of one person that are found."""
    run, person, infection = inquiry.run, inquiry.person, inquiry.infection
    contacts: Contacts = []
    stay = infection.found_in if infection is not None else None
    if infection is not None and stay is not None:
        contacts += _in_rooms(inquiry, stay)
        if stay.entered < infection.infectious_on:
            run.note("met nobody outside quarantine")
            return contacts
    at = where(run, person)
    if at != Where.LODGED:
        contacts += [(p, Bond.HOME) for p in inquiry.those_found(person.household, Layer.HOUSEHOLD, _HOME)]
        contacts += _none(inquiry.those_found(person.house or [], Layer.BOARDING, _HOUSE))
        contacts += _none(_in_community(inquiry))
    return contacts + _none(_at_work(inquiry, at))


def _none(people: list[Person]) -> Contacts:
    return [(person, Bond.NONE) for person in people]


def _in_rooms(inquiry: Inquiry, stay: Stay) -> Contacts:
    """Return who is in the same group of rooms of a quarantine place."""
    run = inquiry.run
    size = run.numbers.days("quarantine_room_people", 1)
    first = stay.number // size * size
    contacts: Contacts = []
    for other in run.stays[first : first + size]:
        if other is stay or other.person.stay is not other or not other.person.in_place:
            continue
        if inquiry.draw(_ROOMS + other.number - first) < inquiry.found[Layer.QUARANTINE]:
            contacts.append((other.person, Bond.ROOM))
            run.note("contact in the same rooms")
    return contacts


def _in_community(inquiry: Inquiry) -> list[Person]:
    """Return whom they infected in the community, who infected them there, and bystanders."""
    run, person, infection = inquiry.run, inquiry.person, inquiry.infection
    found = inquiry.found[Layer.COMMUNITY]
    contacts = []
    if infection is not None and found > 0.0:
        for k, child in enumerate(reversed(infection.children)):
            if child.layer == Layer.COMMUNITY and inquiry.draw(_NAMED + 1 + k) < found:
                contacts.append(child.person)
                run.note("traced forward in the community")
        source = infection.source
        if source is not None and infection.layer == Layer.COMMUNITY and inquiry.draw(_NAMED) < found:
            contacts.append(source.person)
            run.note("traced backward in the community")
    commune = person.commune
    named = run.numbers.values["community_contacts_traceable"] * run.levers.community[commune.number]
    for a in range(luck.poisson(inquiry.draw(0), named * found)):
        other = commune.people[int(inquiry.draw(1 + a) * len(commune.people))]
        if other is not person:
            contacts.append(other)
    return contacts


def was_open(run: Run, place: Place) -> bool:
    """Tell whether people met at a place within the days that tracers ask about."""
    window = run.numbers.days("trace_window_days")
    if place.closed_until > 0 and run.day - place.closed_on > window:
        run.note("firm closed for longer than tracers ask")
        return False
    if place.is_at_site:
        last = run.sites_open.get(place.site)
    elif place.is_school:
        last = run.schools_open.get(place.commune)
    else:
        last = run.work_open.get(place.commune)
    if last is None or run.day - last > window:
        run.note("place closed for longer than tracers ask")
        return False
    return True


def _at_work(inquiry: Inquiry, at: Where) -> list[Person]:
    """Return contacts of the bus, of the line or class, and of the rest of the place: those who come there."""
    run, person, place = inquiry.run, inquiry.person, inquiry.person.place
    if place is None or not was_open(run, place):
        return []
    if place.is_at_site and not is_admitted(run, person):
        return []
    contacts: list[Person] = []
    if person.bus is not None and at != Where.LODGED:
        contacts += inquiry.those_found(person.bus, Layer.SHUTTLE, _BUS)
    before, line, after = place.parts(person)
    near, far = (Layer.CLASS, Layer.SCHOOL) if place.is_school else (Layer.LINE, Layer.PLANT)
    contacts += inquiry.those_found(line, near, _LINE)
    contacts += inquiry.those_found(before, far, _BEFORE)
    contacts += inquiry.those_found(after, far, _AFTER)
    return [other for other in contacts if not place.is_at_site or is_admitted(run, other)]
