"""Levels in the database: what a change reaches is what working everything out from nothing gives."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from songhanh.operations.people.models import Person
from songhanh.operations.tracing import actions
from songhanh.operations.tracing.models import Contact, Source, Standing
from songhanh.operations.tracing.neighbourhood import ROW_FIELDS

BEGIN = date(2021, 5, 1)
N_PEOPLE = 7
WHO = st.integers(0, N_PEOPLE - 1)
DAY = st.integers(0, 30).map(lambda n: BEGIN + timedelta(days=n))


def stored() -> dict[int, tuple[object, ...]]:
    """All rows as they stand."""
    fields = ("person_id", "unit_id", "cleared_on", *ROW_FIELDS)
    return {row[0]: row[1:] for row in Standing.objects.values_list(*fields)}


class Tracing(RuleBasedStateMachine):
    """Seven people; whatever happens to them, the levels are those of the rule."""

    def __init__(self) -> None:
        super().__init__()
        self.people = [
            Person.objects.create(full_name=f"Người {n}", name_folded=f"nguoi {n}") for n in range(N_PEOPLE)
        ]

    def teardown(self) -> None:
        """Leave an empty table."""
        Standing.objects.all().delete()
        Contact.objects.all().delete()
        Source.objects.all().delete()
        Person.objects.all().delete()

    @rule(one=WHO, other=WHO, begins=DAY, more=st.integers(0, 4))
    def meet(self, one: int, other: int, begins: date, more: int) -> None:
        if one != other:
            actions.add_contact(
                by=None, source=self.people[one], person=self.people[other],
                happened_from=begins, happened_until=begins + timedelta(days=more), setting="work",
            )  # fmt: skip

    @rule(who=WHO, begins=DAY, more=st.one_of(st.none(), st.integers(0, 8)))
    def confirm(self, who: int, begins: date, more: int | None) -> None:
        until = None if more is None else begins + timedelta(days=more)
        actions.set_source(
            by=None, person=self.people[who], infectious_from=begins, infectious_until=until,
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
        actions.clear(by=None, person=self.people[who], on=on, why=why)

    @rule(who=WHO, on=DAY)
    def negative(self, who: int, on: date) -> None:
        actions.tested(by=None, person=self.people[who], taken_on=on, is_positive=False)

    @invariant()
    def is_what_the_rule_says(self) -> None:
        before = stored()
        counts = actions.rebuild()
        assert stored() == before
        assert counts["changed"] == 0


def test_levels_after_any_history_are_those_of_the_rule(db: None) -> None:
    run_state_machine_as_test(
        Tracing,
        settings=settings(
            max_examples=40, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
