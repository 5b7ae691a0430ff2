"""``songhanh morning``: what is printed and written, and every input tried broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import small
from calling import Call, calling, is_one_clear_message

from songhanh.province import load


@pytest.fixture
def morning(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    return calling(capsys, monkeypatch, "morning")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(small.write(tmp_path_factory.mktemp("morning")))


def test_the_three_answers_are_printed_and_the_report_is_written(
    morning: Call, pack: str, tmp_path: Path
) -> None:
    code = load(pack).communes["code"][0]
    cases = tmp_path / "cases.csv"
    cases.write_text(f"date,code,cases\n2021-05-16,{code},4\n2021-05-17,{code},5\n2021-05-17,xx,1\n")
    report, written = tmp_path / "report.html", tmp_path / "all.json"
    said = morning(
        pack, "--as-of", small.AS_OF.isoformat(), "--cases", str(cases), "--worlds", "0", "--jobs", "1",
        "--report", str(report), "--json", str(written), "--language", "en",
    )  # fmt: skip
    assert said.code == 0, said.err
    for question in ("Where do we stand?", "Where is this going?", "What should each area do?"):
        assert question in said.out
    assert "2 rows used, 1 rejected" in said.out
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(written.read_text())["schema"] == "songhanh-morning/1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--as-of", "2021-05-47"), ("2021-05-47",)),
        (("--as-of", "2021-05-17", "--cases", "nowhere.csv"), ("nowhere.csv",)),
        (("--as-of", "2021-05-17", "--report", "."), ("folder",)),
    ],
)
def test_a_broken_question_is_one_clear_sentence(
    morning: Call, pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...], words: tuple[str, ...],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    said = morning(pack, *arguments)
    assert is_one_clear_message(said, *words), said
    assert list(tmp_path.iterdir()) == []
