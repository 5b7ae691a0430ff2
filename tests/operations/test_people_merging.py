"""Merges and their undoing: whatever points to the two rows, both come back as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from registry import Province, build_province, user_with

from songhanh.operations.audit.models import Event
from songhanh.operations.cases.models import Case
from songhanh.operations.people import actions, duplicates
from songhanh.operations.people.models import Distinct, Merge, Person, Suspect
from songhanh.operations.people.queries import candidates, certain_match
from songhanh.operations.places.models import Unit
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.models import Contact, FollowUp, Source, Standing

DAY = date(2021, 5, 17)
MORNING = datetime(2021, 5, 17, 8, tzinfo=timezone.get_default_timezone())
MODELS: list[Any] = [Case, Contact, FollowUp, Sample, Stay]
# What moves on with every write, and what is worked out anew.
VOLATILE = {"version", "updated_at", "arrivals"}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def picture() -> dict[str, list[dict[str, Any]]]:
    """Every row of every model that points to persons, and the persons."""
    found = {}
    for model in [Person, *MODELS]:
        rows = model.objects.order_by("pk").values()
        found[model.__name__] = [{k: v for k, v in row.items() if k not in VOLATILE} for row in rows]
    for model in (Source, Standing):  # made anew: by person instead of by key
        rows = model.objects.order_by("person_id").values()
        kept = [{k: v for k, v in row.items() if k not in VOLATILE | {"id", "via_id"}} for row in rows]
        found[model.__name__] = [
            row for row in kept if row.get("level", 0) is not None or row.get("cleared_on")
        ]
    return found


def make(number: int, name: str, unit: Unit | None, **fields: Any) -> Person:
    return actions.register(by=None, full_name=name, unit=unit, **fields)


def furnish(person: Person, other: Person, what: str, number: int) -> None:
    """Give a person a row; one that the database or an action refuses is not given."""
    day = DAY + timedelta(days=number % 4)
    try:
        with transaction.atomic():
            if what == "sample":
                Sample.objects.create(
                    person=person, unit=person.unit, taken_at=MORNING + timedelta(hours=number)
                )
            elif what == "stay":
                Stay.objects.create(person=person, unit=person.unit, from_on=day, until_on=day, is_home=True)
            elif what == "case":
                Case.objects.create(person=person, unit=person.unit, reported_on=day, code=f"BG-{number}")
            elif what == "follow-up":
                FollowUp.objects.create(person=person, unit=person.unit, due_on=day)
            elif what == "source":
                tracing.set_source(
                    by=None, person=person, infectious_from=day, infectious_until=None, since_on=day
                )
            elif person.pk != other.pk:
                tracing.add_contact(
                    by=None, source=person, person=other, happened_from=day, happened_until=day
                )
    except (IntegrityError, ValidationError):
        pass


THINGS = st.sampled_from(["sample", "stay", "case", "follow-up", "source", "contact"])
OPTIONAL = st.fixed_dictionaries(
    {},
    optional={
        "phone": st.sampled_from(["0912345678", "0987654321"]),
        "birth_year": st.sampled_from([1990, 1991]),
        "note": st.sampled_from(["sốt", "ho"]),
        "external_ids": st.sampled_from([{"godata": "1"}, {"godata": "2", "sormas": "x"}]),
        "sex": st.sampled_from(["male", "female"]),
    },
)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    identities=st.lists(st.tuples(OPTIONAL, st.integers(0, 3)), min_size=4, max_size=4),
    things=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), THINGS), max_size=14),
    pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5),
)
def test_undone_in_turn_merges_leave_nothing_behind(
    identities: list[tuple[dict[str, Any], int]],
    things: list[tuple[int, int, str]],
    pairs: list[tuple[int, int]],
) -> None:
    with transaction.atomic():
        province = build_province()
        units = [province.nenh, province.hong_thai, province.tan_an, None]
        people = [make(n, "An", units[at], **fields) for n, (fields, at) in enumerate(identities)]
        for number, (one, other, what) in enumerate(things):
            furnish(people[one], people[other], what, number)
        pictures, merges = [], []
        for kept, absorbed in pairs:
            before = picture()
            try:
                done = actions.merge(by=None, kept=people[kept], absorbed=people[absorbed])
            except ValidationError:
                continue
            pictures.append(before)
            merges.append(done)
            moved = Sample.objects.filter(person=done.absorbed), Case.objects.filter(person=done.absorbed)
            assert not any(rows.exists() for rows in moved), "what has no rule against it moves"
        counts = {model: model.objects.count() for model in MODELS}
        for done in reversed(merges):
            actions.unmerge(by=None, merge=done)
            assert picture() == pictures.pop()
        assert {model: model.objects.count() for model in MODELS} == counts, "no row is lost on either way"
        transaction.set_rollback(True)


@pytest.fixture
def two(province: Province) -> tuple[Person, Person]:
    first = actions.register(by=None, full_name="Đỗ Văn Hải", unit=province.nenh, birth_year=1990)
    second = actions.register(
        by=None,
        full_name="Do Van Hai",
        unit=province.hong_thai,
        birth_year=1990,
        phone="0912345678",
        note="sốt",
    )
    return first, second


@pytest.mark.django_db
def test_the_kept_row_is_filled_and_rows_that_collide_are_shown_not_lost(
    province: Province, two: tuple[Person, Person]
) -> None:
    kept, absorbed = two
    stays = [
        Stay.objects.create(person=person, unit=person.unit, from_on=DAY, until_on=DAY, is_home=True)
        for person in two
    ]
    sample = Sample.objects.create(person=absorbed, unit=absorbed.unit, taken_at=MORNING)
    done = actions.merge(by=None, kept=kept, absorbed=absorbed, reason="cùng người")
    kept.refresh_from_db()
    sample.refresh_from_db()
    assert (kept.full_name, kept.phone, kept.note, kept.unit) == (
        "Đỗ Văn Hải",
        "+84912345678",
        "sốt",
        province.nenh,
    )
    assert (sample.person, sample.unit) == (kept, province.nenh), "its officers see what is now theirs"
    assert done.moved["left"] == {"quarantine.stay.person": [stays[1].pk]}
    actions.edit(by=None, person=kept, version=None, phone="0987654321")
    actions.unmerge(by=None, merge=done)
    kept.refresh_from_db()
    sample.refresh_from_db()
    assert (kept.phone, kept.note) == ("+84987654321", ""), "a correction made since stays"
    assert (sample.person, sample.unit) == (absorbed, province.hong_thai)
    assert list(Event.objects.filter(action__contains="merge").order_by("pk").values_list("action", flat=True)) == [
        "people.merge", "people.unmerge",
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_no_merge_is_refused(province: Province, two: tuple[Person, Person]) -> None:
    first, second = two
    third = actions.register(by=None, full_name="Hải", unit=province.tan_an)
    officer = user_with("district", province.viet_yen)
    with pytest.raises(PermissionDenied):
        actions.merge(by=user_with("commune", province.nenh), kept=first, absorbed=second)
    with pytest.raises(Http404):
        actions.merge(by=officer, kept=first, absorbed=third)
    with pytest.raises(ValidationError, match="itself"):
        actions.merge(by=officer, kept=first, absorbed=first)
    older = actions.merge(by=officer, kept=first, absorbed=second)
    with pytest.raises(ValidationError, match="merged already"):
        actions.merge(by=None, kept=third, absorbed=second)
    with pytest.raises(ValidationError, match="merged into another"):
        actions.edit(by=None, person=second, version=None, full_name="Hùng")
    newer = actions.merge(by=None, kept=first, absorbed=third)
    with pytest.raises(ValidationError, match="Undo that merge first"):
        actions.unmerge(by=officer, merge=older)
    actions.unmerge(by=None, merge=newer)
    actions.unmerge(by=officer, merge=older)
    with pytest.raises(ValidationError, match="undone already"):
        actions.unmerge(by=officer, merge=older)
    assert Merge.objects.filter(undone_at__isnull=True).count() == 0


@pytest.mark.django_db
def test_the_work_list_finds_pairs_once_and_forgets_settled_ones(
    province: Province, two: tuple[Person, Person]
) -> None:
    first, second = two
    stranger = actions.register(by=None, full_name="Trần Thị Lan", unit=province.nenh, birth_year=1990)
    assert duplicates.waiting() == 3
    assert duplicates.look(by=None) >= 1
    assert duplicates.look(by=None) == 0, "everybody was compared"
    pair = Suspect.objects.get()
    assert (pair.first, pair.second) == (first, second)
    assert stranger.pk not in {pair.first_id, pair.second_id}
    officer = user_with("district", province.viet_yen)
    assert list(duplicates.suspects(officer)) == [pair]
    assert not duplicates.suspects(user_with("district", province.yen_dung)).exists()
    assert not duplicates.suspects(user_with("commune", province.nenh)).exists(), "both must be theirs"
    actions.distinct(by=officer, first=second, second=first)
    assert not Suspect.objects.exists()
    actions.edit(by=None, person=second, version=None, occupation="công nhân")
    assert not Suspect.objects.exists(), "two persons stay two"
    assert Distinct.objects.get().by == officer


@pytest.mark.django_db
def test_candidates_say_why_and_certainty_needs_more_than_a_name(province: Province) -> None:
    born = date(1990, 5, 17)
    person = actions.register(
        by=None, full_name="Nguyễn Thị Hường", unit=province.nenh, born_on=born, phone="0912345678",
        id_number="024188000123",
    )  # fmt: skip
    asked: dict[str, Any] = {"full_name": "nguyen thi huong"}
    found = {
        "year": candidates(**asked, birth_year=1990)[0],
        "id": candidates(full_name="Nguyễn Hường", id_number="024188000123")[0],
        "birthday": candidates(**asked, born_on=born, unit=province.nenh)[0],
        "phone": candidates(**asked, phone="+84912345678", birth_year=1990)[0],
    }
    assert {candidate.person_id for candidate in found.values()} == {person.pk}
    certain = {name: certain_match(candidate) for name, candidate in found.items()}
    assert certain == {"year": False, "id": True, "birthday": True, "phone": False}
    assert "same identity number" in found["id"].reasons
    assert not candidates(full_name="Trần Văn Nam", phone="+84912345678"), "a shared telephone is no proof"
    assert not candidates(**asked, birth_year=1950, unit=province.nenh)
    other = user_with("commune", province.tan_an)
    assert not candidates(**asked, birth_year=1990, by=other), "nobody is found out through a form"
    assert candidates(full_name="", birth_year=1990) == []
