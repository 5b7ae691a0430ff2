"""Which industry of a published table belongs to which sector of a pack: shares that add up to one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy.table_cells import number, read_cells

COLUMNS = ("code", "sector_id", "share")
_TOLERANCE = 1e-6


def read_concordance(
    path: Path, codes: Sequence[str], sectors: Sequence[str] | None = None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Read a concordance: columns code (of the table), sector_id (of the pack) and share.

    Parameters
    ----------
    codes
        The n industries of the table; each must be shared out in full.
    sectors
        Ids of the pack; by default those of the file, in the order in which they first stand.

    Returns
    -------
    tuple
        (n, J) shares, and the J sectors.

    Raises
    ------
    SonghanhError
        For every unknown code or sector, pair that stands twice, share below 0 or above 1, text for a number, empty
        cell, and code whose shares do not add up to one: row, column and by how much.
    """
    cells = read_cells(path)
    missing = [column for column in COLUMNS if column not in cells.header]
    if missing:
        raise SonghanhError(
            Fault(
                "concordance.column",
                "This column is missing.",
                f"The columns are {', '.join(COLUMNS)}.",
                cells.file,
                1,
                missing[0],
            )
        )
    place = [cells.header.index(column) for column in COLUMNS]
    found: dict[tuple[str, str], float] = {}
    first: dict[str, int] = {}
    faults: list[Fault] = []
    for line, row in cells.rows:
        code, sector, text = (row[k] for k in place)
        before = len(faults)
        if code not in codes:
            faults.append(
                _fault(
                    cells.file, line, "code", f"There is no industry {code!r}.", "Use a code of the table."
                )
            )
        if not sector or (sectors is not None and sector not in sectors):
            faults.append(
                _fault(
                    cells.file,
                    line,
                    "sector_id",
                    f"There is no sector {sector!r}.",
                    "Use an id of sectors.csv.",
                )
            )
        if (code, sector) in found:
            faults.append(
                _fault(cells.file, line, "code", f"{code}, {sector} stands twice.", "Keep one row.")
            )
        share = number(text, cells.file, line, "share", faults)
        if share is not None and not 0.0 <= share <= 1.0:
            by = share - 1.0 if share > 1.0 else -share
            word = "above 1" if share > 1.0 else "below 0"
            message = f"The share is {share:g}, {word} by {by:.6g}."
            faults.append(_fault(cells.file, line, "share", message, "Give a number from 0 to 1."))
        if len(faults) == before and share is not None:
            found[code, sector] = share
            first.setdefault(code, line)
    if not faults:
        faults += _sums(cells.file, codes, found, first)
    if faults:
        raise SonghanhError(faults)
    names = tuple(dict.fromkeys(sector for _, sector in found)) if sectors is None else tuple(sectors)
    shares = np.zeros((len(codes), len(names)))
    for (code, sector), share in found.items():
        shares[list(codes).index(code), names.index(sector)] = share
    return shares, names


def _sums(
    file: str, codes: Sequence[str], found: dict[tuple[str, str], float], first: dict[str, int]
) -> list[Fault]:
    faults = []
    for code in codes:
        total = sum(share for (one, _), share in found.items() if one == code)
        if code not in first:
            message = f"{code} is not shared out."
            faults.append(_fault(file, None, "code", message, "Give it one row or more."))
        elif abs(total - 1.0) > _TOLERANCE:
            word = "too much" if total > 1.0 else "short"
            message = f"The shares of {code} add up to {total:.6g}: {abs(total - 1.0):.6g} {word}."
            faults.append(_fault(file, first[code], "share", message, "They must add up to 1."))
    return faults


def _fault(file: str, row: int | None, column: str, message: str, remedy: str) -> Fault:
    return Fault("concordance.value", message, remedy, file, row, column)
