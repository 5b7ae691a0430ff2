"""From a national table to a provincial one: location quotients (FLQ), then balancing (RAS).

Sources: Flegg and Tohmo 2013, doi 10.1080/00343404.2011.592138 (FLQ of Flegg and Webber 1997); Bacharach 1970 (RAS).
Both keep numbers non-negative and keep zeros.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError

Floats = NDArray[np.float64]
OWN_TOLERANCE = 1e-3  # how far an own table may miss what value added leaves, as a share of output: rounding


def flq(regional: Floats, national: Floats, delta: float, size_share: float) -> Floats:
    """Return (J, J) shares of each input that the province supplies itself, from 0 to 1.

    Parameters
    ----------
    regional, national
        (J,) output by sector; only shares matter.
    delta
        Exponent of size.
    size_share
        Output of the province over that of the nation.
    """
    simple = (regional / regional.sum()) / (national / national.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = simple[:, None] / simple[None, :]
    # A sector that is not there buys nothing; any finite number will do.
    quotient = np.where(np.isfinite(quotient), quotient, 0.0)
    np.fill_diagonal(quotient, simple)
    scale = np.log2(1.0 + size_share) ** delta
    return np.asarray(np.minimum(quotient * scale, 1.0))


def ras(
    table: Floats,
    rows: Floats,
    columns: Floats,
    *,
    tolerance: float = 1e-12,
    most_rounds: int = 20_000,
) -> Floats:
    """Balance a non-negative table to row and column sums by scaling rows and columns in turn.

    Parameters
    ----------
    table
        (n, m) non-negative.
    rows, columns
        (n,) and (m,) sums to reach; both must have the same total.
    tolerance
        Largest gap of a margin, relative to the total.

    Raises
    ------
    SonghanhError
        If a number is negative, the totals differ, or the zeros of the table make the margins unreachable.
    """
    total = float(rows.sum())
    if (table < 0).any() or (rows < 0).any() or (columns < 0).any():
        raise _fault("ras.negative", "A table to be balanced has a negative number.", "Remove it.")
    if abs(total - float(columns.sum())) > 1e-9 * max(total, 1e-300):
        gap = total - float(columns.sum())
        raise _fault("ras.totals", f"Row sums exceed column sums by {gap:.6g}.", "Make both totals equal.")
    result = table.astype(np.float64).copy()
    for _ in range(most_rounds):
        result *= _ratio(columns, result.sum(axis=0))[None, :]
        result *= _ratio(rows, result.sum(axis=1))[:, None]
        # Rows hold exactly now; columns tell how far it is to go.
        gap = float(np.abs(result.sum(axis=0) - columns).max(initial=0.0))
        if gap <= tolerance * max(total, 1e-300) and np.allclose(result.sum(axis=1), rows, rtol=1e-9, atol=0):
            return result
    raise _fault(
        "ras.unreachable",
        f"A table cannot be balanced: a column still misses its sum by {gap:.6g} of {total:.6g}.",
        "A row or column with a sum above zero needs a number above zero where others leave room.",
    )


def _ratio(wanted: Floats, have: Floats) -> Floats:
    return np.asarray(np.divide(wanted, have, out=np.zeros_like(wanted), where=have > 0))


def regional_coefficients(
    national: Floats,
    shares: Floats,
    output: Floats,
    value_added_share: Floats,
    most_local_sales: Floats,
    pinned_local_share: Floats,
) -> Floats:
    """Return (J + 1, J) coefficients of the province; the last row is what comes from outside it.

    Columns add up to ``1 - value_added_share``; local sales of a row stay within ``most_local_sales``.

    Parameters
    ----------
    national
        (J, J) technical coefficients, whatever the origin of inputs.
    shares
        (J, J) share of each input supplied by the province (`flq`).
    output, value_added_share
        (J,) of the province.
    most_local_sales
        (J,) output that may be sold to other sectors of the province, same unit as output.
    pinned_local_share
        (J,) share of all inputs bought in the province where known, else NaN.
    """
    n = len(output)
    inputs = (1.0 - value_added_share) * output
    technical = national * _ratio(inputs, national.sum(axis=0))[None, :]  # levels; column sums = inputs
    flows = np.zeros((n + 1, n))
    flows[:n] = technical * shares
    # What a row cannot sell at home comes from outside: this opens a cell for the balancing to fill.
    flows[:n] *= np.minimum(_ratio(most_local_sales, flows[:n].sum(axis=1)), 1.0)[:, None]
    flows[n] = np.maximum(inputs - flows[:n].sum(axis=0), 0.0)
    pinned = np.isfinite(pinned_local_share) & (flows[:n].sum(axis=0) > 0)
    local = np.where(pinned, np.nan_to_num(pinned_local_share), 0.0) * inputs
    flows[:n, pinned] *= (local / np.maximum(flows[:n].sum(axis=0), 1e-300))[pinned]
    # Imports of a pinned column are settled: they stay out of the balancing.
    settled = np.where(pinned, inputs - local, 0.0)
    flows[n, pinned] = 0.0
    rows = flows.sum(axis=1)
    rows[:n] = np.minimum(rows[:n], most_local_sales)
    columns = inputs - settled
    rows[n] = columns.sum() - rows[:n].sum()
    flows = ras(np.maximum(flows, 0.0), rows, columns)
    flows[n] += settled
    return np.asarray(flows * _ratio(np.ones(n), output)[None, :])


def own_coefficients(
    local: Floats, output: Floats, value_added_share: Floats, most_local_sales: Floats, names: list[str]
) -> tuple[Floats, Floats]:
    """Return (J + 1, J) coefficients of a province that has a table of its own; the last row comes from outside it.

    Parameters
    ----------
    local
        (J, J) inputs of a unit of output bought in the province.
    output, value_added_share, most_local_sales
        As in `regional_coefficients`.
    names
        Ids of the sectors, for errors.

    Returns
    -------
    tuple
        The coefficients, and (J,) what each sector would sell beyond ``most_local_sales``, now bought outside.

    Raises
    ------
    SonghanhError
        If inputs and value added of a sector exceed its output.
    """
    outside = 1.0 - value_added_share - local.sum(axis=0)
    over = [
        Fault(
            "economy.balance",
            f"Inputs of {names[j]} and its value added exceed its output by {-outside[j]:.6g} of it.",
            "Correct the coefficients, or gva_vnd_bn and output_vnd_bn in sectors.csv.",
            "input_output.csv",
            None,
            "coefficient",
        )
        for j in np.flatnonzero((outside < -OWN_TOLERANCE) & (output > 0))
    ]
    if over:
        raise SonghanhError(over)
    # Coefficients and sectors.csv are rounded on their own; within the rounding inputs are what value added leaves.
    inputs = np.where(outside < 0.0, local * _ratio(1.0 - value_added_share, local.sum(axis=0)), local)
    flows = inputs * output[None, :]
    sales = flows.sum(axis=1)
    cut = np.maximum(sales - most_local_sales, 0.0)
    cut[cut <= 1e-9 * np.maximum(sales, 1.0)] = 0.0
    result = inputs * np.where(cut > 0.0, _ratio(most_local_sales, sales), 1.0)[:, None]
    return np.vstack([result, np.maximum(1.0 - value_added_share - result.sum(axis=0), 0.0)]), cut


def _fault(code: str, message: str, remedy: str) -> SonghanhError:
    return SonghanhError(Fault(code=code, message=message, remedy=remedy, file="input_output.csv"))
