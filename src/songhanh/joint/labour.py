"""Who can come to work, and whom work is left for: what the two models tell each other about labour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.modes import SiteMode
from songhanh.economy import Economy, EconomyControls, LabourDay
from songhanh.economy import layout as at
from songhanh.epidemic import Engine
from songhanh.joint.setting import Setting
from songhanh.measures import DayMeasures


def labour_day(
    setting: Setting,
    engine: Engine,
    day: int,
    today: DayMeasures,
    runs: bool,
    open_rest: NDArray[np.float64] | None = None,
) -> LabourDay:
    """Return the shares of workers that are absent, by cause, and of other workplaces that are open.

    Parameters
    ----------
    runs
        Whether the epidemic model ran this day; beyond its horizon nobody is sick or in quarantine.
    open_rest
        What `open_rest_of` says, where it is known already: levers are the same for many days.
    """
    if open_rest is None:
        open_rest = open_rest_of(setting, today.economy)
    shape = setting.workers.shape
    workers = np.maximum(setting.workers, 1.0)
    if not runs:
        none = np.zeros(shape)
        return LabourDay(none, none, none, none, open_rest)
    away = engine.absences(day)
    isolated, quarantined, dead, firm_closed, gone = (
        count.reshape(shape) / workers
        for count in (away.isolated, away.quarantined, away.dead, away.firm_closed, away.gone)
    )
    locked = away.locked.reshape(shape) / workers
    # Workers lodged at their site work on although their commune is sealed.
    lodged = today.epidemic.site_mode == SiteMode.ON_SITE
    locked[:-1][lodged] = 0.0
    return LabourDay(
        isolated=isolated,
        quarantined=quarantined,
        locked=locked,
        firm_closed=firm_closed,
        open_rest=open_rest,
        hospital_load=float(engine.hospital(day)),
        dead=dead,
        taken_home=gone,
    )


def open_rest_of(setting: Setting, levers: EconomyControls) -> NDArray[np.float64]:
    """Return (J,) the share of work outside the sites that may open, weighted by workers of each commune."""
    rest = setting.residents[:, -1, :]
    weight = rest.sum(axis=0)
    share = (rest * levers.work).sum(axis=0) / np.maximum(weight, 1.0)
    return np.asarray(np.where(weight > 0, share, 1.0))


def active_share(economy: Economy) -> NDArray[np.float32]:
    """Return (S,) the share of those who came to each site on the last day that had inputs and orders to work on.

    The economy tells it by site and sector; the lever of the epidemic is one share a site, so sectors are weighted by
    the workers who came.
    """
    came = economy.workers[:-1] * economy.working[:-1]  # (S, J)
    total = came.sum(axis=1)
    without = (
        came @ economy.scratch[at.IDLE]
    )  # those whom a sector has no inputs or orders for, alike at all its sites
    share = 1.0 - np.divide(without, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(np.clip(share, 0.0, 1.0), np.float32)
