"""The plain engine: the same interface as `songhanh.epidemic.Engine`, one object a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plain.closing import shut
from plain.course import begin_infections, care
from plain.numbers import numbers_of
from plain.opening import open_the_day
from plain.presence import count_evening
from plain.run import FATAL, Books, Levers, Run
from plain.spread import bring_in, renew_contacts, transmit
from plain.testing import (
    confirm,
    run_laboratory,
    sample_rounds,
    sample_the_quarantined,
    sample_the_symptomatic,
)
from plain.tracing import trace
from plain.world import world_of
from songhanh.epidemic import Confirmed, EpidemicControls, EpidemicParameters, EpidemicResult, Tree
from songhanh.province.population import Population


class PlainEngine:
    """Runs one replicate of the epidemic of one population; parameters as those of `Engine` and `Engine.start`."""

    def __init__(
        self,
        population: Population,
        days: int,
        parameters: EpidemicParameters,
        imports: NDArray[np.int64],
        seed: int,
    ) -> None:
        world = world_of(population)
        self._given = [(*row, 0)[:3] for row in imports.tolist()]
        by_day = sorted(self._given, key=lambda row: (row[1], row[0]))
        books = Books(world, days, len(parameters.variants))
        self.run = Run(world, numbers_of(parameters, world), days, seed, seed, by_day, books)

    def reseed(self, seed: int | np.uint64) -> None:
        """Take another seed for the draws of all further days."""
        if int(seed) != self.run.seed:
            self.run.seed = int(seed)
            renew_contacts(self.run)

    def step(self, day: int, controls: EpidemicControls) -> None:
        """Live one day."""
        run = self.run
        assert day == run.day
        run.levers = Levers(controls)
        open_the_day(run)
        bring_in(run)
        transmit(run)
        begin_infections(run)
        care(run)
        sample_the_quarantined(run)
        sample_the_symptomatic(run)
        sample_rounds(run)
        run_laboratory(run)
        confirm(run)
        trace(run)
        shut(run)
        count_evening(run)
        run.day += 1

    def result(self) -> EpidemicResult:
        """Return the run so far, with its tree."""
        totals = self.run.totals
        return EpidemicResult(
            **vars(self.run.books),
            n_extended=totals["extended"],
            n_kept_isolated=totals["kept isolated"],
            n_reinfected=totals["reinfected"],
            n_breakthrough=totals["breakthrough"],
            tree=self._tree(),
        )

    def _tree(self) -> Tree:
        infections = self.run.infections
        return Tree(
            person=_ints([i.person.number for i in infections]),
            source=_ints([i.source.number if i.source is not None else -1 for i in infections]),
            day=_ints([i.day for i in infections]),
            layer=_ints([i.layer for i in infections]),
            onset=_ints([i.onset for i in infections]),
            found_on=_ints([i.found_on for i in infections]),
            found_as=_ints([i.found_as for i in infections]),
            outcome=_ints([i.outcome for i in infections]),
            variant=_ints([i.variant for i in infections]),
            earlier=_ints([i.earlier for i in infections]),
            vaccinated=_ints([i.vaccinated for i in infections]),
        )

    @property
    def n_fatal(self) -> int:
        """Return the infections so far that end in death."""
        return sum(infection.outcome == FATAL for infection in self.run.infections)

    def confirmed(self) -> Confirmed:
        """Return the cases confirmed so far, with the row of the imports that their chain goes back to."""
        found = [infection for infection in self.run.infections if infection.found_on >= 0]
        roots = []
        for infection in found:
            while infection.source is not None:
                infection = infection.source  # noqa: PLW2901 - up the chain
            roots.append(next(k for k, row in enumerate(self._given) if row[0] == infection.person.number))
        return Confirmed(
            _ints([i.person.number for i in found]),
            _ints([i.found_on for i in found]),
            _ints([i.found_as for i in found]),
            _ints(roots),
        )


def _ints(values: list[int]) -> NDArray[np.int32]:
    return np.array(values, np.int32)
