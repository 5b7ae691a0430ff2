"""The work list of rows that may be one person: looked for a part at a time, decided by people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from songhanh.operations.accounts.access import demand
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.audit import actions as audit
from songhanh.operations.people.matching import candidates_many
from songhanh.operations.people.models import Distinct, Person, Suspect, SuspectSearch
from songhanh.operations.project.clock import now

LEAST = 60.0  # below this there are more wrong pairs than right ones
AT_ONCE = 5_000  # persons compared in one transaction: a killed search goes on from there
FIELDS = ("pk", "full_name", "birth_year", "born_on", "sex", "phone", "id_number", "unit")


def waiting() -> int:
    """Return how many persons were not compared yet."""
    return Person.objects.filter(pk__gt=_looked_until(), merged_into__isnull=True).count()


def _looked_until() -> int:
    found = SuspectSearch.objects.values_list("looked_until", flat=True).first()
    return found or 0


def look(*, by: Any, most: int = 4 * AT_ONCE) -> int:
    """Compare persons who were not compared yet with all others; return how many pairs were put on the list."""
    demand(by, "people.merge")
    found = done = 0
    while done < most:
        with transaction.atomic():
            SuspectSearch.objects.get_or_create(pk=1)
            search = SuspectSearch.objects.select_for_update().get(pk=1)
            rows = list(
                Person.objects.filter(pk__gt=search.looked_until, merged_into__isnull=True)
                .order_by("pk").values(*FIELDS)[:AT_ONCE]
            )  # fmt: skip
            if not rows:
                break
            found += _put_on_list(rows)
            search.looked_until = rows[-1]["pk"]
            search.save()
            audit.record("people.look_for_duplicates", by=by, details={"until": search.looked_until})
        done += len(rows)
    return found


def look_again(person: Person) -> None:
    """Compare one person anew whose identity was corrected."""
    Suspect.objects.filter(Q(first=person) | Q(second=person)).delete()
    if person.pk <= _looked_until():
        _put_on_list(list(Person.objects.filter(pk=person.pk).values(*FIELDS)))


def _put_on_list(rows: Sequence[dict[str, Any]]) -> int:
    pairs: dict[tuple[int, int], Suspect] = {}
    for row, answer in zip(rows, candidates_many(rows), strict=True):
        for candidate in answer:
            low, high = sorted((row["pk"], candidate.person_id))
            if candidate.score >= LEAST:
                pairs[low, high] = Suspect(
                    first_id=low, second_id=high, score=round(candidate.score), codes=list(candidate.codes)
                )
    lows = sorted({low for low, _high in pairs})
    for first in range(0, len(lows), 400):
        settled = Distinct.objects.filter(first__in=lows[first : first + 400]).values_list("first", "second")
        for pair in settled:
            pairs.pop(pair, None)
    Suspect.objects.bulk_create(pairs.values(), batch_size=500, ignore_conflicts=True)
    return len(pairs)


def suspects(user: Any) -> Any:
    """Return the pairs of which somebody may see both by name: the likeliest first, what was put off last."""
    scope = scope_of(user)
    rows = Suspect.objects.select_related(
        "first__unit__parent", "second__unit__parent", "first__site", "second__site"
    )
    if scope.names is not None:
        rows = rows.filter(
            scope.name_filter("first__unit", "first"), scope.name_filter("second__unit", "second")
        )
    return rows.order_by(F("put_off_at").asc(nulls_first=True), "-score", "pk")


@transaction.atomic
def put_off(*, by: Any, suspect: Suspect) -> None:
    """Leave a pair for later: it goes to the end of the list."""
    demand(by, "people.merge")
    Suspect.objects.filter(pk=suspect.pk).update(put_off_at=now())
    ids = [suspect.first_id, suspect.second_id]
    audit.record("people.put_off", by=by, subject_type="people.person", subject_ids=ids)
