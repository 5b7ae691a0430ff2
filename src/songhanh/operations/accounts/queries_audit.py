"""Reads for the audit's page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from songhanh.operations.accounts.models import User
from songhanh.operations.audit.models import ChainHead, Event, Waiting
from songhanh.operations.places.models import Unit
from songhanh.operations.places.queries import communes_below

PERSON = "people.person"


def events(
    *,
    by: str = "",
    action: str = "",
    kind: str = "",
    person: UUID | None = None,
    unit: Unit | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Event]:
    """Return the events that a filter finds, the newest first."""
    found = Event.objects.all()
    if by:
        # The account's id and not a join, so that the index by actor serves the order too.
        actor = User.objects.filter(username=by).values_list("pk", flat=True).first()
        found = found.filter(actor=actor) if actor else found.none()
    if action:
        found = found.filter(action=action)
    if kind:
        found = found.filter(kind=kind)
    if unit is not None:
        codes = Unit.objects.filter(pk__in=communes_below(unit.pk)).values_list("code", flat=True)
        found = found.filter(unit_code__in=list(codes))
    if since:
        found = found.filter(at__gte=_midnight(since))
    if until:
        found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
    return found.filter(_about(person)) if person else found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _about(uuid: UUID) -> Q:
    """Return the events about one person: changes of the row, and reads and exports that it was among."""
    model: Any = apps.get_model(PERSON)
    pk = model.objects.filter(uuid=uuid).values_list("pk", flat=True).first()
    if pk is None:
        return Q(pk__in=[])
    if connection.vendor == "sqlite":
        sql = "SELECT e.id FROM audit_event e, json_each(e.subject_ids) j WHERE e.subject_type = %s AND j.value = %s"
    else:
        sql = "SELECT id FROM audit_event WHERE subject_type = %s AND subject_ids @> to_jsonb(%s::bigint)"
    return Q(subject_type=PERSON, subject_id=pk) | Q(pk__in=RawSQL(sql, (PERSON, pk)))  # noqa: S611 - no text of a reader


def chain_state() -> dict[str, int]:
    """Return how long the chain is and how many events wait for their seal."""
    head = ChainHead.objects.filter(pk=1).first()
    return {"n_sealed": head.position if head else 0, "n_waiting": Waiting.objects.count()}
