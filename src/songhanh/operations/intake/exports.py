"""Rows out of the registers: through the gate, in the order of their keys, some thousand at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from songhanh.operations.accounts.masking import pseudonym
from songhanh.operations.cases.models import Case, Cluster
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Unit
from songhanh.operations.project.classes import Class, classes_of
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing.models import Contact, FollowUp

AT_ONCE = 1_000
Values = dict[str, Any]
Getter = str | Callable[[Values], Any]

_PERSON = (
    "id", "uuid", "full_name", "sex", "born_on", "birth_year", "id_number", "phone", "phone_owner", "nationality",
    "unit_id", "hamlet", "address", "site__slug", "lodging", "occupation", "external_ids",
)  # fmt: skip
_IDENTIFYING = frozenset(name for name, kind in classes_of(Person).items() if kind is Class.IDENTIFYING)
_CASE = (
    "uuid", "code", "national_code", "unit_id", "classification", "reported_on", "onset_on", "has_symptoms", "symptoms",
    "sampled_on", "confirmed_on", "isolated_on", "admitted_on", "facility__slug", "facility__name", "severity", "outcome",
    "outcome_on", "found", "cluster__name", "cluster__uuid", "source_case__uuid", "source_case__code",
    "source_case__external_ids", "source_case__person__uuid", "source_note", "vaccine_doses", "ct_value", "external_ids",
    "note",
)  # fmt: skip
_CONTACT = (
    "uuid",
    "happened_from",
    "happened_until",
    "setting",
    "proximity",
    "relation",
    "note",
    "created_at",
)
_SAMPLE = (
    "uuid", "kind", "taken_at", "tube", "laboratory__slug", "laboratory__name", "result", "result_at", "ct_value", "reason",
    "external_ids",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of an export: its name there, and where its value comes from."""

    name: str
    value: Getter

    def of(self, row: Values) -> Any:
        """Return the value for one row."""
        return row[self.value] if isinstance(self.value, str) else self.value(row)


@dataclass(frozen=True)
class Layout:
    """A table that can be exported: what its rows are, its columns, and rows above the data (SORMAS has them)."""

    name: str
    source: str
    columns: Sequence[Column]
    head: Callable[[Sequence[Column]], list[list[str]]] | None = None

    @property
    def header(self) -> list[str]:
        """Return the names of the columns."""
        return [column.name for column in self.columns]

    def above(self) -> list[list[str]]:
        """Return all rows above the data."""
        return self.head(self.columns) if self.head is not None else [self.header]

    def row(self, values: Values) -> list[Any]:
        """Return one row of the table."""
        return [_written(column.of(values)) for column in self.columns]


