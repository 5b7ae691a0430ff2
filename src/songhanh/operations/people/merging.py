"""Two rows that were one person become one, and two again: nothing is lost on either way."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit import actions as audit
from songhanh.operations.audit.actions import plain
from songhanh.operations.people import queries
from songhanh.operations.people.following import followers, move_unit, move_unit_back, pointers
from songhanh.operations.people.models import Distinct, Merge, Person, Suspect
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import now

# Taken over where the kept row says nothing; names, birth and place go together or not at all.
FILLED = (
    "id_number", "phone", "phone_owner", "hamlet", "address", "site", "lodging", "occupation", "unit", "born_on",
    "birth_year",
)  # fmt: skip


@transaction.atomic
def merge(*, by: Any, kept: Person, absorbed: Person, reason: str = "") -> Merge:
    """Make two rows one: what points to the absorbed one points to the kept one, whose gaps it fills."""
    demand(by, "people.merge")
    rows = _locked(by, kept.pk, absorbed.pk)
    kept, absorbed = rows[kept.pk], rows[absorbed.pk]
    if kept.pk == absorbed.pk:
        raise ValidationError(_("A person cannot be merged with itself."))
    if kept.merged_into_id or absorbed.merged_into_id:
        raise ValidationError(_("One of the two was merged already. Look the person up again."))
    before = [fields_of(kept), fields_of(absorbed)]
    moved: dict[str, Any] = {"handlers": {}, "rows": {}, "left": {}, "filled": {}, "placed": {}}
    # First who the person is, then the rows: a commune that was filled in is the rows' commune too.
    changes = save_version(kept, None, _filling(kept, absorbed))
    moved["filled"] = {name: [plain(old), plain(new)] for name, (old, new) in changes.items()}
    if "unit" in changes:
        moved["placed"] = move_unit(kept.pk, None, kept.unit_id)
    for name, handler in _handlers():
        moved["handlers"][name] = handler.move(kept, absorbed)
    _move_rows(kept, absorbed, moved)
    save_version(absorbed, None, {"merged_into": kept})
    Person.objects.filter(pk__in=rows).update(updated_at=now())
    Suspect.objects.filter(models.Q(first=absorbed) | models.Q(second=absorbed)).delete()
    done = Merge.objects.create(
        kept=kept, absorbed=absorbed, kept_before=before[0], absorbed_before=before[1], moved=moved,
        reason=reason.strip(), by=by,
    )  # fmt: skip
    audit.record(
        "people.merge", by=by, subject=kept, changes=changes, reason=reason,
        details={"absorbed": absorbed.pk, "merge": done.pk},
    )  # fmt: skip
    return done


@transaction.atomic
def unmerge(*, by: Any, merge: Merge) -> Merge:
    """Make the two rows two again, each as it was; what was added to the kept one since stays with it."""
    demand(by, "people.merge")
    found = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    rows = _locked(by, found.kept_id, found.absorbed_id)
    kept, absorbed = rows[found.kept_id], rows[found.absorbed_id]
    if found.undone_at is not None:
        raise ValidationError(_("This merge was undone already."))
    if kept.merged_into_id is not None:
        raise ValidationError(_("The kept row was itself merged into another since. Undo that merge first."))
    newer = Merge.objects.filter(kept=kept, undone_at__isnull=True, pk__gt=found.pk).order_by("-pk").first()
    if newer is not None:
        raise ValidationError(
            _("Another row was merged into this person on %(date)s. Undo that merge first.")
            % {"date": f"{newer.at:%d/%m/%Y}"}
        )
    _move_back_rows(kept, absorbed, found.moved)
    back = {
        name: _as_field(name, pair[0])
        for name, pair in found.moved["filled"].items()
        if plain(getattr(kept, name)) == pair[1]  # corrected since: the correction stays
    }
    changes = save_version(kept, None, back)
    save_version(absorbed, None, {"merged_into": None})
    if "unit" in changes:
        move_unit_back(found.moved["placed"], kept.pk)
    for name, handler in reversed(list(_handlers())):
        if name in found.moved["handlers"]:
            handler.move_back(kept, absorbed, found.moved["handlers"][name])
    Person.objects.filter(pk__in=rows).update(updated_at=now())
    found.undone_at, found.undone_by = now(), by
    found.save(update_fields=["undone_at", "undone_by"])
    details = {"absorbed": absorbed.pk, "merge": found.pk}
    audit.record("people.unmerge", by=by, subject=kept, changes=changes, details=details)
    return found


@transaction.atomic
def distinct(*, by: Any, first: Person, second: Person) -> Distinct:
    """Say that two rows are two persons; they are not proposed again."""
    demand(by, "people.merge")
    _locked(by, first.pk, second.pk)
    low, high = sorted((first.pk, second.pk))
    if low == high:
        raise ValidationError(_("These are one row, not two."))
    row, is_new = Distinct.objects.get_or_create(first_id=low, second_id=high, defaults={"by": by})
    Suspect.objects.filter(first_id=low, second_id=high).delete()
    if is_new:
        audit.record("people.distinct", by=by, subject_type="people.person", subject_ids=[low, high])
    return row


def _locked(by: Any, *ids: int) -> dict[int, Person]:
    """Return persons whom the writer sees by name, locked in one order so that two merges never wait for each other."""
    rows = queries.writable(by).select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < len(set(ids)):
        raise Http404("a person outside the jurisdiction")
    return found


def _handlers() -> Iterator[tuple[str, ModuleType]]:
    for name in settings.PERSON_MERGE_HANDLERS:
        yield name, import_module(name)


def fields_of(person: Person) -> dict[str, Any]:
    """Return all fields of a person as JSON has them."""
    return {field.name: plain(field.value_from_object(person)) for field in Person._meta.concrete_fields}


def _filling(kept: Person, absorbed: Person) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for name in FILLED:
        value = getattr(absorbed, name)
        if getattr(kept, name) in (None, "") and value not in (None, ""):
            filled[name] = value
    years = {kept.birth_year, absorbed.birth_year} - {None}
    if len(years) > 1:  # a date of another year than the one kept
        filled.pop("born_on", None)
    if kept.sex == "unknown":
        filled["sex"] = absorbed.sex
    filled["external_ids"] = {**absorbed.external_ids, **kept.external_ids}
    if absorbed.note and absorbed.note not in kept.note:
        filled["note"] = f"{kept.note}\n{absorbed.note}".strip()
    return filled


def _as_field(name: str, value: Any) -> Any:
    field: Any = Person._meta.get_field(name)
    if value is not None and field.is_relation:
        return field.related_model._default_manager.get(pk=value)
    return field.to_python(value)


def _generic_pointers() -> list[models.ForeignKey[Any, Any]]:
    handled = {label for _name, handler in _handlers() for label in handler.HANDLES}
    return [field for field in pointers() if field.model._meta.label_lower not in handled]


def _move_rows(kept: Person, absorbed: Person, moved: dict[str, Any]) -> None:
    follows = set(followers())
    for field in _generic_pointers():
        label = f"{field.model._meta.label_lower}.{field.name}"
        manager: Any = field.model._default_manager
        went, left = [], []
        goes_along = field.model in follows and field.name == "person"
        for row in manager.filter(**{field.name: absorbed}).order_by("pk"):
            values: dict[str, Any] = {field.attname: kept.pk}
            unit = getattr(row, "unit_id", None) if goes_along else None
            if goes_along and unit == absorbed.unit_id and kept.unit_id is not None:
                values["unit_id"] = kept.unit_id
            if _moved_alone(manager, row.pk, values):
                went.append([row.pk, unit if "unit_id" in values else False])
            else:  # the kept person has one such row already; this one stays where it was, and is shown there
                left.append(row.pk)
        if went:
            moved["rows"][label] = went
        if left:
            moved["left"][label] = left


def _moved_alone(manager: Any, pk: int, values: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            manager.filter(pk=pk).update(**values)
    except IntegrityError:
        return False
    return True


def _move_back_rows(kept: Person, absorbed: Person, moved: dict[str, Any]) -> None:
    for label, rows in moved["rows"].items():
        model_label, name = label.rsplit(".", 1)
        model = apps.get_model(model_label)
        manager: Any = model._default_manager
        attname = model._meta.get_field(name).attname
        for pk, unit in rows:
            values = {attname: absorbed.pk}
            if unit is not False:
                values["unit_id"] = unit
            _moved_alone(manager.filter(**{name: kept}), pk, values)
