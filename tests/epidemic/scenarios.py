"""Runs that tests share: one set of levers with everything on, and short ways to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import worlds
from numpy.typing import NDArray

from songhanh.core.modes import SiteMode
from songhanh.epidemic import (
    Engine,
    EpidemicControls,
    EpidemicParameters,
    EpidemicResult,
    Layer,
    Tree,
    no_controls,
)
from songhanh.epidemic.people import pack
from songhanh.province.population import FIRM_AT_SITE, Population
from songhanh.response.contact import Action

PROVINCE = worlds.province()
PACKED = pack(PROVINCE)
DAYS = 90
ENGINE = Engine(PACKED, DAYS, capacity=60_000)
# People of the small province by commune and by hamlet.
COMMUNE = np.repeat(np.arange(PROVINCE.n_communes), np.diff(PROVINCE.commune_start))
HAMLET = PROVINCE.household_hamlet[PROVINCE.household]
ALONE = {f"share_{layer.name.lower()}": 0.0 for layer in Layer if layer is not Layer.IMPORT}
PLAIN = {
    "asymptomatic_infectiousness": 1.0,
    "symptomatic_share": 1.0,
    "severity_ratio": 0.0,
    **{f"susceptibility_age_{age}": 1.0 for age in range(0, 90, 10)},
}
PERFECT_TEST = {f"pcr_sensitivity_day_{day}": 1.0 for day in (1, 4, 5, 8, 9, 21)}
POISSON = {"dispersion": 1000.0}  # nobody infects more than another: sums vary little
FOUR_SEEDS = range(4)
Change = Callable[[int, EpidemicControls], None]


def only(layer: str, **values: float) -> dict[str, float]:
    """Return parameters under which one layer carries all transmission, alike for all ages."""
    return {**ALONE, **PLAIN, "share_out": 0.0, f"share_{layer}": 1.0, **values}


def imports_of(people: NDArray[np.integer] | list[int], day: int = 0, variant: int = 0) -> NDArray[np.int64]:
    """Return infections from outside of some people on one day."""
    who = np.asarray(people, np.int64)
    return np.stack([who, np.full_like(who, day), np.full_like(who, variant)], axis=1)


def park_imports(population: Population = PROVINCE, k: int = 10) -> NDArray[np.int64]:
    """Return infections of workers of the first firm on the first three days."""
    return np.stack([population.place_members[:k].astype(np.int64), np.arange(k) % 3], axis=1)


def firm_imports() -> NDArray[np.int64]:
    """Return one infected worker in each firm of the parks."""
    firms = np.flatnonzero(PROVINCE.place_kind == FIRM_AT_SITE)
    return imports_of(PROVINCE.place_members[PROVINCE.place_start[firms]])


def quarantine_at(controls: EpidemicControls, action: Action, days: int = 21, level: int = 1) -> None:
    """Set what is done with the contacts of one level."""
    controls.contact_action[level] = action
    controls.contact_days[level] = days


def usual_effort(controls: EpidemicControls) -> None:
    """Test those with symptoms, trace, and quarantine in places."""
    controls.detection[:] = 0.7
    controls.lab_capacity = 100_000
    controls.trace_capacity[0] = 1_000
    quarantine_at(controls, Action.CENTRAL, 21)
    controls.test_days[:] = (1, 7, 14, 20)
    controls.quarantine_places = 100_000
    controls.trace[:] = (0.9, 0.5, 0.6, 0.1, 0.6, 0.05, 0.4, 0.7, 0.8, 0.0)


def everything(day: int, controls: EpidemicControls) -> None:
    """Put every lever to use."""
    usual_effort(controls)
    controls.quarantine_places = 400
    controls.lab_capacity = 900
    controls.trace_capacity[:] = (8, 20, 20, 20)
    controls.trace_share[:] = (1.0, 0.5, 0.3, 0.1)
    quarantine_at(controls, Action.HOME, 7, level=2)
    quarantine_at(controls, Action.MONITOR, 14, level=3)
    controls.pool_size = 5
    controls.release_negatives = 1
    controls.release_retest_days = 3
    controls.firm_close_cases[:] = 3
    controls.firm_close_days[:] = 10
    controls.vaccination[:, 6:] = 0.004
    if day >= 20:
        controls.community[:] = 0.5
        controls.movement[:] = 0.4
        controls.boarding[:] = 0.8
        controls.school[:] = 0.0
        controls.work[:] = 0.6
        controls.locked[:2] = day < 50
        controls.hamlet_seal_cases[2:6] = 8 if day < 60 else 0
        controls.hamlet_seal_days[2:6] = 7
        controls.sealed_community[:] = 0.3
        controls.site_mode[0] = SiteMode.CLOSED if day < 45 else SiteMode.STAGGERED
        controls.site_mode[1] = SiteMode.ON_SITE
        controls.site_share[:] = 0.6
        controls.site_contact[:] = 0.7
        controls.sampling[:5] = 0.3 if day % 5 == 0 else 0.0
        controls.site_sampling[:] = 0.3 if day % 7 == 0 else 0.0
        controls.site_vaccination[:] = 0.01
        controls.lodgers_away[:] = 0.3 if 55 <= day < 75 else 0.0


def run(
    change: Change | None = None,
    values: Mapping[str, float] | EpidemicParameters | None = None,
    seed: int = 1,
    imports: NDArray[np.int64] | None = None,
    days: int | None = None,
    engine: Engine = ENGINE,
    with_tree: bool = False,
) -> EpidemicResult:
    """Run one replicate in the shared small province; ``change`` moves each day's levers."""
    if not isinstance(values, EpidemicParameters):
        values = EpidemicParameters.from_values({"reproduction_number": 5.0, **(values or {})})
    engine.start(values, park_imports() if imports is None else imports, np.uint64(seed))
    idle = no_controls(engine.n_communes, engine.n_sites)
    for day in range(engine.days if days is None else days):
        controls = idle
        if change is not None:
            controls = no_controls(engine.n_communes, engine.n_sites)
            change(day, controls)
        engine.step(day, controls)
    return engine.result(with_tree)


