"""Making the report of a day, and correcting a figure of it by hand; each time a version is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.bulletin.figures import BY_ID, FIGURES, by_area, figures, inconsistent
from songhanh.operations.bulletin.message import message_of
from songhanh.operations.bulletin.models import DailyReport
from songhanh.operations.bulletin.queries import jurisdiction
from songhanh.operations.bulletin.reconcile import read_file, reconcile
from songhanh.operations.places.models import Unit
from songhanh.operations.places.queries import installation
from songhanh.operations.project.clock import now, today

LARGEST_FIGURE = 100_000_000


def make(*, by: Any, on: date, files: Sequence[tuple[str, bytes]] = ()) -> DailyReport:
    """Count the figures of a day inside the maker's jurisdiction, compare them with the files, and keep both.

    Corrections of the version before are not taken over: they were of other counts.
    """
    demand(by, "report.make")
    if on > today():
        raise ValidationError({"on": _("This is in the future.")})
    unit = jurisdiction(by)
    read = [read_file(name, content, on) for name, content in files]
    place = unit or (installation().province if installation() else None)  # type: ignore[union-attr]
    document: dict[str, Any] = {
        "on": on.isoformat(),
        "as_of": now().isoformat(timespec="minutes"),
        "place": str(place or ""),
        "is_district": unit is not None,
        "is_synthetic": bool(getattr(installation(), "is_synthetic", False)),
        "counted": figures(by, unit, on),
        "areas": by_area(by, unit, on),
        "files": reconcile(by, unit, on, read),
        "corrections": {},
    }
    return _keep(by, on, unit, document, "report.make")


def correct(*, by: Any, report: DailyReport, figure: str, value: int, reason: str) -> DailyReport:
    """Set a figure of the newest version by hand, with a reason that is printed; what was counted stays beside it."""
    demand(by, "report.make")
    if figure not in BY_ID:
        raise ValidationError({"figure": _("There is no such figure.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the figure is corrected.")})
    if not 0 <= value <= LARGEST_FIGURE:
        raise ValidationError({"value": _("Write a number that can be.")})
    if by is not None and not _may_see(by, report.unit_id):
        raise PermissionDenied("the report is another jurisdiction's")
    with transaction.atomic():
        newest = DailyReport.objects.filter(on=report.on, unit=report.unit).order_by("-version")[0]
        if newest.pk != report.pk:
            raise ValidationError(_("There is a newer version; correct that one."), code="stale")
        document = dict(report.document)
        corrections = {
            **document["corrections"],
            figure: {"value": value, "reason": reason.strip(), "by": str(by or "")},
        }
        if value == document["counted"][figure]:
            del corrections[figure]
        document["corrections"] = corrections
        return _keep(
            by, report.on, report.unit, document, "report.correct", {"figure": figure, "reason": reason}
        )


def _keep(
    by: Any,
    on: date,
    unit: Unit | None,
    document: dict[str, Any],
    action: str,
    details: Mapping[str, Any] | None = None,
) -> DailyReport:
    document["figures"] = values_of(document)
    document["notices"] = [text.as_dict() for text in inconsistent(document["figures"])]
    with transaction.atomic():
        rows = DailyReport.objects.filter(on=on, unit=unit)
        version = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
        document["version"] = version
        document["message"] = message_of(document)
        report = DailyReport.objects.create(on=on, unit=unit, version=version, made_by=by, document=document)
        code = unit.code if unit else ""
        record(
            action,
            by=by,
            subject=report,
            unit_code=code,
            details={"on": on, "version": version, **(details or {})},
        )
    return report


def values_of(document: Mapping[str, Any]) -> dict[str, int | None]:
    """Return the figures as they are printed: corrected where somebody corrected them."""
    corrected = document["corrections"]
    return {
        figure.id: corrected[figure.id]["value"] if figure.id in corrected else document["counted"][figure.id]
        for figure in FIGURES
    }


def _may_see(by: Any, unit_id: int | None) -> bool:
    rows = scope_of(by).rows
    return rows is None or (unit_id is not None and unit_id in rows)


def note_download(*, by: Any, report: DailyReport, what: str) -> None:
    """Write down that a report was taken away."""
    with transaction.atomic():
        record("report.download", by=by, subject=report, kind=Kind.EXPORT, details={"what": what})
