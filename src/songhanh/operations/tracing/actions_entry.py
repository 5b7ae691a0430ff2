"""What a case tells: several contacts at once, persons and meetings together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from songhanh.operations.accounts.access import demand
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Site
from songhanh.operations.tracing.actions_contacts import add_contacts
from songhanh.operations.tracing.actions_presence import demand_site, hand_in_presence
from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.matching import registered
from songhanh.operations.tracing.models import Contact, PresenceList

MEETING = ("happened_from", "happened_until", "setting", "proximity", "relation", "note")


def tell_contacts(*, by: Any, source: Person, rows: Sequence[Mapping[str, Any]]) -> list[Contact]:
    """Add whom a case met: each row has the fields of a person and of the meeting."""
    demand(by, "tracing.edit")
    with writing():
        identities = [{name: row[name] for name in row if name not in MEETING} for row in rows]
        people = registered(by, identities)
        meetings = [
            {"source": source, "person": person} | {name: row[name] for name in MEETING if name in row}
            for person, row in zip(people, rows, strict=True)
        ]
        return add_contacts(by=by, rows=meetings)


def hand_in_names(
    *,
    by: Any,
    kind: str,
    site: Site,
    label: str,
    on: date,
    minutes: tuple[int, int],
    names: Sequence[Mapping[str, Any]],
) -> PresenceList:
    """Take in a list of names: whoever is not registered yet is, and whoever hands in is told nothing of that."""
    demand(by, "tracing.hand_in_presence")
    demand_site(by, site)
    with writing():
        people = registered(None, names)
        rows = [
            {"person": person, "minute_from": minutes[0], "minute_until": minutes[1]}
            for person in {person.pk: person for person in people}.values()
        ]
        return hand_in_presence(by=by, kind=kind, site=site, label=label, on=on, rows=rows)
