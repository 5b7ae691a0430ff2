"""The same pages on PostgreSQL: a real server, started for this test by an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src"
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


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip(
            "PostgreSQL is not installed (Debian: apt-get install postgresql); SQLite is tested all the same"
        )
    return found[-1].parent


def _user() -> str | None:
    """Return an unprivileged user to become, or None where the tests are not run by root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("run by root, and there is no unprivileged user to start PostgreSQL as")


@pytest.fixture
def postgresql() -> Iterator[str]:
    binaries, user = _binaries(), _user()
    # Not pytest's own folder: the other user must be able to walk into it.
    folder = Path(tempfile.mkdtemp(prefix="songhanh-postgresql-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    data = folder / "data"

    def run(*command: object) -> None:
        done = subprocess.run(
            [str(part) for part in command], user=user, cwd=folder, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    run(binaries / "initdb", "-D", data, "-U", "songhanh", "--auth=trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql://songhanh@127.0.0.1:{port}/postgres"
    finally:
        run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_migrates_runs_a_job_and_shows_the_pages(postgresql: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": postgresql,
        "SONGHANH_HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(SOURCE), str(HERE)]),
    }
    done = subprocess.run(
        [sys.executable, "-c", CHECK], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "/decide/targeted/" in done.stdout
