"""The gate: rows of other places are left out, names are shown inside the jurisdiction only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from registry import Province, user_with

from songhanh.operations.accounts.masking import pseudonym, shown
from songhanh.operations.accounts.models import GlassBreak
from songhanh.operations.people.models import Person
from songhanh.operations.project.clock import now
from songhanh.operations.project.folding import fold


@pytest.fixture
def three(province: Province) -> dict[str, Person]:
    names = {"nenh": "Nguyễn Thị Hường", "hong_thai": "Đỗ Văn Hải", "tan_an": "Trần Thị Lan"}
    return {
        place: Person.objects.create(full_name=name, name_folded=fold(name), unit=getattr(province, place))
        for place, name in names.items()
    }


@pytest.mark.parametrize(
    ("role", "place", "rows", "names"),
    [
        ("epidemiologist", None, 3, 3),
        ("committee", None, 3, 0),
        ("analyst", None, 3, 0),
        ("district", "viet_yen", 2, 2),
        ("commune", "nenh", 1, 1),
        ("park", None, 0, 0),
        ("department", None, 0, 0),
        ("auditor", None, 0, 0),
    ],
)
def test_rows_and_names(
    province: Province, three: dict[str, Person], role: str, place: str | None, rows: int, names: int
) -> None:
    user = user_with(role, getattr(province, place) if place else None)
    seen = list(Person.objects.visible_to(user))
    assert len(seen) == rows
    assert sum(person.is_identified for person in seen) == names
    for person in seen:
        expected = person.full_name if person.is_identified else pseudonym(person.pk)
        assert shown(person, "full_name") == expected
    assert Person.objects.identified(user).count() == names


def test_broken_glass_opens_one_person_and_closes_again(province: Province, three: dict[str, Person]) -> None:
    user = user_with("commune", province.nenh)
    other = three["tan_an"]
    broken = GlassBreak.objects.create(
        user=user, person_id=other.pk, reason="moved here", at=now(), expires_at=now() + timedelta(hours=3)
    )
    user = type(user).objects.get(pk=user.pk)  # the next request
    assert {person.pk for person in Person.objects.identified(user)} == {three["nenh"].pk, other.pk}
    GlassBreak.objects.filter(pk=broken.pk).update(expires_at=now())
    user = type(user).objects.get(pk=user.pk)
    assert {person.pk for person in Person.objects.visible_to(user)} == {three["nenh"].pk}


def test_a_row_that_never_went_through_the_gate_says_no_name(three: dict[str, Person]) -> None:
    person = Person.objects.get(pk=three["nenh"].pk)
    assert shown(person, "full_name") == pseudonym(person.pk)
    assert shown(person, "phone") == ""
    assert shown(person, "born_on") is None


def test_folding_knows_the_letters_that_do_not_decompose() -> None:
    assert fold("  ĐỖ  Thị Hường ") == fold("đỗ thị hường") == "do thi huong"
