"""The one gate: which rows somebody may see, and in which of them they may see who it is.

Lists, forms, the API, exports, maps, counts and files all start from ``Model.objects.visible_to(user)``. It leaves
out the rows of other places and adds ``is_identified`` to each row that stays; `masked` then replaces what
identifies by a pseudonym. Filtering by an identifying field goes through `identified`, so that a search cannot
find out what a page would not say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import BooleanField, Case, Q, Value, When

from songhanh.operations.accounts.roles import PERMISSIONS, SEES_NAMES, SEES_ROWS, Role
from songhanh.operations.places.queries import communes_below
from songhanh.operations.project.clock import now, today

NOBODY = frozenset[int]()


@dataclass(frozen=True)
class Scope:
    """What one user may do, see, and see by name; worked out once a request.

    ``rows`` and ``names`` are ids of units (all below the jurisdiction's), or None for the whole province.
    """

    user_id: int | None
    permissions: frozenset[str] = frozenset()
    rows: frozenset[int] | None = NOBODY
    names: frozenset[int] | None = NOBODY
    sites: frozenset[int] = NOBODY
    roles: frozenset[str] = frozenset()
    opened: frozenset[int] = field(default=NOBODY)  # persons behind broken glass

    def may(self, permission: str) -> bool:
        """Say whether the user has a permission somewhere; where, the rows say."""
        return permission in self.permissions

    def row_filter(self, unit_path: str, person_path: str | None) -> Q:
        """Return the rows that may be seen."""
        return _within(self.rows, unit_path) | self._opened(person_path)

    def name_filter(self, unit_path: str, person_path: str | None) -> Q:
        """Return the rows of which the user may see whom they are about."""
        return _within(self.names, unit_path) | self._opened(person_path)

    def _opened(self, person_path: str | None) -> Q:
        if person_path is None or not self.opened:
            return Q(pk__in=[])
        return Q(**{f"{person_path}__in": self.opened})


def _within(units: frozenset[int] | None, path: str) -> Q:
    if units is None:
        return Q()
    return Q(**{f"{path}__in": units}) if units else Q(pk__in=[])


def scope_of(user: Any) -> Scope:
    """Return what a user may see; kept on the user object, which lives for one request."""
    kept = getattr(user, "_scope", None)
    if isinstance(kept, Scope):
        return kept
    scope = _scope_of(user)
    user._scope = scope
    return scope


def _scope_of(user: Any) -> Scope:
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Scope(user_id=None)
    permissions: set[str] = set()
    rows: set[int] | None = set()
    names: set[int] | None = set()
    sites: set[int] = set()
    roles: set[str] = set()
    for membership in user.memberships.filter(_valid_today()):
        role = Role(membership.role)
        roles.add(role)
        permissions |= PERMISSIONS[role]
        if membership.site_id:
            sites.add(membership.site_id)
        if role in SEES_ROWS:
            units = communes_below(membership.unit_id) if membership.unit_id else None
            rows = None if rows is None or units is None else rows | units
            if role in SEES_NAMES:
                names = None if names is None or units is None else names | units
    opened = user.glass_breaks.filter(expires_at__gt=now()).values_list("person_id", flat=True)
    return Scope(
        user_id=user.pk,
        permissions=frozenset(permissions),
        rows=None if rows is None else frozenset(rows),
        names=None if names is None else frozenset(names),
        sites=frozenset(sites),
        roles=frozenset(roles),
        opened=frozenset(opened),
    )


def _valid_today() -> Q:
    day = today()
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    )


class VisibleQuerySet(models.QuerySet[Any]):
    """A queryset with the gate. Its model names ``UNIT_PATH`` and ``PERSON_PATH`` (or None)."""

    def visible_to(self, user: Any) -> Self:
        """Return the rows that a user may see, each saying in ``is_identified`` whether it may say who."""
        scope = scope_of(user)
        unit, person = self._paths()
        rows = self if scope.rows is None else self.filter(scope.row_filter(unit, person))
        if scope.names is None:
            shown: Any = Value(True)
        elif not scope.names and not scope.opened:
            shown = Value(False)
        else:
            shown = Case(When(scope.name_filter(unit, person), then=Value(True)), default=Value(False))
        return rows.annotate(is_identified=models.ExpressionWrapper(shown, output_field=BooleanField()))

    def identified(self, user: Any) -> Self:
        """Return the visible rows that may say who they are about: the only ones that are searched by name."""
        scope = scope_of(user)
        unit, person = self._paths()
        rows = self.visible_to(user)
        return rows if scope.names is None else rows.filter(scope.name_filter(unit, person))

    def _paths(self) -> tuple[str, str | None]:
        model: Any = self.model
        return model.UNIT_PATH, model.PERSON_PATH
