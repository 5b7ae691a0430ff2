"""What a row says outside its jurisdiction: a pseudonym instead of a name, nothing instead of an address."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from songhanh.operations.project.classes import Class, classes_of

NAME_FIELDS = frozenset({"full_name"})


def pseudonym(person_id: int) -> str:
    """Return a name for a person that is the same on every page and says nothing."""
    digest = hmac.new(
        settings.SECRET_KEY.encode(), f"person {person_id}".encode(), hashlib.sha256
    ).hexdigest()
    return _("Person %(code)s") % {"code": digest[:6].upper()}


def shown(row: models.Model, field: str, *, is_identified: bool | None = None) -> Any:
    """Return the value of a field as the reader may see it.

    ``is_identified`` is what `visible_to` wrote on the row, unless given (a person read through another row).
    A row that never went through the gate shows no more than a pseudonym.
    """
    value = getattr(row, field)
    if classes_of(type(row)).get(field) is not Class.IDENTIFYING:
        return value
    may = getattr(row, "is_identified", False) if is_identified is None else is_identified
    if may:
        return value
    if field in NAME_FIELDS:
        return pseudonym(row.pk)
    return type(value)() if isinstance(value, str | dict | list) else None
