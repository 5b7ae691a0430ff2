"""What comes first in every commune and district tonight, why, and what it would take to change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from songhanh import __version__
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text
from songhanh.decision.priority_areas import Areas, Evening, areas_of, chances_of
from songhanh.decision.priority_definitions import definitions
from songhanh.decision.priority_words import Facts, change, reasons
from songhanh.decision.produce import shown
from songhanh.decision.seen import evening_levers, level_names, observed_in, synthetic_lines
from songhanh.joint.ensemble import Report, Stop
from songhanh.joint.horizon import Horizon
from songhanh.joint.setting import Setting, setting
from songhanh.response import Policy, PolicySet, read_policies
from songhanh.response.priority import (
    MODE_IDS,
    MODE_NAMES,
    PER,
    RISK_IDS,
    RISK_NAMES,
    Mode,
    Risk,
    Why,
    allowed_modes,
    falls,
    priority_rule,
    rises,
)
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import world_set

SCHEMA = "songhanh-priorities/1"
FORECAST_SCHEMA = "songhanh-forecast/1"
REJECTED_SHOWN = 200  # rows of the line list that are told with their reason


def priorities(
    pack_ref: str | Path,
    as_of: date,
    seed: int = 1,
    lines: LineList | None = None,
    forecast: Mapping[str, Any] | None = None,
    n_histories: int | None = None,
    n_jobs: int = -1,
    on_progress: Report = lambda done, total, stage: None,
    should_stop: Stop = lambda: False,
) -> dict[str, Any]:
    """Return the recommended priority of every commune and district (schema `songhanh-priorities/1`).

    Parameters
    ----------
    lines
        Observed cases; without them the synthetic line list of the evening (see `situation`) is read.
    forecast
        A document `songhanh-forecast/1` of the same pack and evening, which knows the chance of a case.

    Raises
    ------
    SonghanhError
        If the pack, the date or the forecast is at fault, or no rule is in force.
    Cancelled
        If ``should_stop`` said so.
    """
    reference = str(pack_ref)
    ground = setting(reference)
    Horizon.of(ground.pack.outbreak_from, as_of, 0)  # refuses a day outside the outbreak
    policies = read_policies(ground.pack.policy_set)
    rule, names = priority_rule(policies, as_of), level_names(policies, as_of)
    _demand_same_evening(forecast, ground, as_of)
    if lines is None:
        worlds = world_set(reference, as_of, seed, 2, n_histories, n_jobs, on_progress, should_stop)
        known = synthetic_lines(reference, as_of, worlds)
    else:
        known = lines.until(as_of)
    observed = observed_in(ground, as_of, known)
    codes = ground.pack.communes["code"].to_list()
    evening = Evening(
        pack_ref=reference,
        ground=ground,
        observed=observed,
        rank=evening_levers(reference, as_of, observed).level.astype(np.int64),
        chance=chances_of(forecast, codes),
        rule=rule,
        ranks=sorted(names),
    )
    fortnight = as_of - timedelta(days=13), as_of
    return {
        "schema": SCHEMA,
        "pack": {"id": ground.pack.id, "hash": ground.pack.hash, "name": ground.pack.name.as_dict()},
        "as_of": as_of.isoformat(),
        "seed": seed,
        "model_version": __version__,
        "line_list": {
            "id": known.id,
            "synthetic": known.synthetic,
            "accepted": known.accepted.height,
            "rejected": known.rejected.height,
            "without_commune_14d": int(known.without_code(*fortnight).sum()),
        },
        "rejected": [
            {
                "row": row["row"],
                "column": row["column"],
                "reason": row["reason"],
                "message": {"vi": row["message_vi"], "en": row["message"]},
            }
            for row in known.rejected.head(REJECTED_SHOWN).iter_rows(named=True)
        ],
        "with_forecast": forecast is not None,
        "review_on": (as_of + timedelta(days=int(rule["review_days"]))).isoformat(),
        "rule": _rule(rule, policies),
        "definitions": definitions(rule),
        "areas": [row for areas in areas_of(evening) for row in _shown(evening, areas, as_of, names)],
    }


def _demand_same_evening(forecast: Mapping[str, Any] | None, ground: Setting, as_of: date) -> None:
    """Refuse what is no forecast, or one of another pack or another evening."""
    if forecast is None:
        return
    if forecast.get("schema") != FORECAST_SCHEMA:
        raise _fault(
            f"This is not a forecast but {forecast.get('schema')!r}.", f"Give a document {FORECAST_SCHEMA}."
        )
    pack, on = forecast.get("pack"), forecast.get("as_of")
    of = pack.get("hash") if isinstance(pack, Mapping) else None
    if (of, on) != (ground.pack.hash, as_of.isoformat()):
        which = f"the evening of {on}" if of == ground.pack.hash else "another pack"
        raise _fault(f"The forecast is of {which}.", f"Make one of this pack as of {as_of}.")
    rows = forecast.get("communes")
    for row in rows if isinstance(rows, list) else [None]:
        chance = row.get("p_any_7d") if isinstance(row, Mapping) and "code" in row else "missing"
        if chance is not None and not (isinstance(chance, int | float) and 0.0 <= chance <= 1.0):
            raise _fault(
                f"The forecast has no probability between 0 and 1 of a case in a commune ({row!r:.80}).",
                "Give a forecast as it was written, unchanged.",
            )


def _fault(message: str, remedy: str) -> SonghanhError:
    return SonghanhError(Fault("priorities.forecast", message, remedy, parameter="forecast"))


def _rule(rule: Policy, policies: PolicySet) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name.as_dict(),
        "words": rule.words.as_dict(),
        "legal_basis": [policies.documents[basis].name.as_dict() for basis in rule.basis],
        "source": rule.source,
        "confidence": rule.confidence,
        "values": dict(rule.values),
    }


def _shown(
    evening: Evening, areas: Areas, as_of: date, names: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    seen, rule, says = areas.seen, evening.rule, areas.says
    rising, falling = rises(seen.week, seen.before, rule), falls(seen.week, seen.before, rule)
    district = {row["code"]: row["name"] for row in evening.ground.pack.districts.iter_rows(named=True)}
    levels = {rank: Text(**row["name"]) for rank, row in names.items()}
    mean = float(areas.made.value.sum(axis=(1, 2)).mean())
    found = []
    for a, row in enumerate(areas.rows):
        mode, cases = Mode(int(says.mode[a])), int(seen.week[a] + seen.before[a])
        code = row["code"] if areas.level == "district" else row["parent_code"]
        legal = names[int(seen.rank[a])]
        facts = Facts(
            district=district[code],
            week=int(seen.week[a]),
            before=int(seen.before[a]),
            per_100k_14d=float(cases / max(seen.people[a], 1.0) * PER),
            p_any=None if np.isnan(seen.p_any[a]) else float(seen.p_any[a]),
            trend="rising" if rising[a] else "falling" if falling[a] else "level" if cases else "none",
            risk=Risk(int(says.risk[a])),
            around=Risk(int(seen.around[a])),
            level=levels[int(seen.rank[a])],
            work=shown(evening.ground, areas.made, a),
            mean_value=mean,
        )
        guard = mode == Mode.PRODUCTION_UNDER_GUARD
        expires = (as_of + timedelta(days=int(rule["guard_days"]))).isoformat() if guard else None
        why = {Why(int(k)) for k in np.flatnonzero(says.why[a])}
        found.append(
            {
                "level": areas.level,
                "code": row["code"],
                "name": row["name"],
                "district_code": code,
                "mode": MODE_IDS[mode],
                "mode_name": MODE_NAMES[mode].as_dict(),
                "allowed_modes": [MODE_IDS[one] for one in allowed_modes(int(seen.rank[a]), rule)],
                "reasons": [line.as_dict() for line in reasons(mode, why, facts, rule)],
                "to_change": [change(flip, facts, levels).as_dict() for flip in areas.flips[a]],
                "flips": [
                    {
                        "mode": MODE_IDS[flip.mode],
                        "conditions": [{"quantity": c.quantity, "at": c.at} for c in flip.conditions],
                    }
                    for flip in areas.flips[a]
                ],
                "risk": {
                    "level": RISK_IDS[facts.risk],
                    "name": RISK_NAMES[facts.risk].as_dict(),
                    "cases_14d": cases,
                    "cases_7d": facts.week,
                    "per_100k_week": float(facts.week / max(seen.people[a], 1.0) * PER),
                    "per_100k_14d": facts.per_100k_14d,
                    "p_any_7d": facts.p_any,
                    "trend": facts.trend,
                },
                "work": facts.work,
                "legal_level": {"id": legal["id"], "name": legal["name"]},
                "expires_on": expires,
            }
        )
    return found
