"""What every write of a case asks first: the row through the gate, the place inside the jurisdiction, right dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.cases.checks import DATES, date_problems, errors_of
from songhanh.operations.cases.models import Case, Classification, Symptom
from songhanh.operations.cases.windows import infectious_window
from songhanh.operations.people.models import Person

FOREIGN = [field.name for field in Case._meta.concrete_fields if field.is_relation]


def case_to_write(by: Any, case: Case) -> Case:
    """Return the case, locked, as it is now; refused where the writer may not see whom it is about."""
    rows = Case.objects.all() if by is None else Case.objects.identified(by)
    found = rows.select_for_update(of=("self",)).filter(pk=case.pk).first()
    if found is None:
        raise PermissionDenied(f"case {case.pk} is outside the jurisdiction")
    return found


def demand_places(by: Any, unit_ids: Iterable[int | None]) -> None:
    """Refuse to write a case of a place outside the writer's jurisdiction."""
    if by is None:
        return
    names = scope_of(by).names
    if names is not None and not names.issuperset(unit_ids):
        raise ValidationError(
            {
                "unit": _(
                    "Choose a commune of your own area. The district hands a case over to a commune elsewhere."
                )
            }
        )


def person_of(person: Person | int) -> Person:
    """Return a person, or whom their row was merged into."""
    found = person if isinstance(person, Person) else Person.objects.get(pk=person)
    while found.merged_into is not None:
        found = found.merged_into
    return found


def check(case: Case, person: Person) -> None:
    """Raise ValidationError, by field, if a case cannot be as it is.

    Only fields in the memory are looked at; that what they point to exists is the database's to say.
    """
    case.clean_fields(exclude=FOREIGN)
    unknown = set(case.symptoms) - set(Symptom.values)
    if unknown:
        raise ValidationError(
            {"symptoms": _("No such symptom: %(codes)s.") % {"codes": ", ".join(map(str, unknown))}}
        )
    fields: dict[str, Any] = {name: getattr(case, name) for name in (*DATES, "outcome")}
    fields |= {"born_on": person.born_on, "birth_year": person.birth_year}
    errors = errors_of(date_problems(fields))
    if errors:
        # What is wrong with the birth is said where the case is entered.
        fields_of_case = {field.name for field in Case._meta.concrete_fields}
        raise ValidationError(
            {name if name in fields_of_case else "__all__": words for name, words in errors.items()}
        )


def counted_on(case: Case) -> date:
    """Return the day on which a confirmed case counts: of its confirmation, or of its report where that is missing."""
    return case.confirmed_on or case.reported_on


def source_row(case: Case) -> dict[str, Any]:
    """Return what tracing is told of a confirmed case."""
    first, last = infectious_window(
        onset_on=case.onset_on, sampled_on=case.sampled_on, confirmed_on=case.confirmed_on,
        isolated_on=case.isolated_on, on=case.reported_on,
    )  # fmt: skip
    return {"infectious_from": first, "infectious_until": last, "since_on": counted_on(case)}


def is_confirmed(case: Case) -> bool:
    """Say whether a case is an F0."""
    return case.classification == Classification.CONFIRMED
