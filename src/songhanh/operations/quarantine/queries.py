"""Reads of stays, and what stands against a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from songhanh.operations.quarantine.models import Stay
from songhanh.operations.quarantine.rules import Rule, rule_on
from songhanh.operations.sampling.models import WAITING, Sample
from songhanh.operations.tracing.models import Standing

POSITIVE, NEGATIVE = Sample.Result.POSITIVE, Sample.Result.NEGATIVE


@dataclass(frozen=True)
class Reason:
    """Something that stands against a release."""

    code: str
    words: str


def reasons_against(stay: Stay, on: date) -> list[Reason]:
    """Return what stands against releasing somebody on a day, with what to do about it."""
    samples = list(
        Sample.objects.filter(person_id=stay.person_id, taken_at__gte=first_instant(stay)).order_by(
            "taken_at"
        )
    )
    level = Standing.objects.filter(person_id=stay.person_id).values_list("level", flat=True).first()
    return reasons_of(stay, on, [(row.taken_at, row.result) for row in samples], level)


def reasons_of(
    stay: Stay, on: date, samples: Sequence[tuple[datetime, str]], level: int | None
) -> list[Reason]:
    """Return the reasons, given the results of the stay's samples in order and the person's level; pure."""
    reasons = []
    if on < stay.until_on:
        days = (stay.until_on - on).days
        words = _("The last day is %(date)s, in %(days)s days.") % {
            "date": f"{stay.until_on:%d/%m/%Y}",
            "days": days,
        }
        reasons.append(Reason("not-reached", words))
    waiting = [taken_at for taken_at, result in samples if result in WAITING]
    if waiting:
        since = timezone.localtime(waiting[0])
        words = _("A result is pending since %(date)s: ask the laboratory.") % {
            "date": f"{since:%d/%m/%Y %H:%M}"
        }
        reasons.append(Reason("pending", words))
    answered = [(taken_at, result) for taken_at, result in samples if result in (POSITIVE, NEGATIVE)]
    if answered and answered[-1][1] == POSITIVE:
        reasons.append(Reason("positive", _("The last result is positive: hand over to treatment instead.")))
    return reasons + _missing(
        stay, [timezone.localtime(taken_at).date() for taken_at, _result in answered], level
    )


def _missing(stay: Stay, days: Sequence[date], level: int | None) -> list[Reason]:
    needed = samples_needed(stay, level)
    if not needed:
        return []
    reasons = []
    if len(days) < len(needed):
        words = _("%(n)s of %(of)s required samples have a result: take the missing one.") % {
            "n": len(days), "of": len(needed),
        }  # fmt: skip
        reasons.append(Reason("samples-missing", words))
    last = day_of_stay(stay, needed[-1]) - timedelta(days=1)
    if len(days) >= len(needed) and days[-1] < last:
        words = _("The last sample must be of %(date)s or later.") % {"date": f"{last:%d/%m/%Y}"}
        reasons.append(Reason("last-sample-missing", words))
    return reasons


def samples_needed(stay: Stay, level: int | None) -> tuple[int, ...]:
    """Return the days of a stay on which the policy of its first day asks for a sample.

    At home that is asked of close contacts only: those further away stay at home without samples.
    """
    rule: Rule | None = rule_on(stay.from_on)
    if rule is None or (stay.is_home and level != 1):
        return ()
    return rule.samples_by((stay.until_on - stay.from_on).days + 1)


def day_of_stay(stay: Stay, day: int) -> date:
    """Return the date of a day of a stay; the first is day 1."""
    return stay.from_on + timedelta(days=day - 1)


def first_instant(stay: Stay) -> datetime:
    """Return since when samples count for a stay: the day before, because they are taken on the way too."""
    return timezone.make_aware(datetime.combine(stay.from_on - timedelta(days=1), time.min))


def stays(user: Any) -> Any:
    """Return the stays that somebody may see."""
    return Stay.objects.visible_to(user)
