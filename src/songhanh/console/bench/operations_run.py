"""The measurements of one database, in its own process: ``python -m songhanh.console.bench.operations_run``."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from songhanh.console.bench.operations_pages import bench_pages, bench_users
from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.project import serving

FULL = {"f0": 10_000, "f1": 100_000, "f2": 300_000, "tests": 1_000_000, "follow_ups": 2_000_000}
PRESENCE, ROWS, FOLLOW_UPS, NEW_CASES = 10_000_000, 10_000, 100_000, 40
APPS = "songhanh.operations"
Figures = dict[str, Any]


def main(file: Path, scale: float, users: int, seconds: int) -> None:
    """Fill, measure, and write the figures."""
    serving.set_up()
    as_of = date.fromisoformat(os.environ["SONGHANH_TODAY"])
    found: Figures = {}
    stages: list[tuple[str, Callable[[], Figures]]] = [
        ("seed", lambda: _seed(scale, as_of)),
        ("lists, one user", lambda: bench_pages(file.parent)),
        (f"lists, {users} users", lambda: bench_users(file.parent, users, seconds) if users else {}),
        ("export", lambda: _export(file.parent, scale)),
        ("presence", _presence),
        ("levels of one new case", _relevel),
        ("all levels", _rebuild),
        ("follow-ups", lambda: _follow_ups(as_of, scale)),
        ("import", lambda: _import(scale, as_of)),
    ]
    for stage, measure in stages:
        _say(stage)
        found |= measure()
    file.write_text(json.dumps(found))


def _say(stage: str) -> None:
    sys.stdout.write(f"stage: {stage}\n")
    sys.stdout.flush()


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    return call(), time.perf_counter() - started


def demand_some(what: str, n: int) -> None:
    """Raise SonghanhError where nothing happened, so that nothing was measured."""
    if n <= 0:
        raise SonghanhError(
            Fault("bench.nothing", f"No {what}: nothing was measured.", "Choose a larger --scale.")
        )


def _seed(scale: float, as_of: date) -> Figures:
    actions = import_module(f"{APPS}.seeding.actions")
    numbers = {name: max(20, round(n * scale)) for name, n in FULL.items()}
    presence = max(2_000, round(PRESENCE * scale))
    sizes = actions.sizes_of(**numbers, presence=presence, as_of=as_of)
    marks: list[tuple[float, int]] = []

    def note(done: int, _total: int, stage: str) -> None:
        if stage == "rows":
            marks.append((time.perf_counter(), done))

    counts, spent = _timed(
        lambda: actions.seed(by=None, pack_ref="bac-giang-2021", sizes=sizes, on_progress=note)
    )
    # The presence lists are written last; their indexes are counted with the rest.
    last = marks[-1][1]
    began = next(at for at, done in marks if done >= last - presence)
    ended = next(at for at, done in marks if done >= last)
    return {"seed_s": spent - (ended - began), "seed_with_presence_s": spent, "rows": counts}


def _export(folder: Path, scale: float) -> Figures:
    """Stream contacts through the same lines as a download, in a fresh process, and see how much memory it takes."""
    n = max(100, round(300_000 * scale))
    code = (
        "import json, sys; from songhanh.console.bench.operations_run import export_peak; "
        "print(json.dumps(export_peak(int(sys.argv[1]))))"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, str(n)], capture_output=True, text=True, check=True, cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    demand_some("exported rows", found["rows"])
    return {
        "export_300k_peak_mb": found["peak_mb"], "export_300k_s": found["s"],
        "export": {"rows": found["rows"], "sha256": found["sha256"]},
    }  # fmt: skip


def export_peak(n_rows: int) -> Figures:
    """Return by how much the largest resident memory grew while so many contacts were written."""
    serving.set_up()
    lines = import_module(f"{APPS}.intake.exporting").lines
    pieces = lines(None, "songhanh", "contacts")
    next(pieces)
    _forget_peak()
    before = _memory_mb("VmRSS")
    sha, n = hashlib.sha256(), 0
    started = time.perf_counter()
    for piece in pieces:
        sha.update(piece.encode())
        n += piece.count("\n")
        if n >= n_rows:
            break
    return {
        "peak_mb": _memory_mb("VmHWM") - before,
        "rows": n,
        "s": time.perf_counter() - started,
        "sha256": sha.hexdigest(),
    }


def _memory_mb(name: str) -> float:
    """Return ``VmRSS`` (now) or ``VmHWM`` (the most so far); `getrusage` where the system does not tell."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _forget_peak() -> None:
    """Let the most memory so far be what is used now."""
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5")


