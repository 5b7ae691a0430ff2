"""Entries made on a device."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.project.classes import classify


class Entry(models.Model):
    """One entry made on a device, perhaps without a network: replayed once, whatever the number of times it arrives."""

    class State(models.TextChoices):
        """What became of it."""

        DONE = "done", _("done")
        CONFLICT = "conflict", _("conflict")
        REJECTED = "rejected", _("rejected")
        RESOLVED = "resolved", _("resolved")

    FIELD_CLASSES = classify(
        identifying="payload",
        sensitive="reasons",
        shareable="id client_id kind state object_type object_id by at made_at",
    )
    client_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=20, help_text="case, contact, follow-up")
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices)
    reasons = models.JSONField(default=list)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(help_text="on the device")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    def __str__(self) -> str:
        """Return kind and id."""
        return f"{self.kind} {self.client_id}"
