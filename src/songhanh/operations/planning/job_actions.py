"""Writes of a job while it lives: claimed, beating, cancelled, finished, lost and recovered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop
from django_tasks_db.models import DBTaskResult

from songhanh.operations.planning import actions
from songhanh.operations.planning.models import Job

LOST = gettext_noop("The worker was stopped twice while it worked on this run. Start it again.")


def cancel(*, job: Job) -> None:
    """Cancel a job: at once where it waits, at its next step where it runs."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    if not waiting.update(state=Job.State.CANCELLED, finished_at=now, cancel_requested=True):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_requested=True)


def claim(*, job_id: int) -> Job | None:
    """Take up a waiting job; None where another worker was faster or it was cancelled."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempt=F("attempt") + 1,
        started_at=now,
        heartbeat_at=now,
        done=0,
        total=0,
        stage="",
        stage_started_at=now,
    )
    return Job.objects.select_related("run").get(pk=job_id) if claimed else None


def beat(*, job: Job, **progress: object) -> bool:
    """Give a sign of life; False where the job was cancelled or is no longer ours."""
    ours = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt)
    if not ours.update(heartbeat_at=timezone.now(), **progress):
        return False
    return not Job.objects.filter(pk=job.pk, cancel_requested=True).exists()


def _close(job: Job, state: Job.State, error: str = "") -> bool:
    ours = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt)
    return bool(ours.update(state=state, error=error, finished_at=timezone.now()))


def mark_cancelled(*, job: Job) -> None:
    """Close a job that was asked to stop."""
    _close(job, Job.State.CANCELLED)


def mark_failed(*, job: Job, error: str) -> None:
    """Close a job that could not be finished, saying why."""
    _close(job, Job.State.FAILED, error)


@transaction.atomic
def complete(*, job: Job, result: Mapping[str, Any], evening: actions.Evening | None = None) -> bool:
    """Keep what a job computed; nothing is kept where the job is no longer ours."""
    if not _close(job, Job.State.DONE):
        return False
    actions.keep(job.run, result, evening)
    return True


@transaction.atomic
def release(*, job: Job) -> None:
    """Put a job back into the queue when its worker is asked to stop."""
    ours = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt)
    # The attempt is given back: an orderly stop is nobody's failure.
    if ours.update(state=Job.State.QUEUED, attempt=F("attempt") - 1, queued_at=timezone.now()):
        actions.enqueue(job)


def recover_lost() -> int:
    """Take up again, or close as failed, each job whose worker has gone; return how many there were."""
    limit = timezone.now() - timedelta(seconds=settings.JOB_LOST_AFTER_SECONDS)
    silent = Q(state=Job.State.RUNNING, heartbeat_at__lt=limit)
    forgotten = Q(state=Job.State.QUEUED, queued_at__lt=limit)
    n_recovered = 0
    for job in Job.objects.filter(silent | forgotten).select_related("run").defer("run__result"):
        n_recovered += _recover(job, limit)
    return n_recovered


@transaction.atomic
def _recover(job: Job, limit: Any) -> bool:
    entry = DBTaskResult.objects.filter(pk=job.task_id) if job.task_id else DBTaskResult.objects.none()
    if job.state == Job.State.QUEUED and entry.filter(status="READY").exists():
        return False  # it simply waits behind another
    same = Job.objects.filter(pk=job.pk, state=job.state, attempt=job.attempt)
    same = same.filter(heartbeat_at__lt=limit) if job.state == Job.State.RUNNING else same
    now = timezone.now()
    if job.cancel_requested:
        changed = same.update(state=Job.State.CANCELLED, finished_at=now)
    elif job.attempt >= settings.JOB_ATTEMPTS:
        changed = same.update(state=Job.State.FAILED, error=LOST, finished_at=now)
    else:
        changed = same.update(state=Job.State.QUEUED, queued_at=now)
        if changed:
            actions.enqueue(job)
    if changed:
        entry.filter(status="RUNNING").update(status="FAILED", finished_at=now)
    return bool(changed)
