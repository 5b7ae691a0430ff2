"""A synthetic line list: one simulated history that agrees with the published counts. It holds no real person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from songhanh.core.days import date_of
from songhanh.epidemic.controls import Found
from songhanh.joint.ensemble import PRESENT_ORDERS, runner, schedule
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.province import Pack, firm_place
from songhanh.twin.lines import LineList, line_list_of

AGE_BAND = 10


@dataclass(frozen=True)
class SyntheticCase:
    """One confirmed case of a simulated history."""

    code: str
    reported_on: date
    area_code: str
    age_group: str
    site_id: str | None
    firm_id: str | None
    found: str
    lodger: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the case for JSON."""
        return {
            "code": self.code,
            "reported_on": self.reported_on.isoformat(),
            "area_code": self.area_code,
            "age_group": self.age_group,
            "site_id": self.site_id,
            "firm_id": self.firm_id,
            "found": self.found,
            "lodger": self.lodger,
        }


def synthetic_line_list(pack_ref: str, as_of: date, world: World, prefix: str) -> list[SyntheticCase]:
    """Run the past of one world and list its confirmed cases, in the order of their reports.

    Codes are human ones (`BG-2021-000123`) and mark nobody.
    """
    ground = setting(pack_ref)
    pack, people = ground.pack, ground.population
    engine = runner(pack_ref, as_of, 0, None).past(world, schedule(pack_ref, as_of, PRESENT_ORDERS, False))
    if engine is None:
        raise AssertionError("without a limit no past is given up")
    confirmed = engine.confirmed()
    communes = pack.communes["code"].to_list()
    sites = pack.sites["site_id"].to_list()
    firms = pack.tables["sites"].filter(pack.tables["sites"]["kind"] == "firm")["site_id"].to_list()
    firm_of_place = {firm_place(pack, people, firm): firm for firm in firms}
    commune_of = np.searchsorted(people.commune_start, confirmed.person, side="right") - 1
    cases = []
    for number, order in enumerate(np.lexsort((confirmed.person, confirmed.reported_day)), start=1):
        person = int(confirmed.person[order])
        cell, low = int(people.work_cell[person]), int(people.age[person]) // AGE_BAND * AGE_BAND
        site = cell // people.n_sectors if cell >= 0 else len(sites)
        cases.append(
            SyntheticCase(
                code=f"{prefix}-{as_of.year}-{number:06d}",
                reported_on=date_of(pack.outbreak_from, int(confirmed.reported_day[order])),
                area_code=communes[commune_of[order]],
                age_group=f"{low}-{low + AGE_BAND - 1}",
                site_id=sites[site] if site < len(sites) else None,
                firm_id=firm_of_place.get(int(people.place[person])),
                found=Found(int(confirmed.found[order])).name.lower(),
                lodger=bool(people.lodger[person]),
            )
        )
    return cases


def announced(cases: Sequence[SyntheticCase], pack: Pack, as_of: date) -> LineList:
    """Return synthetic cases as the line list that a forecast reads, marked as synthetic."""
    rows = {
        "id": [case.code for case in cases],
        "date": [case.reported_on for case in cases],
        "code": [case.area_code for case in cases],
        "found_where": [case.found for case in cases],
        "site_id": [case.site_id for case in cases],
    }
    types = {name: pl.Date if name == "date" else pl.String for name in rows}
    return line_list_of(pl.DataFrame(rows, schema=types), pack, as_of, synthetic=True)
