"""`songhanh serve`: the web server and its background worker, started and stopped together."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db.utils import OperationalError
from django.utils.module_loading import import_string
from waitress.server import create_server

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.project import assets

logger = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE_SECONDS = 4.0
QUEUES = ("default", "quick")  # a worker each, so that a question of seconds never waits behind a search


def load_settings() -> None:
    """Load the settings; no database is opened."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhanh.operations.project.settings")
    django.setup()


def set_up() -> None:
    """Load the settings and bring the database up to date.

    Raises
    ------
    SonghanhError
        If the data directory cannot be written to or the database does not answer.
    """
    load_settings()
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise SonghanhError(
            Fault(
                code="database.unavailable",
                message=f"The database cannot be opened ({str(error).strip()}).",
                remedy="Check SONGHANH_HOME or DATABASE_URL, and that the database server runs.",
            )
        ) from error


def demand_free_port(host: str, port: int) -> None:
    """Raise SonghanhError where the address cannot be served on."""
    if host not in LOOPBACK and not os.environ.get("SONGHANH_HOSTS"):
        raise SonghanhError(
            Fault(
                code="serve.not_loopback",
                message=f"The pages are set up for this machine only, so they are not served on {host}.",
                remedy="Put a reverse proxy with a certificate before 127.0.0.1 and name its host in SONGHANH_HOSTS.",
                parameter="host",
            )
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise SonghanhError(
                Fault(
                    code="serve.port_taken",
                    message=f"Port {port} of {host} cannot be used ({error}).",
                    remedy=f"Stop the other program, or choose another port: songhanh serve --port {port + 1}.",
                    parameter="port",
                )
            ) from error


def has_evaluation(pack_ref: str, as_of: Any, seed: int, n_worlds: int) -> bool:
    """Say whether the database already holds the answer to a question (call ``set_up`` first)."""
    exists = import_string("songhanh.operations.planning.queries.is_answered")
    return bool(exists(pack_ref, as_of, seed, n_worlds))


def store(
    pack_ref: str,
    answers: Mapping[str, Mapping[str, Any]],
    situation: Mapping[str, Any],
    geometry: Mapping[str, Any],
    n_worlds: int,
) -> None:
    """Keep what the command line computed, by kind of question, for the pages (call ``set_up`` first)."""
    keep = import_string("songhanh.operations.planning.actions.store")
    evening = import_string("songhanh.operations.planning.actions.Evening")
    keep(pack_ref=pack_ref, answers=answers, evening=evening(situation, geometry), n_worlds=n_worlds)


def demonstrate(pack_ref: str) -> None:
    """Make the places of a pack and one account of each role, on a synthetic installation (``set_up`` first).

    An installation of real people is left as it is.
    """
    installation = import_string("songhanh.operations.places.queries.installation")()
    if installation is None:
        installation = import_string("songhanh.operations.places.actions.load_pack")(
            pack_ref, is_synthetic=True
        )
    if installation.is_synthetic:
        import_string("songhanh.operations.accounts.actions.demo_accounts")()


def morning_report(document: Mapping[str, Any], geometry: Mapping[str, Any], language: str) -> str:
    """Return the report of a morning as one HTML page; no database is opened."""
    load_settings()
    render = import_string("songhanh.operations.planning.report.morning_report")
    return str(render(document, geometry, language))


class WorkerProcess:
    """The worker of one queue, restarted when it dies and stopped with the server."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep_alive, name=f"worker-watch-{queue}", daemon=True)

    def start(self) -> None:
        """Start the worker and the thread that watches it."""
        self._launch()
        self._watch.start()

    def stop(self) -> None:
        """Ask the worker to stop, then insist: a first signal lets it finish, a second puts its job back."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        for stop in (process.terminate, process.terminate, process.kill):
            if process.poll() is not None:
                return
            stop()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                continue

    def _launch(self) -> None:
        command = [sys.executable, "-m", "songhanh.operations.planning.worker"]
        command += ["--queue", self._queue, "--parent", str(os.getpid())]
        # A session of its own, so that Ctrl-C reaches the server only, which then stops the worker in order.
        self._process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own worker

    def _keep_alive(self) -> None:
        pause = 1.0
        while not self._stopping.wait(pause):
            if self._process is not None and self._process.poll() is not None:
                logger.warning(
                    "the worker of queue %s ended (code %s); starting another",
                    self._queue,
                    self._process.returncode,
                )
                pause = min(30.0, pause * 2)  # a worker that cannot start must not spin
                self._launch()


def serve(host: str = "127.0.0.1", port: int = 8000, threads: int = 8, with_worker: bool = True) -> None:
    """Serve the pages until Ctrl-C or a termination signal.

    Raises
    ------
    SonghanhError
        If the port is taken, the data directory cannot be written to or the front end is not built.
    """
    demand_free_port(host, port)
    assets.demand_build()
    set_up()
    server = create_server(
        get_wsgi_application(), host=host, port=port, threads=threads, ident="songhanh", **_proxy()
    )
    workers = [WorkerProcess(queue) for queue in QUEUES] if with_worker else []
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        for worker in workers:
            worker.start()
        shown = f"[{host}]" if ":" in host else host
        _say(f"Songhanh is at http://{shown}:{port}/ (Ctrl-C stops it)")
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        stopping = [threading.Thread(target=worker.stop) for worker in workers]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        _say("Stopped.")


def _proxy() -> dict[str, Any]:
    """Return what the server believes of the reverse proxy: the reader's address, and that the way was encrypted."""
    if not settings.TRUSTED_PROXY:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": settings.TRUSTED_PROXY, "trusted_proxy_headers": headers}


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
