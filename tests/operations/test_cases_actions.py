"""Cases are registered, corrected, classified and confirmed; their codes have no gaps, and no change is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from registry import Province, user_with

from songhanh.operations.audit.models import Event
from songhanh.operations.cases import actions, milestones
from songhanh.operations.cases.models import Case, ClassificationChange, Exposure
from songhanh.operations.people.models import Person
from songhanh.operations.project.base import Stale
from songhanh.operations.project.folding import fold
from songhanh.operations.tracing.models import Source

DAY = date(2021, 5, 17)


@pytest.fixture
def person(province: Province) -> Callable[..., Person]:
    def make(name: str = "Nguyễn Thị Hường", unit: object = None, **fields: object) -> Person:
        return Person.objects.create(
            full_name=name, name_folded=fold(name), unit=unit or province.nenh, birth_year=1995, **fields
        )

    return make


def test_registering_gives_a_code_a_history_and_an_event(
    province: Province, person: Callable[..., Person]
) -> None:
    user = user_with("commune", province.nenh)
    case = actions.register(by=user, person=person(), reported_on=DAY, onset_on=date(2021, 5, 15))
    assert case.code == "BG-2021-000001"
    assert (case.unit, case.has_symptoms, case.entered_by) == (province.nenh, True, user)
    assert [(step.before, step.after) for step in case.history.all()] == [("", "suspected")]
    event = Event.objects.get(action="cases.register")
    assert (event.subject_id, event.unit_code, event.actor) == (case.pk, "07795", user)
    assert not Source.objects.exists()  # suspected only


def test_a_confirmed_case_is_a_source_from_three_days_before_onset(person: Callable[..., Person]) -> None:
    case = actions.register(
        by=None, person=person(), reported_on=DAY, classification="confirmed",
        onset_on=date(2021, 5, 14), sampled_on=date(2021, 5, 15), confirmed_on=date(2021, 5, 16),
    )  # fmt: skip
    source = case.person.source
    assert (source.infectious_from, source.infectious_until) == (date(2021, 5, 11), None)
    assert (source.is_active, source.since_on) == (True, date(2021, 5, 16))
    actions.edit(by=None, case=case, version=case.version, isolated_on=date(2021, 5, 17))
    source.refresh_from_db()
    assert source.infectious_until == date(2021, 5, 17)


def test_codes_go_on_by_year_and_a_failure_gives_its_number_back(person: Callable[..., Person]) -> None:
    rows = [{"person": person(f"Người {i}"), "reported_on": DAY} for i in range(3)]
    cases = actions.register_many(by=None, rows=rows)
    assert [case.code[-6:] for case in cases] == ["000001", "000002", "000003"]
    with pytest.raises(ValidationError) as problem:
        actions.register_many(
            by=None,
            rows=[
                {"person": person("A"), "reported_on": DAY},
                {"person": person("B"), "reported_on": date(2050, 1, 1)},
            ],
        )
    assert problem.value.params == {"row": 1}
    other_year = actions.register(by=None, person=person("C"), reported_on=date(2020, 12, 30))
    after = actions.register(by=None, person=person("D"), reported_on=DAY)
    assert (other_year.code, after.code) == ("BG-2020-000001", "BG-2021-000004")


def test_the_same_uuid_is_the_same_case(province: Province, person: Callable[..., Person]) -> None:
    uuid, somebody = uuid4(), person()
    first = actions.register(by=None, person=somebody, reported_on=DAY, uuid=uuid)
    again = actions.register(by=None, person=somebody, reported_on=DAY, uuid=str(uuid))
    assert (again.pk, Case.objects.count()) == (first.pk, 1)
    stranger = user_with("commune", province.tan_an)
    with pytest.raises(PermissionDenied):
        actions.register(by=stranger, person=somebody, reported_on=DAY, uuid=uuid)


def test_one_episode_is_one_case(person: Callable[..., Person]) -> None:
    somebody = person()
    first = actions.register(by=None, person=somebody, reported_on=DAY)
    with pytest.raises(ValidationError, match=first.code):
        actions.register(by=None, person=somebody, reported_on=date(2021, 6, 17))
    actions.register(by=None, person=somebody, reported_on=date(2021, 9, 17))
    assert Case.objects.count() == 2


def test_writing_needs_the_jurisdiction(province: Province, person: Callable[..., Person]) -> None:
    stranger = user_with("commune", province.tan_an)
    with pytest.raises(ValidationError):
        actions.register(by=stranger, person=person(), reported_on=DAY)
    case = actions.register(by=None, person=person("Trần Văn Bình"), reported_on=DAY)
    for write in (
        lambda: actions.edit(by=stranger, case=case, version=1, note="x"),
        lambda: actions.classify(by=stranger, case=case, to="confirmed", on=DAY),
        lambda: actions.edit(by=user_with("committee"), case=case, version=1, note="x"),
        lambda: actions.register(by=user_with("analyst"), person=person("E"), reported_on=DAY),
    ):
        with pytest.raises(PermissionDenied):
            write()
    case.refresh_from_db()
    assert (case.note, case.classification, case.version) == ("", "suspected", 1)


def test_of_two_officers_the_second_is_told(province: Province, person: Callable[..., Person]) -> None:
    user = user_with("district", province.viet_yen)
    case = actions.register(by=user, person=person(), reported_on=DAY)
    actions.edit(by=user, case=case, version=1, note="đã gọi điện")
    with pytest.raises(Stale):
        actions.edit(by=user, case=case, version=1, national_code="BN1234")
    case.refresh_from_db()
    assert (case.note, case.national_code, case.version) == ("đã gọi điện", "", 2)
    assert Event.objects.get(action="cases.edit").changes == {"note": ["", "đã gọi điện"]}


def test_a_case_cannot_infect_itself(person: Callable[..., Person]) -> None:
    first, second = (actions.register(by=None, person=person(name), reported_on=DAY) for name in "AB")
    actions.edit(by=None, case=second, version=1, source_case=first)
    with pytest.raises(ValidationError):
        actions.edit(by=None, case=first, version=1, source_case=second)


def test_classification_starts_and_ends_a_source(province: Province, person: Callable[..., Person]) -> None:
    user = user_with("district", province.viet_yen)
    case = actions.register(by=user, person=person(), reported_on=DAY)
    case = actions.classify(by=user, case=case, to="confirmed", on=date(2021, 5, 18))
    assert (case.confirmed_on, case.person.source.is_active) == (date(2021, 5, 18), True)
    assert (
        actions.classify(by=user, case=case, to="confirmed", on=DAY).version == case.version
    )  # again: nothing
    with pytest.raises(ValidationError):
        actions.classify(by=user, case=case, to="not-a-case", on=date(2021, 5, 19))
    actions.classify(
        by=user, case=case, to="not-a-case", on=date(2021, 5, 19), reason="xét nghiệm lại âm tính"
    )
    assert not Source.objects.get(person=case.person).is_active
    steps = ClassificationChange.objects.filter(case=case).values_list("before", "after", "reason")
    assert list(steps) == [
        ("", "suspected", ""), ("suspected", "confirmed", ""), ("confirmed", "not-a-case", "xét nghiệm lại âm tính"),
    ]  # fmt: skip


def test_a_positive_opens_or_confirms(province: Province, person: Callable[..., Person]) -> None:
    user = user_with("commune", province.nenh)
    suspected = actions.register(by=user, person=person("A"), reported_on=DAY)
    confirmed = actions.confirm_positive(
        by=user, person=suspected.person, sampled_on=date(2021, 5, 16), result_on=date(2021, 5, 18)
    )
    assert (confirmed.pk, confirmed.classification) == (suspected.pk, "confirmed")
    assert (confirmed.sampled_on, confirmed.confirmed_on) == (date(2021, 5, 16), date(2021, 5, 18))
    opened = actions.confirm_positive(
        by=user, person=person("B"), sampled_on=DAY, result_on=date(2021, 5, 18), found="quarantine"
    )
    assert (opened.code, opened.found, opened.classification) == ("BG-2021-000002", "quarantine", "confirmed")
    assert (
        actions.confirm_positive(by=user, person=opened.person, sampled_on=DAY, result_on=DAY).pk == opened.pk
    )
    assert Source.objects.filter(is_active=True).count() == 2


def test_a_case_of_a_merged_person_is_the_kept_person_s(person: Callable[..., Person]) -> None:
    kept = person("A")
    absorbed = person("A", merged_into=kept)
    assert actions.register(by=None, person=absorbed, reported_on=DAY).person == kept


def test_what_cannot_be_is_refused(person: Callable[..., Person]) -> None:
    case = actions.register(by=None, person=person(), reported_on=DAY, sampled_on=DAY)
    for fields in (
        {"confirmed_on": date(2021, 5, 16)},
        {"found": "nowhere"},
        {"symptoms": ["pox"]},
        {"ct_value": "1234.5"},
        {"note": "x", "source_note": "y" * 500},
    ):
        with pytest.raises(ValidationError):
            actions.edit(by=None, case=case, version=1, **fields)
    with pytest.raises(TypeError):
        actions.edit(by=None, case=case, version=1, classification="confirmed")
    assert Case.objects.get(pk=case.pk).version == 1


def test_milestones_are_published_by_place_and_time_only(
    province: Province, person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setenv("SONGHANH_TODAY", "2021-05-18")
    user = user_with("commune", province.nenh)
    case = actions.register(by=user, person=person(), reported_on=DAY)
    began, ended = (datetime(2021, 5, 15, hour, tzinfo=UTC) for hour in (1, 3))
    uuid = uuid4()
    stop = actions.add_exposure(
        by=user, case=case, place="Chợ Nếnh", began_at=began, ended_at=ended, uuid=uuid
    )
    assert (
        actions.add_exposure(by=user, case=case, place="Chợ", began_at=began, ended_at=ended, uuid=uuid)
        == stop
    )

    for until in (date(2021, 5, 17), date(2021, 9, 1)):
        with pytest.raises(ValidationError):
            milestones.publish_exposure(by=user, exposure=stop, until=until)
    milestones.publish_exposure(by=user, exposure=stop, until=date(2021, 5, 29))
    assert Exposure.objects.get().published_until == date(2021, 5, 29)
    named = actions.add_exposure(
        by=user, case=case, place="nhà chị Nguyễn Thị Hường", began_at=began, ended_at=ended
    )
    with pytest.raises(ValidationError):
        milestones.publish_exposure(by=user, exposure=named, until=date(2021, 5, 29))
    with pytest.raises(ValidationError):
        milestones.remove_exposure(by=user, exposure=named, reason=" ")
    milestones.remove_exposure(by=user, exposure=named, reason="ghi nhầm")
    assert Exposure.objects.count() == 1
    with pytest.raises(ValidationError):
        actions.add_exposure(by=user, case=case, place="Chợ", began_at=ended, ended_at=began)
