"""Today's files dropped in: one A4 page, the same in Word, and the text for the messaging group."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import docx
import pypdf
import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from registry import Province, user_with

from songhanh.core.errors import SonghanhError
from songhanh.operations.audit.models import Event
from songhanh.operations.bulletin import actions, paper
from songhanh.operations.bulletin.message import message_of
from songhanh.operations.bulletin.models import DailyReport
from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.models import Case
from songhanh.operations.people.models import Person
from songhanh.operations.project.folding import fold
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing.models import Standing

ON = date(2021, 5, 17)
HEADER = ["STT", "Họ và tên", "Năm sinh", "Xã", "Huyện", "Mã BN", "Nơi phát hiện", "Ngày khẳng định"]


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_TODAY", "2021-05-17")


def person(name: str, unit: Any, year: int = 1990) -> Person:
    return Person.objects.create(full_name=name, name_folded=fold(name), unit=unit, birth_year=year)


@pytest.fixture
def registry(province: Province) -> list[Case]:
    """Nine confirmed cases: five of the day, in three communes, and what else the figures count."""
    rows: list[dict[str, Any]] = [
        {
            "person": person("Nguyễn Thị Hường", province.nenh),
            "found": "community",
            "national_code": "BN4001",
        },
        {"person": person("Đỗ Văn Hải", province.nenh), "found": "quarantine", "national_code": "BN4002"},
        {"person": person("Trần Thị Lan", province.tan_an), "found": "sealed", "national_code": "BN4003"},
        {"person": person("Lê Văn Tám", province.hong_thai), "found": "quarantine"},
        {"person": person("Bùi Thị Mơ", province.hong_thai), "found": "unknown"},
    ]
    made = [row | {"reported_on": ON, "confirmed_on": ON, "classification": "confirmed"} for row in rows]
    for n, outcome in enumerate(("recovered", "died", "active", "transferred")):
        day = date(2021, 5, 10 + n)
        ended = {} if outcome == "active" else {"outcome_on": ON}
        made.append(
            {"person": person(f"Ca Cũ {n}", province.nenh), "reported_on": day, "classification": "confirmed",
             "outcome": outcome, "found": "community", **ended}
        )  # fmt: skip
    made.append({"person": person("Nghi Ngờ", province.nenh), "reported_on": ON})
    done = cases.register_many(by=None, rows=made)
    for level, is_home in ((1, False), (1, True), (2, False)):
        contact = person(f"Tiếp Xúc {level} {is_home}", province.nenh)
        Standing.objects.create(
            person=contact, unit=province.nenh, level=level, exposed_on=ON, until=date(2021, 6, 7)
        )
        Stay.objects.create(
            person=contact, unit=province.nenh, is_home=is_home, from_on=ON, until_on=date(2021, 6, 7)
        )
        Sample.objects.create(
            person=contact, unit=province.nenh, taken_at=datetime(2021, 5, 17, 3, tzinfo=UTC)
        )
    return done


def workbook(rows: list[list[Any]], header: list[str] | None = None) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet("F0")
    sheet.write(0, 0, "DANH SÁCH CA MẮC MỚI")
    for n, row in enumerate([header or HEADER, *rows], start=2):
        sheet.write_row(n, 0, row)
    book.close()
    return written.getvalue()


VIET_YEN = [
    [1, "Nguyễn Thị Hường", 1990, "Nếnh", "Việt Yên", "BN4001", "cộng đồng", "17/05/2021"],
    [2, "Đỗ Văn Hải", 1990, "Nếnh", "Việt Yên", "BN4002", "cộng đồng", "17/05/2021"],  # found elsewhere
    [3, "Le Van Tam", 1990, "Hồng Thái", "Việt Yên", "", "cách ly", "17/05/2021"],  # by name
    [4, "Người Mới Toanh", 2001, "Nếnh", "Việt Yên", "", "cộng đồng", "17/05/2021"],  # not in the register
]


def test_the_figures_are_counted_from_the_registers(registry: list[Case]) -> None:
    report = actions.make(by=None, on=ON)
    assert report.document["figures"] == {
        "new_total": 5, "new_community": 1, "new_quarantine": 2, "new_sealed": 1, "new_imported": 0, "new_unknown": 1,
        "cumulative": 9, "active": 6, "recovered": 1, "deaths": 1, "f1_quarantine": 2, "f2_quarantine": 1,
        "samples_taken": 3, "samples_pending": 3, "days_quiet": 0,
    }  # fmt: skip
    areas = {row["name"]: (row["new_total"], row["cumulative"]) for row in report.document["areas"]}
    assert areas == {"Việt Yên": (4, 8), "Yên Dũng": (1, 1)}
    assert report.document["notices"] == []
    before = actions.make(by=None, on=date(2021, 5, 16)).document["figures"]
    assert (before["new_total"], before["cumulative"], before["recovered"], before["days_quiet"]) == (
        0,
        4,
        0,
        3,
    )


def test_a_district_officer_s_report_is_the_district_s(province: Province, registry: list[Case]) -> None:
    officer = user_with("district", province.yen_dung)
    report = actions.make(by=officer, on=ON)
    assert (report.unit, report.document["place"]) == (province.yen_dung, "Yên Dũng")
    figures = report.document["figures"]
    assert (figures["new_total"], figures["new_sealed"], figures["samples_taken"]) == (1, 1, 0)
    assert [row["name"] for row in report.document["areas"]] == ["Tân An"]
    assert figures["days_quiet"] is None


def test_files_beside_the_register(province: Province, registry: list[Case]) -> None:
    officer = user_with("epidemiologist")
    report = actions.make(by=officer, on=ON, files=[("viet-yen.xlsx", workbook(VIET_YEN))])
    files = report.document["files"]
    assert (files["n_rows"], files["n_same"], files["n_unreadable"]) == (4, 2, 0)
    assert [(row["row"], row["commune"]) for row in files["file_only"]] == [(7, "Nếnh (Việt Yên)")]
    assert [row["code"] for row in files["registry_only"]] == [registry[4].code]  # Yên Dũng handed no file in
    assert [(row["code"], row["differences"]) for row in files["differing"]] == [
        (registry[1].code, [{"field": "found", "file": "community", "registry": "quarantine"}])
    ]
    assert {row["commune"]: (row["registry"], row["files"]) for row in files["by_commune"]} == {
        "Nếnh (Việt Yên)": (2, 3), "Hồng Thái (Việt Yên)": (2, 1),
    }  # fmt: skip
    kept = str(report.document)
    assert "Người Mới" not in kept and "Hường" not in kept  # no name is kept
    # The committee knows no names: only numbers match.
    files = actions.make(by=user_with("committee"), on=ON, files=[("a.xlsx", workbook(VIET_YEN))]).document[
        "files"
    ]
    assert files["n_file_only"] == 2


def test_csv_in_an_old_encoding_and_several_files(registry: list[Case]) -> None:
    text = "Ma BN;Ngay khang dinh\nBN4003;17/05/2021\n"
    files = [("yen-dung.csv", text.encode("utf-8-sig")), ("viet-yen.xlsx", workbook(VIET_YEN[:1]))]
    found = actions.make(by=None, on=ON, files=files).document["files"]
    assert (found["n_rows"], found["n_same"], len(found["files"])) == (2, 2, 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""), ("broken.xlsx", b"PK\x03\x04 nothing"), ("picture.png", b"\x89PNG\r\n"), ("a.pdf", b"%PDF-1.4"),
        ("no-names.csv", b"a,b\n1,2\n"), ("header.csv", "Họ và tên,Năm sinh\n".encode()),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read_are_refused_and_nothing_is_kept(
    registry: list[Case], client_of: Callable[..., Client], name: str, content: bytes
) -> None:
    with pytest.raises(SonghanhError):
        actions.make(by=None, on=ON, files=[(name, content)])
    assert DailyReport.objects.count() == 0


def test_one_page_word_and_message_have_the_same_figures(registry: list[Case]) -> None:
    report = actions.make(by=None, on=ON, files=[("viet-yen.xlsx", workbook(VIET_YEN))])
    report = actions.correct(
        by=None, report=report, figure="samples_taken", value=1234567, reason="thêm mẫu của CDC"
    )
    document = report.document
    pages = pypdf.PdfReader(io.BytesIO(paper.pdf(document))).pages
    assert len(pages) == 1
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]
    printed = " ".join(pages[0].extract_text().split())
    word = docx.Document(io.BytesIO(paper.docx(document)))
    table = {row.cells[0].text: row.cells[1].text for row in word.tables[0].rows}
    for row in paper.content(document)["figures"]:
        assert row[0] in printed and table[row[0]] == row[1]
        assert f"{row[0]} {row[1]}" in printed
        assert row[2] in printed
    assert table["Mẫu lấy trong ngày"] == "1.234.567(1)"
    message = document["message"]
    assert "Ca mắc mới: 5 (cộng đồng 1, khu cách ly 2, vùng phong tỏa 1, chưa rõ nơi phát hiện 1)" in message
    assert "Cộng dồn: 9; đang điều trị 6; khỏi 1; tử vong 1" in message
    assert "Mẫu lấy trong ngày: 1.234.567; chờ kết quả: 3" in message
    assert "Việt Yên 4, Yên Dũng 1" in message
    assert len(message) < 900
    for words in ("thêm mẫu của CDC", "khớp 2", "SỐ LIỆU MÔ PHỎNG", "BẮC GIANG", "ngày 17/05/2021"):
        assert words in printed or words.upper() in printed
    assert message == message_of(document)


def test_the_fullest_report_is_still_one_page(province: Province, registry: list[Case]) -> None:
    document = actions.make(by=None, on=ON).document
    row = document["areas"][0]
    document["areas"] = [row | {"name": f"Huyện có tên khá dài {n}", "new_total": 99_999} for n in range(40)]
    document["corrections"] = {
        name: {"value": 10_000_000, "reason": "lý do rất dài " * 30, "by": "x"}
        for name in document["figures"]
    }
    document["figures"] = dict.fromkeys(document["figures"], 99_999_999)
    document["notices"] = [{"vi": "Các số không khớp nhau, xem lại trước khi gửi đi. " * 2, "en": ""}] * 2
    assert len(pypdf.PdfReader(io.BytesIO(paper.pdf(document))).pages) == 1


def test_a_name_of_a_place_cannot_run_anything(registry: list[Case]) -> None:
    document = actions.make(by=None, on=ON).document
    document["place"] = '#read("/etc/passwd") *x* $y$ \\ "'
    printed = pypdf.PdfReader(io.BytesIO(paper.pdf(document))).pages[0].extract_text()
    assert "/ETC/PASSWD" in printed and "root:" not in printed


def test_corrections_make_versions_and_keep_what_was_counted(
    province: Province, registry: list[Case]
) -> None:
    officer = user_with("epidemiologist")
    first = actions.make(by=officer, on=ON)
    second = actions.correct(by=officer, report=first, figure="new_total", value=6, reason="một ca báo muộn")
    assert (first.version, second.version) == (1, 2)
    assert second.document["counted"]["new_total"] == 5
    assert second.document["figures"]["new_total"] == 6
    assert "6" in second.document["notices"][0]["vi"]  # it does not add up with where they were found
    first.refresh_from_db()
    assert first.document["figures"]["new_total"] == 5
    for figure, value, reason in (("new_total", 7, " "), ("nothing", 7, "x"), ("new_total", -1, "x")):
        with pytest.raises(ValidationError):
            actions.correct(by=officer, report=second, figure=figure, value=value, reason=reason)
    with pytest.raises(ValidationError):
        actions.correct(by=officer, report=first, figure="new_total", value=7, reason="bản cũ")
    back = actions.correct(by=officer, report=second, figure="new_total", value=5, reason="nhầm")
    assert (back.document["corrections"], back.version) == ({}, 3)
    assert Event.objects.filter(action="report.correct").count() == 2
    with pytest.raises(ValidationError):
        actions.make(by=officer, on=date(2021, 5, 18))


def test_the_pages(
    province: Province,
    registry: list[Case],
    client_of: Callable[..., Client],
    django_assert_max_num_queries: Any,
) -> None:
    client = client_of("district", province.viet_yen)
    assert client.get("/report/").status_code == 200
    upload = SimpleUploadedFile("viet-yen.xlsx", workbook(VIET_YEN))
    answer = client.post(
        "/report/", {"on": "17/05/2021", "lists": [upload, SimpleUploadedFile("b.csv", b"Ma BN\nBN9\n")]}
    )
    assert answer.status_code == 302
    with django_assert_max_num_queries(12):
        page = client.get(answer["Location"]).content.decode()
    for words in ("Ca mắc mới: 4", "viet-yen.xlsx", registry[1].code, "counted_since=2021-05-17"):
        assert words in page
    report = DailyReport.objects.get()
    assert report.unit == province.viet_yen
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("txt", "[VIỆT YÊN]".encode())):
        got = client.get(f"/report/{report.pk}/report.{kind}")
        assert got.content.startswith(start)
        assert f"bao-cao-2021-05-17-v1.{kind}" in got["Content-Disposition"]
    assert Event.objects.filter(action="report.download").count() == 3
    assert client.get(f"/report/{report.pk}/report.exe").status_code == 404
    fixed = {"figure": "deaths", "value": "2", "reason": "bệnh viện báo muộn"}
    assert client.post(f"/report/{report.pk}/correct/", fixed).status_code == 302
    assert client.post(f"/report/{report.pk}/correct/", fixed).status_code == 422  # a newer version is there
    assert client.post(f"/report/{report.pk}/correct/", {"figure": "deaths"}).status_code == 422
    bad = client.post("/report/", {"on": "17/05/2021", "lists": [SimpleUploadedFile("x.pdf", b"%PDF-1.4 x")]})
    assert bad.status_code == 422
    assert client.post("/report/", {"on": "17/05/2031"}).status_code == 422
    assert client.post("/report/", {"on": "hôm nay"}).status_code == 422
    assert client_of("district", province.yen_dung).get(f"/report/{report.pk}/").status_code == 404
    assert client_of("epidemiologist").get(f"/report/{report.pk}/").status_code == 200
    for role in ("commune", "analyst", "auditor", "front"):
        assert (
            client_of(role, province.nenh if role == "commune" else None).get("/report/").status_code == 404
        )
    # What a figure links to are the rows that it counts.
    rows = client.get(
        f"/cases/?counted_since=2021-05-17&counted_until=2021-05-17&unit={province.viet_yen.pk}"
    )
    assert rows.context["page"].count == 4
