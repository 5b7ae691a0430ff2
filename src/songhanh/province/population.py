"""The people of a province as arrays: built once, read-only, shared by all replicates and processes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRM_AT_SITE, SCHOOL, OTHER_WORKPLACE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Population:
    """People sorted by (commune, boarding house, household): each of these is an index range of people.

    N people, H households, B boarding houses, C communes (pack order), P places (firms, schools),
    M members of places, S sites (pack order; site index S is "the rest of the province"),
    J sectors (pack order).
    """

    # people
    household: NDArray[np.int32]  # (N,) household of the person
    age: NDArray[np.uint8]  # (N,) years
    place: NDArray[np.int32]  # (N,) daytime place, -1 none
    place_rank: NDArray[np.int32]  # (N,) position in place_members, -1 none
    work_cell: NDArray[np.int16]  # (N,) site * J + sector of the job, -1 no job
    lodger: NDArray[np.uint8]  # (N,) 1 for a migrant lodger, 0 for a resident
    # households
    household_start: NDArray[np.int32]  # (H + 1,) people
    household_commune: NDArray[np.int16]  # (H,)
    household_boarding: NDArray[np.int32]  # (H,) boarding house, -1 none
    household_hamlet: NDArray[np.int32]  # (H,) hamlet
    # boarding houses
    boarding_start: NDArray[np.int32]  # (B,) people
    boarding_end: NDArray[np.int32]  # (B,) people
    # communes
    commune_start: NDArray[np.int32]  # (C + 1,) people
    hamlet_start: NDArray[np.int32]  # (C + 1,) hamlets
    # places
    place_start: NDArray[np.int32]  # (P + 1,) into place_members
    place_members: NDArray[np.int32]  # (M,) people; neighbours in the list share a line or a class
    place_site: NDArray[np.int16]  # (P,) 0..S-1 a site, S the rest of the province
    place_sector: NDArray[np.int8]  # (P,) sector, -1 for a school
    place_commune: NDArray[np.int16]  # (P,)
    place_kind: NDArray[np.uint8]  # (P,) FIRM_AT_SITE, SCHOOL, OTHER_WORKPLACE
    place_unit: NDArray[np.int16]  # (P,) people on one line or in one class
    # sizes that arrays alone do not tell
    n_sites: int
    n_sectors: int

    @property
    def n_people(self) -> int:
        """Return N."""
        return len(self.age)

    @property
    def n_communes(self) -> int:
        """Return C."""
        return len(self.commune_start) - 1

    @property
    def n_hamlets(self) -> int:
        """Return the number of hamlets."""
        return int(self.hamlet_start[-1])

    @property
    def n_places(self) -> int:
        """Return P."""
        return len(self.place_start) - 1

    @property
    def n_cells(self) -> int:
        """Return the number of work cells, (S + 1) * J."""
        return (self.n_sites + 1) * self.n_sectors
