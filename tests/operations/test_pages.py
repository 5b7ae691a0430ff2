"""Each page in each language: that it answers, says what the document says, and leads on."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.test import Client

from songhanh.core.canonical import json_bytes
from songhanh.core.modes import Absence
from songhanh.operations.indicators import actions
from songhanh.operations.project.downloads import csv_response

PAGES = [
    "/situation/",
    "/situation/cases/",
    "/situation/areas/",
    "/situation/sites/",
    "/situation/capacity/",
    "/decide/",
    "/decide/targeted/",
    "/decide/targeted/what-if/",
    "/decide/forecast/",
    "/decide/priorities/",
    "/decide/priorities/00003/",
    "/decide/decided/",
    "/glossary/",
]
WORDS = {
    "/situation/": ("Tình hình tối 17/05/2021", "Situation, evening of 17 May 2021"),
    "/situation/cases/": ("Ca bệnh (danh sách mô phỏng)", "Cases (synthetic line list)"),
    "/situation/areas/": ("Xã, phường", "Communes"),
    "/situation/sites/": ("Khu công nghiệp", "Industrial parks"),
    "/situation/capacity/": ("Bản tin theo ngày", "Dated bulletins"),
    "/decide/": ("Các phương án từ tối 17/05/2021", "Plans from the evening of 17 May 2021"),
    "/decide/targeted/": ("Đúng điểm: dừng xưởng có ca", "Targeted: affected workshops closed"),
    "/decide/targeted/what-if/": ("Thử thay đổi: Đúng điểm", "What if: Targeted"),
    "/decide/forecast/": ("Dự báo từ tối 17/05/2021", "Forecast from the evening of 17 May 2021"),
    "/decide/priorities/": ("Ưu tiên của các địa bàn", "Priorities of areas"),
    "/decide/priorities/00003/": ("Ban Chỉ đạo quyết định", "The committee decides"),
    "/decide/decided/": ("Chưa chọn phương án nào", "No plan has been adopted yet"),
    "/glossary/": ("Người tiếp xúc gần", "close contact"),
}


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def rows_of(response: object) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.parametrize("address", PAGES)
def test_page_in_both_languages(stored: object, reader: Client, address: str) -> None:
    response = reader.get(address)
    vietnamese = reader.language == "vi"  # type: ignore[attr-defined]
    text = text_of(response)
    assert response.status_code == 200
    assert WORDS[address][0 if vietnamese else 1] in text
    assert ("Danh sách ca là mô phỏng" if vietnamese else "Synthetic line list") in text
    assert f'<html lang="{"vi" if vietnamese else "en"}">' in text


def test_home_leads_to_the_situation(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/situation/"


def test_figures_come_with_definition_source_and_status(stored: object, client: Client) -> None:
    text = text_of(client.get("/situation/"))
    assert "1.234.567" in text  # Vietnamese grouping
    assert "320,5" in text or "320" in text
    assert "Định nghĩa thử nghiệm." in text
    assert "giả định" in text
    assert 'href="/situation/capacity/"' in text


def test_a_new_document_changes_the_page(stored: object, client: Client, documents: object) -> None:
    changed = documents.situation()  # type: ignore[attr-defined]
    changed["figures"][0]["value"] = 4711
    actions.record(document=changed, geometry=documents.geometry(), seed=1)  # type: ignore[attr-defined]
    assert "4.711" in text_of(client.get("/situation/"))


def test_numbers_and_dates_in_english(stored: object, client: Client) -> None:
    client.cookies["django_language"] = "en"
    text = text_of(client.get("/situation/"))
    assert "1,234,567" in text
    assert "17 May 2021" in text


def test_map_has_communes_districts_and_parks(stored: object, client: Client) -> None:
    features = client.get("/situation/map.geojson").json()["features"]
    kinds = [feature["properties"]["kind"] for feature in features]
    assert kinds.count("commune") == 80
    assert kinds.count("district") == 10
    assert kinds.count("site") == 5
    assert {f["properties"]["level"] for f in features if f["properties"]["kind"] == "commune"} == {
        "none", "ct19", "ct15", "ct16", "lockdown",
    }  # fmt: skip


def test_curve_csv_adds_up(stored: object, client: Client) -> None:
    rows = rows_of(client.get("/situation/curve.csv"))
    assert sum(int(row["total"]) for row in rows) == 120 == int(rows[-1]["cumulative"])


def test_cases_are_filtered_paged_and_downloaded(stored: object, client: Client) -> None:
    everything = text_of(client.get("/situation/cases/"))
    assert "120 ca" in everything
    assert "trang 1 trên 3" in everything
    code = client.get("/situation/cases/?format=csv")
    rows = rows_of(code)
    assert len(rows) == 120
    area = rows[0]["area_code"]
    filtered = rows_of(client.get(f"/situation/cases/?area={area}&found=community&format=csv"))
    expected = [row for row in rows if row["area_code"] == area and row["found"] == "community"]
    assert filtered == expected
    on_day = rows_of(client.get("/situation/cases/?on=16/05/2021&format=csv"))
    assert {row["reported_on"] for row in on_day} == {"2021-05-16"}


def test_a_wrong_date_is_said_in_a_summary(stored: object, client: Client) -> None:
    text = text_of(client.get("/situation/cases/?on=5-2021"))
    assert "error-summary" in text
    assert "Ghi ngày/tháng/năm, ví dụ 17/05/2021." in text


def test_areas_filter_by_district_and_level(stored: object, client: Client) -> None:
    rows = rows_of(client.get("/situation/areas/?district=08&level=ct16&format=csv"))
    assert rows
    assert {row["order_level"] for row in rows} == {"ct16"}
    assert {row["district_name"] for row in rows} == {"Huyện Việt Yên"}
    assert len(rows_of(client.get("/situation/sites/?format=csv"))) == 5


def test_plans_say_why_they_are_greyed(stored: object, client: Client) -> None:
    text = text_of(client.get("/decide/"))
    assert "không mục tiêu nào tốt hơn:" in text
    assert "thiếu chỗ cách ly tập trung ở 40% số kịch bản, sớm nhất ngày 02/06/2021" in text
    assert "phương án đã quyết định" in text
    assert "đường tham chiếu, không thể chọn" in text
    assert "3.900" in text
    assert "triệu" in text


def test_plane_chart_carries_the_points(stored: object, client: Client) -> None:
    text = text_of(client.get("/decide/"))
    found = re.search(r'<script id="plane-data" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    plans = json.loads(found.group(1))["plans"]
    assert len(plans) == 7
    assert {plan["letter"] for plan in plans} == set("ABCDEFG")
    assert all(len(plan["points"]) == 100 for plan in plans)
    assert all(plan["x"] == sorted(plan["x"]) and plan["y"] == sorted(plan["y"]) for plan in plans)


def test_plan_downloads(stored: object, client: Client, documents: object) -> None:
    rows = rows_of(client.get("/decide/plans.csv"))
    assert len(rows) == 7 * 8
    daily = rows_of(client.get("/decide/targeted/daily.csv"))
    assert len(daily) == 228  # the economy is followed longer than the epidemic
    assert daily[200]["hospital_p50"] == ""
    losses = rows_of(client.get("/decide/targeted/losses.csv"))
    assert [row["kind"] for row in losses] == ["sector"] * 4 + ["cause"] * len(Absence)
    areas = rows_of(client.get("/decide/targeted/areas.csv"))
    assert len(areas) == 80
    mapped = client.get("/decide/targeted/areas.geojson").json()["features"]
    assert "cases" in mapped[0]["properties"]
    whole = client.get("/decide/result.json")
    assert whole.content == json_bytes(documents.evaluation())  # type: ignore[attr-defined]


def test_language_switch_comes_back(stored: object, client: Client) -> None:
    response = client.post("/language/", {"language": "en", "next": "/decide/"})
    assert response.headers["Location"] == "/decide/"
    assert "Plans from the evening" in text_of(client.get("/decide/"))
    elsewhere = client.post("/language/", {"language": "vi", "next": "https://example.org/"})
    assert elsewhere.headers["Location"] == "/"


def test_vietnamese_even_where_the_browser_is_english(stored: object, client: Client) -> None:
    assert "Tình hình tối" in text_of(client.get("/situation/", headers={"accept-language": "en-GB"}))


def test_before_the_first_run(db: None, reader: Client) -> None:
    assert reader.get("/situation/").status_code == 200
    for page in ("/decide/", "/decide/forecast/", "/decide/priorities/", "/decide/decided/"):
        assert reader.get(page).status_code == 200
    for page in ("/situation/cases/", "/decide/targeted/", "/decide/plans.csv", "/situation/map.geojson"):
        assert reader.get(page).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/nothing/",
        "/decide/no-such-plan/",
        "/decide/?run=999",
        "/decide/?run=x",
        "/decide/forecast/?place=nowhere",
        "/decide/priorities/99999/",
        "/decide/decided/7/",
        "/decide/what-if/7/",
        "/decide/no-such-plan/what-if/",
    ],
)
def test_a_missing_page_is_said_in_words(stored: object, reader: Client, address: str) -> None:
    response = reader.get(address)
    assert response.status_code == 404
    expected = "Không tìm thấy trang" if reader.language == "vi" else "Page not found"  # type: ignore[attr-defined]
    assert expected in text_of(response)


def test_a_broken_page_is_said_in_words(
    stored: object, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("broken for the test")

    monkeypatch.setattr("songhanh.operations.indicators.queries.curve", fail)
    client.raise_request_exception = False
    response = client.get("/situation/")
    assert response.status_code == 500
    assert "Lỗi do hệ thống" in text_of(response)


def test_pages_refuse_other_hosts_and_carry_a_strict_policy(stored: object, client: Client) -> None:
    assert client.get("/situation/", headers={"host": "example.org"}).status_code == 400
    policy = client.get("/situation/", headers={"host": "127.0.0.1"}).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_nothing_inline(stored: object, client: Client) -> None:
    for page in PAGES:
        text = text_of(client.get(page))
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), page
        assert all(
            "src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text)
        ), page


def test_no_two_things_on_a_page_have_one_name(stored: object, client: Client) -> None:
    for page in PAGES:
        names = re.findall(r'\sid="([^"]+)"', text_of(client.get(page)))
        assert len(names) == len(set(names)), page


def test_a_spreadsheet_takes_no_text_for_a_formula() -> None:
    rows = rows_of(csv_response("x.csv", ["a", "b"], [["=1+1", -5]]))
    assert rows == [{"a": "'=1+1", "b": "-5"}]
