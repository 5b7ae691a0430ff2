"""Rows of contacts and of relationships between persons: judged, and written through `tracing.actions`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from songhanh.operations.audit.actions import record
from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.models import Case, Cluster
from songhanh.operations.intake.finding import source_refs
from songhanh.operations.intake.judging import Desk, Outcome, Verdict, differences, remembered, settle
from songhanh.operations.intake.models import Known
from songhanh.operations.intake.writing import Refused, link_text, own_uuid, together
from songhanh.operations.project.base import save_version
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.models import Contact

INCUBATION = timedelta(days=14)
MEETING = (
    "happened_from",
    "happened_until",
    "setting",
)  # of these a contact is made; changed ones are another meeting
FIELDS = (*MEETING, "proximity", "relation", "note")
Key = tuple[int, int, Any, Any, str]


def judge_many(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Give the verdicts of a chunk."""
    clusters = _clusters(outcomes, desk)
    for outcome in outcomes:
        _judge(outcome, desk, clusters)
    told = _told(outcomes)
    seen: dict[tuple[Any, ...], int] = {}
    for outcome in outcomes:
        if outcome.verdict == Verdict.CREATED and "source" in outcome.subject:
            _known_already(outcome, told, seen)


def _judge(outcome: Outcome, desk: Desk, clusters: dict[str, Cluster]) -> Outcome:
    said, someone = outcome.said, outcome.found.someone
    if said.is_rejected:
        outcome.verdict = Verdict.REJECTED
        return outcome
    if clusters and (cluster := _cluster_of(outcome, clusters)) is not None:
        return _event(outcome, cluster)
    refs = source_refs(said)
    if someone is None:
        if desk.batch.target == "contacts":
            return outcome.reject("missing", "full_name", what={"vi": "họ tên", "en": "The name"})
        return outcome.reject("person_unknown", "target_id", value=said.link.get("target_id", ""))
    if (
        someone.person is not None
        and not someone.is_ours
        and not (outcome.found.source and outcome.found.source.is_ours)
    ):
        return outcome.reject("not_yours", "full_name")
    if someone.is_announced and not someone.fields:
        return _wait(outcome, desk, "person_unknown", "target_id", said.link.get("target_id", ""))
    if not refs:
        return _without_source(outcome, desk)
    return _with_source(outcome, desk)


def _without_source(outcome: Outcome, desk: Desk) -> Outcome:
    said, someone = outcome.said, outcome.someone
    if desk.batch.target == "relationships":
        return outcome.reject("source_missing", "source_id")
    if someone.person is not None:
        outcome.person_changes = differences(someone.person, said.person, outcome.found, said)
        return settle(outcome, "contacts")
    if someone.row != said.number:
        outcome.verdict = Verdict.DUPLICATE
        said.note("twice", value=someone.row)
        return outcome
    said.note("source_none")
    return _created(outcome)


def _created(outcome: Outcome) -> Outcome:
    if outcome.someone.person is None and outcome.found.unsure:
        outcome.said.note("maybe_known", "full_name", value=outcome.found.unsure)
    outcome.verdict = Verdict.CREATED
    return outcome


def _wait(outcome: Outcome, desk: Desk, code: str, field_name: str, value: str) -> Outcome:
    if desk.is_last_pass:
        return outcome.reject(code, field_name, value=value)
    outcome.verdict = ""
    return outcome


def _with_source(outcome: Outcome, desk: Desk) -> Outcome:
    said, someone, source = outcome.said, outcome.someone, outcome.found.source
    if source is None:
        return outcome.reject("source_unknown", "source_id", value=link_text(said))
    if source.is_announced and source.person is None and not source.fields:
        return _wait(outcome, desk, "source_unknown", "source_id", link_text(said))
    if source is someone or (source.person is not None and source.person == someone.person):
        return outcome.reject("same_person", "source_id")
    if outcome.existing is not None and remembered(outcome):
        return settle(outcome, desk.batch.target)
    if not _days(outcome):
        outcome.verdict = Verdict.REJECTED
        return outcome
    outcome.subject = {
        name: said.subject[name] for name in FIELDS if said.subject.get(name) not in (None, "")
    }
    if said.remarks:
        outcome.subject["note"] = "\n".join([*filter(None, [outcome.subject.get("note", "")]), *said.remarks])
    outcome.subject["source"] = source
    if someone.person is not None and said.person:
        outcome.person_changes = differences(someone.person, said.person, outcome.found, said)
    if isinstance(outcome.existing, Contact):
        told = {name: value for name, value in outcome.subject.items() if name in FIELDS}
        outcome.changes = differences(outcome.existing, told, outcome.found, said)
        return settle(outcome, desk.batch.target)
    return _created(outcome)


def _days(outcome: Outcome) -> bool:
    """Fill in the days of the meeting; without any, the incubation before the report is taken, and said."""
    said = outcome.said
    fields = said.subject
    first, last = fields.get("happened_from"), fields.get("happened_until")
    if first is None and last is None:
        reported = fields.get("reported_on")
        for someone in (outcome.found.someone, outcome.found.source):
            if reported is None and someone is not None and isinstance(someone.case, Case):
                reported = someone.case.reported_on
        if reported is None:
            said.note(
                "missing", "happened_until", what={"vi": "ngày tiếp xúc", "en": "The day of the contact"}
            )
            return False
        first, last = reported - INCUBATION, reported
        said.note("date_estimated")
    if first is None or last is None:
        first = last = first or last
        assert first is not None and last is not None  # one of the two is given
    if first > last:
        said.note("order", "happened_from")
        return False
    fields["happened_from"], fields["happened_until"] = first, last
    return True


