"""Who can come to work: the epidemic's absences become the economy's labour, counted per person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.modes import SiteMode
from songhanh.economy import LabourDay
from songhanh.epidemic import Engine
from songhanh.joint.setting import Setting
from songhanh.measures import DayMeasures


def labour_day(setting: Setting, engine: Engine, day: int, today: DayMeasures, runs: bool) -> LabourDay:
    """Return the shares of workers that are absent, by cause, and of other workplaces that are open.

    Parameters
    ----------
    runs
        Whether the epidemic model ran this day; beyond its horizon nobody is sick or in quarantine.
    """
    shape = setting.workers.shape
    workers = np.maximum(setting.workers, 1.0)
    if not runs:
        none = np.zeros(shape)
        return LabourDay(none, none, none, none, _open_rest(setting, today))
    away = engine.absences(day)
    isolated, quarantined, dead, firm_closed, gone = (
        count.reshape(shape) / workers
        for count in (away.isolated, away.quarantined, away.dead, away.firm_closed, away.gone)
    )
    locked = away.locked.reshape(shape) / workers
    # Workers lodged at their site work on although their commune is sealed.
    lodged = today.epidemic.site_mode == SiteMode.ON_SITE
    locked[:-1][lodged] = 0.0
    locked += gone  # taken out of the province by order, as others are kept in their hamlet by order
    return LabourDay(
        isolated=isolated,
        quarantined=quarantined,
        locked=locked,
        firm_closed=firm_closed,
        open_rest=_open_rest(setting, today),
        hospital_load=float(engine.hospital(day)),
        dead=dead,
    )


def _open_rest(setting: Setting, today: DayMeasures) -> NDArray[np.float64]:
    """Return (J,) the share of work outside the sites that may open, weighted by workers of each commune."""
    rest = setting.residents[:, -1, :]
    weight = rest.sum(axis=0)
    share = (rest * today.economy.work).sum(axis=0) / np.maximum(weight, 1.0)
    return np.asarray(np.where(weight > 0, share, 1.0))
