"""Run in a process of its own by `test_faults.py`: acts are killed in the middle of their writes, and what is left is looked at.

Each act runs in a forked child that kills itself (SIGKILL, nothing is cleaned up) before its n-th statement that
writes. The parent then compares every row of every table with what was there before.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from songhanh.operations.project import serving

serving.set_up()

from django.db import close_old_connections, connection, transaction  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.test import Client  # noqa: E402

from songhanh.operations.accounts import actions as accounts  # noqa: E402
from songhanh.operations.accounts.models import User  # noqa: E402
from songhanh.operations.audit.models import Event  # noqa: E402
from songhanh.operations.audit.queries import verify  # noqa: E402
from songhanh.operations.cases import actions as cases  # noqa: E402
from songhanh.operations.cases.models import Case  # noqa: E402
from songhanh.operations.intake import actions as intake  # noqa: E402
from songhanh.operations.intake.models import Batch  # noqa: E402
from songhanh.operations.intake.models import Row as IntakeRow  # noqa: E402
from songhanh.operations.keeping import actions as keeping  # noqa: E402
from songhanh.operations.keeping import rows  # noqa: E402
from songhanh.operations.people.merging import merge  # noqa: E402
from songhanh.operations.people.models import Merge, Person  # noqa: E402
from songhanh.operations.project.base import Stale  # noqa: E402
from songhanh.operations.seeding import actions as seeding  # noqa: E402
from songhanh.operations.tracing import actions as tracing  # noqa: E402
from songhanh.operations.tracing.models import Contact, FollowUp, Standing  # noqa: E402

AS_OF = date(2021, 5, 31)
WRITES = ("INSERT", "UPDATE", "DELETE", "COPY", "TRUNCATE", "CREATE", "ALTER", "DROP")


class Killer:
    """Kills its own process before the n-th statement that writes; counts them where n is None."""

    def __init__(self, at: int | None) -> None:
        self.at, self.n = at, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if str(sql).lstrip().upper().startswith(WRITES):
            if self.n == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
            self.n += 1
        return execute(sql, params, many, context)


def digests() -> dict[str, Any]:
    return {model._meta.label_lower: rows.digest(model) for model in rows.kept_models()}


def in_child(act: Callable[[], Any]) -> int:
    """Run an act in a forked process with a connection of its own; return how it ended."""
    connection.close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            close_old_connections()
            act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def killed(act: Callable[[], Any], at: int) -> bool:
    """Run an act that kills itself; say whether it did."""

    def acting() -> None:
        with connection.execute_wrapper(Killer(at)):
            act()

    status = in_child(acting)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def n_writes(act: Callable[[], Any]) -> int:
    """Return how many statements of an act write; nothing of it is kept."""
    killer = Killer(None)
    with transaction.atomic(), connection.execute_wrapper(killer):
        act()
        transaction.set_rollback(True)
    return killer.n


def whole_or_not_at_all(act: Callable[[], Any]) -> int:
    """Kill an act at its first, middle and last writes; nothing may be left of it. Return at how many."""
    n = n_writes(act)
    assert n >= 2, n
    before = digests()
    points = sorted({0, 1, n // 3, n // 2, n - 1})
    for at in points:
        assert killed(act, at), (at, n)
        after = digests()
        assert after == before, [label for label in after if after[label] != before[label]]
        assert verify().is_whole
    return len(points)


def seeded(f0: int, number: int) -> Callable[[], Any]:
    sizes = seeding.sizes_of(
        f0=f0, f1=4 * f0, f2=6 * f0, tests=20 * f0, follow_ups=20 * f0, presence=10 * f0, as_of=AS_OF
    )
    return lambda: seeding.seed(by=None, pack_ref="bac-giang-2021", sizes=sizes, number=number, replace=True)


def kill_seed() -> dict[str, Any]:
    """Not in a forked child: polars has threads, which a fork does not take along."""
    before, n_kills = digests(), 0
    for at in (2, 30, 70, 100):
        done = subprocess.run([sys.executable, __file__, f"--seed-until={at}"], check=False)
        assert done.returncode == -signal.SIGKILL, done.returncode
        n_kills += 1
        assert digests() == before
        assert verify().is_whole
    return {"points": n_kills}


def kill_merge() -> dict[str, Any]:
    case = Case.objects.order_by("pk").first()
    assert case is not None
    kept = case.person
    absorbed = Person.objects.get(pk=Standing.objects.filter(level=1).order_by("-person_id")[0].person_id)
    contacts = Contact.objects.count()
    points = whole_or_not_at_all(lambda: merge(by=None, kept=kept, absorbed=absorbed, reason="same"))
    merge(by=None, kept=kept, absorbed=absorbed, reason="same")
    assert Merge.objects.count() == 1
    absorbed.refresh_from_db()
    assert absorbed.merged_into_id == kept.pk
    assert Contact.objects.count() <= contacts
    return {"points": points}


def kill_relevel() -> dict[str, Any]:
    """A rebuild of levels that were lost, and the levels of a new case."""
    tracing.rebuild()
    wanted = digests()["tracing.standing"][0]
    Standing.objects.filter(level__in=(1, 2)).update(level=9)
    points = whole_or_not_at_all(tracing.rebuild)
    counts = tracing.rebuild()
    assert counts["changed"] > 0
    assert not Standing.objects.filter(level=9).exists()
    assert tracing.rebuild()["changed"] == 0
    assert digests()["tracing.standing"][0] == wanted
    person = Person.objects.get(pk=Standing.objects.filter(level=1).order_by("person_id")[0].person_id)

    def confirm() -> None:
        tracing.set_source(
            by=None,
            person=person,
            infectious_from=AS_OF - timedelta(days=9),
            infectious_until=AS_OF,
            since_on=AS_OF,
        )

    points += whole_or_not_at_all(confirm)
    confirm()
    assert Standing.objects.get(person=person).level == 0
    assert tracing.rebuild()["changed"] == 0  # what was worked out locally is what the whole gives
    return {"points": points}


def kill_import() -> dict[str, Any]:
    """A commit is in chunks: what is written stays, what is not is taken up, and the sums are those of the dry run."""
    lines = ["Họ và tên,Năm sinh,Giới tính,Xã,Ngày báo cáo,Phân loại"]
    for k in range(1300):
        day = "31/02/2021" if k % 100 == 7 else "30/05/2021"
        name = f"Ong {chr(65 + k % 26)}{chr(97 + k // 26 % 26)}{chr(97 + k // 676)} {chr(65 + k // 7 % 26)}"
        lines.append(f"{name},{1940 + k % 70},Nam,Hồng Thái,{day},xác định")
    batch = intake.upload(by=None, file_name="a.csv", content="\n".join(lines).encode(), target="cases")
    batch = intake.try_batch(batch=batch, by=None)
    tried = (batch.n_rows, batch.n_created, batch.n_updated, batch.n_duplicate, batch.n_rejected)
    assert batch.n_created > 1000, tried
    assert batch.n_rejected > 0, tried
    cases_before, n_kills, done = Case.objects.count(), 0, 0
    for at in (3, 1, 30, 25, 40, 60, 90):
        if not killed(lambda: intake.commit(batch=Batch.objects.get(pk=batch.pk), by=None), at):
            break
        n_kills += 1
        batch.refresh_from_db()
        assert batch.n_done >= done
        done = batch.n_done
        made = IntakeRow.objects.filter(batch=batch, is_done=True, verdict="created").count()
        assert Case.objects.count() - cases_before == made, "a chunk is half written"
        assert verify().is_whole
    batch = intake.commit(batch=Batch.objects.get(pk=batch.pk), by=None)
    assert batch.state == "committed"
    assert (batch.n_rows, batch.n_created, batch.n_updated, batch.n_duplicate, batch.n_rejected) == tried
    assert Case.objects.count() - cases_before == batch.n_created
    before = digests()["cases.case"]
    intake.commit(batch=batch, by=None)
    assert digests()["cases.case"] == before
    return {"kills": n_kills, "counts": tried}


def kill_restore() -> dict[str, Any]:
    file = Path(os.environ["SONGHANH_HOME"]) / "kept.zip"
    keeping.backup(by=None, file=file)
    Person.objects.filter(pk=1).update(note="later")
    n = 8
    before = digests()
    for at in (0, 1, 40, 90, 120)[:n]:
        if killed(lambda: keeping.restore(by=None, file=file, replace=True), at):
            assert digests() == before
    keeping.restore(by=None, file=file, replace=True)
    assert Person.objects.get(pk=1).note == ""
    assert verify().is_whole
    return {}


def two_officers() -> dict[str, Any]:
    """Two processes write the same version of a case at the same moment: one is told, and the other's words stand."""
    told = 0
    for round_number in range(5):
        case = Case.objects.order_by("pk")[round_number]
        version, start = case.version, time.time() + 0.5
        children = []
        connection.close()
        for name in ("one", "two"):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    mine = Case.objects.get(pk=case.pk)
                    time.sleep(max(0.0, start - time.time()))
                    cases.edit(by=None, case=mine, version=version, note=f"officer {name}")
                    code = 0
                except Stale:
                    code = 3
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(code)
            children.append((name, child))
        ended = {name: os.WEXITSTATUS(os.waitpid(child, 0)[1]) for name, child in children}
        assert sorted(ended.values()) == [0, 3], ended
        told += 1
        case.refresh_from_db()
        winner = next(name for name, code in ended.items() if code == 0)
        assert case.note == f"officer {winner}"
        assert case.version == version + 1
    assert verify().is_whole
    return {"told": told}


