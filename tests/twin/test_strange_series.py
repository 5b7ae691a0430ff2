"""Series that no province should have, and plain twins of what is added up cleverly."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.province import Pack, load
from songhanh.twin.clusters import _ratio
from songhanh.twin.forecast import forecast
from songhanh.twin.generation import infection_pressure, renewal_weights
from songhanh.twin.lines import line_list_of
from songhanh.twin.observed import Ground, Observed
from songhanh.twin.outlook import Outlook
from songhanh.twin.pool import Memory, draw, pooled
from songhanh.twin.structures import STRUCTURES, _carried, _pressure

FIRST = date(2021, 5, 1)
MEMBERS = {
    "zeros": [(t, "00101", 0) for t in range(30)],
    "one case": [(0, "00101", 1)],
    "a long gap": [(0, "00101", 3), (40, "00201", 2)],
    "one day": [(20, "00101", 800)],
    "no commune known": [(t, None, 2) for t in range(30)],
    "everybody": [(t, "00102", 500) for t in range(30)],
    "explosion": [(t, "00101", int(1.35**t)) for t in range(20)],
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load(tiny.write(tmp_path_factory.mktemp("strange") / "pack"))


@pytest.mark.parametrize(
    ("name", "day"),
    [
        *((name, 19) for name in MEMBERS),
        ("one case", -3),
        ("one day", 20),
        ("a long gap", 45),
        ("everybody", 45),
    ],
)
def test_a_strange_series_gets_a_sane_answer(pack: Pack, name: str, day: int) -> None:
    rows = [(FIRST + timedelta(days=t), code, cases) for t, code, cases in MEMBERS[name]]
    frame = pl.DataFrame(rows, schema={"date": pl.Date, "code": pl.String, "cases": pl.Int64}, orient="row")
    found = forecast(pack, line_list_of(frame, pack, None), FIRST + timedelta(days=day))
    province = found["places"][0]
    seen = sum(cases for t, _, cases in MEMBERS[name] if day - 7 < t <= day)
    for row in (*province["fan"], *province["sums"].values()):
        values = [row[q] for q in ("p05", "p25", "p50", "p75", "p95")]
        assert all(math.isfinite(value) and value >= 0 for value in values)
        assert values == sorted(values)
    assert province["changed"]["week"] == seen
    # Half of the futures stay within ten times the last week in the next one (what was there long ago is nearly forgotten).
    assert province["sums"]["7"]["p50"] <= 10 * seen + 0.01 * sum(cases for _, _, cases in MEMBERS[name]) + 1
    if seen >= 14:
        assert province["sums"]["7"]["p95"] > seen / 4
    assert all(0.0 <= row["p_any_7d"] <= 1.0 for row in found["communes"])


def lonely(cases: list[int]) -> Outlook:
    """A province of one commune in one district, without sites."""
    ground = Ground(("1",), ("a",), (), np.zeros(1, np.intp), np.array([5000.0]), np.zeros((1, 1)))
    days = len(cases)
    series = np.array(cases, np.float64)[:, None]
    return Outlook(
        Observed(
            ground, FIRST, FIRST + timedelta(days=days - 1), series, np.zeros(days), np.zeros((days, 0)), None
        ),
        0.0,
    )


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.id)
def test_a_province_of_one_commune(structure: object) -> None:
    outlook = lonely([3, 5, 4, 6, 2, 7, 5, 4, 6, 3, 5, 4, 6, 5])
    paths = structure.draw(outlook, 1.0, 400, 14, np.random.default_rng(1))  # type: ignore[attr-defined]
    assert 10 < np.median(paths.province[:, :7].sum(axis=1)) < 60
    assert (paths.communes[:, 0, 0] == paths.districts[:, :7, 0].sum(axis=1)).all()
    assert paths.sites.shape == (400, 14, 0)


def test_the_width_of_a_structure_follows_its_scale() -> None:
    outlook = lonely([5] * 28)
    for structure in STRUCTURES:
        narrow, wide = (
            structure.draw(outlook, scale, 800, 14, np.random.default_rng(1)).province.sum(axis=1).std()
            for scale in (0.6, 2.2)
        )
        assert wide > 1.5 * narrow


@settings(max_examples=15, deadline=None)
@given(cases=st.lists(st.integers(0, 4000), min_size=1, max_size=40))
def test_any_series_of_one_commune_can_be_pooled_and_drawn(cases: list[int]) -> None:
    outlook = lonely(cases)
    pool = pooled(outlook, Memory(1, lambda data: 0.0))
    assert pool.components.sum() == pytest.approx(1.0)
    assert np.isfinite(draw(outlook, pool, 1, 50, 14).province).all()


def test_pressure_is_the_plain_sum() -> None:
    cases = np.random.default_rng(1).poisson(5.0, 30).astype(float)
    weights = renewal_weights()
    plain = [sum(w * cases[t - s] for s, w in enumerate(weights, 1) if t - s >= 0) for t in range(30)]
    assert infection_pressure(cases, weights) == pytest.approx(plain)
    # On days to come: what is carried over and what the new days add.
    past, new = cases[:20, None], [np.full((2, 1), x) for x in cases[20:]]
    carried = _carried(past, weights, 10)
    ahead = [_pressure(carried[day], new[:day], weights)[0, 0] for day in range(10)]
    assert ahead == pytest.approx(plain[20:])


def test_the_scan_scores_by_kulldorffs_ratio() -> None:
    share, total = np.array([0.1, 0.3, 0.5]), 40.0
    inside = np.array([9.0, 12.0, 40.0])
    plain = []
    for n, part in zip(inside, share, strict=True):
        mu = total * part
        rest = (total - n) * math.log((total - n) / (total - mu)) if total > n else 0.0
        plain.append(n * math.log(n / mu) + rest if n > mu + 1e-9 else 0.0)
    assert _ratio(inside, total, share) == pytest.approx(plain)
