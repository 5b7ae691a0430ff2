"""Reads of planning."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from songhanh.operations.planning.models import Evaluation, Job


def is_answered(pack_ref: str, as_of: date, seed: int, n_worlds: int) -> bool:
    """Say whether a question has its answer."""
    same = Evaluation.objects.filter(pack_ref=pack_ref, as_of=as_of, seed=seed, n_worlds=n_worlds)
    return same.filter(ready_at__isnull=False).exists()


def shown(run: str | None) -> Evaluation | None:
    """Return the answered run that the reader asked for, else the latest."""
    ready = Evaluation.objects.filter(ready_at__isnull=False)
    if run:
        return get_object_or_404(ready, pk=run) if run.isdecimal() else get_object_or_404(ready, pk=0)
    return ready.order_by("-ready_at", "-pk").first()


def plan_of(result: dict[str, Any], plan_id: str) -> dict[str, Any]:
    """Return one plan of an answer, or end in 404."""
    for plan in result["plans"]:
        if plan["id"] == plan_id:
            found: dict[str, Any] = plan
            return found
    raise Http404("no such plan in this run")


def recent_runs(limit: int = 8) -> QuerySet[Evaluation]:
    """Return the latest answered runs, without their answers."""
    return Evaluation.objects.filter(ready_at__isnull=False).defer("result").order_by("-ready_at")[:limit]


def open_jobs() -> QuerySet[Job]:
    """Return the jobs that wait or run, so that a page left can be found again."""
    states = [Job.State.QUEUED, Job.State.RUNNING]
    return Job.objects.filter(state__in=states).select_related("evaluation").defer("evaluation__result")
