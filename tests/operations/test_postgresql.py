"""The same pages on PostgreSQL: a real server, started for these tests by an unprivileged user."""

from __future__ import annotations

from pathlib import Path

from postgres import run_on

CHECK = """
from datetime import date
from songhanh.operations.project import serving
serving.set_up()
from django.conf import settings
from django.db import connection
from django.test import Client
assert connection.vendor == "postgresql", connection.vendor
from songhanh.operations.planning import actions, job_actions, queries, runner
from songhanh.operations.planning.models import Job
settings.DECISION_ENGINE = {name: f"documents.{name}_of" for name in settings.DECISION_ENGINE}
question = {"pack_ref": "test", "as_of": date(2021, 5, 17), "seed": 1, "n_worlds": 20}
actions.request_evening(**question, ceilings={"deaths": 30})
for job in Job.objects.order_by("pk"):
    runner.run(job.pk)
assert {job.state for job in Job.objects.all()} == {"done"}, [job.error for job in Job.objects.all()]
run = queries.shown("evaluate", None)
by = actions.Signature("An", "Chairman", "the fewest cases of all")
decided = actions.adopt(run=run, plan=queries.plan_of(run.result, "targeted"), by=by)
for kind in ("record", "rerun"):
    decided.refresh_from_db()
    job = actions.request_record(decided=decided)
    assert job.run.kind == kind
    runner.run(job.pk)
assert queries.reruns(decided).get().result["same"] is True
from songhanh.operations.accounts.actions import create_user
reader = create_user(
    by=None, username="reader", full_name="Reader", password="mat khau rat dai 2021",
    roles=[("department", None, None)],
)
client = Client(headers={"host": "127.0.0.1"})
client.force_login(reader)
for page in ("/situation/", "/situation/cases/?found=community", "/situation/areas/", "/decide/", "/decide/targeted/",
             "/decide/forecast/", "/decide/priorities/", "/decide/decided/", f"/decide/decided/{decided.pk}/"):
    answer = client.get(page)
    assert answer.status_code == 200, page
    print(page, len(answer.content))
assert job_actions.recover_lost() == 0
"""


def test_migrates_runs_a_job_and_shows_the_pages(postgresql: str, tmp_path: Path) -> None:
    printed = run_on(postgresql, tmp_path, CHECK)
    assert "/decide/targeted/" in printed
