"""What tracing writes, what it refuses, and what follows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from registry import Province, user_with

from songhanh.operations.audit.models import Event, Kind
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Unit
from songhanh.operations.project.base import Stale
from songhanh.operations.tracing import actions
from songhanh.operations.tracing.models import (
    Contact,
    FollowUp,
    Presence,
    PresenceList,
    Source,
    Standing,
    Team,
)

pytestmark = pytest.mark.django_db
TODAY = date(2021, 5, 20)
MET = date(2021, 5, 17)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_TODAY", TODAY.isoformat())


def person(name: str, unit: Unit | None, **more: object) -> Person:
    return Person.objects.create(full_name=name, name_folded=name.casefold(), unit=unit, **more)


@pytest.fixture
def people(province: Province) -> list[Person]:
    return [person(name, province.nenh) for name in ("An", "Bình", "Cường", "Dung", "Em")]


def met(source: Person, other: Person, day: date = MET, **more: object) -> Contact:
    return actions.add_contact(
        by=None, source=source, person=other, happened_from=day, happened_until=day, **more
    )


def confirm(who: Person, begins: date = date(2021, 5, 15), until: date | None = date(2021, 5, 19)) -> Source:
    return actions.set_source(
        by=None, person=who, infectious_from=begins, infectious_until=until, since_on=date(2021, 5, 19)
    )


def levels() -> dict[str, int | None]:
    return dict(Standing.objects.values_list("person__full_name", "level"))


def test_a_confirmation_gives_everybody_behind_it_a_level(people: list[Person]) -> None:
    an, binh, cuong, dung, em = people
    (
        met(an, binh),
        met(binh, cuong, MET + timedelta(1)),
        met(cuong, dung, MET + timedelta(2)),
        met(em, an, MET),
    )
    assert levels() == {}
    confirm(an)
    assert levels() == {"An": 0, "Bình": 1, "Cường": 2, "Dung": 3, "Em": 1}
    row = Standing.objects.get(person=cuong)
    assert (row.exposed_on, row.origin, row.until) == (MET + timedelta(1), an, MET + timedelta(8))
    assert Standing.objects.get(person=binh).until == MET + timedelta(
        21
    )  # the rule from 5 May to 13 July 2021
    confirm(binh, begins=MET)
    assert levels() == {"An": 0, "Bình": 0, "Cường": 1, "Dung": 2, "Em": 1}
    actions.end_source(by=None, person=binh)
    actions.end_source(by=None, person=an)
    assert levels() == {}


def test_a_meeting_told_again_is_the_same_one_and_struck_out_counts_for_nothing(people: list[Person]) -> None:
    an, binh, *_ = people
    confirm(an)
    first = met(an, binh, uuid=uuid4())
    assert met(an, binh) == first and Contact.objects.count() == 1
    with pytest.raises(ValidationError, match=r"reason"):
        actions.void_contact(by=None, contact=first, reason=" ")
    actions.void_contact(by=None, contact=first, reason="nhầm người")
    assert levels() == {"An": 0}
    assert not met(an, binh).is_void  # told again, it counts again
    assert levels() == {"An": 0, "Bình": 1}
    assert Event.objects.filter(action="tracing.contact.void", reason="nhầm người").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"happened_until": MET - timedelta(1)}, "happened_until"),
        ({"happened_from": date(1921, 5, 17)}, "happened_until"),
        ({"happened_from": date(1921, 5, 17), "happened_until": date(1921, 5, 17)}, "happened_from"),
        ({"happened_until": MET + timedelta(200)}, "happened_until"),
        ({"setting": "moon"}, "setting"),
        ({"proximity": "far"}, "proximity"),
    ],
)
def test_a_wrong_row_refuses_all_and_is_named(
    people: list[Person], change: dict[str, object], field: str
) -> None:
    an, binh, cuong, *_ = people
    good = {"source": an, "person": binh, "happened_from": MET, "happened_until": MET}
    bad = good | {"person": cuong} | change
    with pytest.raises(ValidationError) as caught:
        actions.add_contacts(by=None, rows=[good, bad])
    assert field in caught.value.message_dict and "2" in caught.value.message_dict[field][0]
    assert not Contact.objects.exists()
    with pytest.raises(ValidationError):
        met(an, an)


def test_a_negative_ends_an_f2_but_no_f1_and_quarantine_ends_both(people: list[Person]) -> None:
    an, binh, cuong, *_ = people
    met(an, binh), met(binh, cuong)
    confirm(an)
    assert actions.tested(by=None, person=binh, taken_on=MET + timedelta(5), is_positive=False) == set()
    assert actions.tested(by=None, person=cuong, taken_on=MET + timedelta(1), is_positive=False) == set()
    assert actions.tested(by=None, person=cuong, taken_on=MET + timedelta(3), is_positive=False) == {cuong.pk}
    assert Standing.objects.get(person=cuong).cleared_why == "negative"
    assert levels() == {"An": 0, "Bình": 1, "Cường": None}
    actions.clear(by=None, person=binh, on=MET + timedelta(21), why="quarantine-over")
    assert levels()["Bình"] is None
    met(an, binh, MET + timedelta(1))  # before the end: counts no more
    assert levels()["Bình"] is None
    with pytest.raises(ValidationError):
        actions.clear(by=None, person=binh, on=MET, why="because")


def test_a_stranger_of_another_commune_may_not_write(province: Province, people: list[Person]) -> None:
    an, binh, *_ = people
    elsewhere = user_with("commune", province.tan_an)
    here = user_with("commune", province.nenh)
    row = {"source": an, "person": binh, "happened_from": MET, "happened_until": MET}
    for refused in (elsewhere, user_with("committee"), user_with("analyst")):
        with pytest.raises(PermissionDenied):
            actions.add_contacts(by=refused, rows=[row])
    contact = actions.add_contact(by=here, **row)
    for write in (
        lambda: actions.void_contact(by=elsewhere, contact=contact, reason="x"),
        lambda: actions.clear(by=elsewhere, person=an, on=MET, why="error"),
        lambda: actions.end_source(by=elsewhere, person=an),
        lambda: actions.record_follow_up(by=elsewhere, person=an, due_on=TODAY, state="well"),
        lambda: actions.open_presence(by=here, case_person=an, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            write()
    # Whom a case of mine met may live anywhere.
    far = person("Xa", province.tan_an)
    assert actions.add_contact(by=here, **(row | {"person": far})).unit == province.tan_an


def test_rounds_are_planned_once_and_end_with_what_the_rule_asks(
    province: Province, people: list[Person]
) -> None:
    an, binh, cuong, dung, _em = people
    team = Team.objects.create(name="Tổ 1", unit=province.nenh)
    met(an, binh), met(binh, cuong, MET + timedelta(1)), met(cuong, dung, MET + timedelta(2))
    confirm(an)
    assert actions.generate_follow_ups(by=None, on=TODAY, days=2) == 4  # F1 and F2; an F3 watches themselves
    assert actions.generate_follow_ups(by=None, on=TODAY, days=2) == 0
    assert set(FollowUp.objects.values_list("team", flat=True)) == {team.pk}
    assert actions.generate_follow_ups(by=None, on=MET + timedelta(8)) == 2  # last day of the F2
    assert actions.generate_follow_ups(by=None, on=MET + timedelta(9)) == 1
    actions.end_source(by=None, person=an)
    actions.generate_follow_ups(by=None, on=TODAY)
    assert set(FollowUp.objects.filter(due_on=TODAY).values_list("state", flat=True)) == {"void"}
    confirm(an)
    actions.generate_follow_ups(by=None, on=TODAY)
    assert set(FollowUp.objects.filter(due_on=TODAY).values_list("state", flat=True)) == {"due"}
    elsewhere = user_with("commune", province.tan_an)
    FollowUp.objects.all().delete()
    assert actions.generate_follow_ups(by=elsewhere, on=TODAY) == 0
    with pytest.raises(ValidationError):
        actions.generate_follow_ups(by=None, on=TODAY, days=400)


def test_what_was_found_is_written_once_and_nobody_is_overwritten(people: list[Person]) -> None:
    an = people[0]
    key = uuid4()
    row = actions.record_follow_up(
        by=None, person=an, due_on=TODAY, state="ill", temperature=38.25, symptoms=["fever"], uuid=key
    )
    assert (row.state, row.temperature, row.symptoms) == ("ill", Decimal("38.2"), ["fever"])
    assert actions.record_follow_up(by=None, person=an, due_on=TODAY, state="well", uuid=key).state == "ill"
    row.refresh_from_db()
    actions.record_follow_up(by=None, person=an, due_on=TODAY, state="well", version=row.version)
    with pytest.raises(Stale):
        actions.record_follow_up(by=None, person=an, due_on=TODAY, state="lost", version=row.version)
    for wrong in (
        {"state": "fine"},
        {"temperature": "hot"},
        {"temperature": 60},
        {"due_on": TODAY + timedelta(1)},
    ):
        with pytest.raises(ValidationError):
            actions.record_follow_up(**({"by": None, "person": an, "due_on": TODAY, "state": "well"} | wrong))
    assert FollowUp.objects.get().state == "well"


def test_many_follow_ups_fill_what_was_planned_and_keep_what_was_found(people: list[Person]) -> None:
    an, binh, *_ = people
    FollowUp.objects.create(person=an, due_on=TODAY)
    actions.record_follow_up(by=None, person=binh, due_on=TODAY, state="ill")
    rows = [{"person": who, "due_on": TODAY, "state": "well"} for who in (an, binh)]
    rows.append({"person": an, "due_on": TODAY - timedelta(1), "state": "not-seen"})
    found = actions.register_follow_ups_many(by=None, rows=rows)
    assert [row.state for row in found] == ["well", "ill", "not-seen"]
    assert actions.register_follow_ups_many(by=None, rows=rows) == found


def handed_in(
    province: Province, rows: list[tuple[Person, int, int]], on: date = MET, **more: object
) -> PresenceList:
    chosen: dict[str, object] = {"kind": "shift", "label": "Chuyền 3", "site": province.park} | more
    return actions.hand_in_presence(
        by=user_with("park", site=province.park, name=uuid4().hex), on=on,
        rows=[{"person": who, "minute_from": a, "minute_until": b} for who, a, b in rows], **chosen,
    )  # fmt: skip


def test_lists_open_for_one_case_only_and_only_where_it_was_there(
    province: Province, people: list[Person]
) -> None:
    an, binh, cuong, dung, em = people
    handed_in(province, [(an, 360, 840), (binh, 360, 840), (cuong, 840, 1320)])
    handed_in(province, [(an, 0, 60), (dung, 0, 60)], on=date(2021, 5, 14))  # before it was infectious
    handed_in(province, [(dung, 0, 60), (em, 0, 60)])  # not there
    officer = user_with("district", province.viet_yen)
    with pytest.raises(PermissionDenied):  # not a case
        actions.open_presence(by=officer, case_person=an, reason="truy vết")
    confirm(an)
    with pytest.raises(ValidationError):
        actions.open_presence(by=officer, case_person=an, reason=" ")
    for refused in (user_with("commune", province.nenh), user_with("park", site=province.park, name="p")):
        with pytest.raises(PermissionDenied):
            actions.open_presence(by=refused, case_person=an, reason="x")
    found = actions.open_presence(by=officer, case_person=an, reason="truy vết")
    assert [(row.person, row.setting, row.site) for row in found] == [(binh, "work", province.park)]
    assert levels() == {"An": 0, "Bình": 1}
    opened = Event.objects.get(action="tracing.presence.open")
    assert (opened.kind, opened.reason, opened.subject_ids) == (Kind.READ, "truy vết", [an.pk])
    assert actions.open_presence(by=officer, case_person=an, reason="lại") == found


def test_lists_are_handed_in_for_ones_own_site_and_deleted_on_their_day(
    province: Province, people: list[Person]
) -> None:
    an, binh, *_ = people
    with pytest.raises(PermissionDenied):
        handed_in(province, [(an, 0, 60)], site=None)
    for wrong in (
        {"kind": "party"},
        {"on": TODAY + timedelta(1)},
        {"on": TODAY - timedelta(40)},
        {"rows": []},
    ):
        chosen = {
            "kind": "bus",
            "label": "3",
            "on": MET,
            "rows": [{"person": an}],
            "site": province.park,
        } | wrong
        with pytest.raises(ValidationError):
            actions.hand_in_presence(by=None, **chosen)
    with pytest.raises(ValidationError):
        handed_in(province, [(an, 60, 60)])
    kept = handed_in(province, [(an, 0, 60), (binh, 0, 60)])
    confirm(an)
    contact = actions.open_presence(by=None, case_person=an, reason="x")[0]
    assert actions.delete_expired(kept.expires_on - timedelta(1)) == 0
    assert actions.delete_expired(kept.expires_on) == 1
    assert not Presence.objects.exists() and not PresenceList.objects.exists()
    contact.refresh_from_db()
    assert contact.presence_list is None and levels()["Bình"] == 1  # the contact stays


def test_told_contacts_are_registered_once(province: Province, people: list[Person]) -> None:
    an = people[0]
    rows = [
        {"full_name": "Nguyễn Văn Tám", "phone": "0912345678", "happened_from": MET, "happened_until": MET},
        {"full_name": "Nguyễn Văn Tám", "phone": "0912 345 678", "happened_from": MET, "happened_until": MET, "setting": "home"},
        {"full_name": "Nguyễn Văn Tám", "happened_from": MET, "happened_until": MET},
    ]  # fmt: skip
    officer = user_with("commune", province.nenh)
    found = actions.tell_contacts(by=officer, source=an, rows=rows)
    assert found[0].person == found[1].person != found[2].person  # a name alone says nothing
    assert actions.tell_contacts(by=officer, source=an, rows=rows[:2]) == found[:2]
    before = Person.objects.count()
    with pytest.raises(ValidationError, match="1"):
        actions.tell_contacts(
            by=officer, source=an, rows=[rows[0] | {"full_name": "Mới", "phone": ""} | {"id_number": "12"}]
        )
    with pytest.raises(ValidationError):
        actions.tell_contacts(by=officer, source=an, rows=[rows[2] | {"full_name": "Mới", "setting": "moon"}])
    assert Person.objects.count() == before  # nothing half written
