"""Read a list of entries as devices send them, and answer for each."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from songhanh.operations.fieldwork import actions
from songhanh.operations.fieldwork.models import Entry

logger = logging.getLogger(__name__)
MOST_ENTRIES = 200
MOST_BYTES = 1_000_000
LATEST_REVISION = 1_000_000


def receive(user: Any, entries: list[Any]) -> list[dict[str, Any]]:
    """Take each entry on its own and say what became of it; one that fails does not hold up the others."""
    return [_one(user, item) for item in entries[:MOST_ENTRIES]]


def _one(user: Any, item: Any) -> dict[str, Any]:
    asked = item if isinstance(item, dict) else {}
    client_id, made_at = _uuid(asked.get("client_id")), _instant(asked.get("made_at"))
    revision, kind = asked.get("revision", 1), asked.get("kind")
    answer = {"client_id": asked.get("client_id"), "revision": revision}
    if asked.get("user_id", user.pk) != user.pk:
        return answer | _failed("other-user", _("This entry belongs to another account."))
    if (
        client_id is None or made_at is None or not isinstance(kind, str)
        or isinstance(revision, bool) or not isinstance(revision, int) or not 1 <= revision <= LATEST_REVISION
    ):  # fmt: skip
        return answer | _rejected("unreadable", _("This entry cannot be read; it was not made by this page."))
    try:
        entry = actions.submit(
            by=user,
            client_id=client_id,
            kind=kind,
            payload=asked.get("payload"),
            made_at=made_at,
            revision=revision,
        )
    except ValidationError as error:
        return answer | {"state": "rejected", "reasons": actions.reasons_of(error)}
    except PermissionDenied:
        return answer | _failed("other-user", _("This entry belongs to another account."))
    except Exception:  # whatever it is: the others of the list are not held up by it, and it is sent again
        logger.exception("an entry of kind %s could not be written", kind)
        return answer | _failed("again", _("The entry could not be written now; it is sent again."))
    return answer | answer_of(entry)


def answer_of(entry: Entry) -> dict[str, Any]:
    """Return what the device is told of an entry."""
    return {"state": entry.state, "reasons": entry.reasons}


def _rejected(code: str, message: str) -> dict[str, Any]:
    return {"state": "rejected", "reasons": [{"field": "", "code": code, "message": message}]}


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"state": "failed", "reasons": [{"field": "", "code": code, "message": message}]}


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _instant(value: Any) -> datetime | None:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    aware = found if timezone.is_aware(found) else timezone.make_aware(found)
    return aware if 2000 <= aware.year <= 9000 else None