def _written(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value if isinstance(value, int | float | str) else str(value)


def _prefixed(prefix: str, names: Sequence[str]) -> list[str]:
    return [f"{prefix}{name}" for name in names]


def _visible(model: Any, by: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.all() if by is None else model.objects.visible_to(by)
    return rows


def _sources() -> dict[str, tuple[Any, list[str]]]:
    person = _prefixed("person__", _PERSON)
    teller = _prefixed("source__", ("id", "uuid", "full_name", "external_ids"))
    return {
        "cases": (Case, [*_CASE, *person]),
        "contacts": (Contact, [*_CONTACT, *person, *teller]),
        "persons": (Contact, [*_CONTACT, *person, *teller]),
        "followups": (FollowUp, ["due_on", "state", "temperature", "symptoms", "note", "done_at", *person]),
        "samples": (Sample, [*_SAMPLE, *person]),
        "events": (Cluster, ["uuid", "name", "began_on", "closed_on", "unit_id", "site__slug", "note"]),
    }


def rows_of(source: str, by: Any, filters: Mapping[str, Any] | None = None) -> Iterator[Values]:
    """Yield the rows of a register that somebody may see, pseudonymised where they may not see who it is."""
    model, names = _sources()[source]
    rows = _visible(model, by).order_by("pk")
    if filters:
        rows = rows.filter(**filters)
    if source in ("contacts", "persons"):
        rows = rows.filter(is_void=False)
    if source == "persons":  # once each, in the order in which they were told
        before = Contact.objects.filter(person=OuterRef("person"), pk__lt=OuterRef("pk"), is_void=False)
        rows = rows.filter(~Exists(before))
    gate = [] if by is None else ["is_identified"]
    last = 0
    while True:
        part = list(rows.filter(pk__gt=last).values("pk", *names, *gate)[:AT_ONCE])
        if not part:
            return
        last = part[-1]["pk"]
        _add_cases(source, part)
        for row in part:
            if by is not None and not row["is_identified"]:
                _mask(row)
            yield row


def _add_cases(source: str, part: Sequence[Values]) -> None:
    """Add the case of each teller of a contact: foreign systems refer to cases."""
    if source not in ("contacts", "persons"):
        return
    cases: dict[int, Values] = {}
    people = {row[f"{end}__id"] for row in part for end in ("source", "person")}
    for case in (
        Case.objects.filter(person__in=people)
        .order_by("reported_on", "pk")
        .values("person_id", "uuid", "code", "external_ids")
    ):
        cases[case["person_id"]] = dict(case)
    for row in part:
        row["source__case"] = cases.get(row["source__id"])
        row["person__case"] = cases.get(row["person__id"])


def _mask(row: Values) -> None:
    for prefix in ("person__", "source__"):
        person = row.get(f"{prefix}id")
        for name in _IDENTIFYING:
            key = f"{prefix}{name}"
            if key in row:
                row[key] = (
                    pseudonym(person)
                    if name == "full_name" and person
                    else ({} if name == "external_ids" else "")
                )
        if f"{prefix}born_on" in row:
            row[f"{prefix}born_on"] = None
    for key in ("external_ids", "source_case__external_ids"):
        if key in row:
            row[key] = {}
    if row.get("source__case"):
        row["source__case"] = {**row["source__case"], "external_ids": {}}


@lru_cache(maxsize=4)
def _units(stamp: int) -> dict[int, tuple[str, str, str, str]]:
    rows = Unit.objects.select_related("parent__parent")
    named = {}
    for unit in rows:
        above = [unit.parent, unit.parent.parent if unit.parent else None]
        district, province = (above[0], above[1]) if unit.level in ("commune", "hamlet") else (None, above[0])
        is_commune = unit.level in ("commune", "hamlet")
        if unit.level == "district":
            district = unit
        named[unit.pk] = (
            unit.code, unit.name if is_commune else "", district.name if district else "", province.name if province else "",
        )  # fmt: skip
    return named


def place(row: Values, key: str = "person__unit_id") -> tuple[str, str, str, str]:
    """Return the code of a row's unit, and the names of its commune, district and province."""
    stamp = getattr(place, "stamp", None)
    if stamp is None or row[key] not in _units(stamp):
        stamp = Unit.objects.count()
        place.stamp = stamp  # type: ignore[attr-defined]
    return _units(stamp).get(row[key] or 0, ("", "", "", ""))


def name_parts(row: Values) -> tuple[str, str, str]:
    """Return family name, middle name and given name, as Vietnamese names are written."""
    words = str(row["person__full_name"] or "").split()
    if len(words) < 2:
        return "", "", words[0] if words else ""
    return words[0], " ".join(words[1:-1]), words[-1]


def foreign_id(row: Values, system: str, key: str = "external_ids", own: str = "uuid") -> str:
    """Return the id that a row has in a foreign system, else ours."""
    return str((row.get(key) or {}).get(system) or row[own])


def age(row: Values) -> int | str:
    """Return the age in the year of the report, as line lists have it."""
    year = row["person__birth_year"]
    reported = row.get("reported_on") or row.get("happened_until")
    return reported.year - year if year and reported and reported.year >= year else ""
