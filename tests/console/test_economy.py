"""``songhanh economy``: the accounts of a year, and tables for packs."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import pytest
import small
from calling import Call, calling, is_one_clear_message

from songhanh.console import economy
from songhanh.decision import economic_report
from songhanh.economy.pack_table import embedded_table
from songhanh.province import check

FEW = ("--worlds", "2", "--jobs", "1")
TABLE = """VNM,D01T03,D10T33,D45T98,HFCE,EXPO,IMPO
TTL_01T03,20,10,5,70,15,-20
TTL_10T33,10,60,15,30,120,-35
TTL_45T98,5,20,30,140,10,-5
TXS_INT_FNL,1,2,3,0,0,0
VALU,64,108,147,,,
OUTPUT,100,200,200,,,
"""
CONCORDANCE = """code,sector_id,share
01T03,farm,1
10T33,plant,1
45T98,shop,0.9
45T98,teaching,0.1
"""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run the command line in this process, with few histories."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(economy, "economic_report", partial(economic_report, n_histories=16))
    return calling(capsys, monkeypatch, "economy")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# The accounts


def test_the_accounts_are_printed_and_written_the_same_twice(call: Call, tmp_path: Path) -> None:
    one, two = (
        call(small.reference(), "--plan", "actual-2021", *FEW, "--json", str(tmp_path / name))
        for name in ("a.json", "b.json")
    )
    assert one.code == two.code == 0 and one.out == two.out
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    document = json.loads((tmp_path / "a.json").read_bytes())
    assert document["schema"] == "songhanh-economy/1" and document["plan"]["slug"] == "actual-2021"
    for words in ("2021-Q2", "Without outbreak", "no supplies", "Border", "VAT", "Income lost", "Assumed:"):
        assert words in one.out, words
    year = document["periods"]["year"][0]["sectors"][-1]["value_added_vnd_bn"]
    assert f"{year['p50']:,.0f} ({year['p05']:,.0f}–{year['p95']:,.0f})" in one.out
    lost = document["work_lost"]["year"][0]["all"]["person_days"]
    assert f"{lost['p50'] / 1e3:,.0f} (" in one.out
    assert f"{len(document['assumed_parameters'])} parameters are assumed" in one.out
    for note in document["assumed"]:
        assert note["en"][:40] in one.out


def test_the_accounts_in_vietnamese(call: Call) -> None:
    said = call(small.reference(), *FEW, "--language", "vi")
    assert said.code == 0
    assert "Quý và năm" in said.out and "thiếu đầu vào" in said.out and "Giả định:" in said.out
    assert "Without" not in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plan", "no-such-plan"), ("--plan", "no-such-plan", "actual-2021")),
        (("--as-of", "17 May"), ("--as-of", "2021-05-17")),
        (("--as-of", "2020-01-01"), ("introductions.csv", "2020-01-01")),
    ],
)
def test_a_bad_argument_of_the_accounts(
    call: Call, arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path
) -> None:
    said = call(small.reference(), *FEW, *arguments, "--json", str(tmp_path / "a.json"))
    assert is_one_clear_message(said, *words), said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file_to_write(call: Call, tmp_path: Path) -> None:
    assert is_one_clear_message(call(small.reference(), *FEW, "--json", str(tmp_path)), "--json")
    assert is_one_clear_message(call("no-such-pack", *FEW), "no-such-pack")


# Tables


def files(folder: Path, table: str = TABLE, concordance: str = CONCORDANCE) -> tuple[str, ...]:
    folder.mkdir(exist_ok=True)
    (folder / "table.csv").write_text(table, encoding="utf-8")
    (folder / "concordance.csv").write_text(concordance, encoding="utf-8")
    return (
        "table", str(folder / "table.csv"), "--style", "oecd", "--concordance", str(folder / "concordance.csv"),
    )  # fmt: skip


def test_a_published_table_becomes_the_table_of_a_pack(call: Call, tmp_path: Path) -> None:
    pack = small.write(tmp_path / "pack")
    said = call(*files(tmp_path / "in"), "--pack", str(pack), "--out", str(pack / "input_output.csv"))
    assert said.code == 0, said
    assert "4 sectors from 3 industries" in said.out
    assert check(pack) == []
    rows = rows_of(pack / "input_output.csv")
    cells = {(row["from_sector"], row["to_sector"]): float(row["coefficient"]) for row in rows}
    assert len(cells) == 16
    assert cells["farm", "plant"] == 0.05 and cells["plant", "plant"] == 0.3
    # Trade and teaching are one industry: what it sells is split 9 to 1, and both buy alike.
    assert cells["shop", "farm"] == pytest.approx(0.045) and cells["teaching", "farm"] == pytest.approx(0.005)
    assert cells["farm", "shop"] == cells["farm", "teaching"] == 0.025
    national = rows_of(pack / "national_output.csv")
    assert [(row["sector_id"], float(row["output"])) for row in national] == [
        ("farm", 100), ("plant", 200), ("shop", 180), ("teaching", 20),
    ]  # fmt: skip
    assert "table.csv (oecd), by the concordance concordance.csv" in rows[0]["source"]
    assert str(tmp_path) not in rows[0]["source"]
    # The province now stands on it.
    accounts = call(str(pack), *FEW)
    assert accounts.code == 0 and "National coefficients brought by the pack" in accounts.out


def test_the_embedded_estimate_can_be_mapped_to_other_sectors(call: Call, tmp_path: Path) -> None:
    table = embedded_table("VN")
    assert table is not None
    lines = ["code,sector_id,share"]
    lines += [f"{name},{'goods' if j < 13 else 'services'},1" for j, name in enumerate(table.sectors)]
    (tmp_path / "two.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = call(
        "table", "vn", "--style", "embedded", "--concordance", str(tmp_path / "two.csv"), "--out",
        str(tmp_path / "out" / "input_output.csv"),
    )  # fmt: skip
    assert said.code == 0
    rows = rows_of(tmp_path / "out" / "input_output.csv")
    goods = table.output[:13]
    wanted = (table.coefficients[:13, :13] @ goods).sum() / goods.sum()
    assert float(rows[0]["coefficient"]) == pytest.approx(wanted, rel=1e-6)
    assert {row["confidence"] for row in rows} == {"assumed"} and "assumed" in rows[0]["source"]


def test_a_small_imbalance_is_repaired_when_asked_and_said(call: Call, tmp_path: Path) -> None:
    given = files(tmp_path / "in", TABLE.replace("VALU,64,", "VALU,65,"))
    out = tmp_path / "out" / "input_output.csv"
    refused = call(*given, "--out", str(out))
    assert is_one_clear_message(refused, "table.csv", "column D01T03", "by 1 (1.00%", "--repair")
    assert not out.exists()
    said = call(*given, "--out", str(out), "--repair")
    assert said.code == 0 and "Value added of 01T03 lowered by 1 (1.00% of its output)." in said.out
    assert "1 imbalances of up to 1.00% repaired" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "concordance", "words"),
    [
        (TABLE.replace("VALU,64,", "VALU,44,"), CONCORDANCE, ("table.csv", "20.00%", "never repaired")),
        (TABLE.replace("TTL_10T33,10,", "TTL_10T33,ten,"), CONCORDANCE, ("row 3", "D01T03", "'ten'")),
        (TABLE, CONCORDANCE.replace("0.1", "0.2"), ("concordance.csv", "row 4", "0.1 too much")),
        (TABLE, CONCORDANCE.replace("plant", "mill"), ("concordance.csv", "row 3", "sector_id", "'mill'")),
    ],
    ids=["large imbalance", "text", "shares", "unknown sector"],
)
def test_a_bad_table_writes_nothing(
    call: Call, table: str, concordance: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    pack = small.write(tmp_path / "pack")
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    given = files(tmp_path / "in", table, concordance)
    said = call(*given, "--repair", "--pack", str(pack), "--out", str(pack / "input_output.csv"))
    assert is_one_clear_message(said, *words), said
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before


def test_a_table_that_is_not_there(call: Call, tmp_path: Path) -> None:
    given = list(files(tmp_path))
    given[1] = str(tmp_path / "none.csv")
    assert is_one_clear_message(call(*given, "--out", str(tmp_path / "o.csv")), "none.csv", "cannot be read")
    given[1:4] = ["atlantis", "--style", "embedded"]
    assert is_one_clear_message(call(*given, "--out", str(tmp_path / "o.csv")), "'atlantis'")
