"""From the sample to the announcement: how long it takes, and whether that has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from songhanh.twin.lines import LineList
from songhanh.twin.outlook import Floats
from songhanh.twin.table import table

LONGEST = 30  # days; a longer delay is a typing error or a case found again


@dataclass(frozen=True, eq=False)
class Delays:
    """Delay from the sample to the announcement.

    Attributes
    ----------
    announced
        (LONGEST + 1,) probability of each delay in days, right truncation taken out; None if no sample dates are known.
    triangle
        (T, LONGEST + 1) cases by day of the sample and delay, from the first day with a sample date.
    first
        Day of the sample of its first row.
    n
        Cases with both dates.
    """

    announced: Floats | None
    triangle: Floats
    first: date
    n: int

    @property
    def known(self) -> bool:
        """Tell whether delays can be told from the line list."""
        return self.announced is not None

    def with_delays_of(self, wider: Delays) -> Delays:
        """Return the cases of this place with the delays of a wider area, which has more cases to tell them from."""
        return Delays(wider.announced, self.triangle, self.first, self.n)

    def at(self, share: float) -> int | None:
        """Return the delay in days below or at which a share of the cases is announced."""
        if self.announced is None:
            return None
        return int(np.searchsorted(np.cumsum(self.announced), share - 1e-12))


def delays(
    lines: LineList, as_of: date, codes: Sequence[str] | None = None, sites: Sequence[str] | None = None
) -> Delays:
    """Estimate the delay from the sample to the announcement, from what was announced by a date.

    Cases sampled lately are in the list only if they were announced fast. The probability of a delay given that it is
    no longer is estimated from the cases sampled early enough to show it (Lawless 1994, doi 10.2307/3315820, reverse
    hazards), over the last weeks. With ``codes`` or ``sites`` only the cases of those communes or sites are taken.
    """
    values = table().defaults()
    since = as_of - timedelta(days=int(values["delay_window_days"]))
    rows = lines.accepted.filter(
        pl.col("sampled_on").is_not_null()
        & (pl.col("reported_on") <= as_of)
        & (pl.col("sampled_on") > since)
        & ((pl.col("reported_on") - pl.col("sampled_on")).dt.total_days() <= LONGEST)
    )
    if codes is not None:
        rows = rows.filter(pl.col("code").is_in(list(codes)))
    if sites is not None:
        rows = rows.filter(pl.col("site_id").is_in(list(sites)))
    days = (as_of - since).days
    triangle = np.zeros((days, LONGEST + 1))
    for sampled, reported, cases in zip(rows["sampled_on"], rows["reported_on"], rows["cases"], strict=True):
        triangle[(sampled - since).days - 1, (reported - sampled).days] += cases
    n = int(triangle.sum())
    known = n >= values["delay_fewest_cases"]
    return Delays(_untruncated(triangle) if known else None, triangle, since + timedelta(days=1), n)


def _untruncated(triangle: Floats) -> Floats:
    days, width = triangle.shape
    below = np.ones(width)  # P(delay <= d), built from the longest delay down
    for d in range(width - 1, 0, -1):
        able = triangle[: max(0, days - d)]  # sampled early enough to have been announced d days later
        at, upto = able[:, d].sum(), able[:, : d + 1].sum()
        hazard = at / upto if upto > 0 else 0.0
        below[d - 1] = below[d] * (1.0 - hazard)
    return np.diff(below, prepend=0.0)


def moved(lines: LineList, as_of: date) -> float | None:
    """Return by how many days the mean delay of the last week's announcements differs from the week before.

    None where either week has too few cases with both dates.
    """
    means = []
    fewest = table().defaults()["delay_fewest_cases"]
    for last in (as_of, as_of - timedelta(days=7)):
        rows = lines.accepted.filter(
            pl.col("sampled_on").is_not_null()
            & pl.col("reported_on").is_between(last - timedelta(days=6), last)
        )
        cases = rows["cases"].to_numpy().astype(np.float64)
        if cases.sum() < fewest:
            return None
        days = (rows["reported_on"] - rows["sampled_on"]).dt.total_days().to_numpy()
        means.append(float((days * cases).sum() / cases.sum()))
    return means[0] - means[1]
