"""Take entries from devices: each once, whatever the number of times it arrives, and nothing lost on the way."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from songhanh.core.errors import SonghanhError
from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.fieldwork.applying import HANDLERS, Conflict
from songhanh.operations.fieldwork.forms import form_of
from songhanh.operations.fieldwork.models import Entry
from songhanh.operations.project.base import Stale

OPEN = (Entry.State.CONFLICT, Entry.State.REJECTED)


class NotYours(PermissionDenied):
    """The entry was made by somebody else."""


def submit(
    *, by: Any, client_id: UUID, kind: str, payload: Any, made_at: datetime, revision: int = 1
) -> Entry:
    """Take one entry and return what became of it; the same one again returns the same.

    A later ``revision`` of an entry that was already taken (it was changed on the device before the answer came)
    is written over the first; an earlier one that arrives late changes nothing.
    """
    demand(by, "offline.use")
    if kind not in HANDLERS:
        raise ValidationError(
            _("Entries of the kind %(kind)s are not known.") % {"kind": kind[:20]}, code="kind"
        )
    values = clean_json(payload) if isinstance(payload, dict) else {}
    with transaction.atomic():
        entry, is_new = Entry.objects.get_or_create(
            client_id=client_id,
            defaults={
                "kind": kind, "payload": values, "made_at": made_at, "by": by, "revision": revision,
                "state": Entry.State.REJECTED,
            },
        )  # fmt: skip
        if not is_new:
            entry = Entry.objects.select_for_update().get(pk=entry.pk)
            if entry.by_id != by.pk or entry.kind != kind:
                raise NotYours("the id of an entry of somebody else")
            is_due = entry.state == Entry.State.REJECTED and revision >= entry.revision
            if not is_due and revision <= entry.revision:
                return entry
            entry.payload, entry.revision = values, revision
        _settle(entry, by=by)
        entry.save()
        record(
            f"fieldwork.{entry.state}", by=by, subject=entry,
            details={"kind": kind, "made_at": made_at, "revision": revision, "object": entry.object_id},
        )  # fmt: skip
    return entry


def _settle(entry: Entry, *, by: Any, over: models.Model | None = None, version: int | None = None) -> None:
    """Try an entry in a savepoint and write on it what came of it."""
    handler = HANDLERS[entry.kind]
    was_taken = entry.state in {Entry.State.DONE, Entry.State.RESOLVED} and entry.object_id is not None
    if over is None and was_taken:
        over = handler.model._default_manager.get(pk=entry.object_id)
        version = entry.object_version
    form = form_of(entry.kind, entry.payload)
    if not form.is_valid():
        reject(entry, reasons_of(ValidationError(form.errors.as_data())))
        return
    try:
        with transaction.atomic():
            row = (
                handler.create(by, form, entry.client_id)
                if over is None
                else handler.over(by, form, over, version)
            )
    except Conflict as conflict:
        _conflict(entry, conflict.row, conflict.message)
    except Stale as stale:
        _conflict(entry, stale.row, _("Somebody else changed this row meanwhile."))
    except ValidationError as error:
        reject(entry, reasons_of(error))
    except SonghanhError as error:
        reject(entry, [{"field": "", "code": fault.code, "message": fault.message} for fault in error.faults])
    except (PermissionDenied, Http404):
        message = _("Your account may not write this here. Ask whoever manages the accounts.")
        reject(entry, [{"field": "", "code": "refused", "message": message}])
    else:
        entry.state, entry.reasons = Entry.State.DONE, []
        entry.object_type, entry.object_id = row._meta.label_lower, row.pk
        entry.object_version = getattr(row, "version", None)


def reject(entry: Entry, reasons: list[dict[str, str]]) -> None:
    """Say on an entry why it was not taken."""
    entry.state, entry.reasons = Entry.State.REJECTED, reasons


def _conflict(entry: Entry, row: models.Model, message: str) -> None:
    entry.state = Entry.State.CONFLICT
    entry.reasons = [{"field": "", "code": "conflict", "message": message}]
    entry.object_type, entry.object_id = row._meta.label_lower, row.pk
    entry.object_version = getattr(row, "version", None)


def keep_theirs(*, by: Any, entry: Entry) -> Entry:
    """Let stand what is there; the entry is kept with its values, and is done with."""
    with transaction.atomic():
        entry = _open_entry(by, entry)
        entry.state, entry.resolution = Entry.State.RESOLVED, Entry.Resolution.THEIRS
        entry.save()
        record("fieldwork.keep_theirs", by=by, subject=entry)
    return entry


def keep_mine(*, by: Any, entry: Entry, version: int) -> Entry:
    """Write the entry over what is there, if that still is the version that was shown.

    Raises
    ------
    Stale
        If it changed once more since; nothing was written.
    """
    with transaction.atomic():
        entry = _open_entry(by, entry)
        handler = HANDLERS[entry.kind]
        row: Any = handler.model._default_manager.get(pk=entry.object_id)
        if row.version != version:
            raise Stale(row)
        _settle(entry, by=by, over=row, version=version)
        if entry.state != Entry.State.DONE:
            raise ValidationError([reason["message"] for reason in entry.reasons])
        entry.state, entry.resolution = Entry.State.RESOLVED, Entry.Resolution.MINE
        entry.save()
        record("fieldwork.keep_mine", by=by, subject=entry, details={"object": entry.object_id})
    return entry


def enter_again(*, by: Any, entry: Entry, payload: dict[str, Any]) -> Entry:
    """Try an open entry again with other values; it stays open if it does not pass, with the new values kept."""
    with transaction.atomic():
        entry = _open_entry(by, entry)
        entry.payload = clean_json(payload)
        row: Any = None
        if entry.state == Entry.State.CONFLICT and entry.kind != "case":
            row = HANDLERS[entry.kind].model._default_manager.get(pk=entry.object_id)
        _settle(entry, by=by, over=row, version=row.version if row is not None else None)
        if entry.state == Entry.State.DONE:
            entry.state, entry.resolution = Entry.State.RESOLVED, Entry.Resolution.EDITED
        entry.save()
        record("fieldwork.enter_again", by=by, subject=entry, details={"state": entry.state})
    return entry


def _open_entry(by: Any, entry: Entry) -> Entry:
    demand(by, "offline.use")
    found = Entry.objects.select_for_update().get(pk=entry.pk)
    if by is not None and found.by_id != by.pk:
        raise NotYours("an entry of somebody else")
    if found.state not in OPEN:
        raise ValidationError(
            _("This entry was settled meanwhile, perhaps in another window."), code="settled"
        )
    return found


def reasons_of(error: ValidationError) -> list[dict[str, str]]:
    """Return the messages of an error as the device shows them, each with its field."""
    named = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    return [
        {
            "field": "" if name == NON_FIELD_ERRORS else name,
            "code": str(single.code or "invalid"),
            "message": " ".join(single.messages),
        }
        for name, errors in named.items()
        for single in errors
    ]


def clean_json(value: Any) -> Any:
    """Return a value as every database can keep it: no zero characters, no halves of letters, no infinities."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {clean_json(str(name)): clean_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [clean_json(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
