"""One writer of levels at a time: two confirmations at once must not work from each other's old state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

KEY = 0x736F_6E67  # of the advisory lock; any number that nobody else in this database uses


@contextmanager
def writing() -> Iterator[None]:
    """Open a transaction in which nobody else changes contacts, sources or levels until it ends.

    It is entered before the first write, so that two writers never hold each other's rows. SQLite has one writer
    anyway (its transactions begin as immediate ones); PostgreSQL gets a lock that goes with the transaction.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY])
        yield
