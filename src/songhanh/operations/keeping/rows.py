"""Rows as lines of text that are the same whichever database they come from, and back."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

LEFT_OUT = frozenset({"sessions.session"})  # who is logged in is not kept
MADE_BY_SETTING_UP = frozenset(
    {"contenttypes.contenttype", "auth.permission", "audit.chainhead", "audit.waiting"}
)
CHUNK = 2_000


def kept_models() -> list[type[models.Model]]:
    """Return every table's model, in the order of their names."""
    found = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    return sorted(
        (model for model in found if model._meta.label_lower not in LEFT_OUT),
        key=lambda model: model._meta.label_lower,
    )


def columns(model: type[models.Model]) -> list[str]:
    """Return the names of a model's columns, the primary key first, the others sorted."""
    fields = model._meta.concrete_fields
    key = [str(field.column) for field in fields if field.primary_key]
    return key + sorted(str(field.column) for field in fields if not field.primary_key)


def fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the fields in the order of `columns`."""
    by_column = {str(field.column): field for field in model._meta.concrete_fields}
    return [by_column[name] for name in columns(model)]


def lines(model: type[models.Model]) -> Iterator[bytes]:
    """Yield every row of a table as one line, in the order of the primary key."""
    names = [field.attname for field in fields_of(model)]
    rows = model._base_manager.order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=CHUNK):
        text = json.dumps([_plain(value) for value in row], ensure_ascii=False, sort_keys=True)
        yield text.encode() + b"\n"


def digest(model: type[models.Model]) -> tuple[int, str]:
    """Return how many rows a table has, and the SHA-256 over their lines."""
    sha, n = hashlib.sha256(), 0
    for line in lines(model):
        sha.update(line)
        n += 1
    return n, sha.hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value  # what a JSON field holds


def write(model: type[models.Model], texts: Iterator[bytes]) -> None:
    """Write lines to an empty table, as they are: nothing is computed or stamped anew."""
    fields = fields_of(model)
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as sink:
                for text in texts:
                    sink.write_row(_row(fields, text))
            return
        marks = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        waiting: list[list[Any]] = []
        for text in texts:
            waiting.append(_row(fields, text))
            if len(waiting) >= CHUNK:
                cursor.executemany(statement, waiting)
                waiting = []
        if waiting:
            cursor.executemany(statement, waiting)


def _row(fields: Sequence[models.Field[Any, Any]], text: bytes) -> list[Any]:
    return [_stored(field, value) for field, value in zip(fields, json.loads(text), strict=True)]


def _stored(field: models.Field[Any, Any], value: Any) -> Any:
    """Return a value as the database at hand takes it."""
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    python = value if isinstance(target, models.JSONField) else target.to_python(value)
    return target.get_db_prep_save(python, connection)


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as it was at one moment, without making writers wait."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # Not `atomic`, which takes the lock of the writer here.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("COMMIT")


def migrations() -> list[str]:
    """Return the changes of the tables that this database has seen."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
