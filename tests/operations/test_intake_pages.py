"""The pages of intake as a browser sees them: hand in, look, read otherwise, write, take out, declare."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from registry import Province

from songhanh.operations.audit.models import Event
from songhanh.operations.cases import actions as cases
from songhanh.operations.intake import jobs
from songhanh.operations.intake.models import Batch, Declaration
from songhanh.operations.people import actions as people
from songhanh.operations.people.models import Person

Enter = Callable[..., Client]
CASES = (
    "Họ và tên,Năm sinh,SĐT,Xã,Ngày báo cáo,Giới tính\n"
    "Nguyễn Thị Hường,1987,0912345678,Nếnh,17/05/2021,Nữ\nTrần Văn Đức,1990,,Nếnh,45/05/2021,Nam\n"
)


def handed_in(client: Client, text: str = CASES, name: str = "f0.csv") -> Batch:
    answer = client.post(reverse("intake:home"), {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.get(uuid=answer["Location"].rstrip("/").split("/")[-1])


def test_a_list_is_handed_in_looked_at_and_written(province: Province, client_of: Enter) -> None:
    client = client_of("commune", province.nenh)
    batch = handed_in(client)
    page = reverse("intake:batch", args=[batch.uuid])
    text = client.get(page).content.decode()
    assert "45/05/2021" in text and "Ngày báo cáo" in text
    assert not Person.objects.exists()
    assert Event.objects.filter(action="intake.read", subject_id=batch.pk).count() == 1
    only = client.get(page, {"verdict": "rejected"}).content.decode()
    assert "Trần Văn Đức" in only and "Nguyễn Thị Hường" not in only
    client.post(reverse("intake:work", args=[batch.uuid, "commit"]))
    batch.refresh_from_db()
    assert (batch.state, batch.n_created, batch.n_rejected) == ("committed", 1, 1)
    download = client.get(reverse("intake:rejected", args=[batch.uuid]))
    rows = list(csv.reader(io.StringIO(b"".join(download).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert rows[1][0] == "Trần Văn Đức" and "45/05/2021" in rows[1][-1]
    assert batch.file_name in client.get(reverse("intake:home")).content.decode()


def test_a_file_that_is_none_is_refused_on_the_page(province: Province, client_of: Enter) -> None:
    client = client_of("commune", province.nenh)
    for name, content in (("a.pdf", b"%PDF-1.4"), ("b.csv", b"x"), ("c.xlsx", b"PK\x03\x04broken")):
        answer = client.post(reverse("intake:home"), {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422, name
        assert "error-summary" in answer.content.decode()
    assert client.post(reverse("intake:home"), {}).status_code == 422
    assert not Batch.objects.exists()


def test_columns_are_read_otherwise(province: Province, client_of: Enter) -> None:
    client = client_of("commune", province.nenh)
    batch = handed_in(client, "Bí danh,Ngày báo cáo,Xã\nNgười Lạ,17/05/2021,Nếnh\n")
    address = reverse("intake:mapping", args=[batch.uuid])
    form = {
        "target": "cases",
        "source_format": "table",
        "date_order": "dmy",
        "unit": "",
        "classification": "suspected",
    }
    fields = {"column_0": "full_name", "column_1": "reported_on", "column_2": "commune"}
    assert client.post(address, form | fields).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.n_created) == ("tried", 1)
    assert client.post(address, form | {"column_0": "no_such_field"}).status_code == 422
    assert client.post(address, form | {"target": "contacts"}).status_code == 302


def test_a_large_file_waits_for_the_worker_and_can_be_stopped(
    province: Province, client_of: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    client = client_of("commune", province.nenh)
    batch = handed_in(client)
    page = reverse("intake:batch", args=[batch.uuid])
    assert 'hx-trigger="every 2s"' in client.get(page).content.decode()
    client.post(reverse("intake:work", args=[batch.uuid, "cancel"]))
    jobs.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "tried"
    client.post(reverse("intake:work", args=[batch.uuid, "try"]))
    jobs.run(batch.pk)
    client.post(reverse("intake:work", args=[batch.uuid, "discard"]))
    assert not Batch.objects.exists()


def test_a_file_is_seen_by_who_handed_it_in(province: Province, client_of: Enter) -> None:
    batch = handed_in(client_of("commune", province.nenh))
    others = {
        "commune": province.hong_thai,
        "district": province.viet_yen,
        "analyst": None,
        "auditor": None,
        "front": None,
    }
    for role, unit in others.items():
        client = client_of(role, unit)
        for name in ("batch", "rejected"):
            assert client.get(reverse(f"intake:{name}", args=[batch.uuid])).status_code == 404, role
        for what in ("try", "commit", "discard", "cancel"):
            assert client.post(reverse("intake:work", args=[batch.uuid, what])).status_code == 404
        assert client.post(reverse("intake:mapping", args=[batch.uuid]), {}).status_code == 404
    assert client_of("epidemiologist").get(reverse("intake:batch", args=[batch.uuid])).status_code == 200


def test_the_pages_ask_few_questions(
    province: Province, client_of: Enter, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = client_of("commune", province.nenh)
    rows = "".join(f"Người {n},1990,,Nếnh,17/05/2021,Nam\n" for n in range(120))
    batch = handed_in(client, CASES + rows)
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        client.get(reverse("intake:batch", args=[batch.uuid]))
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        client.get(reverse("intake:home"))


# --- out ---


def _two_cases(province: Province) -> None:
    for name, unit, phone in (
        ("Nguyễn Thị Hường", province.nenh, "0912345678"),
        ("Trần Văn Đức", province.tan_an, ""),
    ):
        person = people.register(
            by=None, full_name=name, unit=unit, phone=phone, birth_year=1987, note="=1+1"
        )
        cases.register(
            by=None, person=person, reported_on=date(2021, 5, 17), classification="confirmed", note="=cmd()"
        )


def _download(client: Client, *names: str) -> bytes:
    answer = client.get(reverse("intake:download", args=names))
    assert answer.status_code == 200
    return b"".join(answer)  # type: ignore[arg-type]


def test_an_export_is_pseudonymised_and_audited(province: Province, client_of: Enter) -> None:
    _two_cases(province)
    client = client_of("district", province.viet_yen)
    rows = list(
        csv.DictReader(io.StringIO(_download(client, "songhanh", "cases", "csv").decode("utf-8-sig")))
    )
    assert [row["full_name"] for row in rows] == ["Nguyễn Thị Hường"]
    assert rows[0]["phone"] == "'+84912345678" and rows[0]["note"] == "'=cmd()"
    assert Event.objects.filter(kind="export", action="intake.export").count() == 1
    analyst = client_of("analyst")
    for source_format, target, suffix in (
        ("songhanh", "cases", "csv"), ("godata", "cases", "csv"), ("sormas", "cases", "csv"), ("who", "cases", "csv"),
        ("godata-json", "cases", "json"), ("dhis2", "cases", "json"), ("fhir", "all", "json"), ("r", "cases", "csv"),
    ):  # fmt: skip
        text = _download(analyst, source_format, target, suffix).decode()
        assert "Hường" not in text and "912345678" not in text, source_format
        assert len(text) > 100
    for role in ("commune", "park", "auditor", "front"):
        other = client_of(role, province.nenh if role == "commune" else None)
        assert other.get(reverse("intake:export")).status_code == 404
        assert other.get(reverse("intake:download", args=["songhanh", "cases", "csv"])).status_code == 404
    assert analyst.get(reverse("intake:download", args=["songhanh", "all", "csv"])).status_code == 404
    assert analyst.get(reverse("intake:download", args=["fhir", "all", "xlsx"])).status_code == 404
    assert "FHIR" in analyst.get(reverse("intake:export")).content.decode()


def test_a_workbook_comes_out_and_in_again(province: Province, client_of: Enter) -> None:
    _two_cases(province)
    client = client_of("epidemiologist")
    content = _download(client, "songhanh", "cases", "xlsx")
    answer = client.post(reverse("intake:home"), {"file": SimpleUploadedFile("x.xlsx", content)})
    batch = Batch.objects.get()
    assert answer.status_code == 302
    assert (batch.source_format, batch.n_duplicate, batch.n_rows) == ("songhanh", 2, 2)


# --- declarations ---


def test_anybody_declares_and_the_commune_calls_back(
    province: Province, client_of: Enter, client: Client
) -> None:
    cache.clear()
    page = reverse("intake:declare")
    assert "30" in client.get(page).content.decode()
    given = {
        "symptoms": ["fever", "cough"], "met_a_case": "true", "unit": province.nenh.pk, "full_name": "Người Khai",
        "phone": "0912 345 678",
    }  # fmt: skip
    answer = client.post(page, given)
    assert answer.status_code == 200 and "115" in answer.content.decode()
    row = Declaration.objects.get()
    assert (row.phone, row.symptoms, row.met_a_case, row.by_telephone) == (
        "+84912345678",
        ["fever", "cough"],
        True,
        False,
    )
    officer = client_of("commune", province.nenh)
    listing = officer.get(reverse("intake:declarations")).content.decode()
    assert "Người Khai" in listing
    look = reverse("intake:declaration", args=[row.uuid])
    assert officer.post(look, {"state": "called", "version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.state == "called"
    assert officer.post(look, {"state": "seen", "version": 1}).status_code == 302
    row.refresh_from_db()
    assert row.state == "called"  # an old page changes nothing
    other = client_of("commune", province.hong_thai)
    assert "Người Khai" not in other.get(reverse("intake:declarations")).content.decode()
    assert other.post(look, {"state": "new"}).status_code == 404
    assert client_of("analyst").get(reverse("intake:declarations")).status_code == 404


def test_declarations_are_limited_by_address_and_refused_when_empty(
    province: Province, client: Client, settings: object
) -> None:
    cache.clear()
    settings.DECLARATIONS_AN_HOUR = 2  # type: ignore[attr-defined]
    page = reverse("intake:declare")
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {"note": "a", "website": "http://x"}).status_code == 422
    assert client.post(page, {"note": "a", "birth_year": "1700"}).status_code == 422
    assert [client.post(page, {"note": "khỏe"}).status_code for _again in range(3)] == [200, 200, 429]
    assert Declaration.objects.count() == 2


def test_a_declaration_by_telephone(province: Province, client_of: Enter) -> None:
    client = client_of("commune", province.nenh)
    page = reverse("intake:telephoned")
    assert client.get(page).status_code == 200
    assert client.post(page, {"note": "bà cụ bị sốt", "unit": province.nenh.pk}).status_code == 302
    row = Declaration.objects.get()
    assert row.by_telephone
    assert row.expires_on > row.declared_on
    assert client.post(page, {}).status_code == 422
    assert client_of("auditor").get(page).status_code == 404


def test_the_tags_of_the_linelist(province: Province, client_of: Enter) -> None:
    tags = json.loads(_download(client_of("analyst"), "r-tags", "cases", "json"))
    assert tags["date_onset"] == "date_onset"
