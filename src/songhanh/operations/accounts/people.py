"""The one thing that accounts know of persons, who live in an app above: how glass is broken for one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q


def whom(text: str) -> Any | None:
    """Return the one person that a uuid, a whole identity number or a whole telephone number names; else None."""
    text = text.strip()
    digits = "".join(sign for sign in text if sign.isdigit())
    try:
        wanted = Q(uuid=UUID(text))
    except ValueError:
        if len(digits) < 9:
            return None
        wanted = Q(id_number=digits) | Q(phone__in=_numbers(text, digits))
    model: Any = apps.get_model("people", "Person")
    found = list(model.objects.filter(wanted, merged_into__isnull=True)[:2])
    return found[0] if len(found) == 1 else None


def _numbers(text: str, digits: str) -> set[str]:
    national = digits.removeprefix("84") if digits.startswith("84") else digits.removeprefix("0")
    return {text, digits, f"+84{national}", f"0{national}"}
