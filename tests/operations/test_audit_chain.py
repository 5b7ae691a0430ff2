"""The audit: refuses changes, finds tampering, stays one chain under concurrent writers, and reads as sentences."""

from __future__ import annotations

import ast
import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from registry import Province, user_with

from songhanh.operations.audit import words
from songhanh.operations.audit.actions import record, record_many, seal
from songhanh.operations.audit.guard import lifted
from songhanh.operations.audit.models import ChainHead, Event, Kind, Seal, Waiting
from songhanh.operations.audit.queries import verify
from songhanh.operations.people.models import Person

Enter = Callable[..., Client]
SOURCE = Path(__file__).resolve().parent.parent.parent / "src"


@pytest.fixture
def sealed(db: None) -> list[Event]:
    events = [
        record("cases.edit", by=None, changes={"note": [None, f"dòng {n}"]}, details={"n": 0.1 * n})
        for n in range(5)
    ]
    assert seal() == 5
    return events


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'x'",
        "UPDATE audit_event SET actor_name = 'x' WHERE id = 0 OR 1 = 1",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET hash = 'x'",
        "DELETE FROM audit_seal",
    ],
)
def test_the_database_refuses_sql(sealed: list[Event], statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match="append only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert verify().n_sealed == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda: Event.objects.update(reason="x"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.first().save(),  # type: ignore[union-attr]
        lambda: Seal.objects.first().delete(),  # type: ignore[union-attr]
        lambda: Seal.objects.update(position=7),
        lambda: Event.objects.bulk_update([Event.objects.all()[0]], ["reason"]),
    ],
)
def test_the_database_refuses_the_orm(sealed: list[Event], change: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()
    assert verify().is_whole


def test_an_untouched_chain_holds(sealed: list[Event]) -> None:
    verdict = verify()
    assert (verdict.is_whole, verdict.n_sealed, verdict.n_waiting) == (True, 5, 0)
    assert verify(noted=(verdict.position, verdict.hash)).is_whole
    record("cases.edit", by=None)
    assert verify().n_waiting == 1
    seal()
    assert verify(noted=(verdict.position, verdict.hash)).is_whole


def _rewrite() -> None:
    Seal.objects.all().delete()
    ChainHead.objects.all().delete()
    Waiting.objects.bulk_create([Waiting(event=event) for event in Event.objects.order_by("pk")])
    Event.objects.filter(pk=Event.objects.order_by("pk")[1].pk).update(reason="rewritten")
    seal()


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (
            lambda: Event.objects.filter(pk=Event.objects.order_by("pk")[2].pk).update(reason="x"),
            "not what was sealed",
        ),
        (lambda: Seal.objects.filter(position=3).update(hash="0" * 64), "not what was sealed"),
        (lambda: Seal.objects.filter(position=3).delete(), "1 events before it are gone"),
        (lambda: Seal.objects.filter(position=5).delete(), "the last ones are gone"),
        (lambda: Seal.objects.filter(position__gte=2).delete(), "the last ones are gone"),
        (_rewrite, "written anew"),
    ],
)
def test_tampering_is_found_and_named(sealed: list[Event], tamper: Callable[[], object], says: str) -> None:
    before = verify()
    with lifted():
        tamper()
    verdict = verify(noted=(before.position, before.hash))
    assert not verdict.is_whole
    assert says in verdict.broken
    if "not what was sealed" in says:
        assert verdict.event_id == sealed[2].pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.update(reason="the triggers are back")


def test_an_event_kept_from_its_seal_is_found(sealed: list[Event]) -> None:
    record("cases.edit", by=None)
    Waiting.objects.all().delete()
    assert "kept from being sealed" in verify().broken


def test_what_is_not_committed_leaves_no_trace(sealed: list[Event]) -> None:
    def fail() -> None:
        record("cases.edit", by=None)
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        fail()
    assert seal() == 0
    assert Event.objects.count() == 5


def test_many_events_are_sealed_in_order(db: None) -> None:
    record_many([{"action": "cases.register", "subject_ids": [n]} for n in range(1200)], by=None)
    assert seal() == 1200
    assert verify().n_sealed == 1200
    assert not Waiting.objects.exists()


