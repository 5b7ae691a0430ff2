"""The life of a run: asked for, worked on, left and found again, cancelled, lost and recovered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from songhanh.core.errors import Cancelled, Fault, SonghanhError
from songhanh.operations.indicators.models import Snapshot
from songhanh.operations.planning import actions, engine, runner
from songhanh.operations.planning.models import Evaluation, Job

QUESTION = {"pack_ref": "test-province", "as_of": date(2021, 5, 17), "seed": 3, "n_worlds": 10}
FORM = {"as_of": "17/05/2021", "seed": "3", "n_worlds": "10"}


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, documents: object) -> None:
    """The models of this test: instant ones."""
    monkeypatch.setattr(engine, "evaluate", documents.evaluate)  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "situation", documents.situation_of)  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "geometry", documents.geometry_of)  # type: ignore[attr-defined]


# Threads have connections of their own, so rows must really be there.
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_from_the_form_to_the_plans(client: Client, models: None) -> None:
    response = client.post("/decide/run/", FORM, headers={"host": "127.0.0.1"})
    job = Job.objects.get()
    assert response.headers["Location"] == f"/decide/jobs/{job.pk}/"
    assert "đang chờ" in client.get("/decide/").content.decode()  # left and found again
    assert DBTaskResult.objects.ready().count() == 1
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert job.evaluation.result["n_worlds"] == 10
    assert Snapshot.objects.get().cases.count() == 120
    assert "đã xong" in client.get(f"/decide/jobs/{job.pk}/").content.decode().lower()
    assert client.get("/decide/targeted/").status_code == 200
    fragment = client.get(f"/decide/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == f"/decide/?run={job.evaluation_id}"
    assert b"<html" not in fragment.content


def test_the_same_open_question_is_one_job() -> None:
    assert actions.request_run(**QUESTION).pk == actions.request_run(**QUESTION).pk
    assert Evaluation.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"as_of": "tomorrow"}, {"n_worlds": "0"}, {"n_worlds": "100000"}, {"seed": "-1"}, {"as_of": ""}],
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
    claimed = actions.claim(job_id=job.pk)
    assert claimed is not None
    assert actions.beat(job=claimed, done=5, total=10, stage="worlds")
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
    assert job.evaluation.result is None


def test_cancel_while_running(client: Client, monkeypatch: pytest.MonkeyPatch, models: None) -> None:
    job = actions.request_run(**QUESTION)

    def until_told(*args: object) -> dict[str, object]:
        on_progress, should_stop = args[4:]
        client.post(f"/decide/jobs/{job.pk}/cancel/")
        on_progress(1, 10, "worlds")  # type: ignore[operator]
        assert should_stop()  # type: ignore[operator]
        raise Cancelled

    monkeypatch.setattr(engine, "evaluate", until_told)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert not Snapshot.objects.exists()


def test_a_fault_of_the_user_is_told_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise SonghanhError(Fault("date.early", "The date is before the outbreak.", "Choose a later one."))

    monkeypatch.setattr(engine, "evaluate", refuse)
    job = actions.request_run(**QUESTION)
    runner.run(job.pk)
    text = client.get(f"/decide/jobs/{job.pk}/").content.decode()
    assert "The date is before the outbreak. Choose a later one." in text
    assert "Lượt tính không thành công" in text


def test_a_fault_of_ours_leaves_the_job_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "evaluate", lambda *args: 1 / 0)
    job = actions.request_run(**QUESTION)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "ZeroDivisionError" in job.error
    assert "Traceback" in caplog.text


def test_a_worker_asked_to_stop_puts_its_job_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*args: object) -> None:
        raise SystemExit(1)

    monkeypatch.setattr(engine, "evaluate", stopped)
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
        assert actions.claim(job_id=job.pk) is not None
        assert actions.recover_lost() == 0  # it beats
        Job.objects.update(heartbeat_at=long_ago)
        assert actions.recover_lost() == 1
        job.refresh_from_db()
        assert job.state == expected
    assert not DBTaskResult.objects.filter(status="RUNNING").exists()
    assert "bị dừng hai lần" in client.get(f"/decide/jobs/{job.pk}/").content.decode()


def test_a_job_that_waits_behind_another_is_not_lost_but_a_forgotten_one_is() -> None:
    job = actions.request_run(**QUESTION)
    Job.objects.update(queued_at=timezone.now() - timedelta(hours=1))
    assert actions.recover_lost() == 0
    DBTaskResult.objects.update(status="RUNNING")  # its worker was killed between taking and starting it
    assert actions.recover_lost() == 1
    assert DBTaskResult.objects.ready().count() == 1
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_a_job_taken_up_by_another_worker_is_left_alone(documents: object) -> None:
    job = actions.request_run(**QUESTION)
    first = actions.claim(job_id=job.pk)
    assert first is not None
    assert actions.claim(job_id=job.pk) is None
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    actions.recover_lost()
    second = actions.claim(job_id=job.pk)
    assert second is not None
    assert not actions.beat(job=first)
    kept = actions.complete(
        job=first,
        evaluation=documents.evaluation(),  # type: ignore[attr-defined]
        situation=documents.situation(),  # type: ignore[attr-defined]
        geometry=documents.geometry(),  # type: ignore[attr-defined]
    )
    assert not kept
    assert not Snapshot.objects.exists()
    assert actions.beat(job=second)
