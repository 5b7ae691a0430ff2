"""Two processes at once, on both databases: codes without gaps, no change lost, no case twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src"

SET_UP = """
from songhanh.operations.project import serving
serving.set_up()
from datetime import date
from registry import build_province
from songhanh.operations.cases import actions
from songhanh.operations.people.models import Person
where = build_province()
for n in range(60):
    Person.objects.create(full_name=f"Nguoi {n}", name_folded=f"nguoi {n}", unit=where.nenh)
actions.register(by=None, person=Person.objects.get(name_folded="nguoi 59"), reported_on=date(2021, 5, 1))
"""
WRITER = """
import sys, time
import django
django.setup()
from datetime import date
from uuid import UUID
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from songhanh.operations.cases import actions
from songhanh.operations.cases.models import Case
from songhanh.operations.people.models import Person
from songhanh.operations.project.base import Stale
number = int(sys.argv[1])
people = list(Person.objects.order_by("pk"))
while time.time() < float(sys.argv[2]):
    time.sleep(0.005)
for n in range(20):
    kind = "confirmed" if n % 4 == 0 else "suspected"
    actions.register(by=None, person=people[20 * number + n], reported_on=date(2021, 5, 17), classification=kind)
    if n % 4 == 0:
        try:
            with transaction.atomic():
                actions.register(by=None, person=people[45 + 5 * number + n // 4], reported_on=date(2021, 5, 17))
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            pass
# The same case corrected by both, from the version that both saw.
case = Case.objects.get(reported_on=date(2021, 5, 1))
try:
    actions.edit(by=None, case=case, version=1, note=f"from {number}")
    print("written")
except Stale:
    print("told")
# The same row of a device, and the same person's positive, by both.
try:
    actions.register(by=None, person=people[40], reported_on=date(2021, 5, 17), uuid=UUID(int=7))
    actions.confirm_positive(by=None, person=people[41], sampled_on=date(2021, 5, 16), result_on=date(2021, 5, 17))
except IntegrityError as error:
    print("crashed", error)
"""
CHECK = """
import django
django.setup()
from songhanh.operations.cases.models import Case
codes = sorted(Case.objects.values_list("code", flat=True))
assert codes == [f"BG-2021-{n:06d}" for n in range(1, len(codes) + 1)], codes
assert len(codes) == 1 + 2 * 20 + 2, len(codes)
print(Case.objects.get(code="BG-2021-000001").version)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    chosen = {
        "SONGHANH_HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(SOURCE), str(HERE)]),
        "DJANGO_SETTINGS_MODULE": "songhanh.operations.project.settings",
    }
    if request.param == "postgresql":
        chosen["DATABASE_URL"] = request.getfixturevalue("postgresql")
    return os.environ | chosen


def run(script: str, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> str:
    out, wrong = process.communicate(timeout=120)
    assert process.returncode == 0, wrong
    return out


def test_two_processes_write_cases_at_once(environment: dict[str, str]) -> None:
    answer(run(SET_UP, environment))
    writers = [run(WRITER, environment, str(n), str(time.time() + 4)) for n in range(2)]
    said = [answer(writer).split() for writer in writers]
    assert sorted(words[0] for words in said) == ["told", "written"]
    assert all("crashed" not in words for words in said)
    assert answer(run(CHECK, environment)).split() == ["2"]
