"""Reads of persons."""

from __future__ import annotations

from typing import Any

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.people.matching import Candidate, candidates, candidates_many, certain_match
from songhanh.operations.people.models import Person

__all__ = ["Candidate", "candidates", "candidates_many", "certain_match", "writable"]


def writable(by: Any) -> VisibleQuerySet:
    """Return the persons whom somebody may write about: those whom they may see by name; a program, all."""
    rows: VisibleQuerySet = Person.objects.all() if by is None else Person.objects.identified(by)
    return rows
