"""The forecast of an evening: parts that add up, honest intervals, what it says and what it leaves out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import tiny

from songhanh.core.canonical import json_bytes
from songhanh.measures import parse_plan
from songhanh.province import Pack, load
from songhanh.twin.forecast import forecast, risk_of
from songhanh.twin.linelist import SyntheticCase, announced
from songhanh.twin.lines import LineList, line_list_of
from songhanh.twin.observed import Observed, ground_of, observed
from songhanh.twin.outlook import Outlook, draw_counts
from songhanh.twin.pool import Memory, draw, past_evenings, pooled, weeks
from songhanh.twin.strict import controlled_share, in_force
from songhanh.twin.structures import STRUCTURES
from songhanh.twin.wis import is_covered, quantiles_of

FIRST = date(2021, 5, 1)
AS_OF = FIRST + timedelta(days=24)
ORDER = """
[[measures]]
kind = "distancing"
level = "ct16"
where = ["00101"]
from = 2021-05-10
until = {until}
legal_basis = ["ct16"]

[[measures]]
kind = "site_mode"
mode = "closed"
where = ["cluster-b"]
from = 2021-05-12
legal_basis = ["luat-03-2007"]
"""
HISTORY = 'format = "songhanh-plan/1"\n[name]\nvi = "x"\nen = "x"\n[summary]\nvi = "x"\nen = "x"\n' + ORDER


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load(tiny.write(tmp_path_factory.mktemp("forecast") / "pack"))


def listed(pack: Pack, rows: list[tuple[Any, ...]], as_of: date | None = None) -> LineList:
    columns = ["date", "code", "cases", "site_id", "sampled_on", "tests"]
    padded = [(*row, *[None] * (len(columns) - len(row))) for row in rows]
    schema = {name: pl.Int64 if name in ("cases", "tests") else pl.String for name in columns}
    return line_list_of(pl.DataFrame([tuple(str(x) if isinstance(x, date) else x for x in row) for row in padded],
                                     schema=schema, orient="row"), pack, as_of)  # fmt: skip


def outbreak(days: int = 25) -> list[tuple[Any, ...]]:
    """Return rows of a small outbreak in a park, two communes and one unknown one."""
    random = np.random.default_rng(3)
    rows: list[tuple[Any, ...]] = []
    for t in range(days):
        when = FIRST + timedelta(days=t)
        rows.append(
            (
                when,
                "00101",
                int(random.poisson(6)),
                "park-a",
                when - timedelta(days=int(random.integers(0, 3))),
                300,
            )
        )
        rows.append((when, "00201", int(random.poisson(2)), None, when - timedelta(days=1)))
        rows.append((when, None, int(t % 5 == 0)))
    return rows


@pytest.fixture(scope="module")
def lines(pack: Pack) -> LineList:
    return listed(pack, [*outbreak(), (FIRST, "99999", 1)])


@pytest.fixture(scope="module")
def found(pack: Pack, lines: LineList) -> dict[str, Any]:
    return forecast(pack, lines, AS_OF)


def outlook_of(pack: Pack, lines: LineList, as_of: date = AS_OF) -> Outlook:
    return Outlook(observed(ground_of(pack), lines, as_of), 0.0)


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.id)
def test_futures_add_up(pack: Pack, lines: LineList, structure: Any) -> None:
    paths = structure.draw(outlook_of(pack, lines), 1.0, 60, 21, np.random.default_rng(1))
    ground = ground_of(pack)
    assert paths.province == pytest.approx(paths.districts.sum(axis=2) + paths.unplaced)
    assert ground.by_district(paths.communes) == pytest.approx(weeks(paths.districts))
    for part in (paths.districts, paths.communes, paths.sites, paths.unplaced):
        assert (part >= 0).all()
        assert (part == np.round(part)).all()
    assert paths.sites[:, :, 0].sum() > 0
    assert paths.sites[:, :, 1].sum() == 0  # nobody of the other site was ever found


def test_counts_have_the_mean_and_the_spread_asked_for() -> None:
    drawn = draw_counts(np.random.default_rng(1), np.full(200_000, 7.0), 3.0)
    assert drawn.mean() == pytest.approx(7.0, rel=0.01)
    assert drawn.var() == pytest.approx(21.0, rel=0.02)
    assert not draw_counts(np.random.default_rng(1), np.zeros(10), 3.0).any()


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.id)
def test_intervals_hold_on_series_of_the_same_making(pack: Pack, lines: LineList, structure: Any) -> None:
    """A structure makes the days after an outbreak's first 25; seen to the tenth of them, it forecasts the rest."""
    start = outlook_of(pack, lines)
    made = structure.draw(start, 1.0, 60, 24, np.random.default_rng(11))
    covered = []
    for k in range(60):
        communes = np.zeros((10, len(start.data.ground.communes)))
        communes[:, [0, 2, 4]] = made.districts[k, :10]
        later = Observed(
            start.data.ground,
            start.data.first,
            AS_OF + timedelta(days=10),
            np.concatenate([start.data.communes, communes]),
            np.concatenate([start.data.unplaced, made.unplaced[k, :10]]),
            np.concatenate([start.data.sites, made.sites[k, :10]]),
            None,
        )
        ahead = structure.draw(Outlook(later, 0.0), 1.0, 150, 14, np.random.default_rng(100 + k))
        came = weeks(made.districts[k, 10:])
        covered.append(is_covered(quantiles_of(weeks(ahead.districts)), came, 0.9)[:, :2])
    assert 0.80 <= np.mean(covered) <= 0.99


