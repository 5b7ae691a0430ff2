"""The network address of the request that is being answered, for the audit."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

_ADDRESS: ContextVar[str] = ContextVar("address", default="")


def address_of_request() -> str:
    """Return the address, or an empty text outside a request."""
    return _ADDRESS.get()


class AddressMiddleware:
    """Remembers the address for as long as the request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with the address known."""
        token = _ADDRESS.set(str(request.META.get("REMOTE_ADDR", "")))
        try:
            return self._get_response(request)
        finally:
            _ADDRESS.reset(token)
