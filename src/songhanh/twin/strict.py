"""How far the cases of late live or work under strict orders, as far as the orders of the pack are known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from songhanh.measures import Measure, Plan, history_of
from songhanh.province import Pack
from songhanh.twin.observed import Observed

RECENT_DAYS = 14


def is_strict(measure: Measure) -> bool:
    """Tell whether an order is a lock-down, Directive 16, or a site closed or working on site."""
    content = measure.content()
    return (
        measure.kind == "lockdown"
        or (measure.kind == "distancing" and content["level"] == "ct16")
        or (measure.kind == "site_mode" and content["mode"] in ("closed", "on_site"))
    )


def in_force(history: Plan, as_of: date) -> list[Measure]:
    """Return the strict orders that act on the day after a date; a later end of theirs is not known."""
    tomorrow = as_of + timedelta(days=1)
    return [
        measure
        for measure in history.measures
        if is_strict(measure)
        and measure.begins is not None
        and measure.begins <= as_of
        and (measure.until is None or measure.until >= tomorrow)
    ]


def controlled_share(pack: Pack, data: Observed) -> float:
    """Return the share (0 to 1) of the cases of the last fortnight that live or work under strict orders.

    Orders are those of ``plans/history.toml`` that had begun by the evening; without that file the share is 0. A
    commune of which a share is locked down counts by that share.

    Raises
    ------
    SonghanhError
        If that file is malformed.
    """
    ground = data.ground
    recent = data.communes[-RECENT_DAYS:].sum(axis=0)
    if not recent.sum():
        return 0.0
    free = np.ones(len(ground.communes))
    at_site = 0.0
    for measure in in_force(history_of(pack), data.as_of):
        everywhere = "*" in measure.where
        if measure.kind == "site_mode":
            here = np.array([everywhere or site in measure.where for site in ground.sites], bool)
            at_site = max(at_site, float(data.sites[-RECENT_DAYS:][:, here].sum()))
            continue
        share = float(measure.content().get("share", 1.0))
        here = np.array(
            [
                everywhere or code in measure.where or ground.districts[district] in measure.where
                for code, district in zip(ground.communes, ground.district_of, strict=True)
            ],
            bool,
        )
        free[here] *= 1.0 - share
    at_home = float((recent * (1.0 - free)).sum())
    return float(min(1.0, max(at_home, at_site) / recent.sum()))
