"""R, growth, delays, nowcast and clusters where the answer is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
import tiny

from songhanh.epidemic import EpidemicParameters
from songhanh.province import Pack, load
from songhanh.twin.clusters import scan
from songhanh.twin.delays import LONGEST, delays, moved
from songhanh.twin.generation import infection_pressure, renewal_weights
from songhanh.twin.lines import line_list_of
from songhanh.twin.nowcast import by_sample_day, level_behind_batches
from songhanh.twin.observed import ground_of, observed
from songhanh.twin.outlook import Outlook
from songhanh.twin.reproduction import (
    Spread,
    caveat,
    doubling_days,
    growth_a_day,
    reproduction_number,
    spread_of_r,
)
from songhanh.twin.table import table
from songhanh.twin.weekdays import weekday_factors

FIRST = date(2021, 5, 1)
DELAY = np.array([0.1, 0.3, 0.4, 0.15, 0.05])


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load(tiny.write(tmp_path_factory.mktemp("reproduction") / "pack"))


def series(r: float, days: int, start: float = 1e5) -> np.ndarray:
    weights, line = renewal_weights(), [start] * 20
    for _ in range(days):
        line.append(r * sum(w * x for w, x in zip(weights, line[::-1], strict=False)))
    return np.array(line)


def test_the_weights_are_those_of_the_engine() -> None:
    weights = renewal_weights()
    mean = EpidemicParameters.from_values().mean_generation_days
    assert weights.sum() == pytest.approx(1.0)
    assert weights @ np.arange(1, len(weights) + 1) == pytest.approx(mean, abs=0.05)


@pytest.mark.parametrize("r", [0.6, 1.0, 1.7])
def test_r_of_an_exact_renewal_series(r: float) -> None:
    cases = series(r, 40, start=1e7)
    shape, rate = reproduction_number(cases, renewal_weights())
    assert (shape / rate)[-10:] == pytest.approx(r, rel=1e-4)
    found = spread_of_r(float(shape[-1]), float(rate[-1]))
    assert found.p05 < found.p50 < found.p95
    assert found.p50 == pytest.approx(r, rel=1e-3)


def test_the_posterior_of_r_is_the_gamma_of_cori() -> None:
    cases = np.array([2.0, 0, 3, 5, 1, 4, 6, 2, 7, 3])
    pressure = infection_pressure(cases, renewal_weights())
    a, mean = (table().defaults()[name] for name in ("cori_prior_shape", "cori_prior_mean"))
    shape, rate = reproduction_number(cases, renewal_weights(), window=4)
    assert shape[-1] == pytest.approx(a + cases[-4:].sum())
    assert rate[-1] == pytest.approx(a / mean + pressure[-4:].sum())
    wider = reproduction_number(cases, renewal_weights(), dispersion=5.0, window=4)
    assert wider[0][-1] == pytest.approx(a + cases[-4:].sum() / 5.0)


def test_growth_and_doubling() -> None:
    random = np.random.default_rng(1)
    cases = 1e6 * np.exp(0.1 * np.arange(21))
    draws = growth_a_day(cases, 1.0, 2000, random)
    assert np.median(draws) == pytest.approx(0.1, abs=1e-3)
    found = doubling_days(Spread(0.08, 0.1, 0.12))
    assert found is not None
    assert found.as_dict() == pytest.approx(
        {"p05": np.log(2) / 0.12, "p50": np.log(2) / 0.1, "p95": np.log(2) / 0.08}
    )
    halving = doubling_days(Spread(-0.12, -0.1, -0.08))
    assert halving is not None
    assert halving.p05 < halving.p50 < halving.p95 < 0
    assert doubling_days(Spread(-0.1, 0.0, 0.1)) is None


def test_r_carries_a_caveat_where_tests_or_delays_moved() -> None:
    cases, steady = np.full(21, 10.0), np.full(21, 100.0)
    assert caveat(cases, steady, 0.0) == (None, True)
    more, most = steady.copy(), steady.copy()
    more[-7:], most[-7:] = 200.0, 400.0
    words, shown = caveat(cases, more, None)
    assert shown
    assert words is not None
    assert "2.0" in words.en
    assert caveat(cases, most, None)[1] is False
    assert caveat(cases, steady, 2.5)[0] is not None
    assert caveat(np.full(21, 1.0), None, None)[1] is False
    batch = cases.copy()
    batch[-1] = 80.0
    assert caveat(batch, None, None)[0] is not None


def sampled(pack: Pack, as_of: date, a_day: int = 1000, pmf: np.ndarray = DELAY) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (FIRST + timedelta(days=t + d), FIRST + timedelta(days=t), "00101", round(a_day * share))
            for t in range(40)
            for d, share in enumerate(pmf)
            if FIRST + timedelta(days=t + d) <= as_of
        ],
        schema=["date", "sampled_on", "code", "cases"],
        orient="row",
    )


def test_a_nowcast_on_a_known_delay(pack: Pack) -> None:
    as_of = FIRST + timedelta(days=30)
    lines = line_list_of(sampled(pack, as_of), pack, as_of)
    found = delays(lines, as_of)
    assert found.announced is not None
    assert found.announced[: len(DELAY)] == pytest.approx(DELAY, abs=1e-12)
    assert found.announced[len(DELAY) :] == pytest.approx(np.zeros(LONGEST + 1 - len(DELAY)))
    assert (found.at(0.5), found.at(0.9)) == (2, 3)
    drawn = by_sample_day(found, as_of, 4000, np.random.default_rng(2))
    days = (as_of - FIRST).days + 1
    assert drawn[:, -days:].mean(axis=0) == pytest.approx(np.full(days, 1000.0), rel=0.02)
    # The last day waits for nine tenths of its cases; of a day five days back all are in.
    widths = np.quantile(drawn[:, -6:], 0.95, axis=0) - np.quantile(drawn[:, -6:], 0.05, axis=0)
    assert widths[0] == 0
    assert (np.diff(widths) >= 0).all()
    assert by_sample_day(found, as_of, 3000, np.random.default_rng(3))[:, -1].std() == pytest.approx(
        np.sqrt(100.5 * 0.9 / 0.1**2), rel=0.1
    )


def test_without_sample_dates_nothing_is_completed(pack: Pack) -> None:
    lines = line_list_of(sampled(pack, FIRST + timedelta(days=30)).drop("sampled_on"), pack, None)
    found = delays(lines, FIRST + timedelta(days=30))
    assert not found.known
    assert found.at(0.5) is None
    with pytest.raises(ValueError, match="sample dates"):
        by_sample_day(found, FIRST, 10, np.random.default_rng(1))


def test_a_backlog_that_is_cleared_is_seen(pack: Pack) -> None:
    as_of = FIRST + timedelta(days=30)
    lines = line_list_of(sampled(pack, as_of), pack, as_of)
    assert moved(lines, as_of) == pytest.approx(0.0, abs=1e-9)
    late = (
        sampled(pack, as_of)
        .head(1)
        .with_columns(
            pl.lit(as_of).alias("date"),
            pl.lit(as_of - timedelta(days=8)).alias("sampled_on"),
            pl.lit(1000, pl.Int64).alias("cases"),
        )
    )
    found = moved(line_list_of(pl.concat([sampled(pack, as_of), late]), pack, as_of), as_of)
    assert found is not None
    assert found == pytest.approx((7 * DELAY @ np.arange(5) + 8) / 8 - DELAY @ np.arange(5), rel=1e-6)


def test_a_weekday_that_announces_nothing_is_learnt() -> None:
    last = date(2021, 6, 27)  # a Sunday
    cases = np.full(70, 100.0)
    cases[6::7] = 0.0  # Sundays
    factors = weekday_factors(cases, last)
    assert factors.mean() == pytest.approx(1.0)
    assert factors[6] == factors.min() < 0.5
    few = weekday_factors(cases[-10:], last)
    assert few[6] > 0.7  # two weeks say little
    assert weekday_factors(np.zeros(0), last) == pytest.approx(np.ones(7))


def test_the_level_behind_a_batch_day(pack: Pack) -> None:
    rows = [
        (FIRST + timedelta(days=t), "00101", 700 if t == 10 else 0 if 7 <= t <= 13 else 100)
        for t in range(21)
    ]
    lines = line_list_of(pl.DataFrame(rows, schema=["date", "code", "cases"], orient="row"), pack, None)
    outlook = Outlook(observed(ground_of(pack), lines, FIRST + timedelta(days=20)), 0.0)
    cases = outlook.data.province[:, None]
    drawn = level_behind_batches(outlook, cases, np.ones(21), 2000, np.random.default_rng(1))
    assert np.median(drawn[:, 10, 0]) == pytest.approx(100.0, rel=0.1)
    assert drawn[:, :, 0].mean(axis=0)[[3, 10, 17]] == pytest.approx(np.full(3, 100.0), rel=0.35)


def test_a_planted_cluster_is_found_and_chance_is_not(pack: Pack) -> None:
    random, ground = np.random.default_rng(3), ground_of(pack)
    share = ground.population / ground.population.sum()

    def clusters(planted: int) -> list[tuple[int, ...]]:
        counts = random.multinomial(3, share, 14)
        counts[-6:, 4] += planted
        rows = [
            (FIRST + timedelta(days=t), code, int(counts[t, k]))
            for t in range(14)
            for k, code in enumerate(ground.communes)
        ]
        lines = line_list_of(pl.DataFrame(rows, schema=["date", "code", "cases"], orient="row"), pack, None)
        data = observed(ground, lines, FIRST + timedelta(days=13))
        return [cluster.communes for cluster in scan(data, 99, np.random.default_rng(1))]

    assert clusters(4)[0][0] == 4
    chance = [bool(clusters(0)) for _ in range(30)]
    assert sum(chance) <= 6  # one in twenty by design
