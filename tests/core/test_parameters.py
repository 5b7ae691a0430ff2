"""Tables of parameters: read with their faults, drawn from within their range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from songhanh.core.errors import SonghanhError
from songhanh.core.parameters import COLUMNS, read_table

HEADER = ",".join(COLUMNS)


def table(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "parameters.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def test_a_row_is_drawn_from_its_range(tmp_path: Path) -> None:
    path = table(tmp_path, "r0,R_0,1,5,3,9,doi x,", "days,T,days,14,14,14,assumed: law,")
    read = read_table(path)
    assert [row.name for row in read] == ["r0", "days"]
    r0, days = read["r0"], read["days"]
    assert (r0.quantile(0.0), r0.quantile(0.5), r0.quantile(1.0)) == (3.0, 5.0, 9.0)
    values = [r0.quantile(float(u)) for u in np.linspace(0, 1, 101)]
    assert values == sorted(values)
    assert np.median(values) == r0.default
    assert r0.is_varied
    assert not r0.is_assumed
    assert not days.is_varied
    assert days.is_assumed
    assert days.quantile(0.9) == 14


def test_overrides_replace_defaults_by_name(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "r0,R_0,1,5,3,9,doi x,"))
    assert read.with_overrides({}) == read.defaults() == {"r0": 5.0}
    assert read.with_overrides({"r0": 4}) == {"r0": 4.0}
    with pytest.raises(SonghanhError, match="r0"):
        read.with_overrides({"R0": 4})


@pytest.mark.parametrize(
    ("line", "row", "says"),
    [
        ("r0,R_0,1,five,3,9,doi x,", 2, "A number is expected"),
        ("r0,R_0,1,5,6,9,doi x,", 2, "low <= default <= high"),
        ("r0,R_0,1,nan,3,9,doi x,", 2, "low <= default <= high"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, line: str, row: int, says: str) -> None:
    with pytest.raises(SonghanhError) as caught:
        read_table(table(tmp_path, line))
    (fault,) = caught.value.faults
    assert fault.row == row
    assert fault.file == "parameters.csv"
    assert says in fault.message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(SonghanhError) as caught:
        read_table(table(tmp_path, header="name,unit"))
    assert caught.value.faults[0].column == "symbol"
