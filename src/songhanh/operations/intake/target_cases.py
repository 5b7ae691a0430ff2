"""Rows of cases: judged, and written through `cases.actions`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.checks import date_problems
from songhanh.operations.cases.models import Case
from songhanh.operations.intake.finding import NATIONAL
from songhanh.operations.intake.judging import Desk, Outcome, Verdict, differences, remembered, settle
from songhanh.operations.intake.reasons import Reason
from songhanh.operations.intake.writing import Refused, external_ids, link_text, own_uuid, together
from songhanh.operations.people.models import Person

RANK = {"suspected": 0, "probable": 1, "confirmed": 2, "not-a-case": 3}
EPISODE = timedelta(days=90)
FIELDS = (
    "national_code", "reported_on", "onset_on", "has_symptoms", "symptoms", "sampled_on", "confirmed_on", "isolated_on",
    "admitted_on", "facility", "severity", "outcome", "outcome_on", "found", "cluster", "source_note", "vaccine_doses",
    "ct_value", "note",
)  # fmt: skip


def judge(outcome: Outcome, desk: Desk) -> Outcome:
    """Give the verdict of one row."""
    said = outcome.said
    if not said.is_rejected:
        _complete(outcome, desk)
    someone = outcome.found.someone
    if said.is_rejected or someone is None:
        if not said.is_rejected:
            said.note("missing", "full_name", what={"vi": "họ tên", "en": "The name"})
        outcome.verdict = Verdict.REJECTED
        return outcome
    if someone.person is not None and not someone.is_ours:
        return outcome.reject("not_yours", "full_name")
    existing = _existing(outcome)
    if existing is None:
        return _new(outcome, desk)
    if existing is True:  # a case that a row above brings: looked at again once it is written
        if desk.is_last_pass:
            outcome.verdict = Verdict.DUPLICATE
            said.note("twice", value=someone.row)
        return outcome
    outcome.existing = existing
    if remembered(outcome):
        return settle(outcome, "cases")
    person = someone.person or someone.draft
    if person is not None:
        outcome.person_changes = differences(person, said.person, outcome.found, said)
    outcome.changes = differences(
        existing, {name: said.subject.get(name) for name in FIELDS}, outcome.found, said
    )
    _classification(outcome, existing)
    return settle(outcome, "cases")


def _new(outcome: Outcome, desk: Desk) -> Outcome:
    someone, said = outcome.someone, outcome.said
    if someone.person is not None:
        outcome.person_changes = differences(someone.person, said.person, outcome.found, said)
    elif outcome.found.unsure:
        said.note("maybe_known", "full_name", value=outcome.found.unsure)
    someone.case = True
    if desk.is_dry:
        someone.case = Case(
            **{name: said.subject[name] for name in FIELDS if said.subject.get(name) not in (None, "")}
        )
        someone.case.classification = said.subject["classification"]
        someone.draft = Person(**someone.fields)
    outcome.verdict = Verdict.CREATED
    return outcome


def _existing(outcome: Outcome) -> Any:
    case = outcome.existing if outcome.existing is not None else outcome.someone.case
    reported = outcome.said.subject.get("reported_on")
    by_number = outcome.existing is not None or bool(outcome.said.subject.get("national_code"))
    if isinstance(case, Case) and reported and not by_number and abs(case.reported_on - reported) > EPISODE:
        return None  # ill again
    return case


def _classification(outcome: Outcome, existing: Case) -> None:
    said = outcome.said
    told = said.subject.get("classification")
    if not told or "classification" not in said.columns or told == existing.classification:
        return
    memory = outcome.found.memory
    is_new_word = memory is None or "classification" not in memory.said
    if RANK[told] > RANK[existing.classification] or not is_new_word:
        outcome.changes["classification"] = told
    else:
        said.note("kept_higher", "classification", value=existing.classification)


def _complete(outcome: Outcome, desk: Desk) -> None:
    """Work out what a row says without saying it, and drop dates that cannot be."""
    said, options = outcome.said, desk.batch.options
    fields = said.subject
    _own_number(outcome)
    if fields.get("condition") == "died" or fields.get("died_on"):
        fields["outcome"] = "died"
    if fields.get("died_on"):
        fields["outcome_on"] = fields["died_on"]
    if "classification" not in fields:
        positive = fields.get("lab_result") == "positive"
        is_announced = bool(fields.get("national_code"))
        fields["classification"] = (
            "confirmed" if positive or is_announced else options.get("classification") or "suspected"
        )
    for name in ("reported_on", "confirmed_on", "sampled_on", "onset_on"):
        if fields.get(name):
            fields.setdefault("reported_on", fields[name])
    if not fields.get("reported_on"):
        said.note("missing", "reported_on", what={"vi": "ngày báo cáo", "en": "The date of the report"})
        return
    for name, find in (("facility", desk.places.facility), ("cluster", desk.places.cluster)):
        if isinstance(fields.get(name), str):
            text = fields.pop(name)
            fields[name] = find(text)
            if fields[name] is None:
                fields.pop(name)
                said.note("place_kept", name, value=text)
                said.remarks.append(f"{said.columns[name]}: {text}")
    _dates(outcome)
    if said.remarks:
        fields["note"] = "\n".join(part for part in (fields.get("note", ""), *said.remarks) if part)


def _own_number(outcome: Outcome) -> None:
    fields, link = outcome.said.subject, outcome.said.link
    for name in ("record_id", "record_code", "epid_number"):
        if "national_code" not in fields and NATIONAL.match(link.get(name, "")):
            fields["national_code"] = link[name]
    if fields.get("national_code"):
        number = fields["national_code"].replace(" ", "").upper()
        fields["national_code"] = f"BN{number}" if number.isdigit() else number


def _dates(outcome: Outcome) -> None:
    said = outcome.said
    for _attempt in range(8):
        problems = date_problems({**said.subject, **_birth(outcome)})
        errors = [problem for problem in problems if problem.is_error]
        if not errors:
            break
        problem = errors[0]
        said.note("implausible", problem.field, vi=problem.message_vi, en=problem.message_en)
        if problem.field == "reported_on" or problem.field not in {*said.subject, *said.person}:
            reason: Reason = said.reasons[-1]
            reason["level"] = "error"
            return
        part = said.subject if problem.field in said.subject else said.person
        value = part.pop(problem.field)
        if problem.field in ("born_on", "birth_year"):
            said.person.pop("born_on", None)
            said.person.pop("birth_year", None)
        shown = value.date() if isinstance(value, datetime) else value
        said.remarks.append(f"{said.columns.get(problem.field, problem.field)}: {shown}")
    for problem in problems:
        if not problem.is_error:
            said.note("implausible", problem.field, vi=problem.message_vi, en=problem.message_en)


def _birth(outcome: Outcome) -> dict[str, Any]:
    person = outcome.said.person
    return {name: person[name] for name in ("born_on", "birth_year") if name in person}


def write(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Write new cases at once and corrections one by one; persons are there already."""
    new = [outcome for outcome in outcomes if outcome.verdict == Verdict.CREATED]
    rows = [_row(outcome, desk) for outcome in new]
    for outcome, case in together(new, rows, lambda given: cases.register_many(by=desk.by, rows=given)):
        outcome.written = case
        outcome.someone.case = case
    for outcome in outcomes:
        if outcome.verdict == Verdict.UPDATED:
            _update(outcome, desk)


