"""The rows that say who has which level: by which rules they are worked out, and how they are written."""

from __future__ import annotations

from django.conf import settings

from songhanh.operations.people.models import Person
from songhanh.operations.tracing.models import Standing
from songhanh.operations.tracing.neighbourhood import ROW_FIELDS, Row, chunks
from songhanh.response.levels import LevelRules, level_rules


def rules() -> LevelRules:
    """Return the rules of this installation's policy set."""
    return level_rules(settings.TRACING_POLICY_SET)


def put(rows: dict[int, Row], kept: set[int]) -> None:
    """Write rows: those without a level are deleted, unless they are to be kept because somebody was cleared."""
    gone = [person for person, row in rows.items() if row.level is None and person not in kept]
    for part in chunks(gone):
        Standing.objects.filter(person__in=part).delete()
    stay = sorted(set(rows) - set(gone))
    for part in chunks(stay):
        units = dict(Person.objects.filter(pk__in=part).values_list("pk", "unit_id"))
        Standing.objects.bulk_create(
            [
                Standing(
                    person_id=person,
                    unit_id=units[person],
                    **{name: getattr(rows[person], name) for name in ROW_FIELDS},
                )
                for person in part
            ],
            update_conflicts=True,
            unique_fields=["person"],
            update_fields=[
                "unit",
                "level",
                "exposed_on",
                "last_exposed_on",
                "until",
                "origin",
                "via",
                "arrivals",
                "updated_at",
            ],
        )
