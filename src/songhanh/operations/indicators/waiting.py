"""Who is waiting: not yet traced, not sampled, a result over 24 hours, a release that is blocked; by commune."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from songhanh.operations.cases.models import Case, Classification
from songhanh.operations.places.models import Unit
from songhanh.operations.places.queries import communes_below, tree
from songhanh.operations.project.clock import today
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.quarantine.queries import first_instant, reasons_of
from songhanh.operations.sampling.models import Sample
from songhanh.operations.sampling.queries import LATE, samples
from songhanh.operations.tracing.models import Contact, Standing

TRACED_WITHIN_DAYS = 1  # 24 hours; of a confirmation the day is known, not the hour
NO_LONGER_ASKED_DAYS = 21  # of a case confirmed longer ago contacts are past their quarantine
HOURS = int(LATE.total_seconds() // 3600)


@dataclass(frozen=True)
class Kind:
    """One thing that somebody waits for: its name, what is counted, and the rows."""

    key: str
    name: Any
    definition: Any
    since: Any  # heading of the column that says since when
    rows: Callable[[Any], Any]  # rows of a user with `person`, `unit` and `since`


def untraced(user: Any) -> Any:
    """Return the confirmed cases of whom no contact was entered in time."""
    last = today() - timedelta(days=TRACED_WITHIN_DAYS)
    first = today() - timedelta(days=NO_LONGER_ASKED_DAYS)
    told = Contact.objects.filter(source_id=OuterRef("person_id"), is_void=False)
    # The day of the report is what the index has; a confirmation follows it within weeks.
    rows = Case.objects.visible_to(user).filter(
        classification=Classification.CONFIRMED, reported_on__gte=first - timedelta(days=NO_LONGER_ASKED_DAYS)
    )
    rows = rows.annotate(since=Coalesce("confirmed_on", "reported_on")).filter(
        since__gte=first, since__lte=last
    )
    return rows.filter(~Exists(told)).order_by("since", "pk")


def unsampled(user: Any) -> Any:
    """Return the close contacts (F1) within their days of whom no sample was taken since they met the case."""
    taken = Sample.objects.filter(person_id=OuterRef("person_id"), taken_at__gte=OuterRef("exposed_on"))
    rows = Standing.objects.visible_to(user).filter(level=1, until__gte=today())
    return rows.filter(~Exists(taken)).annotate(since=F("exposed_on")).order_by("exposed_on", "pk")


def late_results(user: Any) -> Any:
    """Return the samples that wait for a result for too long."""
    return samples(user, late=True)


def blocked(user: Any, units: Sequence[int] | None = None) -> Any:
    """Return the stays whose last day is reached and whose release is blocked."""
    due = _due(user)
    if units is not None:
        due = due.filter(unit__in=units)
    keys = [pk for pk, _unit in _blocked(due)]
    return (
        Stay.objects.visible_to(user)
        .filter(pk__in=keys)
        .annotate(since=F("until_on"))
        .order_by("until_on", "pk")
    )


def _due(user: Any) -> Any:
    return Stay.objects.visible_to(user).filter(released_on__isnull=True, until_on__lte=today())


def _blocked(due: Any) -> list[tuple[int, int | None]]:
    """Return the blocked ones of some due stays with their communes, by the rule that `release` asks."""
    stays = list(
        due.order_by().only("pk", "unit_id", "person_id", "from_on", "until_on", "is_home", "released_on")
    )
    people = [stay.person_id for stay in stays]
    taken: dict[int, list[tuple[Any, str]]] = defaultdict(list)
    levels: dict[int, int | None] = {}
    for part in range(0, len(people), 5_000):
        ids = people[part : part + 5_000]
        found = Sample.objects.filter(person__in=ids).order_by("person_id", "taken_at")
        for person, taken_at, result in found.values_list("person_id", "taken_at", "result"):
            taken[person].append((taken_at, result))
        levels |= dict(Standing.objects.filter(person__in=ids).values_list("person_id", "level"))
    on = today()
    kept = []
    for stay in stays:
        first = first_instant(stay)
        own = [row for row in taken[stay.person_id] if row[0] >= first]
        if reasons_of(stay, on, own, levels.get(stay.person_id)):
            kept.append((stay.pk, stay.unit_id))
    return kept


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "tracing", _("Not yet traced"),
            _("Confirmed cases of the last 21 days, confirmed yesterday or earlier, of whom no contact is entered."),
            _("Confirmed on"), untraced,
        ),
        Kind(
            "sample", _("Not sampled"),
            _("Close contacts (F1) within their days of whom no sample was taken since they met the case."),
            _("Met the case on"), unsampled,
        ),
        Kind(
            "result", _("Result over 24 h"),
            _("Samples taken more than 24 hours ago without a result, members of positive pools among them."),
            _("Taken at"), late_results,
        ),
        Kind(
            "release", _("Release blocked"),
            _("Stays in quarantine whose last day is reached, and of which a result is pending, "
                "a required sample is missing or the last result is positive."
            ),
            _("Last day"), blocked,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A commune with how many wait there for each thing."""

    unit: Unit | None
    counts: dict[str, int]

    @property
    def cells(self) -> list[tuple[Kind, int]]:
        """Return the counts in the order of the kinds."""
        return [(kind, self.counts.get(kind.key, 0)) for kind in KINDS.values()]

    @property
    def total(self) -> int:
        """Return all who wait there."""
        return sum(self.counts.values())


def by_commune(user: Any) -> tuple[Line, list[Line]]:
    """Return the counts of all communes together and of each, most waiting first."""
    counts: dict[int | None, dict[str, int]] = defaultdict(dict)
    for kind in KINDS.values():
        for unit, n in _counted(kind, user).items():
            counts[unit][kind.key] = n
    units = tree().units
    lines = [Line(units.get(pk) if pk else None, found) for pk, found in counts.items()]
    total = {kind: sum(line.counts.get(kind, 0) for line in lines) for kind in KINDS}
    ordered = sorted(lines, key=lambda line: (-line.total, line.unit.code if line.unit else ""))
    return Line(None, total), ordered


def _counted(kind: Kind, user: Any) -> dict[int | None, int]:
    if kind.key == "release":
        found: dict[int | None, int] = defaultdict(int)
        for _pk, unit in _blocked(_due(user)):
            found[unit] += 1
        return found
    rows = kind.rows(user).order_by().values("unit").annotate(n=Count("pk"))
    return dict(rows.values_list("unit", "n"))


def rows_of(kind: Kind, user: Any, unit: str) -> Any:
    """Return the rows behind a count; ``unit`` is a code of any level, ``none`` for those without a commune."""
    if unit == "none":
        condition, units = Q(unit__isnull=True), None
    else:
        found = next(iter(tree().by_code.get(unit, [])), None) if unit else None
        units = sorted(communes_below(found.pk)) if found else None
        condition = Q(unit__in=units) if units is not None else Q()
        if unit and found is None:
            condition = Q(pk__in=[])
    rows = blocked(user, units) if kind.key == "release" else kind.rows(user)
    return rows.filter(condition).select_related("person", "unit__parent")
