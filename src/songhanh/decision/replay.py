"""The measures as they happened, run in hindsight, against what was counted. For learning only.

Parameters and worlds are frozen on what was known on the as-of date; what the authorities ordered afterwards, and the
capacities that they built, are read from the pack with all their dates. Nothing is fitted to what came later.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.days import date_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.decision.heading import heading
from songhanh.decision.statistics import band, spread
from songhanh.epidemic.controls import Found
from songhanh.joint.ensemble import Ensemble, Report, Stop, run_ensemble
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import Setting, setting
from songhanh.measures import history_of
from songhanh.twin.prior import tables
from songhanh.twin.worlds import WorldSet, world_set

SCHEMA = "songhanh-replay/1"
QUIET_DAYS = 7


def replay(
    pack_ref: str | Path,
    as_of: date,
    seed: int = 1,
    n_worlds: int = 100,
    n_histories: int | None = None,
    n_jobs: int = -1,
    on_progress: Report = lambda done, total, stage: None,
    should_stop: Stop = lambda: False,
) -> dict[str, Any]:
    """Run the orders as they were given in worlds frozen on the as-of date, and compare with the counts.

    Raises
    ------
    SonghanhError
        If the pack or the date is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    reference = str(pack_ref)
    ground = setting(reference)
    counted_on, counted = _wave(ground, as_of)
    horizon_days = int(joint_table().defaults()["epidemic_horizon_days"])
    horizon = Horizon.of(ground.pack.outbreak_from, as_of, horizon_days)
    worlds = world_set(reference, as_of, seed, n_worlds, n_histories, n_jobs, on_progress, should_stop)
    ensemble = Ensemble(
        reference,
        as_of,
        horizon_days,
        (("as-happened", history_of(ground.pack)),),
        Limits.standard(),
        hindsight=True,
    )
    outcomes = run_ensemble(ensemble, worlds.worlds, n_jobs, on_progress, should_stop, "replay")[
        "as-happened"
    ]
    known = worlds.simulated_total
    until = (counted_on - as_of).days
    totals = known + np.array([outcome.reported[:until].sum() for outcome in outcomes])
    return {
        **heading(SCHEMA, ground, as_of, seed, n_worlds, worlds),
        "power": worlds.power,
        "distinct_histories": worlds.n_distinct,
        "free_parameters": _free_parameters(ground, worlds),
        "total": {
            **_against(totals, counted),
            "counted_on": counted_on.isoformat(),
            "log_bias": _log_bias(totals, counted),
        },
        "control_lost": float(np.mean([outcome.control_lost_on >= 0 for outcome in outcomes])),
        "counts": _counts(ground, horizon, known, outcomes),
        "last_community_case": _last_community(ground, horizon, outcomes),
        "workers": _workers(ground, horizon, outcomes),
        "daily": _daily(ground, horizon, outcomes),
    }


def _wave(ground: Setting, as_of: date) -> tuple[date, float]:
    """Return the day on which the pack's facts count the whole wave, and the count.

    Raises
    ------
    SonghanhError
        If the pack has no such fact, its date is not a day, or lies before the as-of date.
    """
    facts = ground.pack.tables["economic_facts"].filter(pl.col("fact") == "cases_wave_total")
    remedy = "Add a row with the fact cases_wave_total, the day of the count (2021-08-16) and its value."
    file = "economic_facts.csv"
    if facts.is_empty():
        raise SonghanhError(
            Fault("replay.no_count", "Nothing says how many cases the wave had.", remedy, file)
        )
    written = str(facts["date_or_period"][0])
    try:
        counted_on = date.fromisoformat(written)
    except ValueError:
        raise SonghanhError(
            Fault("replay.date", f"{written!r} is not a day.", remedy, file, column="date_or_period")
        ) from None
    if counted_on <= as_of:
        raise SonghanhError(
            Fault("replay.date", f"The count of {counted_on} is not later than {as_of}.", remedy, file)
        )
    return counted_on, float(facts["value"][0])


def _against(values: NDArray[np.float64], counted: float) -> dict[str, Any]:
    result: dict[str, Any] = {"counted": counted, "simulated": spread(values)}
    result["inside_90"] = bool(result["simulated"]["p05"] <= counted <= result["simulated"]["p95"])
    result["spans"] = result["simulated"]["p95"] / max(result["simulated"]["p05"], 1.0)
    return result


def _log_bias(values: NDArray[np.float64], counted: float) -> float:
    """Return the mean of log(simulated / counted): 0 without bias, 0.69 when twice too many."""
    return float(np.mean(np.log((values + 0.5) / (counted + 0.5))))


