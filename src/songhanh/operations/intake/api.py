"""The API of files that come in: upload, try, commit, and what became of each row."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.intake import actions, jobs, queries
from songhanh.operations.intake.models import Batch, Row
from songhanh.operations.project.api import Filters, Text, answers, enumerated, keyset

router = Router(tags=["intake"])
BatchState = Annotated[Batch.State, enumerated(Batch.State)]


class BatchOut(Schema):
    """One file. Of a committed one: rows = created + updated + duplicate + rejected."""

    uuid: UUID
    file_name: str
    sha256: str
    source_format: str
    target: str
    state: BatchState
    error: str
    mapping: dict[str, str] = Field(description="column of the file: our field")
    n_rows: int
    n_created: int
    n_updated: int
    n_duplicate: int
    n_rejected: int
    n_done: int
    progress: float
    at: datetime
    committed_at: datetime | None
    expires_on: date = Field(description="the file and its rows are deleted on this day")


class BatchesOut(Schema):
    """A page of files."""

    rows: list[BatchOut]
    next: int | None


class RowOut(Schema):
    """What became of one row; its values stay in the file for corrections on the page."""

    number: int = Field(description="as a spreadsheet counts: the header is row 1")
    verdict: Row.Verdict
    reasons: list[Any]


class RowsOut(Schema):
    """A page of rows."""

    rows: list[RowOut]
    next: int | None


class RowFilters(Filters):
    """Which rows."""

    verdict: Row.Verdict | None = None


class UploadIn(Schema):
    """How the file is to be read, where it does not say so itself."""

    target: Text = Field("", max_length=20, description="cases, contacts, …; empty: by its columns")
    source_format: Text = Field(
        "", max_length=20, description="table, godata, sormas, dhis2, who; empty: by its columns"
    )
    date_order: Text = Field("", max_length=10, description="dmy, mdy or ymd")
    sheet: Text = Field("", max_length=100)


@router.get("", response=answers(BatchesOut))
@asks("intake.import")
def list_batches(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """List files that were handed in."""
    page, more = keyset(queries.batches_of(request.user), filters)
    return {"rows": page, "next": more}


@router.post("", response=answers(BatchOut, status=201))
@asks("intake.import")
def upload(request: HttpRequest, file: File[UploadedFile], form: Form[UploadIn]) -> Status:
    """Hand a file in (multipart, field ``file``); nothing is written to the registers yet."""
    options = {
        name: value for name, value in {"date_order": form.date_order, "sheet": form.sheet}.items() if value
    }
    batch = actions.upload(
        by=request.user, file_name=file.name or "file", content=file.read(), target=form.target or None,
        source_format=form.source_format or None, options=options,
    )  # fmt: skip
    return Status(201, batch)


@router.get("/{uuid:batch}", response=answers(BatchOut))
@asks("intake.import")
def read_batch(request: HttpRequest, batch: UUID) -> Batch:
    """Read where a file stands."""
    return _batch(request, batch)


@router.get("/{uuid:batch}/rows", response=answers(RowsOut))
@asks("intake.import")
def list_rows(request: HttpRequest, batch: UUID, filters: Query[RowFilters]) -> dict[str, Any]:
    """List what became, or would become, of the rows."""
    rows = queries.rows_of(_batch(request, batch), str(filters.verdict.value) if filters.verdict else "")
    page, more = keyset(rows, filters)
    return {"rows": page, "next": more}


@router.post("/{uuid:batch}/try", response=answers(BatchOut))
@asks("intake.import")
def try_batch(request: HttpRequest, batch: UUID) -> Batch:
    """Say of each row what would become of it; a large file is worked on in the background (read it again)."""
    return jobs.start(by=request.user, batch=_batch(request, batch), stage=jobs.TRY)


@router.post("/{uuid:batch}/commit", response=answers(BatchOut))
@asks("intake.import")
def commit_batch(request: HttpRequest, batch: UUID) -> Batch:
    """Write the rows to the registers; again, it goes on where it was stopped, and changes nothing when done."""
    return jobs.start(by=request.user, batch=_batch(request, batch), stage=jobs.COMMIT)


def _batch(request: HttpRequest, uuid: UUID) -> Batch:
    found: Batch | None = queries.batches_of(request.user).filter(uuid=uuid).first()
    if found is None:
        raise Http404("no such file")
    return found
