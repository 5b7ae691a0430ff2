"""``songhanh score`` and ``songhanh forecast``: what they print and write, and how they refuse."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import tiny
from calling import Call, calling, is_one_clear_message

FIRST = date(2021, 5, 1)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("COLUMNS", "150")
    return calling(capsys, monkeypatch)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("console-forecast") / "pack")


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    rows = ["date,code,cases"]
    for t in range(35):
        rows += [f"{FIRST + timedelta(days=t)},{code},{random.poisson(4)}" for code in ("00101", "00202")]
    rows += ["2021-05-03,77777,1", "2021-05-04,00101,-3"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_scores_are_printed_and_written(call: Call, folder: Path, cases: Path, tmp_path: Path) -> None:
    out = tmp_path / "score.json"
    arguments = ("score", "--province", str(folder), "--cases", str(cases), "--json", str(out))
    said = call(*arguments, "--cutoff", "2021-05-18", "--cutoff", "2021-06-03", "--horizon", "14")
    assert said.code == 0, said.err
    assert "72 rows: 70 used, 2 rejected" in said.out
    assert "77777" in said.out
    assert "2021-06-03 left out" in said.out
    result = json.loads(out.read_text(encoding="utf-8"))
    for level in ("commune", "district", "province"):
        for horizon in ("7", "14"):
            part = result["levels"][level][horizon]
            assert set(part["wis_ratio"]) == {"last_week", "growth", "renewal"}
            assert {"wis", "coverage_50", "coverage_90", "n"} <= set(part)
    assert len(result["hyperparameters"]) == 64
    assert result["hyperparameters"] in said.out
    assert call(*arguments, "--cutoff", "2021-05-18").code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["by_cutoff"] == result["by_cutoff"]


def test_a_forecast_is_printed_in_both_languages_and_written(
    call: Call, folder: Path, cases: Path, tmp_path: Path
) -> None:
    out = tmp_path / "forecast.json"
    arguments = ("forecast", str(folder), "--cases", str(cases), "--as-of", "2021-05-20", "--json", str(out))
    english, vietnamese = call(*arguments), call(*arguments, "--language", "vi")
    assert english.code == vietnamese.code == 0
    assert "evening of 2021-05-20" in english.out
    assert "tối 2021-05-20" in vietnamese.out
    assert "loại" in vietnamese.out
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["schema"] == "songhanh-forecast/1"
    # Rows of later days are not the evening's: told as such, not used.
    assert {row["reason"] for row in document["rejected"]} == {
        "code-unknown",
        "count-negative",
        "date-future",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("score", "--cutoff", "2021-05-35"), ("--cutoff", "2021-05-17")),
        (("score", "--cutoff", "2021-06-30"), ("--cutoff", "2021-05-28")),
        (("score", "--cutoff", "2021-05-20", "--json", "{folder}"), ("--json",)),
        (("forecast", "--as-of", "tomorrow"), ("--as-of",)),
    ],
)
def test_a_mistake_is_one_sentence(
    call: Call, folder: Path, cases: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    command, *rest = (argument.replace("{folder}", str(folder)) for argument in arguments)
    where = ("--province", str(folder)) if command == "score" else (str(folder),)
    assert is_one_clear_message(call(command, *where, "--cases", str(cases), *rest), *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, ("no-such.csv",)), ("", ("empty",)), ("code,cases\n00101,1\n", ("dates", "column date"))],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    call: Call, folder: Path, tmp_path: Path, content: str | None, words: tuple[str, ...]
) -> None:
    path = tmp_path / "no-such.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    for command in (("score", "--province", str(folder), "--cutoff"), ("forecast", str(folder), "--as-of")):
        assert is_one_clear_message(call(*command, "2021-05-20", "--cases", str(path)), *words)
