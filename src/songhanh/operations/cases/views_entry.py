"""Entering cases: one with its person on one page, or many at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import permitted
from songhanh.operations.audit.reading import note_read
from songhanh.operations.cases import actions, quick_rows
from songhanh.operations.cases.forms import NewCaseForm
from songhanh.operations.cases.models import Case
from songhanh.operations.cases.quick import LIKELY, NEW, RowResult
from songhanh.operations.cases.registering import episode_of
from songhanh.operations.cases.views_case import add_errors
from songhanh.operations.people import actions as people
from songhanh.operations.people import identity
from songhanh.operations.people.matching import candidates
from songhanh.operations.people.models import Person
from songhanh.operations.project.clock import today

GRID = 10


@permitted("cases.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Register one case, of somebody known (``?person=``) or of somebody new."""
    person = _chosen(request)
    start = {"uuid": uuid4(), "reported_on": today(), "unit": person.unit_id if person else None}
    form = NewCaseForm(request.POST or None, user=request.user, is_known=person is not None, initial=start)
    alike: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        alike = [] if person or form.cleaned_data["same_as"] == NEW else _alike(request, form.identity)
        if not alike and (case := _registered(request, form, person)) is not None:
            messages.success(request, _("Registered as %(code)s.") % {"code": case.code})
            return redirect("cases:case", case.uuid)
    if person:
        note_read(request.user, [person.pk])
    context = {"section": "see", "form": form, "person": person, "alike": alike}
    return render(request, "cases/new.html", context, status=422 if request.method == "POST" else 200)


def _chosen(request: HttpRequest) -> Any:
    uuid = request.POST.get("person") or request.GET.get("person")
    if not uuid:
        return None
    rows = Person.objects.identified(request.user)
    try:
        return get_object_or_404(rows, uuid=uuid)
    except ValidationError:
        return get_object_or_404(rows.none())


def _registered(request: HttpRequest, form: NewCaseForm, person: Any) -> Case | None:
    fields = form.episode() | {"uuid": form.cleaned_data["uuid"]}
    try:
        with transaction.atomic():
            known = Case.objects.identified(request.user).filter(uuid=fields["uuid"]).first()
            if known is not None:  # the page was sent twice
                return known
            if person is None:
                who = {name: value for name, value in form.identity.items() if name in identity.FIELDS}
                person = people.register(by=request.user, **who)
            return actions.register(
                by=request.user, person=person, classification=form.cleaned_data["classification"], **fields
            )
    except ValidationError as error:
        add_errors(form, error)
        return None


def _alike(request: HttpRequest, who: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("full_name", "birth_year", "born_on", "phone", "id_number", "sex", "unit")
    asked: dict[str, Any] = {name: who.get(name) for name in names}
    found = [one for one in candidates(by=request.user, **asked) if one.score >= LIKELY]
    seen: Any = Person.objects.identified(request.user).in_bulk([one.person_id for one in found])
    note_read(request.user, seen)
    return [
        {
            "person": seen[one.person_id],
            "reasons": one.reasons,
            "case": episode_of(seen[one.person_id], today()),
        }
        for one in found
        if one.person_id in seen
    ]


@permitted("cases.edit")
def quick(request: HttpRequest) -> HttpResponse:
    """Register many rows: good ones are saved once, the others stay on the screen with what is wrong."""
    rows: list[dict[str, str]] = []
    results: list[RowResult] = []
    if request.method == "POST":
        rows = quick_rows.posted(request.POST) + quick_rows.pasted(request.POST.get("pasted", ""))
        if request.POST.get("do") != "fill":
            results = actions.quick_entry(by=request.user, rows=rows)
    note_read(request.user, [one["person"].pk for result in results for one in result.alike])
    left = [result for result in results if not result.is_done] or (
        [] if results else [RowResult(row, status="") for row in rows]
    )
    blanks = [RowResult(quick_rows.blank_row(), status="") for _n in range(max(0, GRID - len(left)))]
    context = {
        "section": "see", "grid": left + blanks, "n_left": len(left), "columns": quick_rows.COLUMNS,
        "done": [result for result in results if result.is_done], "results": results,
    }  # fmt: skip
    return render(request, "cases/quick.html", context, status=422 if results and left else 200)
