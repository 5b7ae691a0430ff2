"""From a file to the registers: rows in = created + updated + duplicate + rejected, twice the same, killed and gone on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from registry import Province, user_with

from songhanh.core.errors import SonghanhError
from songhanh.operations.audit.models import Event
from songhanh.operations.cases.models import Case, Cluster
from songhanh.operations.intake import actions, jobs, rejected, runs
from songhanh.operations.intake.models import Batch, Known, Row
from songhanh.operations.people.models import Person
from songhanh.operations.project.clock import today
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing.models import Contact, FollowUp, Standing

HEADER = (
    "Họ và tên,Giới tính,Ngày sinh,SĐT,CCCD,Xã/phường,Huyện,Ngày báo cáo,Ngày khởi phát,Phân loại ca bệnh\n"
)
CASES = HEADER + (
    "Nguyễn Thị Hường,Nữ,12/03/1987,0912345678,024087001234,Nếnh,Việt Yên,17/05/2021,14/05/2021,Xác định\n"
    "Trần Văn Đức,Nam,1990,0987654321,,Hồng Thái,Việt Yên,17/05/2021,,Nghi ngờ\n"
    "Lê Văn Tám,Nam,1975,,,Tân An,Yên Dũng,31/02/2021,,Xác định\n"
)


def counts(batch: Batch) -> tuple[int, int, int, int]:
    found = (batch.n_created, batch.n_updated, batch.n_duplicate, batch.n_rejected)
    rows = Counter(Row.objects.filter(batch=batch).values_list("verdict", flat=True))
    assert found == tuple(rows.get(verdict, 0) for verdict in ("created", "updated", "duplicate", "rejected"))
    assert sum(found) == batch.n_rows  # no row is lost and none is counted twice
    return found


def brought(text: str | bytes, *, by: Any = None, name: str = "list.csv", **more: Any) -> Batch:
    content = text.encode() if isinstance(text, str) else text
    batch = actions.upload(by=by, file_name=name, content=content, **more)
    batch = actions.try_batch(batch=batch, by=by)
    tried = counts(batch)
    batch = actions.commit(batch=batch, by=by)
    assert counts(batch) == tried  # the dry run said what the commit did
    assert batch.state == Batch.State.COMMITTED
    return batch


def test_a_list_of_cases_in_and_in_again_and_corrected(province: Province) -> None:
    first = brought(CASES)
    assert counts(first) == (2, 0, 0, 1)
    row = Row.objects.get(batch=first, verdict="rejected")
    assert row.number == 4
    assert row.reasons[0]["column"] == "Ngày báo cáo"
    assert "31/02/2021" in row.reasons[0]["message"]["vi"]
    person = Person.objects.get(full_name="Nguyễn Thị Hường")
    assert (person.phone, person.sex, person.birth_year, person.unit) == (
        "+84912345678",
        "female",
        1987,
        province.nenh,
    )
    case = person.cases.get()
    assert (case.classification, str(case.onset_on)) == ("confirmed", "2021-05-14")
    assert Standing.objects.get(person=person).level == 0
    assert counts(brought(CASES)) == (0, 0, 2, 1)
    corrected = (
        CASES.replace("14/05/2021", "13/05/2021")
        .replace("0987654321", "0987654320")
        .replace("31/02", "17/05")
    )
    assert counts(brought(corrected)) == (1, 2, 0, 0)
    case.refresh_from_db()
    assert str(case.onset_on) == "2021-05-13"
    assert Person.objects.get(full_name="Trần Văn Đức").phone == "+84987654320"
    assert Person.objects.count() == Case.objects.count() == 3


def test_a_correction_in_the_register_is_not_taken_back_by_the_old_list(province: Province) -> None:
    brought(CASES)
    case = Case.objects.get(person__full_name="Nguyễn Thị Hường")
    Case.objects.filter(pk=case.pk).update(onset_on="2021-05-10")
    assert counts(brought(CASES)) == (0, 0, 2, 1)
    case.refresh_from_db()
    assert str(case.onset_on) == "2021-05-10"


def test_the_rejected_rows_are_corrected_and_handed_in_again(province: Province) -> None:
    batch = brought(CASES)
    rows = list(rejected.rows(batch, "vi"))
    assert len(rows) == 1 and "31/02/2021" in rows[0][-1]
    quoted = [",".join(f'"{cell}"' for cell in row) for row in [rejected.header(batch), *rows]]
    again = brought("\n".join(quoted).replace('"31/02/2021"', '"16/05/2021"'), name="rejected.csv")
    assert counts(again) == (1, 0, 0, 0)
    assert again.columns == batch.columns


def test_the_dry_run_writes_nothing(province: Province) -> None:
    batch = actions.upload(by=None, file_name="a.csv", content=CASES.encode())
    before = Event.objects.count()
    actions.try_batch(batch=batch, by=None)
    assert not Person.objects.exists() and not Case.objects.exists() and not Known.objects.exists()
    assert Event.objects.count() == before


def test_one_person_in_two_rows_is_one(province: Province) -> None:
    line = CASES.splitlines()[1]
    batch = brought(HEADER + line + "\n" + line.replace("14/05/2021", "12/05/2021") + "\n" + line + "\n")
    assert Person.objects.count() == Case.objects.count() == 1
    assert batch.n_created == 1


def test_two_lists_of_one_layout_may_name_two_people_of_one_name(province: Province) -> None:
    """The same name, year and commune in tomorrow's list is somebody else where the identity number is another."""
    brought(CASES)
    tomorrow = (
        HEADER + "Nguyễn Thị Hường,Nữ,01/01/1987,0912000000,024087009999,Nếnh,Việt Yên,18/05/2021,,Xác định\n"
    )
    assert counts(brought(tomorrow)) == (1, 0, 0, 0)
    assert Person.objects.filter(full_name="Nguyễn Thị Hường").count() == 2
    assert counts(brought(tomorrow)) == (0, 0, 1, 0)
    assert counts(brought(CASES)) == (0, 0, 2, 1)


