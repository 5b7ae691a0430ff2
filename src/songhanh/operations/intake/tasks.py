"""The task that the queue knows by name; the work itself is in `jobs.py`."""

from __future__ import annotations

from django.utils.module_loading import import_string
from django_tasks import task

QUEUE = "quick"  # an import takes seconds and must not wait behind a search of minutes


@task()
def work_on(batch_id: int) -> None:
    """Work on one batch."""
    # By name: the jobs enqueue this task, and the circle must not be one of imports.
    import_string("songhanh.operations.intake.jobs.run")(batch_id)
