"""Dated policies: what the rules were on a day, and on what authority.

A policy set is a folder of CSV tables below ``policies/``. ``documents.csv`` lists the legal documents, with
the kinds of measure that each can carry. Every other file is one kind of policy; beside the common columns
each may have columns of its own, which must be numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text

DOCUMENT_COLUMNS = ("id", "from", "until", "name_vi", "name_en", "supports", "source", "confidence")
POLICY_COLUMNS = (
    "id", "basis", "from", "until", "name_vi", "name_en", "words_vi", "words_en", "source", "confidence",
)  # fmt: skip
CONFIDENCE = ("reported", "derived", "assumed")


@dataclass(frozen=True, slots=True)
class Document:
    """A legal document: the days it is in force and the kinds of measure that it can carry."""

    id: str
    name: Text
    valid_from: date
    valid_until: date | None
    supports: frozenset[str]
    source: str
    confidence: str

    def is_valid(self, when: date) -> bool:
        """Tell whether the document is in force on a day."""
        return self.valid_from <= when and (self.valid_until is None or when <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule in force between two days (both included), with its legal basis and its numbers."""

    kind: str
    id: str
    basis: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    name: Text
    words: Text
    source: str
    confidence: str
    values: Mapping[str, float]

    def is_valid(self, when: date) -> bool:
        """Tell whether the rule is in force on a day."""
        return self.valid_from <= when and (self.valid_until is None or when <= self.valid_until)

    def __getitem__(self, name: str) -> float:
        return self.values[name]


@dataclass(frozen=True, eq=False)
class PolicySet:
    """The documents and the policies of one country and year. Compared by identity: each set is read once."""

    id: str
    documents: Mapping[str, Document]
    policies: tuple[Policy, ...]


def _root() -> Traversable:
    return files("songhanh.response") / "policies"


def policy_sets() -> list[str]:
    """Return the names of the policy sets that come with the package."""
    return sorted(
        entry.name for entry in _root().iterdir() if entry.is_dir() and not entry.name.startswith("_")
    )


@lru_cache(maxsize=8)
def read_policies(policy_set: str) -> PolicySet:
    """Read a policy set by name.

    Raises
    ------
    SonghanhError
        If there is no such set or a row of it is wrong (file, row and column are named).
    """
    if policy_set not in policy_sets():
        raise SonghanhError(
            Fault(
                code="policy.unknown_set",
                message=f"There is no policy set called {policy_set!r}.",
                remedy=f"Known sets: {', '.join(policy_sets())}. Change songhanh.policy_set in datapackage.json.",
                parameter="policy_set",
            )
        )
    return read_policy_folder(_root() / policy_set, policy_set)


def read_policy_folder(folder: Traversable, name: str) -> PolicySet:
    """Read a policy set from a folder.

    Raises
    ------
    SonghanhError
        If a row is wrong, or a policy rests on a document that the set does not hold or that was not in
        force when the policy began.
    """
    documents = {
        row["id"]: _document(row, file, number)
        for row, file, number in _rows(folder / "documents.csv", DOCUMENT_COLUMNS)
    }
    policies: list[Policy] = []
    for table in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not table.name.endswith(".csv") or table.name == "documents.csv":
            continue
        for row, file, number in _rows(table, POLICY_COLUMNS):
            policy = _policy(row, file, number)
            for basis in policy.basis:
                if basis not in documents or not documents[basis].is_valid(policy.valid_from):
                    raise _fault(
                        file,
                        number,
                        "basis",
                        f"Document {basis!r} is unknown or not in force on {policy.valid_from}.",
                        "Name documents of documents.csv in force on that day.",
                    )
            policies.append(policy)
    return PolicySet(name, documents, tuple(policies))


def policies_on(policies: PolicySet | str, kind: str, when: date) -> dict[str, Policy]:
    """Return the policies of a kind in force on a day, by id, in the order of their file."""
    chosen = read_policies(policies) if isinstance(policies, str) else policies
    return {policy.id: policy for policy in chosen.policies if policy.kind == kind and policy.is_valid(when)}