def test_a_likely_person_is_created_and_said(province: Province) -> None:
    brought(CASES)
    other = "Họ tên,Năm sinh,Xã,Ngày công bố\nTrần Văn Đức,1990,Hồng Thái,17/05/2021\n"
    batch = brought(other)
    assert counts(batch) == (1, 0, 0, 0)
    assert "maybe_known" in [reason["code"] for reason in Row.objects.get(batch=batch).reasons]
    certain = "Tên bệnh nhân,CMND/CCCD,Ngày công bố\nNguyen Thi Huong,024087001234,18/05/2021\n"
    assert counts(brought(certain)) == (0, 0, 1, 0)


def test_dates_that_could_be_two_are_counted_and_read_as_declared(province: Province) -> None:
    text = "Họ tên,Ngày báo cáo\nAn Văn A,05/06/2021\nAn Văn B,17/05/2021\n"
    batch = brought(text)
    assert batch.n_ambiguous == 1
    assert str(Case.objects.get(person__full_name="An Văn A").reported_on) == "2021-06-05"
    with pytest.raises(SonghanhError):
        actions.upload(by=None, file_name="b.csv", content=text.encode(), options={"date_order": "xyz"})
    batch = actions.upload(
        by=None, file_name="b.csv", content=text.encode() + b"\n", options={"date_order": "mdy"}
    )
    actions.try_batch(batch=batch, by=None)
    assert Row.objects.get(batch=batch, verdict="rejected").values[0] == "An Văn B"


def test_contacts_by_number_and_by_name_of_their_case(province: Province) -> None:
    brought(CASES)
    text = (
        "Họ tên F1,Năm sinh,SĐT,Xã,Tiếp xúc với F0,Ngày tiếp xúc,Hoàn cảnh tiếp xúc,Quan hệ\n"
        "Phạm Văn Sáu,1980,0911000001,Nếnh,Nguyễn Thị Hường,13/05/2021,cùng nhà,chồng\n"
        "Phạm Thị Bảy,1982,0911000002,Nếnh,Nguyễn Thị Không Có,13/05/2021,công ty,đồng nghiệp\n"
        "Phạm Thị Chín,1985,0911000003,Nếnh,,13/05/2021,,\n"
    )
    batch = brought(text)
    assert batch.target == "contacts"
    assert counts(batch) == (2, 0, 0, 1)
    contact = Contact.objects.get()
    assert (contact.setting, contact.relation) == ("home", "chồng")
    assert Standing.objects.get(person=contact.person).level == 1
    assert counts(brought(text)) == (0, 0, 2, 1)
    assert counts(brought(text.replace("cùng nhà", "công ty"))) == (0, 1, 1, 1)
    assert Contact.objects.filter(is_void=False).get().setting == "work"


