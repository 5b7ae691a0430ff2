"""Pages of quarantine: who is where until when, and what stands against a release."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from songhanh.operations.accounts.access import only, permitted
from songhanh.operations.accounts.masking import shown
from songhanh.operations.audit.reading import note_export, note_read
from songhanh.operations.people.reading import lend
from songhanh.operations.project.clock import today
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import page_of, query_without
from songhanh.operations.quarantine import actions, queries
from songhanh.operations.quarantine.forms import FORMS, AdmitForm, StayFilter, said
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.quarantine.rules import rule_on
from songhanh.operations.tracing.models import Standing

COLUMNS = (
    "uuid",
    "person_uuid",
    "full_name",
    "unit_code",
    "place",
    "is_home",
    "room",
    "from_on",
    "until_on",
    "released_on",
    "ending",
)


@require_safe
@permitted("quarantine.view")
def stays(request: HttpRequest) -> HttpResponseBase:
    """List who is in quarantine, and how full the places are."""
    form = StayFilter(request.GET, user=request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    chosen = {
        "unit": chosen.get("unit"),
        "place": getattr(chosen.get("place"), "pk", None),
        "state": chosen.get("state") or "open",
    }
    rows = queries.stays(request.user, **chosen)
    if request.GET.get("format") == "csv":
        return _csv(request, rows)
    page = page_of(request, rows)
    note_read(request.user, lend(page))
    context = {"section": "see", "form": form, "page": page, "places": queries.occupancy(), "today": today()}
    return render(
        request, "quarantine/list.html", context | {"query": query_without(request, "page", "format")}
    )


def _csv(request: HttpRequest, rows: Any) -> HttpResponseBase:
    only(request, "export.rows")
    note_export(request.user, "quarantine.export", {"filter": request.GET.dict()})
    lines = (
        [
            row.uuid, row.person.uuid, shown(row.person, "full_name", is_identified=row.is_identified),
            row.unit.code if row.unit else "", row.place, row.is_home, row.room, row.from_on, row.until_on,
            row.released_on, row.ending,
        ]
        for row in rows.iterator(chunk_size=2_000)
    )  # fmt: skip
    return csv_response("quarantine.csv", COLUMNS, lines)


@permitted("quarantine.edit")
def admit(request: HttpRequest) -> HttpResponse:
    """Admit one or several persons to a place, or to their home."""
    initial = {"persons": request.GET.get("person", "")}
    form = AdmitForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        fields = {name: given[name] for name in ("from_on", "until_on", "reason")} | form.where
        try:
            with transaction.atomic():  # all of the list or none
                for person in given["persons"]:
                    actions.admit(by=request.user, person=person, **fields)
        except ValidationError as error:
            said(form, error)
        else:
            n = len(given["persons"])
            messages.success(
                request, ngettext("%(n)d person is admitted.", "%(n)d persons are admitted.", n) % {"n": n}
            )
            return redirect("quarantine:list")
    return render(
        request, "quarantine/admit.html", {"section": "see", "form": form, "rule": rule_on(today())}
    )


@require_safe
@permitted("quarantine.view")
def stay(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one stay, the samples that it needs, and what stands against a release today."""
    row = _found(request, uuid)
    forms = {name: form(initial=_initial(row)) for name, form in FORMS.items()}
    return render(request, "quarantine/stay.html", _context(row) | {"forms": forms})


def _found(request: HttpRequest, uuid: UUID) -> Any:
    rows = Stay.objects.visible_to(request.user).select_related("person", "unit", "place")
    row: Any = get_object_or_404(rows, uuid=uuid)
    note_read(request.user, lend([row]))
    return row


def _initial(row: Stay) -> dict[str, Any]:
    return {"version": row.version, "place": row.place_id, "room": row.room}


def _context(row: Stay) -> dict[str, Any]:
    level = Standing.objects.filter(person_id=row.person_id).values_list("level", flat=True).first()
    needed = [(day, queries.day_of_stay(row, day)) for day in queries.samples_needed(row, level)]
    reasons = [] if row.released_on else queries.reasons_against(row, today())
    return {
        "section": "see", "stay": row, "needed": needed, "reasons": reasons, "rule": rule_on(row.from_on), "level": level,
    }  # fmt: skip


@require_POST
@permitted("quarantine.edit")
def change(request: HttpRequest, uuid: UUID, what: str) -> HttpResponse:
    """Release, extend, move or transfer; what stands against it is said on the same page."""
    row = _found(request, uuid)
    if what not in FORMS:
        raise Http404(what)
    form: Any = FORMS[what](request.POST)
    if form.is_valid():
        fields = form.cleaned_data | (form.where if what == "move" else {})
        try:
            getattr(actions, what)(by=request.user, stay=row, **fields)
        except ValidationError as error:
            said(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("quarantine:stay", row.uuid)
    forms = {name: form if name == what else other(initial=_initial(row)) for name, other in FORMS.items()}
    return render(request, "quarantine/stay.html", _context(row) | {"forms": forms, "form": form})


@require_safe
@permitted("absence.view")
def absent(request: HttpRequest) -> HttpResponse:
    """Tell a park or a firm who of its own is absent until when, and nothing else."""
    rows, ids = queries.absent(request.user)
    note_read(request.user, ids)
    return render(request, "quarantine/absent.html", {"section": "see", "rows": rows, "today": today()})
