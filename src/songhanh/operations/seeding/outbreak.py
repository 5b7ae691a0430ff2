"""Who fell ill, who met whom and when: drawn so that the levels come out as asked, by the rule that counts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.seeding.bulk import day

Ints = NDArray[np.int64]
RECENT_DAYS = 13  # contacts of these days are those who are looked after now
MOST_CONTACTS = 6  # registered meetings for each contact person, on average
N_SETTINGS = 9  # of `Setting`, all but "unknown"


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    f0: int
    f1: int
    f2: int
    contacts: int
    tests: int
    follow_ups: int
    presence: int
    first_on: date
    as_of: date

    def demand_possible(self) -> None:
        """Raise SonghanhError where the numbers do not go together."""
        if self.f0 < 1:
            raise _impossible("Contacts need a case.", "Ask for at least one F0.", "--f0")
        if self.f2 and not self.f1:
            raise _impossible("F2 are contacts of F1.", "Ask for at least one F1.", "--f1")
        if (self.as_of - self.first_on).days < 4:
            raise _impossible(
                f"There are no four days between {self.first_on} and {self.as_of}.",
                "Choose a later day.",
                "--as-of",
            )
        least = self.f0 + self.f1 + self.f1 // 10 + self.f2
        if self.contacts < least:
            raise _impossible(
                f"{self.contacts} meetings cannot lead to so many people.",
                f"Ask for {least} at least.",
                "--contacts",
            )
        if self.contacts > MOST_CONTACTS * least:
            raise _impossible(
                f"{self.contacts} meetings of so few people are too many.",
                f"Ask for {MOST_CONTACTS * least} at most.",
                "--contacts",
            )


def _impossible(message: str, remedy: str, parameter: str) -> SonghanhError:
    return SonghanhError(Fault("seed.sizes", message, remedy, parameter=parameter))


@dataclass(frozen=True)
class Cases:
    """The cases, in the order of their reports. Days count from 1970; -1 where there is none."""

    reported: Ints
    onset: Ints
    sampled: Ints
    infector: Ints  # index of another case, -1 for the first ones
    infectious_from: Ints
    infectious_until: Ints  # isolation


@dataclass(frozen=True)
class Contacts:
    """Meetings: persons by index, days, and an index of the setting."""

    source: Ints
    person: Ints
    first: Ints
    last: Ints
    setting: Ints


@dataclass(frozen=True)
class Outbreak:
    """Cases 0..f0-1, then those who were F1 before and are cleared, then F1, then F2."""

    cases: Cases
    n_past: int
    giver: Ints  # (people,) who brought the contact about; -1 for cases
    exposed: Ints  # (people,) day of the first exposure; for cases the day of their report
    isolated: Ints  # (people,) day from which they were kept apart
    contacts: Contacts

    @property
    def n_people(self) -> int:
        """Return how many people there are."""
        return len(self.giver)


def draw_cases(rng: np.random.Generator, sizes: Sizes) -> Cases:
    """Draw the cases: a slow beginning, then a rise, and most of them in the last two weeks."""
    first, last, n = day(sizes.first_on), day(sizes.as_of), sizes.f0
    span = last - first
    n_recent = n if span <= RECENT_DAYS + 3 else max(1, round(0.7 * n))
    recent_from = max(first, last - RECENT_DAYS + 1)
    older = first + np.floor((recent_from - first) * rng.beta(2.0, 1.2, n - n_recent)).astype(np.int64)
    recent = recent_from + np.floor((last - recent_from + 1) * rng.beta(1.3, 1.1, n_recent)).astype(np.int64)
    reported = np.sort(np.concatenate([older, np.minimum(recent, last)]))
    reported[0] = min(reported[0], first)
    symptomatic = rng.random(n) < 0.55
    onset = np.where(symptomatic, reported - rng.integers(0, 5, n), -1)
    sampled = reported - rng.integers(0, 2, n)
    number = np.arange(n)
    # Whoever infected a case was reported up to twelve days earlier; the first ones came from elsewhere.
    earliest = np.searchsorted(reported, reported - 12)
    infector = earliest + np.floor(rng.random(n) * np.maximum(number - earliest, 1)).astype(np.int64)
    infector = np.where((number == 0) | (infector >= number), -1, infector)
    began = np.where(onset >= 0, onset, sampled)
    return Cases(reported, onset, sampled, infector, began - 3, np.maximum(reported, began - 3))


def draw(
    rng: np.random.Generator, sizes: Sizes, cases: Cases, infectious_from: Ints, until: Ints
) -> Outbreak:
    """Draw the people and their meetings, given the days on which the rules in force hold each case to be infectious."""
    last = day(sizes.as_of)
    recent = until >= last - RECENT_DAYS + 2
    past = ~recent & (until <= last - 22)  # their quarantine is over
    n_past = min(sizes.f1 // 10, 20 * int(past.sum()))
    of_past, past_day = _met_case(rng, np.flatnonzero(past), n_past, infectious_from, until)
    carriers = np.flatnonzero(recent) if recent.any() else np.array([len(until) - 1])
    earliest = np.maximum(infectious_from, last - RECENT_DAYS - 4)
    of_f1, f1_day = _met_case(rng, carriers, sizes.f1, np.minimum(earliest, until), np.minimum(until, last))
    first_f1 = sizes.f0 + n_past
    f1_isolated = np.minimum(until[of_f1] + 1, last)
    # An F2 met an F1 between that one's exposure and quarantine; never on a day that has not come.
    carrier = _heavy(rng, sizes.f1, sizes.f2)
    room = np.maximum(f1_isolated[carrier] - f1_day[carrier], 0)
    f2_day = f1_day[carrier] + np.floor(rng.random(sizes.f2) * (room + 1)).astype(np.int64)
    outbreak = Outbreak(
        cases=cases,
        n_past=n_past,
        giver=np.concatenate([np.full(sizes.f0, -1), of_past, of_f1, first_f1 + carrier]),
        exposed=np.concatenate([cases.reported, past_day, f1_day, f2_day]),
        isolated=np.concatenate(
            [
                until,
                np.minimum(until[of_past] + 1, last),
                f1_isolated,
                np.minimum(f1_isolated[carrier] + 1, last),
            ]
        ),
        contacts=Contacts(*(np.empty(0, np.int64) for _ in range(5))),
    )
    meetings = _meetings(rng, sizes, outbreak, infectious_from, until)
    return Outbreak(cases, n_past, outbreak.giver, outbreak.exposed, outbreak.isolated, meetings)


def _heavy(rng: np.random.Generator, n_givers: int, n: int) -> Ints:
    """Return a giver for each of n people: some have many, most have few."""
    if not n:
        return np.empty(0, np.int64)
    weight = rng.gamma(0.8, size=n_givers) + 0.05
    return np.sort(rng.choice(n_givers, n, p=weight / weight.sum()))


def _met_case(rng: np.random.Generator, among: Ints, n: int, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    if not n:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    giver = among[_heavy(rng, len(among), n)]
    met = first[giver] + np.floor(rng.random(n) * (last[giver] - first[giver] + 1)).astype(np.int64)
    return giver, met


def _meetings(
    rng: np.random.Generator, sizes: Sizes, outbreak: Outbreak, first: Ints, until: Ints
) -> Contacts:
    """Return the meetings that make the levels, and more that change none: the same again, and within a group."""
    people = np.arange(outbreak.n_people)
    led = np.flatnonzero(outbreak.giver >= 0)
    begins = outbreak.exposed[led]
    ends = np.minimum(begins + rng.integers(0, 3, len(led)), np.maximum(outbreak.isolated[led], begins))
    setting = _settings(rng, len(led))
    infected = np.flatnonzero(outbreak.cases.infector >= 0)
    by = outbreak.cases.infector[infected]
    day_met = np.clip(outbreak.cases.reported[infected] - 4, first[by], until[by])
    parts: list[tuple[Ints, ...]] = [
        (by, infected, day_met, day_met, _settings(rng, len(infected))),
        (outbreak.giver[led], people[led], begins, ends, setting),
    ]
    wanted = sizes.contacts - len(infected) - len(led)
    able = np.arange(sizes.f0 + outbreak.n_past, outbreak.n_people)
    parts += _more(rng, outbreak, able, setting[outbreak.n_past :], wanted)
    return Contacts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _more(
    rng: np.random.Generator, outbreak: Outbreak, able: Ints, setting: Ints, n: int
) -> list[tuple[Ints, ...]]:
    """Return n further meetings between contacts: with neighbours of the same group, and with their giver again.

    A meeting of somebody who is F1 with an F1, or of an F2 with their F1 or an F2, makes nobody's level smaller.
    """
    found: list[tuple[Ints, ...]] = []
    for step in range(1, N_SETTINGS):
        # Neighbours in the order of their giver share it, so that the pairs are those of a household, a line, a room.
        near = np.arange(max(0, len(able) - step))
        near = near[outbreak.giver[able[near]] == outbreak.giver[able[near + step]]]
        near = _some(rng, near, n)
        person, other = able[near], able[near + step]
        met = np.maximum(outbreak.exposed[person], outbreak.exposed[other])
        found.append((person, other, met, met, _settings(rng, len(near))))
        n -= len(near)
        # The same two once more on the first day, in a setting that no other meeting of theirs has.
        again = _some(rng, np.arange(len(able)), n)
        person = able[again]
        met = outbreak.exposed[person]
        found.append((outbreak.giver[person], person, met, met, (setting[again] + step) % N_SETTINGS))
        n -= len(again)
    return found


def _some(rng: np.random.Generator, among: Ints, n: int) -> Ints:
    """Return n of an array in its order, or all of it where it has no more."""
    if n >= len(among):
        return among
    return np.sort(rng.choice(among, max(n, 0), replace=False))


def _settings(rng: np.random.Generator, n: int) -> Ints:
    """Return an index of `Setting` for each meeting."""
    share = np.array([0.32, 0.16, 0.3, 0.05, 0.02, 0.02, 0.05, 0.05, 0.03])
    assert len(share) == N_SETTINGS
    return rng.choice(N_SETTINGS, n, p=share / share.sum())
