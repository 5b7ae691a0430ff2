"""One plan's outcomes in all worlds, described for tables, charts and maps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.days import date_of
from songhanh.core.modes import Absence
from songhanh.decision.capacities import Capacities, overruns
from songhanh.decision.indicators import INDICATORS
from songhanh.decision.statistics import band, spread
from songhanh.epidemic.controls import Found
from songhanh.joint.horizon import Horizon
from songhanh.joint.outcome import DURATIONS, Outcome
from songhanh.joint.setting import Setting
from songhanh.measures import Plan, Schedule, described
from songhanh.measures.base import STAFF


def totals(outcomes: list[Outcome], name: str) -> NDArray[np.float64]:
    """Return (W,) one total of a plan in every world."""
    return np.array([outcome.totals[name] for outcome in outcomes])


def describe_plan(
    plan: Plan,
    schedule: Schedule,
    outcomes: list[Outcome],
    setting: Setting,
    capacities: Capacities,
    horizon: Horizon,
) -> dict[str, Any]:
    """Return everything that is shown of a plan but its rank among others."""
    infeasible = overruns(outcomes, capacities, setting.pack.outbreak_from, horizon)
    return {
        "id": plan.slug,
        "hash": plan.id,
        "name": plan.name.as_dict(),
        "summary": plan.summary.as_dict(),
        "reference": plan.reference,
        "decided": plan.decided,
        "feasible": not infeasible,
        "infeasible": infeasible,
        "measures": [words.as_dict() for words in described(schedule)],
        "outcomes": {row.id: spread(totals(outcomes, row.id)) for row in INDICATORS},
        "points": [
            [outcome.totals["cases_total"], outcome.totals["value_added_lost_vnd_bn"]] for outcome in outcomes
        ],
        "daily": _daily(outcomes, setting, horizon),
        "areas": _areas(outcomes, setting),
        "sectors": _sectors(outcomes, setting),
        "jobs_by_cause": {
            cause.name.lower(): spread(np.array([outcome.lost_days_by_cause[cause] for outcome in outcomes]))
            for cause in Absence
        },
        "staff_days": {
            kind: spread(np.array([outcome.staff_days[:, k].max() for outcome in outcomes]))
            for k, kind in enumerate(STAFF)
        },
        "restricted_for": [
            {"days": days, "people": spread(np.array([outcome.restricted_for[k] for outcome in outcomes]))}
            for k, days in enumerate(DURATIONS)
        ],
        "crops": {name: spread(totals(outcomes, f"crop_{name}")) for name in ("sold_tonnes", "lost_tonnes")},
    }


def _daily(outcomes: list[Outcome], setting: Setting, horizon: Horizon) -> dict[str, Any]:
    origin, first = setting.pack.outbreak_from, horizon.as_of + 1
    reported = np.stack([outcome.reported for outcome in outcomes]).astype(np.float64)
    guarded = (Found.QUARANTINE, Found.SEALED)
    open_air = (Found.COMMUNITY, Found.IMPORTED)
    return {
        "dates": [date_of(origin, day).isoformat() for day in range(first, horizon.epidemic_days)],
        "dates_economy": [date_of(origin, day).isoformat() for day in range(first, horizon.economy_days)],
        "reported_community": band(reported[:, :, open_air].sum(axis=2)),
        "reported_quarantine": band(reported[:, :, guarded].sum(axis=2)),
        "hospital": band(np.stack([outcome.hospital for outcome in outcomes]).astype(np.float64)),
        "in_places": band(np.stack([outcome.in_places for outcome in outcomes]).astype(np.float64)),
        "workers_share": band(np.stack([outcome.workers_share for outcome in outcomes])),
        "value_added_share": band(np.stack([outcome.value_added_share for outcome in outcomes])),
    }


def _areas(outcomes: list[Outcome], setting: Setting) -> list[dict[str, Any]]:
    cases = np.stack([outcome.cases_by_area for outcome in outcomes]).astype(np.float64)
    days = np.stack([outcome.restricted_days_by_area for outcome in outcomes])
    low, middle, high = np.quantile(cases, (0.05, 0.5, 0.95), axis=0)
    any_case = (cases > 0).mean(axis=0)
    return [
        {
            "code": code,
            "cases": {"p05": low[c], "p50": middle[c], "p95": high[c]},
            "any_case": any_case[c],
            "restricted_days": float(days[:, c].mean() / max(setting.people[c], 1)),
        }
        for c, code in enumerate(setting.pack.communes["code"])
    ]


def _sectors(outcomes: list[Outcome], setting: Setting) -> list[dict[str, Any]]:
    lost = np.stack([outcome.lost_by_sector_vnd_bn for outcome in outcomes])
    return [
        {
            "id": row["sector_id"],
            "name": {"vi": row["name_vi"], "en": row["name_en"]},
            "value_added_lost_vnd_bn": spread(lost[:, j]),
        }
        for j, row in enumerate(setting.pack.sectors.iter_rows(named=True))
    ]
