"""Seasons: the year's output stays, its months differ, and the baseline moves with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from economies import closing, economy_of, run, small_pack

from songhanh.core.errors import SonghanhError
from songhanh.economy import build
from songhanh.economy.seasons import read_seasons, seasonal_output

SECTORS = ["rice", "trade"]
RICE = [0.02, 0.02, 0.02, 0.04, 0.2, 0.3, 0.1, 0.02, 0.04, 0.1, 0.1, 0.04]
LOCAL = [[0.1, 0.0], [0.1, 0.2]]


def table(shares: list[float] = RICE, sector: str = "rice") -> pl.DataFrame:
    return pl.DataFrame(
        {"sector_id": [sector] * len(shares), "month": range(1, len(shares) + 1), "share": shares}
    )


def seasonal(foreign: float = 0.3):
    model = economy_of(LOCAL, [20.0, 30.0], foreign_share=np.full(2, foreign))
    return replace(model, season=read_seasons(table(), SECTORS), first_day=date(2021, 1, 1))


def test_months_take_their_share_of_the_year() -> None:
    factor = seasonal_output(read_seasons(table(), SECTORS), date(2021, 1, 1), 365, 2)
    months = np.array([date.fromordinal(date(2021, 1, 1).toordinal() + day).month for day in range(365)])
    found = [factor[months == month, 0].sum() / 365 for month in range(1, 13)]
    assert found == pytest.approx(RICE, rel=1e-12)
    assert (factor[:, 1] == 1.0).all()  # no row, no season
    leap = seasonal_output(read_seasons(table(), SECTORS), date(2020, 1, 1), 366, 2)
    assert leap[:, 0].sum() == pytest.approx(366.0, rel=1e-12)


def test_the_baseline_has_the_season_and_no_loss() -> None:
    model = seasonal()
    r = run(model, 365)
    assert np.abs(r.value_added - r.value_added_baseline).max() == 0.0
    assert np.abs(r.wages_lost).max() == 0.0
    wanted = seasonal_output(model.season, model.first_day, 365, 2) * model.output
    # Stocks are built up and run down at the turn of a month; over the year output is what the season says.
    assert r.production.sum(axis=0) == pytest.approx(wanted.sum(axis=0), rel=0.02)
    june, january = r.production[151:181, 0].sum(), r.production[:31, 0].sum()
    assert june > 8.0 * january


def test_a_closure_costs_more_in_season() -> None:
    model = seasonal()
    lost = []
    for first in (10, 160):  # January, June
        r = run(model, 200, closing(model, 0, first, first + 9))
        lost.append((r.value_added_baseline - r.value_added)[first : first + 10, 0].sum())
    assert lost[1] > 5.0 * lost[0] > 0.0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (table([*RICE[:-1], 0.14]), ["seasons.csv", "rice", "1.1", "+0.1", "share"]),
        (table(RICE, "oranges"), ["seasons.csv", "row 2", "sector_id", "oranges"]),
        (table([*RICE, 0.0]), ["seasons.csv", "row 14", "month", "13"]),
        (table([*RICE[:-1], -0.04]), ["seasons.csv", "row 13", "share", "-0.04"]),
        (pl.concat([table(), table()[:1]]), ["seasons.csv", "row 14", "month", "twice"]),
        (table(RICE[:11]), ["seasons.csv", "rice", "0.96"]),
    ],
)
def test_a_bad_season_is_refused_with_place_and_size(rows: pl.DataFrame, words: list[str]) -> None:
    with pytest.raises(SonghanhError) as error:
        read_seasons(rows, SECTORS)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_pack_may_bring_seasons() -> None:
    rows = table(RICE, "agriculture")
    model = build(small_pack(seasons=rows))
    assert model.season is not None and model.first_day == date(2021, 5, 1)
    assert model.season[:, 0] == pytest.approx(RICE)
    assert build(small_pack(seasons=rows.clear())).season is None
    with pytest.raises(SonghanhError, match=r"seasons\.csv"):
        build(small_pack(seasons=rows.head(11)))


def test_a_model_with_a_season_that_does_not_add_up_is_refused() -> None:
    season = np.full((12, 2), 1.0 / 12.0)
    season[0, 1] = 0.5
    with pytest.raises(SonghanhError, match=r"season of sector-1 adds up to 1\.41667"):
        replace(economy_of(LOCAL, [20.0, 30.0]), season=season)
