"""Samples, the laboratory, and what becomes of positive results."""

from __future__ import annotations

import math

from plain import luck
from plain.run import QUARANTINE_TEST, RELEASE, RESULT, SEEK_TEST, TRACE, Queue, Run
from plain.world import Infection, Person
from songhanh.core.rng import Purpose
from songhanh.epidemic import Found, Layer

_OVER_DAYS = 40  # after so many days nobody is looked for any more


def finds(run: Run, infection: Infection, u: float, pool: float = 1.0) -> bool:
    """Tell whether a sample taken today finds an infection."""
    since, sensitivity = run.day - infection.day, run.numbers.sensitivity
    return since < len(sensitivity) and u < sensitivity[since] * pool


def take_urgent_sample(run: Run, infection: Infection, u: float) -> None:
    """Take one sample, tested by itself; whoever already has a positive one in the queue needs no second."""
    ticket = run.urgent.arrived
    run.urgent.arrived += 1
    if not infection.waits_urgent and finds(run, infection, u):
        infection.waits_urgent = True
        run.urgent.positive.append((infection, ticket))


def book_quarantine_tests(run: Run, infection: Infection) -> None:
    """Book the samples that an infected F1 in quarantine has ahead, once for each beginning of the quarantine."""
    stay = infection.person.stay
    if infection.has_tests_booked or stay.level != 1:
        return
    infection.has_tests_booked = True
    for wait in run.levers.test_days:
        if wait > 0 and stay.entered + wait > run.day:
            run.schedule(QUARANTINE_TEST, stay.entered + wait, infection)


def sample_the_quarantined(run: Run) -> None:
    """Sample everybody in quarantine whose day it is.

    Only infected people need a draw: where in today's row of samples theirs stands, and whether it is positive.
    """
    before, due = run.urgent.arrived, run.tests_due[run.day]
    for infection in run.happening(QUARANTINE_TEST):
        person = infection.person
        if not person.in_quarantine or person.is_confirmed or infection.waits_urgent:
            continue
        key = luck.address(run.seed, person.number, run.day, Purpose.SAMPLE)
        if finds(run, infection, luck.uniform(key, 3)):
            infection.waits_urgent = True
            run.urgent.positive.append((infection, before + int(luck.uniform(key, 4) * due)))
            run.note("positive in quarantine")
    run.urgent.arrived = before + due
    run.false_positives = _false_positives(run, due)


def _false_positives(run: Run, samples: int) -> int:
    return int(samples * (1.0 - run.numbers.values["specificity"]) + 0.5)


def sample_the_symptomatic(run: Run) -> None:
    """Sample those who seek a test today, if they get one; in quarantine they do."""
    for infection in run.happening(SEEK_TEST):
        person = infection.person
        if person.is_confirmed or person.is_dead or person.is_gone:
            continue
        key = luck.address(run.seed, person.number, infection.earlier, Purpose.REPORT)
        if person.in_quarantine or luck.uniform(key, 0) < run.levers.detection[person.commune.number]:
            take_urgent_sample(run, infection, luck.uniform(key, 1))
            run.note("symptomatic sampled")


