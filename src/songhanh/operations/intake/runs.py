"""A batch from its rows to the registers: tried without writing, then committed in chunks that a restart takes up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count

from songhanh.operations.audit.actions import record
from songhanh.operations.cases.models import Case, Cluster
from songhanh.operations.intake import (
    target_cases,
    target_contacts,
    target_events,
    target_followups,
    target_samples,
)
from songhanh.operations.intake.finding import Finder
from songhanh.operations.intake.judging import Desk, Outcome
from songhanh.operations.intake.models import Batch, Mapping, Row
from songhanh.operations.intake.people import digest, identity_key, person_of
from songhanh.operations.intake.places import Places
from songhanh.operations.intake.reading import read
from songhanh.operations.intake.said import Reader, Said
from songhanh.operations.intake.writing import link_text, own_uuid, remember, write_persons
from songhanh.operations.project.clock import now, today
from songhanh.operations.project.folding import fold
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing.models import Contact, FollowUp

Progress = Callable[[int, int], None]
TRIED_AT_ONCE = 2_000
COMMITTED_AT_ONCE = 500
MODELS: dict[str, Any] = {
    "cases": Case, "contacts": Contact, "relationships": Contact, "followups": FollowUp, "samples": Sample,
    "events": Cluster,
}  # fmt: skip
LINKS = (
    "person_id",
    "person_code",
    "record_id",
    "record_code",
    "epid_number",
    "national_code",
    "person_uuid",
    "uuid",
)


class Stopped(Exception):
    """Somebody asked to stop, or another process holds the batch now; what was committed stays."""


def desk_of(batch: Batch, by: Any) -> Desk:
    """Return what the rows of a batch are judged with."""
    return Desk(batch, by, Finder(by, batch), Places(by, batch.options.get("unit")), today())


def _reader(batch: Batch) -> Reader:
    order = batch.options.get("date_order") or "dmy"
    return Reader(
        target=batch.target, columns=batch.columns, mapping=batch.mapping, order=order, today=today()
    )


def _prepared(said: Said, desk: Desk) -> Said:
    if desk.batch.target not in ("relationships", "events"):
        person_of(said, desk.places, desk.today)
        if desk.batch.target in ("followups", "samples") and not said.columns.keys() & {
            "full_name", "family_name", "given_name",
        }:  # fmt: skip
            said.person = {}  # a number is a reference there, never a new person's name
            said.reasons = [
                found for found in said.reasons if found["code"] not in ("no_name", "no_unit", "outside")
            ]
    return said


def _keys(rows: Sequence[Said], target: str) -> None:
    """Give each row the key by which it is known when the list comes again."""
    persons = Counter(identity_key(said.person) for said in rows)
    taken: Counter[str] = Counter()
    for said in rows:
        key = _key(said, target, persons)
        said.key = f"{key}:{taken[key]}" if taken[key] and not key.startswith("id:") else key
        taken[key] += 1


def _key(said: Said, target: str, persons: Counter[str]) -> str:
    link, fields = said.link, said.subject
    if own := link.get("uuid") or link.get("record_id"):
        return f"id:{own}"[:80]
    if target == "cases" and fields.get("national_code"):
        return f"id:{fields['national_code']}"[:80]
    who = identity_key(said.person)
    if who and persons[who] > 1:  # two of one name, year and commune: told apart by what else is said of them
        more = (said.person.get(name, "") for name in ("id_number", "phone"))
        who = digest(who, *more, fold(said.person.get("address", "")))
    who = who or link.get("person_uuid") or link.get("person_id") or link.get("person_code") or ""
    if target in ("contacts", "relationships"):
        ends = link.get("target_uuid") or link.get("target_id") or link.get("target_code") or who
        who = digest(ends, link_text(said), fields.get("happened_until", "")) if ends else ""
    elif target == "followups":
        who = digest(who, fields.get("due_on", "")) if who else ""
    elif target == "samples":
        who = digest(who, fields.get("taken_at", ""), fields.get("tube", "")) if who else ""
    elif target == "events":
        who = digest(fold(fields.get("name", ""))) if fields.get("name") else ""
    return who or digest(*said.cells)


def _judged(rows: Sequence[Said], desk: Desk) -> list[Outcome]:
    found = desk.finder.find(rows)
    existing = MODELS[desk.batch.target].objects.in_bulk([one.object_id for one in found if one.object_id])
    outcomes = [
        Outcome(said, one, existing=existing.get(one.object_id or 0))
        for said, one in zip(rows, found, strict=True)
    ]
    _by_uuid(outcomes, desk)
    module = _module(desk.batch.target)
    if module is target_cases:
        for outcome in outcomes:
            target_cases.judge(outcome, desk)
            _say_unknown_source(outcome, desk)
    else:
        module.judge_many(outcomes, desk)
    return outcomes


def _say_unknown_source(outcome: Outcome, desk: Desk) -> None:
    said = outcome.said
    if said.link.get("source_id") and outcome.found.source is None:
        said.note("source_unknown_kept", "source_id", value=said.link["source_id"])
        if outcome.verdict == Row.Verdict.CREATED and not said.subject.get("source_note"):
            said.subject["source_note"] = link_text(said)[:200]


def _by_uuid(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Rows of our own exports name the row they are of."""
    ids = {id(outcome): own_uuid(outcome.said, desk.finder).get("uuid") for outcome in outcomes}
    wanted = {uuid for uuid in ids.values() if uuid is not None}
    if wanted:
        there = {row.uuid: row for row in MODELS[desk.batch.target].objects.filter(uuid__in=wanted)}
        for outcome in outcomes:
            outcome.existing = outcome.existing or there.get(ids[id(outcome)])


