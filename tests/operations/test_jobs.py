"""The life of a run: asked for, worked on, left and found again, cancelled, lost and recovered."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from songhanh.core.errors import Cancelled, Fault, SonghanhError
from songhanh.operations.indicators.models import Snapshot
from songhanh.operations.planning import actions, engine, job_actions, queries, runner
from songhanh.operations.planning.models import DecidedPlan, Job, Kind, Run

EVENING = {"pack_ref": "bac-giang-2021", "as_of": date(2021, 5, 17), "seed": 3, "n_worlds": 10}
QUESTION = {**EVENING, "kind": Kind.EVALUATE, "details": {"ceilings": {}}}
FORM = {"as_of": "17/05/2021", "seed": "3", "n_worlds": "10"}
SIGNED = {"decided_by": "Nguyễn Văn An", "post": "Chủ tịch", "reason": "Ít ca nhất trong mọi kịch bản."}


# Threads have connections of their own, so rows must really be there.
pytestmark = pytest.mark.django_db(transaction=True)


def work() -> None:
    """Work on every waiting job, as the workers would."""
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("pk"):
        runner.run(job.pk)


def test_a_run_from_the_form_to_the_three_answers(client: Client, models: None) -> None:
    response = client.post("/decide/run/", FORM, headers={"host": "127.0.0.1"})
    job = Job.objects.get(run__kind=Kind.EVALUATE)
    assert response.headers["Location"] == f"/decide/jobs/{job.pk}/"
    assert "đang chờ" in client.get("/decide/").content.decode()  # left and found again
    assert DBTaskResult.objects.ready().count() == 3
    work()
    job.refresh_from_db()
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    assert job.run.result["n_worlds"] == 10
    assert Snapshot.objects.get().cases.count() == 120
    assert "đã xong" in client.get(f"/decide/jobs/{job.pk}/").content.decode().lower()
    for page in ("/decide/targeted/", "/decide/forecast/", "/decide/priorities/"):
        assert client.get(page).status_code == 200
    fragment = client.get(f"/decide/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == f"/decide/?run={job.run_id}"
    assert b"<html" not in fragment.content


def test_ceilings_go_with_the_question_and_come_back_on_the_page(client: Client, models: None) -> None:
    client.post("/decide/run/", FORM | {"ceiling_deaths": "30", "ceiling_peak_icu": ""})
    work()
    assert Run.objects.get(kind=Kind.EVALUATE).details == {"ceilings": {"deaths": 30}}
    text = client.get("/decide/").content.decode()
    assert "Tử vong ≤ 30" in text
    assert 'name="ceiling_deaths" value="30"' in text
    assert "80%" in text  # the share of worlds within them


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (Kind.FORECAST, {}),
        (Kind.PRIORITIES, {}),
        (Kind.SEARCH, {"n_rules": 40, "n_fresh": 10, "ceilings": {}}),
        (Kind.WHAT_IF, {"plan": "", "plan_slug": "x", "base": "", "base_slug": "y", "days": 60}),
    ],
)
def test_every_kind_of_question_has_the_same_life(
    client: Client, stored: object, models: None, kind: str, details: dict[str, object]
) -> None:
    job = actions.request_run(**EVENING, kind=kind, details=details)
    Job.objects.filter(pk=job.pk).update(queued_at=timezone.now() - timedelta(hours=1))
    assert actions.request_run(**EVENING, kind=kind, details=details).pk == job.pk
    assert job_actions.claim(job_id=job.pk) is not None
    DBTaskResult.objects.update(status="RUNNING")  # its worker is killed here
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert job_actions.recover_lost() == 1
    runner.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.DONE, 2)
    page = client.get(f"/decide/jobs/{job.pk}/").content.decode()
    address = re.search(r'btn-primary" href="([^"]+)"', page)
    assert address is not None
    assert client.get(address.group(1)).status_code == 200


def test_seconds_do_not_wait_behind_minutes(db: None) -> None:
    details = {"plan": "", "plan_slug": "x", "base": "", "base_slug": "y", "days": 60}
    actions.request_run(**QUESTION)
    actions.request_run(**EVENING, kind=Kind.WHAT_IF, details=details)
    assert sorted(DBTaskResult.objects.values_list("queue_name", flat=True)) == ["default", "quick"]


def test_a_cancelled_search_is_taken_up_again(client: Client, stored: object, models: None) -> None:
    form = {"n_rules": "40", "n_worlds": "5", "n_fresh": "10"}
    address = client.post("/decide/search/", form).headers["Location"]
    client.post(address + "cancel/")
    work()
    assert Job.objects.get().state == Job.State.CANCELLED
    assert "Tìm kiếm tiếp" in client.get(address).content.decode()
    again = client.post(address + "resume/").headers["Location"]
    assert again != address
    work()
    first, second = Run.objects.filter(kind=Kind.SEARCH)
    assert first.question_id == second.question_id
    text = client.get("/decide/").content.decode()
    assert "Quy tắc 1" in text
    assert "Ít ca nhất." in text
    found = Run.objects.get(kind=Kind.SEARCH, ready_at__isnull=False)
    assert client.get(f"/decide/found-1/?run={found.pk}").status_code == 200


def test_a_decided_plan_is_recorded_and_comes_out_again(client: Client, models: None) -> None:
    client.post("/decide/run/", FORM)
    work()
    address = client.post("/decide/targeted/adopt/", SIGNED).headers["Location"]
    assert "đang được tính" in client.get(address).content.decode()
    work()
    decided = DecidedPlan.objects.get()
    assert decided.record["results"]["outcomes"] == decided.shown["outcomes"]
    assert decided.record["results_sha256"] in client.get(address).content.decode()
    client.post(address + "rerun/")
    work()
    assert "Ra đúng các con số cũ." in client.get(address).content.decode()
    decided.record["results_sha256"] = "0" * 64
    decided.save()
    client.post(address + "rerun/")
    work()
    text = client.get(address).content.decode()
    assert "Ra các con số khác." in text
    assert "Khác bản ghi." in text
    assert [run.result["same"] for run in queries.reruns(decided)] == [False, True]


def test_the_same_open_question_is_one_job() -> None:
    assert actions.request_run(**QUESTION).pk == actions.request_run(**QUESTION).pk
    assert Run.objects.count() == 1
    assert (
        actions.request_run(**QUESTION | {"details": {"ceilings": {"deaths": 1}}}).pk != Job.objects.last().pk
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"as_of": "tomorrow"},
        {"n_worlds": "0"},
        {"n_worlds": "100000"},
        {"seed": "-1"},
        {"as_of": ""},
        {"ceiling_deaths": "-1"},
    ],
)
def test_a_wrong_form_is_said_and_starts_nothing(client: Client, wrong: dict[str, str]) -> None:
    response = client.post("/decide/run/", FORM | wrong)
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    assert not Job.objects.exists()


def test_a_form_without_its_token_is_refused() -> None:
    response = Client(enforce_csrf_checks=True).post("/decide/run/", FORM)
    assert response.status_code == 403
    assert "Yêu cầu bị từ chối" in response.content.decode()
    assert not Job.objects.exists()


def test_progress_is_seen_and_a_pace_gives_the_time_left(client: Client) -> None:
    job = actions.request_run(**QUESTION)
    claimed = job_actions.claim(job_id=job.pk)
    assert claimed is not None
    assert job_actions.beat(job=claimed, done=5, total=10, stage="worlds")
    Job.objects.update(stage_started_at=timezone.now() - timedelta(minutes=3))
    text = client.get(f"/decide/jobs/{job.pk}/").content.decode()
    assert 'max="10" value="5"' in text
    assert "còn khoảng 3 phút" in text


def test_cancel_while_waiting(client: Client, models: None) -> None:
    job = actions.request_run(**QUESTION)
    assert client.post(f"/decide/jobs/{job.pk}/cancel/").status_code == 302
    runner.run(job.pk)  # the queue still holds it: nothing may happen
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert job.run.result is None


def test_cancel_while_running(client: Client, monkeypatch: pytest.MonkeyPatch, models: None) -> None:
    job = actions.request_run(**QUESTION)

    def until_told(*args: object) -> dict[str, object]:
        on_progress, should_stop = args[2:]
        client.post(f"/decide/jobs/{job.pk}/cancel/")
        on_progress(1, 10, "worlds")  # type: ignore[operator]
        assert should_stop()  # type: ignore[operator]
        raise Cancelled

    monkeypatch.setattr(engine, "compute", until_told)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert not Snapshot.objects.exists()


def test_a_fault_of_the_user_is_told_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise SonghanhError(Fault("date.early", "The date is before the outbreak.", "Choose a later one."))

    monkeypatch.setattr(engine, "compute", refuse)
    job = actions.request_run(**QUESTION)
    runner.run(job.pk)
    text = client.get(f"/decide/jobs/{job.pk}/").content.decode()
    assert "The date is before the outbreak. Choose a later one." in text
    assert "Lượt tính không thành công" in text


def test_a_fault_of_ours_leaves_the_job_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "compute", lambda *args: 1 / 0)
    job = actions.request_run(**QUESTION)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "ZeroDivisionError" in job.error
    assert "Traceback" in caplog.text


def test_a_worker_asked_to_stop_puts_its_job_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*args: object) -> None:
        raise SystemExit(1)

    monkeypatch.setattr(engine, "compute", stopped)
    job = actions.request_run(**QUESTION)
    with pytest.raises(SystemExit):
        runner.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.QUEUED, 0)
    assert DBTaskResult.objects.ready().count() == 2


def test_a_lost_job_is_taken_up_once_then_failed(client: Client) -> None:
    job = actions.request_run(**QUESTION)
    long_ago = timezone.now() - timedelta(hours=1)
    for expected in (Job.State.QUEUED, Job.State.FAILED):
        DBTaskResult.objects.filter(status="READY").update(status="RUNNING")
        assert job_actions.claim(job_id=job.pk) is not None
        assert job_actions.recover_lost() == 0  # it beats
        Job.objects.update(heartbeat_at=long_ago)
        assert job_actions.recover_lost() == 1
        job.refresh_from_db()
        assert job.state == expected
    assert not DBTaskResult.objects.filter(status="RUNNING").exists()
    assert "bị dừng hai lần" in client.get(f"/decide/jobs/{job.pk}/").content.decode()


def test_a_job_that_waits_behind_another_is_not_lost_but_a_forgotten_one_is() -> None:
    job = actions.request_run(**QUESTION)
    Job.objects.update(queued_at=timezone.now() - timedelta(hours=1))
    assert job_actions.recover_lost() == 0
    DBTaskResult.objects.update(status="RUNNING")  # its worker was killed between taking and starting it
    assert job_actions.recover_lost() == 1
    assert DBTaskResult.objects.ready().count() == 1
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_a_job_taken_up_by_another_worker_is_left_alone(documents: object) -> None:
    job = actions.request_run(**QUESTION)
    first = job_actions.claim(job_id=job.pk)
    assert first is not None
    assert job_actions.claim(job_id=job.pk) is None
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    job_actions.recover_lost()
    second = job_actions.claim(job_id=job.pk)
    assert second is not None
    assert not job_actions.beat(job=first)
    kept = job_actions.complete(
        job=first,
        result=documents.evaluation(),  # type: ignore[attr-defined]
        evening=actions.Evening(documents.situation(), documents.geometry()),  # type: ignore[attr-defined]
    )
    assert not kept
    assert not Snapshot.objects.exists()
    assert job_actions.beat(job=second)