def _row(outcome: Outcome, desk: Desk) -> dict[str, Any]:
    fields = outcome.said.subject
    row = {name: fields[name] for name in FIELDS if fields.get(name) not in (None, "")}
    unit, source = _responsible(outcome, desk), outcome.found.source
    return row | {
        "person": outcome.person,
        "classification": fields["classification"],
        "external_ids": external_ids(outcome.said, desk.finder.system),
        **own_uuid(outcome.said, desk.finder),
        **({"unit": unit} if unit is not None else {}),
        **(
            {"source_case": source.case}
            if source is not None and isinstance(source.case, Case) and source.case.pk
            else {}
        ),
    }


def _responsible(outcome: Outcome, desk: Desk) -> Any:
    named = outcome.said.subject.get("case_commune")
    unit = desk.places.unit(named, "", "", "") if named else None
    if unit is not None and desk.places.allowed is not None and unit.pk not in desk.places.allowed:
        return None
    return unit


def _update(outcome: Outcome, desk: Desk) -> None:
    changes = dict(outcome.changes)
    told = changes.pop("classification", None)
    case = outcome.existing
    with Refused.noted(outcome):
        if changes:
            case = cases.edit(by=desk.by, case=case, version=None, **changes)
        if told:
            on = changes.get("confirmed_on") or outcome.said.subject.get("confirmed_on") or desk.today
            reason = f"{desk.batch.file_name} · {outcome.said.number}"
            case = cases.classify(by=desk.by, case=case, to=told, on=on, reason=reason)
    outcome.written = case


def link_sources(outcomes: Sequence[Outcome], desk: Desk) -> list[Outcome]:
    """Set who infected whom, once all cases of a file are there; return the rows of which it could not be."""
    refused = []
    for outcome in outcomes:
        case = outcome.written or outcome.existing
        if not isinstance(case, Case) or not outcome.said.link.get("source_id"):
            continue
        case.refresh_from_db()
        source = outcome.found.source
        infector = source.case if source is not None and isinstance(source.case, Case) else None
        words = link_text(outcome.said)
        fields: dict[str, Any] = {}
        if case.source_case_id is None and infector is not None and not _infected(case, infector, desk):
            outcome.said.note("source_refused", "source_id", value=words)
            refused.append(outcome)
            infector = None
        if not case.source_note and (infector is None or "," in words):
            fields["source_note"] = words[:200]
        if fields:
            with Refused.noted(outcome):
                cases.edit(by=desk.by, case=case, version=None, **fields)
    return refused


def _infected(case: Case, infector: Case, desk: Desk) -> bool:
    """Say who infected a case, unless it is the case itself or would close a circle."""
    if infector.pk == case.pk:
        return False
    try:
        with transaction.atomic():
            cases.edit(by=desk.by, case=case, version=None, source_case=infector)
    except Refused.ERRORS:
        return False
    return True