def _presence() -> Figures:
    """Open the lists of some cases, each of whom is on lists of several days."""
    tracing = import_module(f"{APPS}.tracing.models")
    actions = import_module(f"{APPS}.tracing.actions")
    since = tracing.PresenceList.objects.order_by("on").values_list("on", flat=True).first()
    persons = import_module(f"{APPS}.people.models").Person.objects
    cases = (
        tracing.Source.objects.filter(is_active=True, infectious_until__gte=since)
        .order_by("pk")
        .values_list("person_id", flat=True)
    )
    present = set(
        tracing.Presence.objects.filter(person_id__in=list(cases[:2_000])).values_list("person_id", flat=True)
    )
    spent, n = [], 0
    for who in sorted(present)[:: max(1, len(present) // 20)][:20]:
        person = persons.get(pk=who)
        made, took = _timed(partial(actions.open_presence, by=None, case_person=person, reason="bench"))
        spent.append(took)
        n += len(made)
    demand_some("contacts from presence lists", n)
    rows = tracing.Presence.objects.count()
    return {
        "presence_10m_s": _p95(spent), "presence_10m_median_s": statistics.median(spent),
        "presence": {"rows": rows, "cases": len(spent), "contacts": n},
    }  # fmt: skip


def _relevel() -> Figures:
    """Confirm people who are F1 one after the other; what is measured is the whole of `set_source`."""
    tracing = import_module(f"{APPS}.tracing.models")
    actions = import_module(f"{APPS}.tracing.actions")
    today = import_module(f"{APPS}.project.clock").today()
    f1 = list(
        tracing.Standing.objects.filter(level=1).order_by("person_id").values_list("person_id", flat=True)
    )
    chosen = f1[:: max(1, len(f1) // NEW_CASES)][:NEW_CASES]
    persons = import_module(f"{APPS}.people.models").Person.objects
    f2_before = tracing.Standing.objects.filter(level=1).count()
    spent = []
    for who in chosen:
        person = persons.get(pk=who)
        confirmed = partial(
            actions.set_source, by=None, person=person, infectious_from=today - timedelta(days=6),
            infectious_until=today, since_on=today,
        )  # fmt: skip
        _made, took = _timed(confirmed)
        spent.append(took * 1000)
    changed = tracing.Standing.objects.filter(level=1).count() - f2_before + len(chosen)
    demand_some("changed levels", changed)
    return {
        "relevel_one_ms": statistics.median(spent), "relevel_one_p95_ms": _p95(spent),
        "relevel": {"new_cases": len(spent), "new_f1": changed},
    }  # fmt: skip


def _rebuild() -> Figures:
    actions = import_module(f"{APPS}.tracing.actions")
    counts, spent = _timed(actions.rebuild)
    demand_some("levels", counts["f1"])
    return {"rebuild_s": spent, "rebuild": counts}


def _follow_ups(as_of: date, scale: float) -> Figures:
    """Plan the next days until there are a hundred thousand; then once more, which adds none."""
    actions = import_module(f"{APPS}.tracing.actions")
    standing = import_module(f"{APPS}.tracing.models").Standing
    wanted = max(20, round(FOLLOW_UPS * scale))
    units, due = [], 0
    by_unit = standing.objects.filter(level__in=(1, 2), until__gt=as_of).values_list("unit_id", flat=True)
    counted: dict[int, int] = {}
    for unit in by_unit.iterator():
        counted[unit] = counted.get(unit, 0) + 1
    for unit, n in sorted(counted.items()):
        if due >= wanted:
            break
        units.append(unit)
        due += n
    on = as_of + timedelta(days=1)
    made, spent = _timed(lambda: actions.generate_follow_ups(by=None, on=on, units=units))
    demand_some("follow-ups", made)
    again, spent_again = _timed(lambda: actions.generate_follow_ups(by=None, on=on, units=units))
    if again:
        raise SonghanhError(
            Fault("bench.twice", f"{again} follow-ups were planned twice.", "This is a fault.")
        )
    return {
        "followups_100k_s": spent * FOLLOW_UPS / made, "followups_again_s": spent_again,
        "followups": {"made": made, "s": spent},
    }  # fmt: skip


def _import(scale: float, as_of: date) -> Figures:
    """Take a generated file of cases in: a quarter are registered already, some rows are wrong."""
    actions = import_module(f"{APPS}.intake.actions")
    content = case_file(max(40, round(ROWS * scale)), as_of)
    people = import_module(f"{APPS}.people.models").Person.objects
    people_before = people.count()
    batch = actions.upload(by=None, file_name="cases.csv", content=content, target="cases")
    batch, dry = _timed(lambda: actions.try_batch(batch=batch, by=None))
    counts_tried = _counts(batch)
    batch, spent = _timed(lambda: actions.commit(batch=batch, by=None))
    counts = _counts(batch)
    demand_some("imported rows", counts["created"])
    if counts["rows"] != sum(n for name, n in counts.items() if name != "rows"):
        raise SonghanhError(Fault("bench.rows", f"The rows do not add up: {counts}.", "This is a fault."))
    return {
        "dry_run_10k_s": dry * ROWS / counts["rows"], "commit_10k_s": spent * ROWS / counts["rows"],
        "import": {
            "tried": counts_tried, "committed": counts, "new_persons": people.count() - people_before, "s": [dry, spent],
        },
    }  # fmt: skip


def _counts(batch: Any) -> dict[str, int]:
    return {
        "rows": batch.n_rows, "created": batch.n_created, "updated": batch.n_updated, "duplicate": batch.n_duplicate,
        "rejected": batch.n_rejected,
    }  # fmt: skip


def case_file(n: int, as_of: date) -> bytes:
    """Return a line list as districts send them: Vietnamese headings, the day first, a few wrong rows."""
    person = import_module(f"{APPS}.people.models").Person
    known = person.objects.filter(pk__gt=1).order_by("pk").select_related("unit")[: n // 4]
    rows = ["STT,Họ và tên,Năm sinh,Giới tính,Số điện thoại,CCCD,Xã,Ngày khởi phát,Ngày báo cáo,Phân loại"]
    units = sorted({row.unit.name for row in known})
    day = (as_of - timedelta(days=1)).strftime("%d/%m/%Y")
    for number, row in enumerate(known, start=1):
        sex = "Nữ" if row.sex == "female" else "Nam"
        rows.append(
            f"{number},{row.full_name},{row.birth_year},{sex},{row.phone},{row.id_number},{row.unit.name},,{day},xác định"
        )
    for number in range(len(rows), n + 1):
        wrong = number % 50 == 0
        reported = "31/02/2021" if wrong else day
        name = (
            f"Nguyễn Văn {chr(65 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676 % 26)}"
        )
        commune = units[number % len(units)]
        phone = f"+8460{2_000_000 + number}"
        rows.append(f"{number},{name},{1950 + number % 60},Nam,{phone},,{commune},,{reported},xác định")
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode()


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
