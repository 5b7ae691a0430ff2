"""Priorities of the small province: what the document says agrees with the rule, the orders and the accounts."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
import small

from songhanh.core.canonical import json_bytes
from songhanh.core.days import day_of
from songhanh.core.errors import SonghanhError
from songhanh.decision import priorities
from songhanh.decision.produce import produced, value_per_worker
from songhanh.decision.seen import evening_levers, observed_in
from songhanh.province import Pack
from songhanh.response import Observed
from songhanh.response.observed import COMMUNITY, QUARANTINE
from songhanh.twin.forecast import forecast as forecast_of
from songhanh.twin.lines import LineList, line_list_of

AS_OF = small.AS_OF
COMMUNES = ["00101", "00102", "00201", "00202", "00301", "00302"]


def document(content: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json_bytes(content))
    return read


def lines_of(*rows: tuple[str | None, int, int]) -> LineList:
    """A line list of (commune, days before the as-of date, cases)."""
    frame = pl.DataFrame(
        {
            "date": [AS_OF - timedelta(days=ago) for _, ago, _ in rows],
            "code": [code for code, _, _ in rows],
            "cases": [cases for _, _, cases in rows],
        },
        schema={"date": pl.Date, "code": pl.String, "cases": pl.Int64},
    )
    return line_list_of(frame, small.ground().pack, AS_OF)


def recommended(*rows: tuple[str | None, int, int], **more: Any) -> dict[str, Any]:
    return document(priorities(small.reference(), AS_OF, lines=lines_of(*rows), **more))


def by_code(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {area["code"]: area for area in content["areas"]}


def forecast(chances: dict[str, float | None], pack: Pack | None = None) -> dict[str, Any]:
    pack = pack or small.ground().pack
    return {
        "schema": "songhanh-forecast/1",
        "pack": {"hash": pack.hash},
        "as_of": AS_OF.isoformat(),
        "communes": [{"code": code, "p_any_7d": p} for code, p in chances.items()],
    }


@pytest.fixture(scope="module")
def quiet() -> dict[str, Any]:
    return recommended()


def test_every_district_and_commune_is_there_once(quiet: dict[str, Any]) -> None:
    assert [(area["level"], area["code"]) for area in quiet["areas"]] == [
        *(("district", code) for code in ("001", "002", "003")),
        *(("commune", code) for code in COMMUNES),
    ]
    assert quiet["schema"] == "songhanh-priorities/1"
    assert quiet["review_on"] == "2021-05-24"
    assert quiet["line_list"]["accepted"] == 0 and quiet["line_list"]["synthetic"] is False


def test_without_cases_production_is_guarded_where_it_is_and_both_go_on_elsewhere(
    quiet: dict[str, Any],
) -> None:
    for level in ("district", "commune"):
        rows = [area for area in quiet["areas"] if area["level"] == level]
        mean = np.mean([area["work"]["value_added_day_vnd_bn"] for area in rows])
        for area in rows:
            much = area["work"]["value_added_day_vnd_bn"] >= mean
            assert area["mode"] == ("production-under-guard" if much else "both")
            assert area["expires_on"] == ("2021-05-24" if much else None)
    assert {area["mode"] for area in quiet["areas"]} == {"production-under-guard", "both"}


def test_cases_move_an_area_up_and_leave_others_alone(quiet: dict[str, Any]) -> None:
    before, after = by_code(quiet), by_code(recommended(("00302", 2, 6), ("00302", 9, 1)))
    assert after["00302"]["mode"] == "epidemic-first"
    risk = after["00302"]["risk"]
    people = small.ground().people[COMMUNES.index("00302")]
    assert (risk["cases_14d"], risk["cases_7d"], risk["trend"], risk["level"]) == (
        7,
        6,
        "rising",
        "very-high",
    )
    assert risk["per_100k_week"] == pytest.approx(6 / people * 1e5)
    assert after["003"]["mode"] != "production-under-guard"
    for code in ("00101", "00102", "001", "002"):
        assert after[code]["mode"] == before[code]["mode"]


def test_windows_end_on_the_evening() -> None:
    area = by_code(
        recommended(("00201", 0, 1), ("00201", 6, 2), ("00201", 7, 4), ("00201", 13, 8), ("00201", 14, 99))
    )
    risk = area["00201"]["risk"]
    assert (risk["cases_7d"], risk["cases_14d"]) == (3, 15)


def test_a_case_without_a_commune_is_counted_and_placed_nowhere() -> None:
    content = recommended((None, 1, 5))
    assert content["line_list"]["without_commune_14d"] == 5
    assert all(area["risk"]["cases_14d"] == 0 for area in content["areas"])


def test_a_forecast_takes_the_guard_off(quiet: dict[str, Any]) -> None:
    guarded = [a["code"] for a in quiet["areas"] if a["level"] == "commune" and a["expires_on"]]
    content = by_code(recommended(forecast=forecast(dict.fromkeys(COMMUNES, 0.1) | {guarded[0]: 0.9})))
    assert content[guarded[0]]["mode"] == "both"
    assert any("90%" in line["en"] for line in content[guarded[0]]["reasons"])
    assert any("at most 25% (now 90%)" in line["en"] for line in content[guarded[0]]["to_change"])
    district = content[guarded[0][:3]]
    assert district["risk"]["p_any_7d"] == 0.9
    unknown = by_code(recommended(forecast=forecast(dict.fromkeys(COMMUNES, None))))
    assert unknown[guarded[0]]["mode"] == "production-under-guard"
    assert unknown[guarded[0]]["risk"]["p_any_7d"] is None


def test_a_forecast_of_another_evening_or_pack_is_refused() -> None:
    wrong = forecast({})
    for change in (
        {"as_of": "2021-05-16"},
        {"pack": {"hash": "other"}},
        {"pack": None},
        {"schema": "songhanh-evaluation/1"},
        {"communes": None},
        {"communes": [{"p_any_7d": 0.5}]},
        {"communes": [{"code": "00101", "p_any_7d": 1.5}]},
        {"communes": [{"code": "00101", "p_any_7d": "high"}]},
    ):
        with pytest.raises(SonghanhError) as error:
            recommended(forecast={**copy.deepcopy(wrong), **change})
        assert error.value.faults[0].code == "priorities.forecast"


@pytest.mark.parametrize("when", [date(2021, 4, 1), date(2023, 1, 1)])
def test_an_evening_outside_the_outbreak_is_refused(when: date) -> None:
    with pytest.raises(SonghanhError, match="outside this outbreak"):
        priorities(small.reference(), when, lines=lines_of())


def test_without_a_line_list_the_synthetic_one_is_read() -> None:
    one, two = (document(priorities(small.reference(), AS_OF, n_histories=16, n_jobs=1)) for _ in range(2))
    assert one == two
    assert one["line_list"]["synthetic"] is True
    assert sum(a["risk"]["cases_14d"] for a in one["areas"] if a["level"] == "commune") > 0


def test_reasons_and_changes_are_in_both_languages(quiet: dict[str, Any]) -> None:
    content = recommended(
        ("00101", 1, 9), ("00201", 3, 3), ("00302", 10, 2), forecast=forecast({"00102": 0.5})
    )
    for area in [*quiet["areas"], *content["areas"]]:
        assert area["reasons"] and area["to_change"]
        for line in [*area["reasons"], *area["to_change"], area["mode_name"], area["legal_level"]["name"]]:
            assert line["vi"] and line["en"] and line["vi"] != line["en"]
            assert "{" not in line["vi"] + line["en"]


def test_what_is_produced_adds_up_to_the_accounts() -> None:
    ground = small.ground()
    year = float(ground.pack.sectors["gva_vnd_bn"].sum())
    for level in ("commune", "district"):
        made = produced(small.reference(), level)
        assert made.workers.sum() == ground.workers.sum()
        assert made.workers.sum(axis=0) == pytest.approx(ground.workers)
        assert made.value.sum() == pytest.approx(year / 365)
        assert (made.closure_low <= made.closure).all() and (made.closure <= made.closure_high).all()


def test_what_closure_costs_by_hand() -> None:
    """All work at a site stops, other work as far as a lock-down says, and residents with work elsewhere stay in."""
    ground = small.ground()
    people, each = ground.population, value_per_worker(ground)
    made = produced(small.reference(), "commune")
    remote = ground.pack.sectors["remote_share"].to_numpy()
    open_ = np.where(ground.essential, 0.4, 0.1)
    assert ground.pack.sectors["essential"].to_list() == [True, True, False, False]
    costs = np.zeros(6)
    home = np.repeat(np.arange(6), np.diff(people.commune_start))
    for person in np.flatnonzero(people.work_cell >= 0):
        site, sector = divmod(int(people.work_cell[person]), people.n_sectors)
        place = int(people.place[person])
        work = int(people.place_commune[place]) if place >= 0 else int(home[person])
        rest = site == people.n_sites
        costs[work] += each[sector] * (1 - open_[sector] if rest else 1.0)
        if home[person] != work:
            costs[home[person]] += each[sector] * (1 - remote[sector] if rest else 1.0)
    assert made.closure == pytest.approx(costs)


def test_the_level_in_force_is_that_of_the_orders(tmp_path: Any) -> None:
    sealed = 'kind = "lockdown"\nfrom = 2021-05-10\nwhere = ["00301"]\nlegal_basis = ["qd-3986-2020"]'
    distanced = (
        'kind = "distancing"\nlevel = "ct16"\nfrom = 2021-05-10\nwhere = ["001"]\nlegal_basis = ["ct16"]'
    )
    later = 'kind = "lockdown"\nfrom = 2021-05-18\nwhere = ["002"]\nlegal_basis = ["qd-3986-2020"]'
    folder = small.write(tmp_path / "ordered")
    history = small.plan_text(*small.HISTORY, sealed, distanced, later)
    (folder / "plans" / "history.toml").write_text(history, encoding="utf-8")
    content = by_code(document(priorities(folder, AS_OF, lines=lines_of())))
    assert {code: content[code]["legal_level"]["id"] for code in ("00101", "001", "00301", "00201")} == {
        "00101": "ct16", "001": "ct16", "00301": "lockdown", "00201": "none",
    }  # fmt: skip
    assert content["00301"]["mode"] == "epidemic-first"
    # Most people of district 003 live in the sealed commune.
    assert content["003"]["legal_level"]["id"] == "lockdown"
    assert all(content[code]["mode"] == "both" for code in ("00101", "00102", "001"))
    assert any("Directive 15" in line["en"] for line in content["001"]["to_change"])


def test_the_evening_is_as_the_models_have_it(evening: dict[str, Any], roomy: str) -> None:
    """The levers of the orders alone give the levels of the situation page, which runs both models."""
    ground = small.setting(roomy)
    days = day_of(ground.pack.outbreak_from, AS_OF) + 1
    nothing = Observed(np.zeros((days, 6, 4), np.int32), np.zeros((days, 3), np.int32))
    ranks = evening_levers(roomy, AS_OF, nothing).level
    assert ranks.tolist() == [area["order"]["rank"] for area in evening["areas"]]


def test_where_a_case_was_found_is_read_with_caution() -> None:
    rows = pl.DataFrame(
        {
            "date": [AS_OF] * 4,
            "code": ["00101"] * 4,
            "cases": [1, 2, 4, 8],
            "found_where": ["quarantine", "community", None, "somewhere"],
            "site_id": ["park-a", None, None, "cluster-b"],
        }
    )
    seen = observed_in(small.ground(), AS_OF, line_list_of(rows, small.ground().pack, AS_OF))
    assert seen.reported[-1, 0, QUARANTINE] == 1 and seen.reported[-1, 0, COMMUNITY] == 14
    assert seen.reported_site[-1].tolist() == [1, 8, 6]
    assert seen.reported[:-1].sum() == 0


def test_a_forecast_of_the_twin_is_read() -> None:
    lines = lines_of(*((code, ago, 1 + ago % 2) for code in ("00101", "00201") for ago in range(1, 25)))
    told = document(forecast_of(small.ground().pack, lines, AS_OF))
    areas = by_code(document(priorities(small.reference(), AS_OF, lines=lines, forecast=told)))
    chances = {row["code"]: row["p_any_7d"] for row in told["communes"]}
    assert {code: areas[code]["risk"]["p_any_7d"] for code in COMMUNES} == chances
    assert areas["001"]["risk"]["p_any_7d"] == max(chances["00101"], chances["00102"])
