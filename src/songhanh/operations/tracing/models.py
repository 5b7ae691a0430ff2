"""Contacts between persons, what makes somebody a source, the levels that follow, and who looks after whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.project.base import Registered
from songhanh.operations.project.classes import classify

# The days that levels are counted on (`songhanh.response.levels`): a date outside them is a slip of the pen.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


class Setting(models.TextChoices):
    """Where people met."""

    HOME = "home", _("household")
    LODGING = "lodging", _("boarding house or dormitory")
    WORK = "work", _("workplace")
    SHUTTLE = "shuttle", _("bus or shuttle")
    SCHOOL = "school", _("school")
    HEALTH = "health", _("health facility")
    MARKET = "market", _("market or shop")
    GATHERING = "gathering", _("gathering")
    OTHER = "other", _("other")
    UNKNOWN = "unknown", _("unknown")


class Proximity(models.TextChoices):
    """How close."""

    DIRECT = "direct", _("physical contact")
    CLOSE = "close", _("within 2 m")
    ROOM = "room", _("same room")
    OTHER = "other", _("other")


class Contact(Registered):
    """Two persons met between two days (both included). ``source`` is who was the case or nearer to it when it was told."""

    FIELD_CLASSES = classify(
        sensitive="happened_from happened_until setting proximity site presence_list note relation",
        shareable="id uuid version created_at updated_at source person unit recorded_by is_void",
    )
    UNIT_PATH = "unit"
    PERSON_PATH = "person"

    source = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts_told")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts_named")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", help_text="commune of the contact person"
    )
    happened_from = models.DateField(_("first day"))
    happened_until = models.DateField(_("last day"))
    setting = models.CharField(_("setting"), max_length=10, choices=Setting.choices, default=Setting.UNKNOWN)
    proximity = models.CharField(
        _("proximity"), max_length=8, choices=Proximity.choices, default=Proximity.CLOSE
    )
    relation = models.CharField(_("relation"), max_length=80, blank=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    presence_list = models.ForeignKey(
        "PresenceList", on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    note = models.TextField(_("note"), blank=True)
    is_void = models.BooleanField(default=False, help_text="found to be wrong; kept, and counts for nothing")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = VisibleQuerySet.as_manager()
    other: Person  # set by `queries.contacts_of`: whom the person of a page met

    class Meta:
        """The same meeting once."""

        indexes = [
            models.Index(fields=["unit", "-happened_until"], name="contact_by_unit"),
            models.Index(fields=["created_at"], name="contact_by_entry"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "person", "happened_from", "happened_until", "setting"], name="contact_once"
            ),
            models.CheckConstraint(condition=~Q(source=F("person")), name="contact_of_two"),
            models.CheckConstraint(
                condition=Q(happened_from__lte=F("happened_until")), name="contact_in_order"
            ),
            models.CheckConstraint(
                condition=Q(happened_from__gte=FIRST_DAY) & Q(happened_until__lte=LAST_DAY),
                name="contact_in_our_days",
            ),
        ]

    def __str__(self) -> str:
        """Return the two ids."""
        return f"{self.source_id} - {self.person_id}"


class Source(models.Model):
    """A person from whom levels are counted: a case, infectious between two days as the policy in force says."""

    FIELD_CLASSES = classify(
        sensitive="infectious_from infectious_until", shareable="id person is_active since_on"
    )
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="source")
    infectious_from = models.DateField()
    infectious_until = models.DateField(null=True, blank=True, help_text="isolation; open until then")
    is_active = models.BooleanField(default=True)
    since_on = models.DateField(help_text="day of confirmation: the clock of tracing starts")

    class Meta:
        """The active ones are asked for."""

        indexes = [models.Index(fields=["is_active", "since_on"], name="source_active")]
        constraints = [
            models.CheckConstraint(
                condition=Q(infectious_from__gte=FIRST_DAY) & Q(infectious_from__lte=LAST_DAY),
                name="source_in_our_days",
            )
        ]

    def __str__(self) -> str:
        """Return the person's id."""
        return f"source {self.person_id}"


