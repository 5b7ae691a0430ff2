"""What a merge of two persons means here: their meetings, time as a source, standing and follow-ups become one person's.

`people.actions.merge` calls `move` and `move_back` of each module named in ``PERSON_MERGE_HANDLERS``.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from songhanh.operations.audit.actions import plain
from songhanh.operations.people.models import Person
from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.models import Contact, FollowUp, Presence, Source, Standing
from songhanh.operations.tracing.relevel import relevel

HANDLES = frozenset(
    {"tracing.contact", "tracing.source", "tracing.standing", "tracing.followup", "tracing.presence"}
)
SOURCE_FIELDS = ("infectious_from", "infectious_until", "since_on")
NAMES = {"source": "source_id", "person": "person_id"}


def move(kept: Person, absorbed: Person) -> dict[str, Any]:
    """Give the kept person what the absorbed one had; return what `move_back` needs to undo it exactly."""
    with writing():
        moved = {
            "contacts": _move_contacts(kept, absorbed),
            "source": _move_source(kept, absorbed),
            "cleared": _move_cleared(kept, absorbed),
            "follow_ups": _move_follow_ups(kept, absorbed),
            "presences": list(Presence.objects.filter(person=absorbed).values_list("pk", flat=True)),
        }
        Presence.objects.filter(person=absorbed).update(person=kept)
        relevel(_touched(moved) | {kept.pk, absorbed.pk})
    return moved


def move_back(kept: Person, absorbed: Person, moved: dict[str, Any]) -> None:
    """Make them two again. What was added to the kept person since stays with it."""
    with writing():
        for pk, before in moved["contacts"]["moved"]:
            Contact.objects.filter(pk=pk).update(**before)
        Contact.objects.filter(pk__in=moved["contacts"]["struck"]).update(is_void=False)
        Contact.objects.filter(pk__in=moved["contacts"]["revived"]).update(is_void=True)
        FollowUp.objects.filter(pk__in=moved["follow_ups"]["moved"]).update(person=absorbed)
        Presence.objects.filter(pk__in=moved["presences"]).update(person=absorbed)
        _move_back_source(kept, absorbed, moved["source"])
        _move_back_cleared(kept, absorbed, moved["cleared"])
        relevel(_touched(moved) | {kept.pk, absorbed.pk})


def _move_contacts(kept: Person, absorbed: Person) -> dict[str, Any]:
    """Move meetings; those that are then of one person with itself, or told twice, are struck out instead."""
    moved, struck, revived = [], [], []
    for contact in Contact.objects.filter(Q(source=absorbed) | Q(person=absorbed)).order_by("pk"):
        side = "source" if contact.source_id == absorbed.pk else "person"
        before = {NAMES[side]: absorbed.pk, "unit_id": contact.unit_id}
        other = contact.person_id if side == "source" else contact.source_id
        setattr(contact, NAMES[side], kept.pk)
        same = (
            Contact.objects.exclude(pk=contact.pk)
            .filter(
                source=contact.source_id,
                person=contact.person_id,
                happened_from=contact.happened_from,
                happened_until=contact.happened_until,
                setting=contact.setting,
            )
            .first()
        )
        if other == kept.pk or same is not None:
            if not contact.is_void:
                Contact.objects.filter(pk=contact.pk).update(is_void=True)
                struck.append(contact.pk)
                if same is not None and same.is_void:
                    Contact.objects.filter(pk=same.pk).update(is_void=False)
                    revived.append(same.pk)
            continue
        if side == "person":
            contact.unit_id = kept.unit_id
        contact.save(update_fields=["source", "person", "unit"])
        moved.append([contact.pk, before])
    return {"moved": moved, "struck": struck, "revived": revived}


def _move_source(kept: Person, absorbed: Person) -> list[dict[str, Any] | None]:
    """Unite the days on which the one or the other was infectious; return what each had."""
    own, other = (Source.objects.filter(person=person).first() for person in (kept, absorbed))
    before = [_source_fields(own), _source_fields(other)]
    if other is None:
        return before
    if own is None or (other.is_active and not own.is_active):
        Source.objects.filter(person=kept).delete()
        Source.objects.filter(person=absorbed).update(person=kept)
        return before
    if other.is_active:
        ends = (own.infectious_until, other.infectious_until)
        own.infectious_from = min(own.infectious_from, other.infectious_from)
        own.infectious_until = None if ends[0] is None or ends[1] is None else max(ends[0], ends[1])
        own.since_on = min(own.since_on, other.since_on)
        own.save()
    other.delete()
    return before


def _source_fields(source: Source | None) -> dict[str, Any] | None:
    if source is None:
        return None
    fields = {name: plain(getattr(source, name)) for name in SOURCE_FIELDS}
    return fields | {"is_active": source.is_active}


def _move_back_source(kept: Person, absorbed: Person, before: list[dict[str, Any] | None]) -> None:
    if before[1] is None:
        return  # whatever the kept person is now, it became itself
    for person, fields in zip((kept, absorbed), before, strict=True):
        Source.objects.filter(person=person).delete()
        if fields is not None:
            Source.objects.create(person=person, **fields)


def _move_cleared(kept: Person, absorbed: Person) -> list[list[Any]]:
    """Keep the later of the two days on which somebody was cleared; return what each had."""
    before = [_cleared(kept), _cleared(absorbed)]
    if before[1][0] is not None and (before[0][0] is None or before[0][0] < before[1][0]):
        _set_cleared(kept, before[1])
    _set_cleared(absorbed, [None, ""])
    return [plain(pair) for pair in before]


def _cleared(person: Person) -> list[Any]:
    row = Standing.objects.filter(person=person).first()
    return [None, ""] if row is None else [row.cleared_on, row.cleared_why]


def _set_cleared(person: Person, cleared: list[Any]) -> None:
    fields = {"cleared_on": cleared[0], "cleared_why": cleared[1]}
    if Standing.objects.filter(person=person).update(**fields) or cleared[0] is None:
        return
    Standing.objects.create(person=person, unit_id=person.unit_id, **fields)


def _move_back_cleared(kept: Person, absorbed: Person, before: list[list[Any]]) -> None:
    if plain(_cleared(kept)[0]) == before[1][0]:  # still the absorbed one's day: nothing came after
        _set_cleared(kept, before[0])
    _set_cleared(absorbed, before[1])


def _move_follow_ups(kept: Person, absorbed: Person) -> dict[str, Any]:
    """Move follow-ups of days of which the kept person has none; the others stay where they are."""
    days = set(FollowUp.objects.filter(person=kept).values_list("due_on", flat=True))
    rows = FollowUp.objects.filter(person=absorbed).exclude(due_on__in=days)
    moved = list(rows.values_list("pk", flat=True))
    FollowUp.objects.filter(pk__in=moved).update(person=kept)
    return {"moved": moved}


def _touched(moved: dict[str, Any]) -> set[int]:
    pks = [pk for pk, _before in moved["contacts"]["moved"]]
    pks += moved["contacts"]["struck"] + moved["contacts"]["revived"]
    pairs = Contact.objects.filter(pk__in=pks).values_list("source_id", "person_id")
    return {person for pair in pairs for person in pair}
