"""The audit: events that are only ever added, and the seals that chain them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.project.classes import classify


class Kind(models.TextChoices):
    """What sort of thing was done."""

    WRITE = "write", _("write")
    READ = "read", _("read of an identified person")
    EXPORT = "export", _("export")
    LOGIN = "login", _("log-in")
    PERMISSION = "permission", _("permission")


class Event(models.Model):
    """One thing that somebody did. The database refuses to change or delete it (see the migration's triggers)."""

    FIELD_CLASSES = classify(
        identifying="subject_ids changes details",
        sensitive="actor_name address reason subject_id",
        shareable="id at actor kind action subject_type unit_code",
    )
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(
        max_length=150, blank=True, help_text="as it was then; a command's name without a person"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    action = models.CharField(max_length=60, help_text="app.verb, for example cases.confirm")
    subject_type = models.CharField(max_length=60, blank=True, help_text="app.model")
    subject_id = models.BigIntegerField(null=True)
    subject_ids = models.JSONField(default=list, help_text="the ids of a read or an export of many")
    unit_code = models.CharField(max_length=20, blank=True)
    changes = models.JSONField(default=dict, help_text="field: [old, new]")
    details = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    address = models.CharField(max_length=45, blank=True, help_text="network address of the request")

    class Meta:
        """Newest first; found by subject, actor, action."""

        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="event_by_subject"),
            models.Index(fields=["actor", "-id"], name="event_by_actor"),
            models.Index(fields=["action", "-id"], name="event_by_action"),
            models.Index(fields=["-at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        """Return what was done to what."""
        return f"{self.action} {self.subject_type} {self.subject_id or ''}".strip()


class Seal(models.Model):
    """An event's place in the chain: its hash is over the event and the seal before it."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal")
    position = models.PositiveBigIntegerField(unique=True)
    hash = models.CharField(max_length=64)

    class Meta:
        """In the order of the chain."""

        ordering = ["position"]

    def __str__(self) -> str:
        """Return the position and the hash."""
        return f"{self.position} {self.hash}"


class Waiting(models.Model):
    """An event that has no seal yet. A table of its own, so that sealing never searches a million sealed ones."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="waiting")

    def __str__(self) -> str:
        """Return which event waits."""
        return str(self.event_id)


class ChainHead(models.Model):
    """The end of the chain: one row, locked by whoever seals."""

    position = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        """Return where the chain ends."""
        return f"{self.position} {self.hash}"
