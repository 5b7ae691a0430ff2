"""Accounts, what they may do where, and glass that was broken."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.roles import Role
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.project.classes import classify


class User(AbstractUser):
    """Somebody with an account. First and last name are one field: Vietnamese names do not split that way."""

    FIELD_CLASSES = classify(
        identifying="full_name phone email",
        sensitive="username last_login first_name last_name password",
        shareable="id is_active is_staff is_superuser date_joined is_demo",
    )
    full_name = models.CharField(_("name"), max_length=150, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    is_demo = models.BooleanField(
        default=False,
        help_text="an account of a demonstration: entered without a password, on this machine only",
    )

    def __str__(self) -> str:
        """Return the name, or the log-in."""
        return self.full_name or self.username


class Membership(models.Model):
    """A role in a jurisdiction, between two days. Without a unit and a site it holds for the province."""

    FIELD_CLASSES = classify(shareable="id user role unit site valid_from valid_until")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        """A role once in each place."""

        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit", "site"], name="one_membership", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        """Return role and place."""
        return f"{self.role} {self.unit or self.site or ''}".strip()


class GlassBreak(models.Model):
    """Somebody's stated reason to see who one person is, outside their jurisdiction, until an hour."""

    FIELD_CLASSES = classify(sensitive="person_id reason", shareable="id user at expires_at")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="glass_breaks")
    person_id = models.BigIntegerField(help_text="people.Person, an app above this one")
    reason = models.TextField()
    at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering = ["-at"]
        indexes = [models.Index(fields=["user", "expires_at"], name="glass_by_user")]

    def __str__(self) -> str:
        """Return who until when."""
        return f"{self.user_id} {self.person_id} {self.expires_at.isoformat()}"


class ApiToken(models.Model):
    """A program's key to the API, acting as its owner; only its hash is kept."""

    FIELD_CLASSES = classify(
        sensitive="key_hash", shareable="id user name created_at expires_on last_used_at revoked_at"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return the name."""
        return self.name
