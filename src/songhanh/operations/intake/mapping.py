"""Which column is which field: foreign formats by their exact names, other tables by dictionary and likeness."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from songhanh.operations.intake.fields import TARGETS
from songhanh.operations.intake.synonyms import column_names, formats, plain

ALIKE = 88.0
# Columns by which a foreign file is known; one of them is enough, the first match counts.
_MARKS: Sequence[tuple[str, str, frozenset[str]]] = (
    ("songhanh", "cases", frozenset({"uuid", "person_uuid", "classification"})),
    ("songhanh", "relationships", frozenset({"uuid", "source_uuid", "target_uuid", "happened_from"})),
    ("songhanh", "contacts", frozenset({"uuid", "source_uuid", "person_uuid", "happened_from"})),
    ("songhanh", "followups", frozenset({"person_uuid", "due_on", "state"})),
    ("songhanh", "samples", frozenset({"uuid", "person_uuid", "taken_at"})),
    ("songhanh", "events", frozenset({"uuid", "name", "began_on", "closed_on"})),
    ("godata", "relationships", frozenset({"source_uuid", "target_uuid"})),
    ("godata", "followups", frozenset({"followup_status", "date_of_followup"})),
    ("godata", "samples", frozenset({"personId", "dateSampleTaken"})),
    ("godata", "contacts", frozenset({"uuid", "contact_id", "date_of_last_contact"})),
    ("godata", "cases", frozenset({"uuid", "case_id", "classification"})),
    ("godata", "events", frozenset({"uuid", "event_name"})),
    ("sormas", "contacts", frozenset({"lastContactDate", "person.firstName"})),
    ("sormas", "events", frozenset({"eventTitle"})),
    ("sormas", "samples", frozenset({"sampleDateTime", "associatedCase.uuid"})),
    ("sormas", "cases", frozenset({"person.firstName", "reportDate"})),
    ("sormas", "cases", frozenset({"caseReference", "reportDate", "birthdateYYYY"})),
    ("who", "cases", frozenset({"patinfo_ID", "report_date"})),
    ("vietnam2020", "cases", frozenset({"from", "to", "id_no", "date_announced"})),
    ("vietnam2020", "relationships", frozenset({"from", "to", "date_announced"})),
)
# Of other tables: which fields a file of a target usually has, the more telling first.
_TELLING = {
    "relationships": ("target_id", "source_id"),
    "samples": ("tube", "taken_at", "result", "result_at"),
    "followups": ("due_on", "state", "temperature"),
    "contacts": ("source_id", "happened_until", "relation", "setting"),
    "cases": (
        "classification",
        "onset_on",
        "confirmed_on",
        "reported_on",
        "national_code",
        "found",
        "outcome",
    ),
    "events": ("began_on", "closed_on"),
}


def signature(columns: Sequence[str]) -> str:
    """Return what a set of columns is remembered by: the same whatever their order and spelling."""
    return hashlib.sha256("\n".join(sorted(plain(column) for column in columns)).encode()).hexdigest()


def known_format(columns: Sequence[str]) -> tuple[str, str]:
    """Return the foreign format and the target that the columns give away; ``table`` and nothing otherwise."""
    names = {column.removesuffix(" [2]") for column in columns}
    for source_format, target, marks in _MARKS:
        if marks <= names:
            return source_format, target
    return "table", ""


def likely_target(columns: Sequence[str]) -> str:
    """Return what a table of an unknown format probably lists."""
    best, best_score = "cases", 0.0
    for target, telling in _TELLING.items():
        named = set(guess(columns, target, "table").values())
        found = [field for field in telling if field in named]
        score = len(found) / len(telling) + (0.2 if len(found) > 1 else 0.0)
        if score > best_score + 1e-9:
            best, best_score = target, score
    return best


def guess(columns: Sequence[str], target: str, source_format: str) -> dict[str, str]:
    """Return the field of each column that one was found for; a field may have several columns.

    Of several columns with the same field the first that is filled in a row counts.
    """
    if source_format == "songhanh":
        return {column: column for column in columns if column in TARGETS[target]}
    known = formats().get(source_format, {}).get(target)
    if known is not None:
        return {column: known[column] for column in columns if column in known}
    return _by_name(columns, column_names(target))


def _by_name(columns: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    result: dict[str, str] = {}
    taken: set[str] = set()
    unsure = []
    for column in columns:
        field = names.get(plain(column))
        if field is None:
            unsure.append(column)
        elif field and field not in taken:
            result[column] = field
            taken.add(field)
    for column in unsure:
        key = plain(column)
        if len(key) < 4:
            continue
        found = process.extractOne(key, names.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
        if found and names[found[0]] and names[found[0]] not in taken:
            result[column] = names[found[0]]
            taken.add(names[found[0]])
    return result


def clean(mapping: Mapping[str, str], columns: Sequence[str], target: str) -> dict[str, str]:
    """Return a mapping without what is not a column of the file or not a field of the target."""
    fields = TARGETS[target]
    return {
        column: field
        for column, field in mapping.items()
        if column in columns and (field in fields or field.startswith("symptom:"))
    }
