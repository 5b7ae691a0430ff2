"""Rows of events, which are clusters here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.cases.models import Cluster
from songhanh.operations.intake.judging import Desk, Outcome, Verdict, differences, remembered, settle
from songhanh.operations.intake.writing import Refused, own_uuid
from songhanh.operations.project.base import save_version
from songhanh.operations.project.folding import fold

FIELDS = ("name", "unit", "site", "began_on", "closed_on", "note")


def judge_many(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Give the verdicts of a chunk."""
    visible = Cluster.objects.all() if desk.by is None else Cluster.objects.visible_to(desk.by)
    names = {fold(row.name): row for row in visible.order_by("-pk")[:20_000]}
    seen: dict[str, int] = {}
    for outcome in outcomes:
        _judge(outcome, desk, names, seen)


def _judge(outcome: Outcome, desk: Desk, names: dict[str, Cluster], seen: dict[str, int]) -> Outcome:
    said = outcome.said
    fields = said.subject
    if said.is_rejected:
        outcome.verdict = Verdict.REJECTED
        return outcome
    if not fields.get("name"):
        return outcome.reject("missing", "name", what={"vi": "tên ổ dịch", "en": "The name"})
    if not _placed(outcome, desk):
        outcome.verdict = Verdict.REJECTED
        return outcome
    if fields.get("began_on") and fields.get("closed_on") and fields["began_on"] > fields["closed_on"]:
        return outcome.reject("order", "began_on")
    outcome.subject = {name: fields[name] for name in FIELDS if fields.get(name) not in (None, "")}
    key = said.link.get("record_id") or fold(fields["name"])
    if key in seen:
        outcome.verdict = Verdict.DUPLICATE
        said.note("twice", value=seen[key])
        return outcome
    seen[key] = said.number
    if outcome.existing is None:
        outcome.existing = names.get(fold(fields["name"]))
    if outcome.existing is None:
        outcome.verdict = Verdict.CREATED
        return outcome
    if not remembered(outcome):
        outcome.changes = differences(outcome.existing, outcome.subject, outcome.found, said)
    return settle(outcome, "events")


def _placed(outcome: Outcome, desk: Desk) -> bool:
    said, fields = outcome.said, outcome.said.subject
    commune, district, province = (fields.pop(name, "") for name in ("commune", "district", "province"))
    fields["unit"] = desk.places.unit(commune, district, province, "") or desk.places.default
    if fields["unit"] is None and (commune or district):
        said.note("place_kept", "commune", value=commune or district)
        said.remarks.append(", ".join(part for part in (commune, district, province) if part))
    if isinstance(fields.get("site"), str):
        text = fields.pop("site")
        fields["site"] = desk.places.site(text)
        if fields["site"] is None:
            said.remarks.append(text)
    if desk.places.allowed is not None and (
        fields["unit"] is None or fields["unit"].pk not in desk.places.allowed
    ):
        said.note("outside" if fields["unit"] else "no_unit", "commune")
    if said.remarks:
        fields["note"] = "\n".join(part for part in (fields.get("note", ""), *said.remarks) if part)
    return not said.is_rejected


@transaction.atomic
def add_cluster(*, by: Any, **fields: Any) -> Cluster:
    """Add a cluster."""
    demand(by, "cases.edit")
    cluster = Cluster.objects.create(**fields)
    record("cases.cluster.add", by=by, subject=cluster, details={"name": cluster.name})
    return cluster


@transaction.atomic
def edit_cluster(*, by: Any, cluster: Cluster, **fields: Any) -> Cluster:
    """Correct a cluster."""
    demand(by, "cases.edit")
    record("cases.cluster.edit", by=by, subject=cluster, changes=save_version(cluster, None, fields))
    return cluster


def write(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Write the clusters of a chunk."""
    for outcome in outcomes:
        with Refused.noted(outcome):
            if outcome.verdict == Verdict.CREATED:
                outcome.written = add_cluster(
                    by=desk.by, **outcome.subject, **own_uuid(outcome.said, desk.finder)
                )
            elif outcome.verdict == Verdict.UPDATED:
                outcome.written = edit_cluster(by=desk.by, cluster=outcome.existing, **outcome.changes)
