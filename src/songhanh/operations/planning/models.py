"""What is kept of a decision run: the question, its answer, and the job that works on it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_WORLDS = 10_000  # what the command line allows; the form of the page allows fewer


class Evaluation(models.Model):
    """A question (plans of a pack, from a date, on so many worlds) and, once computed, its answer."""

    pack_ref = models.CharField(max_length=300, help_text="name of an embedded example, or a folder")
    pack_id = models.CharField(max_length=80, blank=True)
    pack_hash = models.CharField(max_length=64, blank=True)
    as_of = models.DateField()
    seed = models.BigIntegerField(default=1, validators=[MinValueValidator(0)])
    n_worlds = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(MOST_WORLDS)]
    )
    result = models.JSONField(null=True, help_text="songhanh-evaluation/1; empty until the job is done")
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; a seed or a number of worlds outside its range is refused by the database too."""

        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(seed__gte=0), name="seed_not_negative"),
            models.CheckConstraint(
                condition=models.Q(n_worlds__gte=1, n_worlds__lte=MOST_WORLDS), name="worlds_in_range"
            ),
        ]

    def __str__(self) -> str:
        """Return the question in short."""
        return f"{self.pack_ref} {self.as_of.isoformat()} seed {self.seed}, {self.n_worlds} worlds"


class Job(models.Model):
    """Our own row of a background run: what Django's task queue does not tell, and cannot recover."""

    class State(models.TextChoices):
        """Where a job stands. Only queued and running ones can change."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="jobs")
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
