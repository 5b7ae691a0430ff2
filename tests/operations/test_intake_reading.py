"""Files as people have them, and files that must not be taken: every kind is built here and read."""

from __future__ import annotations

import io
import json
import random
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from songhanh.core.errors import SonghanhError
from songhanh.operations.intake import mapping, values
from songhanh.operations.intake.reading import read
from songhanh.operations.intake.reasons import Wrong
from songhanh.operations.intake.synonyms import value_of
from songhanh.operations.intake.tables import Table

LIST = "Họ và tên;Năm sinh;Xã/phường\nNguyễn Thị Hường;1987;Nếnh\nTrần Văn Đức;1990;Hồng Thái\n"


def workbook(rows: list[list[object]], **options: object) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, options)
    sheet = book.add_worksheet("F1")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows):
        for position, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, position, cell, day)
            else:
                sheet.write(number, position, cell)
    book.close()
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_same_rows_whatever_the_encoding(encoding: str, form: str) -> None:
    text = unicodedata.normalize(form, LIST)
    if encoding == "cp1258":  # tones stand apart there, and letters with a circumflex or horn are whole
        text = _for_1258(LIST)
    table = read("f1.csv", text.encode(encoding))
    assert table.columns == ["Họ và tên", "Năm sinh", "Xã/phường"]
    assert table.lines[0].cells == ["Nguyễn Thị Hường", "1987", "Nếnh"]
    assert table.lines[1].cells[0] == "Trần Văn Đức"
    assert table.notes["delimiter"] == ";"


def _for_1258(text: str) -> str:
    result = ""
    for letter in text:
        apart = unicodedata.normalize("NFD", letter)
        tones = [mark for mark in apart[1:] if mark in "\u0300\u0301\u0303\u0309\u0323"]
        bare = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in tones))
        result += bare + "".join(tones)
    return result


