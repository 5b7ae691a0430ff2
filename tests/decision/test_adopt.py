"""A decided plan run again gives the same numbers, or says what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small

from songhanh.core.canonical import json_bytes
from songhanh.core.errors import SonghanhError
from songhanh.decision import evaluate, record, rerun
from songhanh.decision.adopt import INPUTS, results_of
from songhanh.measures import plans_of

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
    assert all(kept[name] for name in INPUTS)
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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "songhanh-evaluation/1"}, "not a record"),
        ({"seed": "1"}, "'seed' is missing or not a int"),
        ({"world_set": None}, "world_set"),
        ({"n_histories": 1.5}, "n_histories"),
        ({"as_of": "17/5/2021"}, "is not a date"),
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
