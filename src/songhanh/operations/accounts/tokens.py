"""Keys of programs: made once, kept as hashes, and asked whom they act for."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q

from songhanh.operations.accounts.models import ApiToken, User
from songhanh.operations.accounts.queries import is_demo_offered
from songhanh.operations.project.clock import now, today

PREFIX = "sh_"  # so that a key left in a file is recognised
NOTED_EVERY = timedelta(minutes=1)


def new_key() -> str:
    """Return a key that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(key: str) -> str:
    """Return what is kept of a key; it is random and long, so a plain hash cannot be searched backwards."""
    return hashlib.sha256(key.encode()).hexdigest()


def user_of(key: str) -> User | None:
    """Return whom a key acts for, or None where it is unknown, over, revoked or its owner may not enter."""
    if not key.startswith(PREFIX):
        return None
    token = ApiToken.objects.select_related("user").filter(key_hash=hashed(key)).first()
    if token is None or token.revoked_at is not None or token.expires_on < today():
        return None
    user = token.user
    if not user.is_active or (user.is_demo and not is_demo_offered()):
        return None
    # Once a minute is enough to know whether a key is still used, and spares a write a call.
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now() - NOTED_EVERY)
    ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now())
    return user
