"""What the committee does on the pages: moves a plan, adopts it, sets the mode of an area."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from datetime import date, timedelta
from typing import Literal, get_args, get_origin

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from songhanh.measures.registry import KINDS
from songhanh.operations.planning import actions, measure_names, presentation_forecast, queries, runner
from songhanh.operations.planning.models import DecidedPlan, Job, Kind, PriorityDecision, Run
from songhanh.operations.planning.plan_form import FIXED, PlanForm, _plain, plan_from

pytestmark = pytest.mark.django_db(transaction=True)

SIGNED = {
    "decided_by": "Nguyễn Văn An",
    "post": "Chủ tịch UBND tỉnh",
    "reason": "Ít ca nhất trong mọi kịch bản.",
}
MODE = SIGNED | {"mode": "both", "review_on": "20/05/2021"}
WHAT_IF = "/decide/targeted/what-if/"


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def rows_of(response: object) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


def shown_values(client: Client) -> dict[str, str]:
    """Return what a browser would send back of the what-if form if nothing were changed."""
    page = text_of(client.get(WHAT_IF))
    values = dict(re.findall(r'<input type="(?:text|number)" name="([^"]+)" value="([^"]*)"', page))
    for name, choices in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', choices)
        values[name] = chosen.group(1) if chosen else ""
    return values


# What if


def test_the_form_has_a_field_for_each_number_date_and_choice(stored: object, client: Client) -> None:
    values = shown_values(client)
    assert values["m0-mode"] == "closed"
    assert values["m1-from"] == "20/05/2021"
    assert values["m1-until"] == "05/06/2021"
    assert values["m2-trigger-at_least"] == "2"
    assert values["m1-share"] == "1,0"
    assert values["m2-trigger-window_days"] == "7"
    assert "m2-legal_basis" not in values


def test_a_moved_plan_is_asked_and_its_answer_stands_beside_the_base(
    stored: object, models: None, client: Client
) -> None:
    values = shown_values(client) | {"m1-from": "25/05/2021", "m2-trigger-at_least": "5", "m1-level": "ct16"}
    answer = client.post(WHAT_IF, values, headers={"HX-Request": "true"})
    job = Job.objects.get()
    assert f"/decide/jobs/{job.pk}/?inline" in text_of(answer)
    asked = tomllib.loads(job.run.details["plan"])
    moved = next(m for m in asked["measures"] if m["kind"] == "distancing" and "trigger" not in m)
    assert moved["from"] == date(2021, 5, 25)
    assert moved["level"] == "ct16"
    assert moved["legal_basis"] == ["ct16"]  # the document of a level goes with the level
    triggered = next(m for m in asked["measures"] if "trigger" in m)
    assert triggered["trigger"]["at_least"] == 5
    assert plan_from({"toml": job.run.details["base"], "id": "x"}) == plan_from(
        {"toml": Run.objects.get(kind=Kind.EVALUATE).result["plans"][2]["toml"], "id": "x"}
    )
    runner.run(job.pk)
    beside = text_of(client.get(f"/decide/jobs/{job.pk}/?inline", headers={"HX-Request": "true"}))
    assert "Nếu thay đổi như vậy" in beside
    assert "<html" not in beside
    assert "−" in beside  # a difference with its sign
    page = client.get(f"/decide/what-if/{job.run_id}/")
    assert page.status_code == 200
    assert len(rows_of(client.get(f"/decide/plans.csv?run={job.run_id}"))) == 16
    assert client.get(f"/decide/targeted-changed/?run={job.run_id}").status_code == 200
    assert client.get(f"/decide/targeted-changed/what-if/?run={job.run_id}").status_code == 200


def test_without_htmx_a_moved_plan_leads_to_its_job(stored: object, client: Client) -> None:
    response = client.post(WHAT_IF, shown_values(client) | {"m0-leave-out": "on"})
    assert response.headers["Location"] == f"/decide/jobs/{Job.objects.get().pk}/"
    asked = tomllib.loads(Job.objects.get().run.details["plan"])
    assert [measure["kind"] for measure in asked["measures"]] == ["distancing", "distancing"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "Chưa thay đổi gì"),
        ({"m1-from": "soon"}, "Ghi ngày/tháng/năm"),
        ({"m1-until": "01/05/2021"}, "Ngày kết thúc trước ngày bắt đầu."),
        ({"m2-trigger-at_least": "0"}, "Ngưỡng phải lớn hơn 0."),
        ({"m2-trigger-window_days": "99"}, "Phải từ 60 trở xuống."),
        ({"m1-share": "1,5"}, "Phải từ 1 trở xuống."),
        ({"m1-share": "0"}, "Phải lớn hơn 0."),
        ({"m2-trigger-at_least": ""}, "m2-trigger-at_least"),
        ({"m0-mode": "open"}, "m0-mode"),
        ({"m1-from": "01/05/2021", "m1-until": "03/05/2021"}, "2021"),  # the past cannot be ordered
    ],
)
def test_a_fault_of_the_moved_plan_is_shown_by_its_field(
    stored: object, client: Client, wrong: dict[str, str], said: str
) -> None:
    response = client.post(WHAT_IF, shown_values(client) | wrong)
    assert response.status_code == 422
    text = text_of(response)
    summary = text[text.index("error-summary") : text.index("<form", text.index("error-summary"))]
    assert said in summary
    assert not Job.objects.exists()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_every_measure_has_words(kind: str) -> None:
    for name, info in KINDS[kind].model_fields.items():
        if name in FIXED or name in measure_names.CONDITIONS:
            continue
        shown, (plain, _) = info.alias or name, _plain(info.annotation)
        if get_origin(plain) is Literal:
            words = {choice: measure_names.choice_name(choice) for choice in get_args(plain)}
            assert all("_" not in said and said != choice for choice, said in words.items()), words
        if plain in (bool, int, float, date) or get_origin(plain) is Literal:
            assert shown in measure_names.FIELDS, (kind, shown)


def test_every_plan_of_the_example_can_be_moved() -> None:
    """The form knows each kind of measure that the province's own plans use; unmoved, a plan comes back as it was."""
    from_library = pytest.importorskip("songhanh.measures")
    pack = pytest.importorskip("songhanh.province").load("bac-giang-2021")
    for plan in from_library.plans_of(pack).values():
        form = PlanForm(plan=plan, pack_ref="bac-giang-2021", as_of=date(2021, 5, 17))
        sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        again = PlanForm(sent, plan=plan, pack_ref="bac-giang-2021", as_of=date(2021, 5, 17))
        assert not again.is_valid()
        assert list(again.errors) == ["__all__"], (plan.slug, again.errors)


