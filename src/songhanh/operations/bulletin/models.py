"""The one-page reports that were made, with their figures as they were."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DailyReport(models.Model):
    """A report of an evening: its figures, and what was corrected by hand with a reason."""

    on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    document = models.JSONField(
        help_text="figures, differences between the files and the registry, text of the message"
    )

    class Meta:
        """Newest first."""

        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        """Return the day."""
        return self.on.isoformat()
