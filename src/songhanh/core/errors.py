"""Errors for people: a code, what was wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in something a person gave.

    ``code`` is stable and is what the web application translates by; ``row`` counts as a text
    editor does (the header is row 1).
    """

    code: str
    message: str
    remedy: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    parameter: str | None = None

    def where(self) -> str:
        """Return the place as one phrase, for example ``areas.csv, row 7, column population``."""
        parts = [
            self.file,
            f"row {self.row}" if self.row is not None else None,
            f"column {self.column}" if self.column else None,
            f"parameter {self.parameter}" if self.parameter else None,
        ]
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        """Return the fault as one line: where, what, and what to do."""
        where = self.where()
        return f"{where + ': ' if where else ''}{self.message} {self.remedy}".strip()


class SonghanhError(Exception):
    """Something the user can put right. The command line ends with exit code 2, without a traceback."""

    def __init__(self, faults: Sequence[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[SonghanhError], tuple[tuple[Fault, ...]]]:
        """Let an error of another process come back as it was."""
        return type(self), (self.faults,)


class CapacityError(SonghanhError):
    """A buffer is full. A full buffer is an error, never a silent count."""


class Cancelled(Exception):
    """Somebody asked a long run to stop; nothing of it is kept."""
