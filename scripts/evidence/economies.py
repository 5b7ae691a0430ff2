"""The economies that the evidence is computed on, and short ways to run them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from songhanh.economy import (
    Economy,
    EconomyControls,
    EconomyModel,
    EconomyParameters,
    EconomyResult,
    LabourDay,
    build,
    full_labour,
    no_economy_controls,
)
from songhanh.province import load

Floats = NDArray[np.float64]
Day = tuple[EconomyControls, LabourDay]
EXAMPLE = "bac-giang-2021"
# Nothing but the mechanism that is looked at.
PLAIN = {
    "saving_share": 1.0,
    "income_sensitivity": 0.0,
    "fear_max": 0.0,
    "household_local_demand_share": 1.0,
    "entry_test_days": 0.0,
}


@lru_cache(maxsize=1)
def example() -> EconomyModel:
    """Return the economy of the example province."""
    return build(load(EXAMPLE))


def made_up(
    local: Sequence[Sequence[float]],
    output: Sequence[float],
    stock_days: float = 10.0,
    foreign: float = 0.3,
    imported: float = 0.0,
) -> EconomyModel:
    """Return a province with one site that has half of the workers, 40 % of them lodgers; all inputs are critical."""
    table, made = np.array(local, dtype=np.float64), np.array(output, dtype=np.float64)
    n = len(made)
    coefficients = np.vstack([table, np.full(n, imported)])
    return EconomyModel(
        sectors=tuple(f"sector {j}" for j in range(n)),
        sites=("site",),
        output=made,
        coefficients=coefficients,
        critical=np.ones((n + 1, n)),
        value_added_share=1.0 - coefficients.sum(axis=0),
        foreign_share=np.full(n, foreign),
        household_share=np.full(n, 0.8),
        stock_days=np.full(n, stock_days),
        workers=np.full((2, n), 50.0),
        lodger_share=np.array([0.4, 0.0]),
        remote_share=np.zeros(n),
        essential=np.zeros(n, dtype=np.bool_),
        keeps_orders=np.ones(n, dtype=np.bool_),
        population=1000.0,
    )


def quiet(model: EconomyModel) -> Day:
    """Return a day on which nothing happens."""
    controls = no_economy_controls(1, model.n_sites, model.n_sectors, len(model.crops.channel_crop))
    return controls, full_labour(model.n_sites, model.n_sectors)


def admitting(model: EconomyModel, share: float, site: int | None = None, sector: int | None = None) -> Day:
    """Return a day on which a share of the workers is admitted, everywhere or at one site or in one sector."""
    controls, labour = quiet(model)
    admitted = controls.admitted.copy()
    admitted[slice(None) if site is None else site, slice(None) if sector is None else sector] = share
    return replace(controls, admitted=admitted), labour


def lived(
    model: EconomyModel,
    days: int,
    day_of: Callable[[int], Day] | None = None,
    values: Mapping[str, float] | None = None,
    capacity: Floats | None = None,
) -> EconomyResult:
    """Run some days; without ``day_of`` nothing happens."""
    economy = Economy(model, days, capacity)
    economy.start(EconomyParameters.from_values(PLAIN if values is None else values))
    normal = quiet(model)
    for day in range(days):
        economy.step(day, *(normal if day_of is None else day_of(day)))
    return economy.result()


def drawn_day(model: EconomyModel, rng: np.random.Generator) -> Day:
    """Return a day of random orders and absences."""
    shape, n = (model.n_sites + 1, model.n_sectors), model.n_sectors

    def some(*size: int) -> Floats:
        return np.where(rng.uniform(0, 1, size) < 0.5, 1.0, rng.uniform(0, 1, size))

    controls, labour = quiet(model)
    away = rng.dirichlet([1, 1, 1, 1, 6], shape)
    return (
        replace(
            controls,
            admitted=some(*shape),
            productivity=some(*shape),
            household_demand=some(n),
            other_demand=some(n),
            export_demand=some(n),
            import_logistics=some(n),
            export_logistics=some(n),
            channel=some(len(model.crops.channel_crop)),
        ),
        replace(
            labour,
            isolated=away[..., 0],
            quarantined=away[..., 1],
            locked=away[..., 2],
            dead=away[..., 3],
            open_rest=some(n),
            hospital_load=float(rng.uniform(0, 1000)),
        ),
    )
