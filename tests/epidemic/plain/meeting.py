"""Whom a contact of today is with, if the levers let it take place where the infectious person is."""

from __future__ import annotations

from enum import IntEnum

from plain import luck
from plain.numbers import Mixing
from plain.presence import Where, where
from plain.run import Contact, Run
from plain.world import Commune, Person
from songhanh.core.rng import Purpose
from songhanh.epidemic import Layer


class Draw(IntEnum):
    """What the eight draws of a contact are for: part of its address."""

    HAPPENS = 0
    WHOM = 1
    WHERE = 2
    THERE = 3
    COMES = 4
    AGE = 5
    TAKES = 6


def draw(run: Run, contact: Contact, what: Draw) -> float:
    """Return one draw of a contact."""
    infection = contact.infection
    key = luck.address(run.seed, infection.person.number, infection.earlier, Purpose.TRANSMIT)
    return luck.uniform(key, 8 * contact.number + what)


def one_of(people: list[Person], person: Person, u: float) -> Person | None:
    """Pick somebody else of a list."""
    others = [other for other in people if other is not person]
    return others[int(u * len(others))] if others else None


def most_rooms(run: Run, person: Person) -> float:
    """Return contacts between rooms in the setting that allows most of them, against an ordinary boarding house."""
    values, most = run.numbers.values, 0.0
    if person.house is not None:
        most = max(1.0, values["idle_boarding_factor"])
    if person.place is not None and person.place.is_at_site:
        most = max(most, values["dormitory_factor"])
    return most


def left_of(run: Run, person: Person, layer: Layer) -> float:
    """Return what today leaves of a layer's contacts, where the infectious person is (not of the community)."""
    levers, place = run.levers, person.place
    if layer == Layer.QUARANTINE or person.in_place:
        return 1.0 if layer == Layer.QUARANTINE and person.in_place else 0.0
    if person.in_quarantine:  # at home
        return 1.0 if layer == Layer.HOUSEHOLD else 0.0
    at = where(run, person)
    if layer == Layer.HOUSEHOLD:
        return 0.0 if at == Where.LODGED else 1.0
    if layer == Layer.BOARDING:
        return _left_between_rooms(run, person, at)
    if layer in (Layer.CLASS, Layer.SCHOOL):
        return levers.school[place.commune] if at == Where.SCHOOL else 0.0
    if layer == Layer.SHUTTLE:
        return levers.site_contact[place.site] if at == Where.WORK else 0.0
    if at not in (Where.WORK, Where.LODGED):
        return 0.0
    return levers.site_contact[place.site] if place.is_at_site else levers.work[place.commune]


def _left_between_rooms(run: Run, person: Person, at: Where) -> float:
    most = most_rooms(run, person)
    if at == Where.LODGED:
        return run.numbers.values["dormitory_factor"] / most
    if person.house is None:
        return 0.0
    factor = 1.0
    if person.place is not None and at == Where.HOME:
        factor = run.numbers.values["idle_boarding_factor"]
        run.note("idle lodger")
    return run.levers.boarding[person.commune.number] * factor / most


def whom(run: Run, contact: Contact) -> Person | None:
    """Return whom a contact is with: None if it is prevented, or there is nobody else."""
    person, layer = contact.infection.person, contact.layer
    if layer == Layer.COMMUNITY:
        if person.in_quarantine or where(run, person) == Where.LODGED:
            return None
        return _in_community(run, contact)
    left = left_of(run, person, layer)
    if draw(run, contact, Draw.HAPPENS) >= left:
        return None
    u = draw(run, contact, Draw.WHOM)
    if layer == Layer.HOUSEHOLD:
        return one_of(person.household, person, u)
    if layer == Layer.QUARANTINE:
        return _in_rooms(run, person, u)
    if layer == Layer.BOARDING:
        at_home = where(run, person) != Where.LODGED
        return one_of(person.house if at_home else person.place.people, person, u)
    if layer == Layer.SHUTTLE:  # the own seat is one of those that may be drawn
        other = person.bus[int(u * len(person.bus))]
        return other if other is not person else None
    if layer in (Layer.LINE, Layer.CLASS):
        return one_of(person.place.parts(person)[1], person, u)
    return one_of(person.place.people, person, u)


