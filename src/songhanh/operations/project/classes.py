"""How personal the fields of a model are; a test walks all models and fails on one that does not say."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db import models


class Class(StrEnum):
    """What may be done with a field outside the jurisdiction that it belongs to."""

    IDENTIFYING = (
        "identifying"  # says who it is: shown inside the jurisdiction only, and every read is audited
    )
    SENSITIVE = "sensitive"  # health, whereabouts, free text: shown to those who see the row
    SHAREABLE = "shareable"  # no more than a statistic has


def classes_of(model: type[models.Model]) -> Mapping[str, Class]:
    """Return the class of each field that a model declares; empty for a model without personal data."""
    return getattr(model, "FIELD_CLASSES", {})


def classify(*, identifying: str = "", sensitive: str = "", shareable: str = "") -> dict[str, Class]:
    """Return a model's ``FIELD_CLASSES`` from three lists of field names, separated by spaces."""
    listed = {
        Class.IDENTIFYING: identifying,
        Class.SENSITIVE: sensitive,
        Class.SHAREABLE: shareable,
    }
    return {name: kind for kind, names in listed.items() for name in names.split()}
