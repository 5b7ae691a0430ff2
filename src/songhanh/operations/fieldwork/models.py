"""Entries made on a device."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.project.classes import classify


class EntryKind(models.TextChoices):
    """What can be entered without a network."""

    CASE = "case", _("new case")
    CASE_CHANGE = "case-change", _("addition to a case")
    CONTACT = "contact", _("contact")
    FOLLOW_UP = "follow-up", _("follow-up")


class Entry(models.Model):
    """One entry made on a device, perhaps without a network: replayed once, whatever the number of times it arrives."""

    class State(models.TextChoices):
        """What became of it."""

        DONE = "done", _("done")
        CONFLICT = "conflict", _("conflict")
        REJECTED = "rejected", _("rejected")
        RESOLVED = "resolved", _("resolved")

    class Resolution(models.TextChoices):
        """How a conflict ended."""

        MINE = "mine", _("the entry counts")
        THEIRS = "theirs", _("what was there counts")
        EDITED = "edited", _("entered again")

    FIELD_CLASSES = classify(
        identifying="payload",
        sensitive="reasons",
        shareable="id client_id kind revision state resolution object_type object_id object_version by at made_at",
    )
    client_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=20, choices=EntryKind.choices)
    payload = models.JSONField()
    revision = models.PositiveIntegerField(
        default=1, help_text="counts the changes on the device: an older one that arrives late is not taken"
    )
    state = models.CharField(max_length=8, choices=State.choices)
    resolution = models.CharField(max_length=8, choices=Resolution.choices, blank=True)
    reasons = models.JSONField(default=list, help_text="[{field, code, message}]")
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True, help_text="what was written, or what stands against it")
    object_version = models.PositiveIntegerField(null=True, help_text="of the row, after this was written")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(help_text="on the device")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first; a person's open ones are counted on every visit of the entry page."""

        ordering = ["-id"]
        indexes = [models.Index(fields=["by", "state"], name="entry_by_person")]

    def __str__(self) -> str:
        """Return kind and id."""
        return f"{self.kind} {self.client_id}"
