"""Evaluate the plans of one night on common worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from songhanh.core.days import date_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text
from songhanh.decision.capacities import Capacities, capacities_on, table
from songhanh.decision.ceilings import Ceilings
from songhanh.decision.compare import base_plan, compare, neighbours
from songhanh.decision.describe import describe_plan
from songhanh.decision.heading import heading
from songhanh.decision.indicators import INDICATORS
from songhanh.decision.joined import join
from songhanh.decision.statistics import spread
from songhanh.joint.ensemble import Ensemble, Report, Stop, run_ensemble, schedule
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import setting
from songhanh.measures import Plan, plans_of, read_plan
from songhanh.province import Pack
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import WorldSet, world_set

SCHEMA = "songhanh-evaluation/1"

SELF_CONSISTENCY = Text(
    "Các kịch bản được chọn sao cho khớp số liệu công bố đến ngày ra quyết định, bằng chính mô hình dùng để dự báo: đó là "
    "kiểm tra tự nhất quán, không phải bằng chứng mô hình đúng. Hãy đọc là “trong 90% kịch bản của mô hình”.",
    "Worlds are chosen to agree with the counts published by the as-of date, by the model that then looks ahead: that "
    "is self-consistency, not proof that the model is right. Read: in 90% of the worlds of our model.",
)


def _quiet(done: int, total: int, stage: str) -> None:
    """Report nothing."""


def _never() -> bool:
    return False


def evaluate(
    pack_ref: str | Path,
    as_of: date,
    seed: int = 1,
    n_worlds: int = 100,
    extra_plans: Sequence[Path | Plan] = (),
    n_histories: int | None = None,
    n_jobs: int = -1,
    on_progress: Report = _quiet,
    should_stop: Stop = _never,
    ceilings: Ceilings = Ceilings(),  # noqa: B008  (frozen: nobody can change the default)
    lines: LineList | None = None,
) -> dict[str, Any]:
    """Evaluate every plan of a pack on common worlds under one reopening rule.

    Parameters
    ----------
    pack_ref
        A folder or the name of an embedded example.
    as_of
        The evening of the decision: what was reported by then is known, plans act from the next day.
    seed
        The same seed gives the same result, bit for bit.
    n_worlds
        Worlds; every plan is run in each, with the same luck.
    extra_plans
        Further plans, or TOML files of them, beside those of the pack.
    n_histories
        Histories drawn before weighting; by default as in `twin/parameters.csv`.
    n_jobs
        Processes; -1 is one a core.
    on_progress, should_stop
        Called with (done, total, stage), and asked between two worlds.
    ceilings
        Health ceilings of the committee: each plan says in how many worlds it keeps them, and one that breaks a ceiling
        dominates none that keeps it.
    lines
        Line list that worlds are calibrated to beside the published counts.

    Returns
    -------
    dict
        The evaluation, ready for JSON (schema `songhanh-evaluation/1`, see `docs/evaluation.md`).

    Raises
    ------
    SonghanhError
        If the pack, a plan or the date is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    reference = str(pack_ref)
    ground = setting(reference)
    plans = _plans(ground.pack, extra_plans)
    horizon_days = int(joint_table().defaults()["epidemic_horizon_days"])
    horizon = Horizon.of(ground.pack.outbreak_from, as_of, horizon_days)
    for plan in plans.values():
        schedule(reference, as_of, plan, False)  # a faulty plan is found before the long work
    worlds = world_set(reference, as_of, seed, n_worlds, n_histories, n_jobs, on_progress, should_stop, lines)
    ensemble = Ensemble(reference, as_of, horizon_days, tuple(plans.items()), Limits.standard())
    outcomes = run_ensemble(ensemble, worlds.worlds, n_jobs, on_progress, should_stop, "worlds")
    origin = ground.pack.outbreak_from
    capacities = capacities_on(ground.pack, as_of)
    described = describe_plans(reference, as_of, plans, outcomes, capacities, horizon, ceilings)
    join(described, reference, as_of, plans, outcomes, worlds, ceilings, lines)
    return {
        **heading(SCHEMA, ground, as_of, seed, n_worlds, worlds),
        "epidemic_until": date_of(origin, horizon.epidemic_days - 1).isoformat(),
        "economy_until": date_of(origin, horizon.economy_days - 1).isoformat(),
        "worlds": describe_worlds(worlds, origin),
        "self_consistency_note": SELF_CONSISTENCY.as_dict(),
        "ceilings": ceilings.rows(),
        "ceiling_share": table().defaults()["ceiling_share"],
        "base_plan": base_plan(plans),
        "indicators": describe_indicators(),
        "neighbours": neighbours(described, outcomes),
        "plans": described,
    }


def describe_indicators() -> list[dict[str, Any]]:
    """Say what each number about a plan means."""
    return [
        {
            "id": row.id,
            "name": row.name.as_dict(),
            "unit": row.unit.as_dict(),
            "definition": row.definition.as_dict(),
            "goal": row.goal,
            "better": "less",
        }
        for row in INDICATORS
    ]


def describe_worlds(worlds: WorldSet, origin: date) -> dict[str, Any]:
    """Say how the worlds were come by and how well they agree with what was published."""
    return {
        "n_histories": worlds.n_histories,
        "n_distinct": worlds.n_distinct,
        "power": worlds.power,
        "counts": [
            {
                "place": count.place_id,
                "date": date_of(origin, count.day).isoformat(),
                "published": count.value,
                "simulated": spread(worlds.simulated[:, k]),
                "source": count.source,
            }
            for k, count in enumerate(worlds.counts)
        ],
    }


def _plans(pack: Pack, extra: Sequence[Path | Plan]) -> dict[str, Plan]:
    plans = dict(plans_of(pack))
    for item in extra:
        plan = item if isinstance(item, Plan) else read_plan(item)
        if plan.slug in plans:
            raise SonghanhError(
                Fault(
                    "plan.twice",
                    f"The pack already has a plan called {plan.slug!r}.",
                    "Rename the file.",
                    file=plan.file,
                )
            )
        plans[plan.slug] = plan
    if len(plans) < 2:
        raise SonghanhError(
            Fault(
                "plans.few",
                "There is nothing to compare: the pack has fewer than two plans.",
                "Add plans to its folder plans/, or give one with --plan.",
            )
        )
    return plans


def describe_plans(
    reference: str,
    as_of: date,
    plans: Mapping[str, Plan],
    outcomes: Mapping[str, list[Outcome]],
    capacities: Capacities,
    horizon: Horizon,
    ceilings: Ceilings,
) -> list[dict[str, Any]]:
    """Return everything that is shown of some plans, compared with each other."""
    ground = setting(reference)
    described = [
        describe_plan(
            plan, schedule(reference, as_of, plan, False), outcomes[slug], ground, capacities, horizon
        )
        for slug, plan in plans.items()
    ]
    compare(described, plans, outcomes, ceilings)
    return described