def _module(target: str) -> Any:
    return {
        "cases": target_cases, "contacts": target_contacts, "relationships": target_contacts,
        "followups": target_followups, "samples": target_samples, "events": target_events,
    }[target]  # fmt: skip


def _announce(desk: Desk, batch: Batch, rows: Sequence[Sequence[str]]) -> None:
    """Tell the finder which ids stand anywhere in the file, so that a row may refer to one further down."""
    if batch.target not in ("cases", "contacts"):
        return
    places = [position for position, column in enumerate(batch.columns) if batch.mapping.get(column) in LINKS]
    desk.finder.announced = {
        cells[place][:100] for cells in rows for place in places if place < len(cells) and cells[place]
    }


# --- dry run ---


def try_rows(batch: Batch, by: Any, on_progress: Progress | None = None) -> None:
    """Judge all rows of a batch and keep the verdicts; no register is written to."""
    table = read(batch.file_name, bytes(batch.content or b""), batch.options)
    batch.columns = table.columns
    reader, desk = _reader(batch), desk_of(batch, by)
    rows = [_prepared(reader.read(line.number, line.cells), desk) for line in table.lines]
    _keys(rows, batch.target)
    _announce(desk, batch, [said.cells for said in rows])
    kept: list[Row] = []
    desk.is_last_pass, desk.is_dry = False, True
    for first in range(0, len(rows), TRIED_AT_ONCE):
        chunk = rows[first : first + TRIED_AT_ONCE]
        kept += [_row_of(batch, outcome, wait="created") for outcome in _judged(chunk, desk)]
        if on_progress is not None:
            on_progress(min(first + TRIED_AT_ONCE, len(rows)), len(rows))
    verdicts = Counter(row.verdict for row in kept)
    with transaction.atomic():
        Row.objects.filter(batch=batch).delete()
        Row.objects.bulk_create(kept, batch_size=1_000)
        _count(batch, verdicts, len(rows))
        batch.n_ambiguous = sum(said.ambiguous for said in rows)
        batch.n_done, batch.progress, batch.error = 0, 1.0, ""
        batch.state = Batch.State.TRIED
        batch.save()
        _remember_mapping(batch)


def _remember_mapping(batch: Batch) -> None:
    """Keep how the columns were read, for the next file with these columns."""
    kept = {"source_format": batch.source_format, "date_order": batch.options.get("date_order", "dmy")}
    Mapping.objects.update_or_create(
        signature=batch.options.get("signature", ""),
        target=batch.target,
        defaults={"columns": batch.mapping, "options": kept},
    )


def _row_of(batch: Batch, outcome: Outcome, wait: str = "") -> Row:
    said = outcome.said
    written = outcome.written if outcome.written is not None else outcome.existing
    return Row(
        batch=batch, number=said.number, values=list(said.cells), key=said.key, verdict=outcome.verdict or wait,
        reasons=said.reasons, object_type=written._meta.label_lower if hasattr(written, "_meta") else "",
        object_id=getattr(written, "pk", None),
    )  # fmt: skip


def _count(batch: Batch, verdicts: Counter[str], n_rows: int) -> None:
    batch.n_rows = n_rows
    for verdict in Row.Verdict.values:
        setattr(batch, f"n_{verdict}", verdicts.get(verdict, 0))


# --- commit ---


