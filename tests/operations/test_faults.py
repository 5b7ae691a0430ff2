"""Processes are killed, disks fill up, two write at once: nothing is half done, and the next start goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src"
ACTS = [
    "kill_seed",
    "kill_merge",
    "kill_relevel",
    "two_officers",
    "kill_server",
    "kill_import",
    "kill_restore",
]


def environment(home: Path, url: str | None) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    found |= {
        "SONGHANH_HOME": str(home), "SONGHANH_TODAY": "2021-05-31",
        "PYTHONPATH": os.pathsep.join([str(SOURCE), str(HERE)]),
    }  # fmt: skip
    return found | ({"DATABASE_URL": url} if url else {})


def act(home: Path, url: str | None) -> None:
    command(home, *SEED, url=url)
    done = subprocess.run(
        [sys.executable, str(HERE / "faulting.py"), *ACTS],
        env=environment(home, url), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["kill_merge"]["points"] >= 4
    assert found["kill_relevel"]["points"] >= 6
    assert found["kill_import"]["kills"] >= 3
    assert found["kill_server"]["kills"] == 3
    assert found["two_officers"]["told"] == 5


@pytest.mark.slow
def test_nothing_is_half_done_on_sqlite(tmp_path: Path) -> None:
    act(tmp_path, None)


@pytest.mark.slow
def test_nothing_is_half_done_on_postgresql(postgresql: str, tmp_path: Path) -> None:
    act(tmp_path, postgresql)


def command(
    home: Path, *arguments: str, code: str = "", url: str | None = None
) -> subprocess.CompletedProcess[str]:
    start = code + "from songhanh.console.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        env=environment(home, url), capture_output=True, text=True, check=False,
    )  # fmt: skip


SEED = [
    "seed",
    "--f0",
    "20",
    "--f1",
    "80",
    "--f2",
    "120",
    "--tests",
    "400",
    "--follow-ups",
    "400",
    "--as-of",
    "2021-05-31",
]
SMALL = ["seed", "--f0", "30", "--f1", "100", "--f2", "200", "--tests", "500", "--follow-ups", "900"]
LIMIT = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1_700_000, 1_700_000)); "
)


def test_a_full_disk_and_a_folder_that_cannot_be_written_to_are_told(tmp_path: Path) -> None:
    assert command(tmp_path, "accounts", "list").returncode in (0, 2)  # the tables are there
    full = command(tmp_path, *SMALL, code=LIMIT)
    assert full.returncode == 2, full.stderr
    assert "Traceback" not in full.stderr
    assert "space on the disk" in full.stderr
    file = tmp_path / "file"
    file.write_text("")
    nowhere = command(file / "home", *SMALL)
    assert nowhere.returncode == 2
    assert "cannot be written to" in nowhere.stderr
    assert "Traceback" not in nowhere.stderr
    # With space again it works, and nothing of the first try is in the way.
    again = command(tmp_path, *SMALL)
    assert again.returncode == 0, again.stderr
