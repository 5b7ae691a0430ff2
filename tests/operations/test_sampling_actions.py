"""Samples and results: what follows from them, what is refused, and pools."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone, translation
from registry import Province, user_with

from songhanh.operations.audit.models import Event
from songhanh.operations.cases.models import Case
from songhanh.operations.people import actions as people
from songhanh.operations.people.models import Person
from songhanh.operations.project.base import Stale
from songhanh.operations.project.clock import now
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling import actions
from songhanh.operations.sampling.models import Sample

pytestmark = pytest.mark.django_db
MORNING = datetime(2021, 5, 17, 8, tzinfo=timezone.get_default_timezone())
EVENING = datetime(2021, 5, 17, 20, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def persons(province: Province) -> list[Person]:
    names = ["An", "Bình", "Cường", "Dung"]
    rows = [{"full_name": name, "unit": province.nenh} for name in names]
    return people.register_many(by=None, rows=rows)


def test_a_sample_waits_and_its_positive_result_confirms_a_case(
    province: Province, persons: list[Person]
) -> None:
    officer = user_with("commune", province.nenh)
    sample = actions.take(by=officer, person=persons[0], taken_at=MORNING, laboratory=province.laboratory)
    assert (sample.result, sample.unit, sample.entered_by) == ("pending", province.nenh, officer)
    Stay.objects.create(person=persons[0], from_on=MORNING.date(), until_on=MORNING.date(), is_home=True)
    row = actions.result(
        by=officer, sample=sample, result="positive", result_at=EVENING, ct_value=Decimal("21.5")
    )
    case = Case.objects.get(person=persons[0])
    assert (case.classification, case.found) == ("confirmed", "quarantine")
    assert (case.sampled_on, case.confirmed_on) == (MORNING.date(), EVENING.date())
    assert row.ct_value == Decimal("21.5")
    assert set(Event.objects.filter(action__startswith="sampling").values_list("action", flat=True)) == {
        "sampling.take", "sampling.result",
    }  # fmt: skip


def test_a_negative_result_makes_no_case_and_is_given_once(persons: list[Person]) -> None:
    sample = actions.take(by=None, person=persons[0], taken_at=MORNING)
    actions.result(by=None, sample=sample, result="negative", result_at=EVENING, version=1)
    assert not Case.objects.exists()
    with pytest.raises(Stale):
        actions.result(by=None, sample=sample, result="positive", result_at=EVENING, version=1)
    assert not Case.objects.exists(), "of two writers the second is told, and nothing follows"


def test_a_device_that_sends_twice_writes_once(persons: list[Person]) -> None:
    key = uuid.uuid4()
    first = actions.take(by=None, person=persons[0], taken_at=MORNING, uuid=key)
    assert actions.take(by=None, person=persons[0], taken_at=MORNING, uuid=key) == first
    assert Sample.objects.count() == 1


def test_a_positive_pool_is_tested_singly_and_a_negative_one_answers_for_all(persons: list[Person]) -> None:
    actions.take_many(by=None, persons=persons, taken_at=MORNING, tube="T1")
    rows = actions.result_tube(by=None, tube="T1", result="positive", result_at=EVENING)
    assert {row.result for row in rows} == {"retest"}
    assert not Case.objects.exists(), "a positive pool says nothing of one of its members"
    single = {rows[0].pk: "positive"}
    rows = actions.result_tube(by=None, tube="T1", result="negative", result_at=EVENING, single=single)
    assert [row.result for row in rows] == ["positive", "negative", "negative", "negative"]
    assert Case.objects.get().person == persons[0]
    with pytest.raises(ValidationError, match="waits"):
        actions.result_tube(by=None, tube="T1", result="negative", result_at=EVENING)


def test_a_tube_takes_no_more_than_the_dated_rule_says(province: Province) -> None:
    many = people.register_many(by=None, rows=[{"full_name": f"Người {n}"} for n in range(11)])
    actions.take_many(by=None, persons=many[:10], taken_at=MORNING, tube="T1")
    with pytest.raises(ValidationError, match="10"):
        actions.take_many(by=None, persons=many[10:], taken_at=MORNING, tube="T1")
    actions.take_many(by=None, persons=many[10:], taken_at=MORNING + timedelta(days=9), tube="T1")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"taken_at": MORNING.replace(year=2199)}, "taken_at"),
        ({"taken_at": MORNING.replace(year=1021)}, "taken_at"),
        ({"kind": "saliva"}, "kind"),
        ({"tube": "T" * 41}, "tube"),
        ({"result": "maybe"}, "result"),
        ({"result": "negative", "result_at": MORNING - timedelta(days=1)}, "result_at"),
        ({"result": "negative", "ct_value": Decimal(20)}, "ct_value"),
        ({"result": "positive", "ct_value": Decimal(99)}, "ct_value"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_row(persons: list[Person], fields: dict, wrong: str) -> None:
    rows = [{"person": persons[0], "taken_at": MORNING}, {"person": persons[1], "taken_at": MORNING} | fields]
    with pytest.raises(ValidationError) as refused:
        actions.register_many(by=None, rows=rows)
    assert list(refused.value.message_dict) == [wrong]
    assert refused.value.row == 1  # type: ignore[attr-defined]
    assert not Sample.objects.exists()


def test_an_import_brings_results_and_what_follows(persons: list[Person]) -> None:
    results = ["positive", "negative", "", "invalid"]
    rows = [
        {"person": person, "taken_at": MORNING, "result": result, "result_at": EVENING if result else None}
        for person, result in zip(persons, results, strict=True)
    ]
    samples = actions.register_many(by=None, rows=rows)
    assert [sample.result for sample in samples] == ["positive", "negative", "pending", "invalid"]
    assert [case.person for case in Case.objects.all()] == [persons[0]]


def test_permissions_and_jurisdiction(province: Province, persons: list[Person]) -> None:
    sample = actions.take(by=None, person=persons[0], taken_at=MORNING)
    other = user_with("commune", province.tan_an)
    with pytest.raises(Http404):
        actions.take(by=other, person=persons[0], taken_at=MORNING)
    with pytest.raises(Http404):
        actions.result(by=other, sample=sample, result="negative", result_at=EVENING)
    with pytest.raises(PermissionDenied):
        actions.take(by=user_with("analyst"), person=persons[0], taken_at=MORNING)
    with pytest.raises(ValidationError, match="future"):
        actions.take(by=None, person=persons[0], taken_at=now() + timedelta(hours=1))
    with pytest.raises(ValidationError, match="twice"):
        actions.take_many(by=None, persons=[persons[0], persons[0]], taken_at=MORNING)
    assert Sample.objects.count() == 1
