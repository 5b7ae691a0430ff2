"""Readers of published input-output tables: those of the OECD and of the Asian Development Bank (ADB).

Both have industries in rows and columns, then rows of taxes, value added and output, and columns of final use. In
tables of one country a label is a code; in tables of many (ICIO, MRIO) it is country_code, and inputs of an industry
are added up over the countries that they come from.

OECD, harmonised national tables (editions 2018 and 2021, and the ICIO that they are cut from): rows ``TTL_`` or
``DOM_`` and ``IMP_`` with the industry, ``TXS_IMP_FNL``, ``TXS_INT_FNL`` or ``TLS``, ``VALU`` or ``VA``, ``OUTPUT`` or
``OUT``; columns ``D01T02`` or ``A01_02``, ``HFCE``, ``NPISH``, ``GGFC``, ``GFCF``, ``INVNT``, purchases abroad,
``EXPO``, and ``IMPO`` below zero.
ADB, multi-regional tables: 35 industries ``c1`` to ``c35``, final use ``F1`` to ``F5`` (``EX`` in a table of one
country), rows ``r60`` total inputs, ``r99`` taxes, ``r61`` to ``r63`` and ``r65`` adjustments and margins, ``r64``
value added, ``r69`` output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy.flow_table import FlowTable
from songhanh.economy.table_cells import Cells, number, read_cells


@dataclass(frozen=True)
class Style:
    """How a family of tables is labelled."""

    name: str
    taxes: frozenset[str]
    value_added: frozenset[str]
    output: frozenset[str]
    final: frozenset[str]
    ignored: frozenset[str]  # totals that other cells tell already
    industry: re.Pattern[str]
    expected: tuple[str, ...] = ()  # industries that must be there


OECD = Style(
    name="oecd",
    taxes=frozenset({"TLS", "TXS_IMP_FNL", "TXS_INT_FNL"}),
    value_added=frozenset({"VALU", "VA"}),
    output=frozenset({"OUTPUT", "OUT"}),
    final=frozenset(
        {"HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "CONS_ABR", "CONS_NONRES", "EXPO", "IMPO"}
    ),
    ignored=frozenset({"TTL_INT_FNL", "TOTAL"}),
    industry=re.compile(r"[A-T]|[A-Z]?\d{2}[A-Z_\d]*"),
)
ADB = Style(
    name="adb",
    taxes=frozenset({"r99", "r61", "r62", "r63", "r65"}),
    value_added=frozenset({"r64"}),
    output=frozenset({"r69"}),
    final=frozenset({"F1", "F2", "F3", "F4", "F5", "EX"}),
    ignored=frozenset({"r60", "ToT"}),
    industry=re.compile(r"c\d{1,2}"),
    expected=tuple(f"c{k}" for k in range(1, 36)),
)
STYLES = {style.name: style for style in (OECD, ADB)}
_ORIGIN = re.compile(r"(TTL|DOM|IMP)_(?=[A-T]$|.*\d)")
_COUNTRY = re.compile(r"([A-Z]{3}|ToT)_(.+)")


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    country: str  # empty in a table of one country
    origin: str  # TTL, DOM or IMP; empty if it is not said
    code: str


def industry_code(text: str) -> str:
    """Return the code of an industry without the letters D or C that older OECD editions put before its number."""
    return text[1:] if re.match(r"[DC]\d{2}", text) else text


def read_table(path: Path, style: Style, country: str | None = None) -> FlowTable:
    """Read a published table.

    Parameters
    ----------
    path
        CSV file, first column and first row being labels.
    country
        Code of the country to take from a table of many; None in a table of one.

    Raises
    ------
    SonghanhError
        With file, row and column: unknown or repeated labels, a table that is not square, cells that are empty or hold
        text, rows of value added or output that are missing, a country that is not there.
    """
    cells = read_cells(path)
    faults: list[Fault] = []
    columns = [_label(text, style) for text in cells.header[1:]]
    rows = [(line, _label(row[0], style)) for line, row in cells.rows]
    faults += _label_faults(cells, columns, rows, style)
    faults += _country_faults(cells, columns, country)
    if faults:
        raise SonghanhError(faults)
    wanted = country or ""
    codes = tuple(
        label.code for label in columns if label.country == wanted and style.industry.fullmatch(label.code)
    )
    faults += _square(cells, codes, rows, style, wanted)
    values = np.zeros((len(rows), len(columns)))
    for i, (line, row) in enumerate(cells.rows):
        for k, label in enumerate(columns):
            if label.code not in style.ignored and rows[i][1].code not in style.ignored:
                value = number(row[k + 1], cells.file, line, label.text, faults) if _matters(
                    rows[i][1], label, row[k + 1], style
                ) else 0.0  # fmt: skip
                values[i, k] = value or 0.0
    if faults:
        raise SonghanhError(faults)
    return _assemble(cells, columns, rows, values, codes, style, wanted)


def _matters(row: _Label, column: _Label, text: str, style: Style) -> bool:
    """Tell whether a cell must hold a number: taxes, value added and output of final users may be left empty."""
    is_margin = row.code in style.taxes | style.value_added | style.output
    return bool(text) or not (is_margin and column.code in style.final | style.ignored | style.output)


def _label(text: str, style: Style) -> _Label:
    country, rest = "", text
    found = _COUNTRY.fullmatch(text)
    if found and not _ORIGIN.match(text) and text not in style.taxes | style.ignored:
        country, rest = found.groups()
    origin = ""
    prefix = _ORIGIN.match(rest)
    if prefix and rest not in style.ignored:
        origin, rest = prefix.group(1), rest[prefix.end() :]
    return _Label(text, "" if country == "ToT" else country, origin, industry_code(rest))


def _label_faults(
    cells: Cells, columns: list[_Label], rows: list[tuple[int, _Label]], style: Style
) -> Iterable[Fault]:
    margins = style.taxes | style.value_added | style.output
    for label in columns:
        if label.code not in style.final | style.ignored | style.output and not style.industry.fullmatch(
            label.code
        ):
            yield Fault(
                "table.label",
                f"The column {label.text!r} is neither an industry nor a final use of {style.name} tables.",
                f"Remove or rename it. Final uses: {', '.join(sorted(style.final))}.",
                cells.file,
                1,
                label.text,
            )
    seen: dict[tuple[str, str, str], int] = {}
    for line, label in rows:
        if label.code not in margins | style.ignored and not style.industry.fullmatch(label.code):
            yield Fault(
                "table.label",
                f"The row {label.text!r} is no industry, tax, value added or output of {style.name} tables.",
                f"Remove or rename it. Other rows: {', '.join(sorted(margins))}.",
                cells.file,
                line,
                cells.header[0] or None,
            )
        key = (label.country, label.origin, label.code)
        if key in seen:
            message = f"The row {label.text!r} stands on row {seen[key]} already."
            yield Fault("table.twice", message, "Keep one.", cells.file, line)
        seen.setdefault(key, line)
    for names, what in ((style.value_added, "value added"), (style.output, "output")):
        if not any(label.code in names for _, label in rows):
            yield Fault(
                "table.row",
                f"There is no row of {what}.",
                f"Call it {' or '.join(sorted(names))}.",
                cells.file,
            )


def _country_faults(cells: Cells, columns: list[_Label], country: str | None) -> Iterable[Fault]:
    there = sorted({label.country for label in columns if label.country})
    if there and country not in there:
        known = ", ".join(there[:8])
        message = f"The table holds countries ({known}); {country or 'none'} is asked for."
        yield Fault("table.country", message, "Name one of them.", cells.file, parameter="--country")
    if country and not there:
        message = "The table holds one country, whose labels have no prefix."
        yield Fault("table.country", message, "Leave --country out.", cells.file, parameter="--country")


def _square(
    cells: Cells, codes: tuple[str, ...], rows: list[tuple[int, _Label]], style: Style, country: str
) -> Iterable[Fault]:
    here = {
        label.code for _, label in rows if style.industry.fullmatch(label.code) and label.country == country
    }
    strange = [
        (line, label)
        for line, label in rows
        if style.industry.fullmatch(label.code) and label.code not in codes
    ]
    missing = [code for code in codes if code not in here]
    for line, label in strange:
        yield Fault(
            "table.square",
            f"The table is not square: the row {label.text!r} has no column.",
            "Give each industry a row and a column.",
            cells.file,
            line,
        )
    for code in missing:
        yield Fault(
            "table.square",
            f"The table is not square: the column {code!r} has no row ({len(missing)} in all).",
            "Give each industry a row and a column.",
            cells.file,
            1,
            code,
        )
    if not codes and not strange:
        yield Fault(
            "table.square",
            "The table has no industry.",
            "Use codes of the published table.",
            cells.file,
            1,
        )
    absent = [code for code in style.expected if code not in codes]
    if codes and absent and not missing:
        yield Fault(
            "table.industries",
            f"{len(absent)} of {len(style.expected)} industries are missing, the first {absent[0]}.",
            f"Give {style.expected[0]} to {style.expected[-1]}.",
            cells.file,
            1,
        )


def _assemble(
    cells: Cells,
    columns: list[_Label],
    rows: list[tuple[int, _Label]],
    values: NDArray[np.float64],
    codes: tuple[str, ...],
    style: Style,
    country: str,
) -> FlowTable:
    place = {label.code: k for k, label in enumerate(columns) if label.country == country}
    across = [place[code] for code in codes]
    sold = [
        k
        for k, label in enumerate(columns)
        if label.code in style.final or style.industry.fullmatch(label.code)
    ]
    n = len(codes)
    flows, uses = np.zeros((n, n)), np.zeros(n)
    margins = {name: np.zeros(n) for name in ("taxes", "value_added", "output")}
    lines = [0] * n
    has_total = any(label.origin == "TTL" for _, label in rows)
    for i, (line, label) in enumerate(rows):
        if style.industry.fullmatch(label.code):
            if has_total and label.origin in ("DOM", "IMP"):
                continue  # parts of the total rows
            j = codes.index(label.code)
            flows[j] += values[i, across]
            if label.country == country and label.origin != "IMP":
                uses[j] += values[i, sold].sum()
                lines[j] = line
        for name in margins:
            if label.code in getattr(style, name) and label.country in ("", country):
                margins[name] += values[i, across]
    return FlowTable(
        codes=codes,
        flows=flows,
        uses=uses,
        file=cells.file,
        rows=tuple(lines),
        columns=tuple(columns[k].text for k in across),
        **margins,
    )
