"""The background worker: one process that works on queued jobs and recovers those of killed workers.

Started by `songhanh serve`, or by itself: ``python -m songhanh.operations.planning.worker``.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

import django
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

CHECK_SECONDS = 3.0


def keep(recover: Callable[[], int], parent: int | None, finished: threading.Event) -> None:
    """Recover lost jobs every few seconds; end this process when the one that started it has gone."""
    while not finished.wait(CHECK_SECONDS):
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            recover()
        except DatabaseError:
            logger.exception("lost jobs could not be looked for; trying again")
        finally:
            connection.close()


def main(arguments: list[str] | None = None) -> None:
    """Run until told to stop. An optional argument is the process id of the parent to follow."""
    given = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhanh.operations.project.settings")
    django.setup()
    # By name and late: modules with models can be imported only after django.setup().
    recover = import_string("songhanh.operations.planning.actions.recover_lost")
    worker = import_string("django_tasks_db.management.commands.db_worker.Worker")(
        queue_names=["default"],
        interval=0.5,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"songhanh-{os.getpid()}",
        excluded_queue_names=[],
    )
    worker.configure_signals()
    finished = threading.Event()
    parent = int(given[0]) if given else None
    keeper = threading.Thread(target=keep, args=(recover, parent, finished), daemon=True)
    keeper.start()
    try:
        worker.run()
    finally:
        finished.set()


if __name__ == "__main__":
    main()
