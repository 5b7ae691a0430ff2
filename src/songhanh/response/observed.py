"""What the authorities can see of an outbreak: confirmed cases by the day of their report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COMMUNITY, QUARANTINE, SEALED, IMPORTED = range(4)  # columns of `reported`, as where a case was found


@dataclass(frozen=True, slots=True)
class Observed:
    """Confirmed cases by report day. A rule applied on day d reads rows up to d - delay, never later ones.

    D days, C communes, S sites.

    Attributes
    ----------
    reported
        (D, C, 4) confirmed cases by commune of residence and by where they were found: community,
        quarantine, inside a sealed area, imported.
    reported_site
        (D, S + 1) confirmed cases by the site they work at (last column: the rest of the province).
    """

    reported: NDArray[np.int32]
    reported_site: NDArray[np.int32]

    def outside_quarantine(self, first: int, last: int) -> NDArray[np.int64]:
        """Return (C,) cases found in the community or in a sealed area on days first..last.

        Days that the arrays do not hold count as days without a case.
        """
        rows = self.reported[max(first, 0) : max(last + 1, 0)]
        found: NDArray[np.int64] = rows[:, :, COMMUNITY].sum(axis=0, dtype=np.int64)
        found += rows[:, :, SEALED].sum(axis=0, dtype=np.int64)
        return found

    def at_sites(self, first: int, last: int) -> NDArray[np.int64]:
        """Return (S + 1,) cases among the workers of each site on days first..last, wherever found."""
        total: NDArray[np.int64] = self.reported_site[max(first, 0) : max(last + 1, 0)].sum(
            axis=0, dtype=np.int64
        )
        return total
