"""Where a run of the plain engine stands: the world, today's levers, what will happen, and the books."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from plain.numbers import Numbers
from plain.world import N_AGES, Infection, Person, Place, Stay, World
from songhanh.epidemic import EpidemicControls, Found, Layer
from songhanh.response.contact import MOST_LEVELS, Action

# kinds of events
CARE, SEEK_TEST, QUARANTINE_TEST, RESULT, RELEASE, TRACE, FORGET_FIRM_CASE, FORGET_HAMLET_CASE, MEET = range(
    9
)
# stages of care, and outcomes of an infection
AT_HOME, IN_WARD, IN_ICU, OVER = range(4)
MILD, SEVERE, CRITICAL, FATAL = range(4)


@dataclass(frozen=True)
class Contact:
    """A contact that may infect, drawn at infection: its layer, and its number, which addresses its draws."""

    infection: Infection
    layer: Layer
    number: int


class Levers:
    """The levers of a day as Python numbers and lists; attributes are those of `EpidemicControls`."""

    def __init__(self, controls: EpidemicControls) -> None:
        self._values: dict[str, Any] = {}
        for column in fields(controls):
            value = getattr(controls, column.name)
            # A share given in single precision is computed with in double precision.
            self._values[column.name] = value.tolist() if isinstance(value, np.ndarray) else int(value)

    def __getattr__(self, name: str) -> Any:
        return self._values[name]

    @property
    def trace_depth(self) -> int:
        """Return how many levels have tracers, and a rule for those whom they find: 0 none, 1 cases only, ..."""
        depth = 0
        while (
            depth < MOST_LEVELS
            and self.trace_capacity[depth] > 0
            and self.contact_action[depth + 1] != Action.NOTHING
        ):
            depth += 1
        return depth


def _zeros(*shape: int) -> Any:
    return np.zeros(shape, np.int32)


class Books:
    """What is written down by day, named as in `EpidemicResult`."""

    def __init__(self, world: World, days: int, n_variants: int) -> None:
        communes, cells = len(world.communes), (world.n_sites + 1) * world.n_sectors
        self.infections = _zeros(days, communes)
        self.infections_layer = _zeros(days, len(Layer))
        self.infections_age = _zeros(days, N_AGES)
        self.infections_variant = _zeros(days, n_variants)
        self.reported = _zeros(days, communes, len(Found))
        self.reported_site = _zeros(days, world.n_sites + 1)
        self.reported_age = _zeros(days, N_AGES)
        self.deaths = _zeros(days, communes)
        self.deaths_age = _zeros(days, N_AGES)
        self.traced = _zeros(days, MOST_LEVELS)
        self.absent = _zeros(days, cells, 5)
        self.locked = _zeros(days, cells)
        for name in (
            "hospital", "severe", "icu", "quarantined", "in_places", "sealed", "gone", "exported", "doses", "tests",
            "lab_queue", "false_positives", "trace_queue",
        ):  # fmt: skip
            setattr(self, name, _zeros(days))


@dataclass(eq=False)
class Queue:
    """Samples that wait in the laboratory: all by number, the positive ones with their ticket."""

    arrived: int = 0
    run: int = 0
    positive: list[tuple[Infection, int]] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """Return how many samples wait."""
        return self.arrived - self.run


@dataclass(eq=False)
class Run:
    """One run. Everything that a day may change is here or in the objects of the world."""

    world: World
    numbers: Numbers
    days: int
    seed: int
    base_seed: (
        int  # of what stays the same when the seed changes: who is admitted to a site, and vaccinated when
    )
    imports: list[tuple[int, int, int]]  # person, day and variant, by day, then person
    books: Books
    day: int = 0
    levers: Levers = None  # type: ignore[assignment]

    infections: list[Infection] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    # Infected today: person, source, layer, variant.
    caught: list[tuple[Person, Infection | None, Layer, int]] = field(default_factory=list)
    calendar: dict[tuple[int, int], list[Any]] = field(default_factory=lambda: defaultdict(list))
    # Samples that stays in quarantine ask for, by day.
    tests_due: Counter[int] = field(default_factory=Counter)
    urgent: Queue = field(default_factory=Queue)
    screening: Queue = field(default_factory=Queue)
    false_positives: int = 0  # today
    confirmed: list[Infection] = field(default_factory=list)  # today, in the order of their results
    to_trace: list[Infection] = field(default_factory=list)
    # F1, F2 and F3 whose contacts wait to be traced.
    to_ask: dict[int, list[Person]] = field(default_factory=lambda: {1: [], 2: [], 3: []})
    # Last day on which a site, the schools of a commune, and its other workplaces were open.
    sites_open: dict[int, int] = field(default_factory=dict)
    schools_open: dict[int, int] = field(default_factory=dict)
    work_open: dict[int, int] = field(default_factory=dict)
    # Share with a first dose at the end of each day, by (commune, age group) and by site.
    coverage: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    site_coverage: dict[int, list[float]] = field(default_factory=dict)
    totals: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)  # which rules have come to bear

    def schedule(self, kind: int, day: int, subject: object) -> None:
        """Let something happen on a day. Events of a kind and day happen in the order in which they were noted."""
        self.calendar[kind, day].append(subject)

    def happening(self, kind: int) -> list[Any]:
        """Return what happens today."""
        return self.calendar.pop((kind, self.day), [])

    def note(self, rule: str) -> None:
        """Note that a rule came to bear, so that tests know that equality was not empty."""
        self.fired[rule] += 1

    def firms_shut(self) -> list[Place]:
        """Return the firms that are closed for their cases."""
        return [place for place in self.world.places if place.closed_until > 0]
