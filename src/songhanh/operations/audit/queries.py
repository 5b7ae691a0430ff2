"""Reads of the audit: whether the chain holds."""

from __future__ import annotations

from dataclasses import dataclass

from songhanh.operations.audit.actions import link
from songhanh.operations.audit.models import ChainHead, Event, Seal

CHUNK = 2_000


@dataclass(frozen=True)
class Verdict:
    """What walking the chain found. ``broken`` is a sentence about the first fault, empty where the chain holds."""

    n_sealed: int
    n_waiting: int
    position: int
    hash: str
    broken: str = ""
    event_id: int | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether the chain holds."""
        return not self.broken


def verify(noted: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain from its first event; ``noted`` is an end of the chain that somebody wrote down earlier.

    Whoever can rewrite the whole database can rewrite the whole chain; an end kept elsewhere shows that too.
    """
    position, hash_now, found_noted = 0, "", noted is None
    for seal in Seal.objects.select_related("event").order_by("position").iterator(chunk_size=CHUNK):
        expected = link(hash_now, seal.event)
        position += 1
        if seal.position != position:
            return _broken(
                position - 1, hash_now, seal, f"{seal.position - position} events before it are gone"
            )
        if seal.hash != expected:
            return _broken(position - 1, hash_now, seal, "it is not what was sealed")
        hash_now = seal.hash
        found_noted = found_noted or (position, hash_now) == noted
    head = ChainHead.objects.filter(pk=1).first()
    n_waiting = Event.objects.filter(seal__isnull=True).count()
    end = (head.position, head.hash) if head else (0, "")
    broken = ""
    if end != (position, hash_now):
        broken = f"the chain ends at event {position} of {end[0]}: the last ones are gone"
    elif not found_noted:
        broken = "the end of the chain that was noted is not in it: it was written anew"
    elif Event.objects.filter(seal__isnull=True, waiting__isnull=True).exists():
        broken = "an event was kept from being sealed"
    return Verdict(position, n_waiting, position, hash_now, broken)


def _broken(position: int, hash_now: str, seal: Seal, how: str) -> Verdict:
    event = seal.event
    sentence = f"event {event.pk} ({event.action}, {event.at:%Y-%m-%d %H:%M} UTC) breaks the chain: {how}"
    return Verdict(
        position, Event.objects.filter(seal__isnull=True).count(), position, hash_now, sentence, event.pk
    )
