"""The morning: areas sealed and opened, firms reopened, people released, lodgers moved, doses given."""

from __future__ import annotations

from plain import luck
from plain.immunity import vaccinate
from plain.run import IN_ICU, IN_WARD, RELEASE, Run
from plain.testing import finds
from plain.world import Infection, Person
from songhanh.core.modes import SiteMode
from songhanh.core.rng import Purpose


def open_the_day(run: Run) -> None:
    """Do everything that is done before people meet."""
    seal(run)
    note_open(run)
    reopen_firms(run)
    end_quarantines(run)
    release_cases(run)
    move_lodgers(run)
    vaccinate(run)


def seal(run: Run) -> None:
    """Seal hamlets: all of a commune under lock-down, else those that a rule still in force has sealed."""
    for hamlet in run.world.hamlets:
        commune = hamlet.commune.number
        if run.levers.hamlet_seal_cases[commune] == 0 and hamlet.sealed_until > run.day:
            hamlet.sealed_until = 0
            run.note("rule for hamlets lifted")
        elif 0 < hamlet.sealed_until <= run.day:
            hamlet.sealed_until = 0
            run.note("hamlet opened in time")
        hamlet.is_sealed = run.levers.locked[commune] or hamlet.sealed_until > 0
        if run.levers.locked[commune]:
            run.note("commune locked")
        elif hamlet.is_sealed:
            run.note("hamlet sealed by rule")


def note_open(run: Run) -> None:
    """Note what is open today, for the tracers."""
    levers = run.levers
    for commune, locked in enumerate(levers.locked):
        if levers.school[commune] > 0.0 and not locked:
            run.schools_open[commune] = run.day
        if levers.work[commune] > 0.0 and not locked:
            run.work_open[commune] = run.day
    for site, mode in enumerate(levers.site_mode):
        if mode != SiteMode.CLOSED:
            run.sites_open[site] = run.day
        run.note(f"site mode {mode}")


def reopen_firms(run: Run) -> None:
    """Open firms whose time is over, or whose rule has been lifted."""
    for place in run.firms_shut():
        if run.levers.firm_close_cases[place.site] == 0 and run.day < place.closed_until:
            run.note("rule for firms lifted")
        elif run.day >= place.closed_until:
            run.note("firm opened in time")
        else:
            continue
        place.closed_until = 0


def end_quarantines(run: Run) -> None:
    """Let go whose last day was yesterday."""
    for person in run.world.people:
        if person.in_quarantine and person.until < run.day:
            person.in_quarantine = person.in_place = False
            run.note("quarantine ended")


def release_cases(run: Run) -> None:
    """Let cases go home whose days are over, unless they are still ill or positive."""
    for infection in run.happening(RELEASE):
        person = infection.person
        if not person.is_isolated:  # died
            continue
        wait = days_to_release(run, infection)
        if wait > 0:
            run.schedule(RELEASE, run.day + wait, infection)
        else:
            person.is_isolated = False
            run.note("case released")


def days_to_release(run: Run, infection: Infection) -> int:
    """Return after how many days to look again, 0 to let go: samples are taken until one is positive."""
    if infection.stage in (IN_WARD, IN_ICU):
        run.note("kept while severely ill")
        return 1
    key = luck.address(run.seed, infection.person.number, run.day, Purpose.RELEASE)
    for sample in range(run.levers.release_negatives):
        run.urgent.arrived += 1
        if finds(run, infection, luck.uniform(key, sample)):
            run.totals["kept isolated"] += 1
            run.note("kept for a positive sample")
            return max(1, run.levers.release_retest_days)
    return 0


def is_free_to_leave(person: Person) -> bool:
    """Tell whether no illness, isolation, quarantine, seal or result to come keeps a lodger here."""
    if person.is_dead or person.is_isolated or person.in_quarantine or person.hamlet.is_sealed:
        return False
    infection = person.infection
    return infection is None or not (
        infection.stage in (IN_WARD, IN_ICU)
        or infection.waits_urgent
        or infection.waits_screening
        or infection.result_to_come
    )


def move_lodgers(run: Run) -> None:
    """Call lodgers to leave, in their order, or let those called return, the last first, up to today's share."""
    for commune in run.world.communes:
        share = run.levers.lodgers_away[commune.number]
        target = int(share * len(commune.lodgers) + 0.5)
        for person in commune.lodgers[commune.n_called : target]:
            if not is_free_to_leave(person):
                run.note("lodger kept here")
                continue
            person.is_gone = True
            run.note("lodger left")
            infection = person.infection
            still_detectable = infection is not None and run.day - infection.day < len(
                run.numbers.sensitivity
            )
            if still_detectable and not person.is_confirmed:
                run.books.exported[run.day] += 1
                run.note("infection exported")
        for person in commune.lodgers[target : commune.n_called]:
            if person.is_gone:
                person.is_gone = False
                run.note("lodger returned")
        commune.n_called = target
    run.books.gone[run.day] = sum(person.is_gone for person in run.world.people)
