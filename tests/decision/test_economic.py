"""The document of `songhanh economy`: it adds up, says what is assumed, and is the same bytes for the same seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import small

from songhanh.core.canonical import json_bytes
from songhanh.core.errors import SonghanhError
from songhanh.core.modes import Absence
from songhanh.decision import economic, economic_report
from songhanh.economy import table as economy_table
from songhanh.joint.economic import EconomicRecord, run_economic

FEW = {"seed": 1, "n_worlds": 4, "n_histories": 16, "n_jobs": 1}


@pytest.fixture(scope="module")
def actual() -> dict[str, Any]:
    return economic_report(small.reference(), "actual-2021", small.AS_OF, **FEW)


def total(rows: list[dict[str, Any]], *path: str) -> float:
    """Add the mean of a figure up over rows."""
    found = 0.0
    for row in rows:
        value: Any = row
        for key in path:
            value = value[key]
        found += value["mean"]
    return found


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(actual: dict[str, Any]) -> None:
    again = economic_report(small.reference(), "actual-2021", small.AS_OF, **FEW)
    assert json_bytes(again) == json_bytes(actual)
    other = economic_report(small.reference(), "actual-2021", small.AS_OF, **(FEW | {"seed": 2}))
    assert other["periods"] != actual["periods"]


def test_months_quarters_and_sectors_add_up(actual: dict[str, Any]) -> None:
    periods = actual["periods"]
    assert [row["period"] for row in periods["quarter"]] == [f"2021-Q{q}" for q in (1, 2, 3, 4)]
    assert len(periods["month"]) == 12 and [row["period"] for row in periods["year"]] == ["2021"]
    year = {row["sector"]: row for row in periods["year"][0]["sectors"]}
    ids = [row["id"] for row in actual["sectors"]]
    for figure in ("value_added_vnd_bn", "without_outbreak_vnd_bn"):
        whole = year["*"][figure]["mean"]
        assert total([year[name] for name in ids], figure) == pytest.approx(whole)
        assert total([year[f"broad:{b}"] for b in ("agriculture", "industry", "services")], figure) == (
            pytest.approx(whole)
        )
        for by in ("month", "quarter"):
            assert total([row["sectors"][-1] for row in periods[by]], figure) == pytest.approx(whole)
    for name in ("exports", "tax_vat", "wages"):
        parts = [row["province"][name] for row in periods["quarter"]]
        assert total(parts, "lost_vnd_bn") == pytest.approx(
            periods["year"][0]["province"][name]["lost_vnd_bn"]["mean"], abs=1e-9
        )
    # Nothing was lost in the first quarter: the outbreak had not begun.
    assert periods["quarter"][0]["sectors"][-1]["loss_share"]["p95"] == pytest.approx(0.0, abs=1e-12)
    assert periods["quarter"][1]["sectors"][-1]["loss_share"]["p05"] > 0.0


def test_work_lost_by_cause_and_income_by_district_add_up(actual: dict[str, Any]) -> None:
    year = actual["work_lost"]["year"][0]
    assert list(year["causes"]) == [cause.name.lower() for cause in Absence]
    lost = total(list(year["causes"].values()), "person_days")
    assert lost == pytest.approx(year["all"]["person_days"]["mean"])
    assert year["all"]["jobs"]["mean"] == pytest.approx(lost / 365)
    assert total([row["all"] for row in actual["work_lost"]["quarter"]], "person_days") == pytest.approx(lost)
    assert year["causes"]["closed"]["person_days"]["p05"] > 0  # park-a is closed from 20 May to 20 June
    province = actual["periods"]["year"][0]["province"]
    for who in ("residents", "lodgers"):
        told = province[f"income_lost_{who}"]["vnd_bn"]["mean"]
        assert total(actual["districts"], f"{who}_vnd_bn") == pytest.approx(told)


def test_crops_by_channel_add_up(actual: dict[str, Any]) -> None:
    (lychee,) = actual["crops"]
    assert total(lychee["channels"], "sold_tonnes") == pytest.approx(lychee["sold_tonnes"]["mean"])
    assert lychee["ripe_tonnes"]["mean"] == pytest.approx(900.0)
    worth = lychee["sold_tonnes"]["mean"] * 15_000 * 1e-6
    assert lychee["sold_vnd_bn"]["mean"] == pytest.approx(worth)


def test_it_says_what_is_assumed(actual: dict[str, Any]) -> None:
    notes = " ".join(note["en"] for note in actual["assumed"])
    for words in ("own input-output table", "not fitted", "Land revenue is exogenous", "sectors.csv: 4 of 4"):
        assert words in notes, words
    assert all(note["vi"] for note in actual["assumed"])
    assumed = {row.name for row in economy_table() if row.is_assumed}
    assert {row["name"] for row in actual["assumed_parameters"]} == assumed
    assert "growth_industry" in assumed


def test_the_actual_plan_is_hindsight_and_a_plan_of_the_pack_is_not(actual: dict[str, Any]) -> None:
    assert actual["plan"]["hindsight"]
    closed = economic_report(small.reference(), "closed", small.AS_OF, **FEW)
    assert closed["plan"]["slug"] == "closed" and not closed["plan"]["hindsight"]
    assert closed["world_set"] == actual["world_set"]  # common worlds
    # From 18 May on all sites are closed, against one park for a month.
    lost = [
        document["work_lost"]["year"][0]["causes"]["closed"]["person_days"]["mean"]
        for document in (actual, closed)
    ]
    assert lost[1] > lost[0]


def test_worlds_that_lost_control_are_left_out_of_what_happened(
    actual: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert actual["control_lost"] == 0.0 and actual["n_counted"] == 4
    seen: list[float] = []

    def half_lost(*given: Any) -> list[EconomicRecord]:
        records = run_economic(*given)
        seen[:] = [float(record.accounts.value_added.sum()) for record in records]
        return [replace(record, control_lost=number < 2) for number, record in enumerate(records)]

    monkeypatch.setattr(economic, "run_economic", half_lost)
    found = economic_report(small.reference(), "actual-2021", small.AS_OF, **FEW)
    assert found["control_lost"] == 0.5 and found["n_counted"] == 2 and found["n_worlds"] == 4
    year = found["periods"]["year"][0]["sectors"][-1]["value_added_vnd_bn"]
    assert year["mean"] == pytest.approx(sum(seen[2:]) / 2)
    # Under a plan control may be lost, and what that costs counts.
    planned = economic_report(small.reference(), "closed", small.AS_OF, **FEW)
    assert planned["control_lost"] == 0.5 and planned["n_counted"] == 4


def test_an_unknown_plan_is_refused_by_name() -> None:
    with pytest.raises(SonghanhError) as error:
        economic_report(small.reference(), "actual-1921", small.AS_OF, **FEW)
    assert all(word in str(error.value) for word in ("--plan", "actual-1921", "actual-2021", "lockdown"))
