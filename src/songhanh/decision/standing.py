"""The state of a province at the end of a simulated day: orders, absences, work and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.decision.seen import level_names
from songhanh.joint.ensemble import PRESENT_ORDERS, runner, schedule
from songhanh.joint.setting import setting
from songhanh.joint.world import World


@dataclass(frozen=True)
class Standing:
    """One evening. C communes, S sites.

    Attributes
    ----------
    rank, restricted
        (C,) level in force, and share of residents under lock-down or Directive 16.
    site_mode
        (S,) mode in force.
    absent_by_commune, lost_by_commune
        (C,) workers who could not come to work today, and value added lost today (bn VND), by where they live.
    quarantined, places, tests, lab_capacity, hospital, icu
        Numbers of today.
    workers_share, value_added_vnd_bn, value_added_baseline_vnd_bn
        Today's work and value added, and a normal day's.
    """

    rank: NDArray[np.int8]
    restricted: NDArray[np.float32]
    site_mode: NDArray[np.uint8]
    absent_by_commune: NDArray[np.float64]
    lost_by_commune: NDArray[np.float64]
    quarantined: int
    quarantined_before: int
    places: int
    tests: int
    lab_capacity: int
    hospital: int
    icu: int
    workers_share: float
    value_added_vnd_bn: float
    value_added_baseline_vnd_bn: float
    level_names: dict[int, dict[str, Any]]

    def level(self, commune: int) -> dict[str, Any]:
        """Return the level in force in a commune: id, rank and name."""
        return self.level_names[int(self.rank[commune])]


def standing(pack_ref: str, as_of: date, world: World) -> Standing:
    """Run one world to an evening and read off where the province stands."""
    ground = setting(pack_ref)
    run = runner(pack_ref, as_of, 0, None)
    orders = schedule(pack_ref, as_of, PRESENT_ORDERS, False)
    today = run.evening(world, orders)
    day = run.horizon.as_of
    epidemic, economy = run.engine.result(), run.economy.result()
    lost_by_cell = economy.value_added_baseline[day] - economy.value_added[day]  # (J,)
    absent = epidemic.absent[day].sum(axis=1).reshape(ground.workers.shape)
    share = absent / np.maximum(ground.workers, 1.0)
    absent_by_commune = np.einsum("csj,sj->c", ground.residents, share)
    weight = np.einsum(
        "csj,j->c", ground.residents, lost_by_cell / np.maximum(ground.workers.sum(axis=0), 1.0)
    )
    return Standing(
        rank=today.level,
        restricted=today.restricted,
        site_mode=today.epidemic.site_mode,
        absent_by_commune=absent_by_commune,
        lost_by_commune=weight,
        quarantined=int(epidemic.quarantined[day]),
        quarantined_before=int(epidemic.quarantined[day - 1]),
        places=int(today.epidemic.quarantine_places),
        tests=int(epidemic.tests[day]),
        lab_capacity=int(today.epidemic.lab_capacity),
        hospital=int(epidemic.hospital[day]),
        icu=int(epidemic.icu[day]),
        workers_share=float(economy.employed_share[day]),
        value_added_vnd_bn=float(economy.value_added[day].sum()),
        value_added_baseline_vnd_bn=float(economy.value_added_baseline[day].sum()),
        level_names=level_names(orders.policies, as_of),
    )
