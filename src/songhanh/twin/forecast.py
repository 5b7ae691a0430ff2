"""The forecast of an evening: where the outbreak stands by the line list, and where it may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import binom

from songhanh.core.text import Text
from songhanh.province import Pack
from songhanh.twin import forecast_words as words
from songhanh.twin.clusters import scan
from songhanh.twin.delays import Delays, delays, moved
from songhanh.twin.forecast_places import Place, describe, r_of
from songhanh.twin.lines import LineList
from songhanh.twin.observed import Ground, Observed, ground_of, observed
from songhanh.twin.outlook import Outlook, Paths
from songhanh.twin.pool import Memory, Pooled, draw, generator, pooled
from songhanh.twin.reproduction import caveat
from songhanh.twin.strict import controlled_share
from songhanh.twin.structures import STRUCTURES
from songhanh.twin.table import table

SCHEMA = "songhanh-forecast/1"
REJECTED_SHOWN = 200
WEEK = 7


@dataclass(frozen=True, eq=False)
class _Evening:
    """What was known on an evening, and its futures."""

    outlook: Outlook
    pool: Pooled
    paths: Paths
    places: tuple[Place, ...]
    delays: Delays
    delay_moved: float | None


def forecast(
    pack: Pack, lines: LineList, as_of: date, seed: int = 1, horizon_days: int = 28
) -> dict[str, Any]:
    """Forecast the province, its districts and sites, and the chance of any case in each commune within a week.

    Only rows announced on or before ``as_of`` are used. Places add up path by path: a district's futures are among those
    of the province.

    Parameters
    ----------
    horizon_days
        14 to 60 days.

    Returns
    -------
    dict
        ``songhanh-forecast/1``, ready for JSON; the same input and seed give the same numbers.

    Raises
    ------
    SonghanhError
        If the orders of the pack are malformed.
    """
    ground, horizon = ground_of(pack), max(14, min(horizon_days, 60))
    memory = Memory(seed, partial(controlled_share, pack))
    today = _evening(pack, ground, lines, as_of, memory, horizon)
    before = _evening(pack, ground, lines, as_of - timedelta(days=1), memory, 14)
    data = today.outlook.data
    values = table().defaults()
    n_cases = int(data.province.sum())
    too_little = n_cases < values["fewest_cases"] or data.n_days < values["fewest_days"]
    note = words.TOO_LITTLE.format(cases=n_cases, days=data.n_days) if too_little else None
    clusters = _clusters(pack, data, seed)
    return {
        "schema": SCHEMA,
        "pack": {"id": pack.id, "name": pack.name.as_dict(), "hash": pack.hash},
        "as_of": as_of.isoformat(),
        "seed": seed,
        "line_list": {
            "id": lines.id,
            "accepted": lines.accepted.height,
            "rejected": lines.rejected.height,
            "rows": lines.n_rows,
            "synthetic": lines.synthetic,
        },
        "rejected": _rejected(lines),
        "delays": _delays(today),
        "structures": [
            {"id": structure.id, "name": structure.name.as_dict(), "weight": float(weight)}
            for structure, weight in zip(STRUCTURES, today.pool.structures, strict=True)
        ],
        "caveats": [text.as_dict() for text in _caveats(lines, today)],
        "definitions": _definitions(),
        "places": _places(today, before, seed, horizon),
        "communes": _communes(pack, data, today.paths),
        "clusters": clusters,
        "too_little_data": bool(too_little),
        "note": note.as_dict() if note else None,
    }


def _evening(
    pack: Pack, ground: Ground, lines: LineList, as_of: date, memory: Memory, horizon: int
) -> _Evening:
    data = observed(ground, lines, as_of)
    outlook = memory.outlook(data)
    pool = pooled(outlook, memory)
    paths = draw(outlook, pool, memory.seed, int(table().defaults()["paths"]), horizon)
    province = delays(lines, as_of)
    names = dict(zip(pack.districts["code"], pack.districts["name"], strict=True))
    places = [Place("province", pack.id, pack.name.as_dict(), data.province, paths.province, province)]
    for k, code in enumerate(ground.districts):
        communes = [c for c, d in zip(ground.communes, ground.district_of, strict=True) if d == k]
        own = delays(lines, as_of, codes=communes).with_delays_of(province)
        places.append(
            Place("district", code, names[code], data.districts[:, k], paths.districts[:, :, k], own)
        )
    sites = {row["site_id"]: row for row in pack.sites.iter_rows(named=True)}
    for k, site in enumerate(ground.sites):
        if data.sites[:, k].sum() > 0:
            name = {"vi": sites[site]["name_vi"], "en": sites[site]["name_en"]}
            own = delays(lines, as_of, sites=[site]).with_delays_of(province)
            places.append(Place("site", site, name, data.sites[:, k], paths.sites[:, :, k], own))
    return _Evening(outlook, pool, paths, tuple(places), province, moved(lines, as_of))


def _rejected(lines: LineList) -> list[dict[str, Any]]:
    return [
        {
            "row": row["row"],
            "column": row["column"],
            "reason": row["reason"],
            "message": {"vi": row["message_vi"], "en": row["message"]},
        }
        for row in lines.rejected.head(REJECTED_SHOWN).iter_rows(named=True)
    ]


def _delays(evening: _Evening) -> dict[str, Any]:
    found = evening.delays
    note = words.NO_SAMPLES
    if found.known:
        note = words.DELAY_KNOWN.format(median=found.at(0.5), p90=found.at(0.9), n=found.n)
    return {
        "median_days": found.at(0.5),
        "p90_days": found.at(0.9),
        "known": found.known,
        "weekday_factor": [float(x) for x in evening.outlook.weekday],
        "note": note.as_dict(),
    }


def _caveats(lines: LineList, evening: _Evening) -> list[Text]:
    data = evening.outlook.data
    found = [words.MODEL_ONLY]
    if lines.synthetic:
        found.append(words.SYNTHETIC)
    if data.tests is None:
        found.append(words.NO_TESTS)
    if not evening.delays.known:
        found.append(words.NO_SAMPLES)
    if not data.sites.sum():
        found.append(words.NO_SITES)
    if data.unplaced.sum():
        found.append(words.UNPLACED.format(share=float(data.unplaced.sum() / data.province.sum())))
    if lines.rejected.height:
        found.append(words.REJECTED.format(n=lines.rejected.height))
    return found


def _definitions() -> list[dict[str, Any]]:
    values = table().defaults()
    limits = {name: values[f"risk_{name}"] for name in ("medium", "high", "very_high")}
    return [
        words.Definition(
            d.id, d.name, d.definition.format(**limits) if d.id == "risk" else d.definition
        ).as_dict()
        for d in words.DEFINITIONS
    ]


def _places(today: _Evening, before: _Evening, seed: int, horizon: int) -> list[dict[str, Any]]:
    earlier = {(place.level, place.code): place for place in before.places}
    rows = []
    for place in today.places:
        row = describe(today.outlook, place, today.delay_moved, seed, horizon)
        row["changed"] = {
            "week_before": int(place.cases[-2 * WEEK : -WEEK].sum()),
            "week": int(place.cases[-WEEK:].sum()),
            "since_yesterday": {
                "cases": int(place.cases[-1:].sum()),
                **_yesterday(before, earlier.get((place.level, place.code))),
            },
        }
        rows.append(row)
    return rows


def _yesterday(before: _Evening, place: Place | None) -> dict[str, float | None]:
    """Return R and the first week's sum as they were told the evening before."""
    if place is None:
        return {"r_p50_before": None, "sum7_p50_before": None}
    _, shown = caveat(place.cases, before.outlook.data.tests, before.delay_moved)
    r = r_of(before.outlook, place, hidden=not shown)
    return {
        "r_p50_before": r.p50 if r else None,
        "sum7_p50_before": float(np.median(place.paths[:, :WEEK].sum(axis=1))),
    }


