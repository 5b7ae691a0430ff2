"""Levels on PostgreSQL: several at once and killed in the middle, they are what the rule says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
SET_UP = """
from songhanh.operations.project import serving
serving.set_up()
from datetime import date, timedelta
from random import Random
from django.db import connection, transaction
from songhanh.operations.people.models import Person
from songhanh.operations.tracing import actions, relevel
from songhanh.operations.tracing.models import Contact, Source, Standing
assert connection.vendor == "postgresql"
DAY = date(2021, 5, 1)
"""
FILL = """
for n in range(40):
    Person.objects.create(full_name=f"N{n}", name_folded=f"n{n}")
"""
WRITER = """
import sys
seed = int(sys.argv[1])
rng = Random(seed)
people = list(Person.objects.order_by("pk"))
for n in range(25):
    one, other = rng.sample(people, 2)
    day = DAY + timedelta(days=rng.randrange(20))
    if n % 3 == 0:
        actions.set_source(by=None, person=one, infectious_from=day, infectious_until=None, since_on=day)
    elif n % 7 == 0:
        actions.end_source(by=None, person=one)
    else:
        actions.add_contact(by=None, source=one, person=other, happened_from=day, happened_until=day)
"""
KILLED = """
import os
def dies(rows, kept):
    put(rows, kept)
    os.kill(os.getpid(), 9)
put = relevel.put
relevel.put = dies
one, other = Person.objects.order_by("-pk")[:2]
with transaction.atomic():
    actions.add_contact(by=None, source=one, person=other, happened_from=DAY, happened_until=DAY, setting="school")
    actions.set_source(by=None, person=one, infectious_from=DAY, infectious_until=None, since_on=DAY)
"""
CHECK = """
fields = ("person_id", "level", "exposed_on", "until", "origin_id", "via_id", "arrivals")
before = sorted(Standing.objects.values_list(*fields))
counts = actions.rebuild()
assert counts["changed"] == 0, counts
assert sorted(Standing.objects.values_list(*fields)) == before and len(before) > 10
print(counts, Contact.objects.filter(setting="school").count())
"""


def _start(code: str, database: str, home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DATABASE_URL": database,
        "SONGHANH_HOME": str(home),
        "PYTHONPATH": str(SOURCE),
    }
    return subprocess.Popen(
        [sys.executable, "-c", SET_UP + code, *arguments], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _run(code: str, database: str, home: Path) -> tuple[int, str, str]:
    process = _start(code, database, home)
    out, error = process.communicate(timeout=240)
    return process.returncode, out, error


def test_writers_at_once_and_one_that_is_killed_leave_what_the_rule_says(
    postgresql: str, tmp_path: Path
) -> None:
    done, _out, error = _run(FILL, postgresql, tmp_path)
    assert done == 0, error
    writers = [_start(WRITER, postgresql, tmp_path, str(seed)) for seed in (1, 2, 3)]
    for writer in writers:
        _out, error = writer.communicate(timeout=240)
        assert writer.returncode == 0, error
    done, out, error = _run(CHECK, postgresql, tmp_path)
    assert done == 0, error
    done, _out, _error = _run(KILLED, postgresql, tmp_path)
    assert done == -9
    done, again, error = _run(CHECK, postgresql, tmp_path)
    assert done == 0, error
    assert again == out and again.split()[-1] == "0"  # nothing of it is there
