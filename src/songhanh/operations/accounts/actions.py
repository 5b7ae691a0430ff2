"""Everything that is written about accounts: who there is, what they may do where, keys, and broken glass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from songhanh.operations.accounts import tokens
from songhanh.operations.accounts.access import demand
from songhanh.operations.accounts.models import ApiToken, GlassBreak, Membership, User
from songhanh.operations.accounts.roles import Role, place_problem
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.project.clock import now, today

GLASS_HOURS = 3
TOKEN_DAYS = 365
Place = tuple[str, Unit | None, Site | None]


def create_user(
    *,
    by: Any,
    username: str,
    full_name: str,
    password: str,
    roles: Sequence[Place] = (),
    phone: str = "",
    email: str = "",
) -> User:
    """Make an account with its roles."""
    demand(by, "accounts.manage")
    user = User(username=username.strip(), full_name=full_name.strip(), phone=phone, email=email)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    validate_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        user.save(force_insert=True)
        changes = {"username": [None, user.username], "full_name": [None, user.full_name]}
        record("accounts.create", kind=Kind.PERMISSION, by=by, subject=user, changes=changes)
        for role, unit, site in roles:
            give_membership(by=by, user=user, role=role, unit=unit, site=site)
    return user


def set_password(*, by: Any, user: User, password: str) -> None:
    """Give an account another password; whoever is logged in with the old one is logged out."""
    if by is None or by.pk != user.pk:
        demand(by, "accounts.manage")
    validate_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record("accounts.password", kind=Kind.PERMISSION, by=by, subject=user)


def give_membership(
    *,
    by: Any,
    user: User,
    role: str,
    unit: Unit | None = None,
    site: Site | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Membership:
    """Give a role in a place. Nobody gives rights to themselves: that takes a second person."""
    demand(by, "accounts.manage")
    if by is not None and by.pk == user.pk:
        raise ValidationError(_("Nobody gives a role to themselves. Ask another administrator."))
    problem = place_problem(role, unit.level if unit else None, site is not None)
    if problem:
        raise ValidationError(problem)
    if valid_from and valid_until and valid_until < valid_from:
        raise ValidationError({"valid_until": _("The last day is before the first.")})
    details: dict[str, Any] = {
        "role": role,
        "unit": unit.name if unit else "",
        "site": site.name if site else "",
    }
    details |= {"valid_from": valid_from, "valid_until": valid_until}
    taken = ValidationError(_("This account has that role there already; end it first."))
    # Asked too, because SQLite takes two empty places for different ones.
    if Membership.objects.filter(user=user, role=role, unit=unit, site=site).exists():
        raise taken
    try:
        with transaction.atomic():
            given = Membership.objects.create(
                user=user, role=role, unit=unit, site=site, valid_from=valid_from, valid_until=valid_until
            )
            record("accounts.give-role", kind=Kind.PERMISSION, by=by, subject=user, details=details)
    except IntegrityError as error:
        raise taken from error
    return given


def end_membership(*, by: Any, membership: Membership) -> None:
    """Take a role away from now on; it stays in the history of the audit."""
    demand(by, "accounts.manage")
    user = membership.user
    place = membership.unit or membership.site
    details = {"role": membership.role, "place": str(place or "")}
    with transaction.atomic():
        membership.delete()
        record("accounts.end-role", kind=Kind.PERMISSION, by=by, subject=user, details=details)


def set_active(*, by: Any, user: User, is_active: bool) -> None:
    """Close an account or open it again; a closed one is logged out at its next step."""
    demand(by, "accounts.manage")
    if by is not None and by.pk == user.pk:
        raise ValidationError(_("Nobody closes their own account. Ask another administrator."))
    if user.is_active == is_active:
        return
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=is_active)
        changes = {"is_active": [user.is_active, is_active]}
        record("accounts.activate", kind=Kind.PERMISSION, by=by, subject=user, changes=changes)
    user.is_active = is_active


def unlock(*, by: Any, user: User) -> None:
    """Let somebody try again who entered a wrong password too often."""
    demand(by, "accounts.manage")
    with transaction.atomic():
        n_attempts = reset(username=user.username)
        details = {"attempts": n_attempts}
        record("accounts.unlock", kind=Kind.PERMISSION, by=by, subject=user, details=details)


def remove_second_factor(*, by: Any, user: User) -> None:
    """Take the authenticator off an account whose owner lost the telephone; the next log-in sets up another."""
    demand(by, "accounts.manage")
    if by is not None and by.pk == user.pk:
        raise ValidationError(_("Ask another administrator to remove your second factor."))
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        record("accounts.remove-second-factor", kind=Kind.PERMISSION, by=by, subject=user)


def break_glass(*, by: Any, person: models.Model, reason: str) -> GlassBreak:
    """Let somebody see who one person is outside their jurisdiction, for three hours and a stated reason."""
    demand(by, "glass.break")
    reason = reason.strip()
    if len(reason) < 10:
        raise ValidationError({"reason": _("Say in a sentence why you need to know who this person is.")})
    at = now()
    with transaction.atomic():
        broken = GlassBreak.objects.create(
            user=by, person_id=person.pk, reason=reason, at=at, expires_at=at + timedelta(hours=GLASS_HOURS)
        )
        details = {"until": broken.expires_at}
        record("glass.break", kind=Kind.PERMISSION, by=by, subject=person, reason=reason, details=details)
    by.__dict__.pop("_scope", None)  # what was worked out before does not know of it
    return broken


def issue_token(*, by: User, name: str, expires_on: date) -> tuple[ApiToken, str]:
    """Make a key for a program that acts as its owner; return the key too, which is never shown again."""
    name = name.strip()
    if not name:
        raise ValidationError({"name": _("Say which program the key is for.")})
    if not today() < expires_on <= today() + timedelta(days=TOKEN_DAYS):
        raise ValidationError({"expires_on": _("A key ends on a day after today and within a year.")})
    key = tokens.new_key()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=by, name=name, key_hash=tokens.hashed(key), expires_on=expires_on
        )
        details = {"name": name, "expires_on": expires_on}
        record("accounts.issue-token", kind=Kind.PERMISSION, by=by, subject=by, details=details)
    return token, key


def revoke_token(*, by: User, token: ApiToken) -> None:
    """End a key at once: one's own, or as administrator anybody's."""
    if token.user_id != by.pk:
        demand(by, "accounts.manage")
    with transaction.atomic():
        changed = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now())
        if changed:
            record(
                "accounts.revoke-token", kind=Kind.PERMISSION, by=by, subject=token.user,
                details={"name": token.name},
            )  # fmt: skip


def demo_accounts(*, by: Any = None) -> list[User]:
    """Make one account of each role for a demonstration; those that are there stay as they are."""
    demand(by, "accounts.manage")
    made = []
    with transaction.atomic():
        for role, unit, site in _demo_places():
            user, is_new = User.objects.get_or_create(
                username=f"demo-{role}", defaults={"full_name": str(Role(role).label), "is_demo": True}
            )
            if is_new:
                user.set_unusable_password()
                user.save(update_fields=["password"])
                record("accounts.create", kind=Kind.PERMISSION, by=by, subject=user, details={"demo": True})
                give_membership(by=by, user=user, role=role, unit=unit, site=site)
            made.append(user)
    return made


def _demo_places() -> Iterable[Place]:
    park = Site.objects.filter(kind=Site.Kind.PARK, unit__isnull=False).select_related("unit__parent").first()
    commune = park.unit if park else Unit.objects.filter(level="commune").select_related("parent").first()
    district = commune.parent if commune and commune.parent else Unit.objects.filter(level="district").first()
    places: dict[str, Place | None] = {
        Role.DISTRICT: (Role.DISTRICT, district, None) if district else None,
        Role.COMMUNE: (Role.COMMUNE, commune, None) if commune else None,
        Role.PARK: (Role.PARK, None, park) if park else None,
    }
    found = [places.get(role, (role, None, None)) for role in Role]
    return [place for place in found if place is not None]
