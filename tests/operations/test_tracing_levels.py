"""Levels in the database: what a change reaches is what working everything out from nothing gives."""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from level_twin import twin

from songhanh.operations.people.models import Person
from songhanh.operations.tracing import actions, merging, relevel
from songhanh.operations.tracing.models import Contact, FollowUp, Source, Standing
from songhanh.operations.tracing.neighbourhood import ROW_FIELDS
from songhanh.response.levels import day_number, level_rules
from songhanh.response.levels_graph import Graph

BEGIN = date(2021, 5, 1)
N_PEOPLE = 7
WHO = st.integers(0, N_PEOPLE - 1)
DAY = st.integers(0, 30).map(lambda n: BEGIN + timedelta(days=n))


def stored() -> dict[int, tuple[object, ...]]:
    """All rows as they stand."""
    fields = ("person_id", "unit_id", "cleared_on", *ROW_FIELDS)
    return {row[0]: row[1:] for row in Standing.objects.values_list(*fields)}


def everything() -> list[object]:
    """All that a merge moves."""
    rows: list[object] = [stored()]
    for model in (Contact, Source, FollowUp):
        left_out = {"updated_at", "id"} if model is Source else {"updated_at"}
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in left_out]
        rows.append(sorted(map(repr, model.objects.values_list(*names))))
    return rows


def walked() -> dict[int, tuple[int | None, int | None]]:
    """Level and day of arrival of each person, by the slow twin."""
    people = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    index = {pk: n for n, pk in enumerate(people)}
    contacts = list(Contact.objects.filter(is_void=False))
    sources = {source.person_id: source for source in Source.objects.filter(is_active=True)}
    ended = dict(Standing.objects.exclude(cleared_on=None).values_list("person_id", "cleared_on"))

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    graph = Graph(
        column([index[c.source_id] for c in contacts]),
        column([index[c.person_id] for c in contacts]),
        column([day_number(c.happened_from) for c in contacts]),
        column([day_number(c.happened_until) for c in contacts]),
        column([day_number(sources[p].infectious_from) if p in sources else -1 for p in people]),
        column([day_number(sources[p].infectious_until or BEGIN + timedelta(60)) if p in sources else -1 for p in people]),
        column([day_number(ended[p]) if p in ended else -1 for p in people]),
    )  # fmt: skip
    answer: dict[int, tuple[int | None, int | None]] = {}
    for n, by_steps in twin(graph, level_rules("vn-2021")).items():
        level = min(by_steps, default=None)
        answer[people[n]] = (level, None if level is None else min(by_steps[level]))
        if people[n] in sources:
            answer[people[n]] = (0, None)
    return answer


