"""A small province for the tests of measures: 2 districts, 4 communes, 2 sites, 3 sectors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from songhanh.core.text import Text
from songhanh.measures import Plan, Schedule, compile_plan, parse_plan
from songhanh.province.pack import Pack
from songhanh.response import Observed

ORIGIN = date(2021, 5, 1)
AS_OF = date(2021, 5, 17)
DAYS = 240


def plan_text(*measures: str, head: str = "") -> str:
    words = '[name]\nvi = "Thử"\nen = "Test"\n[summary]\nvi = "Thử."\nen = "Test."\n'
    return f'format = "songhanh-plan/1"\n{head}\n{words}' + "".join(f"[[measures]]\n{m}\n" for m in measures)


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    areas = pl.DataFrame(
        {
            "code": ["D1", "D2", "C1", "C2", "C3", "C4"],
            "name": ["Huyện Một", "Huyện Hai", "Xã Một", "Xã Hai", "Xã Ba", "Xã Bốn"],
            "level": ["district"] * 2 + ["commune"] * 4,
            "parent_code": ["", "", "D1", "D1", "D2", "D2"],
            "population": [0, 0, 1000, 2000, 3000, 4000],
        }
    )
    sites = pl.DataFrame(
        {
            "site_id": ["park-a", "park-b", "firm-x"],
            "name_vi": ["Khu A", "Khu B", "Công ty X"],
            "name_en": ["Park A", "Park B", "Firm X"],
            "kind": ["park", "park", "firm"],
            "area_code": ["C1", "C3", "C1"],
            "workers": [1000, 500, 100],
            "lodging_places": [200, 0, 0],
        }
    )
    tables = {
        "areas": areas,
        "sites": sites,
        "sectors": pl.DataFrame({"sector_id": ["farm", "plant", "shop"], "essential": [True, True, False]}),
        "site_sectors": pl.DataFrame(
            {"site_id": ["park-a", "park-b"], "sector_id": ["plant", "plant"], "share": [1.0, 1.0]}
        ),
        "boarding": pl.DataFrame({"area_code": ["C1"], "site_id": ["park-a"], "lodgers": [500]}),
        "channels": pl.DataFrame(
            {"channel_id": ["gate", "flight"], "kind": ["border", "air"], "max_tonnes_per_day": [1000.0, 50.0]}
        ),
        "population_by_age": pl.DataFrame(
            {
                "area_code": ["D1", "D1", "D1", "D2"],
                "age_from": [0, 20, 65, 0],
                "age_to": [19, 64, 110, 110],
                "people": [300, 450, 250, 100],
            }
        ),
        "lab_capacity": pl.DataFrame(
            {
                "valid_from": [date(2021, 5, 1), date(2021, 5, 29), date(2021, 6, 10)],
                "samples_per_day": [10_000, 20_000, 90_000],
                "pool_size": [1, 5, 10],
                "planned_on": [None, date(2021, 5, 16), None],
            }
        ),
        "quarantine_capacity": pl.DataFrame(
            {"valid_from": [date(2021, 5, 1), date(2021, 6, 1)], "places": [50, 500], "valid_until": [None, None]}
        ),
        "calendar": pl.DataFrame(
            {
                "from_date": [date(2021, 6, 1), date(2021, 5, 23)],
                "until_date": [date(2021, 8, 31), date(2021, 5, 23)],
                "kind": ["school_closed", "election"],
                "area_code": ["*", "*"],
            }
        ),
    }  # fmt: skip
    folder: Path = tmp_path_factory.mktemp("pack")
    return Pack(
        id="tiny",
        name=Text("Nhỏ", "Tiny"),
        country="VN",
        time_zone="Asia/Ho_Chi_Minh",
        currency="VND",
        policy_set="vn-2021",
        folder=folder,
        hash="0" * 64,
        outbreak_from=ORIGIN,
        tables=tables,
    )


@pytest.fixture
def empty() -> Plan:
    return parse_plan(plan_text(), slug="history")


@pytest.fixture
def schedule_of(pack: Pack) -> Callable[..., Schedule]:
    def build(
        *measures: str, orders: tuple[str, ...] = (), head: str = "", as_of: date | None = AS_OF
    ) -> Schedule:
        history = parse_plan(plan_text(*orders), slug="history")
        return compile_plan(parse_plan(plan_text(*measures, head=head)), pack, history, as_of, "vn-2021")

    return build


@pytest.fixture
def quiet() -> Observed:
    """A series without a case."""
    return Observed(np.zeros((DAYS, 4, 4), np.int32), np.zeros((DAYS, 3), np.int32))
