"""Presence lists: handed in without seeing anything back, opened for one confirmed case, deleted on a set day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.project.clock import today
from songhanh.operations.tracing.actions_contacts import add_contacts, demand_known
from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.models import (
    Contact,
    Presence,
    PresenceList,
    Proximity,
    Setting,
    Source,
)
from songhanh.operations.tracing.neighbourhood import chunks

KEPT_DAYS = 30  # after the day of the list: twice a tracing window and a little
LAST_MINUTE = 2 * 24 * 60  # a night shift ends on the next day
SETTINGS = {
    PresenceList.Kind.SHIFT: Setting.WORK,
    PresenceList.Kind.ROOM: Setting.LODGING,
    PresenceList.Kind.BUS: Setting.SHUTTLE,
    PresenceList.Kind.CHECK_IN: Setting.OTHER,
}


def hand_in_presence(
    *,
    by: Any,
    kind: str,
    site: Site | None,
    label: str,
    on: date,
    rows: Sequence[Mapping[str, Any]],
    unit: Unit | None = None,
) -> PresenceList:
    """Take a list in: each row a ``person`` and the minutes of the day between which they were there."""
    demand(by, "tracing.hand_in_presence")
    demand_site(by, site)
    if kind not in PresenceList.Kind.values:
        raise ValidationError({"kind": _("There is no such kind of list.")})
    if on > today() or on <= today() - timedelta(days=KEPT_DAYS):
        raise ValidationError(
            {"on": _("Hand in lists of the last %(n)d days; older ones are not kept.") % {"n": KEPT_DAYS}}
        )
    if not rows:
        raise ValidationError({"rows": _("The list is empty.")})
    for number, row in enumerate(rows, start=1):
        begins, ends = row.get("minute_from", 0), row.get("minute_until", 1440)
        if not 0 <= begins < ends <= LAST_MINUTE:
            raise ValidationError({"rows": _("Row %(n)d: the time ends before it begins.") % {"n": number}})
    with transaction.atomic():
        presence_list = PresenceList.objects.create(
            uuid=uuid4(),
            kind=kind,
            site=site,
            unit=unit or (site.unit if site else None),
            label=label.strip(),
            on=on,
            handed_in_by=by,
            expires_on=on + timedelta(days=KEPT_DAYS),
            n_rows=len(rows),
        )
        Presence.objects.bulk_create(
            [
                Presence(
                    list=presence_list,
                    person_id=row["person"].pk,
                    minute_from=row.get("minute_from", 0),
                    minute_until=row.get("minute_until", 1440),
                )
                for row in rows
            ],
            batch_size=2000,
        )
        record(
            "tracing.presence.hand_in", by=by, subject=presence_list, details={"rows": len(rows), "on": on}
        )
    return presence_list


def open_presence(*, by: Any, case_person: Person, reason: str) -> list[Contact]:
    """Turn into contacts who was on a list together with one confirmed case, on the days on which it was infectious.

    Nothing else of any list is read or shown, and who asked, for whom and why stands in the audit.
    """
    demand(by, "tracing.presence")
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the presence lists are opened.")})
    with writing():
        demand_known(by, [(case_person.pk,)])
        source = Source.objects.filter(person=case_person, is_active=True).first()
        if source is None:
            raise PermissionDenied("presence lists open for a confirmed case only")
        own = Presence.objects.filter(
            person=case_person,
            list__on__gte=source.infectious_from,
            list__on__lte=source.infectious_until or today(),
            list__expires_on__gt=today(),
        ).select_related("list")
        rows: dict[tuple[int, date, str], dict[str, Any]] = {}
        lists = []
        for mine in own:
            lists.append(mine.list_id)
            setting = SETTINGS[PresenceList.Kind(mine.list.kind)]
            together = Presence.objects.filter(
                list=mine.list_id, minute_from__lt=mine.minute_until, minute_until__gt=mine.minute_from
            ).exclude(person=case_person)
            for person in together.values_list("person_id", flat=True):
                rows.setdefault(
                    (person, mine.list.on, setting),
                    {
                        "source": case_person.pk,
                        "person": person,
                        "happened_from": mine.list.on,
                        "happened_until": mine.list.on,
                        "setting": setting,
                        "proximity": Proximity.ROOM,
                        "site": mine.list.site,
                        "presence_list": mine.list,
                    },
                )
        record(
            "tracing.presence.open",
            by=by,
            kind=Kind.READ,
            subject_type="people.person",
            subject_ids=[case_person.pk],
            details={"lists": sorted(set(lists)), "contacts": len(rows)},
            reason=reason.strip(),
        )
        return add_contacts(by=by, rows=list(rows.values()))


def delete_expired(day: date | None = None) -> int:
    """Delete the lists whose day has come; return how many. The contacts that came of them stay."""
    day = day or today()
    deleted = 0
    waiting = list(PresenceList.objects.filter(expires_on__lte=day).values_list("pk", flat=True))
    for part in chunks(waiting, 50):
        with transaction.atomic():
            Presence.objects.filter(list__in=part).delete()
            PresenceList.objects.filter(pk__in=part).delete()
            record("tracing.presence.expire", by=None, details={"lists": len(part), "day": day})
        deleted += len(part)
    return deleted


def demand_site(by: Any, site: Site | None) -> None:
    """Raise PermissionDenied where somebody hands in for a place that is not theirs."""
    if by is None:
        return
    sites = scope_of(by).sites
    if site is None or not sites.intersection({site.pk, site.parent_id}):
        raise PermissionDenied("not the site of this account")
