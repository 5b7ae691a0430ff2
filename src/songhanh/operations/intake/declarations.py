"""Writes of health declarations: by anybody, by an officer on the telephone, looked at, called back, deleted on a day."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.context import address_of_request
from songhanh.operations.intake.models import Declaration
from songhanh.operations.people.identity import phone_number
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import today

AN_HOUR = 3_600


class TooMany(ValidationError):
    """One address has sent more declarations within an hour than a household or a boarding house would."""


def count_address() -> None:
    """Count one declaration of the address of this request; raise `TooMany` beyond the limit. No address is kept."""
    address = hashlib.sha256(f"{settings.SECRET_KEY} declare {address_of_request()}".encode()).hexdigest()
    key = f"intake.declare.{address[:32]}"
    cache.add(key, 0, AN_HOUR)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out between the two lines
        cache.set(key, 1, AN_HOUR)
        count = 1
    if count > settings.DECLARATIONS_AN_HOUR:
        raise TooMany(
            _(
                "Too many declarations came from this connection within an hour. Try again later, or telephone the commune."
            )
        )


@transaction.atomic
def declare(*, by: Any = None, by_telephone: bool = False, **fields: Any) -> Declaration:
    """Keep a health declaration until its day; anybody may declare, an officer writes down what was telephoned."""
    if by_telephone:
        demand(by, "intake.declarations")
    else:
        count_address()
    if fields.get("phone"):
        fields["phone"] = phone_number(fields["phone"])[:30]
    expires_on = today() + timedelta(days=settings.DECLARATIONS_KEPT_DAYS)
    row = Declaration.objects.create(
        declared_on=today(), expires_on=expires_on, by_telephone=by_telephone, **fields
    )
    record(
        "intake.declare",
        by=by,
        subject=row,
        unit_code=row.unit.code if row.unit else "",
        details={"by_telephone": by_telephone},
    )
    return row


@transaction.atomic
def look_at(*, by: Any, declaration: Declaration, state: str, version: int | None) -> Declaration:
    """Say that a declaration was looked at or its sender called back."""
    demand(by, "intake.declarations")
    rows = Declaration.objects.all() if by is None else Declaration.objects.identified(by)
    row = rows.select_for_update(of=("self",)).filter(pk=declaration.pk).first()
    if row is None:
        raise PermissionDenied("a declaration of another area")
    if state not in Declaration.State.values:
        raise ValidationError({"state": _("There is no such state.")})
    changes = save_version(row, version, {"state": state})
    if changes:
        record("intake.declaration", by=by, subject=row, changes=changes)
    return row
