"""Pages that belong to no subject: the glossary, the language switch, and what is shown when things fail."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from songhanh.operations.project.glossary import TERMS


@login_not_required
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show each term in both languages with its meaning and source."""
    return render(request, "project/glossary.html", {"terms": TERMS, "section": "glossary"})


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's language in a cookie and go back to where they were."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", httponly=True
        )
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page; to a program as JSON."""
    if request.path.startswith("/api/"):
        content = {"code": "not-found", "message": _("There is nothing here."), "where": "", "remedy": ""}
        return JsonResponse(content, status=404)
    return render(request, "project/failure.html", {"kind": "not_found"}, status=404)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request was refused."""
    return render(request, "project/failure.html", {"kind": "refused"}, status=403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was sent without the page it belongs to."""
    return render(request, "project/failure.html", {"kind": "refused"}, status=403)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request was not understood."""
    return render(request, "project/failure.html", {"kind": "not_understood"}, status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours; this page must work when nothing else does, so it reads no data."""
    return render(request, "project/failure.html", {"kind": "broken"}, status=500)
