"""A real PostgreSQL for the tests: one server a run, a fresh database for each test module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from songhanh.console.bench.postgres import Server, private_server
from songhanh.core.errors import SonghanhError


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
