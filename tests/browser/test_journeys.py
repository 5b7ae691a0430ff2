"""Journeys in a real browser: at a desk and on a telephone, in both languages, with and without JavaScript."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

PAGES = [
    "/situation/",
    "/situation/cases/",
    "/situation/areas/",
    "/situation/capacity/",
    "/decide/",
    "/decide/targeted/",
    "/decide/targeted/what-if/",
    "/decide/forecast/",
    "/decide/priorities/",
    "/decide/priorities/00000/",
]
WIDTHS = [1280, 390]
BUDGET_BYTES = 300_000


def map_is_ready(page: Page) -> None:
    unfold(page)
    if page.locator(".map-details:not([open]) > summary").count():
        page.locator(".map-details > summary").click()
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes", timeout=20_000)


def unfold(page: Page) -> None:
    """Open every folded part, as a reader would one by one."""
    page.evaluate("document.querySelectorAll('details.fold').forEach((part) => { part.open = true; })")


def charts_are_drawn(page: Page) -> None:
    unfold(page)
    expect(page.locator(".chart canvas")).to_have_count(page.locator(".chart").count(), timeout=20_000)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_accessible_and_no_wider_than_the_window(visit: Any, path: str, width: int) -> None:
    page = visit(width, language="vi" if width == 390 else "en").open(path)
    charts_are_drawn(page)
    if page.locator("[data-map]").count():
        map_is_ready(page)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_from_the_situation_to_one_plan(visit: Any) -> None:
    page = visit().open("/situation/")
    expect(page.locator("h1")).to_have_text("Tình hình tối 17/05/2021")
    map_is_ready(page)
    expect(page.locator(".district-name")).to_have_count(10)
    expect(page.locator(".site-mark")).to_have_count(5)
    page.locator(".figure summary").first.click()
    expect(page.get_by_text("Định nghĩa thử nghiệm.").first).to_be_visible()
    page.get_by_role("link", name="So sánh các phương án").click()
    expect(page.locator("h1")).to_have_text("Các phương án từ tối 17/05/2021")
    page.locator(".plans").get_by_role("link", name="Đúng điểm").click()
    expect(page.locator("h1")).to_contain_text("Đúng điểm")
    charts_are_drawn(page)
    map_is_ready(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_click_on_a_mark_opens_its_plan(visit: Any, width: int) -> None:
    page = visit(width, language="en").open("/decide/")
    charts_are_drawn(page)
    chart = page.locator("[data-chart=plane]")
    marks = {mark["id"]: mark["at"] for mark in json.loads(chart.get_attribute("data-marks") or "")}
    assert len(marks) == 7
    column, row = marks["full-lockdown"]
    chart.click(position={"x": column, "y": row})
    page.wait_for_url("**/decide/full-lockdown/?run=*")


def test_the_legend_filters_the_map(visit: Any) -> None:
    page = visit().open("/situation/")
    map_is_ready(page)
    page.wait_for_timeout(800)
    before = page.locator("[data-map]").screenshot()
    page.locator("[data-legend] input[value=ct16]").uncheck()
    page.wait_for_timeout(800)
    assert page.locator("[data-map]").screenshot() != before


def test_run_again_shows_progress_and_ends_at_the_plans(visit: Any) -> None:
    page = visit(390).open("/decide/")
    page.get_by_role("link", name="Đặt mức trần và so sánh lại").click()
    page.get_by_label("Tử vong, nhiều nhất").fill("30")
    page.get_by_label("Số kịch bản", exact=True).fill("12")
    page.get_by_label("Hạt giống").fill("9")
    page.get_by_role("button", name="Chạy ngầm").click()
    expect(page.locator("h1")).to_contain_text("12 kịch bản, hạt giống 9")
    page.wait_for_url("**/decide/?run=*", timeout=30_000)  # the fragment leads on by itself
    expect(page.locator(".lead-text").first).to_contain_text("12 kịch bản")
    expect(page.locator(".ceilings")).to_contain_text("Tử vong ≤ 30")


def test_a_moved_plan_answers_beside_its_form(visit: Any) -> None:
    page = visit(390).open("/decide/targeted/")
    page.get_by_role("link", name="Đổi ngày và ngưỡng").click()
    page.locator("[name=m2-trigger-at_least]").fill("0")
    page.get_by_role("button", name="Thử thay đổi").first.click()
    expect(page.locator(".error-summary")).to_contain_text("Ngưỡng phải lớn hơn 0.")
    page.locator("[name=m2-trigger-at_least]").fill("4")
    page.get_by_role("button", name="Thử thay đổi").first.click()
    expect(page.locator("#answer-title")).to_be_visible(timeout=15_000)  # the answer comes by itself
    expect(page.locator("[name=m2-trigger-at_least]")).to_have_value("4")  # beside the form as it was sent
    expect(page.locator(".answer .chart canvas")).to_have_count(4)


def test_a_plan_is_adopted_and_an_area_decided(visit: Any) -> None:
    page = visit().open("/decide/targeted/")
    page.locator(".next-steps").get_by_role("link", name="Chọn phương án này").click()
    page.get_by_label("Người quyết định").fill("Nguyễn Văn An")
    page.get_by_label("Chức vụ").fill("Chủ tịch")
    page.get_by_label("Lý do").fill("Ít ca nhất trong mọi kịch bản.")
    page.get_by_role("button", name="Chọn phương án này").click()
    expect(page.locator(".lead-text").first).to_contain_text("Nguyễn Văn An, Chủ tịch")
    page.goto(page.url.split("/decide/")[0] + "/decide/priorities/?level=commune")
    page.get_by_role("link", name="Xã 1.1", exact=True).click()
    page.get_by_role("radio", name="song hành chống dịch và sản xuất").check()
    page.get_by_label("Người quyết định").fill("Nguyễn Văn An")
    page.get_by_label("Chức vụ").fill("Chủ tịch")
    page.get_by_label("Lý do").fill("Sản xuất vẫn giữ được.")
    page.get_by_role("button", name="Lưu quyết định").click()
    expect(page.locator("table")).to_contain_text("Sản xuất vẫn giữ được.")


def test_letters_of_the_plane_stand_apart(visit: Any) -> None:
    page = visit(390, language="en").open("/decide/")
    charts_are_drawn(page)
    letters = json.loads(page.locator("[data-chart=plane]").get_attribute("data-letters") or "[]")
    assert len(letters) == 7
    for k, (x, y) in enumerate(letters):
        assert 0 < x < 390
        assert all(abs(x - a) + abs(y - b) > 9 for a, b in letters[:k])


def test_one_place_of_the_forecast_at_a_time(visit: Any) -> None:
    page = visit(390, java_script_enabled=False).open("/decide/forecast/")
    page.get_by_label("Nơi", exact=True).select_option(label="KCN Vân Trung")
    page.locator(".filters").get_by_role("button", name="Xem").click()
    expect(page.locator("#place-title")).to_have_text("KCN Vân Trung")


def test_an_error_is_summed_up_and_has_the_focus(browser: Any, address: str, sessions: Any) -> None:
    context = browser.new_context()  # the answer is a fault, of which a `visit` would complain
    context.add_cookies([{"name": "sessionid", "value": sessions("committee"), "url": address}])
    page = context.new_page()
    page.goto(address + "/decide/")
    page.get_by_role("link", name="Đặt mức trần và so sánh lại").click()
    page.get_by_label("Số kịch bản", exact=True).fill("0")
    page.get_by_role("button", name="Chạy ngầm").click()
    expect(page.locator(".error-summary")).to_be_focused()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_reads_without_javascript(visit: Any, path: str) -> None:
    page = visit(390, java_script_enabled=False).open(path)
    expect(page.locator("h1")).to_be_visible()
    # Figures as a table, or, where something is asked, the form.
    expect(page.locator("main table, main form.run-form").locator("visible=true").first).to_be_visible()
    if page.locator("[data-map]").count():
        folded = page.locator("details:not([open]):has([data-map]) > summary")
        if folded.count():  # opened by hand: a fold needs no script
            folded.first.click()
        expect(page.get_by_text("Bản đồ cần JavaScript.")).to_be_visible()


def test_a_run_works_without_javascript(visit: Any) -> None:
    page = visit(java_script_enabled=False).open("/decide/")
    page.locator("#again summary").click()
    page.get_by_label("Hạt giống").fill("21")
    page.get_by_role("button", name="Chạy ngầm").click()
    for _ in range(60):
        page.reload()
        if page.get_by_role("link", name="Xem kết quả").count():
            break
        page.wait_for_timeout(500)
    page.get_by_role("link", name="Xem kết quả").click()
    expect(page.locator(".lead-text").first).to_contain_text("hạt giống 21")


def test_the_language_switch_keeps_the_page(visit: Any) -> None:
    page = visit().open("/decide/targeted/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/decide/targeted/")


def test_keyboard_reaches_the_content(visit: Any) -> None:
    page = visit().open("/situation/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("path", ["/situation/", "/decide/", "/decide/forecast/"])
def test_weight_without_map_and_charts(visit: Any, path: str) -> None:
    weights: dict[str, int] = {}
    reader = visit()

    def weigh(response: Any) -> None:
        name = response.url.rsplit("/", 1)[-1]
        if response.status == 200 and not name.startswith(("map", "charts")):
            body = response.body()
            weights[name] = len(body if name.endswith("woff2") else gzip.compress(body))

    reader.page.on("response", weigh)
    page = reader.open(path)
    charts_are_drawn(page)
    page.wait_for_timeout(500)
    assert len(weights) > 3, weights
    assert sum(weights.values()) < BUDGET_BYTES, weights
