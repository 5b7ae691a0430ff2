"""Batches of rows that came in, how their columns were read, and health declarations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.places.models import Unit
from songhanh.operations.project.base import Registered
from songhanh.operations.project.classes import classify


class Batch(models.Model):
    """One file: what was made of each of its rows."""

    class State(models.TextChoices):
        """Where it stands; ``COMMITTING`` is taken up again after a crash."""

        UPLOADED = "uploaded", _("uploaded")
        TRIED = "tried", _("tried (dry run)")
        COMMITTING = "committing", _("being committed")
        COMMITTED = "committed", _("committed")
        FAILED = "failed", _("failed")

    FIELD_CLASSES = classify(
        identifying="content", sensitive="file_name mapping error",
        shareable="id uuid sha256 source_format target state n_rows n_created n_updated n_duplicate n_rejected n_done by at "
        "committed_at expires_on options progress",
    )  # fmt: skip
    uuid = models.UUIDField(unique=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True, help_text="the file; deleted on a set date")
    source_format = models.CharField(max_length=20, help_text="table, godata, sormas, dhis2, who")
    target = models.CharField(
        max_length=20, help_text="cases, contacts, followups, relationships, events, samples"
    )
    mapping = models.JSONField(default=dict, help_text="column of the file: our field")
    options = models.JSONField(default=dict, help_text="sheet, date order, ...")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    error = models.TextField(blank=True)
    n_rows = models.PositiveIntegerField(default=0)
    n_created = models.PositiveIntegerField(default=0)
    n_updated = models.PositiveIntegerField(default=0)
    n_duplicate = models.PositiveIntegerField(default=0)
    n_rejected = models.PositiveIntegerField(default=0)
    n_done = models.PositiveIntegerField(
        default=0, help_text="rows committed so far; a restart goes on from here"
    )
    progress = models.FloatField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True)
    expires_on = models.DateField(help_text="content and rows are deleted on this day")

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    def __str__(self) -> str:
        """Return the number."""
        return f"batch {self.pk}"


class Row(models.Model):
    """What was made of one row of a file."""

    class Verdict(models.TextChoices):
        """Every row has exactly one."""

        CREATED = "created", _("created")
        UPDATED = "updated", _("updated")
        DUPLICATE = "duplicate", _("already there")
        REJECTED = "rejected", _("rejected")

    FIELD_CLASSES = classify(
        identifying="values",
        sensitive="reasons",
        shareable="id batch number verdict object_type object_id is_done",
    )
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="as a spreadsheet counts: the header is row 1")
    values = models.JSONField(help_text="the row as it came")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reasons = models.JSONField(default=list, help_text="[{column, code, message: {vi, en}}]")
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    is_done = models.BooleanField(default=False)

    class Meta:
        """A row number once."""

        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "number"], name="row_by_verdict")]

    def __str__(self) -> str:
        """Return batch and number."""
        return f"{self.batch_id} {self.number}"


class Mapping(models.Model):
    """How a file with these columns was read last time."""

    signature = models.CharField(max_length=64, help_text="SHA-256 of the folded column names")
    target = models.CharField(max_length=20)
    columns = models.JSONField()
    options = models.JSONField(default=dict)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        """The last one counts."""

        constraints = [models.UniqueConstraint(fields=["signature", "target"], name="mapping_once")]

    def __str__(self) -> str:
        """Return the target."""
        return self.target


class Declaration(Registered):
    """A health declaration: identity optional, never used for penalties, deleted on a set date."""

    FIELD_CLASSES = classify(
        identifying="full_name phone address", sensitive="symptoms met_a_case travelled note birth_year",
        shareable="id uuid version created_at updated_at unit declared_on expires_on by_telephone state person",
    )  # fmt: skip
    UNIT_PATH = "unit"
    PERSON_PATH = "person"

    class State(models.TextChoices):
        """Whether somebody looked at it."""

        NEW = "new", _("new")
        SEEN = "seen", _("looked at")
        CALLED = "called", _("called back")

    full_name = models.CharField(_("full name"), max_length=160, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("commune")
    )
    address = models.CharField(_("address"), max_length=250, blank=True)
    symptoms = models.JSONField(_("symptoms"), default=list, blank=True)
    met_a_case = models.BooleanField(_("met a case in the last 14 days"), null=True, blank=True)
    travelled = models.CharField(_("came from"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    declared_on = models.DateField()
    by_telephone = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    person = models.ForeignKey(
        "people.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_on = models.DateField()

    objects = VisibleQuerySet.as_manager()

    def __str__(self) -> str:
        """Return the number."""
        return f"declaration {self.pk}"