def kill_server() -> dict[str, Any]:
    """The server dies in the middle of writing a follow-up down; the next one has it still to do, and does it."""
    accounts.demo_accounts()
    user = User.objects.get(username="demo-epidemiologist")
    client = Client()
    client.force_login(user)
    due = FollowUp.objects.filter(state="due").order_by("pk")[0]
    session = client.cookies["sessionid"].value
    before, events = digests(), Event.objects.count()
    for at in (0, 1, 2):
        assert posted(due.pk, session, at) == -signal.SIGKILL
        assert digests() == before
        assert verify().is_whole
    assert posted(due.pk, session, 1_000_000) == 302
    due.refresh_from_db()
    assert (due.state, due.version) == ("well", 2)
    assert Event.objects.count() > events
    assert verify().is_whole
    return {"kills": 3}


def posted(pk: int, session: str, at: int) -> int:
    """Start a server that kills itself before its n-th write, send it a form; return its answer, or how it ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    connection.close()
    server = subprocess.Popen(
        [sys.executable, __file__, f"--serve-until={at}", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        token = "a" * 32
        form = f"csrfmiddlewaretoken={token}&state=well&temperature=36.6&note=&version=1"
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"http://127.0.0.1:{port}/",
        }
        try:
            line.request("POST", f"/tracing/follow-ups/{pk}/", form, headers)
            return line.getresponse().status
        except (ConnectionError, http.client.HTTPException):
            return server.wait(30)
    finally:
        server.terminate()
        server.wait()


def arm(sender: Any, connection: Any, **_: Any) -> None:
    connection.execute_wrappers.append(Killer(int(sys.argv[1].split("=")[1])))


if __name__ == "__main__":
    if sys.argv[1].startswith("--seed-until="):
        with connection.execute_wrapper(Killer(int(sys.argv[1].split("=")[1]))):
            seeded(25, 2)()
    elif sys.argv[1].startswith("--serve-until="):
        connection.close()
        connection_created.connect(arm)
        serving.serve("127.0.0.1", int(sys.argv[2]), with_worker=False)
    else:
        sys.stdout.write(json.dumps({name: globals()[name]() for name in sys.argv[1:]}) + "\n")
