"""Writes of exposures, the "epidemiological milestones": where a case was, and when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.cases.models import Case, Exposure
from songhanh.operations.cases.writing import case_to_write
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import now, today
from songhanh.operations.project.folding import fold

PUBLISHED_DAYS_AT_MOST = 28  # after the case was there; then nobody can still fall ill from it


def add_exposure(
    *,
    by: Any,
    case: Case,
    place: str,
    began_at: datetime,
    ended_at: datetime,
    unit: Unit | None = None,
    site: Site | None = None,
    note: str = "",
    uuid: UUID | None = None,
) -> Exposure:
    """Note that a case was in a place between two instants; the same device sends the same ``uuid`` twice in vain."""
    demand(by, "cases.edit")
    with transaction.atomic():
        row = case_to_write(by, case)
        if uuid is not None and (known := Exposure.objects.filter(uuid=uuid).first()):
            if known.case_id != row.pk:
                raise PermissionDenied("the milestone is another case's")
            return known
        exposure = Exposure(
            case=row,
            place=place.strip(),
            began_at=began_at,
            ended_at=ended_at,
            unit=unit,
            site=site,
            note=note,
        )
        if uuid is not None:
            exposure.uuid = uuid
        _check(exposure)
        exposure.save(force_insert=True)
        record(
            "cases.exposure-add", by=by, subject=row, unit_code=_code(row),
            details={"exposure": exposure.pk, "place": exposure.place, "from": began_at, "until": ended_at},
        )  # fmt: skip
    return exposure


def edit_exposure(*, by: Any, exposure: Exposure, version: int | None, **fields: Any) -> Exposure:
    """Change a milestone that is still the version which the writer saw."""
    demand(by, "cases.edit")
    with transaction.atomic():
        case = case_to_write(by, exposure.case)
        row = Exposure.objects.select_for_update().get(pk=exposure.pk)
        changed = Exposure.objects.get(pk=exposure.pk)
        for name in fields.keys() & {"place", "began_at", "ended_at", "unit", "site", "note"}:
            setattr(changed, name, fields[name])
        _check(changed)
        changes = save_version(row, version, fields)
        if changes:
            record(
                "cases.exposure-edit", by=by, subject=case, changes=changes, unit_code=_code(case),
                details={"exposure": row.pk},
            )  # fmt: skip
    return row


def remove_exposure(*, by: Any, exposure: Exposure, reason: str) -> None:
    """Take away a milestone that was wrong; what it said stays in the audit."""
    demand(by, "cases.edit")
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the milestone is wrong.")})
    with transaction.atomic():
        case = case_to_write(by, exposure.case)
        record(
            "cases.exposure-remove", by=by, subject=case, reason=reason, unit_code=_code(case),
            details={"exposure": exposure.pk, "place": exposure.place, "from": exposure.began_at, "until": exposure.ended_at},
        )  # fmt: skip
        exposure.delete()


def publish_exposure(*, by: Any, exposure: Exposure, until: date | None) -> Exposure:
    """Publish place and time of a milestone until a day (None takes it back at once)."""
    demand(by, "cases.confirm")
    with transaction.atomic():
        case = case_to_write(by, exposure.case)
        row = Exposure.objects.select_for_update().get(pk=exposure.pk)
        if until is not None:
            _check_publication(row, case, until)
        changes = save_version(row, None, {"published_until": until})
        if changes:
            record(
                "cases.exposure-publish" if until else "cases.exposure-withdraw", by=by, subject=case,
                changes=changes, unit_code=_code(case), details={"exposure": row.pk},
            )  # fmt: skip
    return row


def _check_publication(row: Exposure, case: Case, until: date) -> None:
    last = timezone.localtime(row.ended_at).date() + timedelta(days=PUBLISHED_DAYS_AT_MOST)
    if not today() <= until <= last:
        raise ValidationError(
            {
                "published_until": _(
                    "Choose a day from today to %(last)s: after that nobody can still fall ill."
                )
                % {"last": f"{last:%d/%m/%Y}"}
            }
        )
    words = fold(row.place)
    digits = "".join(letter for letter in row.place if letter.isdigit())
    if case.person.name_folded in words or len(digits) >= 9:
        raise ValidationError(
            {
                "place": _(
                    "The text names a person or a telephone; a published milestone names place and time only."
                )
            }
        )


def _check(exposure: Exposure) -> None:
    exposure.clean_fields(exclude=["case", "unit", "site"])
    if exposure.ended_at < exposure.began_at:
        raise ValidationError({"ended_at": _("The end comes before the beginning.")})
    if exposure.began_at > now():
        raise ValidationError({"began_at": _("This is in the future.")})
    if exposure.ended_at - exposure.began_at > timedelta(days=31):
        raise ValidationError({"ended_at": _("More than a month in one place: write its days one by one.")})


def _code(case: Case) -> str:
    return case.unit.code if case.unit else ""
