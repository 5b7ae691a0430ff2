"""The three answers of a morning, and their report in one file."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import small

from songhanh.core.canonical import json_bytes
from songhanh.decision import morning
from songhanh.operations.planning.drawing import area_map, fan
from songhanh.operations.planning.report import morning_report
from songhanh.province import geometry, load
from songhanh.twin.lines import read_line_list

ASKED: dict[str, Any] = {"seed": 1, "n_worlds": 2, "n_histories": 32, "n_jobs": 1}


@pytest.fixture(scope="module")
def document(roomy: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json_bytes(morning(roomy, small.AS_OF, **ASKED)))
    return read


def test_the_counts_said_are_those_of_the_line_list(document: dict[str, Any]) -> None:
    cases = document["situation"]["cases"]
    today = sum(case["reported_on"] == small.AS_OF.isoformat() for case in cases)
    first = document["answers"]["stand"][0]
    assert first["en"].startswith(f"{today:,} cases announced today")
    assert f"{len(cases):,} since the start" in first["en"]
    assert document["forecast"]["line_list"]["accepted"] == len(cases)
    assert document["synthetic"] is True


def test_every_area_has_a_mode_and_the_answer_counts_them(document: dict[str, Any]) -> None:
    areas = document["priorities"]["areas"]
    for level, sentence in zip(("district", "commune"), document["answers"]["do"], strict=False):
        rows = [row for row in areas if row["level"] == level]
        assert sentence["en"].startswith(f"{len(rows)} ")
        assert sum(int(number) for number in re.findall(r" (\d+)[;.]", sentence["en"])) == len(rows)


def test_the_forecast_said_is_that_of_the_province(document: dict[str, Any]) -> None:
    province = next(place for place in document["forecast"]["places"] if place["level"] == "province")
    said = " ".join(text["en"] for text in document["answers"]["going"])
    for days in ("7", "14", "28"):
        assert f"Next {days} days, the province: {province['sums'][days]['p50']:,.0f} cases" in said


def test_every_sentence_is_there_in_both_languages(document: dict[str, Any]) -> None:
    for sentences in document["answers"].values():
        assert sentences
        for sentence in sentences:
            assert sentence["vi"].strip()
            assert sentence["en"].strip()
            assert sentence["vi"] != sentence["en"]


def test_a_line_list_that_is_given_is_the_one_that_is_read(roomy: str, tmp_path: Path) -> None:
    code = load(roomy).communes["code"][0]
    file = tmp_path / "cases.csv"
    file.write_text(
        "date,code,cases\n"
        + "".join(f"2021-05-{day:02d},{code},3\n" for day in range(3, 18))
        + f"2021-05-40,{code},1\n2021-05-10,99999,1\n2021-05-10,{code},-2\n",
        encoding="utf-8",
    )
    lines = read_line_list(file, load(roomy), small.AS_OF)
    answered = morning(roomy, small.AS_OF, lines=lines, **{**ASKED, "n_worlds": 0})
    assert answered["synthetic"] is False
    assert answered["evaluation"] is None
    assert "45 since the start" in answered["answers"]["stand"][0]["en"]
    assert (
        answered["forecast"]["line_list"] | {"accepted": 15, "rejected": 3}
        == answered["forecast"]["line_list"]
    )
    page = morning_report(answered, geometry(load(roomy)), "vi")
    assert "99999" in page


class _Page(HTMLParser):
    """What a page would fetch or run, and whether its tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe"):
            self.fetched.append(tag)
        self.fetched += [name for name, _ in attrs if name in ("src", "href", "onclick")]
        if tag not in ("meta", "br", "line", "rect", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("language", "questions"),
    [
        ("vi", ("Chúng ta đang ở đâu?", "Dịch đang đi về đâu?", "Mỗi nơi cần làm gì?")),
        ("en", ("Where do we stand?", "Where is this going?", "What should each area do?")),
    ],
)
def test_the_report_is_one_file_that_fetches_nothing(
    document: dict[str, Any], roomy: str, language: str, questions: tuple[str, ...]
) -> None:
    text = morning_report(document, geometry(load(roomy)), language)
    page = _Page()
    page.feed(text)
    assert page.fetched == []
    assert page.open == []
    assert "@import" not in text
    assert "url(" not in text
    for question in questions:
        assert question in page.text
    for key in ("stand", "going", "do"):
        for sentence in document["answers"][key]:
            assert sentence[language] in page.text
    for plan in document["evaluation"]["plans"]:
        assert plan["name"][language] in page.text
    for row in document["priorities"]["areas"]:
        if row["level"] == "district":
            assert str(row["name"]) in page.text or row["name"] in page.text
    assert document["situation"]["note"][language] in page.text


def test_a_fan_that_is_drawn_stays_in_its_frame() -> None:
    past = [{"date": date(2021, 5, day).isoformat(), "cases": day} for day in range(1, 11)]
    ahead = [
        {"date": date(2021, 5, 10 + day).isoformat(), "p05": 0, "p25": 5, "p50": 10, "p75": 20, "p95": 9000}
        for day in range(1, 15)
    ]
    picture = fan({"history": past, "fan": ahead})
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", picture["outer"] + picture["middle"])]
    assert min(numbers) >= 0
    assert max(numbers[1::2]) <= picture["height"]
    assert max(numbers[0::2]) <= picture["width"]
    assert len(picture["bars"]) == 10
    # Ten is the highest count and the highest median: the axis ends at four times that, not at 9,000.
    assert picture["rows"][-1]["value"] == 40


def test_nothing_counted_and_nothing_ahead_is_a_picture_too() -> None:
    picture = fan({"history": [], "fan": []})
    assert picture["bars"] == []
    assert picture["outer"] == ""


def test_a_map_has_one_path_for_each_area_with_a_class() -> None:
    square = [[106.0, 21.0], [106.1, 21.0], [106.1, 21.1], [106.0, 21.1], [106.0, 21.0]]
    features = [
        {"properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [square]}}
        for code in ("a", "b")
    ]
    drawn = area_map({"features": features}, {"a": "high"})
    assert [area["code"] for area in drawn["areas"]] == ["a"]
    # 0.1 degrees of latitude over 0.1 degrees of longitude at 21.05 degrees north.
    assert drawn["height"] == round(640 / 0.9333)
    assert area_map({"features": features}, {}) == {"width": 640, "height": 0, "areas": []}
