"""What a line list says of a simulated past: cases by district, site and province over stretches of days, and tests.

Single days are left out: laboratories report in batches, and a simulated outbreak has chance of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from songhanh.core.days import day_of
from songhanh.epidemic import Engine
from songhanh.joint.setting import Setting
from songhanh.twin.lines import LineList
from songhanh.twin.table import table

Floats = NDArray[np.float64]
PROVINCE_DAYS, PLACE_DAYS = 3, 7


@dataclass(frozen=True, eq=False)
class LineEvidence:
    """Counts of a line list on the days that a past is simulated. D days, N districts, S sites.

    Attributes
    ----------
    id
        Id of the line list.
    days
        Run days, ``first`` to the as-of day.
    district
        (C,) district of each commune.
    observed, sd
        (K,) counts over stretches of days, and the spread of their logarithm by definition and chance: province, then
        districts, sites and tests.
    known_sites, known_tests
        Whether the list says where people work, and how many tests were done.
    """

    id: str
    first: int
    last: int
    district: NDArray[np.intp]
    known_sites: bool
    known_tests: bool
    observed: Floats
    sd: Floats

    def simulated(self, engine: Engine) -> Floats:
        """Return (K,) the same counts of a simulated past."""
        result = engine.result()
        reported = result.reported.sum(axis=2)
        return self._stretches(
            reported.sum(axis=1).astype(np.float64),
            _summed(reported, self.district),
            result.reported_site[:, :-1].astype(np.float64) if self.known_sites else None,
            result.tests.astype(np.float64) if self.known_tests else None,
        )

    def log_likelihood(self, simulated: Floats) -> float:
        """Score a simulated past: counts are log-normal about the simulated ones, wider where they are small."""
        if not np.isfinite(simulated).all():
            return -math.inf
        spread = np.sqrt(self.sd**2 + 1.0 / (self.observed + 0.5))
        # Half a case keeps the logarithm finite where there is none.
        off = np.log((simulated + 0.5) / (self.observed + 0.5)) / spread
        return float(-0.5 * np.sum(off**2))

    def _stretches(
        self, province: Floats, districts: Floats, sites: Floats | None, tests: Floats | None
    ) -> Floats:
        days = slice(self.first, self.last + 1)
        parts = [_blocks(province[days, None], PROVINCE_DAYS), _blocks(districts[days], PLACE_DAYS)]
        parts += [_blocks(sites[days], PLACE_DAYS)] if sites is not None else []
        parts += [_blocks(tests[days, None], PLACE_DAYS)] if tests is not None else []
        return np.concatenate([part.ravel() for part in parts])


def line_evidence(setting: Setting, lines: LineList, as_of: date) -> LineEvidence | None:
    """Return what a line list says up to an evening; nothing if it holds too few cases to calibrate to."""
    values, pack = table().defaults(), setting.pack
    origin, last = pack.outbreak_from, day_of(pack.outbreak_from, as_of)
    known = lines.until(as_of)
    codes = pack.communes["code"].to_list()
    by_commune = known.daily(codes, origin, as_of)
    total = by_commune.sum(axis=1) + known.without_code(origin, as_of)
    if total.sum() < values["fit_min_cases"]:
        return None
    districts = pack.districts["code"].to_list()
    district = np.array(
        [districts.index(parent) for parent in pack.communes["parent_code"].to_list()], np.intp
    )
    at_sites = known.daily_of_sites(pack.sites["site_id"].to_list(), origin, as_of)
    tests = known.tests(origin, as_of)
    # A place that shows in a list is where the first of its cases was found, so the days before say nothing of it.
    first = max(0, day_of(origin, known.first_on or origin) - 1)
    blank = LineEvidence(
        known.id, first, last, district, bool(at_sites.any()), tests is not None, np.zeros(0), np.zeros(0)
    )
    observed = blank._stretches(
        total.astype(np.float64),
        _summed(by_commune, district),
        at_sites.astype(np.float64) if blank.known_sites else None,
        tests,
    )
    length = last + 1 - first
    weeks = math.ceil(length / PLACE_DAYS)
    places = int(district.max(initial=-1)) + 1 + (at_sites.shape[1] if blank.known_sites else 0)
    sd = np.concatenate(
        [
            np.full(math.ceil(length / PROVINCE_DAYS), values["fit_log_sd_province"]),
            np.full(weeks * places, values["fit_log_sd_place"]),
            np.full(weeks if blank.known_tests else 0, values["fit_log_sd_tests"]),
        ]
    )
    return LineEvidence(known.id, first, last, district, blank.known_sites, blank.known_tests, observed, sd)


def _summed(by_commune: NDArray[np.int64] | NDArray[np.int32], district: NDArray[np.intp]) -> Floats:
    """Return (D, N) counts by district."""
    found = np.zeros((len(by_commune), int(district.max(initial=-1)) + 1))
    np.add.at(found.T, district, by_commune.T)
    return found


def _blocks(daily: Floats, days: int) -> Floats:
    """Return sums over stretches of so many days, the last of which ends on the last day."""
    starts = sorted({max(end - days, 0) for end in range(len(daily), 0, -days)})
    return np.asarray(np.add.reduceat(daily, starts, axis=0))
