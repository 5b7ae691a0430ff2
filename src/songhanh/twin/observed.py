"""The line list as arrays: cases by day and commune, district and site, up to the evening of the question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from songhanh.province import Pack
from songhanh.twin.lines import LineList

EARTH_KM_PER_DEGREE = 111.2


@dataclass(frozen=True, eq=False)
class Ground:
    """Where cases can be, in the order of the pack.

    Attributes
    ----------
    communes, districts, sites
        Codes; C, N and S of them.
    district_of
        (C,) district index of a commune.
    population
        (C,) people.
    km
        (C, C) distance between the centres of communes.
    """

    communes: tuple[str, ...]
    districts: tuple[str, ...]
    sites: tuple[str, ...]
    district_of: NDArray[np.intp]
    population: NDArray[np.float64]
    km: NDArray[np.float64]

    def by_district(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up (..., C) values of communes to (..., N) of districts."""
        total = np.zeros((*values.shape[:-1], len(self.districts)), values.dtype)
        for commune, district in enumerate(self.district_of):
            total[..., district] += values[..., commune]
        return total


@dataclass(frozen=True, eq=False)
class Observed:
    """What had been announced by the evening of ``as_of``.

    Attributes
    ----------
    first, as_of
        The first day with a case and the last day; T days, both included (T = 0 without any case).
    communes
        (T, C) cases.
    unplaced
        (T,) cases of an unknown commune, counted for the province only.
    sites
        (T, S) cases among those who work at a site.
    tests
        (T,) tests done in the province; None where the list says nothing about tests.
    """

    ground: Ground
    first: date
    as_of: date
    communes: NDArray[np.float64]
    unplaced: NDArray[np.float64]
    sites: NDArray[np.float64]
    tests: NDArray[np.float64] | None

    @property
    def n_days(self) -> int:
        """Return T."""
        return len(self.communes)

    @cached_property
    def districts(self) -> NDArray[np.float64]:
        """Return (T, N) cases by district."""
        return self.ground.by_district(self.communes)

    @cached_property
    def province(self) -> NDArray[np.float64]:
        """Return (T,) all cases, those of unknown communes included."""
        return np.asarray(self.communes.sum(axis=1) + self.unplaced)

    def until(self, last: date) -> Observed:
        """Return what had been announced by an earlier evening."""
        n = max(0, (last - self.first).days + 1)
        tests = None if self.tests is None else self.tests[:n]
        return Observed(
            self.ground, self.first, last, self.communes[:n], self.unplaced[:n], self.sites[:n], tests
        )


def ground_of(pack: Pack) -> Ground:
    """Return where cases of a province can be."""
    communes, districts = pack.communes, pack.districts["code"].to_list()
    lon = communes["lon"].cast(float).fill_null(strategy="mean").to_numpy()
    lat = communes["lat"].cast(float).fill_null(strategy="mean").to_numpy()
    east = (lon[:, None] - lon[None, :]) * np.cos(np.radians(lat.mean() if len(lat) else 0.0))
    km = EARTH_KM_PER_DEGREE * np.hypot(east, lat[:, None] - lat[None, :])
    return Ground(
        communes=tuple(communes["code"].to_list()),
        districts=tuple(districts),
        sites=tuple(pack.sites["site_id"].to_list()),
        district_of=np.array([districts.index(code) for code in communes["parent_code"]], np.intp),
        population=communes["population"].cast(float).fill_null(0.0).to_numpy(),
        km=np.nan_to_num(km),
    )


def observed(ground: Ground, lines: LineList, as_of: date) -> Observed:
    """Return the cases announced on or before a date; nothing later is read."""
    known = lines.until(as_of)
    first = known.first_on or as_of + timedelta(days=1)
    tests = known.tests(first, as_of)
    return Observed(
        ground=ground,
        first=first,
        as_of=as_of,
        communes=known.daily(ground.communes, first, as_of).astype(np.float64),
        unplaced=known.without_code(first, as_of).astype(np.float64),
        sites=known.daily_of_sites(ground.sites, first, as_of).astype(np.float64),
        tests=tests,
    )
