"""Stays: the dated rule says how long, and nobody is released before their result."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from registry import Province, user_with

from songhanh.operations.audit.models import Event
from songhanh.operations.people import actions as people
from songhanh.operations.people.models import Person
from songhanh.operations.quarantine import actions, queries
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling import actions as sampling
from songhanh.operations.tracing.models import Standing

FIRST = date(2021, 5, 17)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def at(day: date, hour: int = 8) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


@pytest.fixture
def person(province: Province) -> Person:
    return people.register(by=None, full_name="Trần Thị Lan", unit=province.nenh)


@pytest.fixture
def stay(province: Province, person: Person) -> Stay:
    return actions.admit(by=None, person=person, from_on=FIRST, place=province.quarantine)


def sampled(person: Person, stay: Stay, *days: int, result: str = "negative") -> None:
    for day in days:
        taken = at(queries.day_of_stay(stay, day))
        sample = sampling.take(by=None, person=person, taken_at=taken)
        if result:
            sampling.result(by=None, sample=sample, result=result, result_at=taken + timedelta(hours=9))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2021, 5, 4), date(2021, 5, 17)),
        (FIRST, date(2021, 6, 6)),
        (date(2021, 7, 14), date(2021, 7, 27)),
    ],
)
def test_the_rule_of_the_first_day_says_the_last(
    province: Province, person: Person, day: date, last: date
) -> None:
    stay = actions.admit(by=None, person=person, from_on=day, place=province.quarantine)
    assert (stay.until_on, stay.unit) == (last, province.nenh)


@pytest.mark.django_db
def test_release_waits_for_every_result(stay: Stay, person: Person) -> None:
    last = stay.until_on
    with pytest.raises(actions.Blocked) as blocked:
        actions.release(by=None, stay=stay, on=last - timedelta(days=2))
    assert [reason.code for reason in blocked.value.reasons] == ["not-reached", "samples-missing"]
    sampled(person, stay, 1, 7, 14)
    sampled(person, stay, 20, result="")
    with pytest.raises(actions.Blocked) as blocked:
        actions.release(by=None, stay=stay, on=last)
    assert [reason.code for reason in blocked.value.reasons] == ["pending", "samples-missing"]
    stay.refresh_from_db()
    assert stay.released_on is None
    pending = person.samples.get(result="pending")
    sampling.result(by=None, sample=pending, result="negative", result_at=at(last))
    kept = actions.release(by=None, stay=stay, on=last)
    assert (kept.released_on, kept.ending) == (last, "released")
    assert Standing.objects.get(person=person).cleared_on == last
    assert Event.objects.filter(action="quarantine.release").count() == 1
    with pytest.raises(ValidationError, match="ended"):
        actions.release(by=None, stay=stay, on=last)


@pytest.mark.django_db
def test_the_last_sample_must_be_late_and_a_positive_is_no_release(stay: Stay, person: Person) -> None:
    sampled(person, stay, 1, 7, 9, 14)
    with pytest.raises(actions.Blocked) as blocked:
        actions.release(by=None, stay=stay, on=stay.until_on)
    assert [reason.code for reason in blocked.value.reasons] == ["last-sample-missing"]
    sampled(person, stay, 20, result="positive")
    with pytest.raises(actions.Blocked) as blocked:
        actions.release(by=None, stay=stay, on=stay.until_on)
    assert [reason.code for reason in blocked.value.reasons] == ["positive"]
    ended = actions.transfer(by=None, stay=stay, on=stay.until_on, reason="BV dã chiến 1")
    assert ended.ending == "transferred"


@pytest.mark.django_db
def test_at_home_samples_are_asked_of_close_contacts_only(province: Province, person: Person) -> None:
    stay = actions.admit(by=None, person=person, from_on=FIRST, is_home=True)
    assert queries.reasons_against(stay, stay.until_on) == []
    Standing.objects.create(person=person, unit=province.nenh, level=1)
    assert [reason.code for reason in queries.reasons_against(stay, stay.until_on)] == ["samples-missing"]


@pytest.mark.django_db
def test_admitting_twice_or_nonsense_is_refused(province: Province, person: Person, stay: Stay) -> None:
    with pytest.raises(ValidationError, match="already"):
        actions.admit(by=None, person=person, from_on=FIRST, is_home=True)
    assert actions.admit(by=None, person=person, from_on=FIRST, is_home=True, uuid=stay.uuid) == stay
    other = people.register(by=None, full_name="An", unit=province.nenh)
    wrong = [
        ({"from_on": FIRST}, "place"),
        ({"from_on": FIRST, "is_home": True, "place": province.quarantine}, "place"),
        ({"from_on": FIRST, "until_on": FIRST - timedelta(days=1), "is_home": True}, "until_on"),
        ({"from_on": FIRST, "until_on": date(2023, 5, 17), "is_home": True}, "until_on"),
        ({"from_on": date(1921, 5, 17), "until_on": date(1921, 6, 1), "is_home": True}, "from_on"),
        ({"from_on": date(2020, 1, 17), "is_home": True}, "until_on"),
    ]
    for fields, field in wrong:
        with pytest.raises(ValidationError) as refused:
            actions.admit(by=None, person=other, uuid=uuid.uuid4(), **fields)  # type: ignore[arg-type]
        assert field in refused.value.message_dict, fields
    with pytest.raises(ValidationError, match="future"):
        actions.release(by=None, stay=stay, on=date(2199, 1, 1))
    assert Stay.objects.count() == 1


@pytest.mark.django_db
def test_extending_moving_and_jurisdiction(province: Province, person: Person, stay: Stay) -> None:
    officer, other = user_with("commune", province.nenh), user_with("commune", province.tan_an)
    longer = actions.extend(by=officer, stay=stay, until_on=date(2021, 6, 20), reason="F1 mới", version=1)
    assert (longer.until_on, longer.version) == (date(2021, 6, 20), 2)
    moved = actions.move(by=officer, stay=stay, place=province.quarantine, room="B12", version=2)
    assert moved.room == "B12"
    with pytest.raises(Http404):
        actions.release(by=other, stay=stay, on=date(2021, 6, 20))
    with pytest.raises(Http404):
        actions.admit(by=other, person=person, from_on=FIRST, is_home=True)
    with pytest.raises(PermissionDenied):
        actions.extend(by=user_with("analyst"), stay=stay, until_on=date(2021, 6, 21))


@given(
    from_on=st.dates(date(2021, 4, 1), date(2021, 9, 1)),
    length=st.integers(1, 40),
    days=st.lists(st.tuples(st.integers(-3, 45), st.sampled_from(["pending", "negative", "positive", "invalid", "retest"]))),
    level=st.sampled_from([None, 1, 2]),
)  # fmt: skip
def test_nobody_leaves_while_a_result_is_pending(
    from_on: date, length: int, days: list[tuple[int, str]], level: int | None
) -> None:
    stay = Stay(from_on=from_on, until_on=from_on + timedelta(days=length - 1), is_home=False)
    samples = sorted((at(from_on + timedelta(days=day)), result) for day, result in days)
    codes = [reason.code for reason in queries.reasons_of(stay, stay.until_on, samples, level)]
    results = [result for _taken, result in samples]
    assert ("pending" in codes) == bool({"pending", "retest"} & set(results))
    if not codes:
        assert [result for result in results if result in ("negative", "positive")][-1] == "negative"
    assert len(codes) == len(set(codes))
