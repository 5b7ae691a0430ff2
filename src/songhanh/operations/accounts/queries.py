"""Reads of the accounts."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from songhanh.operations.accounts.models import ApiToken, GlassBreak, Membership, User
from songhanh.operations.accounts.roles import PRIVILEGED
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.places.queries import installation
from songhanh.operations.project.folding import fold


def is_demo_offered() -> bool:
    """Say whether accounts of a demonstration may be entered: made-up people, served on this machine only."""
    found = installation()
    return not settings.SERVED_BEYOND_LOOPBACK and found is not None and found.is_synthetic


def demo_users() -> QuerySet[User]:
    """Return the accounts of the demonstration that may be entered now; none elsewhere."""
    if not is_demo_offered():
        return User.objects.none()
    return User.objects.filter(is_demo=True, is_active=True).prefetch_related(_memberships()).order_by("pk")


def _memberships() -> Prefetch[Any]:
    return Prefetch("memberships", Membership.objects.select_related("unit", "site").order_by("pk"))


def has_second_factor(user: User) -> bool:
    """Say whether somebody has set up an authenticator."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def lacks_second_factor(user: User) -> bool:
    """Say whether somebody's roles demand a second factor that is not there; a demonstration needs none."""
    return not user.is_demo and bool(scope_of(user).roles & PRIVILEGED) and not has_second_factor(user)


def users(text: str = "") -> QuerySet[User]:
    """Return the accounts whose log-in or name holds a text, with their roles."""
    totp = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    locked = AccessAttempt.objects.filter(
        username=OuterRef("username"), failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    )
    found = User.objects.annotate(has_factor=Exists(totp), is_locked=Exists(locked))
    found = found.prefetch_related(_memberships()).order_by("username")
    words = fold(text).split()
    if not words:
        return found
    # Some hundred accounts at most: names are folded here instead of being kept folded.
    names = User.objects.values_list("pk", "username", "full_name")
    ids = [pk for pk, login, name in names if all(word in fold(f"{login} {name}") for word in words)]
    return found.filter(pk__in=ids)


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return somebody's roles, past ones too."""
    return user.memberships.select_related("unit", "site").order_by("pk")


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return somebody's keys, the newest first."""
    return user.api_tokens.order_by("-pk")


def glass_of(user: User, limit: int = 50) -> list[GlassBreak]:
    """Return the newest reasons for which somebody saw a person outside their jurisdiction."""
    return list(user.glass_breaks.order_by("-at")[:limit])


def unit_choices() -> list[tuple[int, str]]:
    """Return the units that a role may be given in, districts before their communes."""
    rows = list(Unit.objects.filter(valid_until__isnull=True).select_related("parent"))
    rows.sort(key=lambda unit: (unit.level != "province", unit.level != "district", fold(unit.name)))
    return [
        (
            unit.pk,
            f"{unit.name} ({unit.parent.name})" if unit.level == "commune" and unit.parent else unit.name,
        )
        for unit in rows
    ]


def site_choices() -> list[tuple[int, str]]:
    """Return the parks and other sites that a role may be given in."""
    return [(site.pk, site.name) for site in Site.objects.filter(valid_until__isnull=True)]
