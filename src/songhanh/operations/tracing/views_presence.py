"""Presence lists: a form that takes them in and shows nothing, and the one way to open them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from songhanh.operations.accounts.access import permitted
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.places.models import Site
from songhanh.operations.tracing import actions, presence_text
from songhanh.operations.tracing.above import case_of
from songhanh.operations.tracing.actions_presence import KEPT_DAYS
from songhanh.operations.tracing.forms import PresenceForm, ReasonForm


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("tracing.hand_in_presence")
def presence(request: HttpRequest) -> HttpResponse:
    """Take a presence list in; it is not shown again."""
    own = Site.objects.filter(pk__in=scope_of(request.user).sites)
    sites = {site.pk: site for site in own | Site.objects.filter(parent__in=own)}
    form = PresenceForm(request.POST or None, sites=[(pk, site.name) for pk, site in sites.items()])
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            names = presence_text.read(chosen["people"])
            minutes = presence_text.minutes(chosen["begins"], chosen["ends"])
            kept = actions.hand_in_names(
                by=request.user, kind=chosen["kind"], site=sites[chosen["site"]], label=chosen["label"],
                on=chosen["on"], minutes=minutes, names=names,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            text = ngettext(
                "A list of %(n)d person is handed in.", "A list of %(n)d persons is handed in.", kept.n_rows
            )
            messages.success(request, text % {"n": kept.n_rows})
            return redirect("tracing:presence")
    return render(request, "tracing/presence.html", {"section": "see", "form": form, "kept_days": KEPT_DAYS})


@require_POST
@permitted("tracing.presence")
def open_presence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Turn the lists on which a confirmed case stands into contacts."""
    case = case_of(request.user, uuid)
    if case is None:
        raise Http404("no such case")
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the presence lists are opened."))
        return redirect("tracing:chain", uuid=uuid)
    try:
        found = actions.open_presence(
            by=request.user, case_person=case.person, reason=form.cleaned_data["reason"]
        )
    except PermissionDenied:
        messages.error(request, _("Presence lists open for a confirmed case of your jurisdiction only."))
        return redirect("tracing:chain", uuid=uuid)
    n = len(found)
    text = ngettext("%(n)d contact from presence lists.", "%(n)d contacts from presence lists.", n) % {"n": n}
    messages.success(request, text if n else _("The case stands on no presence list of the days that count."))
    return redirect("tracing:chain", uuid=uuid)
