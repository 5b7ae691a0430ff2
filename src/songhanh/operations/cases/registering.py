"""Every write of a case: registered, corrected, classified, confirmed by a positive sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.audit.actions import record, record_many
from songhanh.operations.cases.checks import shown_day
from songhanh.operations.cases.codes import take_codes
from songhanh.operations.cases.models import Case, Classification, ClassificationChange, Found
from songhanh.operations.cases.writing import (
    case_to_write,
    check,
    demand_places,
    is_confirmed,
    person_of,
    source_row,
)
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Unit
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import today
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.locks import writing

# Two positives of one person closer than this are one episode of the disease.
EPISODE_DAYS = 90
EDITABLE = frozenset(
    {
        "national_code", "unit", "reported_on", "onset_on", "has_symptoms", "symptoms", "sampled_on", "confirmed_on",
        "isolated_on", "admitted_on", "facility", "severity", "outcome", "outcome_on", "found", "site", "cluster",
        "source_case", "source_note", "vaccine_doses", "ct_value", "external_ids", "note",
    }
)  # fmt: skip
# A change of these moves the days on which contacts are traced.
OF_THE_WINDOW = frozenset({"onset_on", "sampled_on", "confirmed_on", "isolated_on", "reported_on"})
LONGEST_CHAIN = 200


def register(
    *,
    by: Any,
    person: Person,
    reported_on: date,
    classification: str = Classification.SUSPECTED,
    **fields: Any,
) -> Case:
    """Register a case of a person; refused where the person already has one of the same episode.

    The same ``uuid`` again returns the case that it was given to, and changes nothing.
    """
    with writing():
        Person.objects.select_for_update(of=("self",)).get(
            pk=person.pk
        )  # two registrations of one person queue here
        known = _by_uuid(by, [fields["uuid"]]) if fields.get("uuid") else {}
        if not known:
            again = episode_of(person_of(person), reported_on)
            if again is not None and again.classification != Classification.NOT_A_CASE:
                raise ValidationError(
                    _(
                        "This person already is a case: %(code)s, reported on %(day)s. Open it and correct it there."
                    )
                    % {"code": again.code, "day": shown_day(again.reported_on)},
                    code="case.again",
                    params={"case": again},
                )
        row = {"person": person, "reported_on": reported_on, "classification": classification, **fields}
        return register_many(by=by, rows=[row])[0]


def register_many(*, by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Case]:
    """Register cases at once, in one transaction; the levels of their contacts are worked out once at the end.

    Whoever calls it has looked whether the persons already are cases. A row that cannot be raises
    ValidationError with ``params["row"]``, and nothing is written.
    """
    demand(by, "cases.edit")
    if any(row.get("classification") == Classification.CONFIRMED for row in rows):
        demand(by, "cases.confirm")
    with writing():
        known = _by_uuid(by, [row["uuid"] for row in rows if row.get("uuid")])
        cases, new = [], []
        for number, row in enumerate(rows):
            case = known.get(_uuid(row.get("uuid")))
            if case is None:
                case = _built(by, row, number)
                known[case.uuid] = case
                new.append(case)
            cases.append(case)
        demand_places(by, (case.unit_id for case in new))
        _write_new(by, new)
    return cases


def _uuid(value: Any) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(str(value))


def _by_uuid(by: Any, uuids: Sequence[Any]) -> dict[UUID | None, Case]:
    if not uuids:
        return {}
    known: dict[UUID | None, Case] = {case.uuid: case for case in Case.objects.filter(uuid__in=uuids)}
    if known and by is not None:
        rows = Case.objects.identified(by).filter(pk__in=[case.pk for case in known.values()])
        if rows.count() != len(known):
            raise PermissionDenied("the case is outside the jurisdiction")
    return known


def _built(by: Any, row: Mapping[str, Any], number: int) -> Case:
    fields = dict(row)
    person = person_of(fields.pop("person"))
    uuid = _uuid(fields.pop("uuid", None) or None)
    if uuid is not None:
        fields["uuid"] = uuid
    if fields.get("unit") is None and fields.get("unit_id") is None:
        fields |= {"unit_id": person.unit_id}
        fields.pop("unit", None)
    if fields.get("site") is None and fields.get("site_id") is None:
        fields |= {"site_id": person.site_id}
        fields.pop("site", None)
    if fields.get("has_symptoms") is None and (fields.get("onset_on") or fields.get("symptoms")):
        fields["has_symptoms"] = True
    case = Case(person=person, entered_by=by, **{"is_synthetic": person.is_synthetic, **fields})
    try:
        check(case, person)
    except ValidationError as problem:
        problem.params = {"row": number}
        raise
    return case


def _write_new(by: Any, new: list[Case]) -> None:
    if not new:
        return
    for case, code in zip(new, take_codes([case.reported_on for case in new]), strict=True):
        case.code = code
    Case.objects.bulk_create(new, batch_size=500)
    ClassificationChange.objects.bulk_create(
        [
            ClassificationChange(
                case=case,
                before="",
                after=case.classification,
                on=case.confirmed_on or case.reported_on,
                by=by,
            )
            for case in new
        ],
        batch_size=500,
    )
    codes = dict(Unit.objects.filter(pk__in={case.unit_id for case in new}).values_list("pk", "code"))
    record_many(
        [
            {
                "action": "cases.register", "subject": case, "unit_code": codes.get(case.unit_id or 0, ""),
                "details": {"code": case.code, "person": case.person_id, "classification": case.classification},
            }
            for case in new
        ],
        by=by,
    )  # fmt: skip
    _tell_tracing(by, [case for case in new if is_confirmed(case)])


def _tell_tracing(by: Any, cases: Sequence[Case]) -> None:
    """Make the persons of confirmed cases sources; the levels are worked out once.

    A case may be the business of another commune than its person's home, whose officer may not see the person's
    row. What follows from the case is then done by the installation; the event of the case says by whom.
    """
    if not cases:
        return
    people = {case.person_id for case in cases}
    may = by is None or Person.objects.identified(by).filter(pk__in=people).count() == len(people)
    rows = [{"person": case.person, **source_row(case)} for case in cases]
    tracing.set_sources(by=by if may else None, rows=rows)


def edit(*, by: Any, case: Case, version: int | None, **fields: Any) -> Case:
    """Change a case that is still the version which the writer saw; otherwise `Stale`, and nothing is written."""
    demand(by, "cases.edit")
    unknown = fields.keys() - EDITABLE
    if unknown:
        raise TypeError(f"not fields that are edited: {sorted(unknown)}")
    with writing():
        row = case_to_write(by, case)
        changed = Case.objects.get(pk=row.pk)
        for name, value in fields.items():
            setattr(changed, name, value)
        check(changed, row.person)
        if changed.unit_id != row.unit_id:
            demand_places(by, [changed.unit_id])
        if changed.source_case_id != row.source_case_id:
            _demand_no_circle(changed)
        changes = save_version(row, version, fields)
        if changes:
            record("cases.edit", by=by, subject=row, changes=changes, unit_code=_unit_code(row))
        if is_confirmed(row) and changes.keys() & OF_THE_WINDOW:
            _tell_tracing(by, [row])
    return row


def _demand_no_circle(case: Case) -> None:
    source = case.source_case_id
    for _step in range(LONGEST_CHAIN):
        if source is None:
            return
        if source == case.pk:
            raise ValidationError(
                {"source_case": _("This case would have infected itself: look at who infected whom.")}
            )
        source = Case.objects.filter(pk=source).values_list("source_case", flat=True).first()


def classify(*, by: Any, case: Case, to: str, on: date, reason: str = "", version: int | None = None) -> Case:
    """Take a step in the classification of a case, and tell tracing when it becomes or stops being an F0."""
    demand(by, "cases.confirm" if to == Classification.CONFIRMED else "cases.edit")
    if to not in Classification.values:
        raise ValidationError({"to": _("There is no such classification.")})
    with writing():
        row = case_to_write(by, case)
        if is_confirmed(row) and to != Classification.CONFIRMED:
            demand(by, "cases.confirm")
            if not reason.strip():
                raise ValidationError({"reason": _("Say why a confirmed case is no longer held to be one.")})
        return _classify(by, row, to, on, reason, version)


def _classify(by: Any, row: Case, to: str, on: date, reason: str, version: int | None) -> Case:
    before = row.classification
    if before == to:
        return row
    if on > today():
        raise ValidationError({"on": _("This is in the future.")})
    fields: dict[str, Any] = {"classification": to}
    if to == Classification.CONFIRMED and row.confirmed_on is None:
        fields["confirmed_on"] = on
    changed = Case.objects.get(pk=row.pk)
    for name, value in fields.items():
        setattr(changed, name, value)
    check(changed, row.person)
    changes = save_version(row, version, fields)
    ClassificationChange.objects.create(
        case=row, before=before, after=to, on=on, reason=reason.strip(), by=by
    )
    record(
        "cases.classify",
        by=by,
        subject=row,
        changes=changes,
        reason=reason.strip(),
        unit_code=_unit_code(row),
    )
    if to == Classification.CONFIRMED:
        _tell_tracing(by, [row])
    elif before == Classification.CONFIRMED:
        _end_source(by, row)
    return row


def _end_source(by: Any, row: Case) -> None:
    # Somebody may be a case twice: the other episode goes on being a source.
    other = (
        Case.objects.filter(person_id=row.person_id, classification=Classification.CONFIRMED)
        .exclude(pk=row.pk)
        .order_by("-reported_on")
        .first()
    )
    if other is not None:
        _tell_tracing(by, [other])
        return
    may = by is None or Person.objects.identified(by).filter(pk=row.person_id).exists()
    tracing.end_source(by=by if may else None, person=row.person)


def confirm_positive(
    *, by: Any, person: Person, sampled_on: date, result_on: date, found: str = Found.UNKNOWN
) -> Case:
    """Return the case that a positive sample is of: confirmed if it was open, opened if there was none.

    The sample was written inside the jurisdiction; the case follows from it wherever it is.
    """
    demand(by, "cases.confirm")
    with writing():
        owner = Person.objects.select_for_update(of=("self",)).get(pk=person_of(person).pk)
        case = episode_of(owner, sampled_on)
        if case is None:
            row = {
                "person": owner, "reported_on": result_on, "classification": Classification.CONFIRMED,
                "sampled_on": sampled_on, "confirmed_on": result_on, "found": found,
            }  # fmt: skip
            new = _built(by, row, 0)
            _write_new(by, [new])
            return new
        row_now = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        known: dict[str, Any] = {}
        if row_now.sampled_on is None or row_now.sampled_on > sampled_on:
            known["sampled_on"] = sampled_on
        if row_now.found == Found.UNKNOWN and found != Found.UNKNOWN:
            known["found"] = found
        if known and (changes := save_version(row_now, None, known)):
            record("cases.edit", by=by, subject=row_now, changes=changes, unit_code=_unit_code(row_now))
        return _classify(by, row_now, Classification.CONFIRMED, result_on, _("positive sample"), None)


def episode_of(person: Person, on: date) -> Case | None:
    """Return the newest case of a person that a positive of a day still belongs to."""
    near = timedelta(days=EPISODE_DAYS)
    return (
        Case.objects.filter(person=person, reported_on__range=(on - near, on + near))
        .order_by("-reported_on", "-id")
        .first()
    )


def _unit_code(case: Case) -> str:
    return case.unit.code if case.unit else ""


def may_write(by: Any, case: Case) -> bool:
    """Say whether somebody may change a case, for pages that offer to."""
    return bool(getattr(case, "is_identified", False)) and scope_of(by).may("cases.edit")
