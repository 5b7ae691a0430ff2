"""Cases with their history of classification, clusters, exposures and symptoms."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.scope import VisibleQuerySet
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Facility, Site, Unit
from songhanh.operations.project.base import Registered
from songhanh.operations.project.classes import classify


class Classification(models.TextChoices):
    """What a case is held to be."""

    SUSPECTED = "suspected", _("suspected")
    PROBABLE = "probable", _("probable")
    CONFIRMED = "confirmed", _("confirmed")
    NOT_A_CASE = "not-a-case", _("not a case")


class Found(models.TextChoices):
    """Where a case was found, in the words of the line list of the models."""

    COMMUNITY = "community", _("in the community")
    QUARANTINE = "quarantine", _("in quarantine")
    SEALED = "sealed", _("in a sealed area")
    IMPORTED = "imported", _("on arrival")
    UNKNOWN = "unknown", _("not known")


class Outcome(models.TextChoices):
    """How it went."""

    ACTIVE = "active", _("under treatment or isolated")
    RECOVERED = "recovered", _("recovered")
    DIED = "died", _("died")
    TRANSFERRED = "transferred", _("transferred to another province")
    UNKNOWN = "unknown", _("not known")


class Severity(models.TextChoices):
    """The worst so far."""

    NONE = "none", _("no symptoms")
    MILD = "mild", _("mild")
    MODERATE = "moderate", _("moderate")
    SEVERE = "severe", _("severe")
    CRITICAL = "critical", _("critical")
    UNKNOWN = "unknown", _("not known")


class Symptom(models.TextChoices):
    """The symptoms that are asked for."""

    FEVER = "fever", _("fever")
    COUGH = "cough", _("cough")
    SORE_THROAT = "sore-throat", _("sore throat")
    RUNNY_NOSE = "runny-nose", _("runny nose")
    BREATHLESS = "breathless", _("short of breath")
    TIRED = "tired", _("tired")
    HEADACHE = "headache", _("headache")
    ACHES = "aches", _("muscle aches")
    NO_SMELL = "no-smell", _("loss of smell")
    NO_TASTE = "no-taste", _("loss of taste")
    DIARRHOEA = "diarrhoea", _("diarrhoea")
    NAUSEA = "nausea", _("nausea")
    CHEST_PAIN = "chest-pain", _("chest pain")
    OTHER = "other", _("other")


class CodeCounter(models.Model):
    """How many case codes of a year were given out: the row that two writers wait for, so that no number is skipped."""

    FIELD_CLASSES = classify(shareable="id year last")
    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Return the year and its last number."""
        return f"{self.year}: {self.last}"


class Cluster(Registered):
    """Cases that belong together: a workplace, a hamlet, an event."""

    FIELD_CLASSES = classify(
        sensitive="name site note", shareable="id uuid version created_at updated_at unit began_on closed_on"
    )
    UNIT_PATH = "unit"
    PERSON_PATH = None
    name = models.CharField(_("name"), max_length=160)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("commune")
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    began_on = models.DateField(_("began on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        """Newest first."""

        ordering = ["-began_on", "-id"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Case(Registered):
    """One episode of one person."""

    FIELD_CLASSES = classify(
        identifying="external_ids",
        sensitive="onset_on has_symptoms symptoms sampled_on confirmed_on isolated_on admitted_on facility outcome outcome_on "
        "severity source_case source_note cluster note site vaccine_doses ct_value",
        shareable="id uuid version created_at updated_at code national_code person unit classification reported_on found "
        "entered_by is_synthetic",
    )
    UNIT_PATH = "unit"
    PERSON_PATH = "person"

    code = models.CharField(max_length=20, unique=True, editable=False, help_text="BG-2021-000123")
    national_code = models.CharField(
        _("national number"), max_length=20, blank=True, db_index=True, help_text="BN3456"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commune responsible"),
    )
    classification = models.CharField(
        _("classification"), max_length=12, choices=Classification.choices, default=Classification.SUSPECTED
    )
    reported_on = models.DateField(_("reported on"))
    onset_on = models.DateField(_("onset of symptoms"), null=True, blank=True)
    has_symptoms = models.BooleanField(_("has symptoms"), null=True, blank=True)
    symptoms = models.JSONField(_("symptoms"), default=list, blank=True, help_text="codes: fever, cough, ...")
    sampled_on = models.DateField(_("sample taken on"), null=True, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    isolated_on = models.DateField(_("isolated on"), null=True, blank=True)
    admitted_on = models.DateField(_("admitted on"), null=True, blank=True)
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("treated at"),
    )
    severity = models.CharField(
        _("severity"), max_length=10, choices=Severity.choices, default=Severity.UNKNOWN
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, default=Outcome.ACTIVE)
    outcome_on = models.DateField(_("date of the outcome"), null=True, blank=True)
    found = models.CharField(_("where found"), max_length=10, choices=Found.choices, default=Found.UNKNOWN)
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("workplace or school"),
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("cluster"),
    )
    source_case = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="infected",
        verbose_name=_("infected by"),
    )
    source_note = models.CharField(_("source, in words"), max_length=200, blank=True)
    vaccine_doses = models.PositiveSmallIntegerField(_("vaccine doses"), null=True, blank=True)
    ct_value = models.DecimalField(_("Ct value"), max_digits=4, decimal_places=1, null=True, blank=True)
    external_ids = models.JSONField(
        default=dict, blank=True, editable=False, help_text="{system: id} of foreign systems"
    )
    note = models.TextField(_("note"), blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    is_synthetic = models.BooleanField(default=False, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        """Newest first; lists by place, day and kind."""

        ordering = ["-reported_on", "-id"]
        indexes = [
            models.Index(fields=["-reported_on", "-id"], name="case_newest"),
            models.Index(fields=["unit", "-reported_on", "-id"], name="case_by_unit"),
            models.Index(fields=["classification", "-reported_on"], name="case_by_class"),
            models.Index(fields=["found", "-reported_on"], name="case_by_found"),
            models.Index(fields=["cluster", "-reported_on"], name="case_by_cluster"),
        ]

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class ClassificationChange(models.Model):
    """One step of a case's classification; the history, newest last."""

    FIELD_CLASSES = classify(sensitive="reason", shareable="id case before after on at by")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="history")
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, choices=Classification.choices)
    on = models.DateField()
    reason = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """In order."""

        ordering = ["id"]

    def __str__(self) -> str:
        """Return the step."""
        return f"{self.before} -> {self.after}"


class Exposure(Registered):
    """An epidemiological milestone: a case was in a place between two instants. Published ones name place and time only."""

    FIELD_CLASSES = classify(
        sensitive="place unit site began_at ended_at note",
        shareable="id uuid version created_at updated_at case published_until",
    )
    UNIT_PATH = "case__unit"
    PERSON_PATH = "case__person"
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exposures")
    place = models.CharField(_("place"), max_length=200)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("commune")
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))
    published_until = models.DateField(
        _("published until"), null=True, blank=True, help_text="empty: not published"
    )
    note = models.TextField(_("note"), blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        """In order of time."""

        ordering = ["began_at"]
        indexes = [models.Index(fields=["published_until"], name="exposure_published")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(began_at__lte=models.F("ended_at")), name="exposure_in_order"
            )
        ]

    def __str__(self) -> str:
        """Return case and time, not the place."""
        return f"{self.case_id} {self.began_at.isoformat()}"
