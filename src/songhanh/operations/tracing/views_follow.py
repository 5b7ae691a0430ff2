"""Pages of the rounds: today's list for the telephone, what was found, and the plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.audit.reading import note_read
from songhanh.operations.project.clock import today
from songhanh.operations.project.paging import page_of
from songhanh.operations.tracing import actions, rounds
from songhanh.operations.tracing.forms import FoundForm, PlanForm, RoundForm
from songhanh.operations.tracing.models import FollowUp
from songhanh.operations.tracing.names import is_known, lend


@require_safe
@permitted("tracing.view")
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Show the round of a day."""
    form = RoundForm(request.GET, user=request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    on = chosen.get("on") or today()
    unit = chosen.get("unit")
    page = page_of(request, rounds.follow_ups(request.user, on=on, unit=unit, state=chosen.get("state", "")))
    hamlets = rounds.by_hamlet(request.user, page.rows)
    seen = [row.person for row in page.rows if is_known(row.person)]
    note_read(request.user, [person.pk for person in seen], page="tracing:follow_ups")
    context = {
        "section": "see",
        "form": form,
        "page": page,
        "hamlets": hamlets,
        "on": on,
        "is_future": on > today(),
        "counts": rounds.counts(request.user, on=on, unit=unit),
        "plan": PlanForm(initial={"on": on, "days": 1}),
    }
    return render(request, "tracing/follow_ups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("tracing.follow")
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was found; the three big buttons of the round send only the state."""
    row = FollowUp.objects.identified(request.user).select_related("person", "unit").filter(pk=pk).first()
    if row is None:
        raise Http404("no such follow-up")
    form = FoundForm(
        request.POST or None, initial={"state": row.state, "version": row.version, "note": row.note}
    )
    if request.method == "POST" and form.is_valid() and _recorded(request, row, form):
        if request.htmx:  # type: ignore[attr-defined]
            return _card(request, row.pk)
        return redirect(_round_of(row.due_on) + f"#f{row.pk}")
    note_read(
        request.user, [person.pk for person in lend(request.user, [row.person])], page="tracing:follow_up"
    )
    return render(request, "tracing/follow_up.html", {"section": "see", "row": row, "form": form})


def _recorded(request: HttpRequest, row: FollowUp, form: FoundForm) -> bool:
    try:
        actions.record_follow_up(
            by=request.user, person=row.person, due_on=row.due_on, symptoms=row.symptoms, **form.cleaned_data
        )
    except ValidationError as error:
        row.refresh_from_db()
        form.data = dict(form.data.items()) | {"version": str(row.version)}
        form.add_error(None, error.messages)
        return False
    return True


def _card(request: HttpRequest, pk: int) -> HttpResponse:
    rows = FollowUp.objects.visible_to(request.user).filter(pk=pk).select_related("person", "unit", "team")
    hamlets = rounds.by_hamlet(request.user, rows)
    return render(request, "tracing/_follow_up.html", {"row": hamlets[0].rows[0]})


@require_POST
@permitted("tracing.follow")
def plan(request: HttpRequest) -> HttpResponse:
    """Plan the rounds of some days; doing it again adds nothing."""
    form = PlanForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("tracing:follow_ups")
    chosen: dict[str, Any] = form.cleaned_data
    added = actions.generate_follow_ups(by=request.user, on=chosen["on"], days=chosen["days"])
    text = ngettext("%(n)d follow-up planned.", "%(n)d follow-ups planned.", added) % {"n": added}
    messages.success(request, text if added else _("Everybody of these days was planned already."))
    return redirect(_round_of(chosen["on"]))


def _round_of(day: date) -> str:
    return f"{reverse('tracing:follow_ups')}?{urlencode({'on': day.isoformat()})}"
