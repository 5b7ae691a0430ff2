"""Reads of planning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from songhanh.operations.planning.models import DecidedPlan, Job, Kind, PriorityDecision, Run


def is_answered(pack_ref: str, as_of: date, seed: int, n_worlds: int) -> bool:
    """Say whether an evening has its three answers."""
    same = Run.objects.filter(
        pack_ref=pack_ref, as_of=as_of, seed=seed, n_worlds=n_worlds, ready_at__isnull=False
    )
    wanted = {Kind.EVALUATE, Kind.FORECAST, Kind.PRIORITIES}
    return wanted <= set(same.order_by().values_list("kind", flat=True))


def shown(kind: str, run: str | None) -> Run | None:
    """Return the answered run of a kind that the reader asked for, else the latest."""
    ready = Run.objects.filter(kind=kind, ready_at__isnull=False)
    if run:
        return get_object_or_404(ready, pk=run if run.isdecimal() else 0)
    return ready.order_by("-ready_at", "-pk").first()


def shown_or_404(kind: str, run: str | None) -> Run:
    """Return the answered run of a kind, or end in 404 where there is none yet."""
    found = shown(kind, run)
    if found is None:
        raise Http404("nothing of this kind has been computed yet")
    return found


def with_plans(run: str | None) -> Run:
    """Return the answered run, of any kind that describes plans, that the reader asked for, else the latest."""
    if not run:
        return shown_or_404(Kind.EVALUATE, None)
    kinds = [Kind.EVALUATE, Kind.SEARCH, Kind.WHAT_IF]
    ready = Run.objects.filter(kind__in=kinds, ready_at__isnull=False)
    return get_object_or_404(ready, pk=run if run.isdecimal() else 0)


def plans_in(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the plans that a document describes: of a comparison, of a search, or of a what-if."""
    if "plans" in result:
        return list(result["plans"])
    if "named" in result:
        return [row["plan"] for row in result["named"] if row.get("plan")]
    return [result[key] for key in ("plan", "base") if result.get(key)]


def plan_of(result: Mapping[str, Any], plan_id: str) -> dict[str, Any]:
    """Return one plan of a document, or end in 404."""
    for plan in plans_in(result):
        if plan["id"] == plan_id:
            return plan
    raise Http404("no such plan in this run")


def recent_runs(kind: str, limit: int = 8) -> QuerySet[Run]:
    """Return the latest answered runs of a kind, without their answers."""
    ready = Run.objects.filter(kind=kind, ready_at__isnull=False)
    return ready.defer("result").order_by("-ready_at")[:limit]


def latest_search(run: Run) -> Run | None:
    """Return the latest search of the same province and evening as a comparison of plans."""
    same = Run.objects.filter(
        kind=Kind.SEARCH, ready_at__isnull=False, pack_hash=run.pack_hash, as_of=run.as_of
    )
    return same.order_by("-ready_at", "-pk").first()


def evening_under_discussion() -> dict[str, Any]:
    """Return the question that the latest comparison answers, else that of the example."""
    latest = shown(Kind.EVALUATE, None)
    if latest is None:
        return {"pack_ref": settings.DEMO_PACK, "as_of": settings.DEMO_AS_OF, "seed": 1, "n_worlds": 100}
    return {
        "pack_ref": latest.pack_ref,
        "as_of": latest.as_of,
        "seed": latest.seed,
        "n_worlds": latest.n_worlds,
    }


def indicators_of(run: Run | None) -> list[dict[str, Any]]:
    """Return the indicators that a document explains, else those of the latest comparison of plans."""
    own: Mapping[str, Any] = (run.result if run else None) or {}
    if "indicators" in own:
        return list(own["indicators"])
    latest = shown(Kind.EVALUATE, None)
    return list((latest.result or {}).get("indicators", [])) if latest else []


def open_jobs() -> QuerySet[Job]:
    """Return the jobs that wait or run, so that a page left can be found again."""
    states = [Job.State.QUEUED, Job.State.RUNNING]
    return Job.objects.filter(state__in=states).select_related("run").defer("run__result").order_by("pk")


def job(job_id: int) -> Job:
    """Return a job with its question but without the answer, or end in 404."""
    return get_object_or_404(Job.objects.select_related("run").defer("run__result"), pk=job_id)


def decided_plans() -> QuerySet[DecidedPlan]:
    """Return the plans that were decided, newest first."""
    return DecidedPlan.objects.all()


def kept_for(run: Run) -> dict[str, Any]:
    """Return what the models need beyond the question: the evening's forecast; a decided plan, or its record."""
    if run.kind == Kind.PRIORITIES:
        return {"forecast": _forecast_of(run)}
    if run.kind not in (Kind.RECORD, Kind.RERUN):
        return {}
    decided = DecidedPlan.objects.get(pk=run.details["decided"])
    kept = {"record": decided.record} if run.kind == Kind.RERUN else {"plan": decided.plan_toml}
    return {"slug": decided.plan_id, **kept}


def _forecast_of(run: Run) -> dict[str, Any] | None:
    """Return the latest forecast of the same question; none where none was computed."""
    same = Run.objects.filter(kind=Kind.FORECAST, pack_ref=run.pack_ref, as_of=run.as_of, seed=run.seed)
    latest = same.filter(ready_at__isnull=False).order_by("-ready_at").first()
    return latest.result if latest else None


def reruns(decided: DecidedPlan) -> QuerySet[Run]:
    """Return the times that a decided plan was computed again, newest first."""
    same = Run.objects.filter(kind=Kind.RERUN, details__decided=decided.pk, ready_at__isnull=False)
    return same.order_by("-ready_at")


def priority_history(pack_id: str, code: str) -> QuerySet[PriorityDecision]:
    """Return what was decided for one area, newest first."""
    return PriorityDecision.objects.filter(pack_id=pack_id, area_code=code)


def priorities_in_force(pack_id: str) -> dict[str, PriorityDecision]:
    """Return the latest decision of each area, by its code."""
    latest: dict[str, PriorityDecision] = {}
    for decision in PriorityDecision.objects.filter(pack_id=pack_id):
        latest.setdefault(decision.area_code, decision)
    return latest
