"""The triggers by which the database itself refuses to change or delete what the audit holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

TABLES = ("audit_event", "audit_seal")
REFUSAL = "the audit is append only"


def install(schema_editor: Any) -> None:
    """Make the triggers of the database at hand."""
    for statement in _making(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def uninstall(schema_editor: Any) -> None:
    """Drop them."""
    for statement in _dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


@contextmanager
def lifted() -> Iterator[None]:
    """Let rows of the audit be removed: for a restore, which replaces the whole database, and for tests."""
    with transaction.atomic():
        _run(_dropping(connection.vendor))
        yield
        _run(_making(connection.vendor))


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _making(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for table in TABLES
            for verb in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    rows = [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        for table in TABLES
    ]
    whole = [
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        for table in TABLES
    ]
    return [function, *rows, *whole]


def _dropping(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in TABLES for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}"
        for table in TABLES
        for name in ("append_only", "no_truncate")
    ]
