"""Writing millions of rows: COPY on PostgreSQL, one prepared statement on SQLite; indexes are made once, afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, cast

import polars as pl
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

CHUNK = 100_000
NULL = "\\N"


def tables_of(labels: Sequence[str]) -> list[str]:
    """Return the tables of some apps."""
    return [model._meta.db_table for label in labels for model in apps.get_app_config(label).get_models()]


def empty(tables: Sequence[str]) -> None:
    """Delete every row of some tables that only point to each other (or are pointed to by each other)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE " + ", ".join(connection.ops.quote_name(table) for table in tables))
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own names


@contextmanager
def without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Drop the plain indexes and foreign keys of some tables for the time of the block, and make them again.

    Both databases do this inside the transaction: a killed process leaves them as they were.
    """
    with connection.cursor() as cursor:
        dropped = _drop_postgresql(cursor, tables) if _is_postgresql() else _drop_sqlite(cursor, tables)
        yield
        for statement in dropped:
            cursor.execute(statement)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _drop_sqlite(cursor: Any, tables: Sequence[str]) -> list[str]:
    marks = ", ".join(["%s"] * len(tables))
    cursor.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",  # noqa: S608
        list(tables),
    )
    found = cursor.fetchall()
    for name, _sql in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [sql for _name, sql in found]


def _drop_postgresql(cursor: Any, tables: Sequence[str]) -> list[str]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY conname",
        [list(tables)],
    )
    keys = cursor.fetchall()
    cursor.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() AND i.tablename = ANY(%s)"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname) ORDER BY i.indexname",
        [list(tables)],
    )
    indexes = cursor.fetchall()
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was written so far is checked now
    for table, name, _definition in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    again = [definition for _name, definition in indexes]
    again += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in keys]
    return again


def write(model: type[models.Model], rows: pl.DataFrame) -> int:
    """Write a frame whose columns are named as the columns of the model's table; the rest is the model's default.

    UUIDs come as 32 hexadecimal digits, instants in UTC without a zone, JSON as text.
    """
    full = rows.with_columns(
        [pl.lit(value).alias(name) for name, value in _defaults(model).items() if name not in rows.columns]
    )
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in full.columns)
    with connection.cursor() as cursor:
        if _is_postgresql():
            copy = f"COPY {table} ({names}) FROM STDIN (FORMAT csv, NULL '{NULL}')"
            with cast(Any, cursor).copy(copy) as sink:
                for part in full.iter_slices(CHUNK):
                    sink.write(part.write_csv(include_header=False, null_value=NULL).encode())
        else:
            marks = ", ".join(["?"] * full.width)
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
            plain = _for_sqlite(full)
            for part in plain.iter_slices(CHUNK):
                # The driver's own executemany: Django's would rewrite the statement for each call.
                cast(Any, cursor).cursor.connection.executemany(statement, part.iter_rows())
    return full.height


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    defaults: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.null or field.primary_key or field.column is None:
            continue
        if isinstance(field, models.JSONField):
            defaults[field.column] = "{}" if field.default is dict else "[]"
        elif field.has_default() and not callable(field.default):
            defaults[field.column] = str(field.default) if isinstance(field.default, str) else field.default
        elif isinstance(field, models.CharField | models.TextField):
            defaults[field.column] = ""
    return defaults


def _for_sqlite(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with days and instants as Django writes them to SQLite."""
    return rows.with_columns(
        pl.col(pl.Date).dt.to_string("%Y-%m-%d"), pl.col(pl.Datetime).dt.to_string("%Y-%m-%d %H:%M:%S")
    )


def go_on_counting(tables: Sequence[type[models.Model]]) -> None:
    """Let the next row that a person enters have the next free number."""
    for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def analyse() -> None:
    """Let the database learn how its rows are spread, so that it chooses the right indexes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def day(value: date) -> int:
    """Return a date as days since 1970, as arrays hold it."""
    return (value - date(1970, 1, 1)).days


def days(values: Any) -> pl.Series:
    """Return an array of days since 1970 as dates; negative ones are empty."""
    series = pl.Series(values, dtype=pl.Int32)
    return series.set(series < 0, None).cast(pl.Date)


def instants(day_numbers: Any, minutes: Any) -> pl.Series:
    """Return days since 1970 and minutes of the local day as instants in UTC; negative days are empty."""
    number = pl.Series(day_numbers, dtype=pl.Int64)
    at = ((number * 1440 + pl.Series(minutes, dtype=pl.Int64)) - 7 * 60) * 60_000_000
    return at.set(number < 0, None).cast(pl.Datetime("us"))
