"""Persons, and the merges of two rows that were one person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.project.base import Registered
from songhanh.operations.project.classes import classify
from songhanh.operations.project.folding import fold


def name_key(folded: str) -> str:
    """Return the given name and the family name: ``huong nguyen`` of ``nguyen thi huong``.

    People here are asked for by their given name, which is the last word; middle names are left out or added.
    """
    words = folded.split()
    return " ".join((words[-1], words[0]) if len(words) > 1 else words)


class PersonQuerySet(VisibleQuerySet):
    """Persons, folded however they are written."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Fold the names first: what is not folded is not found."""
        rows = list(objs)
        for row in rows:
            row.fold_name()
        return super().bulk_create(rows, *args, **options)


class Sex(models.TextChoices):
    """As registered."""

    MALE = "male", _("male")
    FEMALE = "female", _("female")
    OTHER = "other", _("other")
    UNKNOWN = "unknown", _("unknown")


class Person(Registered):
    """Somebody, with as much identity as is known: no field but the name is required, and that may be a description."""

    FIELD_CLASSES = classify(
        identifying="full_name name_folded name_key born_on id_number phone phone_owner address external_ids",
        sensitive="birth_year occupation hamlet note site lodging",
        shareable="uuid version created_at updated_at sex nationality unit merged_into id is_synthetic",
    )
    UNIT_PATH = "unit"  # what `visible_to` filters by
    PERSON_PATH = "id"  # what a broken glass opens

    full_name = models.CharField(_("full name"), max_length=160)
    name_folded = models.CharField(max_length=160, db_index=True, editable=False)
    name_key = models.CharField(
        max_length=160, blank=True, db_index=True, editable=False, help_text="given name, family name; folded"
    )
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    id_number = models.CharField(_("identity number"), max_length=20, blank=True, db_index=True)
    phone = models.CharField(
        _("telephone"), max_length=30, blank=True, db_index=True, help_text="E.164 where it can be read"
    )
    phone_owner = models.CharField(_("whose telephone"), max_length=80, blank=True)
    nationality = models.CharField(_("nationality"), max_length=2, default="VN")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("commune")
    )
    hamlet = models.CharField(_("hamlet"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("workplace or school"),
    )
    lodging = models.CharField(_("boarding house or dormitory"), max_length=120, blank=True)
    occupation = models.CharField(_("occupation"), max_length=120, blank=True)
    external_ids = models.JSONField(default=dict, blank=True, help_text="{system: id} of foreign systems")
    note = models.TextField(_("note"), blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed"
    )
    is_synthetic = models.BooleanField(default=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        """Found by place and by name."""

        indexes = [
            models.Index(fields=["unit", "name_folded"], name="person_by_unit"),
            models.Index(fields=["unit", "name_key"], name="person_by_unit_key"),
            models.Index(fields=["birth_year", "name_key"], name="person_by_year_key"),
            models.Index(fields=["site"], name="person_by_site"),
        ]

    def fold_name(self) -> None:
        """Write the name as it is searched."""
        self.name_folded = fold(self.full_name)[:160]
        self.name_key = name_key(self.name_folded)

    def save(self, **options: Any) -> None:
        """Fold the name with every save of it."""
        self.fold_name()
        super().save(**options)

    def __str__(self) -> str:
        """Return no name: this text reaches logs."""
        return f"person {self.pk}"


class Merge(models.Model):
    """Two rows that became one; enough is kept to make them two again."""

    FIELD_CLASSES = classify(
        identifying="kept_before absorbed_before", sensitive="reason moved",
        shareable="id kept absorbed at by undone_at undone_by",
    )  # fmt: skip
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kept_before = models.JSONField(help_text="the fields of the kept row before")
    absorbed_before = models.JSONField()
    moved = models.JSONField(
        help_text="{app.model.field: [ids]} of the rows that pointed to the absorbed person"
    )
    reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        """Newest first."""

        ordering = ["-id"]

    def __str__(self) -> str:
        """Return the two."""
        return f"{self.absorbed_id} into {self.kept_id}"


class Distinct(models.Model):
    """Two persons whom somebody looked at and found to be two; they are not proposed again."""

    FIELD_CLASSES = classify(shareable="id first second at by")
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """Each pair once, the smaller id first."""

        constraints = [models.UniqueConstraint(fields=["first", "second"], name="distinct_once")]

    def __str__(self) -> str:
        """Return the two."""
        return f"{self.first_id} is not {self.second_id}"


class Suspect(models.Model):
    """Two rows that may be one person, for somebody to look at; they wait here instead of asking with every entry."""

    FIELD_CLASSES = classify(sensitive="score codes", shareable="id first second put_off_at found_at")
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    codes = models.JSONField(default=list, help_text="what speaks for it and against it")
    found_at = models.DateTimeField(auto_now_add=True)
    put_off_at = models.DateTimeField(null=True, help_text="looked at without a decision: goes to the end")

    class Meta:
        """Each pair once, the smaller id first; the likeliest first."""

        constraints = [models.UniqueConstraint(fields=["first", "second"], name="suspect_once")]
        indexes = [models.Index(fields=["put_off_at", "-score"], name="suspect_by_score")]

    def __str__(self) -> str:
        """Return the two."""
        return f"{self.first_id} ~ {self.second_id}"


class SuspectSearch(models.Model):
    """How far the search for duplicates has come: one row."""

    looked_until = models.BigIntegerField(default=0, help_text="id of the last person that was compared")

    def __str__(self) -> str:
        """Return the id."""
        return str(self.looked_until)
