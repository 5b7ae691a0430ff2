"""Events of the audit as sentences, with what says who somebody is masked where the reader may not know it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from songhanh.operations.accounts.masking import pseudonym, shown
from songhanh.operations.accounts.models import User
from songhanh.operations.accounts.roles import Role
from songhanh.operations.accounts.scope import VisibleQuerySet, scope_of
from songhanh.operations.audit import words
from songhanh.operations.audit.models import Event
from songhanh.operations.places.models import Facility, Site, Unit
from songhanh.operations.project.classes import Class, classes_of

MASK = "•••"
PERSON = "people.person"
ACCOUNT = "accounts.user"
PLACES: tuple[type[models.Model], ...] = (Unit, Site, Facility)
# Details that say what was done and never about whom; of the others only numbers are shown.
PLAIN_DETAILS = frozenset(
    {
        "name", "role", "unit", "site", "place", "valid_from", "valid_until", "attempts", "until", "expires_on", "login",
        "type", "demo", "format", "filter", "program", "file", "target", "source_format", "kind", "plan", "area", "mode",
        "pack", "on", "why", "state", "due_on", "label", "from_on", "until_on", "to", "outcome", "counts", "columns",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One field before and after."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """One event as people read it."""

    event: Event
    who: str
    what: str
    subject: str
    subject_uuid: str  # of a person whose page the reader may open
    n_subjects: int
    changes: Sequence[Change]
    details: Sequence[tuple[str, str]]


def lines(events: Sequence[Event], user: Any) -> list[Line]:
    """Return events in words; a constant number of queries however many there are."""
    rows = _rows(events, user)
    places = _places(events)
    accounts = {event.subject_id or 0 for event in events if event.subject_type == ACCOUNT}
    named = {(ACCOUNT, account.pk): account for account in User.objects.filter(pk__in=accounts)}
    return [_line(event, rows | named, places) for event in events]


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _rows(events: Iterable[Event], user: Any) -> dict[tuple[str, int], Any]:
    """Return the subjects that the reader may see, one query a kind of subject."""
    if scope_of(user).rows == frozenset() and not scope_of(user).opened:
        return {}
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if event.subject_id is not None:
            wanted[event.subject_type].add(event.subject_id)
    found = {}
    for label, ids in wanted.items():
        model = _model(label)
        manager = getattr(model, "objects", None)
        if manager is not None and isinstance(manager.all(), VisibleQuerySet):
            found.update({(label, row.pk): row for row in manager.visible_to(user).filter(pk__in=ids)})
    return found


def _places(events: Iterable[Event]) -> dict[tuple[type[models.Model], int], str]:
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for event in events:
        for name, pair in event.changes.items():
            related = _related(event.subject_type, name)
            if related in PLACES:
                wanted[related].update(value for value in pair if isinstance(value, int))
    return {
        (model, row.pk): str(row)
        for model, ids in wanted.items()
        for row in model._default_manager.filter(pk__in=ids)
    }


@cache
def _field(label: str, name: str) -> Any:
    model = _model(label)
    try:
        return None if model is None else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _related(label: str, name: str) -> type[models.Model] | None:
    related = getattr(_field(label, name), "related_model", None)
    return related if isinstance(related, type) else None


def _line(
    event: Event, rows: Mapping[tuple[str, int], Any], places: Mapping[tuple[type[models.Model], int], str]
) -> Line:
    row = rows.get((event.subject_type, event.subject_id or 0))
    is_identified = bool(getattr(row, "is_identified", False))
    is_person = event.subject_type == PERSON
    changes = [
        Change(_label(event, name), *(_value(event, name, value, is_identified, places) for value in pair))
        for name, pair in event.changes.items()
        if isinstance(pair, list)
        and len(pair) == 2
        and getattr(_field(event.subject_type, name), "editable", True)
    ]
    return Line(
        event=event,
        who=event.actor_name or _("the program itself"),
        what=words.of_action(event.action),
        subject=_subject(event, row),
        subject_uuid=str(row.uuid) if is_person and row is not None else "",
        n_subjects=len(event.subject_ids),
        changes=changes,
        details=[
            (words.of_detail(name), _detail(name, value))
            for name, value in event.details.items()
            if value not in ("", None)
        ],
    )


def _subject(event: Event, row: Any) -> str:
    if event.subject_id is None:
        return words.of_model(event.subject_type) if event.subject_type else ""
    if event.subject_type == PERSON:
        return str(shown(row, "full_name")) if row is not None else pseudonym(event.subject_id)
    if event.subject_type == ACCOUNT and row is not None:
        return f"{row} ({row.username})"
    code = getattr(row, "code", "") or event.subject_id
    return f"{words.of_model(event.subject_type)} {code}"


def _label(event: Event, name: str) -> str:
    return capfirst(str(getattr(_field(event.subject_type, name), "verbose_name", name)))


def _value(
    event: Event,
    name: str,
    value: Any,
    is_identified: bool,
    places: Mapping[tuple[type[models.Model], int], str],
) -> str:
    model = _model(event.subject_type)
    kind = classes_of(model).get(name) if model is not None else None
    if event.subject_type.startswith("accounts."):
        kind = Class.SHAREABLE  # of officials: who they are is what an audit is about
    if value in (None, "", [], {}):
        return "–"
    # A field that nobody classed counts as one that identifies.
    if (kind is None or kind is Class.IDENTIFYING) and not is_identified:
        return MASK
    related = _related(event.subject_type, name)
    if related in PLACES and isinstance(value, int):
        return places.get((related, value), str(value))
    choices = dict(getattr(_field(event.subject_type, name), "flatchoices", None) or ())
    return str(choices[value]) if isinstance(value, str) and value in choices else plain_words(value)


def _detail(name: str, value: Any) -> str:
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    if isinstance(value, bool | int | float) or name in PLAIN_DETAILS:
        return plain_words(value)
    return MASK


def plain_words(value: Any) -> str:
    """Write a value of the audit as people do: days first, yes and no, lists with commas."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _day_or_text(value)
    if isinstance(value, list):
        return ", ".join(plain_words(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain_words(item)}" for key, item in value.items())
    return str(value)


def _day_or_text(value: str) -> str:
    if len(value) < 10 or value[4:5] != "-" or value[7:8] != "-":
        return value
    try:
        if len(value) == 10:
            return formats.date_format(date.fromisoformat(value), "DATE_FORMAT")
        instant = datetime.fromisoformat(value)
        aware = instant if instant.tzinfo else timezone.make_aware(instant)
        return formats.date_format(timezone.localtime(aware), "DATETIME_FORMAT")
    except ValueError:
        return value
