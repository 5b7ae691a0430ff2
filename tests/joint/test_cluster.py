"""A real Dask scheduler with two worker processes on loopback: the same bytes as here, and nothing lost with a worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import small
from joblib import delayed

from songhanh.console.main import main
from songhanh.core.errors import Fault, SonghanhError
from songhanh.joint import cluster
from songhanh.joint.cluster import on_cluster
from songhanh.joint.ensemble import Ensemble, in_parallel, run_ensemble
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import setting

pytestmark = [
    pytest.mark.filterwarnings("ignore::Warning:distributed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
WORLDS = tuple(small.world(n, luck=10 + n, reproduction_number=2.5) for n in range(10))
START_S = 120.0


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / "scheduler.json"
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._processes = [
            self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        ]
        self.workers = [
            self._start(
                "dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "120"
            )
            for _ in range(2)
        ]
        self._processes += self.workers
        self._until(self._file.is_file)
        self.address: str = json.loads(self._file.read_text(encoding="utf-8"))["address"]
        self._until(lambda: self._n_workers() == 2)

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.{what}",
            "--scheduler-file",
            str(self._file),
            *options,
        ]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=self._environment, cwd=self._folder, stdout=quiet, stderr=quiet)

    def _n_workers(self) -> int:
        with cluster._CLIENT(self.address, set_as_default=False) as client:
            return len(client.ncores())

    @staticmethod
    def _until(ready: object) -> None:
        last = time.monotonic() + START_S
        while not ready():  # type: ignore[operator]
            assert time.monotonic() < last, "the cluster does not start"
            time.sleep(0.1)

    def stop(self) -> None:
        """End every process."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    setting(small.reference())  # the people are on disk before two processes want them
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    yield found
    found.stop()


def outcomes(report: object = lambda done, total, stage: None) -> dict[str, list[Outcome]]:
    plans = (("closed", small.plan(small.SITES_CLOSED)), ("present", small.plan()))
    ensemble = Ensemble(small.reference(), small.AS_OF, 30, plans, None, economy_days=40)
    return run_ensemble(ensemble, WORLDS, 1, report, lambda: False, "worlds")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def local() -> dict[str, list[Outcome]]:
    return outcomes()


def same(one: dict[str, list[Outcome]], other: dict[str, list[Outcome]]) -> bool:
    return one.keys() == other.keys() and all(
        len(one[name]) == len(other[name]) and all(map(small.same, one[name], other[name])) for name in one
    )


def test_a_cluster_gives_the_same_bytes(two_workers: Cluster, local: dict[str, list[Outcome]]) -> None:
    with on_cluster(two_workers.address):
        made = set(in_parallel((delayed(os.getpid)() for _ in range(20)), 1))
        assert os.getpid() not in made
        assert same(outcomes(), local)
    assert set(in_parallel((delayed(os.getpid)() for _ in range(2)), 1)) == {os.getpid()}


def test_an_error_of_a_worker_comes_back_as_it_was(two_workers: Cluster) -> None:
    with pytest.raises(SonghanhError) as here:
        setting("no-such-pack")
    with on_cluster(two_workers.address), pytest.raises(SonghanhError) as there:
        list(in_parallel([delayed(setting)("no-such-pack")], 1))
    assert there.value.faults == here.value.faults and str(there.value) == str(here.value)
    assert isinstance(there.value.faults[0], Fault)


def test_a_worker_killed_in_the_middle_loses_nothing(
    two_workers: Cluster, local: dict[str, list[Outcome]]
) -> None:
    done: list[int] = []

    def kill_one(number: int, total: int, stage: str) -> None:
        done.append(number)
        if number == 2:
            two_workers.workers[0].kill()

    with on_cluster(two_workers.address):
        assert same(outcomes(kill_one), local)
    assert done == list(range(1, len(WORLDS) + 1))
    assert two_workers.workers[0].wait() < 0 and two_workers.workers[1].poll() is None


@pytest.mark.parametrize(
    "address", ["", "host:8786", "tcp://", "tcp://host", "http://host:1", "tcp://host:port", "tcp://[::1"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SonghanhError) as caught, on_cluster(address):
        pass
    assert caught.value.faults[0].code == "cluster.address"


def test_an_address_that_does_not_answer_is_an_error_for_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", 0.3)
    asked = [
        "songhanh",
        "decide",
        small.reference(),
        "--as-of",
        "2021-05-17",
        "--cluster",
        "tcp://127.0.0.1:9",
    ]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit) as ending:
        main()
    said = capsys.readouterr().err
    assert ending.value.code == 2
    assert "tcp://127.0.0.1:9" in said and "--cluster" in said and "Traceback" not in said
