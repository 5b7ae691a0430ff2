"""Where the province stands on the evening of a date: what is known, and what needs a decision tonight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.days import date_of
from songhanh.core.modes import SITE_MODE_NAMES, SiteMode
from songhanh.core.text import Text
from songhanh.decision.capacities import capacities_on
from songhanh.decision.figures import Now, figures
from songhanh.decision.standing import Standing, standing
from songhanh.joint.ensemble import Report, Stop
from songhanh.joint.setting import Setting, setting
from songhanh.twin.linelist import SyntheticCase, synthetic_line_list
from songhanh.twin.worlds import world_set

SCHEMA = "songhanh-situation/1"

NOTE = Text(
    "Danh sách ca bệnh là mô phỏng, khớp với các bản tin công bố đến ngày này; không chứa thông tin của bất kỳ người thật nào.",
    "The line list is simulated to agree with the bulletins published by this date; it holds no real person.",
)


def situation(
    pack_ref: str | Path,
    as_of: date,
    seed: int = 1,
    n_histories: int | None = None,
    n_jobs: int = -1,
    on_progress: Report = lambda done, total, stage: None,
    should_stop: Stop = lambda: False,
) -> dict[str, Any]:
    """Describe the situation on an evening (schema `songhanh-situation/1`).

    The line list is the simulated history that agrees best with the published counts.

    Raises
    ------
    SonghanhError
        If the pack or the date is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    reference = str(pack_ref)
    ground = setting(reference)
    worlds = world_set(reference, as_of, seed, 2, n_histories, n_jobs, on_progress, should_stop)
    cases = synthetic_line_list(reference, as_of, worlds.closest, _prefix(ground))
    now = standing(reference, as_of, worlds.closest)
    counts = _Counts(ground, as_of, cases)
    return {
        "schema": SCHEMA,
        "pack": {"id": ground.pack.id, "hash": ground.pack.hash, "name": ground.pack.name.as_dict()},
        "as_of": as_of.isoformat(),
        "synthetic": True,
        "note": NOTE.as_dict(),
        "figures": figures(Now(ground, as_of, cases, now, capacities_on(ground.pack, as_of))),
        "areas": _areas(ground, counts, now),
        "districts": _districts(ground, counts, now),
        "sites": _sites(ground, counts, now),
        "curve": _curve(ground, as_of, cases),
        "bulletins": [
            {
                "date": row["date"].isoformat(),
                "indicator": row["indicator"],
                "place": row["area_or_site"],
                "value": row["value"],
                "source": row["source"],
            }
            for row in ground.pack.tables["bulletins"].sort("date").iter_rows(named=True)
            if row["date"] <= as_of
        ],
        "decisions": _decisions(ground, counts, now),
        "cases": [case.as_dict() for case in cases],
        "line_list_against_bulletins": [
            {
                "place": c.place_id,
                "date": date_of(ground.pack.outbreak_from, c.day).isoformat(),
                "published": c.value,
            }
            for c in worlds.counts
        ],
    }


def _prefix(ground: Setting) -> str:
    """Return the letters of case codes: the initials of the pack's name."""
    return "".join(word[0] for word in ground.pack.id.split("-") if not word.isdigit()).upper()


@dataclass(frozen=True)
class _Counts:
    """Cases of the line list by commune and by site, in windows that end on the as-of date."""

    setting: Setting
    as_of: date
    cases: list[SyntheticCase]

    def by_area(self, days: int | None, community: bool = False) -> NDArray[np.int64]:
        """Return (C,) cases of the last ``days`` days (all if None)."""
        at = {code: c for c, code in enumerate(self.setting.pack.communes["code"])}
        rows = [at[case.area_code] for case in self._recent(days, community)]
        return np.bincount(np.array(rows, np.int64), minlength=len(at))

    def by_site(self, days: int | None) -> NDArray[np.int64]:
        """Return (S,) cases among the workers of each site."""
        at = {site: s for s, site in enumerate(self.setting.pack.sites["site_id"])}
        rows = [at[case.site_id] for case in self._recent(days, False) if case.site_id]
        return np.bincount(np.array(rows, np.int64), minlength=len(at))

    def _recent(self, days: int | None, community: bool) -> list[SyntheticCase]:
        first = date.min if days is None else self.as_of - timedelta(days=days - 1)
        return [
            case
            for case in self.cases
            if case.reported_on >= first and (not community or case.found in ("community", "imported"))
        ]


