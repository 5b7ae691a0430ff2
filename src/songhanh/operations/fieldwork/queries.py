"""What the device is given, and what a person's open entries stand against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import formats

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.cases.models import Case, Classification
from songhanh.operations.fieldwork.actions import OPEN
from songhanh.operations.fieldwork.applying import HANDLERS
from songhanh.operations.fieldwork.forms import FORMS, form_of
from songhanh.operations.fieldwork.models import Entry
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Level, Unit
from songhanh.operations.project.clock import now, today
from songhanh.operations.tracing.models import FollowUp

VISITS_ON_DEVICE = 400  # more is more than a team does in a day
CASES_ON_DEVICE = 150
CASE_DAYS = 21  # whom contacts are still named for
HAMLETS_ON_DEVICE = 60


def communes(user: Any) -> list[Unit]:
    """Return the communes whose persons a user may see by name."""
    names = scope_of(user).names
    rows = Unit.objects.filter(level=Level.COMMUNE, valid_until__isnull=True)
    chosen = rows if names is None else rows.filter(pk__in=names)
    return list(chosen.select_related("parent").order_by("name_folded", "pk"))


def for_device(user: Any, commune_id: int | None) -> tuple[dict[str, Any], set[int]]:
    """Return the lists that an officer works with for a day in one commune, and the persons named in them."""
    mine = communes(user)
    ids = {unit.pk for unit in mine}
    chosen = commune_id if commune_id in ids else (mine[0].pk if len(mine) == 1 else None)
    visits = _visits(user, chosen) if chosen else []
    cases = _cases(user, chosen) if chosen else []
    others = Unit.objects.filter(level=Level.COMMUNE, valid_until__isnull=True).exclude(pk__in=ids)
    lists = {
        "user": {"id": user.pk, "name": str(user)},
        "at": now().isoformat(),
        "day": formats.date_format(today(), "DATE_FORMAT"),
        "commune": chosen,
        "communes": [_place(unit) for unit in mine],
        "other_communes": [
            _place(unit) for unit in others.select_related("parent").order_by("name_folded", "pk")
        ],
        "hamlets": _hamlets(user, chosen) if chosen else [],
        "follow_ups": [_visit(row) for row in visits[:VISITS_ON_DEVICE]],
        "is_more": len(visits) > VISITS_ON_DEVICE,
        "cases": [
            {"uuid": str(row.uuid), "code": row.code, "name": row.person.full_name, "version": row.version}
            for row in cases
        ],
        "n_conflicts": own(user).filter(state__in=OPEN).count(),
    }
    named = {visit.person_id for visit in visits[:VISITS_ON_DEVICE]} | {case.person_id for case in cases}
    return lists, named


def _place(unit: Unit) -> dict[str, Any]:
    return {"id": unit.pk, "name": f"{unit.name} ({unit.parent.name})" if unit.parent else unit.name}


def _visits(user: Any, commune: int) -> list[FollowUp]:
    rows = FollowUp.objects.identified(user).filter(unit=commune, due_on=today())
    rows = rows.exclude(state=FollowUp.State.VOID).select_related("person", "person__standing")
    return list(rows.order_by("person__hamlet", "person__name_folded", "pk")[: VISITS_ON_DEVICE + 1])


def _visit(row: FollowUp) -> dict[str, Any]:
    standing = getattr(row.person, "standing", None)
    return {
        "person": str(row.person.uuid),
        "name": row.person.full_name,
        "phone": row.person.phone,
        "hamlet": row.person.hamlet,
        "level": f"F{standing.level}" if standing is not None and standing.level is not None else "",
        "due_on": row.due_on.isoformat(),
        "state": row.state,
        "version": row.version,
    }


def _cases(user: Any, commune: int) -> list[Case]:
    rows = Case.objects.identified(user).filter(
        unit=commune, reported_on__gte=today() - timedelta(days=CASE_DAYS)
    )
    rows = rows.exclude(classification=Classification.NOT_A_CASE).select_related("person")
    return list(rows[:CASES_ON_DEVICE])


def _hamlets(user: Any, commune: int) -> list[str]:
    rows = Person.objects.identified(user).filter(unit=commune).exclude(hamlet="")
    return list(rows.order_by("hamlet").values_list("hamlet", flat=True).distinct()[:HAMLETS_ON_DEVICE])


def own(user: Any) -> models.QuerySet[Entry]:
    """Return the entries that somebody made; nobody sees those of others."""
    return Entry.objects.filter(by=user)


@dataclass(frozen=True)
class Line:
    """One field of an open entry beside what stands there."""

    name: str
    label: str
    mine: str
    theirs: str

    @property
    def differs(self) -> bool:
        """Say whether the two are not the same."""
        return self.mine != self.theirs


@dataclass(frozen=True)
class OpenEntry:
    """An entry that needs its maker: what was entered, and what is there now."""

    entry: Entry
    lines: list[Line]
    row: Any
    person: Person | None

    @property
    def is_conflict(self) -> bool:
        """Say whether something stands against it (else the checks did not pass)."""
        return self.entry.state == Entry.State.CONFLICT and self.row is not None


def open_entries(user: Any) -> list[OpenEntry]:
    """Return the conflicts and rejected entries of a person, oldest first, beside what is there now."""
    return [beside(entry, user) for entry in own(user).filter(state__in=OPEN).order_by("id")[:100]]


def beside(entry: Entry, user: Any) -> OpenEntry:
    """Return an entry beside the row that stands against it, if the reader may see that by name."""
    row: Any = None
    if entry.object_id is not None and entry.state == Entry.State.CONFLICT:
        rows: Any = HANDLERS[entry.kind].model._default_manager
        row = rows.identified(user).select_related("person").filter(pk=entry.object_id).first()
    person = row.person if row is not None else _person_of(entry, user)
    form = form_of(entry.kind, entry.payload)
    form.is_valid()
    lines = []
    for name, field in FORMS[entry.kind]().fields.items():
        if field.widget.is_hidden or name in {"case", "source"}:
            continue
        mine = _words(form.cleaned_data.get(name, entry.payload.get(name)), field)
        theirs = _words(_there(row, person, name), field) if row is not None else ""
        lines.append(Line(name, str(field.label), mine, theirs))
    return OpenEntry(entry, lines, row, person)


def _person_of(entry: Entry, user: Any) -> Person | None:
    if entry.kind != "follow-up":
        return None
    form = form_of(entry.kind, entry.payload)
    form.is_valid()
    wanted = form.cleaned_data.get("person")
    return Person.objects.identified(user).filter(uuid=wanted).first() if wanted else None


def _there(row: Any, person: Person | None, name: str) -> Any:
    if hasattr(row, name) and name != "person":
        return getattr(row, name)
    return getattr(person, name, "")


def _words(value: Any, field: Any) -> str:
    """Return a value as the page writes it."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list | tuple):
        labels = dict(getattr(field, "choices", ()))
        return ", ".join(str(labels.get(item, item)) for item in value)
    choices = getattr(field, "choices", None)
    if choices is not None and not isinstance(value, models.Model):
        return str(dict(choices).get(value, value)) if not hasattr(choices, "queryset") else str(value)
    if hasattr(value, "year"):
        return formats.date_format(value, "DATE_FORMAT")
    if hasattr(value, "as_tuple"):
        return formats.number_format(value, 1)
    return str(value)
