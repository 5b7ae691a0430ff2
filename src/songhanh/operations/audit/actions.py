"""Add to the audit. The event is written in the transaction of what it tells of; the chain is sealed on commit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import models, transaction

from songhanh.core.canonical import json_bytes
from songhanh.operations.audit.context import address_of_request
from songhanh.operations.audit.models import ChainHead, Event, Kind, Seal, Waiting
from songhanh.operations.project.clock import now

SEALED_AT_ONCE = 5_000


class What(TypedDict, total=False):
    """What an event tells, beside its action and who did it."""

    subject: models.Model | None
    subject_type: str  # where there is no one subject
    subject_ids: Iterable[int]
    kind: Kind
    changes: Mapping[str, Sequence[Any]] | None
    details: Mapping[str, Any] | None
    reason: str
    unit_code: str


def record(action: str, *, by: Any, **what: Unpack[What]) -> Event:
    """Add one event; call it inside the transaction of the write it tells of.

    ``by`` is a user, or None for a command or worker (``details["program"]`` then says which).
    """
    event = _event(action, by=by, **what)
    event.save(force_insert=True)
    Waiting.objects.create(event=event)
    transaction.on_commit(seal)
    return event


def record_many(events: Sequence[Mapping[str, Any]], *, by: Any) -> None:
    """Add many events at once (an import): each a mapping of the arguments of `record` but ``by``."""
    made = Event.objects.bulk_create([_event(by=by, **event) for event in events], batch_size=500)
    Waiting.objects.bulk_create([Waiting(event=event) for event in made], batch_size=500)
    transaction.on_commit(seal)


def _event(
    action: str,
    *,
    by: Any,
    subject: models.Model | None = None,
    subject_type: str = "",
    subject_ids: Iterable[int] = (),
    kind: Kind = Kind.WRITE,
    changes: Mapping[str, Sequence[Any]] | None = None,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
    unit_code: str = "",
) -> Event:
    return Event(
        at=now(),
        actor=by,
        actor_name=str(by) if by is not None else "",
        kind=kind,
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else subject_type,
        subject_id=subject.pk if subject is not None else None,
        subject_ids=list(subject_ids),
        changes={name: [plain(value) for value in pair] for name, pair in (changes or {}).items()},
        details={name: plain(value) for name, value in (details or {}).items()},
        reason=reason,
        unit_code=unit_code,
        address=address_of_request(),
    )


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def content(event: Event) -> bytes:
    """Return what the hash of an event is over."""
    return json_bytes(
        {
            "id": event.pk,
            "at": event.at.isoformat(),
            "actor": event.actor_id,
            "actor_name": event.actor_name,
            "kind": str(event.kind),
            "action": event.action,
            "subject": [event.subject_type, event.subject_id, event.subject_ids],
            "unit": event.unit_code,
            "changes": event.changes,
            "details": event.details,
            "reason": event.reason,
            "address": event.address,
        }
    )


def link(previous: str, event: Event) -> str:
    """Return the hash of an event's seal, given the one before."""
    return hashlib.sha256(previous.encode() + content(event)).hexdigest()


def seal() -> int:
    """Chain the events that are not yet sealed; return how many.

    It runs after the commit, in short transactions of its own: writers wait for each other here only, and
    never for a long import. What a killed process left unsealed is sealed by whoever writes next.
    """
    n_sealed = 0
    while True:
        n_new = _seal_some()
        n_sealed += n_new
        if n_new < SEALED_AT_ONCE:
            return n_sealed


@transaction.atomic
def _seal_some() -> int:
    head = _locked_head()
    ids = list(Waiting.objects.order_by("pk").values_list("pk", flat=True)[:SEALED_AT_ONCE])
    if not ids:
        return 0
    seals = []
    for event in Event.objects.filter(pk__gte=ids[0], pk__lte=ids[-1], waiting__isnull=False).order_by("pk"):
        head.position += 1
        head.hash = link(head.hash, event)
        seals.append(Seal(event=event, position=head.position, hash=head.hash))
    Seal.objects.bulk_create(seals, batch_size=500)
    Waiting.objects.filter(pk__gte=ids[0], pk__lte=ids[-1], event__seal__isnull=False).delete()
    head.save(update_fields=["position", "hash"])
    return len(seals)


def _locked_head() -> ChainHead:
    """Return the end of the chain, which one sealer at a time holds."""
    head = ChainHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        ChainHead.objects.get_or_create(pk=1)
        head = ChainHead.objects.select_for_update().get(pk=1)
    return head
