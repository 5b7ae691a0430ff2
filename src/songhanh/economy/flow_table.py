"""An input-output table of a nation in money: is it whole, does it balance, what are its coefficients.

Accounting identities (Miller and Blair 2009, Input-Output Analysis, chapter 2): a column's inputs, taxes and value
added add up to its output, and so do a row's sales to industries and to final users.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError

Floats = NDArray[np.float64]
ROUNDING = 1e-4  # a gap up to this share of output is the rounding of a published table
REPAIRABLE = 0.02  # beyond it something is wrong with the table, and no repair is offered


@dataclass(frozen=True, eq=False)
class FlowTable:
    """A table of n industries, in one unit of money a year.

    Attributes
    ----------
    codes
        Industries.
    flows
        (n, n) inputs of the row used by the column, whatever their origin.
    taxes, value_added, output
        (n,) by column: taxes less subsidies on inputs, value added, gross output.
    uses
        (n,) by row: all uses of what the industry makes, imports of the same goods taken off; NaN if the file does
        not tell.
    file
        Where it was read from.
    rows, columns
        Line of the file and name of the column of each industry, for errors.
    """

    codes: tuple[str, ...]
    flows: Floats
    taxes: Floats
    value_added: Floats
    output: Floats
    uses: Floats
    file: str
    rows: tuple[int, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """A small imbalance that was taken out: what was raised (or lowered) by how much, and as a share of output."""

    code: str
    what: str
    by: float
    share: float

    def __str__(self) -> str:
        """Say it in one sentence."""
        verb = "raised" if self.by > 0 else "lowered"
        return (
            f"{self.what} of {self.code} {verb} by {abs(self.by):.6g} ({abs(self.share):.2%} of its output)."
        )


def balanced(table: FlowTable, repair: bool) -> tuple[FlowTable, tuple[Repair, ...]]:
    """Return a table that balances, and what was changed.

    Gaps within rounding are left alone. Larger ones, up to 2 % of output, are taken out only if asked: outputs and
    flows stay, value added takes the gap of its column and final use that of its row.

    Raises
    ------
    SonghanhError
        For every negative flow, negative value added and gap that is too large, with row, column and by how much.
    """
    faults = [*_signs(table)]
    repairs: list[Repair] = []
    value_added, uses = table.value_added.copy(), table.uses.copy()
    costs = table.flows.sum(axis=0) + table.taxes + table.value_added
    for j, code in enumerate(table.codes):
        for what, have, axis in (("costs", costs[j], "column"), ("uses", table.uses[j], "row")):
            gap = float(table.output[j] - have)
            if np.isnan(gap):
                continue
            share = gap / table.output[j] if table.output[j] > 0 else np.sign(gap)
            if abs(share) <= ROUNDING:
                continue
            if abs(share) > REPAIRABLE or not repair:
                faults.append(_gap(table, j, what, axis, gap, share))
            elif what == "costs":
                value_added[j] += gap
                repairs.append(Repair(code, "Value added", gap, share))
            else:
                uses[j] += gap
                repairs.append(Repair(code, "Final use", gap, share))
    faults += [
        _at(table, j, "table.value_added", f"Repaired, value added of {table.codes[j]} would be {value:.6g}.")
        for j, value in enumerate(value_added)
        if value < 0 <= table.value_added[j]
    ]
    if faults:
        raise SonghanhError(faults)
    return replace(table, value_added=value_added, uses=uses), tuple(repairs)


def _signs(table: FlowTable) -> list[Fault]:
    faults = [
        _at(
            table,
            int(j),
            "table.negative",
            f"{table.codes[i]} sells {table.flows[i, j]:.6g} to {table.codes[j]}: a flow below zero.",
            row=table.rows[i],
        )
        for i, j in np.argwhere(table.flows < 0)
    ]
    for j, code in enumerate(table.codes):
        if table.value_added[j] < 0:
            message = f"Value added of {code} is negative by {-table.value_added[j]:.6g}."
            faults.append(_at(table, j, "table.value_added", message))
        if table.output[j] < 0 or (table.output[j] == 0 and table.flows[:, j].any()):
            message = f"Output of {code} is {table.output[j]:.6g}, though it has inputs."
            faults.append(_at(table, j, "table.output", message))
    return faults


def _gap(table: FlowTable, j: int, what: str, axis: str, gap: float, share: float) -> Fault:
    side = "exceeds" if gap > 0 else "falls short of"
    message = f"Output of {table.codes[j]} {side} its {what} by {abs(gap):.6g} ({abs(share):.2%} of output)."
    remedy = (
        "Correct the table, or ask for --repair: up to 2 % is put into value added or final use."
        if abs(share) <= REPAIRABLE
        else "Correct the table: more than 2 % is never repaired."
    )
    return Fault(
        "table.balance",
        message,
        remedy,
        table.file,
        table.rows[j] if axis == "row" else None,
        table.columns[j] if axis == "column" else None,
    )


def _at(table: FlowTable, j: int, code: str, message: str, row: int | None = None) -> Fault:
    return Fault(code, message, "Correct the table.", table.file, row, table.columns[j])


def coefficients(table: FlowTable, shares: Floats) -> tuple[Floats, Floats]:
    """Return (J, J) technical coefficients and (J,) output by other sectors.

    Parameters
    ----------
    table
        A balanced table of n industries.
    shares
        (n, J) share of each industry that belongs to each sector; rows add up to one.
    """
    output = table.output @ shares
    flows = shares.T @ table.flows @ shares
    return np.divide(flows, output[None, :], out=np.zeros_like(flows), where=output[None, :] > 0), output
