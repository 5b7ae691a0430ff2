"""Published tables are read, checked, repaired when asked, and mapped to the sectors of a pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from economies import small_pack
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.core.errors import SonghanhError
from songhanh.economy import build
from songhanh.economy.concordance import read_concordance
from songhanh.economy.flow_table import FlowTable, balanced, coefficients
from songhanh.economy.pack_table import TABLE_NOTES, TableKind, embedded_table, pack_table
from songhanh.economy.table_files import ADB, OECD, read_table

# Two industries: the first needs 20 of itself and 30 of the second, of which 10 are imported.
OECD_FILE = """VNM,D01T02,D26,HFCE,GFCF,EXPO,IMPO
TTL_01T02,20,10,50,10,20,-10
TTL_26,30,40,20,30,100,-20
TXS_IMP_FNL,1,2,3,0,0,0
TXS_INT_FNL,4,3,5,0,0,0
TTL_INT_FNL,55,55,78,40,120,-30
VALU,45,145,,,,
OUTPUT,100,200,,,,
"""
DOM_IMP = """VNM,D01T02,D26,HFCE,GFCF,EXPO
DOM_01T02,18,10,42,10,20
DOM_26,22,28,20,30,100
IMP_01T02,2,0,8,0,0
IMP_26,8,12,0,0,0
TLS,5,5,3,0,0
VALU,45,145,,,
OUTPUT,100,200,,,
"""


def write(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def said(call: Callable[[], object]) -> str:
    with pytest.raises(SonghanhError) as error:
        call()
    return str(error.value)


# OECD


@pytest.mark.parametrize("text", [OECD_FILE, DOM_IMP], ids=["total", "domestic and imported"])
def test_an_oecd_table_by_hand(text: str, tmp_path: Path) -> None:
    table = read_table(write(tmp_path, text), OECD)
    assert table.codes == ("01T02", "26")
    assert table.flows.tolist() == [[20, 10], [30, 40]]
    assert table.taxes.tolist() == [5, 5] and table.value_added.tolist() == [45, 145]
    assert table.output.tolist() == table.uses.tolist() == [100, 200]
    whole, repairs = balanced(table, repair=False)
    assert repairs == ()
    cells, output = coefficients(whole, np.eye(2))
    assert cells.tolist() == [[0.2, 0.05], [0.3, 0.2]] and output.tolist() == [100, 200]


def test_one_country_of_many_adds_inputs_over_their_origin(tmp_path: Path) -> None:
    text = """row,VNM_A01_02,VNM_D,CHN_A01_02,CHN_D,VNM_HFCE,CHN_HFCE,OUT