def total(
    change: Change | None, values: Mapping[str, float] | None = None, layer: Layer | None = None
) -> int:
    """Return the infections of four replicates, of one layer if given."""
    results = [run(change, values, seed) for seed in FOUR_SEEDS]
    return sum(
        int(r.infections_layer[:, layer].sum() if layer is not None else r.infections.sum()) for r in results
    )


def site_mode(mode: SiteMode, share: float = 1.0) -> Change:
    """Return levers that put all sites in a mode from day 10 on."""

    def change(day: int, controls: EpidemicControls) -> None:
        if day >= 10:
            controls.site_mode[:] = mode
            controls.site_share[:] = share

    return change


def tree_of(*arguments: object, **names: object) -> Tree:
    """Run one replicate and return its transmission tree."""
    tree = run(*arguments, with_tree=True, **names).tree  # type: ignore[arg-type]
    assert tree is not None
    return tree


def sources(tree: Tree) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Return the rows of infections inside the province, and the rows of those who infected them."""
    rows = np.flatnonzero(tree.source >= 0)
    return rows, tree.source[rows]


def lived(
    change: Change | None, engine: Engine, first: int, last: int, watch: Callable[[int], None] | None = None
) -> None:
    """Live some days of a run that has been started, and look at the engine after each."""
    for day in range(first, last):
        controls = no_controls(engine.n_communes, engine.n_sites)
        if change is not None:
            change(day, controls)
        engine.step(day, controls)
        if watch is not None:
            watch(day)


def begin(
    values: Mapping[str, float] | None = None,
    seed: int = 1,
    imports: NDArray[np.int64] | None = None,
    engine: Engine = ENGINE,
) -> None:
    """Start a run that `lived` goes on with."""
    engine.start(
        EpidemicParameters.from_values({"reproduction_number": 5.0, **(values or {})}),
        park_imports() if imports is None else imports,
        np.uint64(seed),
    )


def words(engine: Engine = ENGINE) -> NDArray[np.uint64]:
    """Return a copy of the word of each person."""
    return engine._state.words.copy()


def has(bit: np.uint64, engine: Engine = ENGINE) -> NDArray[np.bool_]:
    """Tell for each person whether a bit of the word is set."""
    return (engine._state.words & bit) != 0
