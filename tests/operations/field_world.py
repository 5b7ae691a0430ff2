"""What the journeys of the entry page find, ask and change in the installation they are served from."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from registry import build_province, user_with

from songhanh.operations.accounts.actions import issue_token
from songhanh.operations.accounts.models import User
from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.models import Case
from songhanh.operations.fieldwork.models import Entry
from songhanh.operations.fieldwork.receiving import receive
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Unit
from songhanh.operations.project.clock import now, today
from songhanh.operations.project.folding import fold
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.models import Contact, FollowUp, Source, Standing

NAMES = ("Nguyễn Thị Hường", "Lê Văn Tám", "Hoàng Thị Sen")


def build() -> None:
    """Write the places and two officers of one commune."""
    place = build_province()
    user_with("commune", place.nenh, name="officer")
    user_with("commune", place.nenh, name="colleague")


def clear() -> None:
    """Begin a day: three persons to be seen, nothing entered."""
    for model in (Entry, Contact, Standing, Source, FollowUp):
        model.objects.all().delete()
    Case.objects.all().delete()
    Person.objects.all().delete()
    unit = Unit.objects.get(name="Nếnh")
    for name in NAMES:
        person = Person.objects.create(
            full_name=name, name_folded=fold(name), unit=unit, hamlet="thôn Đạo Ngạn", phone="+84912000111"
        )
        FollowUp.objects.create(person=person, unit=unit, due_on=today())


def day(back: int = 0) -> str:
    """Return a day as people write it."""
    return (today() - timedelta(days=back)).strftime("%d/%m/%Y")


def counts() -> dict[str, int]:
    """Return how many rows there are."""
    done = FollowUp.objects.exclude(state="due").count()
    return {
        "entries": Entry.objects.count(), "cases": Case.objects.count(), "contacts": Contact.objects.count(),
        "done": done, "people": Person.objects.count(),
    }  # fmt: skip


def found(name: str) -> list[Any]:
    """Return what was found of somebody today."""
    row = FollowUp.objects.get(person__full_name=name)
    return [row.state, str(row.temperature), row.symptoms]


def hamlet(name: str) -> str:
    """Return where somebody lives."""
    return str(Person.objects.get(full_name=name).hamlet)


def colleague_was_there() -> None:
    """Let a colleague enter all visits of the day."""
    by = User.objects.get(username="colleague")
    for row in FollowUp.objects.all():
        tracing.record_follow_up(by=by, person=row.person, due_on=row.due_on, state="ill", symptoms=["fever"])


def end_sessions() -> None:
    """Log everybody out."""
    folder = Path(settings.SESSION_FILE_PATH)
    shutil.rmtree(folder)
    folder.mkdir(mode=0o700)


def key() -> str:
    """Return a key of somebody who works in the whole province."""
    user = User.objects.filter(username="epidemiologist-province").first() or user_with("epidemiologist")
    return issue_token(by=user, name="example", expires_on=today() + timedelta(days=1))[1]


def a_confirmed_case() -> str:
    """Register a confirmed case of the first person; return its code."""
    person = Person.objects.get(full_name=NAMES[0])
    return str(cases.register(by=None, person=person, reported_on=today(), classification="confirmed").code)


def submit(ids: list[str]) -> dict[str, int]:
    """Take an entry of each id, as a device that lost the answers sends them; return what became of how many."""
    by = User.objects.get(username="officer")
    unit = Unit.objects.get(name="Nếnh")
    found: dict[str, int] = {}
    for n, client_id in enumerate(ids):
        payload = {
            "full_name": f"Ca Thứ {n}", "unit": str(unit.pk), "reported_on": day(), "classification": "suspected",
            "found": "community",
        }  # fmt: skip
        item = {"client_id": client_id, "kind": "case", "payload": payload, "made_at": now().isoformat()}
        state = receive(by, [item])[0]["state"]
        found[state] = found.get(state, 0) + 1
    return found
