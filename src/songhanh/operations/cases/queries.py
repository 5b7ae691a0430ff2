"""Reads of cases, each through the gate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from songhanh.operations.cases.models import Case, Classification, Cluster, Exposure, Found, Outcome
from songhanh.operations.places.models import Level
from songhanh.operations.places.queries import communes_below, tree
from songhanh.operations.project.folding import fold

COUNTED = Coalesce("confirmed_on", "reported_on")  # the day on which a confirmed case counts


def visible(model: Any, user: Any) -> QuerySet[Any]:
    """Return the rows of a model that somebody sees; a program (``None``) sees all."""
    if user is None:
        return model.objects.annotate(is_identified=Value(True))
    return model.objects.visible_to(user)


def listed(user: Any, chosen: Mapping[str, Any]) -> QuerySet[Case]:
    """Return the cases that pass the filters of the list, newest first."""
    rows = Case.objects.visible_to(user).select_related("person", "unit__parent", "site", "cluster")
    if chosen.get("unit"):
        rows = rows.filter(unit__in=communes_below(chosen["unit"]))
    for name in ("classification", "found", "outcome", "cluster"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    for name, lookup in (("since", "reported_on__gte"), ("until", "reported_on__lte")):
        if chosen.get(name):
            rows = rows.filter(**{lookup: chosen[name]})
    if chosen.get("counted_since") or chosen.get("counted_until"):
        rows = rows.filter(classification=Classification.CONFIRMED).annotate(counted=COUNTED)
        if chosen.get("counted_since"):
            rows = rows.filter(counted__gte=chosen["counted_since"])
        if chosen.get("counted_until"):
            rows = rows.filter(counted__lte=chosen["counted_until"])
    if chosen.get("q"):
        rows = rows.filter(_of_text(user, chosen["q"]))
    return rows


def _of_text(user: Any, text: str) -> Q:
    """Return the cases that a text finds: by code for all who see them, by who it is inside the jurisdiction only."""
    words = fold(text)
    codes = Q(code__icontains=text.strip()) | Q(national_code__iexact=text.strip())
    digits = "".join(letter for letter in text if letter.isdigit())
    if digits and len(digits) >= len(words) - words.count(" ") - 4:  # a number, a telephone or a code
        who = Q(person__phone__endswith=digits.lstrip("0")) | Q(person__id_number=digits)
        if len(digits) < 6:
            return codes
    else:
        who = Q()
        for word in words.split():
            who &= Q(person__name_folded__contains=word)
    return codes | Q(pk__in=Case.objects.identified(user).filter(who).order_by().values("pk"))


def case_named(user: Any, text: str) -> Case | None:
    """Return the case that a code names, ours or the national one, among those that somebody sees."""
    rows = Case.objects.visible_to(user).filter(
        Q(code__iexact=text.strip()) | Q(national_code__iexact=text.strip())
    )
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def last_community(user: Any, on: date) -> list[dict[str, Any]]:
    """Return for the province, each district and each commune the day of the last case found in the community.

    It counts confirmed cases that were found in the community and whose day of confirmation (or of the report,
    where that is missing) is not after ``on``. A place without any has no day, and is left out below the province.
    """
    cases = (
        visible(Case, user)
        .filter(classification=Classification.CONFIRMED, found=Found.COMMUNITY)
        .annotate(counted=COUNTED)
        .filter(counted__lte=on)
        .order_by()
        .values("unit")
        .annotate(last=Max("counted"), n=Count("pk"))
    )
    found: dict[int, dict[str, Any]] = {}
    for row in cases:
        unit = tree().units.get(row["unit"])
        while unit is not None:
            place = found.setdefault(unit.pk, {"unit": unit, "last": row["last"], "n": 0})
            place["last"] = max(place["last"], row["last"])
            place["n"] += row["n"]
            unit = tree().units.get(unit.parent_id) if unit.parent_id else None
    for place in found.values():
        place["days"] = (on - place["last"]).days
    order = {Level.PROVINCE: 0, Level.DISTRICT: 1, Level.COMMUNE: 2, Level.HAMLET: 3}
    return sorted(
        found.values(), key=lambda place: (order[place["unit"].level], place["days"], place["unit"].code)
    )


def clusters(user: Any) -> QuerySet[Cluster]:
    """Return the clusters, each with how many confirmed cases of it somebody sees, newest first."""
    return Cluster.objects.visible_to(user).select_related("unit__parent", "site")


def numbers_of_clusters(user: Any, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return for some clusters how many confirmed cases they have, and the newest day."""
    rows = (
        Case.objects.visible_to(user)
        .filter(cluster__in=ids, classification=Classification.CONFIRMED)
        .order_by()
        .values("cluster")
        .annotate(n=Count("pk"), last=Max(COUNTED), active=Count("pk", filter=Q(outcome=Outcome.ACTIVE)))
    )
    return {row["cluster"]: dict(row) for row in rows}


def cases_of_cluster(user: Any, cluster: Cluster) -> list[Case]:
    """Return the cases of a cluster that somebody sees, the earliest illness first."""
    rows = Case.objects.visible_to(user).filter(cluster=cluster)
    rows = rows.select_related("person", "unit__parent", "source_case")
    return list(
        rows.annotate(began=Coalesce("onset_on", "sampled_on", "reported_on")).order_by("began", "pk")
    )


def published(on: date) -> list[dict[str, Any]]:
    """Return the milestones that are public on a day: place and time, and nothing that leads to a person."""
    rows = (
        Exposure.objects.filter(published_until__gte=on, case__classification=Classification.CONFIRMED)
        .order_by("-began_at", "place")
        .values("place", "began_at", "ended_at", "published_until", unit_name=F("unit__name"))
    )
    return [
        dict(row)
        | {"began_at": timezone.localtime(row["began_at"]), "ended_at": timezone.localtime(row["ended_at"])}
        for row in rows
    ]
