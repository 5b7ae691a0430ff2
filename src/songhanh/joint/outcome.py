"""What one plan does in one world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DURATIONS = (1, 7, 14, 28)  # days under restriction that people are counted by


@dataclass(frozen=True)
class Outcome:
    """One replicate, counted from the day after the as-of date.

    D days of the epidemic horizon from the as-of date on, E days of the economic one, C communes,
    J sectors. Sums and peaks leave out the past, which all plans share.

    Attributes
    ----------
    totals
        One number an indicator (see `decision.indicators`).
    reported
        (D, 4) confirmed cases a day by where they were found.
    infections
        (D,) infections a day, which nobody sees.
    hospital, icu, in_places, over_places, lab_wait_days
        (D,) people under treatment, in intensive care, in quarantine places, in need of a place that
        there is not, and days that a sample taken today waits for the laboratory.
    lodging_short
        (E,) workers ordered to sleep at a site that has no place for them.
    staff_days
        (E, K) staff-days that measures need, by kind (`measures.base.STAFF`).
    restricted_for
        People who live under lock-down or Directive 16 for at least so many days (`DURATIONS`), on end or not.
    value_added_share
        (E,) value added against the same day without an outbreak.
    workers_share
        (E,) workers at work against normal.
    site_workers
        (E, S) people at work at each site.
    cases_by_area, restricted_days_by_area
        (C,) confirmed cases, and person-days under lock-down or Directive 16.
    lost_by_sector_vnd_bn
        (J,) value added lost to the economic horizon.
    lost_days_by_cause
        (8,) person-days of work lost by `core.modes.Absence`.
    control_lost_on
        Run day on which control was lost, or -1.
    """

    plan: str
    world: int
    totals: Mapping[str, float]
    reported: NDArray[np.int32]
    infections: NDArray[np.int32]
    hospital: NDArray[np.int32]
    icu: NDArray[np.int32]
    in_places: NDArray[np.int32]
    over_places: NDArray[np.int32]
    lab_wait_days: NDArray[np.float64]
    lodging_short: NDArray[np.float64]
    staff_days: NDArray[np.float64]
    restricted_for: NDArray[np.float64]
    value_added_share: NDArray[np.float64]
    workers_share: NDArray[np.float64]
    site_workers: NDArray[np.float64]
    cases_by_area: NDArray[np.int32]
    restricted_days_by_area: NDArray[np.float64]
    lost_by_sector_vnd_bn: NDArray[np.float64]
    lost_days_by_cause: NDArray[np.float64]
    control_lost_on: int