def _told(outcomes: Sequence[Outcome]) -> dict[Key, Contact]:
    """Return the meetings of these persons that are registered."""
    people = {
        outcome.person.pk
        for outcome in outcomes
        if outcome.found.someone is not None and outcome.person is not None
    }
    rows = Contact.objects.filter(person__in=people)
    return {
        (row.source_id, row.person_id, row.happened_from, row.happened_until, row.setting): row
        for row in rows
    }


def _known_already(outcome: Outcome, told: dict[Key, Contact], seen: dict[tuple[Any, ...], int]) -> None:
    source, someone, fields = outcome.subject["source"], outcome.someone, outcome.subject
    meeting = (fields["happened_from"], fields["happened_until"], fields.get("setting", "unknown"))
    here = (id(source), id(someone), *meeting)
    if here in seen:
        outcome.verdict = Verdict.DUPLICATE
        outcome.said.note("twice", value=seen[here])
        return
    seen[here] = outcome.said.number
    if source.person is not None and someone.person is not None:
        there = told.get((source.person.pk, someone.person.pk, *meeting))
        if there is not None and not there.is_void:
            outcome.existing = there
            more = {name: fields.get(name) for name in ("proximity", "relation", "note")}
            outcome.changes = differences(there, more, outcome.found, outcome.said)
            settle(outcome, "contacts")


# --- events as one end of a relationship ---


def _clusters(outcomes: Sequence[Outcome], desk: Desk) -> dict[str, Cluster]:
    refs = {
        ref
        for outcome in outcomes
        for ref in (*source_refs(outcome.said), outcome.said.link.get("target_id", ""))
        if ref
    }
    known = Known.objects.filter(system=desk.finder.system, kind="cluster", value__in=refs)
    ids = dict(known.values_list("value", "object_id"))
    clusters = Cluster.objects.in_bulk(list(set(ids.values())))
    return {ref: clusters[pk] for ref, pk in ids.items() if pk in clusters}


def _cluster_of(outcome: Outcome, clusters: dict[str, Cluster]) -> Cluster | None:
    refs = (*source_refs(outcome.said), outcome.said.link.get("target_id", ""))
    return next((clusters[ref] for ref in refs if ref in clusters), None)


def _event(outcome: Outcome, cluster: Cluster) -> Outcome:
    one = outcome.found.someone or outcome.found.source
    case = one.case if one is not None else None
    if not isinstance(case, Case):
        return outcome.reject("person_unknown", "target_id", value=outcome.said.link.get("target_id", ""))
    outcome.said.note("event_link", value=cluster.name)
    outcome.existing = case
    outcome.changes = {} if case.cluster_id else {"cluster": cluster}
    return settle(outcome, "cases")


# --- writing ---


def write(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Write the meetings of a chunk; the levels are worked out once."""
    new = [one for one in outcomes if one.verdict == Verdict.CREATED and "source" in one.subject]
    ready = []
    for outcome in new:
        if outcome.subject["source"].person is None:
            outcome.reject("source_unknown", "source_id", value=link_text(outcome.said))
        else:
            ready.append(outcome)
    rows = [_row(outcome, desk) for outcome in ready]
    for outcome, contact in together(ready, rows, lambda given: tracing.add_contacts(by=desk.by, rows=given)):
        outcome.written = contact
        _infected(outcome, desk)
    for outcome in outcomes:
        if outcome.verdict == Verdict.UPDATED and outcome.changes:
            with Refused.noted(outcome):
                _update(outcome, desk)


def _row(outcome: Outcome, desk: Desk) -> dict[str, Any]:
    row = {name: outcome.subject[name] for name in FIELDS if name in outcome.subject}
    return row | {
        "source": outcome.subject["source"].person, "person": outcome.person, **own_uuid(outcome.said, desk.finder),
    }  # fmt: skip


def _infected(outcome: Outcome, desk: Desk) -> None:
    """Of two cases that a list of relationships joins, the first infected the second, unless somebody knows better."""
    infector, case = outcome.subject["source"].case, outcome.someone.case
    if desk.batch.target != "relationships" or not isinstance(infector, Case) or not isinstance(case, Case):
        return
    if case.source_case_id is None and infector.pk != case.pk and infector.source_case_id != case.pk:
        try:
            with transaction.atomic():
                outcome.someone.case = cases.edit(by=desk.by, case=case, version=None, source_case=infector)
        except Refused.ERRORS:
            return  # a circle, or a case of another area: the meeting is kept, who infected whom is for people


def _update(outcome: Outcome, desk: Desk) -> None:
    if "cluster" in outcome.changes:
        cases.edit(by=desk.by, case=outcome.existing, version=None, cluster=outcome.changes["cluster"])
        return
    contact = outcome.existing
    if not set(outcome.changes) & set(MEETING):
        with transaction.atomic():
            changes = save_version(contact, None, outcome.changes)
            record("tracing.contact.edit", by=desk.by, subject=contact, changes=changes)
        outcome.written = contact
        return
    told = {name: getattr(contact, name) for name in FIELDS} | outcome.changes
    row = {**told, "source": contact.source, "person": contact.person}
    tracing.void_contact(
        by=desk.by, contact=contact, reason=f"{desk.batch.file_name} · {outcome.said.number}"
    )
    outcome.written = tracing.add_contacts(by=desk.by, rows=[row])[0]
