"""The quick entry: many rows on one screen; good ones are saved once, the others stay with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.cases.checks import DATES, date_problems, shown_day
from songhanh.operations.cases.models import Case, Classification
from songhanh.operations.cases.queries import case_named
from songhanh.operations.cases.quick_rows import MOST_ROWS, QuickRow
from songhanh.operations.cases.registering import episode_of, register
from songhanh.operations.people import actions as people
from songhanh.operations.people import identity
from songhanh.operations.people.matching import candidates, certain_match
from songhanh.operations.people.models import Person
from songhanh.operations.places.queries import commune_choices, tree
from songhanh.operations.tracing.locks import writing

LIKELY = 70  # a candidate from here on is shown, and somebody says whether it is the same person
NEW = "new"


@dataclass
class RowResult:
    """What came of one row."""

    cells: Mapping[str, str]
    status: str = "problem"  # saved, already, problem, ask
    case: Case | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)  # field, words
    warnings: list[str] = field(default_factory=list)
    alike: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Say whether the row need not stay on the screen."""
        return self.status in ("saved", "already")


def quick_entry(*, by: Any, rows: Sequence[Mapping[str, str]]) -> list[RowResult]:
    """Register the rows that can be, each in a transaction of its own; say of every row what came of it.

    A row is known by its ``uuid``: sent twice, it is saved once.
    """
    demand(by, "cases.edit")
    communes = commune_choices(by)
    results = []
    for number, cells in enumerate(rows):
        if number >= MOST_ROWS:
            too_many = _("At most %(n)s rows at once; save these first.") % {"n": MOST_ROWS}
            results.append(RowResult(cells, problems=[("", too_many)]))
            continue
        results.append(_entered(by, cells, communes))
    return results


def _entered(by: Any, cells: Mapping[str, str], communes: list[tuple[int, str]]) -> RowResult:
    result = RowResult(cells)
    form = QuickRow(dict(cells), communes=communes)
    if not form.is_valid():
        result.problems = [(name, str(word)) for name, words in form.errors.items() for word in words]
        return result
    row = form.cleaned_data
    try:
        with writing():
            _save(by, row, result)
    except ValidationError as error:
        result.problems += _words(error)
    except PermissionDenied:
        result.problems.append(("unit", _("This is outside your area.")))
    except IntegrityError:  # the same row arrived twice at the same moment
        result.case = Case.objects.identified(by).filter(uuid=row["uuid"]).first()
        result.status = "already" if result.case else "problem"
    return result


def _save(by: Any, row: Mapping[str, Any], result: RowResult) -> None:
    known = Case.objects.filter(uuid=row["uuid"]).first()
    if known is not None:
        if by is not None and not Case.objects.identified(by).filter(pk=known.pk).exists():
            raise PermissionDenied
        result.status, result.case = "already", known
        return
    fields = {
        "full_name": row["full_name"],
        "sex": row["sex"],
        "phone": row["phone"],
        "hamlet": row["hamlet"],
    }
    who = identity.clean(fields | {"id_number": row["id_number"], **row["birth"]})
    who["unit"] = tree().units[row["unit"]]
    dates: dict[str, Any] = {name: row.get(name) for name in DATES if row.get(name)}
    problems = date_problems(dates | {name: who.get(name) for name in ("born_on", "birth_year")})
    result.warnings = [problem.message for problem in problems if not problem.is_error]
    if any(problem.is_error for problem in problems):
        result.problems = [(problem.field, problem.message) for problem in problems if problem.is_error]
        return
    person = _whom(by, row, who, result)
    if result.status == "ask" or result.problems:
        return
    if person is None:
        person = people.register(by=by, **{name: who[name] for name in who.keys() & identity.FIELDS})
    source = case_named(by, row["source"]) if row["source"] and by is not None else None
    result.case = register(
        by=by, person=person, uuid=row["uuid"], unit=who["unit"], found=row["found"],
        classification=Classification.CONFIRMED if row["confirmed_on"] else Classification.SUSPECTED,
        source_case=source, source_note="" if source else row["source"], **dates,
    )  # fmt: skip
    result.status = "saved"


def _whom(by: Any, row: Mapping[str, Any], who: Mapping[str, Any], result: RowResult) -> Person | None:
    """Return the person that the row is about if it is known; ask where it may be."""
    if row["same_as"] == NEW:
        return None
    people_seen: Any = Person.objects.all() if by is None else Person.objects.identified(by)
    if row["same_as"]:
        try:
            chosen = people_seen.filter(uuid=row["same_as"]).first()
        except ValidationError:
            chosen = None
        if chosen is None:
            result.problems.append(("full_name", _("The person chosen is not in your area any more.")))
        return _without_case(chosen, row, result)
    asked: dict[str, Any] = {
        name: who.get(name)
        for name in ("full_name", "birth_year", "born_on", "phone", "id_number", "sex", "unit")
    }
    found = [one for one in candidates(by=by, **asked) if one.score >= LIKELY]
    seen = people_seen.in_bulk([one.person_id for one in found])
    if found and certain_match(found[0]) and found[0].person_id in seen:
        return _without_case(seen[found[0].person_id], row, result)
    result.alike = [
        {
            "person": seen[one.person_id],
            "reasons": one.reasons,
            "case": episode_of(seen[one.person_id], row["reported_on"]),
        }
        for one in found[:3]
        if one.person_id in seen
    ]
    if result.alike:
        result.status = "ask"
    return None


def _without_case(person: Person | None, row: Mapping[str, Any], result: RowResult) -> Person | None:
    again = episode_of(person, row["reported_on"]) if person is not None else None
    if again is not None and again.classification != Classification.NOT_A_CASE:
        words = _(
            "This person already is a case: %(code)s, reported on %(day)s. Open it and correct it there."
        )
        result.problems.append(
            ("full_name", words % {"code": again.code, "day": shown_day(again.reported_on)})
        )
        result.case = again
    return person


def _words(error: ValidationError) -> list[tuple[str, str]]:
    if hasattr(error, "error_dict"):
        return [(name, str(word)) for name, words in error.message_dict.items() for word in words]
    return [("", str(word)) for word in error.messages]