def _communes(pack: Pack, data: Observed, paths: Paths) -> list[dict[str, Any]]:
    chance = (paths.communes[:, 0] > 0).mean(axis=0)
    two_weeks, week = (data.communes[-days:].sum(axis=0) for days in (2 * WEEK, WEEK))
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "district_code": row["parent_code"],
            "cases_14d": int(two_weeks[k]),
            "cases_7d": int(week[k]),
            "p_any_7d": float(chance[k]),
            "risk": risk_of(float(chance[k])),
        }
        for k, row in enumerate(pack.communes.iter_rows(named=True))
    ]


def risk_of(chance: float) -> str:
    """Return the class of a commune's chance of any case within 7 days."""
    values = table().defaults()
    found = "low"
    for name in ("medium", "high", "very_high"):
        if chance >= values[f"risk_{name}"]:
            found = name.replace("_", "-")
    return found


def _clusters(pack: Pack, data: Observed, seed: int) -> list[dict[str, Any]]:
    values, rows = table().defaults(), []
    random = generator(seed, "clusters", data.as_of)
    for cluster in scan(data, int(values["cluster_random"]), random):
        reason = words.CLUSTER_AREA.format(
            cases=cluster.cases,
            days=(cluster.last_on - cluster.first_on).days + 1,
            n=len(cluster.communes),
            expected=cluster.expected,
        )
        rows.append(
            {
                "communes": [data.ground.communes[c] for c in cluster.communes],
                "site_id": None,
                "cases": cluster.cases,
                "first_on": cluster.first_on.isoformat(),
                "last_on": cluster.last_on.isoformat(),
                "growing": cluster.growing,
                "p_value": cluster.p_value,
                "reason": reason.as_dict(),
            }
        )
    rows += _site_clusters(pack, data)
    return [{"id": f"cluster-{k}", **row} for k, row in enumerate(rows, start=1)]


def _site_clusters(pack: Pack, data: Observed) -> list[dict[str, Any]]:
    """Return sites with more cases in a fortnight than their share of the people, by a binomial tail."""
    people, total = data.ground.population.sum(), int(data.province[-2 * WEEK :].sum())
    rows: list[dict[str, Any]] = []
    if not people or not total:
        return rows
    limit = table().defaults()["cluster_p_value"] / max(len(data.ground.sites), 1)
    for k, row in enumerate(pack.sites.iter_rows(named=True)):
        series = data.sites[-2 * WEEK :, k]
        cases, share = int(series.sum()), min(1.0, float(row["workers"] or 0) / people)
        p_value = float(binom.sf(cases - 1, total, share)) if cases else 1.0
        if p_value > limit:
            continue
        days = np.flatnonzero(series) + data.n_days - len(series)
        name = Text(row["name_vi"], row["name_en"])
        fields = {"cases": cases, "expected": total * share}
        reason = Text(
            words.CLUSTER_SITE.vi.format(name=name.vi, **fields),
            words.CLUSTER_SITE.en.format(name=name.en, **fields),
        )
        rows.append(
            {
                "communes": [row["area_code"]],
                "site_id": row["site_id"],
                "cases": cases,
                "first_on": (data.first + timedelta(days=int(days[0]))).isoformat(),
                "last_on": (data.first + timedelta(days=int(days[-1]))).isoformat(),
                "growing": bool(series[-WEEK:].sum() > series[:-WEEK].sum()),
                "p_value": p_value,
                "reason": reason.as_dict(),
            }
        )
    return rows
