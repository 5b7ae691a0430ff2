"""The task that the queue knows by name; the work itself is in `runner.py`."""

from __future__ import annotations

from django.utils.module_loading import import_string
from django_tasks import task

LONG, QUICK = (
    "default",
    "quick",
)  # a queue with a worker each: a question of seconds never waits behind minutes


@task()
def work_on(job_id: int) -> None:
    """Work on one job."""
    # By name: the runner calls actions, which enqueue this task, and the circle must not be one of imports.
    import_string("songhanh.operations.planning.runner.run")(job_id)
