"""What becomes of an infection: natural history, ward, intensive care, death."""

from __future__ import annotations

from plain import luck
from plain.immunity import days_since_dose, severe_factor
from plain.run import AT_HOME, CARE, CRITICAL, FATAL, IN_ICU, IN_WARD, MILD, OVER, SEEK_TEST, SEVERE, Run
from plain.spread import book_contacts
from plain.testing import book_quarantine_tests, take_urgent_sample
from plain.world import Infection, Person
from songhanh.core.rng import Purpose
from songhanh.epidemic import Layer


def begin_infections(run: Run) -> None:
    """Begin today's infections, in the order of communes, and within one as they happened.

    The order numbers the rows of the tree, and decides which contact of a day comes first.
    """
    for person, source, layer, variant in sorted(run.caught, key=lambda caught: caught[0].commune.number):
        infection = _begin(run, person, source, layer, variant)
        if source is not None:
            source.children.append(infection)
        books, day = run.books, run.day
        books.infections[day, person.commune.number] += 1
        books.infections_layer[day, layer] += 1
        books.infections_age[day, person.age] += 1
        books.infections_variant[day, variant] += 1
        book_contacts(run, infection, day + 1)
        if infection.onset >= 0:
            quantile = _history(run, infection, 3)
            wait = run.numbers.seek_days[int(quantile * len(run.numbers.seek_days))]
            run.schedule(SEEK_TEST, infection.onset + wait, infection)
        if infection.outcome != MILD:
            run.schedule(CARE, infection.onset + run.numbers.days("onset_to_ward_days"), infection)
        if person.in_quarantine:
            run.note("infected in quarantine")
            book_quarantine_tests(run, infection)
    run.caught.clear()


def _begin(run: Run, person: Person, source: Infection | None, layer: Layer, variant: int) -> Infection:
    """Return a new infection with its natural history."""
    numbers, earlier = run.numbers, 0
    if person.infection is not None:
        earlier = min(person.infection.earlier + 1, 255)
        run.totals["reinfected"] += 1
        run.note("reinfection")
    infection = Infection(len(run.infections), person, source, layer, variant, run.day, earlier)
    run.infections.append(infection)
    person.infection, person.is_caught, person.is_confirmed = infection, False, False
    since = days_since_dose(run, person)
    if since >= 0:
        infection.vaccinated = True
        run.totals["breakthrough"] += 1
        run.note("breakthrough")
    u = luck.uniform(luck.address(run.seed, person.number, earlier, Purpose.SEVERITY), 0)
    infection.outcome = _outcome(run, u, person.age, severe_factor(run, since, variant, earlier))
    # One draw for latency and incubation: they go together.
    position = int(_history(run, infection, 0) * len(numbers.latent_days))
    ratios = numbers.variants[variant]
    latent = max(1, int(numbers.latent_days[position] * ratios.latent + 0.5))
    incubation = max(1, int(numbers.incubation_days[position] * ratios.incubation + 0.5))
    infection.infectious_on = run.day + latent
    infection.spread = int(_history(run, infection, 1) * len(numbers.spread))
    has_symptoms = _history(run, infection, 2) < numbers.values["symptomatic_share"]
    if infection.outcome != MILD or has_symptoms:
        infection.onset = run.day + incubation
    run.note(f"outcome {infection.outcome}")
    return infection


def _history(run: Run, infection: Infection, i: int) -> float:
    """Return a draw of the natural history of an infection."""
    key = luck.address(run.seed, infection.person.number, infection.earlier, Purpose.NATURAL_HISTORY)
    return luck.uniform(key, i)


def _outcome(run: Run, u: float, age: int, factor: float) -> int:
    """Return how ill somebody becomes: one draw, the worst outcome whose probability lies above it."""
    severe, critical, fatal = run.numbers.severity
    for outcome, probability in ((FATAL, fatal), (CRITICAL, critical), (SEVERE, severe)):
        if u < probability[age] * factor:
            return outcome
    return MILD


def _stay(run: Run, person: Person, draw: int) -> int:
    """Return the days of a stay in a ward (draw 0) or in intensive care (1)."""
    u = luck.uniform(luck.address(run.seed, person.number, 0, Purpose.CARE), draw)
    return max(1, int(run.numbers.stays[draw] * run.numbers.length[int(u * len(run.numbers.length))] + 0.5))


def care(run: Run) -> None:
    """Move the severely ill one stage on. Whoever arrives in a ward and is not known is sampled."""
    for infection in run.happening(CARE):
        person = infection.person
        if infection.stage == AT_HOME and (person.is_gone or person.is_dead):
            infection.stage = OVER  # falls ill elsewhere, or has died of another infection
            run.note("fell ill elsewhere")
        elif infection.stage == AT_HOME:
            infection.stage = IN_WARD
            if not person.is_confirmed:
                run.note("found in a ward")
                key = luck.address(run.seed, person.number, 0, Purpose.CARE)
                take_urgent_sample(run, infection, luck.uniform(key, 2))
            days = run.numbers.days("ward_to_icu_days", 1)
            if infection.outcome == SEVERE:
                days = _stay(run, person, 0)
            run.schedule(CARE, run.day + days, infection)
        elif infection.stage == IN_WARD and infection.outcome >= CRITICAL:
            infection.stage = IN_ICU
            run.schedule(CARE, run.day + _stay(run, person, 1), infection)
        else:
            infection.stage = OVER
            if infection.outcome == FATAL and not person.is_dead:
                _die(run, person)


def _die(run: Run, person: Person) -> None:
    run.books.deaths[run.day, person.commune.number] += 1
    run.books.deaths_age[run.day, person.age] += 1
    if person.in_quarantine:
        run.note("died in quarantine")
    person.is_dead = True
    person.is_isolated = person.in_quarantine = person.in_place = False