VNM_A01_02,10,5,1,4,70,10,100
VNM_D,20,30,0,0,40,10,100
CHN_A01_02,5,0,50,20,5,20,100
CHN_D,15,5,10,60,0,110,200
TLS,2,3,0,0,1,1,7
VA,48,57,39,116,,,
OUT,100,100,100,200,,,
"""
    path = write(tmp_path, text)
    table = read_table(path, OECD, "VNM")
    assert table.codes == ("A01_02", "D")
    assert table.flows.tolist() == [[15, 5], [35, 35]]
    assert balanced(table, repair=False)[1] == ()
    assert "CHN, VNM" in said(lambda: read_table(path, OECD))
    assert "THA" in said(lambda: read_table(path, OECD, "THA"))


# ADB


def adb_file(rng: np.random.Generator, countries: tuple[str, ...] = ()) -> tuple[str, np.ndarray]:
    """A table of 35 industries drawn by luck; of two countries the second trades with the first."""
    n = 35 * max(len(countries), 1)
    labels = [f"{c}_c{k}" for c in countries or ("",) for k in range(1, 36)]
    labels = [label.lstrip("_") for label in labels]
    finals = [f"{c}_F{k}".lstrip("_") for c in countries or ("",) for k in range(1, 6)]
    finals += [] if countries else ["EX"]
    flows = rng.uniform(0, 1, (n, n)).round(4)
    use = rng.uniform(1, 30, (n, len(finals))).round(4)
    output = (flows.sum(axis=1) + use.sum(axis=1)) * 1.0
    taxes = (0.01 * output).round(4)
    added = output - flows.sum(axis=0) - taxes
    rows = [",".join(["code", *labels, *finals])]
    rows += [",".join([labels[i], *map(repr, map(float, [*flows[i], *use[i]]))]) for i in range(n)]
    blank = [""] * len(finals)
    total = "ToT_" if countries else ""
    for code, values in (("r60", flows.sum(axis=0)), ("r99", taxes), ("r64", added), ("r69", output)):
        rows.append(",".join([total + code, *map(repr, map(float, values)), *blank]))
    return "\n".join(rows) + "\n", flows / output[None, :]


def test_an_adb_table_of_one_country_and_of_two(tmp_path: Path) -> None:
    text, wanted = adb_file(np.random.default_rng(1))
    table, _ = balanced(read_table(write(tmp_path, text), ADB), repair=False)
    assert coefficients(table, np.eye(35))[0] == pytest.approx(wanted, rel=1e-12)
    text, wanted = adb_file(np.random.default_rng(2), ("VIE", "PRC"))
    table, _ = balanced(read_table(write(tmp_path, text), ADB, "VIE"), repair=False)
    both = wanted[:35, :35] + wanted[35:, :35]
    assert coefficients(table, np.eye(35))[0] == pytest.approx(both, rel=1e-12)


def test_an_adb_table_has_35_industries(tmp_path: Path) -> None:
    text = "code,c1,F1\nc1,1,9\nr64,9,\nr69,10,\n"
    assert "34 of 35 industries are missing, the first c2" in said(
        lambda: read_table(write(tmp_path, text), ADB)
    )


def test_the_industries_of_the_adb_are_those_of_its_vietnamese_accounts(shared_data: Path) -> None:
    rows = pl.read_csv(shared_data / "economy" / "adb_mrio_vietnam_35sectors_2019_2022.csv").filter(
        pl.col("t") == 2021
    )
    assert tuple(f"c{i}" for i in rows["i"].to_list()) == ADB.expected
    # A table whose margins are those accounts balances, and gives their value added back.
    output, inputs = rows["x"].to_numpy(), rows["zuse"].to_numpy()
    flows = np.outer(output / output.sum(), inputs)
    table = FlowTable(
        ADB.expected, flows, np.zeros(35), rows["va"].to_numpy(), output, np.full(35, np.nan), "adb", (0,) * 35, ADB.expected
    )  # fmt: skip
    whole, repairs = balanced(table, repair=False)
    assert repairs == ()
    share = 1 - coefficients(whole, np.eye(35))[0].sum(axis=0)
    assert share * output == pytest.approx(whole.value_added, abs=1e-4 * output.max())


# Broken tables


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("TTL_26,30,40,20,30,100,-20\n", "", ["not square", "row 1", "column 26"]),
        ("VALU,", "TTL_27,0,0,0,0,0,0\nVALU,", ["not square", "row 7", "TTL_27"]),
        ("TTL_26,30,40", "TTL_26,thirty,40", ["row 3", "column D01T02", "'thirty' is not a number"]),
        ("TTL_26,30,40", 'TTL_26,"1,030",40', ["row 3", "column D01T02", "separators"]),
        ("TTL_26,30,40", "TTL_26,,40", ["row 3", "column D01T02", "empty"]),
        ("TTL_26,30,40", "TTL_26,nan,40", ["row 3", "column D01T02", "'nan'"]),
        ("TTL_26,30,40", "TTL_26,30", ["row 3", "6 cells", "header 7"]),
        ("TTL_26,30", "TTL_01T02,30", ["row 3", "row 2 already"]),
        ("D26,HFCE", "D01T02,HFCE", ["row 1", "column D01T02", "twice"]),
        ("GFCF", "HOARDING", ["row 1", "HOARDING"]),
        ("TXS_IMP_FNL", "TITHE", ["row 4", "TITHE"]),
        ("VALU,45,145,,,,\n", "", ["no row of value added"]),
        ("OUTPUT,100,200,,,,\n", "", ["no row of output"]),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused_with_its_place(
    old: str, new: str, words: list[str], tmp_path: Path
) -> None:
    assert OECD_FILE.count(old) >= 1
    path = write(tmp_path, OECD_FILE.replace(old, new, 1))
    message = said(lambda: read_table(path, OECD))
    assert all(word in message for word in ["table.csv", *words]), message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("VALU,45,", "VALU,-45,", ["column D01T02", "Value added of 01T02 is negative by 45"]),
        ("VALU,45,", "VALU,46,", ["column D01T02", "falls short of its costs by 1 (1.00%", "--repair"]),
        ("VALU,45,", "VALU,25,", ["column D01T02", "exceeds its costs by 20 (20.00%", "never repaired"]),
        ("TTL_26,30,40,20,", "TTL_26,30,40,23,", ["row 3", "falls short of its uses by 3 (1.50%", "--repair"]),
        ("TTL_26,30,", "TTL_26,-30,", ["row 3", "column D01T02", "26 sells -30 to 01T02"]),
    ],
)  # fmt: skip
def test_what_does_not_balance_is_refused_and_by_how_much(
    old: str, new: str, words: list[str], tmp_path: Path
) -> None:
    table = read_table(write(tmp_path, OECD_FILE.replace(old, new, 1)), OECD)
    message = said(lambda: balanced(table, repair=False))
    assert all(word in message for word in ["table.csv", *words]), message


def test_small_imbalances_are_repaired_when_asked_and_said(tmp_path: Path) -> None:
    text = OECD_FILE.replace("VALU,45,", "VALU,46,").replace("TTL_26,30,40,20,", "TTL_26,30,40,23,")
    table = read_table(write(tmp_path, text), OECD)
    whole, repairs = balanced(table, repair=True)
    assert [str(one) for one in repairs] == [
        "Value added of 01T02 lowered by 1 (1.00% of its output).",
        "Final use of 26 lowered by 3 (1.50% of its output).",
    ]
    assert whole.value_added.tolist() == [45, 145] and whole.uses.tolist() == [100, 200]
    assert whole.flows.tolist() == table.flows.tolist() and whole.output.tolist() == table.output.tolist()
    large = read_table(write(tmp_path, OECD_FILE.replace("VALU,45,", "VALU,25,")), OECD)
    assert "never repaired" in said(lambda: balanced(large, repair=True))
    thin = replace(
        table,
        flows=np.array([[20.0, 10.0], [76.0, 40.0]]),
        value_added=np.array([0.5, 145.0]),
    )
    assert "would be -1" in said(lambda: balanced(thin, repair=True))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_sharing_industries_out_keeps_the_totals(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 9), rng.integers(1, 6)
    flows = rng.uniform(0, 1, (n, n))
    output = flows.sum(axis=0) + rng.uniform(0.1, 5, n)
    table = FlowTable(
        tuple(map(str, range(n))), flows, np.zeros(n), output - flows.sum(axis=0), output, np.full(n, np.nan), "t",
        (0,) * n, ("",) * n,
    )  # fmt: skip
    shares = rng.dirichlet(np.ones(m), n)
    cells, by_sector = coefficients(table, shares)
    assert by_sector.sum() == pytest.approx(output.sum())
    assert (cells * by_sector).sum() == pytest.approx(flows.sum())
    # Slow plain twin: every flow is dealt out pair by pair.
    plain = np.zeros((m, m))
    for i in range(n):
        for j in range(n):
            for a in range(m):
                for b in range(m):
                    plain[a, b] += shares[i, a] * flows[i, j] * shares[j, b]
    assert cells * by_sector == pytest.approx(plain)
    assert (cells.sum(axis=0) <= 1.0).all()


# Concordances


GOOD = "code,sector_id,share\n01T02,farm,1\n26,plant,0.75\n26,shop,0.25\n"


def test_a_concordance_by_hand(tmp_path: Path) -> None:
    shares, names = read_concordance(write(tmp_path, GOOD), ("01T02", "26"))
    assert names == ("farm", "plant", "shop")
    assert shares.tolist() == [[1, 0, 0], [0, 0.75, 0.25]]
    shares, names = read_concordance(write(tmp_path, GOOD), ("01T02", "26"), ["shop", "farm", "plant"])
    assert names == ("shop", "farm", "plant") and shares[1].tolist() == [0.25, 0, 0.75]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("26,plant", "27,plant", ["row 3", "code", "'27'"]),
        ("plant", "smithy", ["row 3", "sector_id", "'smithy'"]),
        ("0.75", "1.75", ["row 3", "share", "above 1 by 0.75"]),
        ("0.75", "-0.5", ["row 3", "share", "below 0 by 0.5"]),
        ("0.75", "0.7", ["row 3", "share", "add up to 0.95: 0.05 short"]),
        ("0.75", "0.8", ["row 3", "add up to 1.05: 0.05 too much"]),
        ("0.75", "much", ["row 3", "share", "'much'"]),
        ("0.75", "", ["row 3", "share", "empty"]),
        ("26,shop", "26,plant", ["row 4", "26, plant stands twice"]),
        ("01T02,farm,1\n", "", ["01T02 is not shared out"]),
        ("share", "part", ["row 1", "column share", "missing"]),
    ],
)
def test_a_bad_concordance_is_refused(old: str, new: str, words: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace(old, new, 1), "concordance.csv")
    message = said(lambda: read_concordance(path, ("01T02", "26"), ["farm", "plant", "shop"]))
    assert all(word in message for word in ["concordance.csv", *words]), message


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    assert "cannot be read" in said(lambda: read_table(tmp_path / "none.csv", OECD))
    assert "no rows" in said(lambda: read_table(write(tmp_path, "a,b\n"), OECD))
    assert "unclosed quote" in said(lambda: read_table(write(tmp_path, 'a,b\n"c,d\n'), OECD))
    path = tmp_path / "latin.csv"
    path.write_bytes("é,b\n1,2\n".encode("latin-1"))
    assert "UTF-8" in said(lambda: read_table(path, OECD))


# What a pack brings


def national(**changed: float) -> pl.DataFrame:
    values = {"agriculture": 900.0, "electronics": 500.0, "trade": 600.0} | changed
    return pl.DataFrame({"sector_id": list(values), "output": list(values.values())})


def test_a_table_of_its_own_is_taken_as_it_is() -> None:
    pack = small_pack()
    model = build(pack)
    assert pack_table(pack).kind is TableKind.OWN
    assert model.notes[0] == TABLE_NOTES[TableKind.OWN].en
    # Sectors sell to others what their exports leave, 25 of electronics and 100 of trade; as coefficients 135 and 105.
    assert model.coefficients[:, 2] == pytest.approx([0.0, 0.1 * 25 / 135, 0.3 / 1.05, 0.0957672], abs=1e-7)
    for name, bought in (("electronics", "110"), ("trade", "5")):
        assert any(f"{name} sells {bought} bn" in note for note in model.notes), model.notes
    assert (model.output * model.value_added_share * 365) == pytest.approx([40.0, 50.0, 60.0], rel=1e-9)


def test_national_coefficients_are_made_provincial() -> None:
    pack = small_pack(national_output=national())
    model, own = build(pack), build(small_pack())
    assert pack_table(pack).kind is TableKind.NATIONAL
    assert model.notes == (TABLE_NOTES[TableKind.NATIONAL].en,)
    assert model.coefficients[-1, 0] > own.coefficients[-1, 0] + 0.1  # a small province buys more outside
    assert (model.output * model.value_added_share * 365) == pytest.approx([40.0, 50.0, 60.0], rel=1e-9)


def test_without_a_table_the_embedded_estimate_holds_for_its_own_sectors_only() -> None:
    table = embedded_table("VN")
    assert table is not None and embedded_table("XX") is None
    assert len(table.sectors) == 24 and (table.coefficients.sum(axis=0) < 1.0).all()
    none = small_pack().tables["input_output"].clear()
    assert "songhanh economy table" in said(lambda: build(small_pack(input_output=none)))
    assert "no table of XX" in said(lambda: build(replace(small_pack(input_output=none), country="XX")))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (national(trade=0.0), ["national_output.csv", "row 4", "output", "0.0"]),
        (national(steel=1.0), ["national_output.csv", "row 5", "sector_id", "steel"]),
        (national().head(2), ["national_output.csv", "trade"]),
        (pl.concat([national(), national().head(1)]), ["row 5", "twice"]),
    ],
)
def test_bad_national_output_is_refused(rows: pl.DataFrame, words: list[str]) -> None:
    message = said(lambda: build(small_pack(national_output=rows)))
    assert all(word in message for word in words), message


def test_an_own_table_that_leaves_too_little_or_stands_twice_is_refused() -> None:
    rows = small_pack().tables["input_output"]
    more = rows.with_columns(pl.Series("coefficient", [0.65, 0.5, 0.3, 0.1, 0.3]))
    assert "agriculture and its value added exceed its output by 0.05" in said(
        lambda: build(small_pack(input_output=more))
    )
    twice = pl.concat([rows, rows.head(1)])
    assert "row 7" in said(lambda: build(small_pack(input_output=twice)))
