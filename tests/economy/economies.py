"""Small economies for tests: by hand, drawn by luck, and as a pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from songhanh.core.text import Text
from songhanh.economy import (
    Crops,
    Economy,
    EconomyControls,
    EconomyModel,
    EconomyParameters,
    EconomyResult,
    LabourDay,
    full_labour,
    no_economy_controls,
)
from songhanh.province.pack import Pack

PLAIN = {
    "saving_share": 1.0,
    "income_sensitivity": 0.0,
    "fear_max": 0.0,
    "household_local_demand_share": 1.0,
    "entry_test_days": 0.0,
}


def economy_of(local, output, *, sites=1, **fields) -> EconomyModel:
    """A model from a (J, J) local table; 10 % of output comes from outside, half the workers are at sites."""
    local, output = np.array(local, dtype=float), np.array(output, dtype=float)
    n = len(output)
    outside = fields.pop("imported", np.full(n, 0.1))
    coefficients = np.vstack([local, outside])
    workers = np.zeros((sites + 1, n))
    workers[:-1] = 50.0 / sites
    workers[-1] = 50.0
    given = {
        "critical": np.ones((n + 1, n)),
        "foreign_share": np.full(n, 0.3),
        "household_share": np.full(n, 0.8),
        "stock_days": np.full(n, 10.0),
        "workers": workers,
        "lodger_share": np.append(np.full(sites, 0.4), 0.0),
        "remote_share": np.zeros(n),
        "essential": np.zeros(n, dtype=bool),
        "keeps_orders": np.ones(n, dtype=bool),
        "population": 1000.0,
    } | fields
    return EconomyModel(
        sectors=tuple(f"sector-{j}" for j in range(n)),
        sites=tuple(f"site-{s}" for s in range(sites)),
        output=output,
        coefficients=coefficients,
        value_added_share=1.0 - coefficients.sum(axis=0),
        **given,
    )


def drawn_economy(seed: int) -> EconomyModel:
    """A random economy that is consistent."""
    rng = np.random.default_rng(seed)
    n, sites = int(rng.integers(1, 7)), int(rng.integers(1, 4))
    output = rng.uniform(0.5, 50.0, n)
    local = rng.uniform(0, 1, (n, n)) * (rng.uniform(0, 1, (n, n)) < 0.6)
    local *= rng.uniform(0.0, 0.6, n) / np.maximum(local.sum(axis=0), 1e-9)
    sales = (local * output).sum(axis=1)
    local *= np.minimum(1.0, 0.8 * output / np.maximum(sales, 1e-9))[:, None]
    critical = rng.choice([0.0, 0.5, 1.0], (n + 1, n))
    workers = rng.uniform(0, 1000, (sites + 1, n)) * (rng.uniform(0, 1, (sites + 1, n)) < 0.8)
    return economy_of(
        local,
        output,
        sites=sites,
        imported=rng.uniform(0.0, 0.3, n),
        critical=critical,
        foreign_share=rng.uniform(0, 1, n),
        household_share=rng.uniform(0, 1, n),
        stock_days=rng.uniform(0.5, 40, n),
        workers=workers,
        lodger_share=rng.uniform(0, 1, sites + 1),
        remote_share=rng.uniform(0, 0.5, n),
        essential=rng.uniform(0, 1, n) < 0.5,
        keeps_orders=rng.uniform(0, 1, n) < 0.5,
        crops=orchard(rng.uniform(0, 100), sector=int(rng.integers(0, n)), margin=rng.uniform(0.3, 2.0)),
    )


def orchard(tonnes: float = 1000.0, *, sector: int = 0, margin: float = 2.0) -> Crops:
    """One crop, ripe from day 5 to 24, sold at home and abroad; channels take ``margin`` times the peak."""
    peak = 2.0 * tonnes / 20.0
    return Crops(
        sector=np.array([sector]),
        season=np.array([[5.0, 12.0, 24.0]]),
        tonnes=np.array([tonnes]),
        price=np.array([0.02]),
        decay=np.array([0.2]),
        pickers=np.array([100.0]),
        channel_crop=np.array([0, 0]),
        channel_share=np.array([0.6, 0.4]),
        channel_most=margin * peak * np.array([0.6, 0.4]),
        channel_is_export=np.array([True, False]),
    )


def quiet(model: EconomyModel) -> EconomyControls:
    return no_economy_controls(1, model.n_sites, model.n_sectors, len(model.crops.channel_crop))


def everybody(model: EconomyModel) -> LabourDay:
    return full_labour(model.n_sites, model.n_sectors)


def drawn_day(model: EconomyModel, rng: np.random.Generator) -> tuple[EconomyControls, LabourDay]:
    """A day of random orders and absences."""
    shape, n = (model.n_sites + 1, model.n_sectors), model.n_sectors

    def some(*size):
        return np.where(rng.uniform(0, 1, size) < 0.5, 1.0, rng.uniform(0, 1, size))

    controls = replace(
        quiet(model),
        admitted=some(*shape),
        productivity=some(*shape),
        household_demand=some(n),
        other_demand=some(n),
        export_demand=some(n),
        import_logistics=some(n),
        export_logistics=some(n),
        channel=some(len(model.crops.channel_crop)),
        site_cost_vnd_bn=rng.uniform(0, 0.1, shape[0]),
        public_cost_vnd_bn=float(rng.uniform(0, 1)),
        support_vnd_bn=float(rng.uniform(0, 1)),
    )
    absent = rng.dirichlet([1, 1, 1, 1, 1, 6], shape)
    labour = LabourDay(
        isolated=absent[..., 0],
        quarantined=absent[..., 1],
        locked=absent[..., 2],
        dead=absent[..., 3],
        taken_home=absent[..., 4],
        firm_closed=1.0 - some(*shape),
        open_rest=some(n),
        hospital_load=float(rng.uniform(0, 10)),
    )
    return controls, labour


def run(model: EconomyModel, days: int, day_of=None, parameters=None, economy=None) -> EconomyResult:
    """Run some days; ``day_of(day)`` returns controls and labour, or None for a normal day."""
    economy = economy or Economy(model, days)
    economy.start(EconomyParameters.from_values(PLAIN if parameters is None else parameters))
    for day in range(days):
        given = day_of(day) if day_of else None
        economy.step(day, *(given or (quiet(model), everybody(model))))
    return economy.result()


def closing(model: EconomyModel, site: int, first: int, last: int):
    """Days on which one site is closed from ``first`` to ``last``."""
    shut = quiet(model)
    shut.admitted[site] = 0.0
    return lambda day: (shut, everybody(model)) if first <= day <= last else None


def small_pack(**tables: pl.DataFrame) -> Pack:
    """A province of three sectors, one park and no crops; any table can be replaced."""
    ids = ["agriculture", "electronics", "trade"]
    given = {
        "areas": pl.DataFrame({"code": ["1"], "level": ["commune"], "population": [1000]}),
        "sites": pl.DataFrame({"site_id": ["park"], "kind": ["park"], "workers": [200]}),
        "site_sectors": pl.DataFrame({"site_id": ["park"], "sector_id": ["electronics"], "share": [1.0]}),
        "employment": pl.DataFrame({"area_code": ["*"] * 3, "sector_id": ids, "employed": [300, 20, 100]}),
        "boarding": pl.DataFrame({"area_code": ["1"], "site_id": ["park"], "lodgers": [80]}),
        "sectors": pl.DataFrame(
            {
                "sector_id": ids,
                "broad": ["agriculture", "industry", "services"],
                "gva_vnd_bn": [40.0, 50.0, 60.0],
                "output_vnd_bn": [100.0, 250.0, 100.0],
                "export_share": [0.1, 0.9, 0.0],
                "household_share": [0.9, 0.5, 0.9],
                "remote_share": [0.1, 0.1, 0.1],
                "essential": [True, True, False],
                "stock_days": [30.0, 40.0, 20.0],
            }
        ),
        "input_output": pl.DataFrame(
            {
                "from_sector": ["agriculture", "electronics", "trade", "electronics", "trade"],
                "to_sector": ["agriculture", "electronics", "electronics", "trade", "trade"],
                "coefficient": [0.6, 0.5, 0.3, 0.1, 0.3],
                "critical": [1.0, 1.0, None, 0.5, None],
            }
        ),
    } | tables
    return Pack(
        id="small",
        name=Text("Nhỏ", "Small"),
        country="VN",
        time_zone="Asia/Ho_Chi_Minh",
        currency="VND",
        policy_set="vn-2021",
        folder=Path("small"),
        hash="0",
        outbreak_from=date(2021, 5, 1),
        tables=given,
    )
