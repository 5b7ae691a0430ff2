"""Write down that persons were seen by name, or that a list was taken away: one event a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind


def note_read(user: Any, person_ids: Iterable[int | None], **details: Any) -> None:
    """Write down that somebody saw who these persons are; nothing where there is nobody."""
    ids = sorted({pk for pk in person_ids if pk is not None})
    if ids:
        with transaction.atomic():
            record(
                "people.read", kind=Kind.READ, by=user, subject_type="people.person", subject_ids=ids,
                details=details,
            )  # fmt: skip


def note_export(user: Any, action: str, details: Mapping[str, Any]) -> None:
    """Write down that somebody took a list away."""
    with transaction.atomic():
        record(action, kind=Kind.EXPORT, by=user, details=details)
