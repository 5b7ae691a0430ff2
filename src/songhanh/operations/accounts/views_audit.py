"""The audit's page: who did what to what, in sentences."""

from django.http import HttpRequest, HttpResponse


def listing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
