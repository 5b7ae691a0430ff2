"""People, homes, hamlets, communes, places and buses as objects, made from a population by simple grouping."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from plain import luck
from songhanh.core.rng import Purpose
from songhanh.epidemic import parameter_table
from songhanh.province.population import FIRM_AT_SITE, SCHOOL, Population

N_AGES = 9


@dataclass(eq=False)
class Hamlet:
    """A part of a commune; a rule may seal it."""

    number: int
    commune: Commune
    people: list[Person] = field(default_factory=list)
    cases: int = 0  # confirmed residents within the window of the rule
    sealed_until: int = 0  # first day on which it may open again, 0: no rule seals it
    is_sealed: bool = False  # by a rule, or because the commune is under lock-down

    def of_age(self, age: int) -> list[Person]:
        """Return its people of one age group."""
        return [person for person in self.people if person.age == age]


@dataclass(eq=False)
class Commune:
    """A commune: its hamlets, its people, and its lodgers in the order in which they would leave."""

    number: int
    hamlets: list[Hamlet] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    lodgers: list[Person] = field(default_factory=list)
    n_called: int = 0  # lodgers who have been called to leave
    by_age: list[list[Person]] = field(default_factory=list)  # hamlet by hamlet


@dataclass(eq=False)
class Place:
    """A firm or a school."""

    number: int
    kind: int
    site: int  # the number of sites for the rest of the province
    commune: int
    unit: int
    people: list[Person] = field(default_factory=list)
    closed_until: int = 0  # first day on which a firm closed for its cases may open, 0: open
    closed_on: int = 0
    cases: int = 0  # confirmed workers within the window of the rule

    @property
    def is_at_site(self) -> bool:
        """Tell whether it is a firm of an industrial park."""
        return self.kind == FIRM_AT_SITE

    @property
    def is_school(self) -> bool:
        """Tell whether it is a school."""
        return self.kind == SCHOOL

    def parts(self, person: Person) -> tuple[list[Person], list[Person], list[Person]]:
        """Return who stands before, in and after the line or class of a member, in the order of the list."""
        first = self.people.index(person) // self.unit * self.unit
        return self.people[:first], self.people[first : first + self.unit], self.people[first + self.unit :]


@dataclass(eq=False)
class Stay:
    """A stay in quarantine. Those brought in just before and after share rooms, whoever is in a place."""

    number: int
    person: Person
    level: int  # 1 for F1
    entered: int = 0


@dataclass(eq=False)
class Infection:
    """One infection of one person."""

    number: int
    person: Person
    source: Infection | None
    layer: int
    variant: int
    day: int
    earlier: int  # infections of the same person before
    vaccinated: bool = False
    infectious_on: int = 0
    onset: int = -1
    spread: int = 0  # position in the table of individual infectiousness
    outcome: int = 0
    stage: int = 0
    found_on: int = -1
    found_as: int = -1
    found_in: Stay | None = None  # the stay in a quarantine place during which it was confirmed
    children: list[Infection] = field(default_factory=list)
    waits_urgent: bool = False  # a positive sample waits in that queue of the laboratory
    waits_screening: bool = False
    result_to_come: int = 0  # positive samples that have been run and are not yet reported
    has_tests_booked: bool = False


@dataclass(eq=False)
class Person:
    """Somebody: where they belong, and how they are."""

    number: int
    age: int  # age group
    hamlet: Hamlet
    household: list[Person]
    house: list[Person] | None  # everybody in the same boarding house
    is_lodger: bool
    cell: int  # work cell, -1 no job
    site: int  # site of the job, -1 none
    place: Place | None = None
    bus: list[Person] | None = None

    infection: Infection | None = None  # the latest
    is_caught: bool = False  # infected today, course not yet drawn
    is_isolated: bool = False
    is_dead: bool = False
    is_confirmed: bool = False  # in the course of the latest infection
    is_gone: bool = False  # outside the province
    in_quarantine: bool = False
    in_place: bool = False  # in quarantine, and not at home
    until: int = 0  # last day of quarantine
    stay: Stay | None = None  # the latest
    case: Infection | None = None  # for which they are isolated

    @property
    def commune(self) -> Commune:
        """Return where they live."""
        return self.hamlet.commune


@dataclass(eq=False)
class World:
    """A province."""

    people: list[Person]
    hamlets: list[Hamlet]
    communes: list[Commune]
    places: list[Place]
    n_sites: int
    n_sectors: int

    def workers_of_site(self, site: int) -> list[Person]:
        """Return who has a job at a site."""
        return [person for person in self.people if person.site == site]


def world_of(population: Population) -> World:
    """Make the objects of a population."""
    communes = [Commune(c) for c in range(population.n_communes)]
    hamlets: list[Hamlet] = []
    for commune in communes:
        lo, hi = population.hamlet_start[commune.number : commune.number + 2].tolist()
        commune.hamlets = [Hamlet(h, commune) for h in range(lo, hi)]
        hamlets += commune.hamlets
    people = _people(population, hamlets)
    places = _places(population, people)
    world = World(people, hamlets, communes, places, population.n_sites, population.n_sectors)
    for commune in communes:
        commune.people = [person for person in people if person.commune is commune]
        lodgers = [person for person in commune.people if person.is_lodger]
        # Who leaves first is luck of the people themselves, the same in every run.
        commune.lodgers = sorted(lodgers, key=lambda p: luck.address(0, p.number, 1, Purpose.LODGE))
        commune.by_age = [[p for h in commune.hamlets for p in h.of_age(a)] for a in range(N_AGES)]
    _fill_buses(world)
    return world


def _people(population: Population, hamlets: list[Hamlet]) -> list[Person]:
    homes: dict[int, list[Person]] = defaultdict(list)
    houses: dict[int, list[Person]] = defaultdict(list)
    people: list[Person] = []
    for number, age in enumerate(population.age.tolist()):
        household = int(population.household[number])
        house = int(population.household_boarding[household])
        cell = int(population.work_cell[number])
        hamlet = hamlets[population.household_hamlet[household]]
        person = Person(
            number,
            age=min(age // 10, N_AGES - 1),
            hamlet=hamlet,
            household=homes[household],
            house=houses[house] if house >= 0 else None,
            is_lodger=bool(population.lodger[number]),
            cell=cell,
            site=cell // population.n_sectors if cell >= 0 else -1,
        )
        person.household.append(person)
        if person.house is not None:
            person.house.append(person)
        hamlet.people.append(person)
        people.append(person)
    return people


def _places(population: Population, people: list[Person]) -> list[Place]:
    places: list[Place] = []
    for number in range(population.n_places):
        place = Place(
            number,
            kind=int(population.place_kind[number]),
            site=int(population.place_site[number]),
            commune=int(population.place_commune[number]),
            unit=max(1, int(population.place_unit[number])),
        )
        lo, hi = population.place_start[number : number + 2].tolist()
        for who in population.place_members[lo:hi].tolist():
            place.people.append(people[who])
            people[who].place = place
        places.append(place)
    return places


def _fill_buses(world: World) -> None:
    """Put workers of sites who live in another commune on buses, those of one commune and site together."""
    seats = int(parameter_table()["shuttle_seats"].default)
    riders: dict[tuple[int, int], list[Person]] = defaultdict(list)
    for person in world.people:
        place = person.place
        if place is not None and place.is_at_site and place.commune != person.commune.number:
            riders[place.site, person.commune.number].append(person)
    for group in riders.values():
        for k in range(0, len(group), seats):
            bus = group[k : k + seats]
            for person in bus:
                person.bus = bus
