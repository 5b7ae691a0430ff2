"""Scores and baselines against plain formulas; and a cut-off sees nothing of what came later."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import tiny
from repository import ROOT

from evidence.bac_ninh import CASES, write_pack
from songhanh.core.canonical import json_bytes
from songhanh.core.errors import SonghanhError
from songhanh.province import Pack, check, load
from songhanh.twin.baselines import baseline_quantiles, growth, last_week, renewal
from songhanh.twin.generation import renewal_weights
from songhanh.twin.lines import LineList, line_list_of, read_line_list
from songhanh.twin.score import CHOSEN, hyperparameters, score
from songhanh.twin.wis import LEVELS, MEDIAN, is_covered, quantiles_of, weighted_interval_score

FIRST = date(2021, 5, 1)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load(tiny.write(tmp_path_factory.mktemp("scores") / "pack"))


def listed(pack: Pack, counts: np.ndarray) -> LineList:
    """Return a line list of (days, communes) counts."""
    rows = [
        (FIRST + timedelta(days=t), code, int(counts[t, k]))
        for t in range(len(counts))
        for k, code in enumerate(tiny.POPULATION)
    ]
    return line_list_of(pl.DataFrame(rows, schema=["date", "code", "cases"], orient="row"), pack, None)


def some(days: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.negative_binomial(2, 0.4, (days, len(tiny.POPULATION))) * np.array([3, 1, 1, 0, 1, 0])


def plain_interval_score(quantiles: np.ndarray, counted: float) -> float:
    """The formula of Bracher et al. 2021, interval by interval."""
    total, pairs = 0.5 * abs(counted - quantiles[MEDIAN]), len(LEVELS) // 2
    for k in range(pairs):
        alpha, low, high = 2.0 * LEVELS[k], quantiles[k], quantiles[len(LEVELS) - 1 - k]
        outside = 2.0 / alpha * (max(low - counted, 0.0) + max(counted - high, 0.0))
        total += alpha / 2.0 * (high - low + outside)
    return float(total / (pairs + 0.5))


def test_the_score_is_that_of_its_intervals() -> None:
    random = np.random.default_rng(1)
    quantiles = np.sort(random.gamma(2.0, 10.0, (len(LEVELS), 40)), axis=0)
    counted = random.gamma(2.0, 12.0, 40)
    plain = [plain_interval_score(quantiles[:, k], counted[k]) for k in range(40)]
    assert weighted_interval_score(quantiles, counted) == pytest.approx(plain, rel=1e-12)
    assert len(LEVELS) == 23
    assert LEVELS[MEDIAN] == 0.5


def test_a_forecast_that_is_one_number_scores_its_error() -> None:
    quantiles = np.full((len(LEVELS), 2), 7.0)
    assert weighted_interval_score(quantiles, np.array([7.0, 3.0])) == pytest.approx([0.0, 4.0])


def test_intervals_hold_what_they_say() -> None:
    samples = np.random.default_rng(2).normal(size=(20_000, 1))
    quantiles = np.repeat(quantiles_of(samples), 4000, axis=1)
    came = np.random.default_rng(3).normal(size=4000)
    for central in (0.5, 0.9):
        assert is_covered(quantiles, came, central).mean() == pytest.approx(central, abs=0.02)


def test_baselines_by_hand() -> None:
    doubling = 100.0 * 2.0 ** (np.arange(28)[:, None] / 7.0)
    week = doubling[-7:].sum()
    assert last_week(doubling)[:, 0] == pytest.approx([week, week])
    assert growth(doubling)[:, 0] == pytest.approx([2 * week, 4 * week], rel=1e-3)
    steady = np.full((60, 1), 1e6)
    assert renewal(steady)[:, 0] == pytest.approx([7e6, 7e6], rel=1e-4)
    # A renewal series with R of 1.3 goes on with R of 1.3.
    weights, line = renewal_weights(), [1e5] * 30
    for _ in range(60):
        line.append(1.3 * sum(w * x for w, x in zip(weights, line[::-1], strict=False)))
    cases = np.array(line)[:, None]
    assert renewal(cases[:-14])[:, 0] == pytest.approx([cases[-14:-7].sum(), cases[-7:].sum()], rel=1e-3)


def test_a_baseline_is_as_wide_as_its_own_errors() -> None:
    random = np.random.default_rng(4)
    rough = random.poisson(50.0, (80, 30)) * random.choice([0, 2], (80, 30))
    calm = np.full((80, 30), 50.0)
    middle = baseline_quantiles("last_week", rough)
    assert middle[MEDIAN] == pytest.approx(last_week(rough.astype(float)))
    assert (np.diff(middle, axis=0) >= 0).all()
    assert (middle[-1] - middle[0])[0].mean() > 100
    assert np.ptp(baseline_quantiles("last_week", calm), axis=0).max() < 1e-9
    came = random.poisson(50.0, (7, 30)) * random.choice([0, 2], (7, 30))
    assert 0.6 < is_covered(middle[:, 0], came.sum(axis=0), 0.9).mean() <= 1.0


def test_nothing_after_a_cut_off_is_seen(pack: Pack) -> None:
    counts, cutoff = some(40, 5), FIRST + timedelta(days=20)
    changed = counts.copy()
    changed[21:] = 7 * changed[21:] + 1
    one, other = (score(pack, listed(pack, c), [cutoff]) for c in (counts, changed))
    said = [
        {
            week: {q: value[q] for q in ("p05", "p50", "p95")}
            for week, value in doc["by_cutoff"][0]["province"].items()
        }
        for doc in (one, other)
    ]
    assert said[0] == said[1]
    assert one["by_cutoff"][0]["structures"] == other["by_cutoff"][0]["structures"]
    assert one["levels"]["district"]["7"]["wis"] < other["levels"]["district"]["7"]["wis"]


def test_a_cut_off_scores_the_same_alone_and_among_others(pack: Pack) -> None:
    lines = listed(pack, some(36, 6))
    cutoffs = [FIRST + timedelta(days=d) for d in (17, 24)]
    together = score(pack, lines, cutoffs)
    assert score(pack, lines, cutoffs[1:])["by_cutoff"] == together["by_cutoff"][1:]
    assert json_bytes(score(pack, lines, [cutoffs[1], cutoffs[0], cutoffs[1]])) == json_bytes(together)


def test_the_document_says_what_it_must(pack: Pack) -> None:
    doc = score(pack, listed(pack, some(40, 7)), [FIRST + timedelta(days=d) for d in (20, 29, 39)])
    assert [row["cutoff"] for row in doc["left_out"]] == ["2021-06-09"]
    for level, n in (("commune", 6), ("district", 3), ("province", 1)):
        assert doc["levels"][level]["7"]["n"] == 2 * n
        assert doc["levels"][level]["14"]["n"] == n  # of the second cut-off only one week is known
        for part in doc["levels"][level].values():
            assert set(part["wis_ratio"]) == {"last_week", "growth", "renewal"}
            assert 0.0 <= part["coverage_50"] <= part["coverage_90"] <= 1.0
            assert part["with_cases_14d"]["n"] + part["without_cases_14d"]["n"] == part["n"]
    assert doc["brier"]["commune"]["7"]["n"] == 12
    assert doc["hyperparameters"] == hyperparameters()
    assert set(
        score(pack, listed(pack, some(40, 7)), [FIRST + timedelta(days=20)], 7)["levels"]["district"]
    ) == {"7"}


def test_a_row_without_a_commune_is_scored_for_the_province_only(pack: Pack) -> None:
    rows = [(FIRST + timedelta(days=t), None, 4) for t in range(40)]
    lines = line_list_of(pl.DataFrame(rows, schema=["date", "code", "cases"], orient="row"), pack, None)
    doc = score(pack, lines, [FIRST + timedelta(days=20)])
    assert doc["by_cutoff"][0]["province"]["7"]["counted"] == 28
    assert 10 < doc["by_cutoff"][0]["province"]["7"]["p50"] < 45
    assert doc["levels"]["district"]["7"]["with_cases_14d"]["n"] == 0


def test_what_cannot_be_scored_is_refused(pack: Pack) -> None:
    lines = listed(pack, some(30, 8))
    with pytest.raises(SonghanhError, match="ends on 2021-05-30"):
        score(pack, lines, [date(2021, 5, 25)])
    with pytest.raises(SonghanhError, match="None of the 0 rows"):
        score(pack, listed(pack, some(0, 8)), [FIRST])


@pytest.fixture(scope="module")
def bac_ninh(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, LineList]:
    folder = write_pack(shared_data, tmp_path_factory.mktemp("bac-ninh") / "pack")
    assert not check(folder)
    pack = load(folder)
    return pack, read_line_list(shared_data / CASES, pack, None)


def test_the_hash_is_that_of_every_parameter_of_the_structures() -> None:
    """Who reads a parameter in a structure or in the pool must name it among those that are hashed."""
    room = ROOT / "src" / "songhanh" / "twin"
    used = {
        name
        for module in ("structures", "outlook", "pool", "weekdays", "score")
        for name in re.findall(
            r'(?:values|defaults\(\))\["(\w+)"\]', (room / f"{module}.py").read_text(encoding="utf-8")
        )
    }
    assert used == set(CHOSEN)


def test_codes_of_another_province_are_said_to_be_so(pack: Pack) -> None:
    lines = line_list_of(pl.DataFrame({"date": ["2021-05-03"], "code": ["99999"]}), pack, None)
    with pytest.raises(SonghanhError, match="row 1: '99999' is not a commune"):
        score(pack, lines, [FIRST])


def demand_better_in_districts(doc: dict[str, Any]) -> None:
    for week in ("7", "14"):
        found = doc["levels"]["district"][week]
        assert all(ratio < 1.0 for ratio in found["wis_ratio"].values()), (week, found["wis_ratio"])
        assert 0.80 <= found["coverage_90"] <= 0.97
    brier = doc["brier"]["commune"]["7"]
    assert brier["model"] < min(brier["persistence"], brier["persistence_by_frequency"])


def test_bac_ninh_is_read_and_its_weeks_beat_the_baselines(bac_ninh: tuple[Pack, LineList]) -> None:
    pack, lines = bac_ninh
    assert (lines.accepted.height, lines.rejected.height) == (515, 0)
    demand_better_in_districts(score(pack, lines, [date(2021, 6, day) for day in (1, 8, 15, 22)]))


@pytest.mark.slow
def test_bac_ninh_beats_every_baseline_in_districts(bac_ninh: tuple[Pack, LineList]) -> None:
    demand_better_in_districts(score(*bac_ninh, [date(2021, 6, 1) + timedelta(days=k) for k in range(29)]))
