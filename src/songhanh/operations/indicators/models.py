"""What is kept of a situation: one snapshot and its line list."""

from __future__ import annotations

from django.db import models


class Snapshot(models.Model):
    """Where a province stood on a date, as the decision room summarised it."""

    pack_id = models.CharField(max_length=80)
    pack_hash = models.CharField(max_length=64)
    as_of = models.DateField()
    seed = models.BigIntegerField()
    document = models.JSONField(help_text="songhanh-situation/1 without its line list")
    geometry = models.JSONField(help_text="GeoJSON of the communes")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One snapshot for each thing that could change it."""

        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["pack_hash", "as_of", "seed"], name="one_snapshot_per_run"),
        ]

    def __str__(self) -> str:
        """Return the pack and the date."""
        return f"{self.pack_id} {self.as_of.isoformat()}"


class LineListCase(models.Model):
    """One row of the synthetic line list."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="cases")
    code = models.CharField(max_length=40)
    reported_on = models.DateField()
    area_code = models.CharField(max_length=20)
    area_name = models.CharField(max_length=120)
    district_name = models.CharField(max_length=120)
    age_group = models.CharField(max_length=20)
    site_id = models.CharField(max_length=80, blank=True)
    site_name = models.JSONField(null=True)
    lodger = models.BooleanField(help_text="lives in rented rooms near the parks")
    found = models.CharField(max_length=20)

    class Meta:
        """Newest first; the filters of the page have their index."""

        ordering = ["-reported_on", "code"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "code"], name="case_code_once_a_snapshot"),
        ]
        indexes = [
            models.Index(fields=["snapshot", "-reported_on", "code"], name="case_by_day"),
            models.Index(fields=["snapshot", "area_code"], name="case_by_area"),
        ]

    def __str__(self) -> str:
        """Return the case's code."""
        return self.code