def _in_rooms(run: Run, person: Person, u: float) -> Person | None:
    """Pick somebody of the same group of rooms, unless they have been brought elsewhere since."""
    size = run.numbers.days("quarantine_room_people", 1)
    first = person.stay.number // size * size
    stays = [stay for stay in run.stays[first : first + size] if stay is not person.stay]
    if not stays:
        return None
    stay = stays[int(u * len(stays))]
    return stay.person if stay.person.stay is stay else None


def _in_community(run: Run, contact: Contact) -> Person | None:
    """Pick somebody of the own hamlet, of the commune, or of another commune."""
    person, numbers, levers = contact.infection.person, run.numbers, run.levers
    home, hamlet, age = person.commune, person.hamlet, person.age
    is_sealed_alone = hamlet.is_sealed and not levers.locked[home.number]
    share = numbers.values["share_hamlet"]
    near = share * numbers.hamlet_mixing[hamlet.number].contacts[age]
    in_commune = numbers.commune_mixing[home.number].contacts[age]
    x = draw(run, contact, Draw.WHERE) * (near + (1.0 - share) * in_commune)
    happens, left = draw(run, contact, Draw.HAPPENS), levers.community[home.number]
    if x < near:
        if is_sealed_alone:
            left = min(left, levers.sealed_community[home.number])
        if happens >= left:
            return None
        groups = [hamlet.of_age(a) for a in range(len(home.by_age))]
        return _of_some_age(run, contact, numbers.hamlet_mixing[hamlet.number], groups)
    if is_sealed_alone:
        run.note("sealed in")
        return None
    there = home
    if (x - near) / in_commune < numbers.values["share_out"]:
        run.note("contact abroad")
        left *= 0.0 if levers.locked[home.number] else levers.movement[home.number]
        there = _other_commune(run, contact)
        if there is not home:
            if levers.locked[there.number]:
                return None
            comes = levers.movement[there.number] * levers.community[there.number]
            if draw(run, contact, Draw.COMES) >= comes:
                return None
    if happens >= left:
        return None
    return _of_some_age(run, contact, numbers.commune_mixing[there.number], there.by_age)


def _other_commune(run: Run, contact: Contact) -> Commune:
    """Pick where a contact with another commune is: where a random neighbour works, or by size."""
    home, share = contact.infection.person.commune, run.numbers.values["share_commute"]
    u = draw(run, contact, Draw.THERE)
    if u < share:
        neighbour = home.people[int(u / share * len(home.people))]
        return run.world.communes[neighbour.place.commune] if neighbour.place is not None else home
    people = run.world.people
    return people[int((u - share) / (1.0 - share) * len(people))].commune


def _of_some_age(run: Run, contact: Contact, mixing: Mixing, groups: list[list[Person]]) -> Person | None:
    """Pick the age group, then anybody of it; the own person is nobody."""
    person, u = contact.infection.person, draw(run, contact, Draw.AGE)
    shares = mixing.shares[person.age]
    group = groups[next((a for a, share in enumerate(shares) if u < share), len(shares) - 1)]
    if not group:
        return None
    other = group[int(draw(run, contact, Draw.WHOM) * len(group))]
    return other if other is not person else None


def can_be_met(run: Run, person: Person, other: Person, layer: Layer) -> bool:
    """Tell whether the other one is today where the contacts of a layer are."""
    if other.is_isolated or other.is_dead or other.is_gone:
        return False
    if layer == Layer.QUARANTINE:
        return other.in_place
    if other.in_quarantine:
        return layer == Layer.HOUSEHOLD and not other.in_place
    is_sealed_alone = other.hamlet.is_sealed and not run.levers.locked[other.commune.number]
    if layer == Layer.COMMUNITY and is_sealed_alone and other.hamlet is not person.hamlet:
        run.note("other sealed off")
        return False
    at, theirs = where(run, person), where(run, other)
    if layer in (Layer.HOUSEHOLD, Layer.COMMUNITY) or (layer == Layer.BOARDING and at != Where.LODGED):
        return theirs != Where.LODGED
    return theirs == at
