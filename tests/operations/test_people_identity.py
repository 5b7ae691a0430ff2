"""Identities as people and spreadsheets write them, and what cannot be one."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st
from registry import Province, user_with

from songhanh.operations.audit.models import Event
from songhanh.operations.people import actions, identity
from songhanh.operations.people.models import Person
from songhanh.operations.project.base import Stale
from songhanh.operations.project.clock import now
from songhanh.operations.sampling.models import Sample


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("full_name", "  Nguyễn   Thị\tHường ", "Nguyễn Thị Hường"),
        ("full_name", unicodedata.normalize("NFD", "Đỗ Thị Hường"), "Đỗ Thị Hường"),
        ("full_name", "vợ anh Tuấn xóm 3", "vợ anh Tuấn xóm 3"),
        ("phone", "0912 345 678", "+84912345678"),
        ("phone", "912345678", "+84912345678"),
        ("phone", "912345678.0", "+84912345678"),
        ("phone", "84912345678", "+84912345678"),
        ("phone", "0204 3854 222", "+842043854222"),
        ("phone", "0912345678/0987654321", "+84912345678"),
        ("phone", "hỏi chủ trọ", "hỏi chủ trọ"),
        ("phone", "", ""),
        ("id_number", "121 234 567", "121234567"),
        ("id_number", "024188000123", "024188000123"),
        ("id_number", "24188000123.0", "024188000123"),
        ("id_number", "b1234567", "B1234567"),
        ("birth_year", "1990.0", 1990),
        ("birth_year", "", None),
        ("sex", "Nữ", "female"),
        ("sex", None, "unknown"),
        ("nationality", "Việt Nam", "VN"),
        ("nationality", "cn", "CN"),
    ],
)
def test_what_is_written_is_kept_in_one_form(field: str, written: object, kept: object) -> None:
    assert identity.clean({field: written})[field] == kept


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("full_name", ""), ("full_name", "123"), ("full_name", "A" * 161), ("full_name", None),
        ("id_number", "12345"), ("id_number", "1234567890"), ("id_number", "không có số"), ("id_number", "١٢٣٤٥٦٧٨٩"),
        ("birth_year", "90"), ("birth_year", 1850), ("birth_year", 2999), ("birth_year", "mười"), ("birth_year", "²"),
        ("born_on", date(2999, 1, 1)), ("born_on", date(1500, 1, 1)), ("sex", "nam nữ"), ("nationality", "Việt"),
        ("phone", "9" * 40), ("hamlet", "x" * 200),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field(field: str, written: object) -> None:
    with pytest.raises(ValidationError) as refused:
        identity.clean({field: written})
    assert list(refused.value.message_dict) == [field]


def test_the_year_of_birth_follows_from_the_date_and_must_agree() -> None:
    assert identity.clean({"born_on": date(1990, 5, 17)})["birth_year"] == 1990
    with pytest.raises(ValidationError) as refused:
        identity.clean({"born_on": date(1990, 5, 17), "birth_year": 1991})
    assert "birth_year" in refused.value.message_dict
    with pytest.raises(TypeError, match="no age"):
        identity.clean({"age": 3})


@given(
    st.dictionaries(
        st.sampled_from(["full_name", "phone", "id_number", "hamlet", "note"]), st.text(max_size=60)
    )
)
def test_cleaning_twice_is_cleaning_once(fields: dict[str, str]) -> None:
    try:
        once = identity.clean(fields)
    except ValidationError:
        return
    again = {name: value for name, value in once.items() if name in fields}
    assert identity.clean(again) == once


@pytest.mark.django_db
def test_registering_is_permitted_audited_and_all_or_nothing(province: Province) -> None:
    officer = user_with("commune", province.nenh)
    person = actions.register(by=officer, full_name="Đỗ Văn Hải", unit=province.nenh, phone="0912345678")
    assert (person.name_folded, person.phone, person.uuid is not None) == ("do van hai", "+84912345678", True)
    event = Event.objects.get(action="people.register")
    assert (event.subject_id, event.unit_code, event.actor) == (person.pk, "07795", officer)
    with pytest.raises(PermissionDenied):
        actions.register(by=user_with("analyst"), full_name="An")
    with pytest.raises(ValidationError) as refused:
        actions.register_many(by=officer, rows=[{"full_name": "Bình"}, {"full_name": ""}])
    assert refused.value.row == 1  # type: ignore[attr-defined]
    made = actions.register_many(
        by=officer, rows=[{"full_name": "Bình"}, {"full_name": "Cường", "birth_year": 1980}]
    )
    assert all(row.pk for row in made)
    assert Person.objects.count() == 3
    assert Event.objects.get(action="people.register_many").subject_ids == [row.pk for row in made]


@pytest.mark.django_db
def test_an_edit_knows_versions_jurisdictions_and_takes_the_rows_along(province: Province) -> None:
    officer, other = user_with("district", province.viet_yen), user_with("commune", province.tan_an)
    person = actions.register(by=None, full_name="Lan", unit=province.nenh)
    sample = Sample.objects.create(person=person, unit=province.nenh, taken_at=now())
    kept = actions.edit(by=officer, person=person, version=1, full_name="Lan Anh", unit=province.hong_thai)
    assert (kept.version, kept.name_folded) == (2, "lan anh")
    sample.refresh_from_db()
    assert sample.unit == province.hong_thai
    with pytest.raises(Stale):
        actions.edit(by=officer, person=person, version=1, full_name="Lan Hương")
    with pytest.raises(Http404):
        actions.edit(by=other, person=person, version=2, full_name="Lan Hương")
    assert Event.objects.get(action="people.edit").changes["full_name"] == ["Lan", "Lan Anh"]
