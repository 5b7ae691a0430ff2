"""A served installation of the small province in a process of its own, and questions to its database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src"
SERVE = "import sys; from songhanh.operations.project.serving import serve; serve(port=int(sys.argv[1]), with_worker=False)"
BEGIN = "from songhanh.operations.project import serving; serving.set_up(); import field_world as world; "


class Place:
    """A served installation of the small province, and questions to its database."""

    def __init__(self, home: Path, database: str | None = None) -> None:
        self._environment = os.environ | {
            "SONGHANH_HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(SOURCE), str(HERE)]),
        }
        self._environment.pop("DATABASE_URL", None)
        if database:
            self._environment["DATABASE_URL"] = database
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.base = f"http://127.0.0.1:{self.port}"
        self._server: subprocess.Popen[bytes] | None = None

    def run(self, code: str) -> Any:
        """Run a line in the installation and return what it says."""
        line = BEGIN + f"import json; print('said ' + json.dumps({code}))"
        done = subprocess.run(
            [sys.executable, "-c", line], env=self._environment, check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout.rsplit("said ", 1)[1])

    def start(self) -> None:
        """Serve, and wait until it answers."""
        self._server = subprocess.Popen([sys.executable, "-c", SERVE, str(self.port)], env=self._environment)
        for _ in range(300):
            assert self._server.poll() is None, "the server ended"
            try:
                urllib.request.urlopen(self.base + "/field/worker.js", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)

    def stop(self) -> None:
        """Stop serving."""
        assert self._server is not None
        self._server.terminate()
        self._server.wait(30)
