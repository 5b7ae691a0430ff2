"""Runs that tests share: one set of levers with everything on, and short ways to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import worlds
from numpy.typing import NDArray

from songhanh.core.modes import SiteMode
from songhanh.epidemic import Engine, EpidemicControls, EpidemicParameters, EpidemicResult, no_controls
from songhanh.province.population import Population

PROVINCE = worlds.province()
DAYS = 90
ENGINE = Engine(PROVINCE, DAYS, capacity=60_000)
ALONE = {
    f"share_{name}": 0.0
    for name in ("household", "boarding", "line", "plant", "class", "school", "community", "quarantine")
}
PLAIN = {"asymptomatic_infectiousness": 1.0, "symptomatic_share": 1.0, "severity_ratio": 0.0}
Change = Callable[[int, EpidemicControls], None]


def only(layer: str, **values: float) -> dict[str, float]:
    """Return parameters under which one layer carries all transmission."""
    return {**ALONE, **PLAIN, "share_out": 0.0, f"share_{layer}": 1.0, **values}


def park_imports(population: Population = PROVINCE, k: int = 10) -> NDArray[np.int64]:
    """Return infections of workers of the first firm on the first three days."""
    return np.stack([population.place_members[:k].astype(np.int64), np.arange(k) % 3], axis=1)


def usual_effort(controls: EpidemicControls) -> None:
    """Test those with symptoms, trace, and quarantine in places."""
    controls.detection[:] = 0.7
    controls.lab_capacity = 100_000
    controls.trace_capacity = 1_000
    controls.quarantine_days = 21
    controls.quarantine_places = 100_000
    controls.trace[:] = (0.9, 0.5, 0.6, 0.1, 0.6, 0.05, 0.4, 0.8, 0.0)


def everything(day: int, controls: EpidemicControls) -> None:
    """Put every lever to use."""
    usual_effort(controls)
    controls.quarantine_places = 400
    controls.lab_capacity = 900
    controls.trace_capacity = 8
    controls.pool_size = 5
    controls.firm_close_cases[:] = 3
    controls.firm_close_days[:] = 10
    if day >= 20:
        controls.community[:] = 0.5
        controls.movement[:] = 0.4
        controls.boarding[:] = 0.8
        controls.school[:] = 0.0
        controls.work[:] = 0.6
        controls.locked[:2] = day < 50
        controls.site_mode[0] = SiteMode.CLOSED if day < 45 else SiteMode.STAGGERED
        controls.site_mode[1] = SiteMode.ON_SITE
        controls.site_share[:] = 0.6
        controls.site_contact[:] = 0.7
        controls.sampling[:5] = 0.2 if day % 5 == 0 else 0.0
        controls.site_sampling[:] = 0.3 if day % 7 == 0 else 0.0


def run(
    change: Change | None = None,
    values: Mapping[str, float] | None = None,
    seed: int = 1,
    imports: NDArray[np.int64] | None = None,
    days: int = DAYS,
    engine: Engine = ENGINE,
    with_tree: bool = False,
) -> EpidemicResult:
    """Run one replicate in the shared small province; ``change`` moves each day's levers."""
    engine.start(
        EpidemicParameters.from_values({"reproduction_number": 5.0, **(values or {})}),
        park_imports() if imports is None else imports,
        np.uint64(seed),
    )
    for day in range(days):
        controls = no_controls(engine.n_communes, engine.n_sites)
        if change is not None:
            change(day, controls)
        engine.step(day, controls)
    return engine.result(with_tree)
