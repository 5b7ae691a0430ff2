"""Lend the gate's answer on a row to the person whom the row is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def lend(rows: Iterable[Any], name: str = "person") -> list[int]:
    """Let the person of each row be shown as the row may be; return the ids of those who are shown by name."""
    ids = []
    for row in rows:
        person = getattr(row, name)
        person.is_identified = row.is_identified
        if row.is_identified:
            ids.append(person.pk)
    return ids
