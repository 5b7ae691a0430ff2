"""Pages of contacts: the list, one contact, entry for a case, and what is to be forwarded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from songhanh.operations.accounts.access import only, permitted
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.audit.reading import note_read
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.project.paging import page_of
from songhanh.operations.tracing import actions, entry, queries
from songhanh.operations.tracing.above import case_of
from songhanh.operations.tracing.forms import ContactFilter, ForwardForm, ReasonForm
from songhanh.operations.tracing.names import is_known, lend


@require_safe
@permitted("tracing.view")
def contacts(request: HttpRequest) -> HttpResponseBase:
    """List who has a level; ``?format=csv`` downloads what the filter shows."""
    form = ContactFilter(request.GET, user=request.user)
    chosen = {key: value for key, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    rows = queries.contacts(request.user, **chosen)
    if request.GET.get("format") == "csv":
        only(request, "export.rows")
        record("tracing.contacts", kind=Kind.EXPORT, by=request.user, details=chosen)
        return csv_response("contacts.csv", queries.EXPORT_COLUMNS, queries.exported(request.user, rows))
    page = page_of(request, rows)
    shown = queries.dressed(request.user, list(page.rows))
    seen = [row.person for row in shown if is_known(row.person)]
    note_read(request.user, [person.pk for person in seen], page="tracing:contacts")
    return render(request, "tracing/contacts.html", {"section": "see", "form": form, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("tracing.edit")
def contact(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one contact; strike it out with a reason."""
    found = queries.contact(request.user, uuid)
    if found is None:
        raise Http404("no such contact")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.void_contact(by=request.user, contact=found, reason=form.cleaned_data["reason"])
        messages.success(request, _("The contact is struck out; levels were worked out again."))
        return redirect("tracing:contact", uuid=uuid)
    seen = lend(request.user, [found.source, found.person])
    note_read(request.user, [person.pk for person in seen], page="tracing:contact")
    return render(request, "tracing/contact.html", {"section": "see", "contact": found, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("tracing.edit")
def enter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Enter several contacts of a case at once."""
    case = case_of(request.user, uuid)
    if case is None or not case.is_identified:
        raise Http404("no such case")
    forms = entry.rows_of(request, case)
    if request.method == "POST" and entry.are_valid(forms):
        try:
            found = actions.tell_contacts(by=request.user, source=case.person, rows=entry.told(forms))
        except ValidationError as error:
            entry.blame(forms, error)
        else:
            text = ngettext("%(n)d contact entered.", "%(n)d contacts entered.", len(found))
            messages.success(request, text % {"n": len(found)})
            return redirect("tracing:chain", uuid=uuid)
    context = entry.context(request, case, forms)
    return render(request, "tracing/enter.html", context)


@require_safe
@permitted("tracing.view")
def forward(request: HttpRequest) -> HttpResponseBase:
    """Show the contacts that another district has to look after; print or download them."""
    form = ForwardForm(request.GET)
    since = form.cleaned_data["since"] if form.is_valid() else None
    groups = queries.to_forward(request.user, since=since)
    people = [row.person for group in groups for row in group.rows]
    if request.GET.get("format") == "csv":
        record(
            "tracing.forward", kind=Kind.EXPORT, by=request.user, subject_type="people.person",
            subject_ids=[person.pk for person in people], details={"since": since},
        )  # fmt: skip
        return csv_response("forward.csv", FORWARD_COLUMNS, _forward_lines(groups))
    note_read(request.user, [person.pk for person in people], page="tracing:forward")
    return render(request, "tracing/forward.html", {"section": "see", "form": form, "groups": groups})


FORWARD_COLUMNS = (
    "district", "commune", "level", "full_name", "birth_year", "phone", "address", "exposed_on", "last_exposed_on",
    "setting", "note",
)  # fmt: skip


def _forward_lines(groups: list[queries.Forwarded]) -> Any:
    for group in groups:
        for row in group.rows:
            person, via = row.person, row.via
            assert via is not None  # the query asks for it
            yield [
                group.place, row.unit.name if row.unit else "", f"F{row.level}", person.full_name, person.birth_year,
                person.phone, ", ".join(filter(None, [person.hamlet, person.address])), row.exposed_on,
                row.last_exposed_on, via.setting, via.note,
            ]  # fmt: skip
