"""Made-up registers: as many as asked, with levels by the rule itself, the same each time, and never among real rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import phonenumbers
import pytest
from django.db import connection
from registry import Province

from songhanh.core.errors import SonghanhError
from songhanh.operations.audit.queries import verify
from songhanh.operations.cases.actions import register as register_case
from songhanh.operations.cases.checks import date_problems, errors_of
from songhanh.operations.cases.models import Case
from songhanh.operations.cases.writing import check
from songhanh.operations.keeping import rows
from songhanh.operations.people.actions import register
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Installation
from songhanh.operations.project.folding import fold
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.seeding.actions import seed, seed_demo, sizes_of
from songhanh.operations.tracing.actions import rebuild
from songhanh.operations.tracing.models import Contact, FollowUp, Presence, PresenceList, Standing

NUMBERS: dict[str, int] = {
    "f0": 40,
    "f1": 200,
    "f2": 500,
    "tests": 1500,
    "follow_ups": 2500,
    "presence": 3000,
}
REGISTERS = ("people.", "cases.", "tracing.", "sampling.", "quarantine.")
PACK = "bac-giang-2021"


def filled(number: int = 1, *, replace: bool = False, **numbers: Any) -> dict[str, int]:
    return seed(by=None, pack_ref=PACK, sizes=sizes_of(**(NUMBERS | numbers)), number=number, replace=replace)


def content() -> dict[str, Any]:
    return {
        model._meta.label_lower: rows.digest(model)
        for model in rows.kept_models()
        # When a level was worked out is the only thing that differs.
        if model._meta.label_lower.startswith(REGISTERS) and model is not Standing
    }


@pytest.mark.django_db
def test_there_is_as_much_as_asked_and_the_levels_are_those_of_the_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SONGHANH_TODAY", "2021-07-31")
    filled()
    levels = {level: Standing.objects.filter(level=level).count() for level in range(4)}
    assert levels == {0: 40, 1: 200, 2: 500, 3: 0}
    assert Standing.objects.filter(level=None, cleared_why="quarantine-over").count() == 20
    assert rebuild()["changed"] == 0
    assert Case.objects.count() == 40
    assert Sample.objects.count() == 1500
    assert FollowUp.objects.count() == 2500
    assert Presence.objects.count() == 3000
    assert sum(PresenceList.objects.values_list("n_rows", flat=True)) == 3000
    assert Contact.objects.count() == 1750
    assert not Person.objects.filter(is_synthetic=False).exists()
    assert Installation.objects.get().is_synthetic
    connection.check_constraints()
    assert verify().is_whole


@pytest.mark.django_db
def test_every_row_would_pass_the_checks_of_the_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_TODAY", "2021-07-31")
    filled()
    for case in Case.objects.select_related("person"):
        check(case, case.person)
        fields = {field.name: getattr(case, field.name) for field in Case._meta.concrete_fields}
        assert not errors_of(date_problems(fields | {"birth_year": case.person.birth_year}))
        assert case.code.startswith("BG-2021-")
    for person in Person.objects.all():
        assert person.name_folded == fold(person.full_name)
        assert person.born_on is None or person.born_on.year == person.birth_year
        # Nobody real can be called or looked up.
        assert not person.phone or not phonenumbers.is_valid_number(phonenumbers.parse(person.phone))
        assert not person.id_number or person.id_number.startswith("099")
    last = date(2021, 7, 31)
    assert not FollowUp.objects.filter(due_on__gt=last).exists()
    assert not FollowUp.objects.filter(state="due", due_on__lt=last).exists()
    assert not Contact.objects.filter(happened_until__gt=last).exists()
    for sample in Sample.objects.exclude(result_at=None):
        assert sample.result_at is not None and sample.taken_at <= sample.result_at
    assert Stay.objects.filter(released_on=None).exists()
    # Whoever enters the next case gets the next code and the next number.
    person = register(by=None, full_name="Ong A", is_synthetic=True)
    assert person.pk == Person.objects.count()
    assert register_case(by=None, person=person, reported_on=last).code == "BG-2021-000041"


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_rows_and_another_does_not() -> None:
    filled(3)
    first = content()
    filled(3, replace=True)
    assert content() == first
    filled(4, replace=True)
    other = content()
    assert other["people.person"][0] == first["people.person"][0]
    assert other["people.person"] != first["people.person"]
    # Asking for more samples changes nobody's name.
    filled(3, replace=True, tests=1600)
    assert content()["people.person"] == first["people.person"]


@pytest.mark.django_db
def test_it_does_not_go_among_rows_that_are_there(province: Province) -> None:
    register(by=None, full_name="Nguyễn Văn Thật")
    before = Person.objects.count()
    for replace in (False, True):
        with pytest.raises(SonghanhError, match="in use"):
            filled(replace=replace)
    assert Person.objects.count() == before


@pytest.mark.django_db
def test_made_up_rows_go_only_when_told() -> None:
    filled()
    with pytest.raises(SonghanhError, match="--replace"):
        filled(2)
    Installation.objects.update(is_synthetic=False)
    with pytest.raises(SonghanhError, match="in use"):
        filled(2, replace=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"f0": 0}, "--f0"),
        ({"f1": 0}, "--f1"),
        ({"contacts": 10}, "--contacts"),
        ({"contacts": 1_000_000}, "--contacts"),
        ({"follow_ups": 10_000_000}, "--follow-ups"),
        ({"as_of": date(2021, 5, 9)}, "--as-of"),
    ],
)
def test_numbers_that_do_not_go_together_are_told(numbers: dict[str, Any], told: str) -> None:
    with pytest.raises(SonghanhError) as error:
        filled(**numbers)
    assert error.value.faults[0].parameter == told
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_a_demonstration_has_some_three_hundred_cases_and_is_filled_once() -> None:
    assert seed_demo()
    assert Case.objects.count() == 300
    assert not Case.objects.filter(reported_on__gt=date(2021, 5, 17)).exists()
    assert not seed_demo()


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(2))
def test_small_ones_come_out_too(number: int) -> None:
    filled(number, f0=1, f1=3, f2=4, tests=9, follow_ups=5, presence=4)
    filled(number, replace=True, f0=1, f1=0, f2=0, tests=1, follow_ups=0, presence=0)
    assert Case.objects.count() == 1
