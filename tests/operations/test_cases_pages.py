"""The pages of cases: who sees what, entering one and many, two officers at once, milestones, clusters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from registry import Province

from songhanh.operations.audit.models import Event
from songhanh.operations.cases import actions
from songhanh.operations.cases.models import Case, Cluster, Exposure
from songhanh.operations.people.models import Person
from songhanh.operations.project.folding import fold

DAY = date(2021, 5, 17)
NAME = "Nguyễn Thị Hường"


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_TODAY", "2021-05-20")


@pytest.fixture
def make(province: Province) -> Callable[..., Case]:
    def make(name: str = NAME, unit: Any = None, phone: str = "+84912345678", **fields: Any) -> Case:
        person = Person.objects.create(
            full_name=name, name_folded=fold(name), unit=unit or province.nenh, birth_year=1995, phone=phone
        )
        fields = {"reported_on": DAY, "classification": "confirmed", "found": "community"} | fields
        return actions.register(by=None, person=person, **fields)

    return make


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_list_filters_and_searches_through_the_gate(
    province: Province,
    make: Callable[..., Case],
    client_of: Callable[..., Client],
    django_assert_max_num_queries: Any,
) -> None:
    here = make()
    there = make("Trần Thị Lan", province.tan_an, phone="", found="quarantine", reported_on=date(2021, 5, 18))
    client = client_of("district", province.viet_yen)
    page = text_of(client.get("/cases/"))
    assert here.code in page and NAME in page
    assert there.code not in page
    assert Event.objects.filter(action="people.read", actor=client.user).count() == 1
    committee = client_of("committee")
    with django_assert_max_num_queries(14):
        page = text_of(committee.get("/cases/"))
    assert here.code in page and there.code in page
    assert NAME not in page
    epidemiologist = client_of("epidemiologist")
    for query, found in (
        ("q=huong nguyen", {here.code}), ("q=0912345678", {here.code}), (f"q={there.code}", {there.code}),
        ("found=quarantine", {there.code}), ("since=18/05/2021", {there.code}), ("until=17/05/2021", {here.code}),
        (f"unit={province.viet_yen.pk}", {here.code}), ("classification=suspected", set()),
        ("counted_since=18/05/2021", {there.code}), ("outcome=died", set()),
    ):  # fmt: skip
        page = text_of(epidemiologist.get(f"/cases/?{query}"))
        assert {case.code for case in (here, there) if case.code in page} == found, query
    # Searching by a name finds nobody where the name would not be shown.
    assert here.code not in text_of(committee.get("/cases/?q=huong"))
    assert epidemiologist.get("/cases/?since=nonsense&unit=abc&page=x").status_code == 200


def test_the_list_as_csv_is_masked_and_noted(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    case = make("=cmd|Nguyễn")
    answer = client_of("committee").get("/cases/?format=csv")
    body = b"".join(answer).decode()  # type: ignore[arg-type]
    assert case.code in body and "Nguyễn" not in body
    assert Event.objects.filter(action="cases.export").count() == 1
    body = b"".join(client_of("epidemiologist").get("/cases/?format=csv")).decode()  # type: ignore[arg-type]
    assert "'=cmd|Nguyễn" in body
    assert client_of("commune", province.nenh).get("/cases/?format=csv").status_code == 404


def test_a_case_page_shows_everything_and_what_is_missing(
    province: Province,
    make: Callable[..., Case],
    client_of: Callable[..., Client],
    django_assert_max_num_queries: Any,
) -> None:
    source = make("Trần Văn Nguồn", province.tan_an)
    case = make(source_case=source, symptoms=["fever", "cough"])
    client = client_of("commune", province.nenh)
    with django_assert_max_num_queries(32):
        answer = client.get(f"/cases/{case.uuid}/")
    page = text_of(answer)
    for words in (case.code, NAME, "0912345678"[1:], source.code):
        assert words in page
    assert f'href="/cases/{case.uuid}/edit/#id_onset_on"' in answer.content.decode()
    assert client.get(f"/cases/{source.uuid}/").status_code == 404
    page = text_of(client_of("committee").get(f"/cases/{case.uuid}/"))
    assert NAME not in page and "912345678" not in page
    assert client.post(f"/cases/{case.uuid}/").status_code == 405


def test_a_case_is_corrected_and_the_second_officer_sees_both_versions(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    case = make()
    first, second = client_of("district", province.viet_yen), client_of("commune", province.nenh)
    address = f"/cases/{case.uuid}/edit/"
    forms = [client.get(address).context["form"] for client in (first, second)]
    sent = [
        {name: "" if value is None else value for name in form.fields for value in [form[name].value()]}
        for form in forms
    ]
    for form in sent:
        form |= {"reported_on": "17/05/2021", "confirmed_on": ""}
    assert first.post(address, sent[0] | {"note": "đã gọi điện"}).status_code == 302
    answer = second.post(address, sent[1] | {"national_code": "BN1234"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "đã gọi điện" in page and "BN1234" in page
    case.refresh_from_db()
    assert (case.note, case.national_code) == ("đã gọi điện", "")
    again = re.search(r'name="version" value="(\d+)"', page)
    assert again is not None and again[1] == "2"
    kept = sent[1] | {"national_code": "BN1234", "note": "đã gọi điện", "version": again[1]}
    assert second.post(address, kept).status_code == 302
    case.refresh_from_db()
    assert (case.note, case.national_code, case.version) == ("đã gọi điện", "BN1234", 3)
    refused = second.post(
        address, kept | {"version": "3", "sampled_on": "19/05/2021", "confirmed_on": "18/05/2021"}
    )
    assert refused.status_code == 422
    assert second.post(address, kept | {"version": "3", "source_code": "BG-2021-999999"}).status_code == 422
    assert client_of("commune", province.tan_an).get(address).status_code == 404
    assert client_of("committee").get(address).status_code == 404


def test_classifying_on_the_page(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    case = make(classification="suspected")
    client = client_of("commune", province.nenh)
    form = {"to": "confirmed", "on": "18/05/2021", "version": "1", "reason": "RT-PCR"}
    assert client.post(f"/cases/{case.uuid}/classify/", form).status_code == 302
    case.refresh_from_db()
    assert (case.classification, case.confirmed_on) == ("confirmed", date(2021, 5, 18))
    stale = client.post(f"/cases/{case.uuid}/classify/", form | {"to": "not-a-case"})
    assert stale.status_code == 422
    no_reason = client.post(
        f"/cases/{case.uuid}/classify/", form | {"to": "not-a-case", "version": "2", "reason": ""}
    )
    assert no_reason.status_code == 422
    assert client.post(f"/cases/{case.uuid}/classify/", {}).status_code == 422


def test_one_case_with_its_person_and_nobody_twice(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    client = client_of("commune", province.nenh)
    form = client.get("/cases/new/").context["form"]
    sent = {
        "uuid": str(form["uuid"].value()), "full_name": NAME, "birth_year": "1995", "phone": "0912 345 678", "sex": "female",
        "home": province.nenh.pk, "classification": "confirmed", "reported_on": "19/05/2021", "found": "community",
        "severity": "unknown", "outcome": "active", "onset_on": "16/05/2021",
    }  # fmt: skip
    assert client.post("/cases/new/", sent | {"onset_on": "16/05/2031"}).status_code == 422
    assert client.post("/cases/new/", sent).status_code == 302
    assert client.post("/cases/new/", sent | {"same_as": "new"}).status_code == 302  # sent twice
    case = Case.objects.get()
    assert (case.person.phone, case.unit, case.has_symptoms) == ("+84912345678", province.nenh, True)
    other = client.get("/cases/new/").context["form"]["uuid"].value()
    answer = client.post("/cases/new/", sent | {"uuid": str(other)})
    assert answer.status_code == 422
    assert case.code in text_of(answer)  # the same person, it seems, and a case already
    assert Case.objects.count() == Person.objects.count() == 1
    known = Person.objects.create(full_name="Lê Văn Tám", name_folded="le van tam", unit=province.nenh)
    page = client.get(f"/cases/new/?person={known.uuid}")
    fields = {**sent, "uuid": str(page.context["form"]["uuid"].value()), "person": str(known.uuid)}
    assert client.post("/cases/new/", fields).status_code == 302
    assert known.cases.count() == 1
    assert client.get("/cases/new/?person=nonsense").status_code == 404


def grid(client: Client, rows: list[dict[str, str]]) -> dict[str, str]:
    page = client.get("/cases/quick/").content.decode()
    uuids = re.findall(r'name="row-\d+-uuid" value="([^"]+)"', page)
    assert len(uuids) == 10
    sent = {f"row-{n}-uuid": uuid for n, uuid in enumerate(uuids)}
    for n, row in enumerate(rows):
        sent |= {f"row-{n}-{name}": value for name, value in row.items()}
    return sent | {"do": "save"}


def test_quick_entry_saves_good_rows_once_and_keeps_the_others(
    province: Province, client_of: Callable[..., Client]
) -> None:
    client = client_of("district", province.viet_yen)
    good = {
        "full_name": "Đỗ Văn Hải",
        "birth": "1990",
        "sex": "nam",
        "unit": "nenh",
        "confirmed_on": "19/05/2021",
        "found": "KCL",
    }
    sent = grid(
        client,
        [
            good,
            {
                "full_name": "Lê Thị Hoa",
                "birth": "5/6/1992",
                "unit": "Hồng Thái",
                "reported_on": "32/05/2021",
            },
            {"full_name": "Bùi Văn Xa", "unit": "Tân An"},
            {
                "full_name": "Phạm Thị Mai",
                "unit": "Hồng Thái",
                "sampled_on": "19/05/2021",
                "confirmed_on": "18/05/2021",
            },
        ],
    )
    answer = client.post("/cases/quick/", sent)
    assert answer.status_code == 422
    case = Case.objects.get()
    assert (case.code, case.found, case.classification) == ("BG-2021-000001", "quarantine", "confirmed")
    assert (case.reported_on, case.person.sex, str(case.uuid)) == (
        date(2021, 5, 20),
        "male",
        sent["row-0-uuid"],
    )
    page = answer.content.decode()
    assert 'value="Lê Thị Hoa"' in page and 'value="32/05/2021"' in page and 'value="Bùi Văn Xa"' in page
    assert 'value="Đỗ Văn Hải"' not in page
    answer = client.post("/cases/quick/", sent)  # the same again: the good one is known
    assert Case.objects.count() == 1
    assert answer.context["done"][0].status == "already"
    fixed = {name: value for name, value in sent.items() if name.startswith(("row-1", "do"))}
    fixed = {name.replace("row-1", "row-0"): value for name, value in fixed.items()} | {
        "row-0-reported_on": "19/05/2021"
    }
    assert client.post("/cases/quick/", fixed).status_code == 200
    assert Case.objects.get(person__full_name="Lê Thị Hoa").person.born_on == date(1992, 6, 5)


def test_rows_pasted_from_a_spreadsheet(province: Province, client_of: Callable[..., Client]) -> None:
    client = client_of("commune", province.nenh)
    pasted = (
        "STT\tHọ và tên\tNăm sinh\tNơi phát hiện\tNgày khẳng định\n"
        "1\tĐặng Văn A\t1988\tcộng đồng\t19/5/2021\n2\tVũ Thị B\t1999\tphong tỏa\t19/5/2021"
    )
    filled = client.post("/cases/quick/", {"pasted": pasted, "do": "fill"})
    assert filled.status_code == 200 and Case.objects.count() == 0
    assert 'value="Vũ Thị B"' in filled.content.decode()
    assert client.post("/cases/quick/", {"pasted": pasted, "do": "save"}).status_code == 200
    assert sorted(Case.objects.values_list("found", flat=True)) == ["community", "sealed"]
    for broken in ("\t\t\t\n", "\x00\x01", '"chưa đóng', "a" * 10_000, ";;;;;\n;;;"):
        assert client.post("/cases/quick/", {"pasted": broken, "do": "save"}).status_code in (200, 422), (
            broken
        )
    assert Case.objects.count() == 3  # a name may begin with a quotation mark


def test_somebody_like_somebody_known_is_asked_about(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    known = Person.objects.create(
        full_name=NAME, name_folded=fold(NAME), unit=province.nenh, birth_year=1995, phone="+84912345678"
    )
    client = client_of("commune", province.nenh)
    sent = grid(client, [{"full_name": NAME, "birth": "1995", "phone": "0912345678"}])
    answer = client.post("/cases/quick/", sent)
    assert answer.status_code == 422 and Case.objects.count() == 0
    assert str(known.uuid) in answer.content.decode()
    assert client.post("/cases/quick/", sent | {"row-0-same_as": str(known.uuid)}).status_code == 200
    assert Case.objects.get().person == known
    twin = grid(client, [{"full_name": NAME, "birth": "1995", "phone": "0912345678"}])
    assert client.post("/cases/quick/", twin | {"row-0-same_as": "new"}).status_code == 200
    assert Person.objects.count() == 2


def test_days_since_the_last_case_in_the_community(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    make(reported_on=date(2021, 5, 10), confirmed_on=date(2021, 5, 12))
    make("Trần Thị Lan", province.tan_an, phone="", reported_on=date(2021, 5, 15))
    make("Người Trong Khu", province.nenh, phone="", found="quarantine", reported_on=date(2021, 5, 20))
    make("Chưa Rõ", province.nenh, phone="", classification="suspected", reported_on=date(2021, 5, 20))
    page = client_of("committee").get("/cases/last-community/")
    days = {row["unit"].name: (row["days"], row["n"]) for row in page.context["rows"]}
    assert days == {
        "Bắc Giang": (5, 2),
        "Việt Yên": (8, 1),
        "Yên Dũng": (5, 1),
        "Nếnh": (8, 1),
        "Tân An": (5, 1),
    }
    first = page.context["rows"][0]
    assert (first["unit"].level, first["days"]) == ("province", 5)
    link = re.findall(
        r'href="(/cases/\?unit=\d+&amp;found=community&amp;counted_since=[\d-]+)"', page.content.decode()
    )
    assert len(link) == 5
    rows = client_of("epidemiologist").get(link[0].replace("&amp;", "&")).context["page"]
    assert [case.person.full_name for case in rows] == ["Trần Thị Lan"]
    page = client_of("commune", province.nenh).get("/cases/last-community/")
    assert {row["unit"].name: row["days"] for row in page.context["rows"]}["Nếnh"] == 8
    assert "Tân An" not in text_of(page)


def test_milestones_from_entry_to_publication(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    case = make()
    client = client_of("commune", province.nenh)
    address = f"/cases/{case.uuid}/milestones/"
    assert client.get(address).status_code == 200
    good = {
        "place": "Chợ Nếnh",
        "began_at": "15/05/2021 08:00",
        "ended_at": "15/05/2021 09:30",
        "unit": province.nenh.pk,
    }
    assert client.post(address, good | {"ended_at": "15/05/2021 07:00"}).status_code == 422
    assert client.post(address, good | {"began_at": "hôm qua"}).status_code == 422
    assert client.post(address, good).status_code == 302
    stop = Exposure.objects.get()
    assert stop.began_at == datetime(2021, 5, 15, 1, tzinfo=UTC)
    one = f"/cases/milestones/{stop.uuid}/"
    assert client.get(one).status_code == 200
    assert client.post(one, good | {"place": "Chợ Nếnh, cổng A", "version": "1"}).status_code == 302
    assert client.post(one, good | {"place": "Chợ khác", "version": "1"}).status_code == 422
    assert client.post(f"{one}publish/", {"published_until": "17/05/2022"}).status_code == 302
    assert Exposure.objects.get().published_until is None
    assert client.post(f"{one}publish/", {"published_until": "25/05/2021"}).status_code == 302
    public = text_of(client_of("front").get("/cases/milestones/"))
    assert "Chợ Nếnh, cổng A" in public and "08:00 15/05/2021" in public
    assert NAME not in public and case.code not in public
    body = b"".join(client_of("department").get("/cases/milestones/?format=csv")).decode()  # type: ignore[arg-type]
    assert "Chợ Nếnh" in body and case.code not in body
    Exposure.objects.update(published_until=date(2021, 5, 19))
    assert "Chợ Nếnh" not in text_of(client.get("/cases/milestones/"))
    assert client_of("commune", province.tan_an).get(one).status_code == 404
    assert client.post(f"{one}remove/", {"reason": ""}).status_code == 302
    assert Exposure.objects.count() == 1
    assert client.post(f"{one}remove/", {"reason": "nhầm người"}).status_code == 302
    assert Exposure.objects.count() == 0


def test_clusters(province: Province, make: Callable[..., Case], client_of: Callable[..., Client]) -> None:
    client = client_of("district", province.viet_yen)
    assert client.get("/cases/clusters/new/").status_code == 200
    fields = {"name": "Công ty Hosiden", "unit": province.nenh.pk, "began_on": "08/05/2021"}
    assert client.post("/cases/clusters/new/", fields | {"closed_on": "01/05/2021"}).status_code == 200
    assert client.post("/cases/clusters/new/", fields).status_code == 302
    cluster = Cluster.objects.get()
    first = make(cluster=cluster, onset_on=date(2021, 5, 14))
    make("Trần Thị Lan", province.hong_thai, phone="", cluster=cluster, source_case=first)
    page = client.get(f"/cases/clusters/{cluster.uuid}/")
    assert [case.code for case in page.context["cases"]] == ["BG-2021-000001", "BG-2021-000002"]
    listed = client.get("/cases/clusters/").context["rows"]
    assert [(row.name, numbers["n"]) for row, numbers in listed] == [("Công ty Hosiden", 2)]
    assert client.get(f"/cases/clusters/{cluster.uuid}/edit/").status_code == 200
    assert (
        client.post(
            f"/cases/clusters/{cluster.uuid}/edit/", fields | {"name": "Hosiden", "version": "1"}
        ).status_code
        == 302
    )
    assert (
        client.post(
            f"/cases/clusters/{cluster.uuid}/edit/", fields | {"name": "X", "version": "1"}
        ).status_code
        == 200
    )
    assert Cluster.objects.get().name == "Hosiden"
    stranger = client_of("commune", province.tan_an)
    assert stranger.get(f"/cases/clusters/{cluster.uuid}/").status_code == 404


def test_the_pages_say_what_their_reader_may_do(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    case = make()
    for role in ("park", "auditor", "department", "front", "administrator"):
        client = client_of(role)
        for page in (
            "/cases/",
            "/cases/new/",
            "/cases/quick/",
            f"/cases/{case.uuid}/",
            "/cases/clusters/",
            "/cases/last-community/",
        ):
            assert client.get(page).status_code == 404, (role, page)
    analyst = client_of("analyst")
    assert analyst.get("/cases/").status_code == 200
    assert analyst.get("/cases/quick/").status_code == 404
    english = client_of("epidemiologist")
    english.cookies["django_language"] = "en"
    assert "Where found" in text_of(english.get("/cases/"))
    assert "What is missing" in text_of(english.get(f"/cases/{case.uuid}/"))


def test_a_suspected_case_of_long_ago_is_said_to_wait(
    province: Province, make: Callable[..., Case], client_of: Callable[..., Client]
) -> None:
    case = make(classification="suspected", reported_on=DAY - timedelta(days=1))
    page = client_of("epidemiologist").get(f"/cases/{case.uuid}/")
    codes = {one.code for one in page.context["missing"]}
    assert {"result", "onset_on", "sampled_on", "source_code"} <= codes
    assert {"contacts", "milestones"}.isdisjoint(codes)
