"""Out, in and out again: the same bytes; documents that their own systems would take; the command line."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.utils import timezone
from fhir.resources.R4B.bundle import Bundle
from registry import Province, build_province

from songhanh.console.main import cli
from songhanh.core.errors import SonghanhError
from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.models import Case
from songhanh.operations.intake import actions, exporting
from songhanh.operations.intake.models import Batch
from songhanh.operations.intake.reading import read
from songhanh.operations.people import actions as people
from songhanh.operations.people.models import Person
from songhanh.operations.project.folding import fold
from songhanh.operations.sampling import actions as sampling
from songhanh.operations.tracing import actions as tracing

ORDER = {
    "songhanh": ("events", "cases", "contacts", "followups", "samples"),
    "godata": ("events", "cases", "contacts", "relationships", "followups", "samples"),
    "sormas": ("cases", "contacts"),
}


def outbreak(province: Province) -> None:
    """Write cases, contacts of two levels, follow-ups and samples with all that a row can hold."""
    named: dict[str, Any] = {"by": None, "nationality": "VN"}
    first = people.register(
        **named,
        full_name="Nguyễn Thị Hường",
        unit=province.nenh,
        phone="0912345678",
        born_on=date(1987, 3, 12),
        sex="female",
        id_number="024087001234",
        address="Số 1, ngõ 2",
        hamlet="Thôn Núi Hiểu",
        occupation="công nhân",
        site=province.park,
    )
    second = people.register(
        **named, full_name="An", unit=province.hong_thai, birth_year=1990, phone="nhà hàng xóm"
    )
    third = people.register(
        **named, full_name="Trần Văn Đức", unit=province.tan_an, birth_year=1950, sex="male"
    )
    fourth = people.register(**named, full_name="Lê Thị =SUM(A1)", note="", sex="other")
    confirmed = cases.register(
        by=None, person=first, reported_on=date(2021, 5, 17), classification="confirmed", onset_on=date(2021, 5, 14),
        sampled_on=date(2021, 5, 15), confirmed_on=date(2021, 5, 16), symptoms=["fever", "cough"], outcome="recovered",
        outcome_on=date(2021, 6, 1), found="community", national_code="BN3456", note="dòng một\ndòng hai; \"nháy\"",
        facility=province.hospital, isolated_on=date(2021, 5, 17), vaccine_doses=1,
    )  # fmt: skip
    cases.register(
        by=None, person=second, reported_on=date(2021, 5, 18), outcome="transferred", source_case=confirmed
    )
    cases.register(
        by=None, person=third, reported_on=date(2021, 5, 19), classification="not-a-case", outcome="unknown"
    )
    for source, person, until in ((first, second, 15), (first, third, 15), (second, fourth, 17)):
        tracing.add_contact(
            by=None, source=source, person=person, happened_from=date(2021, 5, until - 1), happened_until=date(2021, 5, until),
            setting="work", relation="đồng nghiệp", note="@cùng chuyền",
        )  # fmt: skip
    tracing.record_follow_up(
        by=None, person=third, due_on=date(2021, 5, 20), state="ill", temperature=38.2, symptoms=["fever"]
    )
    at = datetime(2021, 5, 18, 7, 30, tzinfo=timezone.get_default_timezone())
    sampling.register_many(by=None, rows=[
        {"person": third, "taken_at": at, "tube": "+T1", "result": "negative", "result_at": at,
         "laboratory": province.laboratory},
        {"person": fourth, "taken_at": at, "tube": "T2"},
    ])  # fmt: skip


def exported(source_format: str) -> dict[str, str]:
    return {target: "".join(exporting.lines(None, source_format, target)) for target in ORDER[source_format]}


def imported(files: dict[str, str]) -> None:
    for target, text in files.items():
        if target == "events":
            continue  # none there: a file without rows is refused
        batch = actions.upload(by=None, file_name=f"{target}.csv", content=text.encode())
        batch = actions.commit(batch=actions.try_batch(batch=batch, by=None), by=None)
        assert (batch.target, batch.n_rejected) == (target, 0), [row.reasons for row in batch.rows.all()]


def demand_same(found: dict[str, str], expected: dict[str, str]) -> None:
    for target, text in expected.items():
        assert found[target].splitlines() == text.splitlines(), target
    assert found == expected


@pytest.mark.django_db
@pytest.mark.parametrize("source_format", ORDER)
def test_out_and_in_elsewhere_and_out_again_is_the_same(source_format: str) -> None:
    nothing_yet = transaction.savepoint()
    outbreak(build_province())
    first = exported(source_format)
    imported(first)  # here: everything is there already
    demand_same(exported(source_format), first)
    transaction.savepoint_rollback(nothing_yet)
    assert not Person.objects.exists()
    build_province()
    imported(first)  # elsewhere
    demand_same(exported(source_format), first)
    if source_format == "songhanh":
        assert Person.objects.get(full_name="Nguyễn Thị Hường").phone == "+84912345678"
        assert Case.objects.get(national_code="BN3456").note == 'dòng một\ndòng hai; "nháy"'


def test_formulas_are_texts_and_spreadsheets_get_a_mark(province: Province) -> None:
    outbreak(province)
    text = "".join(exporting.lines(None, "songhanh", "contacts"))
    assert text.startswith("\ufeff") and "'@cùng chuyền" in text
    samples = "".join(exporting.lines(None, "songhanh", "samples"))
    assert "'+T1" in samples
    with exporting.workbook(None, "songhanh", "cases") as book:
        table = read("x.xlsx", book.read())
    assert table.lines[0].cells[table.columns.index("phone")] == "+84912345678"


def test_the_bundle_is_fhir(province: Province) -> None:
    outbreak(province)
    bundle = json.loads("".join(exporting.lines(None, "fhir", "all")))
    parsed = Bundle.model_validate(bundle)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "Patient": 4, "Condition": 3, "Observation": 4, "Specimen": 2,
    }  # fmt: skip
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(urls) == len(bundle["entry"])
    focus = [
        entry["resource"]["focus"][0]["reference"]
        for entry in bundle["entry"]
        if "focus" in entry["resource"]
    ]
    assert set(focus) <= urls
    assert parsed.type == "collection"


def test_json_of_other_systems_comes_in_again(province: Province) -> None:
    outbreak(province)
    for source_format in ("godata-json", "dhis2"):
        for target in ("cases", "contacts"):
            text = "".join(exporting.lines(None, source_format, target))
            table = read(f"{target}.json", text.encode())
            assert table.target == target
            assert table.source_format == source_format.removesuffix("-json")
            assert len(table.lines) == 3
            batch = actions.upload(by=None, file_name=f"{target}.json", content=text.encode())
            batch = actions.commit(batch=batch, by=None)
            assert batch.n_rejected == 0, [row.reasons for row in batch.rows.all()]
    who = "".join(exporting.lines(None, "who", "cases"))
    batch = actions.try_batch(
        batch=actions.upload(by=None, file_name="who.csv", content=who.encode()), by=None
    )
    assert (batch.source_format, batch.n_rejected) == ("who", 0)


def test_r_tables(province: Province) -> None:
    outbreak(province)
    linelist = "".join(exporting.lines(None, "r", "cases")).splitlines()
    assert (
        linelist[0]
        == "id,date_onset,date_reporting,date_admission,date_outcome,date_death,gender,age,location,occupation,outcome"
    )
    assert linelist[1].split(",")[1:3] == ["2021-05-14", "2021-05-17"]
    contacts = "".join(exporting.lines(None, "r", "epicontacts-contacts")).splitlines()
    assert contacts[0].startswith("from,to,") and len(contacts) == 4
    with pytest.raises(SonghanhError):
        exporting.demand_export(None, "r", "samples", "csv")


def test_an_export_does_not_grow_in_the_memory(province: Province) -> None:
    Person.objects.bulk_create(
        Person(full_name=f"Người {n}", name_folded=fold(f"Người {n}"), unit=province.nenh)
        for n in range(6_000)
    )
    rows = [
        Case(
            code=f"X-{pk}",
            person_id=pk,
            unit=province.nenh,
            reported_on=date(2021, 5, 17),
            classification="suspected",
        )
        for pk in Person.objects.values_list("pk", flat=True)
    ]
    Case.objects.bulk_create(rows, batch_size=1_000)
    del rows

    def peak(limit: int) -> int:
        tracemalloc.start()
        pieces: Iterator[str] = exporting.lines(None, "songhanh", "cases", {"pk__lte": limit})
        size = sum(len(piece) for piece in pieces)
        assert size > 100_000
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    first = Case.objects.order_by("pk").values_list("pk", flat=True)[0]
    peak(first + 3_000)  # what is read once
    assert peak(first + 6_000) < 1.5 * peak(first + 3_000)


# --- the command line ---


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, province: Province) -> Any:
    monkeypatch.setattr("songhanh.operations.project.serving.set_up", lambda: None)
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


LIST = (
    "Họ tên,Năm sinh,Xã,Ngày báo cáo\nNguyễn Văn An,1990,Nếnh,17/05/2021\nTrần Văn Ba,1991,Nếnh,99/05/2021\n"
)


def test_import_and_export_by_command(command: Any, tmp_path: Path) -> None:
    file, refused, out = tmp_path / "f0.csv", tmp_path / "refused.csv", tmp_path / "out.csv"
    file.write_text(LIST)
    tried = command("import", file, "--as", "cases", "--rejected", refused)
    assert tried.exit_code == 0, tried.output
    assert "created 1, updated 0, already there 0, rejected 1" in tried.output and "dry run" in tried.output
    assert not Case.objects.exists()
    assert "99/05/2021" in refused.read_text(encoding="utf-8-sig")
    done = command("import", file, "--commit", "--format", "table", "--date-order", "dmy")
    assert "created 1" in done.output and "error: 1 × not_a_date in column Ngày báo cáo" in done.output
    assert Case.objects.count() == 1
    assert command("export", "cases", "--to", out).exit_code == 0
    assert "Nguyễn Văn An" in out.read_text(encoding="utf-8-sig")
    book = tmp_path / "out.xlsx"
    assert command("export", "cases", "--to", book).exit_code == 0
    assert read("x.xlsx", book.read_bytes()).lines


@pytest.mark.parametrize("words", [
    ["import", "no-such-file.csv"],
    ["import", "{list}", "--user", "nobody"],
    ["import", "{list}", "--unit", "Atlantis"],
    ["import", "{empty}"],
    ["export", "cases", "--format", "nothing", "--to", "{out}"],
    ["export", "cases", "--to", "{out}.pdf"],
    ["export", "cases", "--to", "{out}", "--user", "nobody"],
])  # fmt: skip
def test_what_the_command_line_refuses(command: Any, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    (tmp_path / "empty.csv").write_text("")
    names = {"list": tmp_path / "list.csv", "empty": tmp_path / "empty.csv", "out": tmp_path / "out.csv"}
    answer = command(*[word.format(**names) for word in words])
    assert isinstance(answer.exception, SonghanhError), answer.output
    assert answer.exception.faults[0].remedy
    assert not Batch.objects.exists() or words[0] == "export"
    assert not list(tmp_path.glob("*out*"))
    assert io.StringIO(str(answer.exception)).read()
