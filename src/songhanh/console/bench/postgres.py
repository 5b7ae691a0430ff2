"""A private PostgreSQL server: made for one benchmark or one run of the tests, gone with the process that started it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from songhanh.core.errors import Fault, SonghanhError

USER = "songhanh"
PATIENCE_SECONDS = 60.0
# The shell holds the reading end of a pipe. When the starter ends, however it ends, the pipe closes, the read returns
# and the server is stopped and its folder removed: nothing is left running, also after `kill -9`.
GUARD = 'folder="$1"; shift; "$@" & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$folder"'


@dataclass(frozen=True)
class Server:
    """A running server and how to make databases in it."""

    port: int
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """Return what ``DATABASE_URL`` wants."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database and return its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL server on this machine.

    Raises
    ------
    SonghanhError
        If there is none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise SonghanhError(
        Fault(
            "postgresql.missing",
            "PostgreSQL is not installed on this machine.",
            "Install it (Debian: apt-get install postgresql), or leave it out with --no-postgresql.",
        )
    )


def _unprivileged() -> str | None:
    """Return an unprivileged user to become, or None where we are not root already."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise SonghanhError(
        Fault(
            "postgresql.root",
            "PostgreSQL does not run as root, and there is no unprivileged user to start it as.",
            "Run the command as another user, or leave it out with --no-postgresql.",
        )
    )


@contextmanager
def private_server(*options: str) -> Iterator[Server]:
    """Run a server of our own on loopback, in a temporary folder, for as long as the block lasts.

    Parameters
    ----------
    options
        Settings as ``name=value``. Nothing is flushed to the disk: its data is to be thrown away.

    Raises
    ------
    SonghanhError
        If PostgreSQL is missing or does not start.
    """
    programs, user = binaries(), _unprivileged()
    # Not the caller's own folder: the other user must be able to walk into it.
    folder = Path(tempfile.mkdtemp(prefix="songhanh-postgresql-"))
    if user:
        shutil.chown(folder, user)
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    data = folder / "data"
    made = subprocess.run(  # noqa: S603 - our own command line
        [programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--no-sync"],
        user=user, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise _not_started(made.stderr)
    port = _free_port()
    settings = [
        f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off",
        "synchronous_commit=off", "full_page_writes=off", *options,
    ]  # fmt: skip
    command = [str(programs / "postgres"), "-D", str(data), *(f"-c{setting}" for setting in settings)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            ["/bin/sh", "-c", GUARD, "sh", str(folder), *command],
            user=user, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    server = Server(port, process)
    try:
        _wait(server, folder / "log")
        yield server
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            if server.process.poll() is None and time.monotonic() < until and "FATAL" not in _text(log):
                time.sleep(0.1)
                continue
            raise _not_started(_text(log)) from None
        return


def _text(log: Path) -> str:
    # While it starts up it turns connections away with "FATAL: the database system is starting up".
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    return "\n".join(line for line in lines if "starting up" not in line)


def _not_started(why: str) -> SonghanhError:
    last = " ".join(why.strip().splitlines()[-3:])
    return SonghanhError(
        Fault(
            "postgresql.start",
            f"PostgreSQL did not start ({last}).",
            "Put that right, or leave it out with --no-postgresql.",
        )
    )
