"""The API: who may what, which rows come back, faults in one form, rates, keys."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from registry import Province, user_with

from songhanh.operations.accounts.actions import issue_token, revoke_token
from songhanh.operations.accounts.models import ApiToken, User
from songhanh.operations.accounts.roles import PERMISSIONS, Role
from songhanh.operations.api.build import api
from songhanh.operations.audit.actions import seal
from songhanh.operations.audit.models import Event
from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.models import Case
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Unit
from songhanh.operations.project.clock import now, today
from songhanh.operations.project.folding import fold
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing.models import Contact, FollowUp, Standing

BASE = "/api/v1"
# What each list is of; each holds one row of each commune.
LISTS = [
    "/people", "/cases", "/tracing/contacts", "/tracing/standings", "/tracing/follow-ups", "/samples", "/stays",
]  # fmt: skip


class Program:
    """A program with a key."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.token, self.key = issue_token(by=user, name="test", expires_on=today() + timedelta(days=30))
        self.client = Client(headers={"Authorization": f"Bearer {self.key}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(BASE + path, query)

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return list(answer.json()["rows"])

    def send(self, path: str, body: Any, method: str = "post") -> Any:
        call = getattr(self.client, method)
        return call(BASE + path, json.dumps(body), content_type="application/json")


@pytest.fixture(autouse=True)
def _fresh_rates() -> None:
    cache.clear()


@pytest.fixture
def program(province: Province) -> Callable[..., Program]:
    return lambda role, unit=None, site=None: Program(user_with(role, unit, site))


def a_row_of_everything(unit: Unit, name: str) -> Person:
    person = Person.objects.create(full_name=name, name_folded=fold(name), unit=unit, phone="+84912000111")
    other = Person.objects.create(full_name=f"{name} Hai", name_folded=fold(f"{name} Hai"), unit=unit)
    cases.register(by=None, person=person, reported_on=today())
    Contact.objects.create(
        source=person, person=other, unit=unit, happened_from=today(), happened_until=today()
    )
    Standing.objects.create(person=other, unit=unit, level=1)
    FollowUp.objects.create(person=other, unit=unit, due_on=today())
    Sample.objects.create(person=person, unit=unit, taken_at=now())
    Stay.objects.create(person=person, unit=unit, from_on=today(), until_on=today(), is_home=True)
    return person


@pytest.fixture
def rows(province: Province) -> dict[str, Person]:
    """A row of each register in each commune."""
    return {
        "nenh": a_row_of_everything(province.nenh, "Nguyễn Thị Hường"),
        "hong_thai": a_row_of_everything(province.hong_thai, "Đỗ Văn Hải"),
        "tan_an": a_row_of_everything(province.tan_an, "Trần Thị Lan"),
    }


# ---- who may what ------------------------------------------------------------------------------------------------


def operations() -> list[tuple[str, str, Any]]:
    return [
        (method, path, operation)
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        for path in [prefix + path]
    ]


def test_every_operation_declares_a_permission_that_exists_and_says_what_it_does() -> None:
    known = frozenset.union(*PERMISSIONS.values())
    found = operations()
    assert len(found) > 30
    for method, path, operation in found:
        assert getattr(operation.view_func, "permission", None) in known, (method, path)
        assert operation.view_func.__doc__, (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_an_operation_does_not_exist_for_a_role_without_its_permission(
    program: Callable[..., Program], province: Province, role: Role
) -> None:
    caller = program(role, None, province.park if role == Role.PARK else None)
    for method, path, operation in operations():
        if method != "GET" or "{" in path:
            continue
        allowed = operation.view_func.permission in PERMISSIONS[role]
        assert caller.get(path).status_code == (200 if allowed else 404), path


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("role", "where", "seen", "named"),
    [
        ("epidemiologist", None, {"nenh", "hong_thai", "tan_an"}, True),
        ("committee", None, {"nenh", "hong_thai", "tan_an"}, False),
        ("analyst", None, {"nenh", "hong_thai", "tan_an"}, False),
        ("district", "viet_yen", {"nenh", "hong_thai"}, True),
        ("commune", "nenh", {"nenh"}, True),
    ],
)
def test_which_rows_come_back(
    program: Callable[..., Program], province: Province, rows: dict[str, Person], path: str, role: str,
    where: str | None, seen: set[str], named: bool,
) -> None:  # fmt: skip
    caller = program(role, getattr(province, where) if where else None)
    found = caller.rows(path)
    codes = {getattr(province, place).code for place in seen}
    assert {row["unit"]["code"] for row in found} == codes
    people = [row if path == "/people" else row["person"] for row in found]
    assert {person["is_identified"] for person in people} == {named}
    text = json.dumps(found, ensure_ascii=False)
    known = {person.full_name for person in rows.values()}
    assert any(name in text for name in known) == named
    assert ("+84912000111" in text) == (named and path == "/people")
    reads = Event.objects.filter(action="people.read", actor=caller.user)
    assert reads.count() == (1 if named else 0)  # one event a request
    if named:
        uuids = {person["uuid"] for person in people}
        assert uuids <= {
            str(one)
            for one in Person.objects.filter(pk__in=reads.get().subject_ids).values_list("uuid", flat=True)
        }


def test_a_row_of_another_place_is_not_there(
    program: Callable[..., Program], province: Province, rows: dict[str, Person]
) -> None:
    caller = program("commune", province.nenh)
    other = rows["tan_an"]
    case, sample, stay = (model.objects.get(person=other) for model in (Case, Sample, Stay))
    contact = Contact.objects.get(source=other)
    for path in (
        f"/people/{other.uuid}", f"/cases/{case.uuid}", f"/cases/{case.uuid}/classification", f"/samples/{sample.uuid}",
        f"/cases/{case.uuid}/exposures", f"/stays/{stay.uuid}", f"/tracing/contacts/{contact.uuid}",
    ):  # fmt: skip
        answer = caller.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), path
    assert caller.send(f"/cases/{case.uuid}", {"version": 1, "note": "x"}, "patch").status_code == 404
    assert (
        caller.send(f"/stays/{stay.uuid}/release", {"version": 1, "on": today().isoformat()}).status_code
        == 404
    )
    body = {"person": str(other.uuid), "due_on": today().isoformat(), "state": "well"}
    assert caller.send("/tracing/follow-ups", body).status_code == 404
    # Whoever sees rows without names writes none of them.
    analyst = program("analyst")
    assert analyst.get(f"/cases/{case.uuid}").status_code == 200
    assert analyst.send(f"/cases/{case.uuid}", {"version": 1, "note": "x"}, "patch").status_code == 404


def test_a_search_by_name_finds_only_whom_the_account_may_name(
    program: Callable[..., Program], rows: dict[str, Person]
) -> None:
    committee = program("committee")
    assert committee.rows("/people", name="Hường") == committee.rows("/cases", name="Hường") == []
    found = program("epidemiologist").rows("/people", name="nguyen thi huong")
    assert {row["full_name"] for row in found} == {"Nguyễn Thị Hường", "Nguyễn Thị Hường Hai"}
    assert len(program("district").rows("/cases", name="HƯỜNG")) == 1


def test_a_contact_who_lives_elsewhere_is_told_without_a_name(
    program: Callable[..., Program], province: Province, rows: dict[str, Person]
) -> None:
    contact = Contact.objects.create(
        source=rows["tan_an"],
        person=rows["nenh"],
        unit=province.nenh,
        happened_from=today(),
        happened_until=today(),
    )
    told = program("commune", province.nenh).get(f"/tracing/contacts/{contact.uuid}").json()
    assert told["person"]["full_name"] == "Nguyễn Thị Hường"
    assert not told["source"]["is_identified"] and "Lan" not in told["source"]["full_name"]


# ---- keys, sessions, rates ---------------------------------------------------------------------------------------


def test_nobody_gets_in_without_a_key_or_a_session(db: None) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer sh_wrong"},
        {"Authorization": "Basic eDp4"},
        {"Authorization": ""},
    ):
        answer = Client(headers=headers).get(BASE + "/cases")
        assert answer.status_code == 401
        assert answer.json().keys() >= {"code", "message", "where", "remedy"}
        assert answer["Content-Type"].startswith("application/json")


