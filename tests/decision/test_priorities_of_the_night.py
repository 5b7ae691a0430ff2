"""The rule on the real line list of the night of 17 May 2021, against what the committee ordered that night.

Directive 16 was ordered from 18 May for Việt Yên and for Nội Hoàng, Tiền Phong and Yên Lư, on top of the communes that
had it. The rule reads counts only, so it cannot see a pool of positive samples in a park; it must see where cases are.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from songhanh.decision import priorities
from songhanh.province import load
from songhanh.twin.lines import read_line_list

NIGHT = date(2021, 5, 17)


@pytest.fixture(scope="module")
def night(shared_data: Path) -> dict[str, Any]:
    file = shared_data / "cases" / "bacgiang_commune_daily_to_2021-05-24.csv"
    return priorities("bac-giang-2021", NIGHT, lines=read_line_list(file, load("bac-giang-2021"), None))


def test_the_district_of_the_parks_comes_first_and_no_other(night: dict[str, Any]) -> None:
    districts = {area["name"]: area for area in night["areas"] if area["level"] == "district"}
    first = [name for name, area in districts.items() if area["mode"] == "epidemic-first"]
    assert first == ["Huyện Việt Yên"]
    parks = districts["Huyện Việt Yên"]
    assert parks["work"]["value_added_day_vnd_bn"] == max(
        a["work"]["value_added_day_vnd_bn"] for a in districts.values()
    )
    assert {site["site_id"] for site in parks["work"]["sites"]} == {"dinh-tram", "quang-chau", "van-trung"}


def test_every_commune_that_comes_first_has_cases_and_most_lie_where_orders_were_given(
    night: dict[str, Any],
) -> None:
    communes = [area for area in night["areas"] if area["level"] == "commune"]
    first = [area for area in communes if area["mode"] == "epidemic-first"]
    assert all(area["risk"]["cases_14d"] >= 3 for area in first)
    assert {"Xã Quang Châu", "Xã Vân Trung", "Thị trấn Nếnh"} <= {area["name"] for area in first}
    # More than half of all cases, in a twentieth of the communes.
    cases = sum(area["risk"]["cases_14d"] for area in communes)
    assert sum(area["risk"]["cases_14d"] for area in first) > cases / 2
    assert len(first) < len(communes) / 15


def test_nothing_reported_after_that_night_is_read(night: dict[str, Any], shared_data: Path) -> None:
    text = (shared_data / "cases" / "bacgiang_commune_daily_to_2021-05-24.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    by_then = [row for row in rows if row[0] <= NIGHT.isoformat()]
    assert night["line_list"]["accepted"] == len(by_then) < len(rows)
    placed = sum(int(row[5]) for row in by_then if row[1])
    communes = [area for area in night["areas"] if area["level"] == "commune"]
    assert sum(area["risk"]["cases_14d"] for area in communes) == placed
    assert night["line_list"]["without_commune_14d"] == sum(int(row[5]) for row in by_then if not row[1])
