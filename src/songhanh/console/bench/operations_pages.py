"""Every list, search and case page, asked of the real server: by one user, and by many through locust."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from songhanh.core.errors import Fault, SonghanhError

APPS = "songhanh.operations"
TIMES = 40
OFTEN = 20
FEW = 3
PATIENCE_SECONDS = 60
SERVE = (
    "import sys; from songhanh.operations.project.serving import serve; "
    "serve('127.0.0.1', int(sys.argv[1]), with_worker=False)"
)


def bench_pages(folder: Path) -> dict[str, Any]:
    """Ask every page many times with filters drawn by chance; a slow page is the one whose p95 is the largest."""
    pages = addresses(random.Random(7))  # noqa: S311 - the same questions each time
    cookie = _cookies(1)["province"][0]
    by_page: dict[str, dict[str, float]] = {}
    with _server(folder) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        for name, asked in pages.items():
            spent = [_ask(line, address, cookie) for address in asked[:2] + asked][
                2:
            ]  # the first two warm up
            by_page[name] = {
                "median_ms": statistics.median(spent),
                "p95_ms": _p95(spent),
                "requests": len(spent),
            }
        line.close()
    lists = {name: page["p95_ms"] for name, page in by_page.items() if name != "indicators"}
    worst = max(lists, key=lambda name: lists[name])
    return {"list_p95_ms": lists[worst], "slowest_page": worst, "pages": by_page}


def bench_users(folder: Path, users: int, seconds: int) -> dict[str, Any]:
    """Let locust play officers of different communes who read, and now and then write, with time to think."""
    pages = addresses(random.Random(8))  # noqa: S311 - the same questions each time
    cookies = _cookies(users)
    plan = folder / "locust.json"
    plan.write_text(
        json.dumps(
            {
                "cookies": cookies["communes"],
                "pages": {name: asked for name, asked in pages.items() if name in READ_BY_COMMUNES},
                "follow_ups": _due(cookies["usernames"]),
            }
        )
    )
    script = Path(__file__).with_name("operations_locust.py")
    with _server(folder) as port:
        command = [sys.executable, "-m", "locust", "-f", str(script), "--headless", "-u", str(users)]
        command += ["-r", str(max(1, users // 5)), "-t", f"{seconds}s", "--json", "--only-summary"]
        done = subprocess.run(  # noqa: S603 - our own command line
            [*command, "--host", f"http://127.0.0.1:{port}", "--reset-stats", "--exit-code-on-error", "0"],
            env=os.environ | {"SONGHANH_LOCUST": str(plan)}, capture_output=True, text=True, check=False, cwd=folder,
        )  # fmt: skip
    try:
        stats = json.loads(done.stdout)
    except ValueError:
        raise SonghanhError(
            Fault(
                "bench.locust",
                f"Locust said nothing ({done.stderr[-500:]}).",
                "Put that right, or --users 0.",
            )
        ) from None
    return _summary(stats)


READ_BY_COMMUNES = frozenset(
    {"cases", "case", "contacts", "chain", "follow_ups", "people", "person", "samples", "stays", "waiting"}
)


def addresses(rng: random.Random) -> dict[str, list[str]]:
    """Return what to ask of each page: filters, searches and far pages by chance; all of it from rows that are there."""
    reverse = import_module("django.urls").reverse
    cases, people = _sample("cases", "Case", rng), _sample("people", "Person", rng)
    units = _sample("places", "Unit", rng)
    names = [row.full_name for row in people]
    words = [name.rsplit(" ", 1)[1] for name in names] + names + [row.phone for row in people if row.phone]
    results = ("", "pending", "positive", "negative")

    def far() -> int:
        return int(rng.choice((1, 1, 1, 2, 3, 10, 50, 150)))

    def asked(name: str, *queries: str, key: Any = None) -> str:
        path = str(reverse(name, args=[key] if key else None))
        query = "&".join(part for part in queries if part and not part.endswith("="))
        return f"{path}?{query}" if query else path

    def unit() -> str:
        return f"unit={rng.choice(units).pk}" if rng.random() < 0.5 else ""

    def every(make: Any) -> list[str]:
        return [make() for _ in range(TIMES)]

    return {
        "cases": every(lambda: asked("cases:list", unit(), f"page={far()}")),
        "cases_search": every(lambda: asked("cases:list", f"q={quote_plus(rng.choice(words))}")),
        "case": every(lambda: asked("cases:case", key=rng.choice(cases).uuid)),
        "contacts": every(
            lambda: asked("tracing:contacts", unit(), f"level={rng.choice(('', 1, 2))}", f"page={far()}")
        ),
        "chain": every(lambda: asked("tracing:chain", key=rng.choice(cases).uuid)),
        "follow_ups": every(lambda: asked("tracing:follow_ups", unit(), f"page={far()}")),
        # No list: everything about the cases of two weeks. It takes long, and a few times tell how long.
        "indicators": every(lambda: asked("tracing:indicators"))[:FEW],
        "people": every(lambda: asked("people:list", unit(), f"page={far()}")),
        "people_search": every(lambda: asked("people:list", f"q={quote_plus(rng.choice(words))}")),
        "person": every(lambda: asked("people:person", key=rng.choice(people).uuid)),
        "duplicates": every(lambda: asked("people:duplicates")),
        "samples": every(
            lambda: asked("sampling:list", unit(), f"result={rng.choice(results)}", f"page={far()}")
        ),
        "stays": every(lambda: asked("quarantine:list", unit(), f"page={far()}")),
        "waiting": every(lambda: asked("indicators:waiting")),
        "imports": every(lambda: asked("intake:home")),
        "places": every(lambda: asked("places:list")),
    }


def _sample(app: str, model: str, rng: random.Random) -> list[Any]:
    rows = getattr(import_module(f"{APPS}.{app}.models"), model).objects
    if model == "Unit":
        return list(rows.filter(level="commune"))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    return list(rows.filter(pk__in=rng.sample(keys, min(200, len(keys)))))


def _cookies(n: int) -> dict[str, list[str]]:
    """Log an epidemiologist and officers of n communes in; return their session cookies."""
    accounts = import_module(f"{APPS}.accounts.actions")
    user_model = import_module(f"{APPS}.accounts.models").User
    communes = list(
        import_module(f"{APPS}.places.models").Unit.objects.filter(level="commune").order_by("-population")
    )
    accounts.demo_accounts()
    users = []
    for number in range(n):
        name = f"bench-{number}"
        unit = communes[number % len(communes)]
        users.append(
            user_model.objects.filter(username=name).first()
            or accounts.create_user(
                by=None,
                username=name,
                full_name=name,
                password=f"đo tốc độ {number} 2021 rất dài",
                roles=[("commune", unit, None)],
            )
        )
    epidemiologist = user_model.objects.get(username="demo-epidemiologist")
    return {
        "province": [_session(epidemiologist)],
        "communes": [_session(user) for user in users],
        "usernames": [user.username for user in users],
    }


def _session(user: Any) -> str:
    client = import_module("django.test").Client()
    client.force_login(user)
    return str(client.cookies["sessionid"].value)


def _due(usernames: list[str]) -> list[list[int]]:
    """Return, for each officer, follow-ups that are due in their commune: what they write."""
    user_model = import_module(f"{APPS}.accounts.models").User
    follow_up = import_module(f"{APPS}.tracing.models").FollowUp
    found = []
    for name in usernames:
        user = user_model.objects.get(username=name)
        due = follow_up.objects.visible_to(user).filter(state="due").order_by("pk")
        found.append(list(due.values_list("pk", flat=True)[:50]))
    return found


def _ask(line: http.client.HTTPConnection, address: str, cookie: str) -> float:
    started = time.perf_counter()
    line.request("GET", address, headers={"Cookie": f"sessionid={cookie}"})
    answer = line.getresponse()
    body = answer.read()
    spent = (time.perf_counter() - started) * 1000
    if answer.status != 200 or not body:
        raise SonghanhError(
            Fault(
                "bench.page", f"{address} answered {answer.status}.", "See what the page says in a browser."
            )
        )
    return spent


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own server
            [sys.executable, "-c", SERVE, str(port)], stdout=log, stderr=log,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    try:
        _wait(port, process, folder / "server.log")
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
            continue
        return
    raise SonghanhError(
        Fault("bench.server", f"The server did not start ({log.read_text()[-500:]}).", "Put that right.")
    )


def _summary(stats: list[dict[str, Any]]) -> dict[str, Any]:
    by_page, n_failed, n_writes = {}, 0, 0
    for entry in stats:
        times = {float(at): int(n) for at, n in entry["response_times"].items()}
        n = int(entry["num_requests"])
        n_failed += int(entry["num_failures"])
        n_writes += n if entry["method"] == "POST" else 0
        by_page[f"{entry['method']} {entry['name']}"] = {"p95_ms": _weighted_p95(times), "requests": n}
    everything: dict[float, int] = {}
    for entry in stats:
        for at, count in entry["response_times"].items():
            everything[float(at)] = everything.get(float(at), 0) + int(count)
    if n_failed or not everything or not n_writes:
        raise SonghanhError(
            Fault(
                "bench.users",
                f"{n_failed} requests failed, {n_writes} writes arrived.",
                "See the log of the server; this is a fault.",
            )
        )
    return {
        "list_p95_ms_50_users": _worst(by_page),
        "all_p95_ms_50_users": _weighted_p95(everything),
        "users": {"requests": sum(everything.values()), "writes": n_writes, "pages": by_page},
    }


def _worst(by_page: dict[str, Any]) -> float:
    """Return the largest p95 of the pages that were asked often enough to have one (of all, where none was)."""
    often = [page["p95_ms"] for page in by_page.values() if page["requests"] >= OFTEN]
    return float(max(often or [page["p95_ms"] for page in by_page.values()]))


def _weighted_p95(times: dict[float, int]) -> float:
    left = 0.95 * sum(times.values())
    for at in sorted(times):
        left -= times[at]
        if left <= 0:
            return at
    return max(times, default=0.0)


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