def _free_parameters(ground: Setting, worlds: WorldSet) -> list[dict[str, Any]]:
    """List every parameter that worlds differ in, with its range and what the worlds kept of it."""
    groups = tables()
    rows = []
    for room, table in (
        ("epidemic", groups.epidemic),
        ("effects", groups.effects),
        ("economy", groups.economy),
    ):
        for row in table:
            if row.is_varied:
                kept = np.array([getattr(world, room)[row.name] for world in worlds.worlds])
                rows.append(
                    {
                        "room": room,
                        "name": row.name,
                        "unit": row.unit,
                        "low": row.low,
                        "default": row.default,
                        "high": row.high,
                        "kept": spread(kept),
                        "source": row.source,
                    }
                )
    return rows


def _counts(
    ground: Setting, horizon: Horizon, known: NDArray[np.float64], outcomes: list[Outcome]
) -> list[dict[str, Any]]:
    """Compare the province's cumulative count on every later bulletin date."""
    cumulative = known[:, None] + np.cumsum([outcome.reported.sum(axis=1) for outcome in outcomes], axis=1)
    rows = ground.pack.tables["bulletins"].filter(
        (pl.col("indicator") == "cases_cumulative") & (pl.col("area_or_site") == "*")
    )
    found = []
    for row in rows.sort("date").iter_rows(named=True):
        day = (row["date"] - ground.pack.outbreak_from).days - horizon.as_of - 1
        if 0 <= day < cumulative.shape[1]:
            found.append(
                {"date": row["date"].isoformat(), **_against(cumulative[:, day], float(row["value"]))}
            )
    return found


def _last_community(ground: Setting, horizon: Horizon, outcomes: list[Outcome]) -> dict[str, Any]:
    """Say when the last case in the community was announced before a first quiet week, in each world."""
    lasts = []
    for outcome in outcomes:
        community = outcome.reported[:, [Found.COMMUNITY, Found.IMPORTED]].sum(axis=1)
        lasts.append(_end_of_first_run(community))
    days = np.array([day for day in lasts if day is not None], np.float64)
    origin = ground.pack.outbreak_from
    dates = (
        [
            date_of(origin, horizon.as_of + 1 + int(day)).isoformat()
            for day in np.quantile(days, (0.05, 0.5, 0.95))
        ]
        if len(days)
        else []
    )
    return {"share_of_worlds": len(days) / len(outcomes), "dates": dates, "quiet_days": QUIET_DAYS}


def _end_of_first_run(community: NDArray[np.int32]) -> int | None:
    """Return the day of the last case before the first week without one, or None if there is no such week."""
    quiet = 0
    for day, cases in enumerate(community):
        quiet = 0 if cases else quiet + 1
        if quiet == QUIET_DAYS:
            return day - QUIET_DAYS
    return None


def _workers(ground: Setting, horizon: Horizon, outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """Compare the workers at the sites that were closed with the dated counts of those who were back."""
    closed = _closed_sites(ground)
    rows = ground.pack.tables["reopening"].filter(pl.col("workers").is_not_null()).sort("date")
    found = []
    for row in rows.iter_rows(named=True):
        day = (row["date"] - ground.pack.outbreak_from).days - horizon.as_of - 1
        if 0 <= day < len(outcomes[0].site_workers):
            values = np.array([outcome.site_workers[day, closed].sum() for outcome in outcomes])
            found.append({"date": row["date"].isoformat(), **_against(values, float(row["workers"]))})
    return found


def _closed_sites(ground: Setting) -> list[int]:
    """Return the sites that some order closed: the published series counts their workers."""
    sites = ground.pack.sites["site_id"].to_list()
    named = {
        place
        for measure in history_of(ground.pack).measures
        if getattr(measure, "mode", None) == "closed"
        for place in measure.where
    }
    return [s for s, site in enumerate(sites) if site in named or "*" in named]


def _daily(ground: Setting, horizon: Horizon, outcomes: list[Outcome]) -> dict[str, Any]:
    first = horizon.as_of + 1
    return {
        "dates": [
            date_of(ground.pack.outbreak_from, day).isoformat() for day in range(first, horizon.epidemic_days)
        ],
        "reported": band(np.stack([o.reported.sum(axis=1) for o in outcomes]).astype(np.float64)),
        "hospital": band(np.stack([o.hospital for o in outcomes]).astype(np.float64)),
    }
