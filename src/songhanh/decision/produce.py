"""What an area produces on an average day, with whom, and what it costs to close it for a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.joint.setting import Setting, setting
from songhanh.measures import parameters

Floats = NDArray[np.float64]
DAYS_A_YEAR = 365.0


@dataclass(frozen=True, eq=False)
class Produced:
    """A areas, S sites (index S: the rest of the province), J sectors; money in bn VND a day, first order only.

    Attributes
    ----------
    workers
        (A, S + 1, J) people by the place of their job.
    value
        (A, S + 1, J) value added where they work.
    closure, closure_low, closure_high
        (A,) value added that a lock-down of the area stops: its sites, what of its other workplaces a lock-down
        does not leave open, and the work elsewhere of residents who may not go out. The low and high figures are for
        the ends of the range of what a lock-down leaves open.
    """

    workers: Floats
    value: Floats
    closure: Floats
    closure_low: Floats
    closure_high: Floats


@dataclass(frozen=True, eq=False)
class _Jobs:
    """Every person with a job: area of residence and of work, site, sector."""

    home: NDArray[np.int64]
    work: NDArray[np.int64]
    site: NDArray[np.int64]
    sector: NDArray[np.int64]


def _jobs(ground: Setting, area: NDArray[np.int64]) -> _Jobs:
    people = ground.population
    home = np.repeat(np.arange(people.n_communes), np.diff(people.commune_start))
    has = people.work_cell >= 0
    home, place, cell = home[has], people.place[has], people.work_cell[has].astype(np.int64)
    # Whoever has no workplace among the places (most farmers) works where they live.
    work = np.where(place >= 0, people.place_commune[np.maximum(place, 0)], home)
    return _Jobs(area[home], area[work], cell // people.n_sectors, cell % people.n_sectors)


def value_per_worker(ground: Setting) -> Floats:
    """Return (J,) value added of a worker on an average day of a year without an outbreak, bn VND."""
    value = ground.pack.sectors["gva_vnd_bn"].to_numpy().astype(np.float64) / DAYS_A_YEAR
    workers = ground.workers.sum(axis=0)
    return np.asarray(np.divide(value, workers, out=np.zeros_like(value), where=workers > 0))


@lru_cache(maxsize=4)
def produced(pack_ref: str, level: str) -> Produced:
    """Return what communes or districts produce; kept for the life of the process.

    Parameters
    ----------
    level
        ``commune`` or ``district``.
    """
    ground = setting(pack_ref)
    pack, shape = ground.pack, ground.workers.shape
    area = np.arange(pack.communes.height)
    if level == "district":
        districts = pack.districts["code"].to_list()
        area = np.array([districts.index(parent) for parent in pack.communes["parent_code"]])
    n = int(area.max()) + 1
    jobs, each = _jobs(ground, area), value_per_worker(ground)
    index = (jobs.work * shape[0] + jobs.site) * shape[1] + jobs.sector
    workers = np.bincount(index, minlength=n * shape[0] * shape[1]).reshape(n, *shape).astype(np.float64)
    away = jobs.home != jobs.work
    index = (jobs.home[away] * shape[0] + jobs.site[away]) * shape[1] + jobs.sector[away]
    leaving = np.bincount(index, minlength=n * shape[0] * shape[1]).reshape(n, *shape).astype(np.float64)

    def closed(which: str) -> Floats:
        stopped = np.ones(shape)
        stopped[-1] = 1.0 - _left_open(ground, which)
        at_home = np.zeros(shape)
        at_home[-1] = pack.sectors["remote_share"].to_numpy()
        return np.asarray(((workers * stopped + leaving * (1.0 - at_home)) @ each).sum(axis=1))

    return Produced(workers, workers * each, closed("default"), closed("high"), closed("low"))


def _left_open(ground: Setting, which: str) -> Floats:
    """Return (J,) share of workplaces outside the sites that a lock-down leaves open."""
    table = parameters()
    essential, other = (
        float(getattr(table[f"open_{kind}_lockdown"], which)) for kind in ("essential", "nonessential")
    )
    return np.where(ground.essential, essential, other)


def shown(ground: Setting, made: Produced, area: int, most: int = 5) -> dict[str, Any]:
    """Return what one area produces for a document: totals, its sites, and its largest sectors."""
    sites = [*ground.pack.sites.iter_rows(named=True)]
    sectors = [*ground.pack.sectors.iter_rows(named=True)]
    workers, value = made.workers[area], made.value[area]
    by_sector = value.sum(axis=0)
    return {
        "value_added_day_vnd_bn": float(value.sum()),
        "workers": int(workers.sum()),
        "closure_costs_day_vnd_bn": float(made.closure[area]),
        "closure_costs_low_vnd_bn": float(made.closure_low[area]),
        "closure_costs_high_vnd_bn": float(made.closure_high[area]),
        "sites": [
            {
                "site_id": site["site_id"],
                "name": {"vi": site["name_vi"], "en": site["name_en"]},
                "workers": int(workers[s].sum()),
                "value_added_day_vnd_bn": float(value[s].sum()),
            }
            for s, site in enumerate(sites)
            if workers[s].any()
        ],
        "sectors": [
            {
                "id": sectors[j]["sector_id"],
                "name": {"vi": sectors[j]["name_vi"], "en": sectors[j]["name_en"]},
                "workers": int(workers[:, j].sum()),
                "value_added_day_vnd_bn": float(by_sector[j]),
            }
            for j in np.argsort(-by_sector, kind="stable")[:most]
            if by_sector[j] > 0
        ],
    }
