"""The small province with room for everybody, and the three documents made of it once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import small
import tiny
from shape import SEARCH

from songhanh.core.canonical import json_bytes
from songhanh.decision import Ceilings, evaluate, replay, search, situation

WORLDS = 6
HISTORIES = 32


@pytest.fixture(scope="session")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small province with beds and places for everybody, one plan that lodges more than it can, and later counts."""
    rows = tiny.tables()
    folder = small.write(
        tmp_path_factory.mktemp("roomy"),
        facilities=[{**row, "beds": 5000, "icu_beds": 500} for row in rows["facilities"]],
        quarantine_capacity=[{**row, "places": 9000} for row in rows["quarantine_capacity"]],
        lab_capacity=[{**row, "samples_per_day": 20_000} for row in rows["lab_capacity"]],
        bulletins=[
            *rows["bulletins"],
            {"date": "2021-06-01", "indicator": "cases_cumulative", "area_or_site": "*", "value": 90},
            {"date": "2021-06-01", "indicator": "cluster_cases", "area_or_site": "firm-x", "value": 40},
        ],
    )
    lodged = 'kind = "site_mode"\nmode = "two_points"\nshare = 1.0\nwhere = ["park-a"]\nlegal_basis = ["qd-2194-2020"]'
    (folder / "plans" / "50-crowded.toml").write_text(small.plan_text(lodged), encoding="utf-8")
    # Word for word the orders in force: as good as them, so neither beats the other.
    (folder / "plans" / "60-the-same.toml").write_text(small.plan_text(), encoding="utf-8")
    return str(folder)


def document(content: dict[str, Any]) -> dict[str, Any]:
    """Return a document as it is read back from its bytes."""
    read: dict[str, Any] = json.loads(json_bytes(content))
    return read


@pytest.fixture(scope="session")
def evaluation(roomy: str) -> dict[str, Any]:
    return document(evaluate(roomy, small.AS_OF, seed=1, n_worlds=WORLDS, n_histories=HISTORIES, n_jobs=1))


@pytest.fixture(scope="session")
def bounded(roomy: str) -> dict[str, Any]:
    """The evaluation under ceilings that some plans keep, some break, and some keep in half of the worlds."""
    ceilings = Ceilings(deaths=1000, cases_community=600, peak_hospital=600)
    return document(
        evaluate(
            roomy, small.AS_OF, seed=1, n_worlds=WORLDS, n_histories=HISTORIES, n_jobs=1, ceilings=ceilings
        )
    )


@pytest.fixture(scope="session")
def searched(roomy: str) -> dict[str, Any]:
    """A small search: three generations of five rules."""
    return document(search(roomy, small.AS_OF, **SEARCH))


@pytest.fixture(scope="session")
def evening(roomy: str) -> dict[str, Any]:
    return document(situation(roomy, small.AS_OF, seed=1, n_histories=HISTORIES, n_jobs=1))


@pytest.fixture(scope="session")
def hindsight(roomy: str) -> dict[str, Any]:
    return document(replay(roomy, small.AS_OF, seed=1, n_worlds=WORLDS, n_histories=HISTORIES, n_jobs=1))


@pytest.fixture(scope="session")
def field_page() -> str:
    return (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
