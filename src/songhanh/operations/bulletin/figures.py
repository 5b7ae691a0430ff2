"""The figures of the one-page report: counted from the registers inside one jurisdiction, each with its definition."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from songhanh.core.text import Text
from songhanh.operations.cases.models import Case, Classification, Found, Outcome
from songhanh.operations.cases.queries import COUNTED, last_community, visible
from songhanh.operations.places.models import Level, Unit
from songhanh.operations.places.queries import communes_below, installation, tree
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample


@dataclass(frozen=True)
class Figure:
    """What one figure is called, what it means, where it comes from, and which rows it counts."""

    id: str
    name: Text
    definition: Text
    source: Text
    rows: str = ""  # query of the list of cases


def _read() -> tuple[Figure, ...]:
    table = tomllib.loads(Path(__file__).with_name("figures.toml").read_text(encoding="utf-8"))
    return tuple(
        Figure(name, Text(**row["name"]), Text(**row["definition"]), Text(**row["source"]), row["rows"])
        for name, row in table.items()
    )


FIGURES = _read()
BY_ID = {figure.id: figure for figure in FIGURES}
NEW_BY_FOUND = {
    "new_community": Found.COMMUNITY, "new_quarantine": Found.QUARANTINE, "new_sealed": Found.SEALED,
    "new_imported": Found.IMPORTED, "new_unknown": Found.UNKNOWN,
}  # fmt: skip


def cases_of(user: Any, unit: Unit | None) -> QuerySet[Any]:
    """Return the confirmed cases of a jurisdiction, each with the day on which it counts."""
    rows: Any = visible(Case, user).filter(classification=Classification.CONFIRMED).annotate(counted=COUNTED)
    return rows if unit is None else rows.filter(unit__in=communes_below(unit.pk))


def figures(user: Any, unit: Unit | None, on: date) -> dict[str, int | None]:
    """Return the value of each figure of a jurisdiction on a day."""
    today_only = Q(counted=on)
    ended = Q(outcome_on__isnull=True) | Q(outcome_on__lte=on)
    counts: dict[str, Any] = (
        cases_of(user, unit)
        .filter(counted__lte=on)
        .order_by()
        .aggregate(
            cumulative=Count("pk"),
            new_total=Count("pk", filter=today_only),
            recovered=Count("pk", filter=Q(outcome=Outcome.RECOVERED) & ended),
            deaths=Count("pk", filter=Q(outcome=Outcome.DIED) & ended),
            transferred=Count("pk", filter=Q(outcome=Outcome.TRANSFERRED) & ended),
            **{name: Count("pk", filter=today_only & Q(found=found)) for name, found in NEW_BY_FOUND.items()},
        )
    )
    gone = counts.pop("transferred")
    counts["active"] = counts["cumulative"] - counts["recovered"] - counts["deaths"] - gone
    return (
        counts | _contacts(user, unit, on) | _samples(user, unit, on) | {"days_quiet": _quiet(user, unit, on)}
    )


def _inside(rows: Any, unit: Unit | None) -> Any:
    return rows if unit is None else rows.filter(unit__in=communes_below(unit.pk))


def _contacts(user: Any, unit: Unit | None, on: date) -> dict[str, int]:
    stays = _inside(visible(Stay, user), unit).filter(from_on__lte=on)
    stays = stays.filter(Q(released_on__isnull=True) | Q(released_on__gt=on)).order_by()
    return dict(
        stays.aggregate(
            f1_quarantine=Count("person", distinct=True, filter=Q(person__standing__level=1)),
            f2_quarantine=Count("person", distinct=True, filter=Q(person__standing__level=2)),
        )
    )


def _samples(user: Any, unit: Unit | None, on: date) -> dict[str, int]:
    start = timezone.make_aware(datetime.combine(on, time(0)))
    rows = _inside(visible(Sample, user), unit).order_by()
    taken = rows.filter(taken_at__gte=start, taken_at__lt=start + timedelta(days=1)).count()
    pending = rows.filter(result=Sample.Result.PENDING, taken_at__lt=start + timedelta(days=1)).count()
    return {"samples_taken": taken, "samples_pending": pending}


def _quiet(user: Any, unit: Unit | None, on: date) -> int | None:
    place = installation()
    wanted = unit.pk if unit else (place.province_id if place else None)
    return next((row["days"] for row in last_community(user, on) if row["unit"].pk == wanted), None)


def by_area(user: Any, unit: Unit | None, on: date) -> list[dict[str, Any]]:
    """Return new cases by where found and the cumulative number, by district (of a district: by commune)."""
    rows = cases_of(user, unit).filter(counted__lte=on).order_by().values("unit")
    rows = rows.annotate(
        cumulative=Count("pk"),
        new_total=Count("pk", filter=Q(counted=on)),
        **{name: Count("pk", filter=Q(counted=on, found=found)) for name, found in NEW_BY_FOUND.items()},
    )
    areas: dict[Any, dict[str, Any]] = {}
    for row in rows:
        area = _area(row.pop("unit"), unit)
        key = area.pk if area else None
        total = areas.setdefault(
            key, {"unit": key, "name": area.name if area else "", **dict.fromkeys(row, 0)}
        )
        for name, value in row.items():
            total[name] += value
    return sorted(areas.values(), key=lambda row: (-row["new_total"], -row["cumulative"], row["name"]))


def _area(pk: int | None, within: Unit | None) -> Unit | None:
    area = tree().units.get(pk) if pk else None
    level = Level.DISTRICT if within is None else Level.COMMUNE
    while area is not None and area.level != level and area.parent_id:
        above = tree().units[area.parent_id]
        if within is not None and above.pk == within.pk:
            break
        area = above
    return area


def inconsistent(values: Mapping[str, int | None]) -> list[Text]:
    """Return what does not add up among the figures, after corrections by hand."""
    problems = []
    parts = sum(values[name] or 0 for name in NEW_BY_FOUND)
    if (values["new_total"] or 0) != parts:
        problems.append(
            Text(
                f"Ca mắc mới là {values['new_total']} nhưng cộng theo nơi phát hiện được {parts}.",
                f"There are {values['new_total']} new cases, and {parts} by where they were found.",
            )
        )
    if (values["cumulative"] or 0) < sum(values[name] or 0 for name in ("active", "recovered", "deaths")):
        problems.append(
            Text(
                "Đang điều trị, khỏi bệnh và tử vong cộng lại nhiều hơn số cộng dồn.",
                "Those under treatment, recovered and dead are more than all cases.",
            )
        )
    return problems
