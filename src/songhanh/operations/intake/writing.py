"""What writing a chunk of rows shares: the persons first, one refused row taken out, ids remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404

from songhanh.operations.intake.finding import OWN, Finder, uuid_of
from songhanh.operations.intake.judging import Desk, Outcome, Verdict
from songhanh.operations.intake.models import Known
from songhanh.operations.intake.said import Said
from songhanh.operations.people import actions as people


class Refused:
    """What the registers say when they do not take a row; it becomes the row's reason."""

    ERRORS = (ValidationError, PermissionDenied, Http404)

    @staticmethod
    @contextmanager
    def noted(outcome: Outcome) -> Iterator[None]:
        """Reject the row if the register refuses it; nothing of it stays."""
        try:
            with transaction.atomic():
                yield
        except Refused.ERRORS as error:
            outcome.reject(*Refused.reason(error), value=Refused.words(error))

    @staticmethod
    def reason(error: Exception) -> tuple[str]:
        """Return the code of the reason."""
        return ("not_yours",) if isinstance(error, PermissionDenied | Http404) else ("refused",)

    @staticmethod
    def words(error: Exception) -> str:
        """Return what a register said."""
        return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def together(
    outcomes: Sequence[Outcome], rows: Sequence[Mapping[str, Any]], write: Callable[[list[Any]], list[Any]]
) -> list[tuple[Outcome, Any]]:
    """Write many rows at once; one that is refused is taken out and the others are tried again."""
    pairs = list(zip(outcomes, rows, strict=True))
    while pairs:
        try:
            with transaction.atomic():
                written = write([row for _outcome, row in pairs])
            return [(outcome, row) for (outcome, _given), row in zip(pairs, written, strict=True)]
        except Refused.ERRORS as error:
            number = _refused_row(error)
            if number is None or number >= len(pairs):
                return _one_by_one(pairs, write)
            outcome, _row = pairs.pop(number)
            outcome.reject(*Refused.reason(error), value=Refused.words(error))
    return []


def _refused_row(error: Exception) -> int | None:
    if isinstance(number := getattr(error, "row", None), int):
        return number
    parameters = getattr(error, "params", None)
    return parameters.get("row") if isinstance(parameters, Mapping) else None


def _one_by_one(
    pairs: Sequence[tuple[Outcome, Mapping[str, Any]]], write: Callable[[list[Any]], list[Any]]
) -> list[tuple[Outcome, Any]]:
    done: list[tuple[Outcome, Any]] = []
    for outcome, row in pairs:
        with Refused.noted(outcome):
            done.append((outcome, write([row])[0]))
    return done


def external_ids(said: Said, system: str) -> dict[str, str]:
    """Return the ids of a foreign system as a row of the register keeps them."""
    if system == OWN:
        return {}
    ids = {system: said.link.get("record_id", ""), f"{system}:code": said.link.get("record_code", "")}
    ids[f"{system}:epid"] = said.link.get("epid_number", "")
    return {name: value for name, value in ids.items() if value}


def own_uuid(said: Said, finder: Finder) -> dict[str, UUID]:
    """Return the id that a row brings along for itself, so that an export gives it back; it was looked for before."""
    is_ours = finder.system == OWN or finder.target in ("contacts", "relationships", "events", "samples")
    found = uuid_of(said.link.get("uuid" if finder.system == OWN else "record_id", "")) if is_ours else None
    return {"uuid": found} if found else {}


def link_text(said: Said) -> str:
    """Return how a row names its source."""
    return said.link.get("source_id") or said.link.get("source_code") or said.link.get("source_uuid") or ""


def write_persons(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Register the persons that are new, correct those of whom the file says something else."""
    new: dict[int, Outcome] = {}
    for outcome in outcomes:
        if (
            outcome.verdict == Verdict.CREATED
            and outcome.found.someone is not None
            and outcome.someone.person is None
        ):
            new.setdefault(id(outcome.someone), outcome)
    givers = list(new.values())
    rows = [_person_row(outcome, desk.finder) for outcome in givers]
    for outcome, person in together(givers, rows, lambda given: people.register_many(by=desk.by, rows=given)):
        outcome.someone.person = person
        outcome.someone.pk = person.pk
    for outcome in outcomes:
        if (
            outcome.verdict == Verdict.CREATED
            and outcome.found.someone is not None
            and outcome.someone.person is None
        ):
            outcome.reject("refused", value=outcome.someone.fields.get("full_name", ""))
        if outcome.person_changes and outcome.verdict in (Verdict.CREATED, Verdict.UPDATED):
            with Refused.noted(outcome):
                outcome.someone.person = people.edit(
                    by=desk.by, person=outcome.person, version=None, **outcome.person_changes
                )


def _person_row(outcome: Outcome, finder: Finder) -> dict[str, Any]:
    row = dict(outcome.someone.fields)
    link = outcome.said.link
    if finder.system == OWN:
        own = uuid_of(link.get("person_uuid", ""))
        return row | ({"uuid": own} if own else {})
    ids = {
        finder.system: link.get("person_id")
        or (link.get("record_id") if finder.own_ids(outcome.said) else "")
    }
    code = link.get("person_code") or link.get("record_code")
    ids |= {f"{finder.system}:code": code} if code and not link.get("person_id") else {}
    kept = {name: value for name, value in ids.items() if value}
    return row | ({"external_ids": kept} if kept else {})


def remember(outcomes: Sequence[Outcome], desk: Desk) -> None:
    """Keep the ids and the check sums of rows that were taken, so that the same list changes nothing again."""
    finder, rows = desk.finder, {}
    for outcome in outcomes:
        if outcome.verdict in ("", Verdict.REJECTED):
            continue
        someone = outcome.found.someone
        person = someone.person.pk if someone is not None and someone.person is not None else None
        written = outcome.written if outcome.written is not None else outcome.existing
        subject = written.pk if hasattr(written, "pk") else None
        said = outcome.said

        def keep(system: str, kind: str, value: str, **more: Any) -> None:
            if value:
                rows[system, kind, value[:100]] = Known(system=system, kind=kind, value=value[:100], **more)

        keep(
            finder.memory_system, "row", said.key, person_id=person, object_id=subject, said=said.checksums()
        )
        keep(finder.system, finder.kind, said.link.get("record_id", ""), person_id=person, object_id=subject)
        if person is not None and desk.batch.target in ("cases", "contacts"):
            for ref in finder.own_ids(said):
                keep(finder.system, "person", ref, person_id=person)
    Known.objects.bulk_create(
        rows.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["system", "kind", "value"],
        update_fields=["person", "object_id", "said"],
    )
