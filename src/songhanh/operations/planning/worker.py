"""The background worker: a process that works on the jobs of one queue and recovers those of killed workers.

Started by `songhanh serve`, or by itself: ``python -m songhanh.operations.planning.worker [--queue NAME]``.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence

import django
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

CHECK_SECONDS = 3.0
HOUR_SECONDS = 3600.0
POLL_SECONDS = 0.1  # how long a new job waits at most for an idle worker


def keep(
    recover: Callable[[], object], expire: Callable[[], object], parent: int | None, finished: threading.Event
) -> None:
    """Recover lost jobs every few seconds, delete hourly; end this process when the one that started it has gone."""
    due = time.monotonic()
    while not finished.wait(CHECK_SECONDS):
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            recover()
            if time.monotonic() >= due:
                expire()
                due = time.monotonic() + HOUR_SECONDS
        except DatabaseError:
            logger.exception("lost jobs, or what has expired, could not be looked for; trying again")
        finally:
            connection.close()


def main(arguments: list[str] | None = None) -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queue", default="default", help="the queue whose jobs this process works on")
    parser.add_argument("--parent", type=int, help="process id to follow: the worker ends when it has gone")
    given = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhanh.operations.project.settings")
    django.setup()
    # By name and late: modules with models can be imported only after django.setup().
    settings = import_string("django.conf.settings")
    recover, expire = (_all_of(names) for names in (settings.RECOVERIES, settings.EXPIRIES))
    worker = import_string("django_tasks_db.management.commands.db_worker.Worker")(
        queue_names=[given.queue],
        interval=POLL_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"songhanh-{os.getpid()}",
        excluded_queue_names=[],
    )
    worker.configure_signals()
    finished = threading.Event()
    keeper = threading.Thread(target=keep, args=(recover, expire, given.parent, finished), daemon=True)
    keeper.start()
    if given.queue == import_string("songhanh.operations.planning.tasks.QUICK"):
        _preload()
    try:
        worker.run()
    finally:
        finished.set()


def _all_of(names: Sequence[str]) -> Callable[[], object]:
    """Return a function that calls each of the named ones."""
    functions = [import_string(name) for name in names]
    return lambda: [function() for function in functions]


def _preload() -> None:
    """Load what an answer in seconds needs before the first question; without it the first one is only slower."""
    try:
        import_string("songhanh.operations.planning.runner.preload")()
    except Exception:
        logger.exception("the models could not be loaded beforehand")


if __name__ == "__main__":
    main()
