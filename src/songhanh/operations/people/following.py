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


def move_unit(person_id: int, before: int | None, after: int | None) -> None:
    """Move a person's rows that lay in the commune before to the one after, so that its officers see them."""
    for model in followers():
        manager: Any = model._default_manager
        manager.filter(person_id=person_id, unit_id=before).update(unit_id=after)


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
