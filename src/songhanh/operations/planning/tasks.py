"""The task that the queue knows by name; the work itself is in `runner.py`."""

from __future__ import annotations

from django.utils.module_loading import import_string
from django_tasks import task


@task()
def run_evaluation(job_id: int) -> None:
    """Work on one job."""
    # By name: the runner calls actions, which enqueue this task, and the circle must not be one of imports.
    import_string("songhanh.operations.planning.runner.run")(job_id)
