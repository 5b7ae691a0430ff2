"""A decided plan run again gives the same numbers, or says what differs."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import small

from songhanh.core.canonical import json_bytes
from songhanh.core.errors import SonghanhError
from songhanh.decision import evaluate, record, rerun
from songhanh.decision.adopt import INPUTS, results_of
from songhanh.measures import plans_of
from songhanh.twin.lines import line_list_of

AS_OF = small.AS_OF
WORLDS, HISTORIES = 3, 16


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    plan = plans_of(small.ground().pack)["on-site"]
    content = record(small.reference(), AS_OF, plan, seed=3, n_worlds=WORLDS, n_histories=HISTORIES, n_jobs=1)
    read: dict[str, Any] = json.loads(json_bytes(content))
    return read


def test_run_again_it_gives_the_same_bytes(kept: dict[str, Any]) -> None:
    again = rerun(kept, small.reference(), n_jobs=1)
    assert again.same and not again.changed and not again.numbers
    assert json_bytes(again.results) == json_bytes(kept["results"])
    assert [line.en for line in again.in_words()] == ["Run again, it gives the same numbers."]


def test_it_is_the_plan_of_the_evaluation(kept: dict[str, Any]) -> None:
    """The numbers are those that the committee saw beside other plans."""
    seen = evaluate(small.reference(), AS_OF, seed=3, n_worlds=WORLDS, n_histories=HISTORIES, n_jobs=1)
    shown = next(plan for plan in seen["plans"] if plan["id"] == "on-site")
    assert results_of(shown) == kept["results"]
    assert seen["world_set"] == kept["world_set"] and shown["hash"] == kept["plan"]


def test_a_record_holds_all_that_its_numbers_rest_on(kept: dict[str, Any]) -> None:
    assert all(kept[name] for name in INPUTS if name != "line_list") and kept["line_list"] == ""
    assert (kept["seed"], kept["n_worlds"], kept["as_of"]) == (3, WORLDS, "2021-05-17")
    text = json.dumps(kept)
    assert small.reference() not in text


def test_another_pack_is_named_with_the_numbers_that_moved(kept: dict[str, Any], tmp_path: Path) -> None:
    rows = [{**row, "gva_vnd_bn": row["gva_vnd_bn"] * 0.8} for row in small.tiny.tables()["sectors"]]
    other = small.write(tmp_path / "other", sectors=rows)
    again = rerun(kept, str(other), n_jobs=1)
    assert not again.same
    assert {"pack", "world_set"} <= set(again.changed)
    was, now = again.numbers["value_added_lost_vnd_bn"]
    assert (
        was == kept["results"]["outcomes"]["value_added_lost_vnd_bn"]["mean"]
        and np.isfinite(now)
        and now != was
    )
    words = [line.en for line in again.in_words()]
    assert words[0].startswith("Not as recorded: the province pack") and any(
        "value_added_lost" in w for w in words
    )


def test_other_code_is_named_even_where_the_numbers_hold(kept: dict[str, Any]) -> None:
    again = rerun({**kept, "models": "0" * 64, "version": "0.0.1"}, small.reference(), n_jobs=1)
    assert again.same and set(again.changed) == {"models", "version"}
    assert again.changed["version"][0] == "0.0.1"
    assert again.in_words()[-1].en == "The numbers are the same all the same."


def test_a_plan_decided_on_a_line_list_needs_it_again() -> None:
    ground, plan = small.ground(), plans_of(small.ground().pack)["present-orders"]
    rows = [(AS_OF - timedelta(days=k % 12), "00101", 1 + k % 3) for k in range(24)]
    frame = pl.DataFrame(rows, schema={"date": pl.Date, "code": pl.String, "cases": pl.Int64}, orient="row")
    lines = line_list_of(frame, ground.pack, AS_OF)
    options: dict[str, Any] = {"n_worlds": 2, "n_histories": HISTORIES, "n_jobs": 1}
    mine = json.loads(json_bytes(record(small.reference(), AS_OF, plan, lines=lines, **options)))
    assert mine["line_list"] == lines.id and mine["name"]["en"]
    assert rerun(mine, small.reference(), n_jobs=1, lines=lines).same
    with pytest.raises(SonghanhError, match="line list") as error:
        rerun(mine, small.reference(), n_jobs=1)
    assert error.value.faults[0].parameter == "--cases"
    other = rerun(mine, small.reference(), n_jobs=1, lines=line_list_of(frame.head(20), ground.pack, AS_OF))
    assert {"line_list", "world_set"} <= set(other.changed)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "songhanh-evaluation/1"}, "not a record"),
        ({"seed": "1"}, "'seed' is missing or not a int"),
        ({"world_set": None}, "world_set"),
        ({"n_histories": 1.5}, "n_histories"),
        ({"as_of": "17/5/2021"}, "is not a date"),
        ({"as_of": "2021-13-45"}, "is not a date"),
        ({"n_worlds": 0}, "not at least 1"),
        ({"n_histories": -3}, "not at least 1"),
        ({"results": {}}, "no outcomes"),
        ({"results_sha256": "0" * 64}, "not those that were written"),
        ({"plan": "0" * 64}, "not the one that was decided"),
        ({"plan_toml": "format = "}, "not TOML"),
    ],
)
def test_a_record_that_was_changed_by_hand_is_refused(
    kept: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    with pytest.raises(SonghanhError, match=words):
        rerun({**kept, **change}, small.reference(), n_jobs=1)


def test_a_changed_result_is_found_out(kept: dict[str, Any]) -> None:
    forged = json.loads(json.dumps(kept))
    forged["results"]["outcomes"]["deaths"]["mean"] = 0.25
    with pytest.raises(SonghanhError, match="not those that were written"):
        rerun(forged, small.reference(), n_jobs=1)
