"""Pages of quarantine, and what a firm is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from registry import Province

from songhanh.operations.audit.models import Event
from songhanh.operations.cases.models import Case
from songhanh.operations.people import actions as people
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Site
from songhanh.operations.project.clock import now, today
from songhanh.operations.quarantine import actions
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling import actions as sampling

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]


@pytest.fixture
def persons(province: Province) -> list[Person]:
    rows = [
        {"full_name": "Nguyễn Văn An", "unit": province.nenh, "site": province.park},
        {"full_name": "Trần Thị Bình", "unit": province.nenh, "site": province.park},
        {"full_name": "Lê Cường", "unit": province.tan_an},
    ]
    return people.register_many(by=None, rows=rows)


def test_the_list_shows_who_is_where_and_how_full_the_places_are(
    province: Province, persons: list[Person], client_of: Enter, django_assert_max_num_queries: object
) -> None:
    for person in persons:
        actions.admit(
            by=None,
            person=person,
            from_on=today() - timedelta(days=30),
            until_on=today(),
            place=province.quarantine,
        )
    client = client_of("district", province.viet_yen)
    client.get("/quarantine/")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        answer = client.get("/quarantine/")
    assert answer.context["page"].count == 2
    place = answer.context["places"][0]
    assert (place.inside, place.free) == (3, 297)
    for query, count in (
        ("state=due", 2),
        ("state=ended", 0),
        (f"place={province.quarantine.pk}", 2),
        ("place=x", 2),
    ):
        assert client.get(f"/quarantine/?{query}").context["page"].count == count
    text = b"".join(client.get("/quarantine/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Lê Cường" not in text
    assert Event.objects.filter(action="quarantine.export").count() == 1


def test_admitting_a_list_is_all_or_nothing(
    province: Province, persons: list[Person], client_of: Enter
) -> None:
    client = client_of("commune", province.nenh)
    assert client.get("/quarantine/admit/").status_code == 200
    actions.admit(by=None, person=persons[1], from_on=today(), is_home=True)
    fields = {
        "persons": "Nguyễn Văn An\nTrần Thị Bình",
        "place": province.quarantine.pk,
        "from_on": "17/05/2021",
    }
    assert "error-summary" in client.post("/quarantine/admit/", fields).text
    assert Stay.objects.count() == 1
    assert client.post("/quarantine/admit/", fields | {"persons": "Nguyễn Văn An"}).status_code == 302
    stay = Stay.objects.get(person=persons[0])
    assert f"{stay.until_on}" == "2021-06-06"


def test_the_page_says_what_stands_against_a_release(
    province: Province, persons: list[Person], client_of: Enter
) -> None:
    client = client_of("commune", province.nenh)
    stay = actions.admit(
        by=None,
        person=persons[0],
        from_on=today() - timedelta(days=13),
        until_on=today(),
        place=province.quarantine,
    )
    for day in (13, 7, 1):
        taken = now() - timedelta(days=day)
        last = sampling.take(by=None, person=persons[0], taken_at=taken)
        if day > 1:
            sampling.result(by=None, sample=last, result="negative", result_at=taken + timedelta(hours=5))
    address = f"/quarantine/{stay.uuid}/"
    page = client.get(address)
    assert [reason.code for reason in page.context["reasons"]] == ["pending", "samples-missing"]
    refused = client.post(f"{address}release/", {"on": f"{today():%d/%m/%Y}", "version": "1"})
    assert page.context["reasons"][0].words in refused.text
    stay.refresh_from_db()
    assert stay.released_on is None
    sampling.result(by=None, sample=last, result="negative", result_at=now())
    later = today() + timedelta(days=3)
    steps = {
        "extend": {"until_on": f"{later:%d/%m/%Y}", "reason": "F1 mới", "version": "1"},
        "move": {"place": "", "room": "", "version": "2"},
        "transfer": {"on": f"{today():%d/%m/%Y}", "reason": "BV Phổi", "version": "3"},
    }
    for what, fields in steps.items():
        assert client.post(f"{address}{what}/", {**fields, "version": "99"}).status_code == 200
        assert client.post(f"{address}{what}/", fields).status_code == 302, what
    assert client.post(f"{address}delete/").status_code == 404
    stay.refresh_from_db()
    assert (stay.until_on, stay.is_home, stay.ending) == (later, True, "transferred")


def test_a_firm_is_told_until_when_and_nothing_else(
    province: Province, persons: list[Person], client_of: Enter
) -> None:
    plant = Site.objects.create(slug="plant", name="Nhà máy A", kind="plant", parent=province.park)
    Person.objects.filter(pk=persons[1].pk).update(site=plant)
    until = today() + timedelta(days=7)
    stay = actions.admit(
        by=None, person=persons[0], from_on=today(), until_on=until, place=province.quarantine
    )
    Case.objects.create(
        person=persons[1], unit=province.nenh, code="BG-1", classification="confirmed", reported_on=today()
    )
    actions.admit(by=None, person=persons[2], from_on=today(), until_on=until, is_home=True)
    client = client_of("park", site=province.park)
    answer = client.get("/quarantine/absent/")
    rows = answer.context["rows"]
    assert {row.name for row in rows} == {"Nguyễn Văn An", "Trần Thị Bình"}
    assert all(vars(row).keys() == {"name", "site", "until"} for row in rows)
    for secret in ("BG-1", str(stay.uuid), str(persons[0].uuid), province.quarantine.name, "F0", "F1"):
        assert secret not in answer.text
    assert sorted(Event.objects.filter(kind="read").latest("pk").subject_ids) == sorted(
        p.pk for p in persons[:2]
    )
    assert (
        client_of("park", site=Site.objects.create(slug="b", name="B", kind="park"))
        .get("/quarantine/absent/")
        .context["rows"]
        == []
    )
    assert client.get("/quarantine/").status_code == 404