def test_f2_of_an_f1_further_down_in_the_file(province: Province) -> None:
    text = (
        "contact id,full name,birth year,commune,source person,date of contact\n"
        "K2,Người Hai,1990,Nếnh,K1,14/05/2021\nK1,Người Một,1991,Nếnh,K9,13/05/2021\nK9,Người Chín,1970,Nếnh,,\n"
    )
    batch = brought(text, target="contacts")
    assert counts(batch) == (3, 0, 0, 0)
    assert Contact.objects.count() == 2


def test_samples_make_cases_and_their_results_come_later(province: Province) -> None:
    text = "Họ tên,Năm sinh,SĐT,Xã,Ngày lấy mẫu,Mã ống,Kết quả,Ngày có kết quả\n"
    text += "Đỗ Văn Mười,1988,0911000009,Nếnh,16/05/2021,T1,,\n"
    batch = brought(text, target="samples")
    assert counts(batch) == (1, 0, 0, 0)
    assert Sample.objects.get().result == "pending"
    later = text.replace(",T1,,", ",T1,Dương tính,17/05/2021")
    assert counts(brought(later, target="samples")) == (0, 1, 0, 0)
    assert Sample.objects.get().result == "positive"
    assert Case.objects.get().classification == "confirmed"


def test_an_officer_writes_in_their_own_commune_only(province: Province) -> None:
    officer = user_with("commune", province.nenh)
    batch = brought(CASES, by=officer)
    assert counts(batch) == (1, 0, 0, 2)
    codes = {reason["code"] for row in Row.objects.filter(batch=batch) for reason in row.reasons}
    assert "outside" in codes
    other = user_with("commune", province.hong_thai)
    with pytest.raises(PermissionDenied):
        actions.commit(batch=batch, by=other)
    with pytest.raises(PermissionDenied):
        actions.upload(by=user_with("analyst"), file_name="a.csv", content=CASES.encode())
    # Somebody registered elsewhere under the same identity number is not given away, and not changed.
    same = (
        HEADER
        + "Nguyễn Thị Hường,Nữ,12/03/1987,0999999999,024087001234,Hồng Thái,Việt Yên,18/05/2021,,Nghi ngờ\n"
    )
    batch = brought(same, by=other)
    assert counts(batch) == (1, 0, 0, 0)
    assert Row.objects.get(batch=batch).reasons == []
    assert Person.objects.get(unit=province.nenh).phone == "+84912345678"


def test_a_commune_for_the_whole_file(province: Province) -> None:
    officer = user_with("commune", province.nenh)
    text = "Họ tên,Năm sinh,Ngày báo cáo\nVũ Thị A,1990,17/05/2021\n"
    assert counts(brought(text, by=officer)) == (0, 0, 0, 1)
    batch = brought(text + "\n", by=officer, options={"unit": province.nenh.pk})
    assert counts(batch) == (1, 0, 0, 0)
    assert Person.objects.get().unit == province.nenh


def test_the_mapping_is_changed_and_remembered(province: Province) -> None:
    text = "Bí danh,Mốc\nNgười Lạ,17/05/2021\n"
    batch = actions.upload(by=None, file_name="a.csv", content=text.encode(), target="cases")
    assert batch.mapping == {}
    assert counts(actions.try_batch(batch=batch, by=None)) == (0, 0, 0, 1)
    named = {"Bí danh": "full_name", "Mốc": "reported_on", "Không có": "sex"}
    batch = actions.set_mapping(by=None, batch=batch, mapping=named)
    actions.try_batch(batch=batch, by=None)
    batch = actions.commit(batch=batch, by=None)
    assert counts(batch) == (1, 0, 0, 0)
    again = actions.upload(
        by=None, file_name="b.csv", content="Mốc,Bí danh\n18/05/2021,Người Khác\n".encode(), target="cases"
    )
    assert again.mapping == {"Bí danh": "full_name", "Mốc": "reported_on"}
    with pytest.raises(SonghanhError):
        actions.set_mapping(by=None, batch=batch, mapping={})


