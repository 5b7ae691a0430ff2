"""The one-page reports that were made, with their figures as they were."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from songhanh.operations.places.models import Unit
from songhanh.operations.project.classes import classify


class DailyReport(models.Model):
    """A report of an evening: its figures, and what was corrected by hand with a reason. Versions are only added."""

    FIELD_CLASSES = classify(shareable="id on unit version made_at made_by document")
    on = models.DateField()
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="whose report; empty: the province's",
    )
    version = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    document = models.JSONField(
        help_text="figures, differences between the files and the registry, text of the message"
    )

    class Meta:
        """Newest first; each version once."""

        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "unit", "version"], name="report_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        """Return the day and the version."""
        return f"{self.on.isoformat()} ({self.version})"
