"""The engine: arrays allocated once, a day a call, and a reset that costs what the run touched."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import CapacityError, Fault, SonghanhError
from songhanh.epidemic import calendar as events
from songhanh.epidemic import layout as at
from songhanh.epidemic.account import clear_touched
from songhanh.epidemic.booking import renew_contacts
from songhanh.epidemic.check import check_active, check_controls, check_imports
from songhanh.epidemic.controls import EpidemicControls
from songhanh.epidemic.day import live_days
from songhanh.epidemic.doses import first_doses
from songhanh.epidemic.groups import (
    D_EXPORTED,
    D_FALSE_POSITIVES,
    D_GONE,
    D_HOSPITAL,
    D_ICU,
    D_IN_PLACES,
    D_LAB_QUEUE,
    D_QUARANTINED,
    D_SEALED,
    D_SEVERE,
    D_TESTS,
    D_TRACE_QUEUE,
    Levers,
    Numbers,
    levers_of,
    new_books,
    new_state,
)
from songhanh.epidemic.mixing import Mixing, mixing_of
from songhanh.epidemic.parameters import EpidemicParameters, variants
from songhanh.epidemic.people import Packed, pack
from songhanh.epidemic.result import Absences, Confirmed, EpidemicResult, Tree
from songhanh.epidemic.snapshot import Snapshot, parts_in_use
from songhanh.epidemic.testing import prune
from songhanh.province.population import Population

_HOUSEHOLD_SIZES = 64


class _Mixed(NamedTuple):
    """The latest tables of who meets whom by age, and the numbers that they were made of."""

    key: tuple[float, ...]
    tables: Mixing


class Engine:
    """Runs the epidemic of one population, one replicate after the other.

    Parameters
    ----------
    population
        The people, or the same as `people.pack` gives them, to share between the engines of a process.
    days
        Days of a run at most.
    capacity
        Infections at most; more raise `CapacityError`.

    Attributes
    ----------
    reported, reported_site
        (days, C, 4) and (days, S + 1) confirmed cases by day of report, filled up to the last step: what
        rules may observe. Views, not copies.

    Raises
    ------
    SonghanhError
        If days or capacity are not at least 1, or days more than can be counted.
    """

    def __init__(self, population: Population | Packed, days: int, capacity: int = 200_000) -> None:
        if not 1 <= days <= at.MOST_DAYS:
            raise SonghanhError(_fault("days", days, f"1 to {at.MOST_DAYS}"))
        if capacity < 1:
            raise SonghanhError(_fault("capacity", capacity, "1 or more"))
        self.days = days
        self.capacity = capacity
        self._packed = population if isinstance(population, Packed) else pack(population)
        self.n_communes = self._packed.n_communes
        self.n_sites = self._packed.n_sites
        self.n_hamlets = len(self._packed.hamlets)
        self._next_day = -1
        self._known: dict[int, tuple[EpidemicControls, Levers]] = {}
        self._read: tuple[EpidemicControls, Levers] | None = None
        self._latest: EpidemicControls | None = None
        self._seed = self._base_seed = np.uint64(0)
        self._state, self._calendar = new_state(self._packed, days, capacity)
        self._books = new_books(self._packed, days, len(variants()))
        self._counters = self._state.counters
        self.reported = self._books.reported
        self.reported_site = self._books.reported_site
        self._mixed: _Mixed | None = None

    @property
    def n_infections(self) -> int:
        """Return the number of infections so far, those from outside included."""
        return int(self._counters[at.N_RECORDS])

    @property
    def n_fatal(self) -> int:
        """Return the infections so far that end in death, also those whose death is still to come."""
        return int(np.count_nonzero(self._records[:, at.OUTCOME] == at.FATAL))

    @property
    def n_infectious_or_detectable(self) -> int:
        """Return the infections that may still infect or be found; at 0 the outbreak is over."""
        prune(self._next_day - 1, self._state.active, self._state.records, self._counters)
        return int(self._counters[at.N_ACTIVE])

    @property
    def _records(self) -> NDArray[np.int32]:
        return self._state.records[: self.n_infections]

    def start(self, parameters: EpidemicParameters, imports: NDArray[np.int64], seed: np.uint64) -> None:
        """Forget the last run and begin a new one.

        Parameters
        ----------
        parameters
            Numbers of the world.
        imports
            (k, 2) person and run day of each infection brought in from outside, or (k, 3) with its variant.
        seed
            Seed of every draw.

        Raises
        ------
        SonghanhError
            If an import names a person, a day or a variant that does not exist.
        """
        arrivals = check_imports(imports, self._packed.n_people, len(variants()))
        given = np.asarray(imports, np.int64)
        self._imported = given[:, 0] if len(arrivals) else np.zeros(0, np.int64)
        self.reset()
        self._seed = self._base_seed = np.uint64(seed)
        self._numbers = Numbers(
            parameters.rates,
            parameters.reals,
            parameters.wholes,
            parameters.day_tables,
            parameters.ratio_tables,
            parameters.sensitivity,
            parameters.severity,
            parameters.stays,
            parameters.susceptibility,
            parameters.protection,
            parameters.variants,
            self._home_scale(parameters.values["household_scaling"]),
            *self._mixing(parameters),
            arrivals,
        )
        self._give()
        self._next_day = 0

    def _give(self) -> None:
        """Put all arrays in the row that a day is called with."""
        self._given: tuple[Any, ...] = (
            *self._packed,
            *self._numbers,
            *self._state,
            *self._calendar,
            *self._books,
        )

    def snapshot(self) -> Snapshot:
        """Return where the run stands, for `restore` of this engine; a copy of what the run has touched."""
        state = self._state
        return Snapshot(
            next_day=self._next_day,
            seed=self._seed,
            base_seed=self._base_seed,
            numbers=self._numbers,
            imported=self._imported,
            latest=self._latest,
            counters=self._counters.copy(),
            marks=self._calendar.marks.copy(),
            further_marks=state.further_marks.copy(),
            words=state.words[state.touched[: self._counters[at.N_TOUCHED]]],
            parts=tuple(
                part.copy() for part in parts_in_use(state, self._calendar, self._books, self._next_day)
            ),
        )

    def restore(self, kept: Snapshot) -> None:
        """Forget the last run and go on from where another run of this engine stood, to the same bits."""
        self.reset()
        state = self._state
        self._counters[:] = kept.counters
        self._calendar.marks[:] = kept.marks
        state.further_marks[:] = kept.further_marks
        for part, copy in zip(
            parts_in_use(state, self._calendar, self._books, kept.next_day), kept.parts, strict=True
        ):
            part[:] = copy
        state.words[state.touched[: self._counters[at.N_TOUCHED]]] = kept.words
        self._numbers, self._imported, self._latest = kept.numbers, kept.imported, kept.latest
        self._seed, self._base_seed, self._next_day = kept.seed, kept.base_seed, kept.next_day
        self._give()

    def reseed(self, seed: np.uint64) -> None:
        """Take another seed for the draws of all further days; who is lodged at a site stays the same."""
        if np.uint64(seed) == self._seed:
            return
        self._seed = np.uint64(seed)
        renew_contacts(self._next_day, self._seed, self._packed, self._numbers, self._state, self._calendar)

    def _mixing(self, parameters: EpidemicParameters) -> Mixing:
        """Return who meets whom by age; made anew only where its numbers differ from those of the last run."""
        names = [name for name in parameters.values if name.startswith(("activity_age", "age_"))]
        key = tuple(parameters.values[name] for name in names)
        if self._mixed is None or self._mixed.key != key:
            self._mixed = _Mixed(key, mixing_of(self._packed, parameters))
        return self._mixed.tables

    def _home_scale(self, exponent: float) -> NDArray[np.float64]:
        """Return household contacts by size against the average over people, which is 1."""
        size = np.arange(_HOUSEHOLD_SIZES, dtype=np.float64)
        scale = np.where(size > 1, np.maximum(size - 1.0, 0.0) ** exponent, 0.0)
        weight = self._packed.household_sizes * size
        mean = float((weight * scale).sum() / max(weight.sum(), 1.0))
        return scale / mean if mean > 0 else scale

    def step(self, day: int, controls: EpidemicControls, active: NDArray[np.float32] | None = None) -> None:
        """Live one day under the day's levers; days are 0, 1, 2, ... in order.

        A controls object, and each of its arrays, is read the first time it is given in a run: reuse it, unchanged,
        while nothing changes.

        Parameters
        ----------
        active
            (S,) share of those whom the levers admit to a site that it has work for, from 0 to 1; by default all of
            them. It may change every day at little cost.

        Raises
        ------
        CapacityError
            If a buffer is full; the run is then void.
        SonghanhError
            If a lever has a wrong shape, type or range.
        """
        self.steps(day, day + 1, controls, active)

    def steps(
        self, day: int, end: int, controls: EpidemicControls, active: NDArray[np.float32] | None = None
    ) -> None:
        """Live all days from ``day`` to the one before ``end`` under the same levers, as `step` would one by one.

        Raises
        ------
        CapacityError, SonghanhError
            As `step`.
        """
        if day != self._next_day or day >= self.days:
            raise ValueError(f"day {day} does not follow: expected {self._next_day} of {self.days}")
        if not day < end <= self.days:
            raise ValueError(f"end is {end}; allowed: {day + 1} to {self.days}")
        known = self._known.get(id(controls))
        if known is None or known[0] is not controls:
            known = self._known[id(controls)] = self._read = (controls, self._levers(controls))
        levers = known[1]
        if active is not None:
            check_active(active, self.n_sites)
            levers = levers._replace(site_share=(controls.site_share * active).astype(np.float64))
        self._counters[at.SAME_LEVERS] = self._latest is controls
        self._latest = controls
        self._next_day = live_days(day, end, self._seed, self._base_seed, *self._given, *levers)
        full = int(self._counters[at.FULL])
        if full:
            raise _full(at.FULL_NAMES[full], self.capacity, self._next_day - 1)

    def _levers(self, controls: EpidemicControls) -> Levers:
        """Check levers and return them for kernels; arrays of the levers read last are not read again."""
        if self._read is None:
            check_controls(controls, self.n_communes, self.n_sites)
            return levers_of(controls)
        before, levers = self._read
        new = {name for name in Levers._fields[1:] if getattr(controls, name) is not getattr(before, name)}
        check_controls(controls, self.n_communes, self.n_sites, new)
        return levers_of(
            controls, {name: getattr(levers, name) for name in Levers._fields[1:] if name not in new}
        )

    def reset(self) -> None:
        """Forget a run."""
        state = self._state
        if self._counters[at.FULL]:
            state.words[:] = 0
        clear_touched(state.words, state.touched, self._counters[at.N_TOUCHED])
        events.clear(self._calendar)
        state.last_open.fill(-10_000)
        for array in (
            state.counters,
            state.tests_due,
            state.place_closed,
            state.place_recent,
            state.place_away,
            state.hamlet_cases,
            state.hamlet_sealed_to,
            state.sealed,
            state.sealed_by_rule,
            state.was_locked,
            state.further_marks,
            state.absent,
            state.sealed_workers,
            state.lodgers_gone,
            *self._books,
        ):
            array.fill(0)
        self._next_day = -1
        self._known.clear()
        self._read = self._latest = None

    def result(self, with_tree: bool = False) -> EpidemicResult:
        """Return the run so far as frozen copies; days not lived are 0."""
        daily = _frozen(self._books.daily)
        by_name = {
            name: _frozen(book)
            for name, book in zip(self._books._fields, self._books, strict=True)
            if name != "daily"
        }
        return EpidemicResult(
            **by_name,
            hospital=daily[D_HOSPITAL],
            severe=daily[D_SEVERE],
            icu=daily[D_ICU],
            quarantined=daily[D_QUARANTINED],
            in_places=daily[D_IN_PLACES],
            sealed=daily[D_SEALED],
            gone=daily[D_GONE],
            exported=daily[D_EXPORTED],
            doses=_frozen(first_doses(self._state, self._packed, self.days, max(self._next_day, 0))),
            tests=daily[D_TESTS],
            lab_queue=daily[D_LAB_QUEUE],
            false_positives=daily[D_FALSE_POSITIVES],
            trace_queue=daily[D_TRACE_QUEUE],
            n_extended=int(self._counters[at.N_EXTENDED]),
            n_kept_isolated=int(self._counters[at.N_KEPT_ISOLATED]),
            n_reinfected=int(self._counters[at.N_REINFECTED]),
            n_breakthrough=int(self._counters[at.N_BREAKTHROUGH]),
            tree=self._tree() if with_tree else None,
        )

    def absences(self, day: int) -> Absences:
        """Return who could not come to work on a day that has been lived."""
        away = self._books.absent[day]
        return Absences(
            isolated=away[:, at.AWAY_ISOLATED],
            quarantined=away[:, at.AWAY_QUARANTINED],
            dead=away[:, at.AWAY_DEAD],
            firm_closed=away[:, at.AWAY_FIRM],
            gone=away[:, at.AWAY_GONE],
            locked=self._books.locked[day],
        )

    def hospital(self, day: int) -> int:
        """Return the people under treatment at the end of a day that has been lived."""
        return int(self._books.daily[D_HOSPITAL, day])

    def confirmed(self) -> Confirmed:
        """Return the cases confirmed so far."""
        records = self._records
        rows = np.flatnonzero(records[:, at.FOUND_ON] >= 0)
        person, day, found = (
            _frozen(records[rows, column]) for column in (at.PERSON, at.FOUND_ON, at.FOUND_AS)
        )
        return Confirmed(person, day, found, _frozen(self._roots()[rows]))

    def _roots(self) -> NDArray[np.int32]:
        """Return the row of ``imports`` that each infection goes back to."""
        records = self._records
        source = records[:, at.SOURCE]
        ancestor = np.where(source < 0, np.arange(len(source)), source)
        while True:  # pointer doubling: as many rounds as the logarithm of the longest chain
            further = ancestor[ancestor]
            if np.array_equal(further, ancestor):
                break
            ancestor = further
        person = records[ancestor, at.PERSON]
        order = np.argsort(self._imported, kind="stable")
        return order[np.searchsorted(self._imported[order], person)].astype(np.int32)

    def _tree(self) -> Tree:
        records = self._records
        columns = (
            at.PERSON, at.SOURCE, at.DAY, at.LAYER, at.ONSET, at.FOUND_ON, at.FOUND_AS, at.OUTCOME,
        )  # fmt: skip
        facts = records[:, at.FACTS]
        arrays = [records[:, column] for column in columns]
        arrays += [
            facts & at.VARIANT_MASK,
            (facts >> at.NUMBER_SHIFT) & at.NUMBER_MASK,
            facts // at.VACCINATED_BIT,
        ]
        return Tree(*map(_frozen, arrays))


def _frozen(array: NDArray[np.int32]) -> NDArray[np.int32]:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _full(buffer: str, capacity: int, day: int) -> CapacityError:
    return CapacityError(
        Fault(
            code="epidemic.capacity",
            message=f"The buffer for {buffer} is full on day {day} (capacity {capacity:,} infections).",
            remedy="Give the engine a larger capacity, or stop the run at fewer infections.",
            parameter="capacity",
        )
    )


def _fault(name: str, value: int, allowed: str) -> Fault:
    return Fault(
        code="epidemic.size",
        message=f"{name} is {value}; allowed: {allowed}.",
        remedy="Give a value in the allowed range.",
        parameter=name,
    )
