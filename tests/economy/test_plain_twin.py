"""The kernels against a slow twin in plain Python, and against a recorded run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from economies import drawn_day, drawn_economy, orchard, run
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_day import PlainEconomy

from songhanh.economy import Economy, EconomyParameters, ProductionFunction, no_crops, table

GOLDEN = Path(__file__).with_name("golden.json")


@given(
    seed=st.integers(0, 10_000),
    shocks=st.integers(0, 10_000),
    function=st.sampled_from(list(ProductionFunction)),
    varied=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_thirty_days_are_those_of_the_plain_twin(
    seed: int, shocks: int, function: ProductionFunction, varied: bool
) -> None:
    model = replace(drawn_economy(seed), crops=no_crops(), production=function)
    rng = np.random.default_rng(shocks)
    parameters = EconomyParameters.from_values(
        {row.name: row.quantile(rng.uniform()) for row in table() if row.is_varied} if varied else {}
    )
    economy, plain = Economy(model, 30), PlainEconomy(model, dict(parameters.values))
    economy.start(parameters)
    for day in range(30):
        controls, labour = drawn_day(model, rng)
        economy.step(day, controls, labour)
        twin = plain.live(controls, labour)
        records = economy.records
        r = economy.result()
        for found, expected in (
            (r.production[day], twin.made),
            (r.sold_inputs[day], twin.sold_inputs),
            (r.sold_households[day], twin.households),
            (r.sold_other[day], twin.other),
            (r.sold_outside[day], twin.outside),
            (r.cancelled[day], twin.cancelled),
            (r.value_added[day], twin.value_added),
            (r.backlog[day], plain.backlog),
            (economy.stocks, plain.stock),
            (r.lost_person_days[day], twin.lost_days),
            (r.at_work[day], twin.at_work),
            (records.wages[day], twin.wages),
            (economy.gone, plain.gone),
        ):
            assert np.allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_recorded_run(refresh_golden: bool) -> None:
    """Rewrite with --refresh-golden and say in the commit why the result changed."""
    found = {}
    for function in ProductionFunction:
        model = replace(drawn_economy(11), production=function, crops=orchard())
        rng = np.random.default_rng(11)
        days = [drawn_day(model, rng) for _ in range(60)]
        r = run(model, 60, lambda day, days=days: days[day], {})
        found[function.value] = {
            "value_added": float(r.value_added.sum()),
            "lost_person_days": [float(x) for x in r.lost_person_days.sum(axis=(0, 1))],
            "wages_lost": float(r.wages_lost.sum()),
            "exports": float(r.exports.sum()),
            "cancelled": float(r.cancelled.sum()),
            "crop_sold": float(r.crop_sold.sum()),
            "inventories": float(r.inventories[-1].sum()),
        }
    if refresh_golden:
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    recorded = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert found.keys() == recorded.keys()
    for function, figures in found.items():
        for name, value in figures.items():
            assert value == pytest.approx(recorded[function][name], rel=1e-9), f"{function}: {name}"
