"""What one row says, in our fields: read cell by cell, with a reason for each cell that cannot be taken."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from songhanh.operations.audit.actions import plain
from songhanh.operations.intake import values
from songhanh.operations.intake.fields import LENGTHS, Field, field_of
from songhanh.operations.intake.reasons import Reason, Wrong, is_error, reason
from songhanh.operations.intake.synonyms import GODATA_WORD, value_of

# A cell of these that is not understood rejects the row; of others it is kept in the note.
STRICT = {
    ("cases", "classification"),
    ("samples", "result"),
    ("followups", "state"),
    ("cases", "reported_on"),
}
_LISTED = re.compile(r"[,;+/\n]|\bvà\b|\band\b")


@dataclass
class Said:
    """One row in our fields: of the person, of the subject (case, contact, ...), and the ids that link them."""

    number: int
    cells: Sequence[str]
    person: dict[str, Any] = field(default_factory=dict)
    subject: dict[str, Any] = field(default_factory=dict)
    link: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)  # field: the column it came from
    reasons: list[Reason] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # what no field could hold
    approximate: set[str] = field(default_factory=set)  # fields that overwrite nothing
    ambiguous: int = 0
    key: str = ""

    def note(self, code: str, field_name: str = "", **more: Any) -> None:
        """Say something about the row, naming the column of a field."""
        self.reasons.append(reason(code, self.columns.get(field_name, ""), **more))

    def checksums(self) -> dict[str, int]:
        """Return a check sum of each thing that the row says, to know later what was changed in the list."""
        said = {**self.person, **self.subject, **{f"link:{name}": value for name, value in self.link.items()}}
        filled = {name: value for name, value in said.items() if value not in (None, "")}
        return {name: zlib.crc32(repr(plain(value)).encode()) for name, value in filled.items()}

    @property
    def is_rejected(self) -> bool:
        """Say whether something about the row cannot be."""
        return any(is_error(found) for found in self.reasons)


class Reader:
    """Reads the rows of one batch: which column is which field, and in what order dates are written."""

    def __init__(
        self, *, target: str, columns: Sequence[str], mapping: Mapping[str, str], order: str, today: date
    ) -> None:
        self.target = target
        self.order = order
        self.today = today
        self._mapped: list[tuple[int, str, Field]] = []
        for position, column in enumerate(columns):
            found = field_of(target, mapping[column]) if column in mapping else None
            if found is not None:
                self._mapped.append((position, column, found))

    @property
    def fields(self) -> frozenset[str]:
        """Return the fields that some column of the file is read into."""
        return frozenset(found.name for _position, _column, found in self._mapped)

    def read(self, number: int, cells: Sequence[str]) -> Said:
        """Return what a row says; of several columns of one field the first that is filled counts."""
        said = Said(number, cells)
        symptoms: dict[str, bool | None] = {}
        for position, column, found in self._mapped:
            text = cells[position] if position < len(cells) else ""
            if values.is_empty(text) or found.name in said.columns:
                continue
            said.columns[found.name] = column
            try:
                value = self._value(said, found, text)
            except Wrong as wrong:
                self._wrong(said, found, text, wrong)
                continue
            if found.name.startswith("symptom:"):
                symptoms[found.name.partition(":")[2]] = value
            elif value is not None:
                part = {"person": said.person, "link": said.link}.get(found.part, said.subject)
                part[found.name] = value
        self._symptoms(said, symptoms)
        return said

    def _value(self, said: Said, found: Field, text: str) -> Any:
        kind = found.kind
        if kind in ("text", "place", "site", "facility", "laboratory", "cluster"):
            return self._text(said, found, text)
        if kind in ("day", "instant"):
            read = values.day if kind == "day" else values.instant
            value, is_ambiguous = read(text, self.order)
            said.ambiguous += is_ambiguous
            if isinstance(value, date) and value.year < 1900:
                raise Wrong("too_old", value=text)
            return value
        if kind == "age":
            return (
                int(values.decimal(text, found.low, found.high))
                if "." in text
                else values.whole(text, 0, 125)
            )
        if kind == "whole":
            return values.whole(text, found.low, found.high)
        if kind == "decimal":
            return values.decimal(text, found.low, found.high)
        if kind == "yesno":
            return values.yes_or_no(text)
        if kind == "born":
            return self._born(said, found, text)
        if kind == "symptoms":
            return self._listed(said, text)
        return self._word(kind, text)

    def _text(self, said: Said, found: Field, text: str) -> str:
        if text.startswith(GODATA_WORD):
            text = text.rpartition("CATEGORY_")[2].replace("_", " ").capitalize()
        longest = LENGTHS.get(found.name, 5_000)
        if len(text) > longest:
            said.remarks.append(f"{said.columns[found.name]}: {text}")
        return text[:longest]

    def _word(self, kind: str, text: str) -> str:
        value = value_of(kind, text)
        if value is None:
            if kind == "country" and len(text) == 2 and text.isalpha():
                return text.upper()
            raise Wrong("unknown_value", value=text)
        return value

    def _born(self, said: Said, found: Field, text: str) -> Any:
        year, born = values.birth_year(text, self.today, self.order)
        if born is not None:
            said.person["born_on"] = born
        if found.name in ("birth_year_male", "birth_year_female"):
            said.person["sex"] = "male" if found.name.endswith("_male") else "female"
        if year is not None:
            said.person["birth_year"] = year
        return said.person.get(found.name) if found.name in ("born_on", "birth_year") else None

    def _listed(self, said: Said, text: str) -> list[str]:
        codes = []
        for piece in _LISTED.split(text):
            word = piece.strip(" .")
            if not word or value_of("yesno", word) == "no" or "không triệu chứng" in word.lower():
                continue
            code = value_of("symptom", word)
            if code is None:
                said.remarks.append(word)
            elif code not in codes:
                codes.append(code)
        return codes

    def _symptoms(self, said: Said, asked: Mapping[str, bool | None]) -> None:
        present = [code for code, value in asked.items() if value]
        if present or any(value is False for value in asked.values()):
            listed = said.subject.get("symptoms") or []
            said.subject["symptoms"] = [*listed, *[code for code in present if code not in listed]]

    def _wrong(self, said: Said, found: Field, text: str, wrong: Wrong) -> None:
        if wrong.code == "unknown_value" and (self.target, found.name) not in STRICT:
            said.note("unknown_value_kept", found.name, value=text)
            said.remarks.append(f"{said.columns[found.name]}: {text}")
        else:
            said.note(wrong.code, found.name, **wrong.values)
