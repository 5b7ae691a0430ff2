"""Work on files in the background: enqueued, claimed, cancelled, and taken up again when its worker was killed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop
from django_tasks_db.models import DBTaskResult

from songhanh.core.errors import SonghanhError
from songhanh.operations.intake import actions, runs, tasks
from songhanh.operations.intake.models import Batch

logger = logging.getLogger(__name__)

TRY, COMMIT = "try", "commit"
AT_ONCE = 500  # rows that are worked on within the request: one transaction's worth
ATTEMPTS = 5
LOST = gettext_noop("The worker was stopped again and again while it worked on this file. Start it again.")


def start(*, by: Any, batch: Batch, stage: str) -> Batch:
    """Try or commit a batch: a small one at once, a large one in the background."""
    if batch.n_rows <= AT_ONCE:
        work = actions.try_batch if stage == TRY else actions.commit
        return work(batch=batch, by=by)
    state = Batch.State.TRYING if stage == TRY else Batch.State.COMMITTING
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(
            state=state,
            stage=stage,
            attempt=0,
            queued_at=timezone.now(),
            heartbeat_at=None,
            cancel_requested=False,
            progress=0,
            error="",
        )
        _enqueue(batch.pk)
    batch.refresh_from_db()
    return batch


def _enqueue(batch_id: int) -> None:
    result = tasks.work_on.using(queue_name=tasks.QUEUE).enqueue(batch_id)
    Batch.objects.filter(pk=batch_id).update(task_id=str(result.id), queued_at=timezone.now())


def run(batch_id: int) -> None:
    """Work on one batch inside the worker; every end leaves it in a state from which somebody can go on."""
    batch = Batch.objects.select_related("by").filter(pk=batch_id, stage__in=(TRY, COMMIT)).first()
    if batch is None or not batch.is_open:
        return
    actions.claim(batch=batch, state=batch.state)
    try:
        if batch.stage == TRY:
            runs.try_rows(batch, batch.by, _beating(batch))
        else:
            runs.commit_rows(batch, batch.by, _beating(batch))
        Batch.objects.filter(pk=batch.pk, attempt=batch.attempt).update(stage="", heartbeat_at=None)
    except runs.Stopped:
        actions.release(batch=batch)
    except SonghanhError as error:
        _fail(batch, "\n".join(str(fault) for fault in error.faults))
    except Exception as error:
        logger.exception("batch %s failed", batch.pk)
        _fail(batch, f"{type(error).__name__}: {error}")


def _fail(batch: Batch, words: str) -> None:
    Batch.objects.filter(pk=batch.pk, attempt=batch.attempt).update(
        state=Batch.State.FAILED, error=words, stage="", heartbeat_at=None
    )


def _beating(batch: Batch) -> Callable[[int, int], None]:
    def beat(done: int, total: int) -> None:
        ours = Batch.objects.filter(pk=batch.pk, attempt=batch.attempt, cancel_requested=False)
        if not ours.update(heartbeat_at=timezone.now(), progress=done / max(1, total)):
            raise runs.Stopped

    return beat


def recover_lost() -> int:
    """Enqueue again each batch whose worker has gone."""
    limit = timezone.now() - timedelta(seconds=settings.JOB_LOST_AFTER_SECONDS)
    silent = Q(heartbeat_at__lt=limit) | Q(heartbeat_at__isnull=True, queued_at__lt=limit)
    open_states = (Batch.State.TRYING, Batch.State.COMMITTING)
    n_recovered = 0
    for batch in Batch.objects.filter(silent, state__in=open_states, stage__in=(TRY, COMMIT)).defer(
        "content"
    ):
        n_recovered += _recover(batch, limit)
    return n_recovered


@transaction.atomic
def _recover(batch: Batch, limit: Any) -> bool:
    entry = DBTaskResult.objects.filter(pk=batch.task_id) if batch.task_id else DBTaskResult.objects.none()
    if batch.heartbeat_at is None and entry.filter(status="READY").exists():
        return False  # it simply waits behind another
    same = Batch.objects.filter(pk=batch.pk, state=batch.state, attempt=batch.attempt)
    if batch.attempt >= ATTEMPTS:
        changed = same.update(state=Batch.State.FAILED, error=LOST, stage="", heartbeat_at=None)
    else:
        # The next attempt is counted here, so that a worker that only seemed dead stops at its next chunk.
        changed = same.update(heartbeat_at=None, queued_at=timezone.now(), attempt=batch.attempt + 1)
        if changed:
            _enqueue(batch.pk)
    if changed:
        entry.filter(status="RUNNING").update(status="FAILED", finished_at=timezone.now())
    return bool(changed)