CONCURRENT = """
import sys, threading
import django
django.setup()
from django.core.management import call_command
from django.db import connection, transaction
if sys.argv[1] == "migrate":
    call_command("migrate", verbosity=0)
from songhanh.operations.audit.actions import record, seal
from songhanh.operations.audit.queries import verify
from songhanh.operations.audit.models import Event
def write(n):
    for k in range(15):
        with transaction.atomic():
            record("cases.edit", by=None, details={"writer": n, "k": k})
    connection.close()
threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
[t.start() for t in threads]
[t.join() for t in threads]
seal()
verdict = verify()
assert Event.objects.count() == 90, Event.objects.count()
assert verdict.is_whole and verdict.n_sealed == 90 and verdict.n_waiting == 0, verdict
try:
    with transaction.atomic():
        Event.objects.update(reason="x")
    raise SystemExit("updated")
except django.db.IntegrityError:
    pass
try:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event CASCADE" if connection.vendor == "postgresql" else "DELETE FROM audit_event")
    raise SystemExit("emptied")
except django.db.IntegrityError:
    pass
print("one chain")
"""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_writers_at_once_make_one_chain(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"SONGHANH_HOME": str(tmp_path), "PYTHONPATH": str(SOURCE)}
    if database == "postgresql":
        environment["DATABASE_URL"] = request.getfixturevalue("postgresql")
    done = subprocess.run(
        [sys.executable, "-c", CONCURRENT, "migrate"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "one chain" in done.stdout


@pytest.fixture
def person(province: Province) -> Person:
    return Person.objects.create(
        full_name="Trần Thị Lan", name_folded="tran thi lan", unit=province.tan_an, phone="+84987654321"
    )


def changed(person: Person, by: Any) -> Event:
    changes = {
        "full_name": ["Trần Thị Lân", "Trần Thị Lan"], "phone": ["", "+84987654321"], "unit": [None, person.unit_id],
        "sex": ["unknown", "female"], "birth_year": [1980, 1981],
    }  # fmt: skip
    return record(
        "people.edit",
        by=by,
        subject=person,
        changes=changes,
        unit_code=person.unit.code if person.unit else "",
    )


def test_the_page_says_it_in_sentences_and_masks_what_identifies(
    client_of: Enter, province: Province, person: Person
) -> None:
    officer = user_with("district", province.yen_dung)
    changed(person, officer)
    page = client_of("auditor").get("/audit/").content.decode()
    assert "Trần Thị Lân" not in page
    assert "+84987654321" not in page
    assert "•••" in page
    assert "Tân An" in page  # where, not who
    assert "1981" in page
    assert str(officer) in page
    rows = list(csv.DictReader(io.StringIO(
        b"".join(client_of("administrator").get("/audit/?format=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    )))  # fmt: skip
    edited = next(row for row in rows if row["action"] == "people.edit")
    assert "Trần" not in edited["changes"]
    assert "•••" in edited["changes"]
    exported = Event.objects.get(action="audit.export")
    assert (exported.kind, exported.actor_name) == ("export", "administrator province")


def test_somebody_who_may_know_the_person_reads_the_values(
    client_of: Enter, province: Province, person: Person
) -> None:
    changed(person, None)
    epidemiologist = client_of("epidemiologist")
    from songhanh.operations.accounts.readable import lines  # noqa: PLC0415 - beside its test

    (line,) = lines([Event.objects.get(action="people.edit")], epidemiologist.user)  # type: ignore[attr-defined]
    assert line.subject == "Trần Thị Lan"
    assert [(change.old, change.new) for change in line.changes][:2] == [
        ("Trần Thị Lân", "Trần Thị Lan"), ("–", "+84987654321"),
    ]  # fmt: skip


def test_filters_find_what_they_say(client_of: Enter, province: Province, person: Person) -> None:
    officer = user_with("district", province.yen_dung)
    edit = changed(person, officer)
    read = record(
        "people.read",
        kind=Kind.READ,
        by=officer,
        subject_type="people.person",
        subject_ids=[person.pk, 10**6],
    )
    other = record("people.read", kind=Kind.READ, by=None, subject_type="people.person", subject_ids=[10**6])
    auditor = client_of("auditor")

    def found(query: str) -> set[int]:
        page = auditor.get("/audit/?" + query)
        assert page.status_code == 200
        return {
            event.pk for event in (edit, read, other) if f'id="event-{event.pk}"' in page.content.decode()
        }

    assert found("") == {edit.pk, read.pk, other.pk}
    assert found(f"by={officer.username}") == {edit.pk, read.pk}
    assert found("by=nobody") == set()
    assert found("kind=read") == {read.pk, other.pk}
    assert found(f"person={person.uuid}") == {edit.pk, read.pk}
    assert found("unit=Yên Dũng") == {edit.pk}
    assert found("unit=Việt Yên") == set()
    day = edit.at + timedelta(hours=7)
    assert found(f"since={day:%d/%m/%Y}&until={day:%d/%m/%Y}") == {edit.pk, read.pk, other.pk}
    assert found("until=01/01/2020") == set()
    for wrong in ("since=32/13/2021", "person=x", "unit=nowhere", "action=x", "kind=x"):
        assert auditor.get("/audit/?" + wrong).status_code == 422, wrong


def test_the_page_asks_a_constant_number_of_questions(
    client_of: Enter, province: Province, django_assert_max_num_queries: Any
) -> None:
    auditor = client_of("auditor")
    people = [
        Person.objects.create(full_name=f"N {n}", name_folded=f"n {n}", unit=province.nenh) for n in range(60)
    ]
    for person in people:
        changed(person, None)
    with django_assert_max_num_queries(12):
        auditor.get("/audit/")


def _recorded_actions() -> set[str]:
    found = set()
    for path in (SOURCE / "songhanh" / "operations").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in {"record", "_record", "_login", "_audit"} and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
                    found.add(first.value)
    return found


def test_every_action_has_words() -> None:
    recorded = _recorded_actions()
    assert len(recorded) > 20
    assert recorded - words.ACTIONS.keys() == set()
