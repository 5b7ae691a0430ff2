"""Which input-output table a province stands on: its own, a national one that the pack brings, or the embedded one.

- Own: ``input_output.csv`` has rows and ``national_output.csv`` has none. Coefficients are those of inputs bought in
  the province; what they and value added leave of output comes from outside.
- National: both have rows. Coefficients hold whatever the origin of inputs; they are regionalised.
- Embedded: ``input_output.csv`` has no row. The estimate of Viet Nam in 24 sectors is regionalised; all assumed.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text
from songhanh.province.pack import Pack

Floats = NDArray[np.float64]
COEFFICIENTS, NATIONAL_OUTPUT = "input_output.csv", "national_output.csv"
_EMBEDDED = {"VN": ("national_vn_coefficients.csv", "national_vn.csv")}
_TOLERANCE = 1e-6


class TableKind(StrEnum):
    """Where the coefficients of a province come from."""

    OWN = "own"
    NATIONAL = "national"
    EMBEDDED = "embedded"


TABLE_NOTES: dict[TableKind, Text] = {
    TableKind.OWN: Text(
        "Bảng cân đối liên ngành của chính tỉnh, do gói dữ liệu cung cấp, được dùng nguyên.",
        "The province's own input-output table, brought by its pack, is taken as it is.",
    ),
    TableKind.NATIONAL: Text(
        "Hệ số quốc gia do gói dữ liệu cung cấp, địa phương hóa bằng FLQ và cân bằng bằng RAS; giả định.",
        "National coefficients brought by the pack, regionalised by FLQ and balanced by RAS; assumed.",
    ),
    TableKind.EMBEDDED: Text(
        "Bảng Việt Nam 24 ngành là ước lượng (hệ số Trung Quốc 2018 cân bằng RAS theo tài khoản Việt Nam), "
        "địa phương hóa bằng FLQ và RAS; giả định.",
        "The table of Viet Nam in 24 sectors is an estimate (coefficients of China 2018 balanced by RAS to the "
        "accounts of Viet Nam), regionalised by FLQ and RAS; assumed.",
    ),
}


@dataclass(frozen=True, eq=False)
class PackTable:
    """Coefficients in the order of the pack's J sectors.

    Attributes
    ----------
    kind
        Where they come from.
    coefficients
        (J, J) input of the row in a unit of output of the column.
    critical
        (J, J) 1, 0.5 or 0 where it is said, else NaN.
    national_output
        (J,) output of the nation by sector, of which only proportions count; zero for an own table.
    """

    kind: TableKind
    coefficients: Floats
    critical: Floats
    national_output: Floats


@dataclass(frozen=True, eq=False)
class EmbeddedTable:
    """A national table that comes with the program: coefficients and criticality (J, J), output (J,)."""

    sectors: tuple[str, ...]
    coefficients: Floats
    critical: Floats
    output: Floats


@lru_cache(maxsize=4)
def embedded_table(country: str) -> EmbeddedTable | None:
    """Return the embedded table of a country (ISO code of two letters), or None. Its arrays are shared: read only."""
    if country not in _EMBEDDED:
        return None
    coefficients_file, output_file = (files("songhanh.economy") / name for name in _EMBEDDED[country])
    with output_file.open("r", encoding="utf-8") as handle:
        output = {row["sector_id"]: float(row["output_musd"]) for row in csv.DictReader(handle)}
    sectors = tuple(output)
    coefficients, critical = np.zeros((2, len(sectors), len(sectors)))
    with coefficients_file.open("r", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            cell = sectors.index(row["from_sector"]), sectors.index(row["to_sector"])
            coefficients[cell], critical[cell] = float(row["coefficient"]), float(row["critical"])
    for array in (coefficients, critical):
        array.flags.writeable = False
    return EmbeddedTable(sectors, coefficients, critical, np.array(list(output.values())))


def pack_table(pack: Pack) -> PackTable:
    """Return the table that a province stands on.

    Raises
    ------
    SonghanhError
        If a sector is unknown or given twice, a coefficient is no share, inputs exceed output, a sector has no
        national output, or nothing is given and no embedded table has the pack's sectors: file, row, column and by
        how much.
    """
    ids = pack.sectors["sector_id"].to_list()
    rows = pack.tables["input_output"]
    if rows.is_empty():
        return _from_embedded(pack, ids)
    coefficients, critical = _given(rows, ids)
    national = pack.tables.get("national_output")
    if national is None or national.is_empty():
        return PackTable(TableKind.OWN, coefficients, critical, np.zeros(len(ids)))
    return PackTable(TableKind.NATIONAL, coefficients, critical, _national_output(national, ids))


def _from_embedded(pack: Pack, ids: list[str]) -> PackTable:
    table = embedded_table(pack.country)
    known = () if table is None else table.sectors
    strange = [name for name in ids if name not in known]
    missing = [name for name in known if name not in ids]
    if table is None or strange or missing:
        what = (
            f"no table of {pack.country} is embedded"
            if table is None
            else f"the embedded one has other sectors ({', '.join((*strange, *missing)[:3])} ...)"
        )
        raise _fault(
            "economy.no_table",
            f"The pack brings no table, and {what}.",
            "Write one: songhanh economy table FILE --style oecd|adb|embedded --concordance FILE --out input_output.csv.",
            COEFFICIENTS,
            1,
        )
    order = np.array([table.sectors.index(name) for name in ids])
    cells = np.ix_(order, order)
    return PackTable(
        TableKind.EMBEDDED, table.coefficients[cells], table.critical[cells], table.output[order]
    )


def _given(rows: pl.DataFrame, ids: list[str]) -> tuple[Floats, Floats]:
    """Return (J, J) coefficients, and what the pack says is critical (NaN: nothing)."""
    index = {name: j for j, name in enumerate(ids)}
    coefficients, critical = np.zeros((len(ids), len(ids))), np.full((len(ids), len(ids)), np.nan)
    faults: list[Fault] = []
    first: dict[tuple[int, int], int] = {}
    for number, row in enumerate(rows.iter_rows(named=True), start=2):
        found = list(_row_faults(row, number, index))
        if not found:
            cell = index[row["from_sector"]], index[row["to_sector"]]
            if cell in first:
                message = (
                    f"The pair {row['from_sector']}, {row['to_sector']} stands on row {first[cell]} already."
                )
                found.append(Fault("economy.twice", message, "Keep one.", COEFFICIENTS, number, "to_sector"))
            first.setdefault(cell, number)
            coefficients[cell] = float(row["coefficient"])
            if row.get("critical") is not None:
                critical[cell] = float(row["critical"])
        faults += found
    for j, name in enumerate(ids):
        over = float(coefficients[:, j].sum()) - 1.0
        if over > _TOLERANCE:
            message = (
                f"Coefficients of to_sector {name} add up to 1 + {over:.6g}: its value added is negative."
            )
            row_of = min(number for cell, number in first.items() if cell[1] == j)
            remedy = "Correct the coefficients of that sector."
            faults.append(
                Fault("economy.negative_value_added", message, remedy, COEFFICIENTS, row_of, "coefficient")
            )
    if faults:
        raise SonghanhError(faults)
    return coefficients, critical


def _row_faults(row: dict[str, object], number: int, index: dict[str, int]) -> list[Fault]:
    faults = [
        Fault(
            "economy.sector",
            f"There is no sector {row[column]!r}.",
            "Use an id of sectors.csv.",
            COEFFICIENTS,
            number,
            column,
        )
        for column in ("from_sector", "to_sector")
        if row[column] not in index
    ]
    value = row["coefficient"]
    if not isinstance(value, float) or not 0.0 <= value <= 1.0:
        excess = f", above 1 by {value - 1.0:.6g}" if isinstance(value, float) and value > 1.0 else ""
        message = f"The coefficient is {value}{excess}."
        faults.append(
            Fault(
                "economy.coefficient",
                message,
                "Give a number from 0 to 1.",
                COEFFICIENTS,
                number,
                "coefficient",
            )
        )
    return faults


def _national_output(rows: pl.DataFrame, ids: list[str]) -> Floats:
    found: dict[str, float] = {}
    faults = []
    for number, row in enumerate(rows.iter_rows(named=True), start=2):
        name, value = row["sector_id"], row["output"]
        if name not in ids:
            message, remedy, column = (
                f"There is no sector {name!r}.",
                "Use an id of sectors.csv.",
                "sector_id",
            )
        elif name in found:
            message, remedy, column = f"{name} is given twice.", "Keep one row.", "sector_id"
        elif value is None or not value > 0.0:
            message, remedy, column = (
                f"The output of {name} is {value}.",
                "Give a number above 0.",
                "output",
            )
        else:
            found[name] = float(value)
            continue
        faults.append(Fault("economy.national_output", message, remedy, NATIONAL_OUTPUT, number, column))
    missing = [name for name in ids if name not in found]
    if missing and not faults:
        faults.append(
            Fault(
                "economy.national_output",
                f"{len(missing)} sectors have no national output, the first {missing[0]}.",
                "Give every sector of sectors.csv, or no row if input_output.csv is the province's own table.",
                NATIONAL_OUTPUT,
                None,
                "sector_id",
            )
        )
    if faults:
        raise SonghanhError(faults)
    return np.array([found[name] for name in ids])


def _fault(
    code: str, message: str, remedy: str, file: str, row: int | None, column: str | None = None
) -> SonghanhError:
    return SonghanhError(Fault(code, message, remedy, file, row, column))