def test_a_western_file_is_not_taken_for_vietnamese() -> None:
    table = read("f.csv", "name,city\nRenée Müller,Besançon\n".encode("cp1252"))
    assert table.lines[0].cells == ["Renée Müller", "Besançon"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = LIST.replace(";", delimiter)
    assert read("f.txt", text.encode()).columns == ["Họ và tên", "Năm sinh", "Xã/phường"]


def test_the_header_below_titles_in_two_rows_with_a_row_of_numbers() -> None:
    rows: list[list[object]] = [
        ["UBND HUYỆN VIỆT YÊN", "", "", "", "", ""],
        ["DANH SÁCH F1 NGÀY 17/05/2021", "", "", "", "", ""],
        [],
        ["STT", "Họ và tên", "Năm sinh", "", "Ngày tiếp xúc", "SĐT"],
        ["", "", "Nam", "Nữ", "", ""],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [1, "Nguyễn Văn An", 1990, "", date(2021, 5, 12), "0912345678"],
        [2, "Trần Thị Bình", "", 1992, date(2021, 5, 13), "=1+1"],
    ]
    table = read("f1.xlsx", workbook(rows))
    assert table.columns == ["STT", "Họ và tên", "Năm sinh Nam", "Năm sinh Nữ", "Ngày tiếp xúc", "SĐT"]
    assert [line.number for line in table.lines] == [7, 8]
    assert table.lines[0].cells[4] == "2021-05-12"
    named = mapping.guess(table.columns, "contacts", "table")
    assert named["Năm sinh Nữ"] == "birth_year_female"
    assert named["Ngày tiếp xúc"] == "happened_until"
    assert "STT" not in named


def test_a_formula_is_a_text_and_the_apostrophe_of_an_export_goes() -> None:
    table = read("f.csv", "Họ tên,SĐT,Ghi chú\nAn,'+84912345678,=cmd|' /C calc'!A0\n".encode())
    assert table.lines[0].cells == ["An", "+84912345678", "=cmd|' /C calc'!A0"]


def test_open_document_and_the_named_sheet(tmp_path: Path) -> None:
    rows = [["Họ tên", "Tuổi"], ["An", 30]]
    assert read("f.xlsx", workbook(rows), {"sheet": "F1"}).lines[0].cells == ["An", "30"]
    with pytest.raises(SonghanhError, match="no sheet 'F9'"):
        read("f.xlsx", workbook(rows), {"sheet": "F9"})


def _zip(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def _far_away() -> bytes:
    sheet = b'<worksheet><sheetData><row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row></sheetData>'
    return _zip(**{"xl__workbook.xml": b"<workbook/>", "xl__worksheets__sheet1.xml": sheet})


REFUSED = {
    "empty": (b"", "f.csv"),
    "header_only": ("Họ tên,Tuổi\n".encode(), "f.csv"),
    "binary": (b"abc\x00\x01\x02def,\n" * 10, "f.csv"),
    "pdf": (b"%PDF-1.7 ...", "f.pdf"),
    "html": (b"<!doctype html><html>", "f.csv"),
    "archive": (_zip(readme=b"hello"), "f.xlsx"),
    "broken_zip": (b"PK\x03\x04" + b"\x00" * 500, "f.xlsx"),
    "bomb": (
        _zip(**{"xl__workbook.xml": b"<workbook/>", "xl__worksheets__sheet1.xml": b"0" * 30_000_000}),
        "f.xlsx",
    ),
    "million_columns": (_far_away(), "f.xlsx"),
    "wide": (b",".join(b"a" for _ in range(5_000)), "f.csv"),
    "password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "f.xlsx",
    ),
    "ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "f.xls"),
    "json": (b'[{"firstName": "A", ', "f.json"),
    "json_of_nothing": (b"[]", "f.json"),
    "quotes": (b'a,b\n"' + b"x" * 2_000_000, "f.csv"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_list_is_refused_in_words(kind: str) -> None:
    content, name = REFUSED[kind]
    with pytest.raises(SonghanhError) as caught:
        read(name, content)
    fault = caught.value.faults[0]
    assert fault.code.startswith("intake.")
    assert fault.message and fault.remedy


def test_too_big_is_refused(settings: object) -> None:
    settings.INTAKE_MOST_BYTES = 100  # type: ignore[attr-defined]
    with pytest.raises(SonghanhError, match="at most"):
        read("f.csv", LIST.encode() * 10)
    settings.INTAKE_MOST_BYTES, settings.INTAKE_MOST_ROWS = 10_000, 1  # type: ignore[attr-defined]
    with pytest.raises(SonghanhError, match="at most 1"):
        read("f.csv", LIST.encode())


def _read_or_refusal(content: bytes) -> Table | SonghanhError:
    try:
        return read("f.csv", content)
    except SonghanhError as error:
        return error


def test_the_property_of_bytes_is_an_answer_or_a_refusal() -> None:
    chance = random.Random(4)
    for _trial in range(150):
        content = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 300)))
        for prefix in (b"", b"PK\x03\x04", b"{", b"\xff\xfe", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            answer = _read_or_refusal(prefix + content)
            assert answer.lines if isinstance(answer, Table) else answer.faults[0].remedy


DAYS = {
    ("05/06/2021", "dmy"): (date(2021, 6, 5), True),
    ("05/06/2021", "mdy"): (date(2021, 5, 6), True),
    ("17/05/2021", "dmy"): (date(2021, 5, 17), False),
    ("17-5-21", "dmy"): (date(2021, 5, 17), False),
    ("17.05.2021", "dmy"): (date(2021, 5, 17), False),
    ("2021-05-17", "mdy"): (date(2021, 5, 17), False),
    ("2020-06-28T00:00:00.000Z", "dmy"): (date(2020, 6, 28), False),
    ("2020-06-28T18:00:00.000Z", "dmy"): (date(2020, 6, 29), False),  # one in the morning here
    ("31-Jul-20", "dmy"): (date(2020, 7, 31), False),
    ("7 October 2020", "dmy"): (date(2020, 10, 7), False),
    ("ngày 5 tháng 6 năm 2021", "mdy"): (date(2021, 6, 5), False),
    ("8h30 ngày 05/05/2021", "dmy"): (date(2021, 5, 5), False),
    ("44333", "dmy"): (date(2021, 5, 17), False),
    ("44333.5", "dmy"): (date(2021, 5, 17), False),
    ("21/05/17", "ymd"): (date(2021, 5, 17), False),
}


@pytest.mark.parametrize(("text", "order"), DAYS)
def test_dates(text: str, order: str) -> None:
    assert values.day(text, order) == DAYS[text, order]


@pytest.mark.parametrize(
    "text", ["17/13/2021", "31/02/2021", "hôm qua", "5/6", "12", "99999", "0/0/0", "1e9", "nan", "inf"]
)
def test_what_is_no_date_is_said_and_never_turned_round(text: str) -> None:
    with pytest.raises(Wrong) as caught:
        values.day(text, "dmy")
    assert caught.value.code == "not_a_date"


def test_words_of_values() -> None:
    assert value_of("sex", "NỮ") == "female"
    assert (
        value_of("result", "Dương tính")
        == value_of("result", "LNG_REFERENCE_DATA_CATEGORY_LAB_TEST_RESULT_POSITIVE")
        == "positive"
    )
    assert value_of("classification", "F0") == "confirmed"
    assert value_of("state", "LNG_REFERENCE_DATA_CONTACT_DAILY_FOLLOW_UP_STATUS_TYPE_SEEN_OK") == "well"
    assert value_of("sex", "chuồn chuồn") is None


def test_columns_are_known_by_likeness_and_each_field_once() -> None:
    columns = ["Ho va ten benh nhan", "Ngày khởi phat", "So dien thoai", "Ghi chú", "Màu xe"]
    assert mapping.guess(columns, "cases", "table") == {
        "Ho va ten benh nhan": "full_name", "Ngày khởi phat": "onset_on", "So dien thoai": "phone", "Ghi chú": "note",
    }  # fmt: skip
    assert mapping.signature(columns) == mapping.signature(list(reversed([c.upper() for c in columns])))


def test_godata_and_tracker_json() -> None:
    cases = [{
        "id": "e2d8", "visualId": "CASE-1", "type": "LNG_REFERENCE_DATA_CATEGORY_PERSON_TYPE_CASE", "firstName": "An",
        "addresses": [{"phoneNumber": "0912345678"}], "age": {"years": 30},
    }]  # fmt: skip
    table = read("cases.json", json.dumps(cases).encode())
    assert (table.source_format, table.target) == ("godata", "cases")
    named = mapping.guess(table.columns, "cases", "godata")
    assert named["addresses[0].phoneNumber"] == "phone" and named["age.years"] == "age"
    relation = [
        {
            "id": "r1",
            "persons": [{"id": "a", "source": True}, {"id": "b", "target": True}],
            "contactDate": "2021-05-01",
        }
    ]
    table = read("r.json", json.dumps(relation).encode())
    assert table.target == "relationships" and "source_uuid" in table.columns
