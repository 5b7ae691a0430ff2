"""All levels from nothing: after a restore, a change of the rules, or doubt. The same rule as `relevel`, over arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import F, Func, IntegerField, OuterRef, Q, Subquery
from numpy.typing import NDArray

from songhanh.operations.people.models import Person
from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.models import Contact, Source, Standing
from songhanh.operations.tracing.neighbourhood import ROW_FIELDS, Row
from songhanh.operations.tracing.standings import put, rules
from songhanh.response.levels import EPOCH, LAST_DAY, day_of
from songhanh.response.levels_graph import NEVER, Graph, Levels, levels

Ints = NDArray[np.int64]


class DayNumber(Func):
    """The number of a day, as the rule counts; a million dates are read ten times faster as numbers."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Count in Julian days."""
        template = f"CAST(julianday(%(expressions)s) - 1721424.5 - {EPOCH} AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Subtract dates."""
        return self.as_sql(
            compiler, connection, template=f"(%(expressions)s - DATE '0001-01-01' + 1 - {EPOCH})", **extra
        )


def rebuild() -> dict[str, int]:
    """Work all levels out from nothing and write what differs; return how many of what."""
    with writing():
        changed, counts = worked_out_anew()
        _units()
    return counts | {"changed": len(changed)}


def worked_out_anew() -> tuple[set[int], dict[str, int]]:
    """Write what differs from working everything out; return whose rows changed, and how many there are of what."""
    people, graph, contact_ids = _read()
    found = levels(graph, rules())
    changed, kept = _differences(_rows(people, found, graph, contact_ids))
    put(changed, kept)
    counts = np.bincount(found.level[found.level >= 0], minlength=1)
    by_level = {f"f{level}": int(n) for level, n in enumerate(counts)}
    return set(changed), {"contacts": int(contact_ids.size)} | by_level


def _read() -> tuple[Ints, Graph, Ints]:
    contacts = _table(
        Contact.objects.filter(is_void=False)
        .order_by("id")
        .values_list("id", "source_id", "person_id", DayNumber("happened_from"), DayNumber("happened_until")),
        5,
    )
    sources = _table(
        Source.objects.filter(is_active=True).values_list(
            "person_id", DayNumber("infectious_from"), DayNumber("infectious_until")
        ),
        3,
        missing=LAST_DAY,
    )
    cleared = _table(
        Standing.objects.filter(cleared_on__isnull=False).values_list("person_id", DayNumber("cleared_on")), 2
    )
    people, index = np.unique(
        np.concatenate([contacts[:, 1], contacts[:, 2], sources[:, 0], cleared[:, 0]]), return_inverse=True
    )
    n = contacts.shape[0]
    source, end = index[2 * n : 2 * n + len(sources)], index[2 * n + len(sources) :]
    days = [np.full(people.size, NEVER, np.int64) for _ in range(3)]
    days[0][source], days[1][source], days[2][end] = sources[:, 1], sources[:, 2], cleared[:, 1]
    graph = Graph(index[:n], index[n : 2 * n], contacts[:, 3], contacts[:, 4], *days)
    return people, graph, contacts[:, 0]


def _table(rows: Any, width: int, missing: int = 0) -> Ints:
    found = (
        [tuple(missing if value is None else value for value in row) for row in rows]
        if missing
        else list(rows)
    )
    return np.array(found, dtype=np.int64).reshape(-1, width)


def _rows(people: Ints, found: Levels, graph: Graph, contact_ids: Ints) -> dict[int, Row]:
    origin = np.where(found.level == 0, people, NEVER)
    who = np.arange(people.size)
    met = np.maximum(found.via, 0)
    giver = (
        who
        if not graph.first.size
        else np.where(graph.first[met] == who, graph.second[met], graph.first[met])
    )
    for level in range(1, int(found.level.max(initial=0)) + 1):
        here = np.flatnonzero(found.level == level)
        origin[here] = origin[giver[here]]
    texts = _texts(people.size, found)
    rule = rules()
    rows: dict[int, Row] = {}
    dates: dict[int, Any] = {}
    levelled = np.flatnonzero(found.level >= 0)
    columns = zip(
        levelled.tolist(),
        people[levelled].tolist(),
        found.level[levelled].tolist(),
        found.exposed[levelled].tolist(),
        found.last_exposed[levelled].tolist(),
        origin[levelled].tolist(),
        found.via[levelled].tolist(),
        strict=True,
    )
    untils: dict[tuple[int, int], Any] = {}
    for index, person, level, first, last, case, via in columns:
        if level == 0:
            rows[person] = Row(level=0, origin_id=case, arrivals=texts[index])
            continue
        if (level, last) not in untils:
            until = rule.last_day(level, last)
            untils[level, last] = (day_of(last), None if until is None else day_of(until))
        if first not in dates:
            dates[first] = day_of(first)
        last_on, until_on = untils[level, last]
        rows[person] = Row(level, dates[first], last_on, until_on, case, int(contact_ids[via]), texts[index])
    return rows


def _texts(n: int, found: Levels) -> list[str]:
    texts = [""] * n
    for person, steps, first, last in zip(
        found.run_person.tolist(),
        found.run_steps.tolist(),
        found.run_first.tolist(),
        found.run_last.tolist(),
        strict=True,
    ):
        before = texts[person]
        texts[person] = f"{before} {steps}:{first}-{last}" if before else f"{steps}:{first}-{last}"
    return texts


def _differences(wanted: dict[int, Row]) -> tuple[dict[int, Row], set[int]]:
    changed, kept, seen = {}, set(), set()
    for person, cleared_on, *values in Standing.objects.values_list("person_id", "cleared_on", *ROW_FIELDS):
        seen.add(person)
        row = wanted.get(person, Row())
        if cleared_on is not None:
            kept.add(person)
        if row != Row(*values) or (row.level is None and cleared_on is None):
            changed[person] = row
    changed |= {person: row for person, row in wanted.items() if person not in seen}
    return changed, kept


def _units() -> None:
    """Bring the commune of each row in line with the person's."""
    moved = Q(unit__isnull=True, person__unit__isnull=False) | ~Q(unit=F("person__unit"))
    own = Person.objects.filter(pk=OuterRef("person")).values("unit")
    Standing.objects.filter(moved).update(unit=Subquery(own))
