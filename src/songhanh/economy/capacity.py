"""Sites that grow: the path of workplaces that a pack states by date."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.days import day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.province.pack import Pack

FILE = "capacity_path.csv"


def capacity_path(pack: Pack, days: int) -> NDArray[np.float64]:
    """Return (days, S + 1) workplaces of each site against ``sites.csv``, the rest of the province last and always 1.

    Day 0 has the workers of ``sites.csv`` unless the path begins by then. Between two dates of ``capacity_path.csv`` the
    number of workers grows evenly; after the last it stays. Later dates are hindsight: a decision does not know them.

    Raises
    ------
    SonghanhError
        If a site is unknown, a date is given twice, or a site that grows has no workers in ``sites.csv``.
    """
    sites = pack.sites["site_id"].to_list()
    path = np.ones((days, len(sites) + 1))
    rows = pack.tables.get("capacity_path")
    if rows is None or rows.is_empty():
        return path
    points: dict[str, dict[int, float]] = {}
    for number, row in enumerate(rows.iter_rows(named=True), start=2):
        site, day = row["site_id"], day_of(pack.outbreak_from, row["date"])
        if site not in sites:
            raise _fault(f"There is no site {site!r}.", "Use an id of sites.csv.", number, "site_id")
        if day in points.setdefault(site, {}):
            raise _fault(f"{row['date']} of {site} is given twice.", "Keep one row.", number, "date")
        points[site][day] = float(row["workers"])
    normal = dict(zip(sites, pack.sites["workers"].to_list(), strict=True))
    for site, known in points.items():
        if not normal[site]:
            raise _fault(f"{site} grows from no workers.", "Give its workers in sites.csv.", None, "workers")
        if min(known) > 0:
            known[0] = float(normal[site])
        dates = sorted(known)
        workers = np.interp(np.arange(days), dates, [known[day] for day in dates])
        path[:, sites.index(site)] = workers / normal[site]
    return path


def _fault(message: str, remedy: str, row: int | None, column: str) -> SonghanhError:
    return SonghanhError(Fault("economy.capacity", message, remedy, FILE, row, column))