# Adoption


def test_a_plan_is_adopted_with_who_and_why(stored: object, client: Client) -> None:
    response = client.post("/decide/targeted/adopt/", SIGNED)
    decided = DecidedPlan.objects.get()
    assert response.headers["Location"] == f"/decide/decided/{decided.pk}/"
    assert (decided.plan_id, decided.seed, decided.n_worlds) == ("targeted", 1, 100)
    assert not decided.against_recommendation
    assert Job.objects.get().run.kind == Kind.RECORD
    listed = text_of(client.get("/decide/decided/"))
    assert "Nguyễn Văn An" in listed
    assert SIGNED["reason"] in listed
    assert rows_of(client.get("/decide/decided/?format=csv"))[0]["plan_hash"] == decided.plan_hash


def test_a_plan_may_be_adopted_against_the_recommendation_and_that_is_kept(
    stored: object, client: Client
) -> None:
    assert "không được khuyến nghị" in text_of(client.get("/decide/full-lockdown/"))
    client.post("/decide/full-lockdown/adopt/", SIGNED)
    assert DecidedPlan.objects.get().against_recommendation
    assert "khác khuyến nghị" in text_of(client.get("/decide/decided/"))


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"reason": "   "}, {"reason": "vì"}, {"decided_by": ""}, {"post": ""}]
)
def test_an_adoption_without_name_post_or_reason_is_refused(
    stored: object, client: Client, wrong: dict[str, str]
) -> None:
    response = client.post("/decide/targeted/adopt/", SIGNED | wrong)
    assert response.status_code == 422
    assert "error-summary" in text_of(response)
    assert not DecidedPlan.objects.exists()


def test_a_reference_line_cannot_be_adopted(stored: object, client: Client) -> None:
    assert 'id="adopt"' not in text_of(client.get("/decide/do-nothing/"))
    assert client.post("/decide/do-nothing/adopt/", SIGNED).status_code == 404
    assert not DecidedPlan.objects.exists()


# Priorities