def _areas(ground: Setting, counts: _Counts, now: Standing) -> list[dict[str, Any]]:
    total, fortnight, week = counts.by_area(None), counts.by_area(14), counts.by_area(7, community=True)
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "district_code": row["parent_code"],
            "population": int(ground.people[c]),
            "lon": row["lon"],
            "lat": row["lat"],
            "cases_total": int(total[c]),
            "cases_14d": int(fortnight[c]),
            "cases_community_7d": int(week[c]),
            "order": now.level(c),
            "restricted": float(now.restricted[c] * ground.people[c]),
        }
        for c, row in enumerate(ground.pack.communes.iter_rows(named=True))
    ]


def _districts(ground: Setting, counts: _Counts, now: Standing) -> list[dict[str, Any]]:
    communes, districts = ground.pack.communes, ground.pack.districts
    parents = np.array(communes["parent_code"].to_list())
    total, fortnight, week = counts.by_area(None), counts.by_area(14), counts.by_area(7, community=True)
    previous = counts.by_area(14, community=True) - week
    rows = []
    for row in districts.iter_rows(named=True):
        inside = parents == row["code"]
        rows.append(
            {
                "code": row["code"],
                "name": row["name"],
                "population": int(ground.people[inside].sum()),
                "cases_total": int(total[inside].sum()),
                "cases_14d": int(fortnight[inside].sum()),
                "cases_community_7d": int(week[inside].sum()),
                "cases_community_7d_before": int(previous[inside].sum()),
                "order": now.level(int(np.flatnonzero(inside)[np.argmax(now.rank[inside])])),
                "restricted": float((now.restricted * ground.people)[inside].sum()),
                "workers_absent": float(now.absent_by_commune[inside].sum()),
                "value_added_lost_day_vnd_bn": float(now.lost_by_commune[inside].sum()),
            }
        )
    return rows


def _sites(ground: Setting, counts: _Counts, now: Standing) -> list[dict[str, Any]]:
    total, week = counts.by_site(None), counts.by_site(7)
    return [
        {
            "site_id": row["site_id"],
            "name": {"vi": row["name_vi"], "en": row["name_en"]},
            "workers": row["workers"],
            "workers_low": row["workers_low"],
            "workers_high": row["workers_high"],
            "mode": SiteMode(int(now.site_mode[s])).name.lower(),
            "mode_name": SITE_MODE_NAMES[SiteMode(int(now.site_mode[s]))].as_dict(),
            "cases_total": int(total[s]),
            "cases_7d": int(week[s]),
            "lon": row["lon"],
            "lat": row["lat"],
        }
        for s, row in enumerate(ground.pack.sites.iter_rows(named=True))
    ]


def _curve(ground: Setting, as_of: date, cases: list[SyntheticCase]) -> list[dict[str, Any]]:
    if not cases:
        return []
    first = min(case.reported_on for case in cases)
    days = [first + timedelta(days=n) for n in range((as_of - first).days + 1)]
    table = {day: {"community": 0, "quarantine": 0, "sealed": 0, "imported": 0} for day in days}
    for case in cases:
        table[case.reported_on][case.found] += 1
    return [{"date": day.isoformat(), **row} for day, row in table.items()]


def _decisions(ground: Setting, counts: _Counts, now: Standing) -> list[dict[str, Any]]:
    """Say what needs a decision tonight: sites where the infection spreads, and communes without an order."""
    found = []
    sites, week = ground.pack.sites, counts.by_site(7)
    for s in np.argsort(-week, kind="stable"):
        if week[s] >= 3 and now.site_mode[s] != SiteMode.CLOSED:
            row = sites.row(int(s), named=True)
            found.append(
                {
                    "title": Text(
                        f"{row['name_vi']}: {week[s]} ca trong 7 ngày ở người lao động, đang hoạt động",
                        f"{row['name_en']}: {week[s]} cases among its workers in 7 days, and it is working",
                    ).as_dict(),
                    "why": Text(
                        "So sánh các phương án: đóng cửa, 3 tại chỗ, đóng phân xưởng có ca.",
                        "Compare the plans: close, 3 on site, close the firms with cases.",
                    ).as_dict(),
                    "link": "decide",
                }
            )
    communes, cases = ground.pack.communes, counts.by_area(7, community=True)
    open_areas = [c for c in np.argsort(-cases, kind="stable") if cases[c] >= 3 and now.rank[c] < 3]
    for c in open_areas[:5]:
        row = communes.row(int(c), named=True)
        level = now.level(int(c))["name"]
        found.append(
            {
                "title": Text(
                    f"{row['name']}: {cases[c]} ca ngoài cộng đồng trong 7 ngày, mức đang áp dụng: {level['vi']}",
                    f"{row['name']}: {cases[c]} cases in the community in 7 days, order in force: {level['en']}",
                ).as_dict(),
                "why": Text(
                    "Xem xét mức giãn cách theo quy định đang có hiệu lực.",
                    "Consider the level of distancing under the rule in force.",
                ).as_dict(),
                "link": "decide",
            }
        )
    return found
