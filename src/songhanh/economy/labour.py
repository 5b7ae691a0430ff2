"""Who can come to work on a day, as the economy is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LabourDay:
    """Workers absent on one day, each person in one cause only. S sites and the rest, J sectors.

    Attributes
    ----------
    isolated, quarantined, locked, dead, taken_home
        (S + 1, J) share of workers who are sick or confirmed, in quarantine, behind a lock-down, dead, collected
        by their home province; together at most 1.
    firm_closed
        (S + 1, J) share of workers whose firm is closed, absent or not.
    open_rest
        (J,) share of work outside the sites that may open.
    hospital_load
        People under treatment.
    """

    isolated: NDArray[np.float64]
    quarantined: NDArray[np.float64]
    locked: NDArray[np.float64]
    firm_closed: NDArray[np.float64]
    open_rest: NDArray[np.float64]
    hospital_load: float = 0.0
    dead: NDArray[np.float64] | None = None
    taken_home: NDArray[np.float64] | None = None


def full_labour(n_sites: int, n_sectors: int) -> LabourDay:
    """Return a day on which everybody comes."""
    none = np.zeros((n_sites + 1, n_sectors))
    return LabourDay(none, none, none, none, np.ones(n_sectors))
