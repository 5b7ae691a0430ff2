"""The entry page of the field, its parts for the device, and the page of its conflicts."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from songhanh.operations.accounts.access import permitted
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.fieldwork import actions, queries, shell
from songhanh.operations.fieldwork.forms import FORMS
from songhanh.operations.fieldwork.models import Entry
from songhanh.operations.fieldwork.receiving import MOST_BYTES, receive
from songhanh.operations.project.base import Stale

Answer = Callable[..., HttpResponse]


def for_programs(view: Answer) -> Answer:
    """Answer 401 as JSON where nobody is logged in: the page of the device must not be sent to a log-in form."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"code": "login"}, status=401)
        if not scope_of(request.user).may("offline.use"):
            raise Http404("needs offline.use")
        return view(request, *args, **kwargs)

    guarded.permission = "offline.use"  # type: ignore[attr-defined]  # the matrix test reads it
    return login_not_required(never_cache(guarded))


@require_safe
@never_cache
@permitted("offline.use")
def entry(request: HttpRequest) -> HttpResponse:
    """Show the entry page. The device keeps it, so it says nothing about anybody."""
    forms = {kind.replace("-", "_"): form() for kind, form in FORMS.items()}
    places = {
        "enter": f"{reverse('accounts:enter')}?next={reverse('fieldwork:entry')}",
        "leave": reverse("account_logout"),
    }
    response = render(request, "fieldwork/entry.html", {"forms": forms, "texts": shell.texts(), **places})
    response["X-Field-Version"] = shell.version()
    return response


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker with the list of what it keeps."""
    response = HttpResponse(shell.worker_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the page as something that a telephone can install."""
    response = JsonResponse(shell.manifest())
    response["Content-Type"] = "application/manifest+json"
    return response


@require_GET
@for_programs
def session(request: HttpRequest) -> HttpResponse:
    """Say who is logged in, with the token that sending needs."""
    return JsonResponse({"user_id": request.user.pk, "token": get_token(request)})


@require_GET
@for_programs
def data(request: HttpRequest) -> HttpResponse:
    """Send the day's lists of one commune; whose names go to a device is in the audit."""
    asked = request.GET.get("commune", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 15 else None
    lists, people = queries.for_device(request.user, number)
    if people:
        record(
            "fieldwork.to_device", by=request.user, kind=Kind.READ,
            subject_type="people.person", subject_ids=sorted(people),
        )  # fmt: skip
    return JsonResponse(lists)


@require_POST
@for_programs
def submit(request: HttpRequest) -> HttpResponse:
    """Take a list of entries and answer for each; a list is never refused for one of its entries."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        entries = json.loads(request.body) if length <= MOST_BYTES else None
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list):
        return JsonResponse({"code": "list", "message": _("Send a list of entries as JSON.")}, status=422)
    return JsonResponse(receive(request.user, entries), safe=False)


@require_safe
@permitted("offline.use")
def conflicts(request: HttpRequest) -> HttpResponse:
    """Show the entries that stand against something, or did not pass the checks."""
    rows = queries.open_entries(request.user)
    seen = {row.person.pk for row in rows if row.person is not None}
    if seen:
        record(
            "people.read",
            kind=Kind.READ,
            by=request.user,
            subject_type="people.person",
            subject_ids=sorted(seen),
        )
    return render(request, "fieldwork/conflicts.html", {"rows": rows, "section": "field"})


@require_POST
@permitted("offline.use")
def resolve(request: HttpRequest, client_id: str) -> HttpResponse:
    """Keep mine or keep theirs."""
    found = queries.own(request.user).filter(client_id=client_id).first()
    if found is None:
        raise Http404("no such entry")
    try:
        if request.POST.get("keep") == "mine":
            version = request.POST.get("version", "")
            actions.keep_mine(by=request.user, entry=found, version=int(version) if version.isdigit() else 0)
        else:
            actions.keep_theirs(by=request.user, entry=found)
    except Stale:
        messages.warning(request, _("It changed once more meanwhile. Look again before you decide."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Settled."))
    return redirect("fieldwork:conflicts")


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("offline.use")
def edit(request: HttpRequest, client_id: str) -> HttpResponse:
    """Enter an open entry again; it stays open, with the new values, until it passes."""
    found = queries.own(request.user).filter(client_id=client_id, state__in=actions.OPEN).first()
    if found is None:
        raise Http404("no such open entry")
    form = shell.online_form(found, request.POST or None, queries.communes(request.user), request.user)
    if request.method == "POST" and form.is_valid():
        done = actions.enter_again(by=request.user, entry=found, payload=shell.payload_of(form))
        if done.state == Entry.State.RESOLVED:
            messages.success(request, _("Saved."))
            return redirect("fieldwork:conflicts")
        for reason in done.reasons:
            form.add_error(reason["field"] if reason["field"] in form.fields else None, reason["message"])
    return render(request, "fieldwork/edit.html", {"form": form, "entry": found, "section": "field"})
