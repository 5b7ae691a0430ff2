"""The rows that were not taken, as a file with the reasons, which is corrected and handed in again."""

from __future__ import annotations

from collections.abc import Iterator

from songhanh.operations.intake.models import Batch, Row
from songhanh.operations.intake.reasons import is_error
from songhanh.operations.intake.tables import REASONS


def header(batch: Batch) -> list[str]:
    """Return the columns of the file as it came, and one for the reasons."""
    return [*batch.columns, REASONS]


def rows(batch: Batch, language: str) -> Iterator[list[str]]:
    """Yield the rejected rows as they came, each with its reasons."""
    found = Row.objects.filter(batch=batch, verdict=Row.Verdict.REJECTED).order_by("number")
    for row in found.iterator(chunk_size=1_000):
        words = [_words(reason, language) for reason in row.reasons if is_error(reason)]
        cells = [*row.values, *[""] * (len(batch.columns) - len(row.values))]
        yield [*cells, " ".join(words)]


def _words(reason: dict[str, object], language: str) -> str:
    message = reason["message"]
    assert isinstance(message, dict)
    column = f"[{reason['column']}] " if reason["column"] else ""
    return f"{column}{message.get(language) or message['vi']}"
