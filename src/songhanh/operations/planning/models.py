"""What is kept of planning: questions to the models with their answers, the jobs that work on them, decisions."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_WORLDS = 10_000  # what the command line allows; the forms of the pages allow fewer


class Kind(models.TextChoices):
    """What can be asked of the models."""

    EVALUATE = "evaluate", _("comparison of plans")
    FORECAST = "forecast", _("forecast")
    PRIORITIES = "priorities", _("priorities of areas")
    SEARCH = "search", _("search for better plans")
    WHAT_IF = "what_if", _("what if")
    RECORD = "record", _("record of a decided plan")
    RERUN = "rerun", _("decided plan computed again")


class Run(models.Model):
    """A question to the models and, once computed, its answer."""

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.EVALUATE)
    pack_ref = models.CharField(max_length=300, help_text="name of an embedded example, or a folder")
    pack_id = models.CharField(max_length=80, blank=True)
    pack_hash = models.CharField(max_length=64, blank=True)
    as_of = models.DateField()
    seed = models.BigIntegerField(default=1, validators=[MinValueValidator(0)])
    n_worlds = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(MOST_WORLDS)]
    )
    details = models.JSONField(
        default=dict, help_text="the rest of the question, by kind: ceilings, plan, base"
    )
    question_id = models.CharField(max_length=64, help_text="SHA-256 of the question")
    result = models.JSONField(null=True, help_text="the document; empty until the job is done")
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; a seed or a number of worlds outside its range is refused by the database too."""

        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["kind", "-ready_at"], name="run_by_kind")]
        constraints = [
            models.CheckConstraint(condition=models.Q(seed__gte=0), name="seed_not_negative"),
            models.CheckConstraint(
                condition=models.Q(n_worlds__gte=1, n_worlds__lte=MOST_WORLDS), name="worlds_in_range"
            ),
        ]

    def __str__(self) -> str:
        """Return the question in short."""
        return (
            f"{self.kind} {self.pack_ref} {self.as_of.isoformat()} seed {self.seed}, {self.n_worlds} worlds"
        )

    def question(self) -> dict[str, Any]:
        """Return the question as the models are asked it."""
        return {
            "pack_ref": self.pack_ref,
            "as_of": self.as_of,
            "seed": self.seed,
            "n_worlds": self.n_worlds,
            **self.details,
        }


class Job(models.Model):
    """Our own row of a background run: what Django's task queue does not tell, and cannot recover."""

    class State(models.TextChoices):
        """Where a job stands. Only queued and running ones can change."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="jobs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    task_id = models.CharField(max_length=64, blank=True, help_text="its entry in the task queue")
    attempt = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=200, blank=True)
    stage_started_at = models.DateTimeField(null=True, help_text="the pace of a stage gives the time left")
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True, help_text="what was wrong and what to do, for people")
    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; a running job always has a heartbeat, so that recovery can never overlook one."""

        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="job_by_heartbeat")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(heartbeat_at__isnull=False),
                name="running_job_has_heartbeat",
            ),
        ]

    def __str__(self) -> str:
        """Return the job's number and state."""
        return f"job {self.pk} {self.state}"

    @property
    def is_open(self) -> bool:
        """Say whether the job can still change."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class Decision(models.Model):
    """Who decided, in what office, why and when. Rows are added, never changed."""

    decided_by = models.CharField(max_length=120)
    post = models.CharField(max_length=160)
    reason = models.TextField()
    against_recommendation = models.BooleanField(default=False)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        abstract = True
        ordering = ["-decided_at", "-id"]


class DecidedPlan(Decision):
    """A plan that the committee adopted, as it was shown, and the record by which its numbers come out again."""

    kind = models.CharField(
        max_length=12, choices=Kind.choices, help_text="the kind of run it was taken from"
    )
    pack_ref = models.CharField(max_length=300)
    pack_id = models.CharField(max_length=80)
    as_of = models.DateField()
    seed = models.BigIntegerField()
    n_worlds = models.PositiveIntegerField()
    world_set = models.CharField(max_length=64, help_text="the worlds in which it was shown")
    plan_id = models.CharField(max_length=120)
    plan_hash = models.CharField(max_length=64)
    plan_toml = models.TextField(help_text="the plan as it is written")
    shown = models.JSONField(help_text="the plan as the committee saw it described")
    record = models.JSONField(null=True, help_text="songhanh-decided/1; empty until its job is done")

    class Meta(Decision.Meta):
        """Newest first."""

    def __str__(self) -> str:
        """Return the plan and the evening."""
        return f"{self.plan_id} as of {self.as_of.isoformat()}"


class Mode(models.TextChoices):
    """The three modes of an area."""

    EPIDEMIC_FIRST = "epidemic-first", _("epidemic first")
    BOTH = "both", _("both together")
    PRODUCTION = "production-under-guard", _("production under guard")


class PriorityDecision(Decision):
    """The mode that the committee set for one commune or district, from an evening on."""

    pack_id = models.CharField(max_length=80)
    area_code = models.CharField(max_length=20)
    area_level = models.CharField(max_length=10, choices=[("commune", "commune"), ("district", "district")])
    area_name = models.CharField(max_length=120)
    as_of = models.DateField(help_text="the evening on which it was decided")
    mode = models.CharField(max_length=24, choices=Mode.choices)
    recommended = models.CharField(max_length=24, choices=Mode.choices)
    legal_level = models.CharField(max_length=20)
    review_on = models.DateField()
    expires_on = models.DateField(null=True, help_text="production under guard ends unless decided anew")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="priority_decisions")

    class Meta(Decision.Meta):
        """Newest first; only production under guard expires, and it always does."""

        indexes = [models.Index(fields=["pack_id", "area_code", "-decided_at"], name="decision_by_area")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode="production-under-guard", expires_on__isnull=False)
                | (~models.Q(mode="production-under-guard") & models.Q(expires_on__isnull=True)),
                name="guarded_production_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(review_on__gte=models.F("as_of")), name="review_not_before"
            ),
        ]

    def __str__(self) -> str:
        """Return the area and its mode."""
        return f"{self.area_code} {self.mode} from {self.as_of.isoformat()}"
