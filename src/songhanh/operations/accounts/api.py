"""Who calls the API: a key of an account, or somebody who is logged in; and what each operation asks for."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from songhanh.operations.accounts.access import only
from songhanh.operations.accounts.tokens import user_of
from songhanh.operations.project.api import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MINUTE = 60


class KeyAuth(HttpBearer):
    """``Authorization: Bearer sh_…``: acts as the account that made the key."""

    def __call__(self, request: HttpRequest) -> Any:
        """Refuse a wrong key even where a session would do: whoever sends a key means it."""
        if not request.headers.get(self.header):
            return None
        user = super().__call__(request)
        if user is None:
            raise Problem(
                401, "key", _("This key is not known, is over, or was ended."), "Authorization",
                _("Make a new one on the page of your account."),
            )  # fmt: skip
        return user

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the owner of the key."""
        user = user_of(token)
        if user is not None:
            request.user = user
        return user


class SessionAuth(APIKeyCookie):
    """The session of the pages; what writes needs their token against forged requests (``X-CSRFToken``)."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """Return who is logged in."""
        if not request.user.is_authenticated:
            return None
        if request.method not in SAFE and check_csrf(request):
            raise Problem(
                403, "csrf", _("The token against forged requests is missing or old."), "X-CSRFToken",
                _("Programs use a key; pages send the header X-CSRFToken."),
            )  # fmt: skip
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return who is logged in."""
        return self(request)


class Rate(BaseThrottle):
    """So many requests a minute of one account, reads and writes counted apart (``API_RATES`` in the settings)."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request in the minute that runs."""
        kind = "read" if request.method in SAFE else "write"
        key = f"api-{kind}-{request.user.pk}-{int(time.time() // MINUTE)}"
        cache.add(key, 0, 2 * MINUTE)
        try:
            return bool(cache.incr(key) <= settings.API_RATES[kind])
        except ValueError:  # thrown out of a full cache between the two
            return True

    def wait(self) -> float:
        """Return how many seconds are left of the minute."""
        return MINUTE - time.time() % MINUTE


Operation = Callable[..., Any]


def asks(permission: str) -> Callable[[Operation], Operation]:
    """Declare the permission of an operation; for those without it the operation does not exist."""

    def decorate(operation: Operation) -> Operation:
        @wraps(operation)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            only(request, permission)
            return operation(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # a test reads it
        return guarded

    return decorate
