"""Pages of samples."""

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
from songhanh.operations.project.clock import now
from songhanh.operations.sampling import actions
from songhanh.operations.sampling.models import Sample

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]


@pytest.fixture
def persons(province: Province) -> list[Person]:
    rows = [
        {"full_name": "Nguyễn Văn An", "unit": province.nenh, "phone": "0912345678"},
        {"full_name": "Trần Thị Bình", "unit": province.nenh},
        {"full_name": "Lê Cường", "unit": province.tan_an},
    ]
    return people.register_many(by=None, rows=rows)


def test_the_list_filters_and_asks_little(
    province: Province, persons: list[Person], client_of: Enter, django_assert_max_num_queries: object
) -> None:
    old, new = now() - timedelta(hours=30), now() - timedelta(hours=2)
    for person in persons * 10:
        actions.take(by=None, person=person, taken_at=old, tube="T1")
    actions.take(by=None, person=persons[1], taken_at=new)
    client = client_of("district", province.viet_yen)
    client.get("/samples/")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        page = client.get("/samples/").context["page"]
    assert page.count == 21
    counts = {
        query: client.get(f"/samples/?{query}").context["page"].count
        for query in (
            "late=on",
            "tube=T1",
            "result=pending",
            "result=positive",
            f"unit={province.nenh.pk}",
            "on=01/01/2020",
        )
    }
    assert list(counts.values()) == [20, 20, 21, 0, 21, 0]
    assert client.get("/samples/?on=31/02/2021&unit=x&result=?").status_code == 200
    text = b"".join(client.get("/samples/?late=on&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("Nguyễn Văn An") == 10
    assert Event.objects.filter(action="sampling.export").count() == 1


def test_a_tube_is_filled_from_one_list_and_answered_at_once(
    province: Province, persons: list[Person], client_of: Enter
) -> None:
    client = client_of("commune", province.nenh)
    assert str(persons[0].uuid) in client.get(f"/samples/take/?person={persons[0].uuid}").text
    moment = {"day": "17/05/2021", "hour": "8:30", "kind": "pcr"}
    lines = "0912345678\n  Trần Thị Bình \n\n"
    assert client.post("/samples/take/", {"persons": lines, "tube": "T7", **moment}).status_code == 302
    assert Sample.objects.filter(tube="T7").count() == 2
    assert "Trần Thị Bình" in client.get("/samples/tube/?tube=T7").text
    first, second = Sample.objects.order_by("pk")
    answer = {
        "tube": "T7",
        "result": "negative",
        f"single-{second.pk}": "positive",
        "day": "17/05/2021",
        "hour": "20:00",
    }
    assert client.post("/samples/tube/", answer).status_code == 302
    assert list(Sample.objects.order_by("pk").values_list("result", flat=True)) == ["negative", "positive"]
    assert Case.objects.get().person == second.person
    assert first.person == persons[0]
    assert client.post("/samples/tube/", answer).status_code == 200


def test_lines_that_mean_nobody_several_or_somebody_elsewhere_are_said(
    province: Province, persons: list[Person], client_of: Enter
) -> None:
    people.register(by=None, full_name="Trần Thị Bình", unit=province.nenh)
    client = client_of("commune", province.nenh)
    lines = "Lê Cường\nTrần Thị Bình\n0912345678\n0912 345 678\nnobody"
    answer = client.post(
        "/samples/take/", {"persons": lines, "day": "17/05/2021", "hour": "8:30", "kind": "pcr"}
    )
    faults = answer.context["form"].errors["persons"]
    assert len(faults) == 4
    assert not Sample.objects.exists()


def test_one_result_and_what_is_wrong_with_it(
    province: Province, persons: list[Person], client_of: Enter
) -> None:
    client = client_of("commune", province.nenh)
    sample = actions.take(by=None, person=persons[0], taken_at=now() - timedelta(days=2))
    address = f"/samples/{sample.uuid}/result/"
    assert "Nguyễn Văn An" in client.get(address).text
    for wrong in (
        {}, {"result": "maybe"}, {"result": "positive", "day": "01/01/2020", "hour": "8:00"},
        {"result": "positive", "day": "x", "hour": "99"},
    ):  # fmt: skip
        assert "error-summary" in client.post(address, {"version": "1", **wrong}).text
    yesterday = f"{now() - timedelta(days=1):%d/%m/%Y}"
    right = {"result": "positive", "ct_value": "21,5", "day": yesterday, "hour": "9:00", "version": "1"}
    assert client.post(address, right).status_code == 302
    assert client.post(address, right | {"result": "negative", "ct_value": ""}).status_code == 200, (
        "somebody was first"
    )
    sample.refresh_from_db()
    assert (sample.result, str(sample.ct_value)) == ("positive", "21.5")
    assert client_of("commune", province.tan_an).get(address).status_code == 404
