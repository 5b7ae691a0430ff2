"""The season of each sector: what share of the year's output falls in each month."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError

Floats = NDArray[np.float64]
FILE = "seasons.csv"
MONTHS = 12
_TOLERANCE = 1e-3


def read_seasons(rows: pl.DataFrame | None, sectors: list[str]) -> Floats | None:
    """Return (12, J) shares of the year's output by month; None where no sector has a season.

    Sectors that the table does not name are alike on all days of the year.

    Parameters
    ----------
    rows
        ``sector_id``, ``month`` (1 to 12) and ``share``; twelve rows for each sector that is named.

    Raises
    ------
    SonghanhError
        If a sector or month is unknown or given twice, a share is no number from 0 to 1, or the shares of a sector do not
        add up to one (within 0.001; what is missing within that is spread over its months).
    """
    if rows is None or rows.is_empty():
        return None
    shares = np.full((MONTHS, len(sectors)), np.nan)
    faults: list[Fault] = []
    for number, row in enumerate(rows.iter_rows(named=True), start=2):
        fault = _row_fault(row, sectors, shares, number)
        if fault is not None:
            faults.append(fault)
            continue
        shares[int(row["month"]) - 1, sectors.index(row["sector_id"])] = float(row["share"])
    named = np.isfinite(shares).any(axis=0)
    sums = np.nansum(shares, axis=0)
    for j in np.flatnonzero(named & ~(np.abs(sums - 1.0) <= _TOLERANCE)):
        message = f"The months of {sectors[j]} add up to {sums[j]:.6g}, {sums[j] - 1.0:+.6g} from one."
        faults.append(
            Fault("economy.season_sum", message, "Give twelve shares of the year.", FILE, None, "share")
        )
    if faults:
        raise SonghanhError(faults)
    shares = np.nan_to_num(shares)
    shares[:, named] /= sums[named]
    shares[:, ~named] = np.nan  # even by day, which depends on the length of the months
    return shares


def _row_fault(row: dict[str, object], sectors: list[str], shares: Floats, number: int) -> Fault | None:
    sector, month, share = row["sector_id"], row["month"], row["share"]
    if sector not in sectors:
        return Fault(
            "economy.sector",
            f"There is no sector {sector!r}.",
            "Use an id of sectors.csv.",
            FILE,
            number,
            "sector_id",
        )
    if not isinstance(month, int) or not 1 <= month <= MONTHS:
        return Fault(
            "economy.month", f"The month is {month}.", "Give a number from 1 to 12.", FILE, number, "month"
        )
    if not isinstance(share, (int, float)) or not 0.0 <= share <= 1.0:
        return Fault(
            "economy.season", f"The share is {share}.", "Give a number from 0 to 1.", FILE, number, "share"
        )
    if np.isfinite(shares[month - 1, sectors.index(str(sector))]):
        return Fault(
            "economy.month",
            f"Month {month} of {sector} is given twice.",
            "Keep one row.",
            FILE,
            number,
            "month",
        )
    return None


def seasonal_output(shares: Floats | None, first_day: date, days: int, n_sectors: int) -> Floats:
    """Return (days, J) normal output of each day against the year's mean.

    Parameters
    ----------
    shares
        (12, J) of `read_seasons`, or None.
    first_day
        Date of run day 0.
    """
    factor = np.ones((days, n_sectors))
    if shares is None:
        return factor
    for day in range(days):
        when = first_day + timedelta(days=day)
        length = float(
            (date(when.year + when.month // 12, when.month % 12 + 1, 1) - date(when.year, when.month, 1)).days
        )
        year = float((date(when.year + 1, 1, 1) - date(when.year, 1, 1)).days)
        known = np.isfinite(shares[when.month - 1])
        factor[day, known] = shares[when.month - 1, known] * year / length
    return factor


def seasonal_final_demand(output: Floats, local: Floats, factor: Floats) -> Floats:
    """Return (days, J) final demand against its mean, so that every sector sells what its season makes.

    A sector whose customers need more in a month than it makes has no final sales then; the rest comes out of stocks.

    Parameters
    ----------
    output
        (J,) normal output a day.
    local
        (J, J) inputs of a unit of output from the province.
    factor
        (days, J) of `seasonal_output`.
    """
    made = factor * output
    left = np.maximum(made - made @ local.T, 0.0)
    normal = output - local @ output
    return np.asarray(
        np.divide(left, normal, out=np.ones_like(left), where=normal > 1e-12 * np.maximum(output, 1e-300))
    )
