"""Rows of samples: judged, and written through `sampling.actions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from songhanh.operations.cases.checks import DISEASE_KNOWN_FROM
from songhanh.operations.intake.judging import Desk, Outcome, Verdict, differences, remembered, settle
from songhanh.operations.intake.writing import Refused, external_ids, own_uuid, together
from songhanh.operations.sampling import actions as sampling
from songhanh.operations.sampling.models import Sample

FIELDS = ("kind", "taken_at", "tube", "laboratory", "result", "result_at", "ct_value", "reason")
ANSWER = ("result", "result_at", "ct_value")  # the only fields of a sample that a later list changes
WAITING = ("pending", "retest", "")


def judge_many(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Give the verdicts of a chunk."""
    for outcome in outcomes:
        _judge(outcome, desk)
    people = {one.person.pk for one in outcomes if one.verdict == Verdict.CREATED and one.person is not None}
    there: dict[tuple[Any, ...], Sample] = {}
    for sample in Sample.objects.filter(person__in=people):
        there[sample.person_id, sample.taken_at, sample.kind, sample.tube] = sample
    seen: dict[tuple[Any, ...], int] = {}
    for outcome in outcomes:
        if outcome.verdict == Verdict.CREATED:
            _known_already(outcome, there, seen)


def _judge(outcome: Outcome, desk: Desk) -> Outcome:
    said, someone = outcome.said, outcome.found.someone
    fields = said.subject
    if said.is_rejected:
        outcome.verdict = Verdict.REJECTED
        return outcome
    if someone is None or (someone.person is None and not someone.fields.get("full_name")):
        named = said.link.get("person_code") or said.link.get("person_id", "")
        if not named:
            return outcome.reject("missing", "full_name", what={"vi": "họ tên", "en": "The name"})
        return outcome.reject("person_unknown", "person_id", value=named)
    if not someone.is_ours:
        return outcome.reject("not_yours", "person_id")
    if fields.get("taken_at") is None:
        return outcome.reject(
            "missing", "taken_at", what={"vi": "ngày lấy mẫu", "en": "The day of the sample"}
        )
    if _wrong_times(outcome, desk):
        return outcome
    _answer(outcome, desk)
    outcome.subject = {name: fields[name] for name in FIELDS if fields.get(name) not in (None, "")}
    if outcome.existing is not None:
        return _existing(outcome)
    if someone.person is None and outcome.found.unsure:
        said.note("maybe_known", "full_name", value=outcome.found.unsure)
    outcome.verdict = Verdict.CREATED
    return outcome


def _wrong_times(outcome: Outcome, desk: Desk) -> bool:
    fields = outcome.said.subject
    for name in ("taken_at", "result_at"):
        if fields.get(name) is not None:
            day = fields[name].date()
            if day > desk.today or day < DISEASE_KNOWN_FROM:
                outcome.reject("future" if day > desk.today else "too_old", name, value=day.isoformat())
                return True
    if fields.get("result_at") and fields["result_at"] < fields["taken_at"]:
        if fields["result_at"].date() < fields["taken_at"].date():
            outcome.reject("order", "result_at")
            return True
        fields["result_at"] = fields["taken_at"]  # a day against an instant of the same day
    return False


def _answer(outcome: Outcome, desk: Desk) -> None:
    said, fields = outcome.said, outcome.said.subject
    if isinstance(fields.get("laboratory"), str):
        text = fields.pop("laboratory")
        fields["laboratory"] = desk.places.laboratory(text)
        if fields["laboratory"] is None:
            said.note("place_kept", "laboratory", value=text)
            fields["reason"] = f"{fields.get('reason', '')} {text}".strip()[:80]
    fields.setdefault("kind", "pcr")
    fields.setdefault("result", "pending")
    if fields["result"] == "pending":
        fields.pop("result_at", None)
    if fields["result"] != "positive":
        fields.pop("ct_value", None)


def _existing(outcome: Outcome) -> Outcome:
    if not remembered(outcome) and outcome.subject["result"] not in WAITING:
        told = {name: outcome.subject.get(name) for name in ANSWER}
        outcome.changes = differences(outcome.existing, told, outcome.found, outcome.said)
    return settle(outcome, "samples")


def _known_already(
    outcome: Outcome, there: dict[tuple[Any, ...], Sample], seen: dict[tuple[Any, ...], int]
) -> None:
    fields = outcome.subject
    key = (id(outcome.someone), fields["taken_at"], fields["kind"], fields.get("tube", ""))
    if key in seen and not outcome.said.link.get("record_id"):
        outcome.verdict = Verdict.DUPLICATE
        outcome.said.note("twice", value=seen[key])
        return
    seen[key] = outcome.said.number
    is_other = outcome.said.link.get("record_id") and not fields.get(
        "tube"
    )  # a day alone tells no two samples apart
    if outcome.person is not None and not is_other:
        outcome.existing = there.get((outcome.person.pk, *key[1:]))
        if outcome.existing is not None:
            _existing(outcome)


def write(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Write the new ones at once, results of earlier ones one by one."""
    new = [one for one in outcomes if one.verdict == Verdict.CREATED]
    rows = [_row(outcome, desk) for outcome in new]
    for outcome, sample in together(new, rows, lambda given: sampling.register_many(by=desk.by, rows=given)):
        outcome.written = sample
    for outcome in outcomes:
        if outcome.verdict == Verdict.UPDATED:
            with Refused.noted(outcome):
                whole = {name: getattr(outcome.existing, name) for name in ANSWER} | outcome.changes
                whole["result_at"] = whole["result_at"] or outcome.existing.taken_at
                outcome.written = sampling.result(by=desk.by, sample=outcome.existing, **whole)


def _row(outcome: Outcome, desk: Desk) -> dict[str, Any]:
    row = {**outcome.subject, "person": outcome.person}
    ids = external_ids(outcome.said, desk.finder.system)
    return row | ({"external_ids": ids} if ids else {}) | own_uuid(outcome.said, desk.finder)
