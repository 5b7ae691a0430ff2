"""Every write of intake: a file taken in, its mapping, its dry run, its commit, its end."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping as Dict
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from songhanh.core.errors import Fault
from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.intake import mapping as columns
from songhanh.operations.intake import runs
from songhanh.operations.intake.fields import FORMAT_WORDS, TARGETS
from songhanh.operations.intake.models import Batch, Declaration, Mapping, Row
from songhanh.operations.intake.queries import batches_of
from songhanh.operations.intake.reading import read
from songhanh.operations.intake.tables import Table, refuse
from songhanh.operations.intake.values import ORDERS
from songhanh.operations.project.clock import now, today

State = Batch.State
CHANGEABLE = (State.UPLOADED, State.TRIED, State.FAILED)


FAULTS = {
    "intake.empty": _("The file, or what was chosen in it, is empty. Check that the right file was chosen."),
    "intake.too_big": _("The file is too big. Divide it into several files."),
    "intake.bomb": _("The file unpacks to far more than a list of people. Save the list again, or as CSV."),
    "intake.password": _(
        "The workbook is protected by a password. Remove the password and hand it in again."
    ),
    "intake.malformed": _(
        "The file is damaged or cut off. Open it in the spreadsheet program, save it again and hand it in."
    ),
    "intake.type": _("This kind of file holds no table. Hand in .csv, .xlsx, .xls, .ods or .json."),
    "intake.binary": _("The file is not a table of text. Save it as CSV (UTF-8) or as an .xlsx workbook."),
    "intake.encoding": _("The letters of the file cannot be read. Save it again as CSV (UTF-8)."),
    "intake.columns": _(
        "The table has far too many columns. Remove what stands far to the right, and save again."
    ),
    "intake.header": _(
        "No row of names of columns was found. Write the names of the columns in the first row."
    ),
    "intake.sheet": _("There is no such sheet in the workbook."),
    "intake.expired": _("The file was deleted on its day. Hand it in again."),
    "intake.committed": _(
        "Rows of this file are in the registers already. Hand the file in again to read it otherwise."
    ),
    "intake.open": _("The file is being worked on. Stop it first."),
}


def in_words(fault: Fault) -> str:
    """Return what was wrong with a file in the language of the page."""
    return str(FAULTS.get(fault.code, f"{fault.message} {fault.remedy}"))


def upload(
    *,
    by: Any,
    file_name: str,
    content: bytes,
    target: str | None = None,
    source_format: str | None = None,
    options: Dict[str, Any] | None = None,
) -> Batch:
    """Take a file in: read it, find out what it is, keep it for the dry run.

    The same file of the same person that is not committed yet is the batch that it already has.

    Raises
    ------
    SonghanhError
        If it is no table that can be read; nothing is kept then.
    """
    demand(by, "intake.import")
    if target not in (None, "", *TARGETS) or source_format not in (None, "", *FORMAT_WORDS):
        raise refuse("target", "There is no such kind of list.", f"Choose one of {', '.join(TARGETS)}.")
    table = read(file_name, content, options)
    digest = hashlib.sha256(content).hexdigest()
    found = _open_batch(by, digest, target)
    if found is not None:
        return found
    known_format, known_target = columns.known_format(table.columns)
    source_format = source_format or table.source_format or known_format
    target = target or table.target or known_target or columns.likely_target(table.columns)
    kept = {
        "signature": columns.signature(table.columns),
        "notes": table.notes,
        **_clean_options(options or {}),
    }
    last = Mapping.objects.filter(signature=kept["signature"], target=target).first()
    order = table.notes.get("date_order") or (last.options.get("date_order") if last else "") or "dmy"
    kept.setdefault("date_order", order)
    with transaction.atomic():
        batch = Batch.objects.create(
            uuid=uuid.uuid4(), file_name=file_name[-200:], sha256=digest, content=content, source_format=source_format,
            target=target, columns=table.columns, mapping=mapping_for(table, target, source_format), options=kept,
            n_rows=len(table.lines), by=by, expires_on=today() + timedelta(days=settings.INTAKE_KEPT_DAYS),
        )  # fmt: skip
        record("intake.upload", by=by, subject=batch, details={"file": file_name, "rows": len(table.lines)})
    return batch


def _open_batch(by: Any, digest: str, target: str | None) -> Batch | None:
    same = Batch.objects.filter(sha256=digest, by=by, content__isnull=False).exclude(state=State.COMMITTED)
    if target:
        same = same.filter(target=target)
    return same.order_by("-pk").first()


def _clean_options(given: Dict[str, Any]) -> dict[str, Any]:
    kept = {name: given[name] for name in ("sheet", "system", "classification", "unit") if given.get(name)}
    if given.get("date_order"):
        if given["date_order"] not in ORDERS:
            raise refuse("order", "There is no such order of dates.", f"Choose one of {', '.join(ORDERS)}.")
        kept["date_order"] = given["date_order"]
    return kept


def mapping_for(table: Table, target: str, source_format: str) -> dict[str, str]:
    """Return how columns like these were read last time, else the best guess."""
    last = Mapping.objects.filter(signature=columns.signature(table.columns), target=target).first()
    if last is not None and last.options.get("source_format", source_format) == source_format:
        return columns.clean(last.columns, table.columns, target)
    return columns.guess(table.columns, target, source_format)


def _ours(batch: Batch, by: Any) -> Batch:
    demand(by, "intake.import")
    if by is not None and not batches_of(by).filter(pk=batch.pk).exists():
        raise PermissionDenied("the file of somebody else")
    return batch


@transaction.atomic
def set_mapping(
    *,
    by: Any,
    batch: Batch,
    mapping: Dict[str, str] | None = None,
    target: str = "",
    source_format: str = "",
    options: Dict[str, Any] | None = None,
) -> Batch:
    """Say how the columns of a file are to be read; the dry run is then done again."""
    row = Batch.objects.select_for_update().get(pk=_ours(batch, by).pk)
    if row.state not in CHANGEABLE or row.n_done:
        raise refuse(
            "committed",
            "Rows of this file are in the registers already.",
            "Hand the file in again to read it otherwise.",
        )
    is_other = (target or row.target, source_format or row.source_format) != (row.target, row.source_format)
    row.target, row.source_format = target or row.target, source_format or row.source_format
    if options is not None:
        row.options = {**row.options, "unit": None, **_clean_options(options)}
        if options.get("sheet") and row.content:
            table = read(row.file_name, bytes(row.content), row.options)
            row.columns, row.n_rows = table.columns, len(table.lines)
            row.options["signature"] = columns.signature(table.columns)
    if is_other and mapping is None:
        table = read(row.file_name, bytes(row.content or b""), row.options)
        row.mapping = mapping_for(table, row.target, row.source_format)
    elif mapping is not None:
        row.mapping = columns.clean(mapping, row.columns, row.target)
    row.state, row.error = State.UPLOADED, ""
    row.save()
    record("intake.mapping", by=by, subject=row, details={"mapping": row.mapping, "target": row.target})
    return row


def try_batch(*, batch: Batch, by: Any, on_progress: runs.Progress | None = None) -> Batch:
    """Say of each row what would become of it; nothing is written to the registers."""
    row = _ours(batch, by)
    row.refresh_from_db()
    if row.n_done or row.state == State.COMMITTED:
        return row
    if row.content is None:
        raise refuse("expired", "The file was deleted on its day.", "Hand it in again.")
    runs.try_rows(row, by, on_progress)
    return row


def commit(*, batch: Batch, by: Any, on_progress: runs.Progress | None = None) -> Batch:
    """Write the rows of a tried batch to the registers; called after a crash it goes on where it stopped.

    rows in = created + updated + duplicate + rejected, whatever happens.
    """
    row = _ours(batch, by)
    row.refresh_from_db()
    if row.state == State.COMMITTED:
        return row
    if row.state in (State.UPLOADED, State.TRYING):
        try_batch(batch=row, by=by)
    claim(batch=row, state=State.COMMITTING)
    try:
        runs.commit_rows(row, by, on_progress)
    except runs.Stopped:
        release(batch=row)
    row.refresh_from_db()
    return row


def claim(*, batch: Batch, state: str) -> None:
    """Take a batch up: whoever held it before finds that out at its next chunk."""
    Batch.objects.filter(pk=batch.pk).update(
        state=state, attempt=F("attempt") + 1, heartbeat_at=now(), cancel_requested=False, error=""
    )
    batch.refresh_from_db()


def release(*, batch: Batch) -> None:
    """Put down a batch that was stopped; what was committed stays, and it can be gone on with."""
    Batch.objects.filter(pk=batch.pk, attempt=batch.attempt).update(
        state=State.TRIED, cancel_requested=False, stage="", heartbeat_at=None
    )


def cancel(*, by: Any, batch: Batch) -> None:
    """Ask for a stop after the chunk that is being written."""
    Batch.objects.filter(pk=_ours(batch, by).pk, state__in=(State.TRYING, State.COMMITTING)).update(
        cancel_requested=True
    )


@transaction.atomic
def discard(*, by: Any, batch: Batch) -> None:
    """Delete a file and its rows before their day; what was committed stays in the registers."""
    row = Batch.objects.select_for_update().get(pk=_ours(batch, by).pk)
    if row.is_open:
        raise refuse("open", "The file is being worked on.", "Stop it first.")
    record("intake.discard", by=by, subject=row, details={"file": row.file_name})
    _empty([row.pk])
    if row.state != State.COMMITTED and not row.n_done:
        row.delete()


def _empty(batches: list[int]) -> None:
    Row.objects.filter(batch__in=batches).delete()
    Batch.objects.filter(pk__in=batches).update(content=None)


def delete_expired(*, day: date | None = None) -> dict[str, int]:
    """Delete what has reached its day: contents and rows of files (the counts stay), and health declarations."""
    limit = day or today()
    with transaction.atomic():
        due = list(
            Batch.objects.filter(expires_on__lte=limit, content__isnull=False).values_list("pk", flat=True)
        )
        declarations = Declaration.objects.filter(expires_on__lte=limit)
        n_declarations = declarations.count()
        if due:
            _empty(due)
        if n_declarations:
            declarations.delete()
        if due or n_declarations:
            record("intake.expire", by=None, details={"files": len(due), "declarations": n_declarations})
    return {"files": len(due), "declarations": n_declarations}
