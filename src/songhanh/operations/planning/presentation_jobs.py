"""A job in words: what it works on, how far it is, and where its answer is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from songhanh.operations.planning.models import Job, Kind, Run
from songhanh.operations.project.templatetags.songhanh import day, number

STAGES = {
    "histories": gettext_lazy("histories up to that evening"),
    "worlds": gettext_lazy("plans in each world"),
    "rules": gettext_lazy("rules in the search"),
    "fresh worlds": gettext_lazy("the best rules in fresh worlds"),
}
PAGES = {
    Kind.EVALUATE: "planning:decide",
    Kind.SEARCH: "planning:decide",
    Kind.FORECAST: "planning:forecast",
    Kind.PRIORITIES: "planning:priorities",
}


def remaining(job: Job, now: datetime) -> str:
    """Return the time a running job still needs, at its pace in this stage; empty while that is a guess."""
    if job.stage_started_at is None or not job.total or job.done < max(2, job.total // 50):
        return ""
    seconds = (now - job.stage_started_at).total_seconds() * (job.total - job.done) / job.done
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes) % {"n": minutes}


def question(run: Run) -> str:
    """Return what is asked, in one phrase."""
    fields = {"date": day(run.as_of), "seed": run.seed, "n": number(run.n_worlds)}
    if run.kind in (Kind.FORECAST, Kind.PRIORITIES):
        return _("evening of %(date)s, seed %(seed)s") % fields
    if run.kind == Kind.SEARCH:
        fields["rules"] = number(run.details["n_rules"])
        return _("evening of %(date)s, %(rules)s rules in %(n)s worlds, seed %(seed)s") % fields
    return _("evening of %(date)s, %(n)s worlds, seed %(seed)s") % fields


def answer_address(run: Run) -> str:
    """Return the page that shows the answer of a run."""
    if run.kind == Kind.WHAT_IF:
        return reverse("planning:what_if_result", args=[run.pk])
    if run.kind in (Kind.RECORD, Kind.RERUN):
        return reverse("planning:decided", args=[run.details["decided"]])
    address = reverse(PAGES[Kind(run.kind)])
    return address if run.kind == Kind.SEARCH else f"{address}?run={run.pk}"


def described(job: Job, now: datetime) -> dict[str, Any]:
    """Return everything that a page says of a job."""
    return {
        "job": job,
        "run": job.run,
        "kind": job.run.get_kind_display(),
        "question": question(job.run),
        "error": _(job.error) if job.error else "",
        "stage": STAGES.get(job.stage, job.stage),
        "remaining": remaining(job, now),
        "address": answer_address(job.run),
    }
