"""Forecasts held against what came, beside baselines: at each cut-off only what was known that evening is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.errors import Fault, SonghanhError
from songhanh.province import Pack
from songhanh.twin.baselines import BASELINES, baseline_quantiles
from songhanh.twin.lines import LineList
from songhanh.twin.observed import Observed, ground_of, observed
from songhanh.twin.outlook import Floats, Outlook
from songhanh.twin.pool import SCALE_PRIOR, SCALES, Memory, by_level, counted_weeks, draw, pooled
from songhanh.twin.strict import controlled_share
from songhanh.twin.structures import STRUCTURES, WEEK
from songhanh.twin.table import table
from songhanh.twin.wis import LEVELS, is_covered, quantiles_of, weighted_interval_score

SCHEMA = "songhanh-score/1"
LEVELS_OF_AREA = ("commune", "district", "province")
RECENT_DAYS = 14
# The rows of `parameters.csv` that a forecast rests on; the others are of what is shown, and of the worlds.
CHOSEN = (
    "r_half_life_days", "r_prior_cases", "r_prior_mean", "r_district_cases", "r_long_run", "r_long_run_log_sd",
    "r_controlled_log", "r_return_days", "r_daily_log_sd", "r_daily_log_sd_district", "day_log_sd",
    "level_half_life_days", "level_log_sd", "trend_district_log_sd", "trend_damping", "trend_log_sd", "trend_drift",
    "unseen_share", "young_log_sd", "young_days", "leak_share", "leak_km", "import_per_day", "share_half_life_days",
    "share_concentration", "place_dispersion", "dispersion_prior", "dispersion_prior_days", "weight_sharpness",
    "weight_prior_days", "past_days", "past_step_days", "past_paths", "paths", "weekday_prior_weeks",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Scored:
    """One level, week and cut-off.

    Attributes
    ----------
    recent
        (K,) whether an area had cases in the fortnight before.
    wis
        Name (model or a baseline) -> (K,) weighted interval scores.
    covered_50, covered_90
        The same names -> (K,) whether what came lay inside.
    """

    level: str
    week: int
    cutoff: date
    recent: NDArray[np.bool_]
    wis: dict[str, Floats]
    covered_50: dict[str, NDArray[np.bool_]]
    covered_90: dict[str, NDArray[np.bool_]]


def hyperparameters() -> str:
    """Return a hash of everything that was chosen: parameters, structures, widths and their prior, quantiles."""
    return sha256(
        json_bytes(
            {
                "parameters": {name: table()[name].default for name in CHOSEN},
                "structures": [structure.id for structure in STRUCTURES],
                "scales": list(SCALES),
                "scale_prior": list(SCALE_PRIOR),
                "quantiles": LEVELS.tolist(),
            }
        )
    )


def score(
    pack: Pack,
    lines: LineList,
    cutoffs: Sequence[date],
    horizon: int = 14,
    seed: int = 1,
    report: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """Score the forecasts of a line list at cut-offs.

    Parameters
    ----------
    lines
        All rows, read without an as-of date; at a cut-off only rows announced on or before it are seen.
    cutoffs
        Evenings. A cut-off whose first week is not over on the last day of the list is left out and named.
    horizon
        7 or 14 days: one or two weekly sums.

    Returns
    -------
    dict
        ``songhanh-score/1``: ``levels.<level>.<7|14>`` with wis (mean per area and cut-off), wis_ratio (sum over sum) by
        baseline, coverage, n, and the same apart for areas with and without cases in the fortnight before the cut-off;
        ``brier.commune.7``; ``by_cutoff``.

    Raises
    ------
    SonghanhError
        If no cut-off can be scored.
    """
    chosen = hyperparameters()  # before any scored day is looked at
    ground = ground_of(pack)
    usable, left_out = _usable(lines, sorted(set(cutoffs)))
    last = max(usable) + timedelta(days=2 * WEEK)
    truth = observed(ground, lines, min(last, lines.last_on or last))
    memory = Memory(seed, partial(controlled_share, pack))
    rows: list[Scored] = []
    briers: list[dict[str, Any]] = []
    evenings = []
    for number, cutoff in enumerate(usable):
        data = observed(ground, lines, cutoff)
        outlook = memory.outlook(data)
        pool = pooled(outlook, memory)
        paths = draw(outlook, pool, seed, int(table().defaults()["paths"]), 2 * WEEK)
        found = by_level(paths)
        came = {level: sums[: horizon // WEEK] for level, sums in counted_weeks(truth, cutoff).items()}
        rows += _scored(cutoff, data, found, came)
        briers.append(_brier(data, found["commune"][:, 0], came["commune"][0]))
        evenings.append(_evening(cutoff, outlook, pool.structures, pool.n_past, found, came))
        if report is not None:
            report(number + 1, len(usable), "cut-offs")
    return {
        "schema": SCHEMA,
        "pack": {"id": pack.id, "name": pack.name.as_dict(), "hash": pack.hash},
        "line_list": {
            "id": lines.id,
            "accepted": lines.accepted.height,
            "rejected": lines.rejected.height,
            "rows": lines.n_rows,
            "cases": int(lines.accepted["cases"].sum()),
        },
        "seed": seed,
        "horizon": horizon,
        "cutoffs": [cutoff.isoformat() for cutoff in usable],
        "left_out": left_out,
        "hyperparameters": chosen,
        "levels": {
            level: {
                str(WEEK * (week + 1)): _summary([r for r in rows if (r.level, r.week) == (level, week)])
                for week in range(horizon // WEEK)
                if any((r.level, r.week) == (level, week) for r in rows)
            }
            for level in LEVELS_OF_AREA
        },
        "brier": {"commune": {"7": _mean_brier(briers)}},
        "by_cutoff": evenings,
    }


def _usable(lines: LineList, cutoffs: Sequence[date]) -> tuple[list[date], list[dict[str, str]]]:
    last = lines.last_on
    if last is None:
        raise SonghanhError(
            Fault(
                "score.no_cases",
                f"None of the {lines.n_rows} rows of the file could be used{_first_reason(lines)}.",
                "Correct the rows, or name the pack that the codes belong to.",
                parameter="--cases",
            )
        )
    usable = [cutoff for cutoff in cutoffs if cutoff + timedelta(days=WEEK) <= last]
    left_out = [
        {"cutoff": cutoff.isoformat(), "reason": f"the list ends on {last}, before the week after it is over"}
        for cutoff in cutoffs
        if cutoff not in usable
    ]
    if not usable:
        raise SonghanhError(
            Fault(
                "score.no_cutoff",
                f"No cut-off can be scored: the list ends on {last}.",
                f"Give cut-offs up to {last - timedelta(days=WEEK)}.",
                parameter="--cutoff",
            )
        )
    return usable, left_out


def _first_reason(lines: LineList) -> str:
    if lines.rejected.is_empty():
        return ""
    row = lines.rejected.row(0, named=True)
    return f"; row {row['row']}: {str(row['message']).rstrip('.')}"


def _series(data: Observed) -> dict[str, Floats]:
    return {"province": data.province[:, None], "district": data.districts, "commune": data.communes}


def _scored(cutoff: date, data: Observed, found: dict[str, Floats], came: dict[str, Floats]) -> list[Scored]:
    rows = []
    for level, cases in _series(data).items():
        said = {"model": quantiles_of(found[level])}
        said |= {name: baseline_quantiles(name, cases) for name in BASELINES}
        for week, counted in enumerate(came[level]):
            quantiles = {name: values[:, week] for name, values in said.items()}
            rows.append(
                Scored(
                    level,
                    week,
                    cutoff,
                    cases[-RECENT_DAYS:].sum(axis=0) > 0,
                    {name: weighted_interval_score(q, counted) for name, q in quantiles.items()},
                    {name: is_covered(q, counted, 0.5) for name, q in quantiles.items()},
                    {name: is_covered(q, counted, 0.9) for name, q in quantiles.items()},
                )
            )
    return rows


def _summary(rows: Sequence[Scored]) -> dict[str, Any]:
    recent = np.concatenate([row.recent for row in rows])
    whole = _part(rows, np.ones(len(recent), bool))
    apart = {"with_cases_14d": _part(rows, recent), "without_cases_14d": _part(rows, ~recent)}
    return {**whole, **apart}


def _part(rows: Sequence[Scored], here: NDArray[np.bool_]) -> dict[str, Any]:
    n = int(here.sum())
    if n == 0:
        return {
            "n": 0,
            "wis": None,
            "wis_ratio": dict.fromkeys(BASELINES),
            "coverage_50": None,
            "coverage_90": None,
        }

    def mean(values: Sequence[Any]) -> float:
        return float(np.concatenate(values)[here].mean())

    wis = {name: mean([row.wis[name] for row in rows]) for name in ("model", *BASELINES)}
    return {
        "n": n,
        "wis": wis["model"],
        "wis_ratio": {name: wis["model"] / wis[name] if wis[name] > 0 else None for name in BASELINES},
        "coverage_50": mean([row.covered_50["model"] for row in rows]),
        "coverage_90": mean([row.covered_90["model"] for row in rows]),
        "baselines": {
            name: {
                "wis": wis[name],
                "coverage_50": mean([row.covered_50[name] for row in rows]),
                "coverage_90": mean([row.covered_90[name] for row in rows]),
            }
            for name in BASELINES
        },
    }


def _brier(data: Observed, found: Floats, came: Floats) -> dict[str, Floats]:
    """Return (K,) squared errors of the probability of any case in the first week.

    Persistence says that communes with a case in the last seven days will have one. Its kinder form says what share of
    such communes, and of the others, had one in the week after, in the weeks known so far.
    """
    any_came = (came > 0).astype(np.float64)
    cases = data.communes
    active = cases[-WEEK:].sum(axis=0) > 0
    seen = np.zeros((2, 2))  # active before, came after
    for end in range(WEEK, len(cases) - WEEK + 1):
        before = cases[end - WEEK : end].sum(axis=0) > 0
        after = cases[end : end + WEEK].sum(axis=0) > 0
        for k in (0, 1):
            seen[k] += (np.count_nonzero((before == k) & ~after), np.count_nonzero((before == k) & after))
    share = (seen[:, 1] + 0.5) / (seen.sum(axis=1) + 1.0)
    return {
        "model": ((found > 0).mean(axis=0) - any_came) ** 2,
        "persistence": (active - any_came) ** 2,
        "persistence_by_frequency": (np.where(active, share[1], share[0]) - any_came) ** 2,
    }


def _mean_brier(parts: Sequence[dict[str, Floats]]) -> dict[str, Any]:
    means = {name: float(np.concatenate([part[name] for part in parts]).mean()) for name in parts[0]}
    return {**means, "n": int(sum(len(part["model"]) for part in parts))}


def _evening(
    cutoff: date,
    outlook: Outlook,
    weights: Floats,
    n_past: int,
    found: dict[str, Floats],
    came: dict[str, Floats],
) -> dict[str, Any]:
    def week(k: int) -> dict[str, Any]:
        low, middle, high = np.quantile(found["province"][:, k, 0], (0.05, 0.5, 0.95))
        return {"counted": float(came["province"][k, 0]), "p05": low, "p50": middle, "p95": high}

    return {
        "cutoff": cutoff.isoformat(),
        "cases_so_far": float(outlook.data.province.sum()),
        "controlled_share": outlook.controlled,
        "structures": dict(zip((s.id for s in STRUCTURES), weights.tolist(), strict=True)),
        "past_evenings": n_past,
        "province": {str(WEEK * (k + 1)): week(k) for k in range(len(came["province"]))},
    }
