"""Batches of rows that came in, how their columns were read, and health declarations."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.cases.models import Symptom
from songhanh.operations.intake.fields import TARGET_WORDS
from songhanh.operations.places.models import Unit
from songhanh.operations.project.base import Registered
from songhanh.operations.project.classes import classify


class Batch(models.Model):
    """One file: what was made of each of its rows."""

    class State(models.TextChoices):
        """Where it stands; ``TRYING`` and ``COMMITTING`` are taken up again after a crash."""

        UPLOADED = "uploaded", _("uploaded")
        TRYING = "trying", _("being tried")
        TRIED = "tried", _("tried (dry run)")
        COMMITTING = "committing", _("being committed")
        COMMITTED = "committed", _("committed")
        FAILED = "failed", _("failed")

    FIELD_CLASSES = classify(
        identifying="content", sensitive="file_name mapping error",
        shareable="id uuid sha256 source_format target state n_rows n_created n_updated n_duplicate n_rejected n_done "
        "n_ambiguous by at committed_at expires_on options columns progress stage task_id attempt heartbeat_at queued_at "
        "cancel_requested",
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
    columns = models.JSONField(
        default=list, help_text="names of the columns, in the order of the cells of a row"
    )
    options = models.JSONField(default=dict, help_text="sheet, date order, commune of rows without one, ...")
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
    n_ambiguous = models.PositiveIntegerField(
        default=0, help_text="dates that could also be read the other way round"
    )
    progress = models.FloatField(default=0)
    stage = models.CharField(
        max_length=10, blank=True, help_text="what the worker was asked for: try, commit"
    )
    task_id = models.CharField(max_length=64, blank=True, help_text="its entry in the task queue")
    attempt = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True)
    expires_on = models.DateField(help_text="content and rows are deleted on this day")

    class Meta:
        """Newest first."""

        ordering = ["-id"]
        indexes = [
            models.Index(fields=["by", "-id"], name="batch_by_user"),
            models.Index(fields=["sha256"], name="batch_by_content"),
            models.Index(fields=["state", "heartbeat_at"], name="batch_by_heartbeat"),
            models.Index(fields=["expires_on"], name="batch_expiry"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return f"batch {self.pk}"

    @property
    def target_words(self) -> Any:
        """Return what the rows are, in the language of the page."""
        return TARGET_WORDS.get(self.target, self.target)

    @property
    def is_open(self) -> bool:
        """Say whether something is being done with it."""
        return self.state in (self.State.TRYING, self.State.COMMITTING)


class Row(models.Model):
    """What was made of one row of a file."""

    class Verdict(models.TextChoices):
        """Every row has exactly one."""

        CREATED = "created", _("created")
        UPDATED = "updated", _("updated")
        DUPLICATE = "duplicate", _("already there")
        REJECTED = "rejected", _("rejected")

    FIELD_CLASSES = classify(
        identifying="values key",
        sensitive="reasons",
        shareable="id batch number verdict object_type object_id is_done",
    )
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="as a spreadsheet counts: the header is row 1")
    values = models.JSONField(help_text="the cells as they came, in the order of the batch's columns")
    key = models.CharField(max_length=90, blank=True, help_text="by which the same row is known again")
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


class Known(models.Model):
    """What came in before: an id of a foreign system, or a row of a list, and whom or what it is here."""

    FIELD_CLASSES = classify(identifying="value said", shareable="id system kind person object_id")
    system = models.CharField(
        max_length=60, help_text="godata, sormas, ..., or row: and the layout of a list"
    )
    kind = models.CharField(
        max_length=12, help_text="person, case, contact, followup, sample, cluster; row for a row of a list"
    )
    value = models.CharField(max_length=100)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, related_name="+")
    object_id = models.BigIntegerField(null=True)
    said = models.JSONField(
        default=dict, help_text="{field: check sum} of what it said last: only what changed is taken over"
    )

    class Meta:
        """An id of a system once."""

        constraints = [models.UniqueConstraint(fields=["system", "kind", "value"], name="known_once")]
        indexes = [models.Index(fields=["kind", "object_id"], name="known_by_object")]

    def __str__(self) -> str:
        """Return system and kind, not the id."""
        return f"{self.system} {self.kind}"


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

    class Meta:
        """Newest first; lists by place, deletion by day."""

        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit", "state", "-id"], name="declaration_by_unit"),
            models.Index(fields=["expires_on"], name="declaration_expiry"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return f"declaration {self.pk}"

    @property
    def symptom_words(self) -> str:
        """Return the symptoms in the language of the page."""
        labels = dict(Symptom.choices)
        return ", ".join(str(labels.get(code, code)) for code in self.symptoms)
