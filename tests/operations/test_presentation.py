"""Numbers, words and pictures, before any page: what a filter writes and what a chart is given."""

from __future__ import annotations

from types import ModuleType

import pytest
from django.utils import translation

from songhanh.operations.indicators.outlines import with_district_outlines
from songhanh.operations.planning import presentation
from songhanh.operations.project.templatetags import songhanh as filters


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [
        (1234567, "1.234.567", "1,234,567"),
        (0, "0", "0"),
        (12.34, "12,3", "12.3"),
        (1.5, "1,50", "1.50"),
        (320.5, "320", "320"),
        (None, "–", "–"),
    ],
)
def test_counts_are_written_in_full(value: float | None, vietnamese: str, english: str) -> None:
    with translation.override("vi"):
        assert filters.number(value) == vietnamese
    with translation.override("en"):
        assert filters.number(value) == english


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (123456, "123.000"),
        (1234567, "1,23 triệu"),
        (999.6, "1.000"),
        (-2345, "-2.340"),
        (36e6, "36 triệu"),
        (0.0, "0"),
    ],
)
def test_estimates_have_three_digits(value: float, written: str) -> None:
    with translation.override("vi"):
        assert filters.estimate(value) == written


def test_an_interval_names_its_unit_once() -> None:
    with translation.override("en"):
        assert filters.interval({"p05": 1_500_000, "p95": 2_750_000}) == "1.50–2.75 million"
        assert filters.interval({"p05": 500_000, "p95": 2_750_000}) == "500,000–2.75 million"
        assert filters.interval(None) == "–"


def test_days_are_day_first() -> None:
    with translation.override("vi"):
        assert filters.day("2021-06-05") == "05/06/2021"
        assert filters.day("14 ngày không có ca mới") == "14 ngày không có ca mới"


def test_plans_that_can_be_adopted_come_first(documents: ModuleType) -> None:
    rows = presentation.plan_rows(documents.evaluation())
    order = [row["status"] for row in rows]
    assert order == ["front", "front", "front", "dominated", "dominated", "infeasible", "reference"]
    assert [row["letter"] for row in rows] == list("ABCDEFG")


def test_a_plan_is_drawn_by_its_worst_word(documents: ModuleType) -> None:
    plan = documents.evaluation()["plans"][2]
    assert presentation.status(plan) == "front"
    assert presentation.status(plan | {"dominated_by": ["x"]}) == "dominated"
    assert presentation.status(plan | {"dominated_by": ["x"], "feasible": False}) == "infeasible"
    assert presentation.status(plan | {"feasible": False, "reference": True}) == "reference"


def test_fans_of_the_economy_run_longer(documents: ModuleType) -> None:
    fans = {fan["id"]: fan for fan in presentation.fan_charts(documents.evaluation()["plans"][2])}
    assert len(fans["hospital"]["dates"]) == 120
    assert len(fans["value_added_share"]["dates"]) == 228
    assert fans["value_added_share"]["p50"][-1] == pytest.approx(100, abs=1)  # in per cent


def test_districts_are_the_union_of_their_communes(documents: ModuleType) -> None:
    joined = with_district_outlines(documents.geometry(), documents.situation()["areas"])
    outlines = [feature for feature in joined["features"] if "district" in feature["properties"]]
    assert len(outlines) == 10
    ring = outlines[0]["geometry"]["coordinates"][0]
    assert min(x for x, _ in ring) == pytest.approx(105.85)
    assert max(y for _, y in ring) == pytest.approx(21.15 + 0.24)
