"""Units, sites and facilities, with the days between which they are what they are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.project.folding import fold


class Level(models.TextChoices):
    """The levels of the administrative tree."""

    PROVINCE = "province", _("province")
    DISTRICT = "district", _("district")
    COMMUNE = "commune", _("commune")
    HAMLET = "hamlet", _("hamlet")


class Named(models.Model):
    """Something found by its name, with or without accents."""

    name: models.CharField[str, str]
    name_folded: models.CharField[str, str]

    class Meta:
        """Has no table of its own."""

        abstract = True

    def save(self, **options: Any) -> None:
        """Fold the name with every save of it."""
        self.name_folded = fold(self.name)
        super().save(**options)


class Unit(Named):
    """An administrative unit. Boundaries and names change; what was valid on a day is asked with a day."""

    writes: ClassVar[int] = 0  # of this process: the tree that is kept in it is read again

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    name_folded = models.CharField(max_length=120, db_index=True)
    level = models.CharField(max_length=10, choices=Level.choices)
    kind = models.CharField(
        max_length=20, blank=True, help_text="as it is called: Xã, Phường, Thị trấn, Huyện, ..."
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors"
    )
    population = models.PositiveIntegerField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)

    class Meta:
        """A code once at a time."""

        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def save(self, **options: Any) -> None:
        """Save, and let the tree be read again."""
        super().save(**options)
        Unit.writes += 1


class Site(Named):
    """A place where people meet: an industrial park, a plant in it, a school, a market, a boarding house."""

    class Kind(models.TextChoices):
        """What is done there."""

        PARK = "park", _("industrial park")
        PLANT = "plant", _("plant")
        SCHOOL = "school", _("school")
        MARKET = "market", _("market")
        LODGING = "lodging", _("boarding house")
        OTHER = "other", _("other place")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    name_folded = models.CharField(max_length=160, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="sites")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        """By name."""

        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Facility(Named):
    """Where people are treated, kept apart or tested, with how many it takes."""

    class Kind(models.TextChoices):
        """What it is for."""

        HOSPITAL = "hospital", _("hospital")
        QUARANTINE = "quarantine", _("quarantine place")
        LABORATORY = "laboratory", _("laboratory")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    name_folded = models.CharField(max_length=160, blank=True, db_index=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="facilities")
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text="beds, places, or samples a day")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        """By name."""

        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Installation(models.Model):
    """The province that this installation serves: one row."""

    pack_ref = models.CharField(max_length=300)
    province = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    code_prefix = models.CharField(max_length=6, help_text="of human codes, for example BG")
    is_synthetic = models.BooleanField(
        default=False, help_text="whether its persons are made up; every page then says so"
    )

    def __str__(self) -> str:
        """Return the province."""
        return str(self.province)
