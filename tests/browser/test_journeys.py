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
]
WIDTHS = [1280, 390]
BUDGET_BYTES = 300_000


def map_is_ready(page: Page) -> None:
    if page.locator(".map-details:not([open]) > summary").count():
        page.locator(".map-details > summary").click()
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes", timeout=20_000)


def charts_are_drawn(page: Page) -> None:
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
    page.wait_for_url("**/decide/full-lockdown/")


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
    page.get_by_label("Số kịch bản").fill("12")
    page.get_by_label("Hạt giống").fill("9")
    page.get_by_role("button", name="Chạy ngầm").click()
    expect(page.locator("h1")).to_contain_text("12 kịch bản, hạt giống 9")
    page.wait_for_url("**/decide/?run=*", timeout=30_000)  # the fragment leads on by itself
    expect(page.locator(".lead-text").first).to_contain_text("12 kịch bản")


def test_an_error_is_summed_up_and_has_the_focus(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address + "/decide/")
    page.get_by_label("Số kịch bản").fill("0")
    page.get_by_role("button", name="Chạy ngầm").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_reads_without_javascript(visit: Any, path: str) -> None:
    page = visit(390, java_script_enabled=False).open(path)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main table").locator("visible=true").first).to_be_visible()
    if page.locator("[data-map]").count():
        expect(page.get_by_text("Bản đồ cần JavaScript.")).to_be_visible()


def test_a_run_works_without_javascript(visit: Any) -> None:
    page = visit(java_script_enabled=False).open("/decide/")
    page.get_by_label("Hạt giống").fill("21")
    page.get_by_role("button", name="Chạy ngầm").click()
    for _ in range(60):
        page.reload()
        if page.get_by_role("link", name="Xem các phương án").count():
            break
        page.wait_for_timeout(500)
    page.get_by_role("link", name="Xem các phương án").click()
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


@pytest.mark.parametrize("path", ["/situation/", "/decide/"])
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
