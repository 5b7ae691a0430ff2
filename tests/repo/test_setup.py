"""The set-up says plainly what is wrong, and continuous integration runs what a developer runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from repository import ROOT

TOOLS = ("bash", "cat", "dirname", "mkdir", "rm", "touch", "df", "awk", "id")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The set-up script in a folder of its own."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    return tmp_path


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A search path with the plainest tools only: no Python, no Node.js, no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return str(folder)


def run(
    clone: Path, *arguments: str, path: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": path or os.environ["PATH"], "HOME": str(clone), **environment}
    command = [str(shutil.which("bash")), "scripts/setup.sh", *arguments]
    return subprocess.run(command, cwd=clone, env=kept, capture_output=True, text=True, check=False)


def test_a_folder_that_cannot_be_written_to(clone: Path) -> None:
    (clone / ".make").write_text("in the way: even the superuser cannot make a folder of this name")
    result = run(clone, "python", "base")
    assert result.returncode == 2
    assert "cannot be written to" in result.stderr
    assert "Change its permissions" in result.stderr
    assert not (clone / ".venv").exists()


def test_no_python(clone: Path, bare_path: str) -> None:
    script = clone / "scripts" / "setup.sh"
    script.write_text(script.read_text().replace("/usr/bin/python3", "no-python-there"))
    result = run(clone, "python", "base", path=bare_path)
    assert result.returncode == 2
    assert "No Python of version 3.11" in result.stderr
    assert "apt-get install python3 python3-venv" in result.stderr
    assert not (clone / ".make" / "base.stamp").exists()


def test_no_browser_and_no_way_to_install_one(clone: Path, bare_path: str) -> None:
    result = run(clone, "browser", path=bare_path)
    assert result.returncode == 2
    assert "SONGHANH_CHROMIUM=" in result.stderr
    assert not (clone / ".make" / "browser.stamp").exists()


def test_a_browser_that_is_named(clone: Path, bare_path: str) -> None:
    named = clone / "my-chrome"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    assert run(clone, "browser", path=bare_path, SONGHANH_CHROMIUM=str(named)).returncode == 0
    assert (clone / ".make" / "browser").read_text().strip() == str(named)


def test_a_clone_that_was_moved_is_set_up_again(clone: Path) -> None:
    (clone / ".make").mkdir()
    (clone / ".make" / "place").write_text("/somewhere/else\n")
    (clone / ".make" / "base.stamp").touch()
    assert run(clone, "verify").returncode == 0
    assert not (clone / ".make" / "base.stamp").exists()


def test_an_unknown_step(clone: Path) -> None:
    assert run(clone, "conquer").returncode == 2


def test_continuous_integration_runs_what_developers_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-2:] == ["make check", "make test"]
