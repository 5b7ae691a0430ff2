"""The synthetic population of a pack: a pure function of its tables and a seed."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from songhanh.core.canonical import sha256
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.parameters import ParameterTable, read_table
from songhanh.province.hamlets import hamlets
from songhanh.province.pack import Pack
from songhanh.province.population import Population
from songhanh.province.synthesis_homes import Homes, homes
from songhanh.province.synthesis_places import Places, places
from songhanh.province.synthesis_work import geography, roles

# The tables that people are made of: a change in any other leaves them as they are.
_TABLES = (
    "areas",
    "population_by_age",
    "households_by_size",
    "boarding",
    "schools",
    "sites",
    "site_sectors",
    "site_residence",
    "employment",
    "sectors",
)
_CODE = (
    "parameters.csv",
    "dealing.py",
    "hamlets.py",
    "synthesis.py",
    "synthesis_homes.py",
    "synthesis_work.py",
    "synthesis_places.py",
)


@lru_cache(maxsize=1)
def parameters() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.province") / "parameters.csv")


def tables_key(pack: Pack) -> str:
    """Return a digest of the tables that people are made of: another plan or bulletin leaves the people as they are."""
    return sha256(*(pack.tables[name].write_csv().encode() for name in _TABLES))


@lru_cache(maxsize=1)
def code_key() -> str:
    """Return a digest of the synthesis itself, so that a cache never outlives the code that made it."""
    folder = files("songhanh.province")
    return sha256(*((folder / name).read_bytes() for name in _CODE))


def synthesise(pack: Pack, seed: int = 0) -> Population:
    """Build the people of a pack.

    Residents by commune, ages, households by size, lodgers by commune and site, workers by site and firm, and
    employed by district and sector are those of the tables; how they combine is drawn.

    Parameters
    ----------
    pack
        A checked pack.
    seed
        Another seed is another draw from the same tables.

    Returns
    -------
    Population
        Arrays in memory.

    Raises
    ------
    SonghanhError
        If there are fewer people than work.
    """
    key = tables_key(pack)
    values = parameters().defaults()
    lodger_ages = int(values["lodger_age_from"]), int(values["lodger_age_until"])
    at_home = homes(pack, key, seed, lodger_ages)
    if len(at_home.age) > np.iinfo(np.int32).max or len(pack.communes) > np.iinfo(np.int16).max:
        raise SonghanhError(
            Fault("population.size", "The pack has too many people.", "Split it by province.")
        )
    by_day = roles(pack, at_home, values, key, seed)
    parts = places(pack, geography(pack), at_home, by_day, values, key, seed)
    return _assemble(pack, at_home, by_day.site, by_day.sector, parts, values["hamlet_people"])


def _assemble(
    pack: Pack,
    at_home: Homes,
    site: NDArray[np.int64],
    sector: NDArray[np.int64],
    parts: list[Places],
    hamlet_people: float,
) -> Population:
    n, n_sites, n_sectors = len(at_home.age), len(pack.sites), len(pack.sectors)
    members = np.concatenate([part.members for part in parts])
    sizes = np.concatenate([part.sizes for part in parts])
    start = np.concatenate([[0], np.cumsum(sizes)])
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("site", "sector", "commune", "kind", "unit")
    }
    of_member = np.repeat(np.arange(len(sizes)), sizes)
    place, rank = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    place[members] = of_member
    rank[members] = np.arange(len(members))
    cell = np.where(sector >= 0, n_sites * n_sectors + sector, -1)
    at_site = site >= 0
    # The sector of a job at a site is that of the firm.
    cell[at_site] = site[at_site] * n_sectors + columns["sector"][place[at_site]]
    household_size = np.bincount(at_home.household, minlength=len(at_home.household_commune))
    household_start = np.concatenate([[0], np.cumsum(household_size)])
    boarding = at_home.household_boarding
    rooms = np.flatnonzero(boarding >= 0)
    houses, first = np.unique(boarding[rooms], return_index=True)
    last = np.append(first[1:], len(rooms)) - 1 if len(houses) else first
    commune_size = np.bincount(at_home.commune, minlength=len(pack.communes))
    household_commune = at_home.household_commune.astype(np.int16)
    areas = hamlets(household_start, household_commune, boarding, len(pack.communes), hamlet_people)
    return Population(
        household=at_home.household.astype(np.int32),
        age=at_home.age.astype(np.uint8),
        place=place,
        place_rank=rank,
        work_cell=cell.astype(np.int16),
        lodger=(at_home.site >= 0).astype(np.uint8),
        household_start=household_start.astype(np.int32),
        household_commune=household_commune,
        household_boarding=boarding.astype(np.int32),
        household_hamlet=areas.of_household,
        boarding_start=household_start[rooms[first]].astype(np.int32),
        boarding_end=household_start[rooms[last] + 1].astype(np.int32),
        commune_start=np.concatenate([[0], np.cumsum(commune_size)]).astype(np.int32),
        hamlet_start=areas.start,
        place_start=start.astype(np.int32),
        place_members=members.astype(np.int32),
        place_site=columns["site"].astype(np.int16),
        place_sector=columns["sector"].astype(np.int8),
        place_commune=columns["commune"].astype(np.int16),
        place_kind=columns["kind"].astype(np.uint8),
        place_unit=columns["unit"].astype(np.int16),
        n_sites=n_sites,
        n_sectors=n_sectors,
    )
