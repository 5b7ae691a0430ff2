"""What the rows of every register share: a client id, a version against lost updates, and two instants."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Stale(ValidationError):
    """Somebody else changed the row since it was read; nothing was written."""

    def __init__(self, row: models.Model) -> None:
        super().__init__(
            _(
                "Somebody else changed this row meanwhile. Nothing was saved; read the new version and enter yours again."
            ),
            code="stale",
        )
        self.row = row


class Registered(models.Model):
    """A row that people enter: ``uuid`` may come from a device without a network, ``version`` counts the changes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """Has no table of its own."""

        abstract = True


def save_version(row: Registered, expected: int | None, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Write the fields if the row still is the version that the writer saw; return what changed as ``[old, new]``.

    The version is compared and raised in one statement, so of two writers one is told (`Stale`), whatever the
    database. ``expected=None`` writes on whatever is there (programs, not people).
    """
    changes = {
        name: [getattr(row, name), value] for name, value in fields.items() if getattr(row, name) != value
    }
    if not changes:
        return {}
    manager = type(row)._default_manager
    before = row.version if expected is None else expected
    written = manager.filter(pk=row.pk, version=before).update(
        **{name: pair[1] for name, pair in changes.items()}, version=before + 1
    )
    if not written:
        raise Stale(row)
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    row.version = before + 1
    return changes