class Standing(models.Model):
    """A person's level: 0 for a case, 1 for F1, ...; nobody without a level has a row, unless they were cleared."""

    FIELD_CLASSES = classify(
        sensitive="level exposed_on last_exposed_on until origin via arrivals cleared_on cleared_why",
        shareable="id person unit updated_at",
    )
    UNIT_PATH = "unit"
    PERSON_PATH = "person"

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="standing")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField(
        null=True, help_text="null: cleared, or no longer reached by any case"
    )
    exposed_on = models.DateField(null=True, help_text="day on which the path arrived")
    last_exposed_on = models.DateField(null=True, help_text="last day on which a path of this length arrives")
    until = models.DateField(null=True, help_text="last day of what the policy asks of this level")
    origin = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="the case at the start of the path",
    )
    via = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, related_name="+", help_text="last step of the path"
    )
    arrivals = models.TextField(
        blank=True, help_text="all days reached, by number of steps: what the next change is worked out from"
    )
    cleared_on = models.DateField(
        null=True, help_text="contacts up to this day count no more for this person"
    )
    cleared_why = models.CharField(max_length=20, blank=True, help_text="negative, quarantine-over, error")
    updated_at = models.DateTimeField(auto_now=True)

    objects = VisibleQuerySet.as_manager()
    is_identified: bool  # set by the gate
    case: Any  # set by `queries.dressed`: the case that the level is counted from

    class Meta:
        """Lists by level and place."""

        indexes = [
            models.Index(fields=["level", "-exposed_on", "-id"], name="standing_by_level"),
            models.Index(fields=["unit", "level", "-exposed_on", "-id"], name="standing_by_unit"),
            models.Index(fields=["-exposed_on", "-id"], name="standing_newest"),
            models.Index(fields=["origin", "level"], name="standing_by_origin"),
            models.Index(fields=["until", "level"], name="standing_by_end"),
        ]

    def __str__(self) -> str:
        """Return person and level."""
        return f"{self.person_id} F{self.level}"


class Team(models.Model):
    """Those who follow contacts up in a commune ("tổ COVID cộng đồng")."""

    name = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="teams")

    class Meta:
        """A name once in a unit."""

        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="team_once")]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class FollowUp(models.Model):
    """A visit or call that is due to a contact on a day, and what was found."""

    class State(models.TextChoices):
        """What came of it."""

        DUE = "due", _("due")
        WELL = "well", _("seen, well")
        ILL = "ill", _("seen, with symptoms")
        NOT_SEEN = "not-seen", _("not seen")
        LOST = "lost", _("cannot be found")
        VOID = "void", _("no longer needed")

    FIELD_CLASSES = classify(
        sensitive="state temperature symptoms note done_at",
        shareable="id uuid version person unit due_on team done_by",
    )
    UNIT_PATH = "unit"
    PERSON_PATH = "person"

    uuid = models.UUIDField(null=True, blank=True, unique=True, help_text="of the device that reported it")
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="follow_ups")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    symptoms = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = VisibleQuerySet.as_manager()
    is_identified: bool  # set by the gate
    level: int | None  # set by `rounds.by_hamlet`

    class Meta:
        """One a person and day."""

        constraints = [models.UniqueConstraint(fields=["person", "due_on"], name="follow_up_once")]
        indexes = [
            models.Index(fields=["unit", "due_on", "state"], name="follow_up_by_day"),
            models.Index(fields=["due_on", "state"], name="follow_up_of_day"),
        ]

    def __str__(self) -> str:
        """Return person and day."""
        return f"{self.person_id} {self.due_on}"


class PresenceList(models.Model):
    """Who was in a place on a day: a shift, a line, a dormitory room, a bus, a check-in list. It cannot be browsed."""

    class Kind(models.TextChoices):
        """What the list is of."""

        SHIFT = "shift", _("shift or line")
        ROOM = "room", _("dormitory room")
        BUS = "bus", _("bus")
        CHECK_IN = "check-in", _("check-in")

    FIELD_CLASSES = classify(
        sensitive="label kind on", shareable="id uuid site unit handed_in_by handed_in_at expires_on n_rows"
    )
    uuid = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    label = models.CharField(max_length=120, help_text="line, room, number of the bus")
    on = models.DateField()
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    handed_in_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(help_text="deleted on this day")
    n_rows = models.PositiveIntegerField(default=0)

    class Meta:
        """Deleted by day."""

        indexes = [models.Index(fields=["expires_on"], name="presence_expiry")]

    def __str__(self) -> str:
        """Return kind and day."""
        return f"{self.kind} {self.on}"


class Presence(models.Model):
    """One person on a presence list, between two minutes of the day."""

    FIELD_CLASSES = classify(sensitive="minute_from minute_until", shareable="id list person")
    list = models.ForeignKey(PresenceList, on_delete=models.CASCADE, related_name="rows")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    minute_from = models.PositiveSmallIntegerField(default=0)
    minute_until = models.PositiveSmallIntegerField(default=1440)

    def __str__(self) -> str:
        """Return list and person."""
        return f"{self.list_id} {self.person_id}"
