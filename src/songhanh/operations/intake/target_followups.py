"""Rows of follow-ups: judged, and written through `tracing.actions`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from songhanh.operations.intake.judging import Desk, Outcome, Verdict, differences, settle
from songhanh.operations.intake.writing import Refused, together
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.models import FollowUp

FIELDS = ("state", "temperature", "symptoms", "note")
FEVER = 37.5


def judge_many(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Give the verdicts of a chunk."""
    for outcome in outcomes:
        _judge(outcome, desk)
    people = {one.person.pk for one in outcomes if one.verdict == Verdict.CREATED}
    there = {(row.person_id, row.due_on): row for row in FollowUp.objects.filter(person__in=people)}
    seen: dict[tuple[int, date], int] = {}
    for outcome in outcomes:
        if outcome.verdict == Verdict.CREATED:
            _known_already(outcome, there, seen)


def _judge(outcome: Outcome, desk: Desk) -> Outcome:
    said, someone = outcome.said, outcome.found.someone
    fields = said.subject
    if said.is_rejected:
        outcome.verdict = Verdict.REJECTED
        return outcome
    if someone is None or someone.person is None:
        named = said.link.get("person_code") or said.link.get("person_id") or said.person.get("full_name", "")
        return outcome.reject("person_unknown", "person_id", value=named)
    if not someone.is_ours:
        return outcome.reject("not_yours", "person_id")
    if fields.get("due_on") is None:
        return outcome.reject(
            "missing", "due_on", what={"vi": "ngày theo dõi", "en": "The day of the follow-up"}
        )
    if "state" not in fields:
        if not {"temperature", "symptoms"} & said.columns.keys():
            return outcome.reject("missing", "state", what={"vi": "kết quả theo dõi", "en": "The result"})
        hot = float(fields.get("temperature") or 0) >= FEVER
        fields["state"] = "ill" if fields.get("symptoms") or hot else "well"
    if fields["due_on"] > desk.today and fields["state"] not in ("due", "void"):
        return outcome.reject("future", "due_on", value=fields["due_on"].isoformat())
    outcome.subject = {name: fields[name] for name in FIELDS if fields.get(name) not in (None, "")}
    if said.remarks:
        outcome.subject["note"] = "\n".join([*filter(None, [fields.get("note", "")]), *said.remarks])
    outcome.verdict = Verdict.CREATED
    return outcome


def _known_already(
    outcome: Outcome, there: dict[tuple[int, date], FollowUp], seen: dict[tuple[int, date], int]
) -> None:
    key = (outcome.person.pk, outcome.said.subject["due_on"])
    if key in seen:
        outcome.verdict = Verdict.DUPLICATE
        outcome.said.note("twice", value=seen[key])
        return
    seen[key] = outcome.said.number
    outcome.existing = there.get(key)
    if outcome.existing is not None:
        outcome.changes = differences(outcome.existing, outcome.subject, outcome.found, outcome.said)
        if outcome.subject["state"] == "due":
            outcome.changes.pop("state", None)  # a plan takes nothing back that was seen
        settle(outcome, "followups")


def write(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Write the new ones at once, the corrections one by one."""
    new = [one for one in outcomes if one.verdict == Verdict.CREATED]
    rows = [{**one.subject, "person": one.person, "due_on": one.said.subject["due_on"]} for one in new]
    for outcome, row in together(
        new, rows, lambda given: tracing.register_follow_ups_many(by=desk.by, rows=given)
    ):
        outcome.written = row
    for outcome in outcomes:
        if outcome.verdict == Verdict.UPDATED:
            with Refused.noted(outcome):
                outcome.written = tracing.record_follow_up(
                    by=desk.by, person=outcome.person, due_on=outcome.existing.due_on, **_whole(outcome)
                )


def _whole(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome.existing, name) for name in FIELDS} | {
        name: value for name, value in outcome.changes.items() if name in FIELDS
    }
