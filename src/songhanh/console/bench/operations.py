"""How fast the registers are when they are full: lists, imports, exports, levels, follow-ups, on both databases."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from songhanh.console.bench.machine import machine
from songhanh.console.bench.postgres import private_server
from songhanh.core.errors import Fault, SonghanhError

AS_OF = "2021-07-31"
Tell = Callable[[str], None]
# A fifth of the memory of a small server; the rest as PostgreSQL comes.
SERVER = ("shared_buffers=1GB", "max_wal_size=4GB", "effective_cache_size=3GB", "random_page_cost=1.1")


def bench_operations(
    *, sqlite: bool, postgresql: bool, scale: float, users: int, seconds: int, tell: Tell
) -> dict[str, Any]:
    """Fill each database with made-up people and measure; everything is thrown away afterwards.

    Raises
    ------
    SonghanhError
        If locust or PostgreSQL is missing, or a measurement failed.
    """
    if users and importlib.util.find_spec("locust") is None:
        raise SonghanhError(
            Fault(
                "bench.locust",
                "Locust, which plays the users, is not installed.",
                "Install what developers use (make setup), or leave the users out with --users 0.",
            )
        )
    before = machine()
    found: dict[str, Any] = {}
    if sqlite:
        found["sqlite"] = _one("sqlite", None, scale, users, seconds, tell)
    if postgresql:
        with private_server(*SERVER) as server:
            found["postgresql"] = _one("postgresql", server.create("songhanh"), scale, users, seconds, tell)
    return {
        "scenario": {
            "scale": scale,
            "as_of": AS_OF,
            "users": users,
            "think_time_s": [1, 5],
            "seconds": seconds,
        },
        **found,
        "machine": {**before, "load_1_min_after": machine()["load_1_min"]},
    }


def _one(name: str, url: str | None, scale: float, users: int, seconds: int, tell: Tell) -> dict[str, Any]:
    """Measure one database in a process of its own, which has its settings and its own data directory."""
    with tempfile.TemporaryDirectory(prefix="songhanh-bench-") as folder:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment |= {"SONGHANH_HOME": folder, "SONGHANH_TODAY": AS_OF, "PYTHONUNBUFFERED": "1"}
        if url:
            environment["DATABASE_URL"] = url
        figures = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "songhanh.console.bench.operations_run"]
        command += [str(figures), str(scale), str(users), str(seconds)]
        process = subprocess.Popen(  # noqa: S603 - our own module
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        last: list[str] = []
        try:
            for line in process.stdout:
                last = [*last[-30:], line]
                if line.startswith("stage: "):
                    tell(f"{name}: {line.removeprefix('stage: ').strip()}")
            code = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        if code != 0:
            raise SonghanhError(
                Fault(
                    "bench.operations",
                    f"The measurement on {name} failed: {''.join(last).strip()}",
                    "Put that right, or leave this database out.",
                )
            )
        result: dict[str, Any] = json.loads(figures.read_text())
        return result
