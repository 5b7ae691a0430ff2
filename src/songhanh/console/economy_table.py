"""``songhanh economy table``: a published input-output table becomes the table of a pack."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from songhanh.console.output import demand_writable
from songhanh.core.canonical import write_atomically
from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy.concordance import read_concordance
from songhanh.economy.flow_table import FlowTable, balanced, coefficients
from songhanh.economy.pack_table import embedded_table
from songhanh.economy.table_files import STYLES, read_table
from songhanh.province import load

EMBEDDED = "embedded"
DIGITS = 8


@click.command()
@click.argument("file")
@click.option(
    "--style",
    type=click.Choice([*STYLES, EMBEDDED]),
    required=True,
    help="Whose layout it has; embedded: FILE is the code of a country whose estimate comes with the program (VN).",
)
@click.option(
    "--concordance",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV: code of the table, sector_id of the pack, share (adding up to 1 by code).",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The pack's input_output.csv.")
@click.option(
    "--national-output",
    type=click.Path(path_type=Path),
    help="The pack's national_output.csv; by default beside --out.",
)
@click.option("--country", help="In a table of many countries: the code of the one to take.")
@click.option("--pack", help="Check the sectors of the concordance against those of a pack.")
@click.option(
    "--repair", is_flag=True, help="Take out imbalances of up to 2 % of output, and say what was changed."
)
def table(
    file: str,
    style: str,
    concordance: Path,
    out: Path,
    national_output: Path | None,
    country: str | None,
    pack: str | None,
    repair: bool,
) -> None:
    """Turn FILE, a table of a nation, into coefficients and national output by the sectors of a pack.

    A pack that has both tables is regionalised from them; delete the rows of national_output.csv if FILE is a table of
    the province itself.
    """
    beside = national_output or out.resolve().parent / "national_output.csv"
    for target in (out, beside):
        demand_writable(target)
    flows, name = _flows(file, style, country)
    flows, repairs = balanced(flows, repair)
    sectors = None if pack is None else load(pack).sectors["sector_id"].to_list()
    shares, names = read_concordance(concordance, flows.codes, sectors)
    cells, output = coefficients(flows, shares)
    source = f"{name} ({style}), by the concordance {concordance.name}"
    if repairs:
        source += (
            f", {len(repairs)} imbalances of up to {max(abs(one.share) for one in repairs):.2%} repaired"
        )
    confidence = "assumed" if style == EMBEDDED else "derived"
    if style == EMBEDDED:
        source = f"assumed: {source}"
    write_atomically(beside, _national(names, output, source, confidence))
    write_atomically(out, _pairs(names, cells, source, confidence))
    for one in repairs:
        click.echo(str(one))
    click.echo(
        f"{len(names)} sectors from {len(flows.codes)} industries; value added is "
        f"{flows.value_added.sum() / flows.output.sum():.1%} of output. Written: {out}, {beside}"
    )


def _flows(file: str, style: str, country: str | None) -> tuple[FlowTable, str]:
    """Return the table, and what to call it in the column source."""
    if style != EMBEDDED:
        path = Path(file)
        return read_table(path, STYLES[style], country), path.name
    known = embedded_table(file.upper())
    if known is None:
        message = f"No table of {file!r} is embedded."
        raise SonghanhError(
            Fault("table.embedded", message, "Write VN, or read a file with another style.", parameter="FILE")
        )
    flows = known.coefficients * known.output[None, :]
    n = len(known.sectors)
    whole = FlowTable(
        codes=known.sectors,
        flows=flows,
        taxes=np.zeros(n),
        value_added=known.output - flows.sum(axis=0),
        output=known.output,
        uses=np.full(n, np.nan),
        file=file,
        rows=(0,) * n,
        columns=known.sectors,
    )
    return whole, f"estimate of {file.upper()} in {n} sectors"


def _pairs(names: tuple[str, ...], cells: NDArray[np.float64], source: str, confidence: str) -> bytes:
    rows = [
        [one, other, _written(cells[i, j]), "", source, confidence]
        for i, one in enumerate(names)
        for j, other in enumerate(names)
    ]
    return _csv(["from_sector", "to_sector", "coefficient", "critical", "source", "confidence"], rows)


def _national(names: tuple[str, ...], output: NDArray[np.float64], source: str, confidence: str) -> bytes:
    rows = [[name, _written(output[j]), source, confidence] for j, name in enumerate(names)]
    return _csv(["sector_id", "output", "source", "confidence"], rows)


def _written(value: float) -> str:
    """Write a number as packs are read: no exponent of three digits, no needless zeros."""
    return f"{value:.{DIGITS}g}" if abs(value) >= 1e-12 else "0"


def _csv(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
