"""One job from claim to end, inside the worker."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from songhanh.core.errors import Cancelled, SonghanhError
from songhanh.operations.planning import actions, engine, job_actions, queries
from songhanh.operations.planning.models import Job, Kind

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0


class Stopped(Exception):
    """The job was cancelled, or another worker holds it now."""


class Pulse:
    """Progress and signs of life of one job, written at most twice a second."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.stopped = threading.Event()
        self._last = 0.0
        self._stage = ""

    def on_progress(self, done: int, total: int, stage: str) -> None:
        """Note where the run is."""
        now = time.monotonic()
        if now - self._last >= 0.5 or done >= total or stage != self._stage:
            self._last = now
            progress: dict[str, object] = {"done": done, "total": total}
            if stage != self._stage:
                self._stage = stage
                progress |= {"stage": stage[:200], "stage_started_at": timezone.now()}
            if not job_actions.beat(job=self.job, **progress):
                self.stopped.set()

    def should_stop(self) -> bool:
        """Say whether the run must end."""
        return self.stopped.is_set()

    def check(self) -> None:
        """Raise where the run must end."""
        if self.stopped.is_set() or not job_actions.beat(job=self.job):
            raise Stopped

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat from a thread of its own, because one step of the models may outlast the patience of others."""
        finished = threading.Event()

        def beat() -> None:
            try:
                while not finished.wait(BEAT_SECONDS):
                    if not job_actions.beat(job=self.job):
                        self.stopped.set()
            finally:
                connection.close()

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            finished.set()
            thread.join()


def run(job_id: int) -> None:
    """Claim a job, run the models, keep the result; every end leaves the job in a final state or queued."""
    job = job_actions.claim(job_id=job_id)
    if job is None:
        return
    pulse = Pulse(job)
    try:
        with pulse.beating():
            _work(job, pulse)
    except (Stopped, Cancelled):
        job_actions.mark_cancelled(job=job)
    except SonghanhError as error:
        job_actions.mark_failed(job=job, error=str(error))
    except Exception as error:
        if pulse.should_stop():  # a run that was told to stop may end by any exception of its own
            job_actions.mark_cancelled(job=job)
            return
        logger.exception("job %s failed", job.pk)
        job_actions.mark_failed(job=job, error=f"{type(error).__name__}: {error}")
    except BaseException:
        job_actions.release(job=job)
        raise


def _work(job: Job, pulse: Pulse) -> None:
    run, evening = job.run, None
    question = run.question() | queries.kept_for(run)
    result = engine.compute(run.kind, question, pulse.on_progress, pulse.should_stop)
    pulse.check()
    if run.kind == Kind.EVALUATE:
        situation = engine.situation(question, pulse.on_progress, pulse.should_stop)
        evening = actions.Evening(situation, engine.geometry(run.pack_ref))
        pulse.check()
    job_actions.complete(job=job, result=result, evening=evening)


def preload() -> None:
    """Load the models for the evening that is being discussed, before anybody asks."""
    evening = queries.evening_under_discussion()
    engine.preload(evening | {"n_worlds": actions.WHAT_IF_WORLDS, "days": actions.WHAT_IF_DAYS})
