"""Rows that go where their person goes, of whatever app above: found by what the models say of themselves."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from songhanh.operations.people.models import Person


def followers() -> list[type[models.Model]]:
    """Return the models whose rows lie in a commune because their person does."""
    return [
        model
        for model in apps.get_models()
        if getattr(model, "UNIT_PATH", None) == "unit" and getattr(model, "PERSON_PATH", None) == "person"
    ]


def move_unit(person_id: int, before: int | None, after: int | None) -> dict[str, list[int]]:
    """Move a person's rows that lay in the commune before to the one after, so that its officers see them.

    Return the keys of the rows by model, for `move_unit_back`.
    """
    moved: dict[str, list[int]] = {}
    for model in followers():
        manager: Any = model._default_manager
        keys = list(manager.filter(person_id=person_id, unit_id=before).values_list("pk", flat=True))
        if keys:
            manager.filter(pk__in=keys).update(unit_id=after)
            moved[model._meta.label_lower] = keys
    return moved


def move_unit_back(moved: dict[str, list[int]], person_id: int) -> None:
    """Let a person's rows lie in no commune again that did so before `move_unit`.

    Of a table with one row a person it is that row, which may have been written anew since (a level worked out again).
    """
    for model in followers():
        manager: Any = model._default_manager
        if model._meta.get_field("person").one_to_one:
            manager.filter(person_id=person_id).update(unit_id=None)
        else:
            manager.filter(pk__in=moved.get(model._meta.label_lower, [])).update(unit_id=None)


def pointers() -> list[models.ForeignKey[Any, Any]]:
    """Return every field of every model that points to a person, but those of this app's own bookkeeping."""
    found = []
    for model in apps.get_models():
        if model._meta.app_label == Person._meta.app_label:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model is Person:
                found.append(field)
    return found
