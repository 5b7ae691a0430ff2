"""Entries from devices: each once, nothing lost, conflicts shown and settled."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from registry import Province, user_with

from songhanh.operations.audit.models import Event, Kind
from songhanh.operations.cases import actions as case_actions
from songhanh.operations.cases.models import Case
from songhanh.operations.fieldwork import actions, queries, receiving, shell
from songhanh.operations.fieldwork.models import Entry
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Unit
from songhanh.operations.project import assets
from songhanh.operations.project.clock import now, today
from songhanh.operations.project.folding import fold
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.models import Contact, FollowUp

State = Entry.State


def person_in(unit: Unit, name: str = "Nguyễn Thị Hường", **fields: Any) -> Person:
    return Person.objects.create(full_name=name, name_folded=fold(name), unit=unit, **fields)


def day(back: int = 0) -> str:
    return (today() - timedelta(days=back)).strftime("%d/%m/%Y")


def case_payload(place: Unit, /, **changes: Any) -> dict[str, Any]:
    return {
        "full_name": "Đỗ Văn Hải", "birth_year": "1987", "phone": "0912345678", "unit": str(place.pk),
        "hamlet": "thôn Núi Hiểu", "classification": "suspected", "found": "community", "reported_on": day(),
        "onset_on": day(2), "symptoms": ["fever"], "note": "",
    } | changes  # fmt: skip


def contact_payload(place: Unit, source: str, /, **changes: Any) -> dict[str, Any]:
    return {
        "source": source, "full_name": "Trần Thị Lan", "unit": str(place.pk), "happened_from": day(1),
        "happened_until": "", "setting": "work", "proximity": "close", "relation": "cùng chuyền",
    } | changes  # fmt: skip


def visit_payload(person: Person, **changes: Any) -> dict[str, Any]:
    return {
        "person": str(person.uuid),
        "due_on": today().isoformat(),
        "version": "1",
        "state": "well",
    } | changes


def submit(user: Any, kind: str, payload: Any, client_id: uuid.UUID | None = None, **more: Any) -> Entry:
    return actions.submit(
        by=user, client_id=client_id or uuid.uuid4(), kind=kind, payload=payload, made_at=now(), **more
    )


def post(client: Client, entries: Any) -> Any:
    body = entries if isinstance(entries, str | bytes) else json.dumps(entries)
    return client.post("/field/submit", body, content_type="application/json")


def item(kind: str, payload: Any, **changes: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid.uuid4()), "kind": kind, "payload": payload, "made_at": now().isoformat(), "revision": 1,
    } | changes  # fmt: skip


@pytest.fixture
def officer(province: Province) -> Any:
    return user_with("commune", province.nenh)


@pytest.fixture
def visit(province: Province) -> FollowUp:
    person = person_in(province.nenh, phone="+84912000111", hamlet="thôn Đạo Ngạn")
    return FollowUp.objects.create(person=person, unit=province.nenh, due_on=today())


# ---- the parts for the device ------------------------------------------------------------------------------------


def test_the_page_says_nothing_about_anybody(province: Province, client_of: Callable[..., Client]) -> None:
    client = client_of("commune", province.nenh)
    person_in(province.nenh)
    page = client.get("/field/")
    assert page.status_code == 200
    assert page["X-Field-Version"] == shell.version()
    text = page.content.decode()
    assert "Ca bệnh mới" in text
    assert "Hường" not in text and client.user.username not in text  # type: ignore[attr-defined]
    assert text == client_of("district", province.viet_yen).get("/field/").content.decode()


def test_the_worker_names_files_that_exist(province: Province, client_of: Callable[..., Client]) -> None:
    answer = Client().get("/field/worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    told = json.loads(answer.content.decode().split("\n", 1)[0].removeprefix("self.FIELD = ").rstrip(";"))
    assert told["home"] == "/field/"
    assert {"/field/manifest.webmanifest", assets.address("field.js")} <= set(told["files"])
    page = client_of("commune", province.nenh).get("/field/").content.decode()
    assert all(address in page for address in told["files"] if address.endswith((".js", ".css")))


def test_the_manifest_is_in_the_language_of_the_reader(db: None) -> None:
    client = Client()
    told = client.get("/field/manifest.webmanifest")
    assert told["Content-Type"] == "application/manifest+json"
    assert told.json()["scope"] == "/field/"
    client.cookies["django_language"] = "en"
    assert "field entry" in client.get("/field/manifest.webmanifest").json()["name"]


def test_strangers_get_401_and_other_roles_404(province: Province, client_of: Callable[..., Client]) -> None:
    for path in ("/field/session", "/field/data"):
        assert Client().get(path).status_code == 401
        assert client_of("front").get(path).status_code == 404 if path == "/field/data" else True
    assert post(Client(), []).status_code == 401
    client = Client()
    client.force_login(user_with("park", site=province.park))
    assert [client.get(path).status_code for path in ("/field/", "/field/conflicts/")] == [404, 404]
    assert post(client, []).status_code == 404


def test_the_lists_are_of_one_commune_and_in_the_audit(
    province: Province, visit: FollowUp, client_of: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    other = person_in(province.tan_an, "Lê Văn Xa")
    FollowUp.objects.create(person=other, unit=province.tan_an, due_on=today())
    case = case_actions.register(by=None, person=person_in(province.nenh, "Đỗ Văn Hải"), reported_on=today())
    client = client_of("commune", province.nenh)
    with django_assert_max_num_queries(24):
        lists = client.get("/field/data").json()
    assert [row["name"] for row in lists["follow_ups"]] == ["Nguyễn Thị Hường"]
    assert lists["follow_ups"][0]["phone"] == "+84912000111"
    assert [row["code"] for row in lists["cases"]] == [case.code]
    assert lists["commune"] == province.nenh.pk
    assert lists["hamlets"] == ["thôn Đạo Ngạn"]
    assert {row["name"] for row in lists["other_communes"]} == {"Hồng Thái (Việt Yên)", "Tân An (Yên Dũng)"}
    event = Event.objects.get(action="fieldwork.to_device")
    assert event.kind == Kind.READ
    assert set(event.subject_ids) == {visit.person_id, case.person_id}


def test_a_district_chooses_its_commune(
    province: Province, visit: FollowUp, client_of: Callable[..., Client]
) -> None:
    client = client_of("district", province.viet_yen)
    assert client.get("/field/data").json()["follow_ups"] == []
    assert len(client.get(f"/field/data?commune={province.nenh.pk}").json()["follow_ups"]) == 1
    assert client.get(f"/field/data?commune={province.tan_an.pk}").json()["commune"] is None
    for wrong in ("x", "-1", "9" * 30, "²"):
        assert client.get("/field/data", {"commune": wrong}).json()["commune"] is None


# ---- taking entries ----------------------------------------------------------------------------------------------


def test_a_case_arrives_once_however_often_it_is_sent(
    province: Province, client_of: Callable[..., Client]
) -> None:
    client = client_of("commune", province.nenh)
    sent = item("case", case_payload(province.nenh))
    answers = [post(client, [sent, sent]).json(), post(client, [sent]).json()]
    assert [answer["state"] for part in answers for answer in part] == ["done"] * 3
    case = Case.objects.get()
    assert case.person.full_name == "Đỗ Văn Hải"
    assert case.person.unit == case.unit == province.nenh
    assert case.symptoms == ["fever"] and case.found == "community"
    assert Person.objects.count() == Entry.objects.count() == 1
    assert Event.objects.filter(action="fieldwork.done").count() == 1


def test_a_contact_of_a_case_from_the_same_device(province: Province, officer: Any) -> None:
    case_id = uuid.uuid4()
    waits = submit(officer, "contact", contact_payload(province.tan_an, str(case_id)))
    assert (waits.state, waits.reasons[0]["code"]) == (State.REJECTED, "gone")
    submit(officer, "case", case_payload(province.nenh), case_id)
    taken = submit(officer, "contact", waits.payload, waits.client_id)
    assert taken.state == State.DONE
    contact = Contact.objects.get()
    assert contact.source == Case.objects.get().person
    assert contact.person.unit == province.tan_an
    assert contact.happened_until == contact.happened_from


def test_a_contact_waits_for_its_case_to_be_accepted(province: Province, officer: Any) -> None:
    wrong = submit(officer, "case", case_payload(province.nenh, reported_on="31/02/2021"))
    contact = submit(officer, "contact", contact_payload(province.nenh, str(wrong.client_id)))
    assert contact.reasons[0] | {"message": ""} == {"field": "source", "code": "source-waits", "message": ""}
    submit(officer, "case", case_payload(province.nenh), wrong.client_id, revision=2)
    assert submit(officer, "contact", contact.payload, contact.client_id).state == State.DONE


def test_the_person_who_is_certain_is_not_registered_twice(province: Province, officer: Any) -> None:
    known = person_in(province.nenh, "Trần Thị Lan", id_number="024190000123")
    case = case_actions.register(by=None, person=person_in(province.nenh), reported_on=today())
    payload = contact_payload(province.nenh, str(case.uuid), id_number="024190000123")
    assert submit(officer, "contact", payload).state == State.DONE
    assert Contact.objects.get().person == known


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"reported_on": "tháng năm"}, "reported_on"),
        ({"onset_on": "01/01/2015"}, "onset_on"),
        ({"birth_year": "19877"}, "birth_year"),
        ({"unit": "999999"}, "unit"),
        ({"unit": ""}, "unit"),
        ({"symptoms": ["unknown-to-us"]}, "symptoms"),
        ({"full_name": "\x00"}, "full_name"),
        ({"full_name": "x" * 1000}, "full_name"),
        ({"full_name": {"a": 1}}, "full_name"),
    ],
)
def test_what_the_checks_refuse_is_kept_with_its_reason(
    province: Province, officer: Any, changes: dict[str, Any], field: str
) -> None:
    entry = submit(officer, "case", case_payload(province.nenh, **changes))
    assert entry.state == State.REJECTED
    assert field in {reason["field"] for reason in entry.reasons}
    assert all(reason["message"] for reason in entry.reasons)
    assert not Case.objects.exists() and not Person.objects.exists()


def test_a_rejected_entry_is_corrected_under_its_id(province: Province, officer: Any) -> None:
    entry = submit(officer, "case", case_payload(province.nenh, birth_year="2999"))
    assert entry.state == State.REJECTED
    mended = submit(officer, "case", case_payload(province.nenh), entry.client_id, revision=2)
    assert (mended.state, mended.pk, mended.revision) == (State.DONE, entry.pk, 2)
    # The first edition arrives late, once more: nothing changes.
    late = submit(
        officer, "case", case_payload(province.nenh, birth_year="2999"), entry.client_id, revision=1
    )
    assert late.state == State.DONE
    assert Case.objects.count() == 1


def test_a_commune_outside_the_jurisdiction_is_refused_for_cases(province: Province, officer: Any) -> None:
    entry = submit(officer, "case", case_payload(province.tan_an))
    assert entry.state == State.REJECTED
    assert not Case.objects.exists() and not Person.objects.exists()


def test_an_entry_changed_before_the_answer_came_is_written_over_the_first(
    province: Province, officer: Any
) -> None:
    first = submit(officer, "case", case_payload(province.nenh))
    second = submit(
        officer,
        "case",
        case_payload(province.nenh, hamlet="thôn Khác", found="sealed"),
        first.client_id,
        revision=2,
    )
    assert second.state == State.DONE
    case = Case.objects.get()
    assert (case.found, case.person.hamlet) == ("sealed", "thôn Khác")


def test_a_changed_contact_takes_the_place_of_the_first(province: Province, officer: Any) -> None:
    case = case_actions.register(by=None, person=person_in(province.nenh), reported_on=today())
    first = submit(officer, "contact", contact_payload(province.nenh, str(case.uuid)))
    payload = contact_payload(province.nenh, str(case.uuid), happened_from=day(3))
    assert submit(officer, "contact", payload, first.client_id, revision=2).state == State.DONE
    assert [contact.is_void for contact in Contact.objects.order_by("pk")] == [True, False]
    assert Person.objects.count() == 2


def test_an_entry_of_somebody_else_is_not_taken(province: Province, client_of: Callable[..., Client]) -> None:
    first, second = client_of("commune", province.nenh), client_of("commune", province.hong_thai)
    sent = item("case", case_payload(province.nenh))
    assert post(first, [sent]).json()[0]["state"] == "done"
    assert post(second, [sent]).json()[0]["reasons"][0]["code"] == "other-user"
    bound = item("case", case_payload(province.hong_thai), user_id=first.user.pk)  # type: ignore[attr-defined]
    assert post(second, [bound]).json()[0]["reasons"][0]["code"] == "other-user"
    assert Case.objects.count() == 1


@pytest.mark.parametrize("body", ["", "{", "{}", "null", '"x"', b"\xff\xfe", "[" * 100_000, "[" * 2_000_000])
def test_what_is_no_list_is_refused_whole(
    province: Province, client_of: Callable[..., Client], body: Any
) -> None:
    answer = post(client_of("commune", province.nenh), body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "list"


@pytest.mark.parametrize(
    "wrong",
    [
        None, 1, "x", [], {}, {"client_id": "x"}, {"made_at": "yesterday"}, {"made_at": "2021-13-45T00:00:00Z"},
        {"made_at": "0001-01-01T00:00:00Z"}, {"revision": 0}, {"revision": "2"}, {"revision": True},
        {"revision": 10**30}, {"kind": "zone"}, {"kind": None}, {"payload": None}, {"payload": [1]},
        {"payload": {"full_name": "\ud800", "\x00": float("inf")}},
    ],
)  # fmt: skip
def test_a_broken_entry_does_not_hold_up_the_others(
    province: Province, client_of: Callable[..., Client], wrong: Any
) -> None:
    broken = item("case", case_payload(province.nenh)) | wrong if isinstance(wrong, dict) and wrong else wrong
    good = item("case", case_payload(province.nenh))
    answer = post(client_of("commune", province.nenh), [broken, good])
    assert answer.status_code == 200
    assert [part["state"] for part in answer.json()] == ["rejected", "done"]


def test_a_failure_of_ours_leaves_the_entry_in_the_queue(
    province: Province, officer: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(**_fields: Any) -> None:
        raise RuntimeError("the disk is full")

    sent = item("case", case_payload(province.nenh))
    with monkeypatch.context() as patched:
        patched.setattr(case_actions, "register", fails)
        assert receiving.receive(officer, [sent])[0]["state"] == "failed"
    assert not Entry.objects.exists() and not Person.objects.exists()  # nothing half written
    assert "could not be written" in caplog.text
    assert receiving.receive(officer, [sent])[0]["state"] == "done"


# ---- conflicts ---------------------------------------------------------------------------------------------------


@pytest.fixture
def conflict(province: Province, officer: Any, visit: FollowUp) -> Entry:
    """A visit that a colleague entered meanwhile, and found something else."""
    colleague = user_with("commune", province.nenh, name="colleague")
    tracing.record_follow_up(
        by=colleague, person=visit.person, due_on=today(), state="ill", symptoms=["fever"]
    )
    return submit(officer, "follow-up", visit_payload(visit.person, temperature="36,6", note="khỏe"))


def test_a_visit_is_recorded(officer: Any, visit: FollowUp) -> None:
    entry = submit(
        officer,
        "follow-up",
        visit_payload(visit.person, state="ill", temperature="38,2", symptoms=["fever", "cough"]),
    )
    assert entry.state == State.DONE
    visit.refresh_from_db()
    assert (visit.state, str(visit.temperature), visit.symptoms) == ("ill", "38.2", ["fever", "cough"])
    assert visit.done_by == officer


def test_the_same_finding_of_two_is_no_conflict(province: Province, officer: Any, visit: FollowUp) -> None:
    tracing.record_follow_up(by=None, person=visit.person, due_on=today(), state="well")
    assert submit(officer, "follow-up", visit_payload(visit.person)).state == State.DONE


def test_a_conflict_writes_nothing_and_shows_both(
    province: Province, officer: Any, visit: FollowUp, conflict: Entry
) -> None:
    assert conflict.state == State.CONFLICT
    visit.refresh_from_db()
    assert visit.state == "ill"
    client = Client()
    client.force_login(officer)
    assert client.get("/field/data").json()["n_conflicts"] == 1
    page = client.get("/field/conflicts/").content.decode()
    assert "36,6" in page and "khỏe" in page and "colleague" not in page.split("<main")[0]
    assert visit.person.full_name in page
    assert Event.objects.filter(action="people.read", subject_ids=[visit.person_id]).count() == 1


def test_keep_mine_keep_theirs(officer: Any, visit: FollowUp, conflict: Entry) -> None:
    client = Client()
    client.force_login(officer)
    address = f"/field/conflicts/{conflict.client_id}/settle/"
    visit.refresh_from_db()
    client.post(address, {"keep": "mine", "version": visit.version})
    visit.refresh_from_db()
    conflict.refresh_from_db()
    assert (visit.state, str(visit.temperature)) == ("well", "36.6")
    assert (conflict.state, conflict.resolution) == (State.RESOLVED, "mine")
    # A second click, or another window: nothing more happens.
    before = visit.version
    client.post(address, {"keep": "theirs"})
    visit.refresh_from_db()
    assert visit.version == before
    assert "trong cửa sổ khác" in client.get("/field/conflicts/").content.decode()


def test_keep_theirs_keeps_the_entry_too(officer: Any, visit: FollowUp, conflict: Entry) -> None:
    client = Client()
    client.force_login(officer)
    client.post(f"/field/conflicts/{conflict.client_id}/settle/", {"keep": "theirs"})
    conflict.refresh_from_db()
    visit.refresh_from_db()
    assert (conflict.state, conflict.resolution, conflict.payload["note"]) == (
        State.RESOLVED,
        "theirs",
        "khỏe",
    )
    assert visit.state == "ill"
    # The device sends it once more, as it never heard the answer.
    assert submit(officer, "follow-up", conflict.payload, conflict.client_id).state == State.RESOLVED


def test_a_decision_on_an_old_version_is_not_taken(officer: Any, visit: FollowUp, conflict: Entry) -> None:
    visit.refresh_from_db()
    tracing.record_follow_up(
        by=None, person=visit.person, due_on=today(), state="lost", version=visit.version
    )
    client = Client()
    client.force_login(officer)
    client.post(f"/field/conflicts/{conflict.client_id}/settle/", {"keep": "mine", "version": visit.version})
    visit.refresh_from_db()
    conflict.refresh_from_db()
    assert (visit.state, conflict.state) == ("lost", State.CONFLICT)


def test_mine_is_edited(officer: Any, visit: FollowUp, conflict: Entry) -> None:
    client = Client()
    client.force_login(officer)
    address = f"/field/conflicts/{conflict.client_id}/"
    page = client.get(address).content.decode()
    assert "khỏe" in page
    fields = visit_payload(visit.person, state="ill", temperature="99", symptoms=["cough"])
    assert client.post(address, fields).status_code == 200
    fields["temperature"] = "38,5"
    assert client.post(address, fields).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, str(visit.temperature), visit.symptoms) == ("ill", "38.5", ["cough"])


def test_a_case_that_was_registered_meanwhile(province: Province, officer: Any) -> None:
    there = person_in(province.nenh, "Đỗ Văn Hải", id_number="024087000123")
    case = case_actions.register(by=None, person=there, reported_on=today(), found="quarantine")
    entry = submit(officer, "case", case_payload(province.nenh, id_number="024087000123"))
    assert entry.state == State.CONFLICT
    assert case.code in entry.reasons[0]["message"]
    assert Case.objects.count() == Person.objects.count() == 1
    actions.keep_mine(by=officer, entry=entry, version=case.version)
    case.refresh_from_db()
    assert (case.found, case.symptoms) == ("community", ["fever"])


def test_an_addition_to_a_case_that_changed(province: Province, officer: Any) -> None:
    case = case_actions.register(by=None, person=person_in(province.nenh), reported_on=today())
    payload = {
        "case": str(case.uuid),
        "version": str(case.version),
        "isolated_on": day(),
        "symptoms": ["cough"],
    }
    assert submit(officer, "case-change", payload).state == State.DONE
    stale = submit(officer, "case-change", payload | {"isolated_on": day(1)})
    assert stale.state == State.CONFLICT
    case.refresh_from_db()
    assert case.isolated_on == today()
    shown = queries.open_entries(officer)[0]
    assert {line.name: (line.mine, line.theirs) for line in shown.lines}["isolated_on"] == (day(1), day())
    assert submit(officer, "case-change", {"case": str(case.uuid), "version": "1"}).state == State.REJECTED


def test_an_entry_is_its_makers_alone(
    province: Province, conflict: Entry, client_of: Callable[..., Client]
) -> None:
    client = client_of("district", province.viet_yen)
    address = f"/field/conflicts/{conflict.client_id}/"
    assert client.get(address).status_code == 404
    assert client.post(address + "settle/", {"keep": "theirs"}).status_code == 404
    assert "36,6" not in client.get("/field/conflicts/").content.decode()


def test_a_rejected_entry_is_corrected_or_given_up_online(province: Province, officer: Any) -> None:
    client = Client()
    client.force_login(officer)
    first = submit(officer, "case", case_payload(province.nenh, reported_on="x"))
    second = submit(officer, "case", case_payload(province.nenh, full_name=""))
    page = client.get("/field/conflicts/").content.decode()
    assert str(first.client_id) in page and str(second.client_id) in page
    address = f"/field/conflicts/{first.client_id}/"
    assert client.post(address, case_payload(province.nenh)).status_code == 302
    client.post(f"/field/conflicts/{second.client_id}/settle/", {"keep": "theirs"})
    assert Case.objects.count() == 1
    assert not queries.open_entries(officer)
