"""The engine: arrays allocated once, a day a call, and a reset that costs what the run touched."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import CapacityError, Fault
from songhanh.epidemic import layout as at
from songhanh.epidemic.account import (
    D_HOSPITAL,
    D_ICU,
    D_IN_PLACES,
    D_LAB_QUEUE,
    D_QUARANTINED,
    D_SEVERE,
    D_TESTS,
    D_TRACE_QUEUE,
    D_TRACED,
    N_DAILY,
    clear,
)
from songhanh.epidemic.check import check_controls, check_imports
from songhanh.epidemic.controls import EpidemicControls, Found, Layer
from songhanh.epidemic.day import live_day
from songhanh.epidemic.parameters import EpidemicParameters
from songhanh.epidemic.people import Packed, pack
from songhanh.epidemic.result import Absences, Confirmed, EpidemicResult, Tree
from songhanh.province.population import Population

_LARGEST_HOUSEHOLD = 63


class Engine:
    """Runs the epidemic of one population, one replicate after the other.

    Parameters
    ----------
    population
        The people.
    days
        Days of a run at most.
    capacity
        Infections at most; more raise `CapacityError`.
    packed
        The same people as `people.pack` gives them, to share between the engines of a process.

    Attributes
    ----------
    reported, reported_site
        (days, C, 4) and (days, S + 1) confirmed cases by day of report, filled up to the last step: what
        rules may observe. Views, not copies.
    """

    def __init__(
        self, population: Population, days: int, capacity: int = 200_000, packed: Packed | None = None
    ) -> None:
        self.days = days
        self.capacity = capacity
        self.n_communes = population.n_communes
        self.n_sites = population.n_sites
        self._n_sectors = population.n_sectors
        self._packed = packed if packed is not None else pack(population)
        self._next_day = -1
        self._checked: EpidemicControls | None = None
        self._parameters: EpidemicParameters | None = None
        self._seed = self._base_seed = np.uint64(0)
        self._levers = np.zeros(8, np.int64)
        self._allocate_state(population)
        self._allocate_books(population)

    def _allocate_state(self, population: Population) -> None:
        n, capacity, communes = population.n_people, self.capacity, population.n_communes
        cells, sites, places = population.n_cells, population.n_sites, population.n_places
        ints = lambda *shape: np.zeros(shape, np.int32)  # noqa: E731
        in_quarantine = min(4 * n, max(8 * capacity, 100_000))
        largest = int(np.diff(population.place_start).max(initial=0))
        houses = int((population.boarding_end - population.boarding_start).max(initial=0))
        self._counters = np.zeros(at.N_COUNTERS, np.int64)
        self._words = np.zeros(n, np.uint64)
        self._touched = ints(min(n, max(24 * capacity, 400_000)))
        self._records = ints(capacity, at.N_RECORD_COLUMNS)
        self._heads = np.full((at.N_EVENTS, self.days), -1, np.int32)
        self._places_touched = ints(places)
        self._place_state = ints(places, 4)
        self._tests_due = ints(self.days)
        self._last_open = np.full((3, max(communes, sites, 1)), -10_000, np.int32)
        self._locked_now = np.zeros(communes, np.uint8)
        self._away = ints(communes, cells, at.N_AWAY)
        self._absent = ints(cells, at.N_AWAY)
        self._locked_workers = ints(cells)
        slots, slot_of = ints(in_quarantine, 2), ints(n)
        # In the order of `day.live_day`.
        self._state: tuple[Any, ...] = (
            self._words,
            self._touched,
            self._records,
            ints(capacity),  # active
            slots,
            slot_of,
            ints(12 * capacity + 2 * in_quarantine, 2),  # events
            self._heads,
            self._tests_due,
            self._place_state,
            self._places_touched,
            ints(places),  # closed
            ints(capacity, 2),  # urgent samples
            ints(capacity, 2),  # screening samples
            ints(capacity),  # cases to trace
            ints(capacity),  # confirmed today
            ints(largest + houses + 8192, 2),  # contacts of one case
            self._last_open,
            self._locked_now,
            self._away,
            self._absent,
            self._locked_workers,
            self._counters,
        )

    def _allocate_books(self, population: Population) -> None:
        days, cells = self.days, population.n_cells
        ints = lambda *shape: np.zeros(shape, np.int32)  # noqa: E731
        self._infections = ints(days, self.n_communes)
        self._infections_layer = ints(days, len(Layer))
        self.reported = ints(days, self.n_communes, len(Found))
        self.reported_site = ints(days, self.n_sites + 1)
        self._reported_age = ints(days, 9)
        self._deaths = ints(days, self.n_communes)
        self._daily = ints(N_DAILY, days)
        self._absent_by_day = ints(days, cells, 2)
        self._dead_by_day = ints(days, cells)
        self._firm_closed_by_day = ints(days, cells)
        self._locked_by_day = ints(days, cells)
        self._books: tuple[Any, ...] = (
            self._infections,
            self._infections_layer,
            self.reported,
            self.reported_site,
            self._reported_age,
            self._deaths,
            self._daily,
            self._absent_by_day,
            self._dead_by_day,
            self._firm_closed_by_day,
            self._locked_by_day,
        )

    @property
    def n_infections(self) -> int:
        """Return the number of infections so far, those from outside included."""
        return int(self._counters[at.N_RECORDS])

    @property
    def n_fatal(self) -> int:
        """Return the infections so far that end in death, also those whose death is still to come."""
        return int(np.count_nonzero(self._records[: self.n_infections, at.OUTCOME] == at.FATAL))

    @property
    def n_infectious_or_detectable(self) -> int:
        """Return the infections that may still infect or be found; at 0 the outbreak is over."""
        return int(self._counters[at.N_ACTIVE])

    def start(self, parameters: EpidemicParameters, imports: NDArray[np.int64], seed: np.uint64) -> None:
        """Forget the last run and begin a new one.

        Parameters
        ----------
        parameters
            Numbers of the world.
        imports
            (k, 2) person and run day of each infection brought in from outside.
        seed
            Seed of every draw.

        Raises
        ------
        SonghanhError
            If an import names a person or a day that does not exist.
        """
        self._imported = np.asarray(imports, np.int64).reshape(-1, 2)[:, 0]
        imports = check_imports(imports, self._packed.people.shape[0], self.days)
        self.reset()
        self._parameters = parameters
        self._seed = self._base_seed = np.uint64(seed)
        home_scale = self._home_scale(parameters.values["household_scaling"])
        packed = self._packed
        self._given: tuple[Any, ...] = (
            self._n_sectors,
            packed.people,
            packed.places,
            packed.members,
            packed.boardings,
            packed.commune_start,
            packed.residents,
            packed.site_workers,
            imports,
            parameters.rates,
            parameters.reals,
            parameters.wholes,
            parameters.tables,
            parameters.profile,
            parameters.sensitivity,
            parameters.severity,
            parameters.stays,
            home_scale,
            self._levers,
        )
        self._next_day = 0

    def reseed(self, seed: np.uint64) -> None:
        """Take another seed for the draws of all further days; who is lodged at a site stays the same."""
        self._seed = np.uint64(seed)

    def _home_scale(self, exponent: float) -> NDArray[np.float64]:
        """Return household contacts by size against the average over people, which is 1."""
        size = np.arange(_LARGEST_HOUSEHOLD + 1, dtype=np.float64)
        scale = np.where(size > 1, np.maximum(size - 1.0, 0.0) ** exponent, 0.0)
        weight = self._packed.household_sizes * size
        mean = float((weight * scale).sum() / max(weight.sum(), 1.0))
        return scale / mean if mean > 0 else scale

    def step(self, day: int, controls: EpidemicControls) -> None:
        """Live one day under the day's levers; days are 0, 1, 2, ... in order.

        A controls object is checked the first time it is given, so reuse one while nothing changes.

        Raises
        ------
        CapacityError
            If a buffer is full; the run is then void.
        SonghanhError
            If a lever has a wrong shape, type or range.
        """
        if day != self._next_day or day >= self.days:
            raise ValueError(f"day {day} does not follow: expected {self._next_day} of {self.days}")
        if controls is not self._checked:
            check_controls(controls, self.n_communes, self.n_sites)
            self._checked = controls
        levers = self._levers
        levers[at.TRACE_CAPACITY] = controls.trace_capacity
        levers[at.QUARANTINE_DAYS] = controls.quarantine_days
        levers[at.QUARANTINE_PLACES] = controls.quarantine_places
        levers[at.AT_HOME_RULE] = controls.quarantine_at_home
        levers[at.LAB_CAPACITY] = controls.lab_capacity
        levers[at.POOL_SIZE] = controls.pool_size
        arguments: tuple[Any, ...] = (
            day,
            self._seed,
            self._base_seed,
            *self._given,
            controls.community,
            controls.movement,
            controls.boarding,
            controls.school,
            controls.work,
            controls.locked,
            controls.site_mode,
            controls.site_contact,
            controls.site_share,
            controls.firm_close_cases,
            controls.firm_close_days,
            controls.detection,
            controls.trace,
            controls.sampling,
            controls.site_sampling,
            *self._state,
            *self._books,
        )
        live_day(*arguments)
        self._next_day = day + 1
        full = int(self._counters[at.FULL])
        if full:
            raise _full(at.FULL_NAMES[full], self.capacity, day)

    def reset(self) -> None:
        """Forget a run."""
        if self._counters[at.FULL]:
            self._words[:] = 0
            self._place_state[:] = 0
        clear(self._words, self._touched, self._place_state, self._places_touched, self._counters)
        self._heads.fill(-1)
        self._tests_due.fill(0)
        self._last_open.fill(-10_000)
        self._locked_now.fill(0)
        self._away.fill(0)
        self._absent.fill(0)
        self._locked_workers.fill(0)
        self._counters.fill(0)
        for book in self._books:
            book.fill(0)
        self._next_day = -1
        self._checked = None

    def result(self, with_tree: bool = False) -> EpidemicResult:
        """Return the run so far as frozen copies; days not lived are 0."""
        daily = _frozen(self._daily)
        return EpidemicResult(
            infections=_frozen(self._infections),
            infections_layer=_frozen(self._infections_layer),
            reported=_frozen(self.reported),
            reported_site=_frozen(self.reported_site),
            reported_age=_frozen(self._reported_age),
            deaths=_frozen(self._deaths),
            hospital=daily[D_HOSPITAL],
            severe=daily[D_SEVERE],
            icu=daily[D_ICU],
            quarantined=daily[D_QUARANTINED],
            in_places=daily[D_IN_PLACES],
            tests=daily[D_TESTS],
            lab_queue=daily[D_LAB_QUEUE],
            traced=daily[D_TRACED],
            trace_queue=daily[D_TRACE_QUEUE],
            absent=_frozen(self._absent_by_day),
            dead_workers=_frozen(self._dead_by_day),
            firm_closed=_frozen(self._firm_closed_by_day),
            locked=_frozen(self._locked_by_day),
            n_extended=int(self._counters[at.N_EXTENDED]),
            tree=self._tree() if with_tree else None,
        )

    def absences(self, day: int) -> Absences:
        """Return who could not come to work on a day that has been lived."""
        return Absences(
            isolated=self._absent_by_day[day, :, 0],
            quarantined=self._absent_by_day[day, :, 1],
            dead=self._dead_by_day[day],
            firm_closed=self._firm_closed_by_day[day],
            locked=self._locked_by_day[day],
        )

    def hospital(self, day: int) -> int:
        """Return the people under treatment at the end of a day that has been lived."""
        return int(self._daily[D_HOSPITAL, day])

    def confirmed(self) -> Confirmed:
        """Return the cases confirmed so far."""
        records = self._records[: self.n_infections]
        rows = np.flatnonzero(records[:, at.FOUND_ON] >= 0)
        person, day, found = (
            _frozen(records[rows, column]) for column in (at.PERSON, at.FOUND_ON, at.FOUND_AS)
        )
        return Confirmed(person, day, found, _frozen(self._roots()[rows]))

    def _roots(self) -> NDArray[np.int32]:
        """Return the row of ``imports`` that each infection goes back to."""
        records = self._records[: self.n_infections]
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
        records = self._records[: self.n_infections]
        columns = (at.PERSON, at.SOURCE, at.DAY, at.LAYER, at.ONSET, at.FOUND_ON)
        return Tree(*(_frozen(records[:, column]) for column in columns))


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