def commit_rows(batch: Batch, by: Any, on_progress: Progress | None = None) -> None:
    """Write the rows of a batch that are not written yet, some hundred a transaction; called again it goes on."""
    reader, desk = _reader(batch), desk_of(batch, by)
    _announce(desk, batch, list(Row.objects.filter(batch=batch).values_list("values", flat=True)))
    for is_last in (False, True):
        desk.is_last_pass = is_last
        for rows in _undone(batch):
            with transaction.atomic():
                _commit_chunk(batch, rows, reader, desk)
            if on_progress is not None:
                on_progress(batch.n_done, batch.n_rows)
    if batch.target == "cases":
        _link(batch, reader, desk)
    _finish(batch, by)


def _undone(batch: Batch) -> Iterator[list[Row]]:
    after = 0
    while True:
        rows = list(
            Row.objects.filter(batch=batch, is_done=False, number__gt=after).order_by("number")[
                :COMMITTED_AT_ONCE
            ]
        )
        if not rows:
            return
        yield rows
        after = rows[-1].number


def _commit_chunk(batch: Batch, rows: Sequence[Row], reader: Reader, desk: Desk) -> None:
    demand_ours(batch)
    saids = []
    for row in rows:
        said = _prepared(reader.read(row.number, row.values), desk)
        said.key = row.key
        saids.append(said)
    outcomes = _judged(saids, desk)
    if batch.target not in ("relationships", "events", "followups"):
        write_persons(outcomes, desk)
    _module(batch.target).write(outcomes, desk)
    remember(outcomes, desk)
    done = []
    for outcome in outcomes:
        if outcome.verdict:
            new = _row_of(batch, outcome)
            new.values, new.is_done = (
                [],
                True,
            )  # the cells stay as they are: only the fields below are written
            done.append(new)
    Row.objects.bulk_create(
        done, batch_size=500, update_conflicts=True, unique_fields=["batch", "number"],
        update_fields=["verdict", "reasons", "is_done", "object_type", "object_id"],
    )  # fmt: skip
    batch.n_done += len(done)
    Batch.objects.filter(pk=batch.pk).update(
        n_done=batch.n_done, progress=batch.n_done / max(1, batch.n_rows), heartbeat_at=now()
    )


def demand_ours(batch: Batch) -> None:
    """Lock the batch; raise where it was stopped or another process holds it."""
    current = (
        Batch.objects.select_for_update()
        .filter(pk=batch.pk)
        .values("attempt", "cancel_requested", "n_done")
        .get()
    )
    if current["attempt"] != batch.attempt or current["cancel_requested"]:
        raise Stopped
    batch.n_done = current["n_done"]


def _link(batch: Batch, reader: Reader, desk: Desk) -> None:
    """Join cases to their sources once all are there, whatever their order in the file."""
    if "source_id" not in reader.fields:
        return
    taken = Row.objects.filter(batch=batch, is_done=True).exclude(verdict=Row.Verdict.REJECTED)
    listed = list(taken.order_by("number").values_list("number", "values", "key", "object_id"))
    for first in range(0, len(listed), COMMITTED_AT_ONCE):
        part = listed[first : first + COMMITTED_AT_ONCE]
        with transaction.atomic():
            demand_ours(batch)
            saids = []
            for number, cells, key, _object in part:
                said = _prepared(reader.read(number, cells), desk)
                said.key = key
                saids.append(said)
            there = Case.objects.in_bulk([pk for *_row, pk in part if pk])
            found = desk.finder.find(saids)
            outcomes = [
                Outcome(said, one, existing=there.get(pk or 0))
                for said, one, (*_row, pk) in zip(saids, found, part, strict=True)
            ]
            for outcome in target_cases.link_sources(outcomes, desk):
                row = Row.objects.get(batch=batch, number=outcome.said.number)
                told = [found for found in outcome.said.reasons if found["code"] == "source_refused"]
                Row.objects.filter(pk=row.pk).update(reasons=[*row.reasons, *told])
            Batch.objects.filter(pk=batch.pk).update(heartbeat_at=now())


@transaction.atomic
def _finish(batch: Batch, by: Any) -> None:
    demand_ours(batch)
    verdicts: Counter[str] = Counter(
        dict(Row.objects.filter(batch=batch).order_by().values_list("verdict").annotate(n=Count("pk")))
    )
    batch.refresh_from_db(fields=["n_done", "attempt"])
    _count(batch, verdicts, batch.n_rows)
    batch.state, batch.committed_at, batch.progress, batch.error = Batch.State.COMMITTED, now(), 1.0, ""
    batch.save()
    counts = {verdict: getattr(batch, f"n_{verdict}") for verdict in Row.Verdict.values}
    details = {"file": batch.file_name, "target": batch.target, "rows": batch.n_rows, **counts}
    record("intake.commit", by=by, subject=batch, details=details)
