"""Contacts that may infect: drawn at infection as if there were no measure, and lived or prevented on their day."""

from __future__ import annotations

from plain import luck
from plain.immunity import is_infected_by
from plain.meeting import Draw, can_be_met, draw, most_rooms, whom
from plain.numbers import size_of_home
from plain.run import MEET, Contact, Run
from plain.world import Infection, Person
from songhanh.core.rng import Purpose
from songhanh.epidemic import Layer

_MOST_CONTACTS = 0xFFFF


def expected(run: Run, person: Person, spread: float) -> list[float]:
    """Return how many somebody of some infectiousness would infect by layer: the most that any day allows.

    The order in which factors are multiplied decides the last bit, and is part of the definition.
    """
    numbers, place = run.numbers, person.place
    rates, values = numbers.rates, numbers.values
    by_layer = [0.0] * Layer.IMPORT
    by_layer[Layer.HOUSEHOLD] = spread * rates[Layer.HOUSEHOLD] * numbers.home_scale[size_of_home(person)]
    share = values["share_hamlet"]
    by_layer[Layer.COMMUNITY] = (
        spread
        * rates[Layer.COMMUNITY]
        * (
            share * numbers.hamlet_mixing[person.hamlet.number].contacts[person.age]
            + (1.0 - share) * numbers.commune_mixing[person.commune.number].contacts[person.age]
        )
    )
    by_layer[Layer.QUARANTINE] = spread * rates[Layer.QUARANTINE]
    by_layer[Layer.BOARDING] = spread * rates[Layer.BOARDING] * most_rooms(run, person)
    if person.bus is not None:
        by_layer[Layer.SHUTTLE] = spread * rates[Layer.SHUTTLE]
    if place is not None and place.is_school:
        by_layer[Layer.CLASS] = spread * rates[Layer.CLASS]
        by_layer[Layer.SCHOOL] = spread * rates[Layer.SCHOOL]
    elif place is not None:
        at_work = spread * values["site_factor"] if place.is_at_site else spread
        by_layer[Layer.LINE] = at_work * rates[Layer.LINE]
        by_layer[Layer.PLANT] = at_work * rates[Layer.PLANT]
    return by_layer


def book_contacts(run: Run, infection: Infection, from_day: int) -> None:
    """Draw how many contacts that may infect lie ahead, when, and in which layers."""
    numbers, person = run.numbers, infection.person
    spread = numbers.spread[infection.spread] * numbers.variants[infection.variant].transmissibility
    if infection.onset < 0:
        spread *= numbers.values["asymptomatic_infectiousness"]
    if infection.vaccinated:
        spread *= numbers.values["vaccine_infectiousness"]
    by_layer = expected(run, person, spread)
    total = 0.0
    for part in by_layer:
        total += part
    key = luck.address(run.seed, person.number, infection.earlier, Purpose.BOOK)
    for number in range(min(luck.poisson_of_any_mean(key, total), _MOST_CONTACTS)):
        quantile = luck.uniform(key, 2 * number + 1)
        day = infection.infectious_on + numbers.contact_days[int(quantile * len(numbers.contact_days))]
        if day >= from_day:
            layer = _layer_at(luck.uniform(key, 2 * number + 2) * total, by_layer)
            run.schedule(MEET, day, Contact(infection, layer, number))


def _layer_at(x: float, by_layer: list[float]) -> Layer:
    """Return the layer in which a point lies when those of all layers stand side by side."""
    for layer in range(len(by_layer) - 1):
        if x < by_layer[layer]:
            return Layer(layer)
        x -= by_layer[layer]
    return Layer(len(by_layer) - 1)


def renew_contacts(run: Run) -> None:
    """Forget all contacts to come, and draw them anew with the seed as it is now."""
    for kind, day in [key for key in run.calendar if key[0] == MEET]:
        del run.calendar[kind, day]
    for infection in run.infections:
        book_contacts(run, infection, run.day)


def transmit(run: Run) -> None:
    """Let the contacts of today take place, in the order in which they were drawn: the first one infects."""
    for contact in run.happening(MEET):
        infection, person = contact.infection, contact.infection.person
        if infection.found_on >= 0 or person.is_dead or person.is_gone or person.is_isolated:
            run.note("contact of somebody who is away")
            continue
        other = whom(run, contact)
        if other is None or other.is_caught or not can_be_met(run, person, other, contact.layer):
            continue
        if is_infected_by(run, other, infection.variant, draw(run, contact, Draw.TAKES)):
            other.is_caught = True
            run.caught.append((other, infection, contact.layer, infection.variant))
            run.note(f"infection {contact.layer.name}")


def bring_in(run: Run) -> None:
    """Infect who brings the infection in from outside today, if they can be infected."""
    for number, day, variant in run.imports:
        person = run.world.people[number]
        if day != run.day or person.is_caught or person.is_isolated or person.is_dead or person.is_gone:
            continue
        earlier = person.infection
        if earlier is not None and run.day - earlier.day < run.numbers.days("natural_from_days", 1):
            continue
        person.is_caught = True
        run.caught.append((person, None, Layer.IMPORT, variant))
        run.note(f"import of variant {variant}")
