"""What every page about persons does: lend the gate's answer to the person of a row, and write the read down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from songhanh.operations.audit import actions as audit
from songhanh.operations.audit.models import Kind


def lend(rows: Iterable[Any], name: str = "person") -> list[int]:
    """Let the person of each row be shown as the row may be; return the ids of those who are shown by name."""
    ids = []
    for row in rows:
        person = getattr(row, name)
        person.is_identified = row.is_identified
        if row.is_identified:
            ids.append(person.pk)
    return ids


def note_read(user: Any, person_ids: Iterable[int]) -> None:
    """Write down that somebody saw who these persons are: one event a request."""
    ids = sorted(set(person_ids))
    if ids:
        with transaction.atomic():
            audit.record(
                "people.read", kind=Kind.READ, by=user, subject_type="people.person", subject_ids=ids
            )


def note_export(user: Any, action: str, details: dict[str, Any]) -> None:
    """Write down that somebody took a list away."""
    with transaction.atomic():
        audit.record(action, kind=Kind.EXPORT, by=user, details=details)