def sample_rounds(run: Run) -> None:
    """Sample shares of residents and of workers in pools; quarantine has its own samples."""
    levers, world = run.levers, run.world
    samples = 0
    for share, commune in zip(levers.sampling, world.communes, strict=True):
        samples += int(share * len(commune.people) + 0.5)
    for site, share in enumerate(levers.site_sampling):
        samples += int(share * len(world.workers_of_site(site)) + 0.5)
    if samples == 0:
        return
    run.note("sampling round")
    before = run.screening.arrived
    run.screening.arrived += samples
    run.false_positives += _false_positives(run, samples)
    doublings = math.log2(max(1.0, float(levers.pool_size)))
    kept = max(0.0, 1.0 - run.numbers.values["pool_sensitivity_loss"] * doublings)
    for infection in run.infections:
        person = infection.person
        is_over = run.day - infection.day >= _OVER_DAYS or infection is not person.infection
        if is_over or infection.found_on >= 0 or infection.waits_screening or not _is_among_people(person):
            continue
        key = luck.address(run.seed, person.number, run.day, Purpose.SAMPLE)
        in_commune = luck.uniform(key, 0) < levers.sampling[person.commune.number]
        at_site = (
            0 <= person.site < world.n_sites and luck.uniform(key, 1) < levers.site_sampling[person.site]
        )
        if (in_commune or at_site) and finds(run, infection, luck.uniform(key, 2), kept):
            infection.waits_screening = True
            run.screening.positive.append((infection, before + int(luck.uniform(key, 5) * samples)))
            run.note("positive at home" if in_commune else "positive at a site")


def _is_among_people(person: Person) -> bool:
    return not (person.in_quarantine or person.is_confirmed or person.is_dead or person.is_gone)


def run_laboratory(run: Run) -> None:
    """Run as many samples as the laboratory can, urgent ones first; the rest waits.

    The samples of a positive pool come again one by one.
    """
    capacity, books, day = run.levers.lab_capacity, run.books, run.day
    urgent = min(capacity, run.urgent.waiting)
    screened = min(capacity - urgent, run.screening.waiting)
    run.urgent.run += urgent
    run.screening.run += screened
    for infection in _ready(run.urgent):
        infection.waits_urgent = False
        _report_later(run, infection)
    for infection in _ready(run.screening):
        infection.waits_screening = False
        _report_later(run, infection)
        if run.levers.pool_size > 1:
            run.urgent.arrived += run.levers.pool_size
            run.note("positive pool")
    books.tests[day] = urgent + screened
    books.lab_queue[day] = run.urgent.waiting + run.screening.waiting
    books.false_positives[day] = run.false_positives
    if run.urgent.positive:
        run.note("urgent sample waits")
    if run.screening.positive:
        run.note("screening sample waits")


def _ready(queue: Queue) -> list[Infection]:
    """Take the positive samples that have been run out of a queue, in the order in which they came."""
    ready = [infection for infection, ticket in queue.positive if ticket < queue.run]
    queue.positive = [(infection, ticket) for infection, ticket in queue.positive if ticket >= queue.run]
    return ready


def _report_later(run: Run, infection: Infection) -> None:
    infection.result_to_come += 1
    run.schedule(RESULT, run.day + run.numbers.days("lab_turnaround_days"), infection)


def found_as(infection: Infection) -> Found:
    """Return where a case is found."""
    person = infection.person
    if infection.layer == Layer.IMPORT:
        return Found.IMPORTED
    if person.in_quarantine:
        return Found.QUARANTINE
    return Found.SEALED if person.hamlet.is_sealed else Found.COMMUNITY


def confirm(run: Run) -> None:
    """Report today's positive results, and isolate those people."""
    run.confirmed = []
    for infection in run.happening(RESULT):
        person, books, day = infection.person, run.books, run.day
        infection.result_to_come -= 1
        is_over = infection is not person.infection  # infected again since the sample
        if person.is_confirmed or person.is_dead or person.is_gone or is_over:
            continue
        infection.found_on, infection.found_as = day, found_as(infection)
        infection.found_in = person.stay if person.in_place else None
        books.reported[day, person.commune.number, infection.found_as] += 1
        books.reported_age[day, person.age] += 1
        if person.site >= 0:
            books.reported_site[day, person.site] += 1
        person.is_confirmed = person.is_isolated = True
        person.in_quarantine = person.in_place = False
        person.case = infection
        run.schedule(RELEASE, day + run.numbers.days("isolation_days", 1), infection)
        run.schedule(TRACE, day + run.numbers.days("trace_delay_days"), infection)
        run.confirmed.append(infection)
        run.note(f"found as {infection.found_as.name}")
