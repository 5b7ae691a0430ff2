"""What the committee sees on an evening: confirmed cases of a line list as the rules read them, and the orders in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from songhanh.core.days import day_of
from songhanh.joint.ensemble import PRESENT_ORDERS, schedule
from songhanh.joint.setting import Setting, setting
from songhanh.measures import DayMeasures
from songhanh.response import Observed, PolicySet, policies_on
from songhanh.response.observed import COMMUNITY, IMPORTED, QUARANTINE, SEALED
from songhanh.twin.linelist import announced, synthetic_line_list
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import WorldSet

FOUND = {"community": COMMUNITY, "quarantine": QUARANTINE, "sealed": SEALED, "imported": IMPORTED}


def synthetic_lines(pack_ref: str, as_of: date, worlds: WorldSet) -> LineList:
    """Return the line list of the simulated history that agrees best with what was published, marked as synthetic."""
    cases = synthetic_line_list(pack_ref, as_of, worlds.closest, "")
    return announced(cases, setting(pack_ref).pack, as_of)


def observed_in(ground: Setting, as_of: date, lines: LineList) -> Observed:
    """Return the cases of a line list as arrays by day, commune and site, to the end of the as-of day.

    A case of which nobody wrote where it was found counts as one of the community, the cautious reading. Cases
    without a commune are in no row of an area; those without a site work in the rest of the province.
    """
    origin, pack = ground.pack.outbreak_from, ground.pack
    communes = {code: c for c, code in enumerate(pack.communes["code"])}
    sites = {site: s for s, site in enumerate(pack.sites["site_id"])}
    days = day_of(origin, as_of) + 1
    reported = np.zeros((days, len(communes), len(FOUND)), np.int32)
    reported_site = np.zeros((days, len(sites) + 1), np.int32)
    for row in lines.accepted.iter_rows(named=True):
        day = day_of(origin, row["reported_on"])
        if not 0 <= day < days:
            continue
        reported_site[day, sites.get(row["site_id"], len(sites))] += row["cases"]
        if row["code"] in communes:
            reported[day, communes[row["code"]], FOUND.get(row["found_where"], COMMUNITY)] += row["cases"]
    return Observed(reported, reported_site)


def evening_levers(pack_ref: str, as_of: date, observed: Observed) -> DayMeasures:
    """Return the levers that the orders in force set on the evening, given what was observed until then."""
    orders = schedule(pack_ref, as_of, PRESENT_ORDERS, False)
    run = orders.start()
    last = day_of(setting(pack_ref).pack.outbreak_from, as_of)
    for day in range(last):
        run.controls(day, observed)
    return run.controls(last, observed)


def level_names(policies: PolicySet, as_of: date) -> dict[int, dict[str, Any]]:
    """Return the levels of restriction that there are on a date, by rank: id, rank and name."""
    return {
        int(policy["rank"]): {"id": policy.id, "rank": int(policy["rank"]), "name": policy.name.as_dict()}
        for policy in policies_on(policies, "level", as_of).values()
    }
