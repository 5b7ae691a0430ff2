"""Writes of planning: ask the models, and keep what the committee decided. The life of a job is in `job_actions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from songhanh.core.canonical import json_bytes, sha256
from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.indicators import actions as indicators_actions
from songhanh.operations.planning import tasks
from songhanh.operations.planning.models import DecidedPlan, Job, Kind, Mode, PriorityDecision, Run

WHAT_IF_WORLDS, WHAT_IF_DAYS = 100, 60
RECORD_WORLDS = 100  # a search tries in few worlds; what is decided is told in as many as usual


@dataclass(frozen=True)
class Evening:
    """Where the province stands, kept beside a comparison of plans."""

    situation: Mapping[str, Any]
    geometry: Mapping[str, Any]


@dataclass(frozen=True)
class Signature:
    """Who decides, in what office, and why."""

    decided_by: str
    post: str
    reason: str


def question_id(kind: str, question: Mapping[str, Any]) -> str:
    """Return one id for one question, so that the same one is not worked on twice."""
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in question.items()}
    return sha256(json_bytes({"kind": kind, **plain}))


@transaction.atomic
def request_run(
    *,
    kind: str,
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    details: Mapping[str, Any] | None = None,
) -> Job:
    """Ask the models; a run of the same question that is still open is returned instead."""
    run = Run(
        kind=kind, pack_ref=pack_ref, as_of=as_of, seed=seed, n_worlds=n_worlds, details=dict(details or {})
    )
    run.question_id = question_id(kind, run.question())
    open_job = Job.objects.filter(
        state__in=[Job.State.QUEUED, Job.State.RUNNING],
        cancel_requested=False,
        run__question_id=run.question_id,
    ).first()
    if open_job is not None:
        return open_job
    run.save()
    job = Job.objects.create(run=run, queued_at=timezone.now())
    enqueue(job)
    return job


@transaction.atomic
def request_evening(
    *, pack_ref: str, as_of: date, seed: int, n_worlds: int, ceilings: Mapping[str, float]
) -> Job:
    """Ask for the three answers of an evening: the plans, the forecast, the priorities. Returns the plans' job."""
    same: dict[str, Any] = {"pack_ref": pack_ref, "as_of": as_of, "seed": seed, "n_worlds": n_worlds}
    job = request_run(kind=Kind.EVALUATE, **same, details={"ceilings": dict(ceilings)})
    for kind in (Kind.FORECAST, Kind.PRIORITIES):
        request_run(kind=kind, **same)
    return job


def enqueue(job: Job) -> None:
    """Put a job into the task queue, in the transaction that calls this."""
    queue = tasks.QUICK if job.run.kind == Kind.WHAT_IF else tasks.LONG
    result = tasks.work_on.using(queue_name=queue).enqueue(job.pk)
    Job.objects.filter(pk=job.pk).update(task_id=str(result.id))


def keep(run: Run, result: Mapping[str, Any], evening: Evening | None = None) -> None:
    """Keep the answer of a run, and the situation that came with it."""
    if evening is not None:
        indicators_actions.record(document=evening.situation, geometry=evening.geometry, seed=run.seed)
    run.result = dict(result)
    pack = result.get("pack")
    if isinstance(pack, Mapping):  # a record of a decided plan names its pack by hash only
        run.pack_id, run.pack_hash = pack["id"], pack["hash"]
    run.ready_at = timezone.now()
    run.save()
    if run.kind == Kind.RECORD:
        DecidedPlan.objects.filter(pk=run.details["decided"], record__isnull=True).update(record=run.result)


@transaction.atomic
def store(
    *, pack_ref: str, answers: Mapping[str, Mapping[str, Any]], evening: Evening, n_worlds: int
) -> list[Run]:
    """Keep what the command line computed, by kind, as if jobs had."""
    kept = []
    for kind, result in answers.items():
        run = Run(
            kind=kind,
            pack_ref=pack_ref,
            as_of=date.fromisoformat(result["as_of"]),
            seed=result.get("seed", 1),
            n_worlds=n_worlds,
            details={"ceilings": {}} if kind == Kind.EVALUATE else {},
        )
        run.question_id = question_id(kind, run.question())
        keep(run, result, evening if kind == Kind.EVALUATE else None)
        kept.append(run)
    return kept


@transaction.atomic
@transaction.atomic
def adopt(*, run: Run, plan: Mapping[str, Any], by: Signature, user: Any = None) -> DecidedPlan:
    """Keep the committee's choice of a plan as it was shown, and ask for the record of its numbers.

    ``by`` is who signs, ``user`` whose account entered it.
    """
    demand(user, "decide.adopt")
    decided = DecidedPlan.objects.create(
        decided_by=by.decided_by,
        post=by.post,
        reason=by.reason,
        against_recommendation=not is_recommended(plan),
        kind=run.kind,
        pack_ref=run.pack_ref,
        pack_id=run.pack_id,
        as_of=run.as_of,
        seed=run.seed,
        n_worlds=RECORD_WORLDS if run.kind == Kind.SEARCH else run.n_worlds,
        world_set=(run.result or {}).get("world_set", ""),
        plan_id=plan["id"],
        plan_hash=plan["hash"],
        plan_toml=plan["toml"],
        shown=dict(plan),
    )
    record(
        "decide.adopt", by=user, subject=decided, reason=by.reason,
        details={"plan": plan["id"], "name": by.decided_by, "run": run.pk},
    )  # fmt: skip
    request_record(decided=decided)
    return decided


def is_recommended(plan: Mapping[str, Any]) -> bool:
    """Say whether nothing speaks against a plan: no limit is passed, and no other plan is better on the goals."""
    return bool(plan["feasible"]) and not plan.get("breaks") and not plan.get("dominated_by")


def request_record(*, decided: DecidedPlan) -> Job:
    """Ask for the record of a decided plan; once there is one, for the same numbers again."""
    return request_run(
        kind=Kind.RECORD if decided.record is None else Kind.RERUN,
        pack_ref=decided.pack_ref,
        as_of=decided.as_of,
        seed=decided.seed,
        n_worlds=decided.n_worlds,
        details={"decided": decided.pk},
    )


@transaction.atomic
def decide_priority(
    *,
    run: Run,
    area: Mapping[str, Any],
    mode: str,
    review_on: date,
    expires_on: date | None,
    by: Signature,
    user: Any = None,
) -> PriorityDecision:
    """Keep the mode that the committee sets for an area; earlier decisions stay in the history."""
    demand(user, "decide.adopt")
    decided = PriorityDecision.objects.create(
        decided_by=by.decided_by,
        post=by.post,
        reason=by.reason,
        against_recommendation=mode != area["mode"],
        pack_id=run.pack_id,
        area_code=area["code"],
        area_level=area["level"],
        area_name=area["name"],
        as_of=run.as_of,
        mode=mode,
        recommended=area["mode"],
        legal_level=area["legal_level"]["id"],
        review_on=review_on,
        expires_on=expires_on if mode == Mode.PRODUCTION else None,
        run=run,
    )
    record(
        "decide.area", by=user, subject=decided, reason=by.reason, unit_code=area["code"],
        details={"area": area["name"], "mode": mode, "name": by.decided_by},
    )  # fmt: skip
    return decided
