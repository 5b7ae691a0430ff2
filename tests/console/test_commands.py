"""What the commands print and write, and what they leave alone when something is wrong."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
import small
import tiny
from calling import Call, calling, is_one_clear_message

from songhanh.console import decide, replay
from songhanh.decision import evaluate
from songhanh.decision import replay as replay_in_hindsight

EXAMPLE = "bac-giang-2021"
AS_OF = ("--as-of", "2021-05-17")
FEW = ("--worlds", "2", "--jobs", "1")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run the command line in this process, with few histories."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(decide, "evaluate", partial(evaluate, n_histories=16))
    monkeypatch.setattr(replay, "replay_in_hindsight", partial(replay_in_hindsight, n_histories=16))
    return calling(capsys, monkeypatch)


# What decide and replay do.


def test_decide_writes_the_same_file_twice_and_prints_it(call: Call, tmp_path: Path) -> None:
    first, second = tmp_path / "new folder" / "a.json", tmp_path / "b.json"
    one, two = (
        call("decide", small.reference(), *AS_OF, *FEW, "--json", str(file)) for file in (first, second)
    )
    assert one.code == two.code == 0
    assert one.out == two.out
    assert first.read_bytes() == second.read_bytes()
    assert [path.name for path in first.parent.iterdir()] == ["a.json"]
    document = json.loads(first.read_bytes())
    assert document["schema"] == "songhanh-evaluation/1" and document["n_worlds"] == 2
    other = call("decide", small.reference(), *AS_OF, *FEW, "--seed", "2", "--json", str(second))
    assert other.out != one.out
    assert first.read_bytes() != second.read_bytes()
    for plan in document["plans"]:
        lost = plan["outcomes"]["job_days_lost"]
        assert f"{lost['mean']:,.0f} " in one.out
        assert f"{lost['p05']:,.0f}–{lost['p95']:,.0f}" in one.out
    assert document["self_consistency_note"]["en"][:40] in one.out
    assert "infeasible" in one.out and "reference line" in one.out


def test_decide_speaks_vietnamese(call: Call) -> None:
    said = call("decide", small.reference(), *AS_OF, *FEW, "--language", "vi")
    assert said.code == 0
    assert "Phương án" in said.out and "không khả thi" in said.out and "Plan" not in said.out


def test_a_plan_of_ones_own_is_in_the_table(call: Call, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(small.plan_text(small.SITES_CLOSED).replace('"Test"', '"Mine alone"'), encoding="utf-8")
    said = call("decide", small.reference(), *AS_OF, *FEW, "--plan", str(mine))
    assert said.code == 0 and "Mine alone" in said.out


def test_replay_prints_what_it_writes(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "replay.json"
    said = call("replay", small.reference(), *FEW, "--json", str(file))
    assert said.code == 0
    document = json.loads(file.read_bytes())
    assert f"counted {document['total']['counted']:,.0f}" in said.out
    assert f"{document['total']['simulated']['p50']:,.0f}" in said.out
    assert f"{len(document['free_parameters'])} free parameters" in said.out


# Bad input: one sentence, exit code 2, nothing written.


@pytest.mark.parametrize("when", ["2021-04-20", "2020-05-17", "2023-05-17"])
def test_a_date_outside_the_outbreak(call: Call, when: str, tmp_path: Path) -> None:
    said = call("decide", small.reference(), "--as-of", when, "--json", str(tmp_path / "a.json"))
    assert is_one_clear_message(said, when, "outside this outbreak")
    assert list(tmp_path.iterdir()) == []


def test_a_date_before_anything_was_known(call: Call) -> None:
    said = call("decide", small.reference(), "--as-of", "2021-05-01", *FEW)
    assert is_one_clear_message(said, "introductions.csv", "2021-05-01")


@pytest.mark.parametrize("command", ["decide", "replay"])
@pytest.mark.parametrize("when", ["17 May", "2021-13-01", "2021-5-17x", ""])
def test_a_malformed_date(call: Call, command: str, when: str) -> None:
    assert is_one_clear_message(call(command, small.reference(), "--as-of", when), "--as-of", "2021-05-17")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format = ", ("mine.toml", "row 1", "TOML")),
        (small.plan_text('kind = "prayer"\nlegal_basis = ["ct16"]'), ("mine.toml", "prayer")),
        (small.plan_text('kind = "site_mode"\nmode = "closed"\nwhere = ["*"]'), ("mine.toml", "legal basis")),
        (small.plan_text(small.SITES_CLOSED.replace('"*"', '"park-q"')), ("mine.toml", "park-q")),
    ],
    ids=["not TOML", "unknown kind", "no legal basis", "unknown site"],
)
def test_a_broken_plan(call: Call, text: str, says: tuple[str, ...], tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.toml", tmp_path / "out"
    mine.write_text(text, encoding="utf-8")
    out.mkdir()
    said = call("decide", small.reference(), *AS_OF, "--plan", str(mine), "--json", str(out / "a.json"))
    assert is_one_clear_message(said, *says)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("command", [("decide", *AS_OF), ("replay",)], ids=["decide", "replay"])
def test_a_folder_is_not_a_file_to_write(call: Call, command: tuple[str, ...], tmp_path: Path) -> None:
    name, *rest = command
    said = call(name, small.reference(), *rest, "--json", str(tmp_path))
    assert is_one_clear_message(said, str(tmp_path), "--json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("decide", *AS_OF), ("replay",)], ids=["decide", "replay"])
def test_a_pack_at_fault(call: Call, command: tuple[str, ...], tmp_path: Path) -> None:
    rows = tiny.tables()["boarding"]
    pack = small.write(tmp_path / "broken", boarding=[{**rows[0], "lodgers": -5}, *rows[1:]])
    name, *rest = command
    said = call(name, str(pack), *rest, "--json", str(tmp_path / "a.json"))
    assert is_one_clear_message(said, "boarding.csv", "row 2", "lodgers")
    assert not (tmp_path / "a.json").exists()


def test_a_plan_of_the_pack_at_fault(call: Call, tmp_path: Path) -> None:
    pack = small.write(tmp_path / "broken")
    (pack / "plans" / "20-closed.toml").write_text("[[measures", encoding="utf-8")
    assert is_one_clear_message(call("decide", str(pack), *AS_OF), "20-closed.toml", "TOML")


def test_what_stood_in_a_file_stays_when_the_run_fails(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    file.write_text("the answer of yesterday")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(decide, "evaluate", interrupted)
    said = call("decide", small.reference(), *AS_OF, "--json", str(file))
    assert said.code == 130 and "nothing half written" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert file.read_text() == "the answer of yesterday"


# Packs.


def test_the_example_has_no_fault(call: Call) -> None:
    said = call("province", "check", EXAMPLE)
    assert (said.code, said.err) == (0, "")
    assert "no fault" in said.out
    assert call("province", "list").out.split() == [EXAMPLE]


def test_every_fault_of_a_broken_pack_is_named(call: Call, tmp_path: Path) -> None:
    folder = small.write(tmp_path / "broken")
    file = folder / "sites.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace("park-a,Khu park-a", "park-a,", 1), encoding="utf-8"
    )
    (folder / "sectors.csv").unlink()
    said = call("province", "check", str(folder))
    assert said.code == 2 and said.out == "" and "Traceback" not in said.err
    assert "sectors.csv" in said.err and "sites.csv" in said.err
    assert f"{len(said.err.splitlines()) - 1} fault(s) found." in said.err


def test_a_new_pack_is_written_and_waits_to_be_filled(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert call("province", "new", str(folder)).code == 0
    names = {path.name for path in folder.iterdir()}
    assert {"datapackage.json", "areas.csv", "sites.csv"} <= names
    said = call("province", "check", str(folder))
    assert said.code == 2 and "areas.csv" in said.err


def test_a_new_pack_never_covers_an_old_one(call: Call, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small.reference(), tmp_path / "mine"))
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    assert is_one_clear_message(call("province", "new", str(folder)), str(folder))
    assert {path: path.read_bytes() for path in folder.rglob("*.csv")} == before