def test_files_and_declarations_go_on_their_day(province: Province) -> None:
    batch = brought(CASES)
    assert actions.delete_expired(day=today()) == {"files": 0, "declarations": 0}
    assert actions.delete_expired(day=batch.expires_on)["files"] == 1
    batch.refresh_from_db()
    assert batch.content is None and not batch.rows.exists() and batch.n_created == 2
    assert Case.objects.count() == 2


def test_a_stop_leaves_what_was_written_and_is_gone_on_with(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "COMMITTED_AT_ONCE", 10)
    lines = [f"Người Số {n},Nam,1990,,,Nếnh,Việt Yên,17/05/2021,,Xác định" for n in range(45)]
    batch = actions.upload(by=None, file_name="a.csv", content=(HEADER + "\n".join(lines)).encode())
    actions.try_batch(batch=batch, by=None)

    def stop(done: int, total: int) -> None:
        if done >= 20:
            actions.cancel(by=None, batch=batch)

    batch = actions.commit(batch=batch, by=None, on_progress=stop)
    assert (batch.state, batch.n_done, Case.objects.count()) == ("tried", 20, 20)
    batch = actions.commit(batch=batch, by=None)
    assert counts(batch) == (45, 0, 0, 0)
    assert Case.objects.count() == 45


def test_the_worker_takes_up_what_a_killed_one_left(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    batch = actions.upload(by=None, file_name="a.csv", content=CASES.encode())
    jobs.start(by=None, batch=batch, stage=jobs.TRY)
    batch.refresh_from_db()
    assert batch.state == Batch.State.TRYING
    jobs.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == Batch.State.TRIED
    jobs.start(by=None, batch=batch, stage=jobs.COMMIT)
    long_ago = timezone.now() - timedelta(minutes=10)
    Batch.objects.filter(pk=batch.pk).update(heartbeat_at=long_ago, attempt=1)
    assert jobs.recover_lost() == 1
    jobs.run(batch.pk)
    batch.refresh_from_db()
    assert counts(batch) == (2, 0, 0, 1)
    assert batch.state == Batch.State.COMMITTED
    assert jobs.recover_lost() == 0


KILLED = """
import os, sys
from songhanh.operations.project import serving
serving.set_up()
sys.path.insert(0, sys.argv[1])
from registry import build_province
from songhanh.operations.places.models import Unit
if not Unit.objects.exists():
    build_province()
from songhanh.operations.intake import actions, runs
runs.COMMITTED_AT_ONCE = 20
content = open(sys.argv[2], "rb").read()
batch = actions.upload(by=None, file_name="list.csv", content=content)
seen = lambda done, total: print("done", done, flush=True)
if len(sys.argv) > 3:
    batch = actions.commit(batch=batch, by=None, on_progress=seen)
else:
    batch = actions.try_batch(batch=batch, by=None)
from songhanh.operations.cases.models import Case
from songhanh.operations.people.models import Person
counts = batch.n_created, batch.n_updated, batch.n_duplicate, batch.n_rejected
print("end", batch.state, batch.n_rows, *counts, Case.objects.count(), Person.objects.count())
"""


@pytest.mark.slow
def test_killed_in_the_middle_of_a_commit_the_next_start_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    lines = [f"Người Số {n},Nam,1990,,,Nếnh,Việt Yên,17/05/2021,,Xác định" for n in range(400)]
    file.write_text(HEADER + "\n".join(lines))
    environment = os.environ | {
        "SONGHANH_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    process = subprocess.Popen([*command, "commit"], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = [process.stdout.readline() for _line in range(3)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert seen[-1].startswith("done"), seen
    done = subprocess.run([*command, "commit"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "end committed 400 400 0 0 0 400 400" in done.stdout
    began = int(done.stdout.splitlines()[0].split()[1])
    assert began > 20  # it went on, and did not begin again


# --- real files ---

GODATA = {  # created, updated, already there, rejected
    "cases_clean.csv": (53, 3, 0, 0),
    "contacts_clean.csv": (60, 0, 6, 0),
    "events_clean.csv": (7, 0, 0, 0),
    "relationships_clean.csv": (86, 14, 0, 0),
    "followups_clean.csv": (437, 0, 0, 0),
    "lab_results_clean.csv": (37, 0, 0, 3),
}


def test_the_go_data_export(province: Province, shared_data: Path) -> None:
    folder = shared_data / "tracing" / "godata_export"
    for name, expected in GODATA.items():
        assert counts(brought((folder / name).read_bytes(), name=name)) == expected, name
    assert Cluster.objects.count() == 7
    assert FollowUp.objects.count() == 437
    levels = Counter(Standing.objects.values_list("level", flat=True))
    assert levels[0] >= 28 and levels[1] >= 5  # the chains come out
    assert Case.objects.filter(source_case__isnull=False).count() >= 15
    for name, (created, updated, duplicate, refused) in GODATA.items():
        again = brought((folder / name).read_bytes(), name=name)
        assert counts(again) == (0, 0, created + updated + duplicate, refused), name


def test_the_sormas_exports(province: Province, shared_data: Path) -> None:
    folder = shared_data / "tracing" / "sormas"
    cases = brought((folder / "cases.csv").read_bytes(), name="cases.csv")
    assert (cases.source_format, cases.options["date_order"], counts(cases)) == (
        "sormas",
        "mdy",
        (1, 0, 0, 0),
    )
    case = Case.objects.get()
    assert (case.person.full_name, str(case.person.born_on), str(case.reported_on)) == (
        "Savoia Stina",
        "1939-05-12",
        "2022-07-19",
    )
    contacts = (folder / "contacts.csv").read_text(encoding="utf-8")
    unknown = brought(contacts, name="contacts.csv")
    assert counts(unknown) == (0, 0, 0, 1)  # its source case is in no file that was handed in
    known = contacts.replace("acb9ea56-b13f-4202-a088-0bcad63d5006", "6fab5e76-71fc-4629-a386-9dfaacec09bd")
    assert counts(brought(known, name="contacts.csv")) == (1, 0, 0, 0)
    contact = Contact.objects.get()
    assert (str(contact.happened_from), str(contact.happened_until), contact.proximity) == (
        "2022-07-07",
        "2022-07-09",
        "direct",
    )


def test_the_vietnamese_patients_of_2020_and_their_links(province: Province, shared_data: Path) -> None:
    folder = shared_data / "tracing" / "vietnam2020"
    details = brought((folder / "patient_details.csv").read_bytes(), name="patient_details.csv")
    assert (details.source_format, counts(details)) == ("vietnam2020", (1099, 0, 0, 0))
    assert Case.objects.filter(classification="confirmed").count() == 1099
    linked = Case.objects.exclude(source_case=None).count()
    assert linked == 269  # of 274 that name a source; four would close a circle, one names itself
    refused = [
        row
        for row in Row.objects.filter(batch=details)
        for reason in row.reasons
        if reason["code"] == "source_refused"
    ]
    assert len(refused) == 5
    assert Case.objects.get(national_code="BN599").source_note == "BN522,BN523,N564"
    links = brought((folder / "patient_link.csv").read_bytes(), name="patient_link.csv")
    assert (links.target, counts(links)) == ("relationships", (364, 0, 0, 611))
    reasons = Counter(
        reason["code"]
        for row in Row.objects.filter(batch=links, verdict="rejected")
        for reason in row.reasons
    )
    assert reasons == {"source_missing": 608, "source_unknown": 2, "same_person": 1}
    assert Contact.objects.count() == 364
    assert counts(brought((folder / "patient_link.csv").read_bytes(), name="patient_link.csv")) == (
        0,
        0,
        364,
        611,
    )


def test_progress_is_told(province: Province) -> None:
    told: list[tuple[int, int]] = []
    report: Callable[[int, int], None] = lambda done, total: told.append((done, total))  # noqa: E731
    batch = actions.upload(by=None, file_name="a.csv", content=CASES.encode())
    actions.try_batch(batch=batch, by=None, on_progress=report)
    actions.commit(batch=batch, by=None, on_progress=report)
    assert told == [(3, 3), (3, 3)]
