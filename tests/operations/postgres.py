"""A real PostgreSQL for the tests: one server a run, a fresh database for each test module."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from songhanh.console.bench.postgres import Server, private_server
from songhanh.core.errors import SonghanhError

HERE = Path(__file__).parent


def run_on(address: str, home: Path, script: str) -> str:
    """Run a script in a process of its own that stands on a database; return what it prints."""
    environment = os.environ | {
        "DATABASE_URL": address,
        "SONGHANH_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(HERE.parent.parent / "src"), str(HERE)]),
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """The server of this run; tests that want it are skipped where PostgreSQL is not installed."""
    running = private_server()
    try:
        server = running.__enter__()
    except SonghanhError as error:
        pytest.skip(f"{error} (SQLite is tested all the same)")
    try:
        yield server
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="module")
def postgresql(postgresql_server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of this module alone, for ``DATABASE_URL``."""
    name = Path(str(request.path)).stem
    yield postgresql_server.create(name)
    postgresql_server.drop(name)