def test_the_pool_leans_on_what_did_well(pack: Pack) -> None:
    # Doubling every week for five weeks: the structure that keeps the growth did better than a fall to below 1.
    rows = [(FIRST + timedelta(days=t), "00201", round(2.0 * 2 ** (t / 7))) for t in range(42)]
    data = outlook_of(pack, listed(pack, rows), FIRST + timedelta(days=41))
    memory = Memory(1, lambda data: 0.0)
    pool = pooled(data, memory)
    assert pool.components.sum() == pytest.approx(1.0)
    assert pool.n_past == len(past_evenings(data.data, 3, 8)) == 8
    assert pool.structures.max() > 0.4
    before = {evening: said["province"].copy() for evening, said in memory.said.items()}
    assert pooled(data, memory).components == pytest.approx(pool.components)
    assert all((memory.said[evening]["province"] == said).all() for evening, said in before.items())
    young = pooled(
        outlook_of(pack, listed(pack, rows), FIRST + timedelta(days=4)), Memory(1, lambda data: 0.0)
    )
    assert young.n_past == 0
    assert young.structures == pytest.approx(np.full(3, 1 / 3))


def test_paths_are_dealt_by_weight(pack: Pack, lines: LineList) -> None:
    outlook = outlook_of(pack, lines)
    paths = draw(outlook, pooled(outlook, Memory(1, lambda data: 0.0)), 1, 101, 14)
    assert len(paths.districts) == len(paths.communes) == 101


def test_the_document_is_the_contract(found: dict[str, Any], lines: LineList, pack: Pack) -> None:
    assert found["schema"] == "songhanh-forecast/1"
    assert found["line_list"]["id"] == lines.id
    assert found["line_list"]["accepted"] + found["line_list"]["rejected"] == found["line_list"]["rows"]
    assert [row["reason"] for row in found["rejected"]] == ["code-unknown"]
    assert found["delays"]["known"]
    assert found["delays"]["median_days"] == 1
    assert sum(row["weight"] for row in found["structures"]) == pytest.approx(1.0)
    assert {row["id"] for row in found["definitions"]} >= {"r", "growth", "doubling", "nowcast", "risk"}
    levels = [place["level"] for place in found["places"]]
    assert levels == ["province", "district", "district", "district", "site"]
    for place in found["places"]:
        assert len(place["fan"]) == 28
        assert place["fan"][0]["date"] == "2021-05-26"
        for row in (*place["fan"], *place["sums"].values()):
            assert row["p05"] <= row["p25"] <= row["p50"] <= row["p75"] <= row["p95"]
        assert place["history"][-1]["date"] == "2021-05-25"
        assert set(place["sums"]) == {"7", "14", "28"}
        last = place["r_by_day"][-1] if place["r_by_day"] else None
        shown = last is not None and last["date"] == "2021-05-25"
        assert place["r"] == ({q: last[q] for q in ("p05", "p50", "p95")} if shown and last else None)
    assert [row["code"] for row in found["communes"]] == pack.communes["code"].to_list()
    assert not found["too_little_data"]
    assert b"{" not in b"".join(text["en"].encode() for text in found["caveats"])
    assert any(
        "tests" in text["en"]
        for text in forecast(pack, listed(pack, [(FIRST, "00101", 1)]), AS_OF)["caveats"]
    )


def test_both_languages_are_complete(found: dict[str, Any]) -> None:
    def texts(value: Any) -> list[dict[str, str]]:
        if isinstance(value, dict):
            here = [value] if set(value) == {"vi", "en"} else []
            return here + [text for item in value.values() for text in texts(item)]
        return [text for item in value for text in texts(item)] if isinstance(value, list) else []

    words = texts(found)
    assert len(words) > 20
    assert all(text["vi"].strip() and text["en"].strip() for text in words)
    assert all("{" not in text["vi"] + text["en"] for text in words)


