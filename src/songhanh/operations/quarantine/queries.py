"""Reads of stays, and what stands against a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.cases.models import Case, Classification, Outcome
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Facility
from songhanh.operations.places.queries import communes_below, is_valid
from songhanh.operations.project.clock import today
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


def stays(user: Any, *, unit: int | None = None, place: int | None = None, state: str = "open") -> Any:
    """Return the stays that pass the filters: those that end first on top, ended ones by their end."""
    rows = Stay.objects.visible_to(user).select_related("person", "unit__parent", "place")
    if unit:
        rows = rows.filter(unit__in=communes_below(unit))
    if place:
        rows = rows.filter(place=place)
    if state == "ended":
        return rows.filter(released_on__isnull=False).order_by("-released_on", "-pk")
    rows = rows.filter(released_on__isnull=True)
    if state == "due":
        rows = rows.filter(until_on__lte=today())
    return rows.order_by("until_on", "pk")


@dataclass(frozen=True)
class Occupancy:
    """How full a place is tonight."""

    place: Facility
    inside: int

    @property
    def free(self) -> int | None:
        """Return how many more it takes; less than none where it is too full; None where nobody knows."""
        return None if self.place.capacity is None else self.place.capacity - self.inside

    @property
    def over(self) -> int:
        """Return by how many it is too full."""
        return max(0, -(self.free or 0))

    @property
    def share(self) -> float | None:
        """Return which share of the places is taken."""
        return self.inside / self.place.capacity if self.place.capacity else None


def occupancy() -> list[Occupancy]:
    """Return the places with how many are inside, the fullest first; counts are shown to all who see the list."""
    inside = dict(
        Stay.objects.filter(released_on__isnull=True, place__isnull=False)
        .order_by().values_list("place").annotate(n=Count("pk"))
    )  # fmt: skip
    rows = [
        place for place in Facility.objects.filter(kind=Facility.Kind.QUARANTINE) if _is_shown(place, inside)
    ]
    found = [Occupancy(place, inside.get(place.pk, 0)) for place in rows]
    return sorted(found, key=lambda row: (-(row.share or 0.0), row.place.name))


def _is_shown(place: Facility, inside: dict[int, int]) -> bool:
    return place.pk in inside or is_valid(place, today())


@dataclass(frozen=True)
class Absent:
    """What a firm is told of one of its own: who, and until when. Never why."""

    name: str
    site: str
    until: date


def absent(user: Any) -> tuple[list[Absent], list[int]]:
    """Return who of the reader's own sites is absent and until when, and the ids of these persons.

    Cases and contacts look the same here: a case has no known end, so the days of the rule stand for it.
    """
    sites = scope_of(user).sites
    if not sites:
        return [], []
    own = Q(person__site__in=sites) | Q(person__site__parent__in=sites)
    rows = Stay.objects.filter(own, released_on__isnull=True).values_list("person_id", "until_on")
    until: dict[int, date] = {}
    tomorrow = today() + timedelta(days=1)
    for person, last in rows:
        until[person] = max(last, today())
    sick = Case.objects.filter(
        own, classification=Classification.CONFIRMED, outcome__in=(Outcome.ACTIVE, Outcome.UNKNOWN)
    )
    for person, reported_on in sick.values_list("person_id", "reported_on"):
        rule = rule_on(reported_on)
        last = rule.last_day(reported_on) if rule else tomorrow
        until[person] = max(last, until.get(person, tomorrow))
    people = Person.objects.filter(pk__in=until).select_related("site").order_by("name_key", "pk")
    found = [Absent(row.full_name, row.site.name if row.site else "", until[row.pk]) for row in people]
    return found, sorted(until)
