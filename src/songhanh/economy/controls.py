"""The levers of the economy that a measure may move, for one day.

Order-free like those of the epidemic: the smallest multiplier holds, costs add.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class EconomyControls:
    """One day's levers. S sites (index S: the rest of the province), J sectors, K trade channels, C communes."""

    admitted: NDArray[np.float64]  # (S + 1, J) share of workers that the mode admits, 0 closed
    productivity: NDArray[np.float64]  # (S + 1, J) output of a worker at work against normal
    work: NDArray[np.float64]  # (C, J) share of other workplaces that may open, by commune and sector
    household_demand: NDArray[np.float64]  # (J,) what households may still buy
    other_demand: NDArray[np.float64]  # (J,) orders of other local buyers: government, investment
    export_demand: NDArray[np.float64]  # (J,) new orders from outside; those that fall away do not wait
    import_logistics: NDArray[np.float64]  # (J,) imported inputs that arrive
    export_logistics: NDArray[np.float64]  # (J,) exports that leave
    channel: NDArray[np.float64]  # (K,) capacity of crop channels
    site_cost_vnd_bn: NDArray[np.float64]  # (S + 1,) lodging, tests: booked as intermediate use
    public_cost_vnd_bn: float  # outbreak spending of the budget
    support_vnd_bn: float  # paid to workers and households


def no_economy_controls(n_communes: int, n_sites: int, n_sectors: int, n_channels: int) -> EconomyControls:
    """Return the levers of a normal day."""
    return EconomyControls(
        admitted=np.ones((n_sites + 1, n_sectors)),
        productivity=np.ones((n_sites + 1, n_sectors)),
        work=np.ones((n_communes, n_sectors)),
        household_demand=np.ones(n_sectors),
        other_demand=np.ones(n_sectors),
        export_demand=np.ones(n_sectors),
        import_logistics=np.ones(n_sectors),
        export_logistics=np.ones(n_sectors),
        channel=np.ones(n_channels),
        site_cost_vnd_bn=np.zeros(n_sites + 1),
        public_cost_vnd_bn=0.0,
        support_vnd_bn=0.0,
    )
