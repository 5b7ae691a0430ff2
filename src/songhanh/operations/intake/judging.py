"""What becomes of a row: created, updated, already there or rejected, and what exactly would be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.intake.fields import field_of
from songhanh.operations.intake.finding import Finder, Found, Someone
from songhanh.operations.intake.models import Batch, Row
from songhanh.operations.intake.places import Places
from songhanh.operations.intake.said import Said
from songhanh.operations.project.base import Registered

Verdict = Row.Verdict


@dataclass(eq=False)
class Outcome:
    """One row with its verdict and all that writing it needs."""

    said: Said
    found: Found
    verdict: str = ""  # empty: it waits for a row further down
    person_changes: dict[str, Any] = field(default_factory=dict)
    subject: dict[str, Any] = field(default_factory=dict)  # what is written of a new one
    changes: dict[str, Any] = field(default_factory=dict)  # what is written of one that is there
    existing: Any = None
    written: Any = None  # the subject's row once it is there

    @property
    def someone(self) -> Someone:
        """Return the person of the row; only asked for where there is one."""
        assert self.found.someone is not None
        return self.found.someone

    @property
    def person(self) -> Any:
        """Return the person's row in the register."""
        return self.someone.person

    def reject(self, code: str, field_name: str = "", **values: Any) -> Outcome:
        """Say why the row cannot be taken."""
        self.said.note(code, field_name, **values)
        self.verdict = Verdict.REJECTED
        return self


@dataclass
class Desk:
    """What all rows of a batch are judged and written with."""

    batch: Batch
    by: Any
    finder: Finder
    places: Places
    today: date
    is_last_pass: bool = True
    is_dry: bool = False

    @property
    def is_bound(self) -> bool:
        """Say whether the importer is bound to some communes."""
        return self.by is not None and scope_of(self.by).names is not None


def differences(existing: Registered, fields: Mapping[str, Any], found: Found, said: Said) -> dict[str, Any]:
    """Return what a row would change: never to empty, and nothing that the list said before already.

    Somebody found by likeness is only completed: who tells two people of one name apart is a person.
    """
    before = found.memory.said if found.memory is not None else {}
    now = said.checksums()
    changes = {}
    for name, value in fields.items():
        if value in (None, "", []) or not hasattr(existing, name):
            continue
        there = getattr(existing, name)
        if _same(there, value) or (name in before and before[name] == now.get(name)):
            continue
        if (found.by_likeness or name in said.approximate) and there not in (None, "", [], "unknown"):
            continue
        changes[name] = value
    return changes


def _same(there: Any, value: Any) -> bool:
    if isinstance(there, datetime) and isinstance(value, datetime):
        return abs((there - value).total_seconds()) < 60
    if isinstance(value, list) and isinstance(there, list):
        return sorted(map(str, there)) == sorted(map(str, value))
    return bool(there == value)


def remembered(outcome: Outcome) -> bool:
    """Say whether the list said exactly the same when it came in last."""
    memory = outcome.found.memory
    return memory is not None and memory.object_id is not None and memory.said == outcome.said.checksums()


def settle(outcome: Outcome, target: str) -> Outcome:
    """Give the verdict of a row whose subject is there already."""
    names = [*outcome.person_changes, *outcome.changes]
    if not names:
        outcome.verdict = Verdict.DUPLICATE
        outcome.said.note("unchanged")
        return outcome
    outcome.verdict = Verdict.UPDATED
    outcome.said.note("changed", what=_listed(target, names))
    return outcome


def _listed(target: str, names: Sequence[str]) -> dict[str, str]:
    labels = [found.label if (found := field_of(target, name)) else name for name in names]
    return {"vi": ", ".join(names), "en": ", ".join(labels)}
