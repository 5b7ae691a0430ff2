"""Samples: taken, pending, answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Facility, Unit
from songhanh.operations.project.base import Registered
from songhanh.operations.project.classes import classify

WAITING = ("pending", "retest")  # no answer yet: not from the laboratory, or only for the whole pool


class Sample(Registered):
    """One person's sample. ``tube`` is shared by the members of a pool."""

    class Kind(models.TextChoices):
        """How it is tested."""

        PCR = "pcr", _("PCR")
        ANTIGEN = "antigen", _("antigen")

    class Result(models.TextChoices):
        """What the laboratory said."""

        PENDING = "pending", _("pending")
        POSITIVE = "positive", _("positive")
        NEGATIVE = "negative", _("negative")
        INVALID = "invalid", _("invalid")
        RETEST = "retest", _("pool positive, to be tested singly")

    FIELD_CLASSES = classify(
        sensitive="kind taken_at result result_at ct_value reason tube laboratory external_ids",
        shareable="id uuid version created_at updated_at person unit entered_by",
    )
    UNIT_PATH = "unit"
    PERSON_PATH = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="samples")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("test"), max_length=8, choices=Kind.choices, default=Kind.PCR)
    taken_at = models.DateTimeField(_("taken at"))
    tube = models.CharField(_("tube"), max_length=40, blank=True, db_index=True)
    laboratory = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("laboratory"),
    )
    result = models.CharField(_("result"), max_length=8, choices=Result.choices, default=Result.PENDING)
    result_at = models.DateTimeField(_("result at"), null=True, blank=True)
    ct_value = models.DecimalField(_("Ct value"), max_digits=4, decimal_places=1, null=True, blank=True)
    reason = models.CharField(_("why"), max_length=80, blank=True)
    external_ids = models.JSONField(default=dict, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = VisibleQuerySet.as_manager()

    class Meta:
        """Newest first; pending ones by age."""

        ordering = ["-taken_at", "-id"]
        indexes = [
            models.Index(fields=["-taken_at", "-id"], name="sample_newest"),
            models.Index(fields=["unit", "-taken_at"], name="sample_by_unit"),
            models.Index(fields=["result", "-taken_at", "-id"], name="sample_by_result"),
            models.Index(fields=["person", "taken_at"], name="sample_by_person"),
            models.Index(fields=["unit", "result", "taken_at"], name="sample_by_unit_result"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return f"sample {self.pk}"
