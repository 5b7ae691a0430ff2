"""The work list of rows that may be one person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.audit.reading import note_read
from songhanh.operations.people import actions
from songhanh.operations.people.duplicates import suspects, waiting
from songhanh.operations.people.matching import words_of
from songhanh.operations.people.models import Merge, Suspect
from songhanh.operations.project.paging import page_of

PAIRS_A_PAGE = 20


@require_safe
@permitted("people.merge")
def duplicates(request: HttpRequest) -> HttpResponse:
    """List pairs, the likeliest first; each is decided by one button."""
    page = page_of(request, suspects(request.user), PAIRS_A_PAGE)
    ids = []
    for pair in page:
        pair.words = [words_of(code) for code in pair.codes]
        for person in (pair.first, pair.second):
            person.is_identified = True  # only pairs of two who may be named are listed
            ids.append(person.pk)
    note_read(request.user, ids)
    context = {"section": "see", "page": page, "n_waiting": waiting()}
    return render(request, "people/duplicates.html", context)


@require_POST
@permitted("people.merge")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge a pair, say that it is two, or put it off; then back to where the reader was."""
    pair: Suspect = get_object_or_404(suspects(request.user), pk=pk)
    try:
        words = _decided(request.user, pair, request.POST.get("decision", ""))
        messages.success(request, words)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    page = request.POST.get("page", "")
    back = redirect("people:duplicates")
    if page.isascii() and page.isdigit():
        back["Location"] += f"?page={int(page)}"
    return back


def _decided(user: Any, pair: Suspect, decision: str) -> str:
    if decision in ("first", "second"):
        kept, absorbed = (pair.first, pair.second) if decision == "first" else (pair.second, pair.first)
        actions.merge(by=user, kept=kept, absorbed=absorbed)
        return _("Merged. It can be undone on the person's page.")
    if decision == "two":
        actions.distinct(by=user, first=pair.first, second=pair.second)
        return _("Noted as two persons; they are not proposed again.")
    if decision == "later":
        actions.put_off(by=user, suspect=pair)
        return _("Put off: the pair is at the end of the list.")
    raise ValidationError(_("Choose what to do with the pair."))


@require_POST
@permitted("people.merge")
def look(request: HttpRequest) -> HttpResponse:
    """Compare persons who were not compared yet."""
    found = actions.look(by=request.user)
    words = ngettext("%(n)d pair was put on the list.", "%(n)d pairs were put on the list.", found)
    messages.success(request, words % {"n": found})
    return redirect("people:duplicates")


@require_POST
@permitted("people.merge")
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge."""
    merge = get_object_or_404(Merge.objects.select_related("kept"), pk=pk)
    try:
        actions.unmerge(by=request.user, merge=merge)
        messages.success(request, _("The merge is undone: both rows are as they were."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("people:person", merge.kept.uuid)