def test_a_key_that_is_over_or_ended_opens_nothing(program: Callable[..., Program]) -> None:
    caller = program("analyst")
    assert caller.get("/cases").status_code == 200
    ApiToken.objects.filter(pk=caller.token.pk).update(expires_on=today() - timedelta(days=1))
    assert caller.get("/cases").status_code == 401
    ApiToken.objects.filter(pk=caller.token.pk).update(expires_on=today() + timedelta(days=1))
    assert caller.get("/cases").status_code == 200
    revoke_token(by=caller.user, token=caller.token)
    assert (caller.get("/cases").status_code, caller.get("/cases").json()["code"]) == (401, "key")
    second = program("front")
    User.objects.filter(pk=second.user.pk).update(is_active=False)
    assert second.get("/places/units").status_code == 401


def test_a_session_reads_and_needs_its_token_to_write(province: Province, rows: dict[str, Person]) -> None:
    user = user_with("commune", province.nenh)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(BASE + "/cases").status_code == 200
    case = Case.objects.get(unit=province.nenh)
    address, body = f"{BASE}/cases/{case.uuid}", json.dumps({"version": case.version, "note": "x"})
    answer = client.patch(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    token = client.get("/field/session").json()["token"]
    answer = client.patch(address, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200


def test_too_many_requests(
    program: Callable[..., Program], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "songhanh.operations.accounts.api.time.time", lambda: 6_000_000.0
    )  # one minute, standing still
    settings.API_RATES = {"read": 3, "write": 1}
    caller = program("analyst")
    assert [caller.get("/cases").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = caller.get("/cases")
    assert answer.json()["code"] == "too-many"
    assert 0 < int(answer["Retry-After"]) <= 61
    assert [caller.send("/people/candidates", {"full_name": "x"}).status_code for _ in range(2)] == [200, 429]
    assert program("committee").get("/cases").status_code == 200  # each account for itself


# ---- writing -----------------------------------------------------------------------------------------------------


def test_from_person_to_contact_to_result(program: Callable[..., Program], province: Province) -> None:
    caller = program("district", province.viet_yen)
    person = caller.send(
        "/people", {"full_name": "Đỗ Văn Hải", "phone": "0912345678", "birth_year": 1987, "unit": "07795"}
    )
    assert person.status_code == 201
    person = person.json()
    assert person["phone"] == "+84912345678" and person["unit"] == {"code": "07795", "name": "Nếnh"}
    new = {
        "person": person["uuid"],
        "reported_on": today().isoformat(),
        "uuid": str(uuid.uuid4()),
        "symptoms": ["fever"],
    }
    case = caller.send("/cases", new)
    assert case.status_code == 201
    assert caller.send("/cases", new).json()["code"] == case.json()["code"]  # the same id, the same case
    again = caller.send("/cases", {"person": person["uuid"], "reported_on": today().isoformat()})
    assert (again.status_code, again.json()["code"]) == (422, "case.again")
    step = {"to": "confirmed", "on": today().isoformat(), "version": case.json()["version"]}
    address = f"/cases/{case.json()['uuid']}"
    assert caller.send(address + "/classification", step).json()["classification"] == "confirmed"
    assert [one["after"] for one in caller.get(address + "/classification").json()] == [
        "suspected",
        "confirmed",
    ]
    other = caller.send("/people", {"full_name": "Trần Thị Lan", "unit": "07789"}).json()
    contact = {
        "source": person["uuid"], "person": other["uuid"], "happened_from": today().isoformat(),
        "happened_until": today().isoformat(), "setting": "work",
    }  # fmt: skip
    assert caller.send("/tracing/contacts", contact).status_code == 201
    assert caller.rows("/tracing/standings", level=1)[0]["person"]["uuid"] == other["uuid"]
    chain = caller.get(address + "/chain").json()
    assert [(node["level"], node["person"]["full_name"]) for node in chain["nodes"]] == [
        (0, "Đỗ Văn Hải"), (1, "Trần Thị Lan"),
    ]  # fmt: skip
    assert chain["nodes"][1]["source"] == person["uuid"]
    assert caller.send("/tracing/follow-ups/plan", {"on": today().isoformat()}).json() == {"added": 1}
    seen = {"person": other["uuid"], "due_on": today().isoformat(), "state": "well", "temperature": 36.6}
    assert caller.send("/tracing/follow-ups", seen).json()["state"] == "well"
    sample = caller.send(
        "/samples", {"person": other["uuid"], "taken_at": now().isoformat(), "laboratory": "cdc"}
    )
    assert sample.status_code == 201
    result = {"result": "positive", "result_at": now().isoformat(), "version": 1}
    assert caller.send(f"/samples/{sample.json()['uuid']}/result", result).json()["result"] == "positive"
    assert {row["level"] for row in caller.rows("/tracing/standings")} == {0}
    stay = caller.send("/stays", {"person": other["uuid"], "from_on": today().isoformat(), "place": "ct-1"})
    assert stay.status_code == 201
    blocked = caller.send(f"/stays/{stay.json()['uuid']}/release", {"on": today().isoformat(), "version": 1})
    assert blocked.status_code == 422 and blocked.json()["message"]
    place = {"place": "chợ Nếnh", "began_at": now().isoformat(), "ended_at": now().isoformat()}
    assert caller.send(address + "/exposures", place).status_code == 201
    assert len(caller.get(address + "/exposures").json()) == 1


def test_the_second_of_two_writers_is_told_the_version(
    program: Callable[..., Program], province: Province, rows: dict[str, Person]
) -> None:
    caller = program("commune", province.nenh)
    case = Case.objects.get(unit=province.nenh)
    body = {"version": case.version, "isolated_on": today().isoformat()}
    assert caller.send(f"/cases/{case.uuid}", body, "patch").json()["version"] == case.version + 1
    answer = caller.send(f"/cases/{case.uuid}", body | {"isolated_on": None}, "patch")
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["current_version"]) == ("stale", case.version + 1)


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/people", {"full_name": ""}, "full_name"),
        ("/people", {"full_name": "x", "unit": "nowhere"}, "unit"),
        ("/people", {"full_name": "x\x00"}, "full_name"),
        ("/people", {"full_name": "x", "birth_year": 2150}, "birth_year"),
        ("/cases", {"reported_on": "2021-05-17"}, "person"),
        ("/cases", {"person": "x", "reported_on": "2021-13-45"}, "person"),
        ("/samples", {"person": str(uuid.uuid4()), "taken_at": "2021-05-17T10:00:00"}, "taken_at"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    program: Callable[..., Program], province: Province, path: str, body: dict[str, Any], where: str
) -> None:
    answer = program("commune", province.nenh).send(path, body)
    assert answer.status_code == 422
    told = answer.json()
    assert where in " ".join([told["where"], *(other["where"] for other in told["also"])])
    assert told["message"] and told["code"]


def test_a_date_that_cannot_be_is_refused_as_on_the_page(
    program: Callable[..., Program], province: Province, rows: dict[str, Person]
) -> None:
    case = Case.objects.get(unit=province.nenh)
    body = {"version": case.version, "onset_on": "2015-01-01"}
    answer = program("commune", province.nenh).send(f"/cases/{case.uuid}", body, "patch")
    assert (answer.status_code, answer.json()["where"]) == (422, "onset_on")


def test_a_file_is_handed_in_tried_and_committed(program: Callable[..., Program], province: Province) -> None:
    caller = program("district", province.viet_yen)
    text = "Họ và tên,Năm sinh,Xã,Ngày báo cáo\nĐỗ Văn Hải,1987,Nếnh,{0}\nTrần Thị Lan,1990,Nếnh,tháng năm\n"
    content = text.format(today().strftime("%d/%m/%Y")).encode()
    client = caller.client

    def hand_in() -> Any:
        from_disk = io.BytesIO(content)
        from_disk.name = "f0.csv"
        return client.post(BASE + "/batches", {"file": from_disk, "target": "cases"})

    answer = hand_in()
    assert answer.status_code == 201, answer.content
    address = f"/batches/{answer.json()['uuid']}"
    tried = caller.send(address + "/try", {}).json()
    assert tried["n_rows"] == 2
    assert tried["n_created"] + tried["n_updated"] + tried["n_duplicate"] + tried["n_rejected"] == 2
    assert not Case.objects.exists()
    done = caller.send(address + "/commit", {}).json()
    assert (done["state"], done["n_created"], done["n_rejected"]) == ("committed", 1, 1)
    rejected = caller.rows(address + "/rows", verdict="rejected")
    assert [row["number"] for row in rejected] == [3] and rejected[0]["reasons"]
    assert Case.objects.count() == 1
    assert program("district", province.yen_dung).get(address).status_code == 404
    wrong = client.post(BASE + "/batches", {"target": "cases"})
    assert wrong.status_code == 422


# ---- lists -------------------------------------------------------------------------------------------------------


def test_a_list_goes_on_after_its_mark(
    program: Callable[..., Program], province: Province, rows: Any
) -> None:
    caller = program("epidemiologist")
    everything = [row["uuid"] for row in caller.rows("/people")]
    found: list[str] = []
    after = 0
    while after is not None:
        page = caller.get("/people", after=after, limit=2).json()
        assert len(page["rows"]) <= 2
        found += [row["uuid"] for row in page["rows"]]
        after = page["next"]
    assert found == everything and len(found) == 6


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_questions_does_not_grow_with_the_rows(
    program: Callable[..., Program],
    province: Province,
    rows: Any,
    path: str,
    django_assert_max_num_queries: Any,
) -> None:
    caller = program("epidemiologist")
    for n in range(4):
        a_row_of_everything(province.nenh, f"Người Thứ {n}")
    caller.get(path)
    with django_assert_max_num_queries(16):
        assert len(caller.rows(path)) >= 7


def test_filters(program: Callable[..., Program], province: Province, rows: dict[str, Person]) -> None:
    caller = program("epidemiologist")
    assert len(caller.rows("/cases", unit="222")) == 2  # a district with everything below it
    assert len(caller.rows("/cases", classification="confirmed")) == 0
    assert len(caller.rows("/tracing/contacts", person=rows["nenh"].uuid)) == 1
    assert len(caller.rows("/samples", result="pending", unit="07795")) == 1
    assert len(caller.rows("/stays", is_open="true", place="")) == 3
    assert caller.get("/cases", unit="nowhere").status_code == 422
    assert caller.get("/cases", limit=0).status_code == 422
    assert len(caller.rows("/places/units", level="commune", name="neNH")) == 1
    assert [row["slug"] for row in caller.rows("/places/facilities", unit="07789")] == ["ct-1"]
    assert [row["slug"] for row in caller.rows("/places/sites", name="quang chau")] == ["quang-chau"]


def test_who_is_waiting(program: Callable[..., Program], province: Province, rows: dict[str, Person]) -> None:
    Sample.objects.update(taken_at=now() - timedelta(hours=30))
    caller = program("district", province.viet_yen)
    told = caller.get("/waiting").json()
    assert told["total"]["result"] == 2
    assert {line["unit"]["name"] for line in told["communes"]} == {"Nếnh", "Hồng Thái"}
    assert [row["person"]["full_name"] for row in caller.rows("/waiting/result", unit="07795")] == [
        "Nguyễn Thị Hường"
    ]
    assert caller.get("/waiting/zones").status_code == 422


def test_the_audit_is_read_by_auditors(program: Callable[..., Program], rows: Any) -> None:
    program("epidemiologist").rows("/cases")
    seal()
    auditor = program("auditor")
    events = auditor.rows("/audit", action="people.read")
    assert len(events) == 1
    assert events[0]["n_subjects"] == 3 and events[0]["seal"]
    assert "Hường" not in json.dumps(auditor.rows("/audit"), ensure_ascii=False)


def test_the_description_is_served_and_its_pages_need_no_foreign_server(db: None) -> None:
    told = Client().get(BASE + "/openapi.json").json()
    assert told["info"]["title"] == "Songhanh"
    assert "/api/v1/cases" in told["paths"]
    assert Client().get(BASE + "/docs").status_code == 404