def test_the_committee_sets_a_mode_and_the_history_is_kept(stored: object, client: Client) -> None:
    address = "/decide/priorities/00000/"  # no distancing of its own: every mode is allowed
    assert client.post(address, MODE).status_code == 302
    later = {"mode": "production-under-guard", "review_on": "24/05/2021", "reason": "Không còn ca mới nào."}
    assert client.post(address, MODE | later).status_code == 302
    newest, oldest = PriorityDecision.objects.filter(area_code="00000")
    assert (oldest.mode, oldest.expires_on) == ("both", None)
    assert (newest.mode, newest.expires_on) == ("production-under-guard", date(2021, 5, 24))
    page = text_of(client.get(address))
    assert "Không còn ca mới nào." in page
    assert MODE["reason"] in page
    row = next(row for row in rows_of(client.get("/decide/priorities/?format=csv&decided=yes")))
    assert (row["code"], row["decided_mode"], row["expires_on"]) == (
        "00000",
        "production-under-guard",
        "2021-05-24",
    )


@pytest.mark.parametrize(
    ("code", "wrong", "said"),
    [
        ("00000", {"reason": ""}, "Lý do"),
        ("00000", {"mode": "business-as-usual"}, "Phương thức"),
        ("00000", {"review_on": "17/05/2021"}, "Ngày xem xét lại phải sau buổi tối quyết định."),
        ("00000", {"review_on": "whenever"}, "Ghi ngày/tháng/năm"),
        ("00000", {"mode": "production-under-guard", "review_on": "25/05/2021"}, "hết hạn sau 7 ngày"),
        ("00003", {"mode": "production-under-guard"}, "Lỏng hơn mức đang áp dụng ở địa bàn này (Chỉ thị 16)"),
        ("00004", {"mode": "both"}, "Lỏng hơn mức đang áp dụng"),
    ],
)
def test_a_wrong_decision_is_refused_in_words(
    stored: object, client: Client, code: str, wrong: dict[str, str], said: str
) -> None:
    response = client.post(f"/decide/priorities/{code}/", MODE | wrong)
    assert response.status_code == 422
    text = text_of(response)
    assert said in text[text.index("error-summary") : text.index("<h1>")]
    assert not PriorityDecision.objects.exists()


def test_against_the_recommendation_is_allowed_and_marked(stored: object, client: Client) -> None:
    recommended = client.get("/decide/priorities/?format=csv")
    mode = next(row["recommended_mode"] for row in rows_of(recommended) if row["code"] == "00")
    other = "both" if mode == "epidemic-first" else "epidemic-first"
    client.post("/decide/priorities/00/", MODE | {"mode": other})
    assert PriorityDecision.objects.get().against_recommendation
    text = text_of(client.get("/decide/priorities/?decided=against"))
    assert "khác khuyến nghị" in text
    assert len(rows_of(client.get("/decide/priorities/?decided=against&format=csv"))) == 1


def test_guarded_production_expires_by_itself(
    stored: dict[str, Run], client: Client, documents: object
) -> None:
    decide = MODE | {"mode": "production-under-guard", "review_on": "20/05/2021"}
    client.post("/decide/priorities/00000/", decide)
    evening = actions.Evening(documents.situation(), documents.geometry())  # type: ignore[attr-defined]
    later = {"priorities": documents.priorities(date(2021, 5, 25))}  # type: ignore[attr-defined]
    actions.store(pack_ref="bac-giang-2021", answers=later, evening=evening, n_worlds=100)
    assert "hết hạn 24/05/2021" in text_of(client.get("/decide/priorities/?decided=expired"))
    assert rows_of(client.get("/decide/priorities/?decided=expired&format=csv"))[0]["code"] == "00000"
    before = text_of(client.get(f"/decide/priorities/?decided=expired&run={stored['priorities'].pk}"))
    assert "Không có địa bàn nào phù hợp bộ lọc." in before