def policy_on(policies: PolicySet | str, kind: str, when: date, policy_id: str | None = None) -> Policy:
    """Return the one policy of a kind in force on a day.

    Raises
    ------
    SonghanhError
        If none is in force, or if several are and no id was given.
    """
    chosen = read_policies(policies) if isinstance(policies, str) else policies
    found = policies_on(chosen, kind, when)
    if policy_id is not None:
        found = {key: policy for key, policy in found.items() if key == policy_id}
    if len(found) == 1:
        return next(iter(found.values()))
    known = sorted({policy.kind for policy in chosen.policies})
    dates = ", ".join(
        f"{p.id} from {p.valid_from}" + (f" until {p.valid_until}" if p.valid_until else "")
        for p in chosen.policies
        if p.kind == kind
    )
    raise SonghanhError(
        Fault(
            code="policy.none_in_force" if not found else "policy.several_in_force",
            message=f"{'No' if not found else 'More than one'} policy of kind {kind!r}"
            f"{f' called {policy_id!r}' if policy_id else ''} is in force on {when} in the set {chosen.id!r}.",
            remedy=f"The set holds: {dates}." if dates else f"Known kinds: {', '.join(known)}.",
            parameter=kind,
        )
    )


def documents_in_force(policies: PolicySet | str, measure: str, when: date) -> list[Document]:
    """Return the documents that can carry a kind of measure on a day."""
    chosen = read_policies(policies) if isinstance(policies, str) else policies
    return [
        paper for paper in chosen.documents.values() if measure in paper.supports and paper.is_valid(when)
    ]


def _rows(table: Traversable, columns: tuple[str, ...]) -> Iterator[tuple[dict[str, str], str, int]]:
    with table.open("r", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        for column in columns:
            if column not in (reader.fieldnames or ()):
                raise _fault(table.name, 1, column, "This column is missing.", "Add it to the header.")
        for number, row in enumerate(reader, start=2):
            yield row, table.name, number


def _document(row: Mapping[str, str], file: str, number: int) -> Document:
    return Document(
        id=row["id"],
        name=Text(row["name_vi"], row["name_en"]),
        valid_from=_date(row["from"], file, number, "from"),
        valid_until=_date(row["until"], file, number, "until") if row["until"] else None,
        supports=frozenset(row["supports"].split()),
        source=row["source"],
        confidence=_confidence(row, file, number),
    )


def _policy(row: Mapping[str, str], file: str, number: int) -> Policy:
    values: dict[str, float] = {}
    for column, text in row.items():
        if column in POLICY_COLUMNS or not text:
            continue
        try:
            values[column] = float(text)
        except ValueError:
            raise _fault(file, number, column, f"{text!r} is not a number.", "Write a number.") from None
    if not row["basis"].split():
        raise _fault(
            file, number, "basis", "A policy needs a legal basis.", "Name documents of documents.csv."
        )
    return Policy(
        kind=file.removesuffix(".csv"),
        id=row["id"],
        basis=tuple(row["basis"].split()),
        valid_from=_date(row["from"], file, number, "from"),
        valid_until=_date(row["until"], file, number, "until") if row["until"] else None,
        name=Text(row["name_vi"], row["name_en"]),
        words=Text(row["words_vi"], row["words_en"]),
        source=row["source"],
        confidence=_confidence(row, file, number),
        values=values,
    )


def _date(text: str, file: str, number: int, column: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _fault(file, number, column, f"{text!r} is not a date.", "Write year-month-day.") from None


def _confidence(row: Mapping[str, str], file: str, number: int) -> str:
    if row["confidence"] not in CONFIDENCE:
        raise _fault(
            file,
            number,
            "confidence",
            f"{row['confidence']!r} is not a confidence.",
            f"Write one of {', '.join(CONFIDENCE)}.",
        )
    return row["confidence"]


def _fault(file: str, number: int, column: str, message: str, remedy: str) -> SonghanhError:
    return SonghanhError(
        Fault(code="policy.table", message=message, remedy=remedy, file=file, row=number, column=column)
    )
