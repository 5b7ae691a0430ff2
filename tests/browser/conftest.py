"""A served installation and the system's own browser for journeys through the pages."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src"
DOCUMENTS = HERE.parent / "operations"
BUILD = SOURCE / "songhanh" / "operations" / "project" / "static" / "songhanh" / "build"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
STORE = """
import documents
from songhanh.operations.project import serving
serving.set_up()
serving.store("bac-giang-2021", documents.answers(), documents.situation(), documents.geometry(), 100)
import registry
from songhanh.operations.accounts import actions
registry.build_province()
actions.demo_accounts()
"""
SERVE = "import sys; from songhanh.operations.project.serving import serve; serve(port=int(sys.argv[1]))"


def browser_path() -> str | None:
    """Return the browser: as named by SONGHANH_CHROMIUM, else the system's."""
    named = os.environ.get("SONGHANH_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium; Playwright's own copy where the system has none and it was installed."""
    path = browser_path()
    if path is None and not Path(playwright.chromium.executable_path).exists():
        pytest.fail(
            "No Chromium was found. Install it (Debian: apt-get install chromium; elsewhere: playwright install "
            "chromium), or name it in SONGHANH_CHROMIUM."
        )
    launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served installation that holds test documents."""
    assert (BUILD / "manifest.json").exists(), "the front end is not built: npm ci && npm run build"
    home = tmp_path_factory.mktemp("home")
    names = (
        "evaluate", "situation", "forecast", "priorities", "search", "what_if", "record", "rerun", "geometry", "preload",
    )  # fmt: skip
    environment = os.environ | {
        "SONGHANH_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(SOURCE), str(DOCUMENTS)]),
        **{f"SONGHANH_{name.upper()}": f"documents.{name}_of" for name in names},
    }
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", STORE], env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    served = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], env=environment)
    base = f"http://127.0.0.1:{port}"
    for _ in range(300):
        assert served.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(base + "/glossary/", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    yield base
    served.terminate()
    served.wait(30)


@pytest.fixture(scope="session")
def sessions(browser: Browser, address: str) -> Callable[[str], str]:
    """Return the session of a role's demonstration account, entered by a click on the log-in page."""

    @cache
    def session(role: str) -> str:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address + "/account/enter/")
        page.locator(f"button[value=demo-{role}]").click()
        page.wait_for_url(lambda url: "/account/enter/" not in url)
        (found,) = [cookie["value"] for cookie in context.cookies() if cookie["name"] == "sessionid"]
        context.close()
        return str(found)

    return session


class Reader:
    """One person's browser: a window of a width, a language, with or without JavaScript; it notes complaints."""

    def __init__(self, browser: Browser, base: str, session: str | None, **options: Any) -> None:
        self.base = base
        self.complaints: list[str] = []
        width, language = options.pop("width"), options.pop("language", "vi")
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 900}, **options
        )
        self.context.add_cookies([{"name": "django_language", "value": language, "url": base}])
        if session:
            self.context.add_cookies([{"name": "sessionid", "value": session, "url": base, "httpOnly": True}])
        self.page: Page = self.context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._request_failed)
        self.page.on("response", lambda answer: self._failed(answer.url) if answer.status >= 400 else None)

    def _note(self, message: Any) -> None:
        # Software rendering of the map is slow and says so; that is this machine's, not the page's.
        if message.type in {"error", "warning"} and "GL Driver Message" not in message.text:
            self.complaints.append(message.text)

    def _request_failed(self, request: Request) -> None:
        # Whoever goes on to another page stops what the first was still loading; nothing is wrong then.
        if request.failure != "net::ERR_ABORTED":
            self._failed(f"{request.url} ({request.failure})")

    def _failed(self, url: str) -> None:
        self.complaints.append(f"failed: {url}")

    def open(self, path: str) -> Page:
        """Open a page and wait until it is quiet."""
        self.page.goto(self.base + path, wait_until="load")
        return self.page


@pytest.fixture
def visit(browser: Browser, address: str, sessions: Callable[[str], str]) -> Iterator[Any]:
    """Open readers with a role (``role=None`` is a stranger); at the end none may have had a complaint."""
    readers: list[Reader] = []

    def start(width: int = 1280, role: str | None = "committee", **options: Any) -> Reader:
        reader = Reader(browser, address, sessions(role) if role else None, width=width, **options)
        readers.append(reader)
        return reader

    yield start
    complaints = [complaint for reader in readers for complaint in reader.complaints]
    for reader in readers:
        reader.context.close()
    assert complaints == []