def test_the_database_refuses_what_the_form_would(stored: dict[str, Run]) -> None:
    area = next(a for a in stored["priorities"].result["areas"] if a["code"] == "00000")
    by = actions.Signature("An", "Chairman", "a reason of its own")
    decision = actions.decide_priority(
        run=stored["priorities"], area=area, mode="both", review_on=date(2021, 5, 20),
        expires_on=date(2021, 5, 24), by=by,
    )  # fmt: skip
    assert decision.expires_on is None
    for wrong in ({"mode": "production-under-guard"}, {"review_on": decision.as_of - timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PriorityDecision.objects.filter(pk=decision.pk).update(**wrong)


def test_priorities_are_filtered(stored: object, client: Client) -> None:
    rows = rows_of(client.get("/decide/priorities/?district=08&level=commune&mode=both&format=csv"))
    assert rows
    assert {(row["level"], row["recommended_mode"], row["district"]) for row in rows} == {
        ("commune", "both", "Huyện Việt Yên")
    }
    assert "Không có địa bàn nào" not in text_of(client.get("/decide/priorities/?mode=nonsense"))
    features = client.get("/decide/priorities/map.geojson").json()["features"]
    levels = {f["properties"]["level"] for f in features if f["properties"]["kind"] == "commune"}
    assert levels == {"epidemic-first", "both", "production-under-guard"}


# Forecast


def test_one_place_at_a_time(stored: object, client: Client) -> None:
    province = text_of(client.get("/decide/forecast/"))
    assert '<h2 id="place-title">Tỉnh thử nghiệm</h2>' in province
    assert "Số xét nghiệm đang thay đổi." in province  # the caveat of R stands beside R
    park = text_of(client.get("/decide/forecast/?place=site:quang-chau"))
    assert '<h2 id="place-title">KCN Quang Châu</h2>' in park
    assert "Ngày ở tương lai." in park  # the rows that were refused, with the reason


def test_the_coming_days_are_not_dwarfed_by_the_far_end_of_the_fan(documents: object) -> None:
    place = documents.forecast()["places"][0]  # type: ignore[attr-defined]
    place["fan"][-1]["p95"] = 1e6
    assert presentation_forecast.top(place) < 1e4
    assert presentation_forecast.top(place) >= max(day["cases"] for day in place["history"])
    assert presentation_forecast.top(place) >= place["fan"][13]["p95"]
    assert presentation_forecast.is_cut(place)


def test_risk_is_told_by_commune_in_table_map_and_download(stored: object, client: Client) -> None:
    rows = rows_of(client.get("/decide/forecast/risk.csv"))
    assert len(rows) == 80
    assert [float(row["p_any_7d"]) for row in rows] == sorted(
        (float(r["p_any_7d"]) for r in rows), reverse=True
    )
    chosen = text_of(client.get("/decide/forecast/?risk=very-high"))
    assert "20 trên 80 xã, phường" in chosen
    features = client.get("/decide/forecast/risk.geojson").json()["features"]
    communes = [f["properties"] for f in features if f["properties"]["kind"] == "commune"]
    assert {c["level"] for c in communes} == {"low", "medium", "high", "very-high"}
    assert all(len(c["lines"]) == 3 for c in communes)


def test_forecast_downloads_hold_every_place_and_day(stored: object, client: Client) -> None:
    rows = rows_of(client.get("/decide/forecast/forecast.csv"))
    assert len(rows) == 16 * (31 + 28)
    assert client.get("/decide/forecast/forecast.json").json()["schema"] == "songhanh-forecast/1"


@pytest.mark.parametrize(("address", "kind"), [("forecast", Kind.FORECAST), ("priorities", Kind.PRIORITIES)])
def test_a_page_without_an_answer_asks_for_it(client: Client, models: None, address: str, kind: str) -> None:
    assert f'action="/decide/{address}/run/"' in text_of(client.get(f"/decide/{address}/"))
    response = client.post(f"/decide/{address}/run/")
    job = Job.objects.get()
    assert (job.run.kind, job.run.as_of) == (kind, date(2021, 5, 17))
    assert response.headers["Location"] == f"/decide/jobs/{job.pk}/"


@pytest.mark.parametrize("wrong", [{"n_rules": "5"}, {"n_worlds": "1"}, {"n_fresh": ""}, {"n_rules": "many"}])
def test_a_wrong_search_is_said_and_starts_nothing(
    stored: object, client: Client, wrong: dict[str, str]
) -> None:
    form = {"n_rules": "200", "n_worlds": "5", "n_fresh": "20"} | wrong
    response = client.post("/decide/search/", form)
    assert response.status_code == 422
    assert "error-summary" in text_of(response)
    assert not Job.objects.exists()


def test_a_search_answers_at_its_time(stored: object, models: None, client: Client) -> None:
    client.post("/decide/search/", {"n_rules": "200", "n_worlds": "5", "n_fresh": "20"})
    job = Job.objects.get()
    runner.run(job.pk)
    text = text_of(client.get("/decide/"))
    assert re.search(r'"letter": "S2"', text)  # the plans that were known before are not drawn twice
    assert '"letter": "S3"' not in text
    assert "55%" in text
    found = queries.latest_search(Run.objects.get(kind=Kind.EVALUATE))
    assert found is not None
    assert found.ready_at <= timezone.now()
