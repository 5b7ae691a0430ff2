"""Serving for real: own processes, a killed worker, Ctrl-C, a taken port, an unwritable folder."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from songhanh.core.errors import SonghanhError
from songhanh.operations.project import serving
from songhanh.operations.project.secret import secret_key

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src"
SERVE = "import sys; from songhanh.operations.project.serving import serve; serve(port=int(sys.argv[1]))"
PREPARE = """
from songhanh.operations.project import serving
serving.set_up()
import registry
from songhanh.operations.accounts import actions
from songhanh.operations.places.models import Installation
Installation.objects.exists() or registry.build_province()
actions.demo_accounts()
"""
PATIENCE = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], what: str) -> object:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


class Installation:
    """A served installation of this test's own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.hang = home / "hang"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        names = (
            "evaluate", "situation", "forecast", "priorities", "search", "what_if", "record", "rerun", "geometry",
            "preload",
        )  # fmt: skip
        self.environment = {
            **os.environ,
            "SONGHANH_HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(SOURCE), str(HERE)]),
            "SONGHANH_TEST_HANG": str(self.hang),
            "SONGHANH_JOB_LOST_AFTER_SECONDS": "4",
            **{f"SONGHANH_{name.upper()}": f"slow_models.{name}" for name in names},
        }
        self.environment.pop("DATABASE_URL", None)
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        subprocess.run([sys.executable, "-c", PREPARE], env=self.environment, check=True)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self.port)],
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(self.answers, "the first page")
        self.post("/account/enter/", "/account/demo/", {"username": "demo-committee"})

    def answers(self) -> bool:
        assert self.process.poll() is None, self.process.stderr.read() if self.process.stderr else ""
        try:
            return "Songhanh" in self.get("/situation/")
        except OSError:
            return False

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=10) as answer:
            return str(answer.read().decode())

    def post(self, page: str, path: str, form: dict[str, str]) -> str:
        """Send a form of a page; return where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page))
        assert token is not None
        content = urllib.parse.urlencode({"csrfmiddlewaretoken": token.group(1), **form}).encode()
        with self.opener.open(self.base + path, content, timeout=10) as answer:
            return urllib.parse.urlparse(answer.url).path

    def start_run(self) -> str:
        return self.post("/decide/", "/decide/run/", {"as_of": "17/05/2021", "seed": "1", "n_worlds": "5"})

    def row(self) -> tuple[str, int]:
        with sqlite3.connect(self.home / "songhanh.sqlite3", timeout=10) as database:
            state, attempt = database.execute(
                "select state, attempt from planning_job order by id"
            ).fetchone()
        database.close()
        return str(state), int(attempt)

    def worker(self, queue: str = "default") -> int:
        """Return the process id of the worker of a queue."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        others = [
            child
            for task in Path(f"/proc/{self.process.pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        all_of_them = set(children) | set(others)
        (pid,) = [pid for pid in all_of_them if queue in Path(f"/proc/{pid}/cmdline").read_text().split("\0")]
        return int(pid)

    def stop(self) -> str:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        _out, said = self.process.communicate(timeout=PATIENCE)
        return said


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    if not Path("/proc/self/task").exists():
        pytest.skip("finding the worker's process needs /proc")
    served = Installation(tmp_path)
    yield served
    served.stop()


def test_a_killed_worker_loses_no_run(installation: Installation) -> None:
    installation.hang.touch()
    job = installation.start_run()
    wait_for(lambda: installation.row() == ("running", 1), "the run to start")
    first = installation.worker()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: installation.row() == ("running", 2), "another worker to take it up")
    assert installation.worker() != first
    installation.hang.unlink()
    wait_for(lambda: installation.row()[0] == "done", "the run to end")
    assert "Xem kết quả" in installation.get(job)
    assert "Đúng điểm" in installation.get("/decide/")


def test_ctrl_c_stops_both_and_the_run_goes_on_at_the_next_start(installation: Installation) -> None:
    installation.hang.touch()
    installation.start_run()
    wait_for(lambda: installation.row() == ("running", 1), "the run to start")
    worker = installation.worker()
    assert "Stopped." in installation.stop()
    assert installation.process.returncode == 0
    assert not Path(f"/proc/{worker}").exists()
    assert installation.row() == ("queued", 0)
    installation.hang.unlink()
    again = Installation(installation.home)
    try:
        wait_for(lambda: again.row()[0] == "done", "the run to end")
    finally:
        again.stop()


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        with pytest.raises(SonghanhError, match=f"Port {port} of 127.0.0.1 cannot be used") as caught:
            serving.demand_free_port("127.0.0.1", port)
    assert caught.value.faults[0].code == "serve.port_taken"
    assert f"--port {port + 1}" in caught.value.faults[0].remedy


def test_only_this_machine_is_served_until_names_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SonghanhError, match=r"not served on 0\.0\.0\.0") as caught:
        serving.demand_free_port("0.0.0.0", free_port())
    assert "SONGHANH_HOSTS" in caught.value.faults[0].remedy
    monkeypatch.setenv("SONGHANH_HOSTS", "chongdich.example.vn")
    serving.demand_free_port("0.0.0.0", free_port())


def test_an_unwritable_folder_is_said_without_traceback(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    code = (
        "import sys; from songhanh.core.errors import SonghanhError; from songhanh.operations.project import serving\n"
        "try:\n serving.set_up()\nexcept SonghanhError as error:\n print(error); sys.exit(2)"
    )
    environment = os.environ | {"SONGHANH_HOME": str(blocked / "home"), "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written to" in done.stdout
    assert "SONGHANH_HOME" in done.stdout


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    (tmp_path / "secret-key").write_text("cut")
    with pytest.raises(SonghanhError, match="too short"):
        secret_key(tmp_path)
