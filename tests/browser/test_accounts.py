"""The way in and the pages of accounts in a real browser: at a desk and on a telephone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PAGES = [
    (None, "/account/enter/"),
    ("administrator", "/account/"),
    ("administrator", "/account/manage/"),
    ("administrator", "/account/manage/new/"),
    ("auditor", "/audit/"),
    ("district", "/account/glass/"),
]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("role", "path"), PAGES)
def test_accessible_and_no_wider_than_the_window(visit: Any, role: str | None, path: str, width: int) -> None:
    page = visit(width, role=role).open(path)
    expect(page.locator("h1")).to_be_visible()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_role_is_entered_looked_around_in_and_left_without_javascript(visit: Any) -> None:
    page = visit(390, role=None, java_script_enabled=False).open("/situation/")
    page.get_by_role("button", name="Cán bộ xã/phường: Nếnh").click()
    expect(page.locator("h1")).to_contain_text("Tình hình tối")
    expect(page.get_by_role("link", name="Ca bệnh (F0)")).to_be_visible()
    assert page.get_by_role("link", name="Nhật ký").count() == 0
    page.locator(".user-menu > summary").click()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()


def test_an_administrator_makes_an_account_that_then_enters(visit: Any) -> None:
    page = visit(role="administrator").open("/account/manage/new/")
    page.get_by_label("Tên đăng nhập").fill("hoa")
    page.get_by_label("Họ tên").fill("Lê Thị Hoa")
    page.get_by_label("Mật khẩu đầu tiên").fill("mười hai con giáp")
    page.get_by_label("Vai trò").select_option(label="cán bộ xã/phường")
    page.get_by_label("Đơn vị").select_option(label="Nếnh (Việt Yên)")
    page.get_by_role("button", name="Tạo tài khoản").click()
    expect(page.locator("h1")).to_have_text("Lê Thị Hoa")
    other = visit(390, role=None).open("/account/enter/")
    other.get_by_label("Tên đăng nhập").fill("hoa")
    other.get_by_label("Mật khẩu").fill("mười hai con giáp")
    other.get_by_role("button", name="Đăng nhập").click()
    expect(other.locator("h1")).to_contain_text("Tình hình tối")
