"""Stays in quarantine, at a place or at home."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Facility, Unit
from songhanh.operations.project.base import Registered
from songhanh.operations.project.classes import classify


class Ending(models.TextChoices):
    """How a stay came to its end."""

    RELEASED = "released", _("released")
    TRANSFERRED = "transferred", _("taken elsewhere")


class Stay(Registered):
    """One person kept apart from a day until a day. It ends by `release` only, and not while a result is pending."""

    FIELD_CLASSES = classify(
        sensitive="place from_on until_on released_on ending reason room external_ids",
        shareable="id uuid version created_at updated_at person unit is_home",
    )
    UNIT_PATH = "unit"
    PERSON_PATH = "person"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="stays")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_home = models.BooleanField(_("at home"), default=False)
    place = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stays",
        verbose_name=_("place"),
    )
    room = models.CharField(_("room"), max_length=40, blank=True)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("last day"))
    released_on = models.DateField(_("released on"), null=True, blank=True)
    ending = models.CharField(_("ending"), max_length=12, choices=Ending.choices, blank=True)
    reason = models.CharField(_("why"), max_length=80, blank=True)
    external_ids = models.JSONField(default=dict, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        """Open stays by last day."""

        constraints = [
            models.CheckConstraint(condition=Q(from_on__lte=F("until_on")), name="stay_in_order"),
            # Nobody is in two places; admitting twice at once (two officers, two devices) is refused.
            models.UniqueConstraint(
                fields=["person"], condition=Q(released_on__isnull=True), name="stay_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "released_on", "until_on"], name="stay_by_unit"),
            models.Index(
                fields=["until_on", "unit"], name="stay_open", condition=Q(released_on__isnull=True)
            ),
            models.Index(fields=["place", "released_on"], name="stay_by_place"),
        ]

    def __str__(self) -> str:
        """Return person and first day."""
        return f"{self.person_id} {self.from_on}"