class Tracing(RuleBasedStateMachine):
    """Seven people; whatever happens to them, the levels are those of the rule."""

    def __init__(self) -> None:
        super().__init__()
        self.people = [
            Person.objects.create(full_name=f"Người {n}", name_folded=f"nguoi {n}") for n in range(N_PEOPLE)
        ]

        self.merges: list[tuple[Person, Person, dict[str, Any]]] = []

    def who(self, number: int) -> Person:
        return self.people[number % len(self.people)]

    def teardown(self) -> None:
        """Leave an empty table."""
        Standing.objects.all().delete()
        Contact.objects.all().delete()
        Source.objects.all().delete()
        Person.objects.all().delete()

    @initialize(data=st.lists(st.tuples(WHO, WHO, DAY, st.integers(0, 4)), min_size=4, max_size=14))
    def have_met(self, data: list[tuple[int, int, date, int]]) -> None:
        for meeting in data:
            self.meet(*meeting)

    @rule(one=WHO, other=WHO, begins=DAY, more=st.integers(0, 4))
    def meet(self, one: int, other: int, begins: date, more: int) -> None:
        if self.who(one) != self.who(other):
            actions.add_contact(
                by=None, source=self.who(one), person=self.who(other),
                happened_from=begins, happened_until=begins + timedelta(days=more), setting="work",
            )  # fmt: skip

    @rule(who=WHO, begins=DAY, more=st.one_of(st.none(), st.integers(0, 8)))
    def confirm(self, who: int, begins: date, more: int | None) -> None:
        until = None if more is None else begins + timedelta(days=more)
        actions.set_source(
            by=None, person=self.who(who), infectious_from=begins, infectious_until=until,
            since_on=begins + timedelta(days=4),
        )  # fmt: skip

    @precondition(lambda self: Source.objects.filter(is_active=True).exists())
    @rule(data=st.data())
    def unconfirm(self, data: st.DataObject) -> None:
        active = list(Source.objects.filter(is_active=True).select_related("person").order_by("pk"))
        actions.end_source(by=None, person=data.draw(st.sampled_from(active)).person)

    @precondition(lambda self: Contact.objects.filter(is_void=False).exists())
    @rule(data=st.data())
    def strike_out(self, data: st.DataObject) -> None:
        contacts = list(Contact.objects.filter(is_void=False).order_by("pk"))
        actions.void_contact(by=None, contact=data.draw(st.sampled_from(contacts)), reason="nhầm")

    @rule(who=WHO, on=DAY, why=st.sampled_from(["quarantine-over", "negative", "error"]))
    def clear(self, who: int, on: date, why: str) -> None:
        actions.clear(by=None, person=self.who(who), on=on, why=why)

    @rule(who=WHO, on=DAY)
    def negative(self, who: int, on: date) -> None:
        actions.tested(by=None, person=self.who(who), taken_on=on, is_positive=False)

    @precondition(lambda self: len(self.people) > 3)
    @rule(kept=WHO, absorbed=WHO)
    def merge(self, kept: int, absorbed: int) -> None:
        one, other = self.who(kept), self.who(absorbed)
        if one != other:
            before = everything()
            moved = json.loads(json.dumps(merging.move(one, other)))
            assert not Standing.objects.filter(person=other).exclude(level=None).exists()
            merging.move_back(one, other, moved)
            assert everything() == before  # undone at once, nothing is left of it
            self.merges.append((one, other, json.loads(json.dumps(merging.move(one, other)))))
            self.people.remove(other)

    @precondition(lambda self: self.merges)
    @rule()
    def unmerge(self) -> None:
        kept, absorbed, moved = self.merges.pop()
        merging.move_back(kept, absorbed, moved)
        self.people.append(absorbed)

    @invariant()
    def is_what_the_rule_says(self) -> None:
        before = stored()
        counts = actions.rebuild()
        assert stored() == before
        assert counts["changed"] == 0

    @invariant()
    def is_what_walking_every_walk_gives(self) -> None:
        expected = walked()
        for person, row in Standing.objects.in_bulk(field_name="person_id").items():
            nearest = expected.pop(person)
            assert (row.level, row.exposed_on and day_number(row.exposed_on)) == nearest
        assert set(expected.values()) <= {(None, None)}


def test_levels_after_any_history_are_those_of_the_rule(db: None) -> None:
    run_state_machine_as_test(
        Tracing,
        settings=settings(
            max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize(
    ("seed", "most"), [(0, 6000), (1, 6000), (2, 6000), (3, 5)]
)  # five: begins anew instead
def test_a_long_history_of_many_people(
    db: None, monkeypatch: pytest.MonkeyPatch, seed: int, most: int
) -> None:
    monkeypatch.setattr(relevel, "MOST_LOOKED_AT", most)
    rng = Random(seed)
    people = [Person.objects.create(full_name=f"N{n}", name_folded=f"n{n}") for n in range(14)]
    deepest = 0
    for n in range(70):
        one, other = rng.sample(people, 2)
        day = BEGIN + timedelta(days=rng.randrange(20))
        if n % 8 == 0:
            until = day + timedelta(days=rng.randrange(12))
            actions.set_source(by=None, person=one, infectious_from=day, infectious_until=until, since_on=day)
        elif n % 11 == 0:
            actions.end_source(by=None, person=rng.choice(list(Source.objects.all())).person)
        elif n % 13 == 0:
            actions.void_contact(by=None, contact=rng.choice(list(Contact.objects.all())), reason="nhầm")
        elif n % 17 == 0:
            actions.clear(by=None, person=one, on=day, why="quarantine-over")
        else:
            actions.add_contact(by=None, source=one, person=other, happened_from=day, happened_until=day)
        if n % 4 == 0:
            before = stored()
            assert actions.rebuild()["changed"] == 0
            assert stored() == before
            deepest = max(deepest, *(row[2] or 0 for row in before.values()), 0)
    assert deepest > 1
