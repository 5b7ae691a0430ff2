"""Pages about persons: finding, registering, correcting, duplicates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from registry import Province

from songhanh.operations.accounts.masking import pseudonym
from songhanh.operations.audit.models import Event
from songhanh.operations.cases.models import Case
from songhanh.operations.people import actions
from songhanh.operations.people.models import Merge, Person, Suspect
from songhanh.operations.people.search import listed

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]


@pytest.fixture
def people(province: Province) -> dict[str, Person]:
    rows = [
        {"full_name": "Nguyễn Thị Hường", "unit": province.nenh, "phone": "0912345678", "birth_year": 1990},
        {
            "full_name": "Nguyễn Thị Thu Hương",
            "unit": province.hong_thai,
            "id_number": "024188000123",
            "born_on": date(1988, 2, 29),
        },
        {"full_name": "Đỗ Văn Hải", "unit": province.nenh},
        {"full_name": "Hoàng Hường Nguyễn", "unit": province.tan_an},
    ]
    made = actions.register_many(by=None, rows=rows)
    Case.objects.create(
        person=made[2],
        unit=province.nenh,
        reported_on=date(2021, 5, 17),
        code="BG-2021-000007",
        national_code="BN3456",
    )
    return dict(zip(["huong", "thu", "hai", "tan_an"], made, strict=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hường", ["huong", "thu"]), ("huong", ["huong", "thu"]), ("thi huong", ["huong"]), ("THU HƯƠNG", ["thu"]),
        ("nguyen huong", ["huong", "thu"]), ("nguyễn thị hường", ["huong", "thu"]), ("nguyen thi hu", ["huong"]),
        ("nguyen thi t", ["thu"]), ("nguyen hu", ["huong", "thu"]), ("nguyen", ["huong", "thu"]), ("đỗ", ["hai"]),
        ("0912345678", ["huong"]), ("+84 912 345 678", ["huong"]), ("091234", ["huong"]), ("024188000123", ["thu"]),
        ("0241880", ["thu"]), ("bg-2021-000007", ["hai"]), ("BN3456", ["hai"]), ("BN 3456", ["hai"]),
        ("xyz", []), ("%", []), ("_", []), ("' OR 1=1 --", []), ("9" * 200, []), ("🙂", []), ("0000", []), ("\\", []),
    ],
)  # fmt: skip
def test_a_search_finds_by_name_number_and_code_inside_the_area_only(
    province: Province, people: dict[str, Person], client_of: Enter, text: str, found: list[str]
) -> None:
    user = client_of("district", province.viet_yen).user  # type: ignore[attr-defined]
    names = {person.pk: name for name, person in people.items()}
    assert {names[row.pk] for row in listed(user, text)} == set(found)


def test_an_analyst_cannot_find_out_by_searching_what_the_page_hides(
    province: Province, people: dict[str, Person], client_of: Enter
) -> None:
    client = client_of("committee")
    assert "29/02/1988" not in client.get("/people/").text
    assert pseudonym(people["huong"].pk) in client.get("/people/").text
    for text in ("huong", "0912345678", "024188000123"):
        assert str(people["huong"].uuid) not in client.get("/people/", {"q": text}).text


def test_the_list_asks_the_database_little_and_notes_one_read(
    province: Province, people: dict[str, Person], client_of: Enter, django_assert_max_num_queries: object
) -> None:
    client = client_of("district", province.viet_yen)
    actions.register_many(
        by=None, rows=[{"full_name": f"Vũ Hoa {n}", "unit": province.nenh} for n in range(60)]
    )
    client.get("/people/")
    before = Event.objects.filter(action="people.read").count()
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        page = client.get("/people/", {"q": "hoa"})
    assert page.status_code == 200
    assert Event.objects.filter(action="people.read").count() == before + 1
    assert client.get("/people/", {"q": "x" * 500, "page": "NaN", "unit": "9e9"}).status_code == 200


def test_the_csv_is_for_those_who_may_take_rows_away(
    province: Province, people: dict[str, Person], client_of: Enter
) -> None:
    actions.register(by=None, full_name="=HYPERLINK(1)a", unit=province.nenh)
    answer = client_of("district", province.viet_yen).get("/people/?format=csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Nguyễn Thị Hường" in text
    assert "'=HYPERLINK" in text
    assert "Hoàng Hường Nguyễn" not in text
    assert Event.objects.get(kind="export").action == "people.export"
    assert client_of("commune", province.nenh).get("/people/?format=csv").status_code == 404
    text = b"".join(client_of("analyst").get("/people/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Hường" not in text
    assert "912345678" not in text


def test_a_person_s_page_shows_what_hangs_on_them(
    province: Province, people: dict[str, Person], client_of: Enter, django_assert_max_num_queries: object
) -> None:
    client = client_of("commune", province.nenh)
    address = f"/people/{people['hai'].uuid}/"
    client.get(address)
    with django_assert_max_num_queries(26):  # type: ignore[operator]
        text = client.get(address).text
    assert "BG-2021-000007" in text
    assert "Đỗ Văn Hải" in text
    assert client.get(f"/people/{people['tan_an'].uuid}/").status_code == 404
    hidden = client_of("analyst").get(address).text
    assert "Đỗ Văn Hải" not in hidden


def test_who_may_be_the_same_is_shown_before_saving(
    province: Province, people: dict[str, Person], client_of: Enter
) -> None:
    client = client_of("commune", province.nenh)
    assert client.get("/people/new/").status_code == 200
    fields = {
        "full_name": "nguyen thi huong",
        "birth_year": "1990",
        "unit": province.nenh.pk,
        "phone": "0912345678",
    }
    asked = client.post("/people/new/", fields)
    assert "Nguyễn Thị Hường" in asked.text
    assert Person.objects.count() == 4
    saved = client.post("/people/new/", fields | {"sure": "on"})
    assert saved.status_code == 302
    assert Person.objects.count() == 5
    elsewhere = client.post("/people/new/", {"full_name": "Lê Văn Tám", "unit": province.tan_an.pk})
    assert elsewhere["Location"] == "/people/", "what the officer may not see is not opened"


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"full_name": " "}, {"full_name": "An", "id_number": "1"}, {"full_name": "An", "born_on": "31/02/2000"},
        {"full_name": "An", "born_on": "05/13/1990"}, {"full_name": "An", "unit": "abc"},
        {"full_name": "An\x00", "birth_year": "19"},
        {"full_name": "A" * 500}, {"full_name": "An", "site": "999999"}, {"full_name": "An", "sex": "?"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_saved(
    province: Province, client_of: Enter, fields: dict[str, str]
) -> None:
    answer = client_of("commune", province.nenh).post("/people/new/", fields)
    assert answer.status_code == 200
    assert "error-summary" in answer.text
    assert not Person.objects.exists()


def test_the_second_of_two_officers_sees_both_versions_and_loses_nothing(
    province: Province, people: dict[str, Person], client_of: Enter
) -> None:
    client, person = client_of("commune", province.nenh), people["huong"]
    address = f"/people/{person.uuid}/edit/"
    assert 'value="Nguyễn Thị Hường"' in client.get(address).text
    mine = {
        "full_name": "Nguyễn Thị Hường",
        "unit": province.nenh.pk,
        "phone": "0912345678",
        "birth_year": "1990",
    }
    actions.edit(by=None, person=person, version=1, hamlet="Xóm 3")
    refused = client.post(address, mine | {"version": "1", "hamlet": "Xóm 7"})
    assert refused.status_code == 200
    assert "Xóm 3" in refused.text
    assert "Xóm 7" in refused.text
    assert 'name="version" value="2"' in refused.text
    assert client.post(address, mine | {"version": "2", "hamlet": "Xóm 7"}).status_code == 302
    person.refresh_from_db()
    assert (person.hamlet, person.version) == ("Xóm 7", 3)


def test_the_work_list_is_decided_by_one_button_and_undone_on_the_page(
    province: Province, people: dict[str, Person], client_of: Enter
) -> None:
    client = client_of("district", province.viet_yen)
    twin = actions.register(by=None, full_name="nguyen thi huong", unit=province.nenh, birth_year=1990)
    other = actions.register(by=None, full_name="Nguyễn thị Hường", unit=province.nenh, birth_year=1990)
    assert client.post("/people/duplicates/look/").status_code == 302
    pairs = list(Suspect.objects.all())
    assert len(pairs) == 3
    assert str(twin.uuid) in client.get("/people/duplicates/").text
    of_twin = Suspect.objects.get(first=people["huong"], second=twin)
    of_other = Suspect.objects.get(first=people["huong"], second=other)
    for pair, decision in (
        (of_other, "later"),
        (of_other, "nonsense"),
        (of_other, "two"),
        (of_twin, "first"),
    ):
        answer = client.post(f"/people/duplicates/{pair.pk}/", {"decision": decision, "page": "1"})
        assert answer["Location"] == "/people/duplicates/?page=1"
    assert client.post(f"/people/duplicates/{of_twin.pk}/", {"decision": "first"}).status_code == 404
    merge = Merge.objects.get()
    assert (merge.kept, merge.absorbed) == (people["huong"], twin)
    assert not Suspect.objects.exists()
    assert str(twin.uuid) not in client.get("/people/", {"q": "huong"}).text
    assert f"/people/merges/{merge.pk}/undo/" in client.get(f"/people/{people['huong'].uuid}/").text
    assert str(people["huong"].uuid) in client.get(f"/people/{twin.uuid}/").text
    assert client.post(f"/people/merges/{merge.pk}/undo/").status_code == 302
    merge.refresh_from_db()
    assert merge.undone_by == client.user  # type: ignore[attr-defined]
    twin.refresh_from_db()
    assert twin.merged_into is None
