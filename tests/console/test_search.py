"""What ``songhanh search`` and the ceilings of ``songhanh decide`` print, write and refuse."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import small
from calling import Call, calling, is_one_clear_message

from songhanh.console import decide, search
from songhanh.decision import evaluate
from songhanh.decision import search as search_rules

AS_OF = ("--as-of", "2021-05-17")
FEW = ("--rules", "6", "--worlds", "2", "--fresh", "2", "--days", "14", "--jobs", "1")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run the command line in this process, with few histories."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(decide, "evaluate", partial(evaluate, n_histories=16))
    monkeypatch.setattr(search, "search_rules", partial(search_rules, n_histories=16))
    return calling(capsys, monkeypatch)


def test_it_writes_the_same_file_again_from_its_state_and_prints_it(call: Call, tmp_path: Path) -> None:
    state, first, second = tmp_path / "deep" / "state.json", tmp_path / "a.json", tmp_path / "b.json"
    one = call("search", small.reference(), *AS_OF, *FEW, "--state", str(state), "--json", str(first))
    two = call("search", small.reference(), *AS_OF, *FEW, "--state", str(state), "--json", str(second))
    assert one.code == two.code == 0
    assert one.out == two.out and first.read_bytes() == second.read_bytes()
    document = json.loads(first.read_bytes())
    assert document["schema"] == "songhanh-search/1"
    for named in document["named"]:
        assert named["why"]["en"][:40] in one.out
        cases = named["plan"]["outcomes"]["cases_total"]["mean"]
        assert (f"{cases:,.0f}" if cases >= 10 else f"{cases:,.1f}") in one.out
    # A rule of the front is a plan that can be evaluated beside the others.
    mine = tmp_path / "mine.toml"
    mine.write_text(document["front"][0]["plan_toml"], encoding="utf-8")
    said = call("decide", small.reference(), *AS_OF, "--worlds", "2", "--jobs", "1", "--plan", str(mine))
    assert said.code == 0 and document["front"][0]["id"][5:] in said.out


def test_it_speaks_vietnamese(call: Call) -> None:
    said = call("search", small.reference(), *AS_OF, *FEW, "--language", "vi")
    assert said.code == 0 and "quy tắc trên" in said.out and "Plan" not in said.out


def test_ceilings_are_in_the_words_of_the_table(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    ceilings = ("--ceiling", "deaths=100000", "--ceiling", "peak_hospital=0")
    few = ("--worlds", "2", "--jobs", "1", "--json", str(file))
    said = call("decide", small.reference(), *AS_OF, *few, *ceilings)
    assert said.code == 0
    assert "breaks the ceiling of Peak of treatment beds (in 100% of the worlds)" in said.out
    assert "breaks the ceiling of Deaths" not in said.out
    assert "keeps every health ceiling in 0% of the worlds" in said.out
    assert json.loads(file.read_bytes())["ceilings"][1] == {"indicator": "peak_hospital", "at_most": 0}


@pytest.mark.parametrize("command", ["decide", "search"])
@pytest.mark.parametrize("ceiling", ["deaths=many", "deaths=-1", "happiness=3", "deaths"])
def test_a_ceiling_at_fault(call: Call, command: str, ceiling: str, tmp_path: Path) -> None:
    out = tmp_path / "out" / "a.json"
    said = call(command, small.reference(), *AS_OF, "--ceiling", ceiling, "--json", str(out))
    assert is_one_clear_message(said, "--ceiling", ceiling.split("=", maxsplit=1)[0])
    assert list(tmp_path.iterdir()) == []


def test_a_state_file_at_fault(call: Call, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("not a state")
    said = call("search", small.reference(), *AS_OF, *FEW, "--state", str(state))
    assert is_one_clear_message(said, "state.json", "--state", "not the state of a search")
    assert state.read_text() == "not a state"


@pytest.mark.parametrize("option", ["--state", "--json"])
def test_a_folder_is_not_a_file(call: Call, option: str, tmp_path: Path) -> None:
    said = call("search", small.reference(), *AS_OF, *FEW, option, str(tmp_path))
    assert is_one_clear_message(said, str(tmp_path), option)