def test_the_same_seed_gives_the_same_bytes(pack: Pack, lines: LineList, found: dict[str, Any]) -> None:
    rows = [*outbreak(), (FIRST, "99999", 1), (AS_OF + timedelta(days=3), "00101", 500)]
    again = forecast(pack, listed(pack, rows[::-1]), AS_OF)
    # A later row and another order change the list, not the forecast.
    for part in ("places", "communes", "clusters", "structures"):
        assert json_bytes(again[part]) == json_bytes(found[part])
    assert json_bytes(forecast(pack, lines, AS_OF, seed=2)["places"]) != json_bytes(found["places"])


def test_what_changed_since_yesterday_is_the_forecast_of_yesterday(
    pack: Pack, lines: LineList, found: dict[str, Any]
) -> None:
    before = forecast(pack, lines, AS_OF - timedelta(days=1))
    for now, then in zip(found["places"], before["places"], strict=True):
        changed = now["changed"]["since_yesterday"]
        assert changed["cases"] == now["history"][-1]["cases"]
        assert changed["r_p50_before"] == (then["r"]["p50"] if then["r"] else None)
        assert now["changed"]["week"] - then["changed"]["week"] == (
            now["history"][-1]["cases"] - now["history"][-8]["cases"]
        )
        # Drawn over fewer days, so not the same luck; the same within the luck.
        assert changed["sum7_p50_before"] == pytest.approx(then["sums"]["7"]["p50"], rel=0.1, abs=2)


def test_too_little_data_says_so_and_still_answers(pack: Pack) -> None:
    for rows in ([], [(AS_OF, "00101", 1)]):
        doc = forecast(pack, listed(pack, rows), AS_OF)
        assert doc["too_little_data"]
        assert doc["note"]["vi"]
        assert doc["places"][0]["r"] is None
        assert len(doc["places"][0]["fan"]) == 28
    chances = {row["code"]: row["p_any_7d"] for row in doc["communes"]}
    assert chances["00101"] == max(chances.values()) > 0.05


def test_the_site_with_the_cases_is_a_cluster(found: dict[str, Any]) -> None:
    sites = [row for row in found["clusters"] if row["site_id"]]
    assert [row["site_id"] for row in sites] == ["park-a"]
    assert sites[0]["p_value"] < 1e-6
    assert sites[0]["communes"] == ["00101"]
    assert [row["id"] for row in found["clusters"]] == [
        f"cluster-{k + 1}" for k in range(len(found["clusters"]))
    ]


def test_a_synthetic_list_is_marked(pack: Pack) -> None:
    cases = [
        SyntheticCase(
            f"TN-2021-{k:06d}", FIRST + timedelta(days=k), "00101", "20-29", "park-a", None, "community", True
        )
        for k in range(25)
    ]
    lines = announced(cases, pack, AS_OF)
    assert lines.rejected.is_empty()
    assert lines.accepted["site_id"].to_list() == ["park-a"] * 25
    doc = forecast(pack, lines, AS_OF)
    assert doc["line_list"]["synthetic"]
    assert any("simulated" in text["en"] for text in doc["caveats"])


@pytest.mark.parametrize(
    ("chance", "risk"),
    [(0.0, "low"), (0.05, "medium"), (0.3, "high"), (0.6, "very-high"), (1.0, "very-high")],
)
def test_risk_classes(chance: float, risk: str) -> None:
    assert risk_of(chance) == risk


def test_r_is_hidden_where_testing_jumped(pack: Pack) -> None:
    rows = [(FIRST + timedelta(days=t), "00101", 8, None, None, 100 if t < 18 else 500) for t in range(25)]
    place = forecast(pack, listed(pack, rows), AS_OF)["places"][0]
    assert place["r"] is None
    assert place["r_by_day"] == []
    assert "5.0" in place["r_caveat"]["en"]


def test_strict_orders_count_where_the_cases_are(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "pack")
    (folder / "plans").mkdir()
    rows = [(AS_OF, "00101", 3), (AS_OF, "00202", 1, "cluster-b")]

    def share(until: str, as_of: date = AS_OF) -> float:
        (folder / "plans" / "history.toml").write_text(HISTORY.format(until=until), encoding="utf-8")
        pack = load(folder)
        return controlled_share(pack, observed(ground_of(pack), listed(pack, rows), as_of))

    assert share("2021-06-30") == pytest.approx(0.75)
    assert share("2021-05-20") == pytest.approx(0.25)  # only the closed site is left
    assert share("2021-06-30", date(2021, 5, 5)) == 0.0
    history = parse_plan(HISTORY.format(until="2021-06-30"))
    assert [measure.kind for measure in in_force(history, date(2021, 5, 10))] == ["distancing"]
    assert in_force(history, date(2021, 5, 9)) == []
    assert in_force(history, date(2021, 6, 30))[0].kind == "site_mode"
