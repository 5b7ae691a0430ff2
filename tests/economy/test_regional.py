"""Tables: regionalised, balanced, refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from economies import economy_of, small_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.core.errors import SonghanhError
from songhanh.economy import EconomyParameters, build
from songhanh.economy.regional import flq, ras, regional_coefficients


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_ras_meets_margins_keeps_zeros_and_signs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 8, 2)
    table = rng.uniform(0.1, 1, (n, m))
    wanted = table * np.exp(rng.normal(0, 1, (n, 1))) * np.exp(rng.normal(0, 1, (1, m)))
    result = ras(table, wanted.sum(axis=1), wanted.sum(axis=0))
    assert result.sum(axis=1) == pytest.approx(wanted.sum(axis=1), rel=1e-9)
    assert result.sum(axis=0) == pytest.approx(wanted.sum(axis=0), rel=1e-9)
    assert result == pytest.approx(wanted, rel=1e-6)  # the biproportional solution is unique
    table[0, 0] = 0.0
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    assert ras(table, rows, columns)[0, 0] == 0.0


@pytest.mark.parametrize(
    ("table", "rows", "columns", "word"),
    [
        ([[1.0, -1.0], [1.0, 1.0]], [1.0, 1.0], [1.0, 1.0], "negative"),
        ([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.5], [1.0, 1.0], "exceed column sums by 0.5"),
        ([[1.0, 0.0], [0.0, 1.0]], [2.0, 1.0], [1.0, 2.0], "cannot be balanced"),
    ],
)
def test_ras_says_what_is_wrong(table, rows, columns, word) -> None:
    with pytest.raises(SonghanhError, match=word):
        ras(np.array(table), np.array(rows), np.array(columns), most_rounds=200)


def test_flq_grows_with_the_size_of_a_sector_and_of_the_province() -> None:
    nation = np.array([100.0, 100.0, 100.0])
    small, large = flq(nation, nation, 0.25, 0.01), flq(nation, nation, 0.25, 0.1)
    assert small == pytest.approx(np.log2(1.01) ** 0.25) and (large > small).all()
    assert flq(nation, nation, 0.25, 1.0) == pytest.approx(1.0)  # the whole nation buys all at home
    tilted = flq(np.array([1.0, 1.0, 4.0]), nation, 0.25, 0.05)
    assert (tilted[2, :2] > tilted[0, :2]).all() and (tilted <= 1.0).all() and (tilted >= 0.0).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_regional_table_keeps_value_added_and_leaves_goods_for_exports(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    national = rng.uniform(0, 0.12, (n, n))
    output, share = rng.uniform(10, 100, n), rng.uniform(0.2, 0.7, n)
    most = rng.uniform(0.1, 0.9, n) * output
    pinned = np.full(n, np.nan)
    pinned[2] = 0.15
    table = regional_coefficients(national, rng.uniform(0, 1, (n, n)), output, share, most, pinned)
    assert (table >= 0).all()
    assert table.sum(axis=0) == pytest.approx(1.0 - share, rel=1e-9)
    assert ((table[:-1] * output).sum(axis=1) <= most * (1 + 1e-9)).all()
    assert table[:-1, 2].sum() == pytest.approx(0.15 * (1.0 - share[2]), rel=1e-9)


def test_a_pack_becomes_an_economy() -> None:
    sectors = ["agriculture", "electronics", "trade"]
    national = pl.DataFrame({"sector_id": sectors, "output": [964.0, 508.0, 392.0]})
    model = build(small_pack(national_output=national))
    assert (model.output * model.value_added_share * 365) == pytest.approx([40.0, 50.0, 60.0], rel=1e-9)
    assert model.coefficients[:-1, 1].sum() == pytest.approx(0.15 * 0.8, rel=1e-9)
    assert model.workers.tolist() == [[0.0, 200.0, 0.0], [300.0, 20.0, 100.0]]
    assert model.lodger_share.tolist() == [0.4, 0.0]
    assert model.critical[1, 2] == 0.5 and model.critical[2, 1] == 1.0  # as given; by size where it is empty
    assert model.keeps_orders.tolist() == [True, True, False]


def test_a_pack_may_bring_its_own_table() -> None:
    model = build(small_pack())
    # 60 % of agriculture's inputs fit into what it may sell at home (90 of 100).
    assert model.coefficients[0, 0] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("table", "column", "row", "value", "words"),
    [
        ("input_output", "coefficient", 0, 1.2, ["input_output.csv", "row 2", "coefficient", "1.2"]),
        ("input_output", "to_sector", 1, "steel", ["input_output.csv", "row 3", "to_sector", "steel"]),
        ("input_output", "coefficient", 4, 0.95, ["input_output.csv", "trade", "1 + 0.05"]),
        ("sectors", "gva_vnd_bn", 2, 103.0, ["sectors.csv", "row 4", "gva_vnd_bn", "trade", "by 3"]),
        ("site_sectors", "share", 0, 0.9, ["site_sectors.csv", "share", "0.9"]),
    ],
)
def test_a_bad_table_is_refused_with_place_and_size(table, column, row, value, words) -> None:
    frame = small_pack().tables[table]
    changed = frame[column].to_list()
    changed[row] = value
    with pytest.raises(SonghanhError) as error:
        build(small_pack(**{table: frame.with_columns(pl.Series(column, changed))}))
    assert all(word in str(error.value) for word in words), str(error.value)


def crops(**fields):
    row = {
        "crop_id": "fruit", "sector_id": "agriculture", "season_from": "2021-05-20", "season_peak": "2021-06-03",
        "season_until": "2021-06-15", "harvest_tonnes": 1000.0, "price_vnd_per_kg": 20000.0, "decay_per_day": 0.1,
        "pickers_needed": 10.0,
    } | fields  # fmt: skip
    return pl.DataFrame([row])


def channels(share: float = 1.0) -> pl.DataFrame:
    row = {
        "channel_id": "b",
        "crop_id": "fruit",
        "kind": "border",
        "share": share,
        "max_tonnes_per_day": 200.0,
    }
    return pl.DataFrame([row])


def test_crops_are_taken_out_of_their_sector() -> None:
    model = build(small_pack(crops=crops(), channels=channels()))
    assert model.crops.value() == pytest.approx([20.0])
    assert model.output[0] * 365 == pytest.approx(80.0)
    assert model.crops.season.tolist() == [[19.0, 33.0, 45.0]]


@pytest.mark.parametrize(
    ("crop", "share", "words"),
    [
        ({"season_peak": "2021-07-01"}, 1.0, ["crops.csv", "row 2", "season_peak"]),
        ({"sector_id": "fishing"}, 1.0, ["crops.csv", "sector_id", "fishing"]),
        ({"harvest_tonnes": 9000.0}, 1.0, ["crops.csv", "180", "100"]),
        ({}, 0.8, ["channels.csv", "0.8"]),
    ],
)
def test_bad_crops_are_refused(crop, share, words) -> None:
    with pytest.raises(SonghanhError) as error:
        build(small_pack(crops=crops(**crop), channels=channels(share)))
    assert all(word in str(error.value) for word in words), str(error.value)


def test_an_inconsistent_model_is_refused() -> None:
    with pytest.raises(SonghanhError, match=r"output of sector-0 is 15 bn VND a day below its sales"):
        economy_of([[0.0, 0.5], [0.0, 0.0]], [10.0, 50.0])
    with pytest.raises(SonghanhError, match="miss one by"):
        replace(economy_of([[0.1]], [10.0]), value_added_share=np.array([0.5]))
    with pytest.raises(SonghanhError, match="shape"):
        economy_of([[0.1]], [10.0], stock_days=np.ones(3))


@pytest.mark.parametrize("values", [{"saving_share": 1.5}, {"furlough_days": 0.0}, {"no_such_number": 1.0}])
def test_impossible_numbers_are_refused(values) -> None:
    with pytest.raises(SonghanhError, match=next(iter(values))):
        EconomyParameters.from_values(values)
