"""`songhanh priorities` and `songhanh decided` as a person meets them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import small
from calling import Call, calling, is_one_clear_message

from songhanh.console import decided
from songhanh.console import priorities as priorities_command
from songhanh.decision import priorities, record

AS_OF = ("--as-of", "2021-05-17")
FEW = ("--worlds", "2", "--jobs", "1")
HEAD = "date,code,cases\n"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(decided, "run_and_record", partial(record, n_histories=16))
    monkeypatch.setattr(priorities_command, "recommend", partial(priorities, n_histories=16))
    return calling(capsys, monkeypatch)


def cases(folder: Path, *rows: str) -> str:
    file = folder / "cases.csv"
    file.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return str(file)


def test_priorities_print_what_they_write(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "priorities.json"
    list_ = cases(
        tmp_path, "2021-05-15,00302,6", "2021-05-14,99999,1", "2021-05-16,00101,-2", "2021-06-01,00101,1"
    )
    said = call("priorities", small.reference(), *AS_OF, "--cases", list_, "--json", str(file))
    assert said.code == 0, said.err
    content = json.loads(file.read_bytes())
    assert (content["line_list"]["accepted"], content["line_list"]["rejected"]) == (1, 3)
    assert "1 rows used, 3 rejected" in said.out
    assert [row["row"] for row in content["rejected"]] == [2, 3, 4]
    assert all(row["message"]["vi"] and row["message"]["en"] in said.out for row in content["rejected"])
    for area in content["areas"]:
        if area["level"] == "district":
            assert area["name"] in said.out and area["mode_name"]["en"] in said.out
        elif area["mode"] != "both":
            assert f"{area['name']} ({area['code']}): {area['mode_name']['en']}" in said.out
    sealed = next(area for area in content["areas"] if area["code"] == "00302")
    assert sealed["mode"] == "epidemic-first"
    assert all(line["en"] in said.out.replace("\n", " ") for line in sealed["to_change"])


def test_priorities_speak_vietnamese(call: Call, tmp_path: Path) -> None:
    list_ = cases(tmp_path, "2021-05-15,00302,6")
    said = call("priorities", small.reference(), *AS_OF, "--cases", list_, "--language", "vi")
    assert said.code == 0
    assert "ưu tiên phòng, chống dịch" in said.out and "epidemic first" not in said.out


def test_priorities_of_the_synthetic_list_say_so_and_are_the_same_twice(call: Call) -> None:
    one, two = (call("priorities", small.reference(), *AS_OF, "--jobs", "1") for _ in range(2))
    assert one.code == 0 and one.out == two.out and "synthetic" in one.out


def test_what_is_wrong_with_the_input_of_priorities_is_said(call: Call, tmp_path: Path) -> None:
    pack, list_ = small.reference(), cases(tmp_path, "2021-05-15,00302,6")
    assert is_one_clear_message(call("priorities", "no-such-pack", *AS_OF), "no-such-pack")
    assert is_one_clear_message(call("priorities", pack, "--as-of", "17/5"), "17/5", "not a date")
    assert is_one_clear_message(
        call("priorities", pack, "--as-of", "2020-01-01", "--cases", list_), "outside"
    )
    missing = str(tmp_path / "none.csv")
    assert is_one_clear_message(call("priorities", pack, *AS_OF, "--cases", missing), "none.csv")
    for text, words in (("{", "not JSON"), ("[1]", "does not hold"), ('{"schema": "x"}', "not a forecast")):
        forecast = tmp_path / "forecast.json"
        forecast.write_text(text, encoding="utf-8")
        said = call("priorities", pack, *AS_OF, "--cases", list_, "--forecast", str(forecast))
        assert is_one_clear_message(said, words)
    written = tmp_path / "out.json"
    call("priorities", pack, "--as-of", "2020-01-01", "--cases", list_, "--json", str(written))
    assert not written.exists()


def test_a_decided_plan_is_kept_and_proved_again(call: Call, tmp_path: Path) -> None:
    pack, file = small.reference(), tmp_path / "records" / "night.json"
    said = call("decided", "keep", pack, *AS_OF, "--plan", "closed", *FEW, "--record", str(file))
    assert said.code == 0, said.err
    kept = json.loads(file.read_bytes())
    assert kept["schema"] == "songhanh-decided/1" and kept["slug"] == "closed"
    again = call("decided", "rerun", str(file), "--pack", pack, "--jobs", "1")
    assert again.code == 0 and "Run again, it gives the same numbers." in again.out
    vi = call("decided", "rerun", str(file), "--pack", pack, "--jobs", "1", "--language", "vi")
    assert "Chạy lại cho đúng các con số đã lưu." in vi.out


def test_a_record_of_another_pack_says_what_differs(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "night.json"
    call("decided", "keep", small.reference(), *AS_OF, "--plan", "on-site", *FEW, "--record", str(file))
    beds = [{**row, "lodging_places": 7} if row["site_id"] == "park-a" else row for row in small.tiny.sites()]
    other = small.write(tmp_path / "other", sites=beds)
    again = call("decided", "rerun", str(file), "--pack", str(other), "--jobs", "1")
    assert "Not as recorded: the province pack" in again.out
    assert "job_days_lost: mean" in again.out and "all the same" not in again.out
    assert again.code == 1


def test_what_is_wrong_with_a_record_is_said(call: Call, tmp_path: Path) -> None:
    pack, file = small.reference(), tmp_path / "night.json"
    bad = call("decided", "keep", pack, *AS_OF, "--plan", "nothing", *FEW, "--record", str(file))
    assert is_one_clear_message(bad, "nothing", "--plan") and not file.exists()
    assert is_one_clear_message(call("decided", "rerun", str(file), "--pack", pack), "cannot be read")
    file.write_text('{"schema": "songhanh-decided/1"}', encoding="utf-8")
    assert is_one_clear_message(call("decided", "rerun", str(file), "--pack", pack), "as_of")
