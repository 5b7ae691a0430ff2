"""The reading route of one case, walked: a row of a file, the register, the people it met, the chain, who waits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

TODAY = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
IMPOSSIBLE = f"32/{TODAY:%m/%Y}"


def day(before: int) -> str:
    """Return the day so many days ago, as people here write it."""
    return f"{TODAY - timedelta(days=before):%d/%m/%Y}"


CASES = "\n".join(
    [
        "Mã ca;Họ và tên;Năm sinh;Giới tính;Điện thoại;Xã;Khởi phát;Ngày lấy mẫu;Ngày công bố;Cách ly;Phân loại;Nơi phát hiện",
        f"BN-LT-1;Nguyễn Thị Lộ Trình;1994;Nữ;0912 345 601;Nếnh;{day(6)};{day(4)};{day(3)};{day(4)};xác định;cộng đồng",
        f"BN-LT-2;Trần Văn Hỏng;1990;Nam;;Nếnh;{day(6)};{day(4)};{IMPOSSIBLE};;xác định;cộng đồng",
    ]
)
CONTACTS = "\n".join(
    [
        "Mã F0;Họ và tên;Năm sinh;Số điện thoại;Xã/phường;Ngày tiếp xúc đầu;Ngày tiếp xúc cuối;Nơi tiếp xúc",
        f"BN-LT-1;Đỗ Văn Cùng Chuyền;1996;0912 345 602;Nếnh;{day(7)};{day(5)};nơi làm việc",
        f"BN-LT-1;Lê Thị Cùng Phòng;1998;0912 345 603;Nếnh;{day(8)};{day(4)};nhà trọ",
    ]
)
WRITE = "form[action$='/commit/'] button"


def hand_in(page: Page, reader: Any, folder: Path, name: str, content: str, target: str) -> None:
    """Hand a file in, wait for the dry run, and write it to the registers."""
    file = folder / name
    file.write_text(content, encoding="utf-8-sig")
    reader.open("/intake/")
    page.set_input_files("input[type=file]", str(file))
    page.select_option("select[name=target]", target)
    page.locator("main form button.btn-primary").click()
    expect(page.locator(WRITE)).to_be_visible(timeout=30_000)


def commit(page: Page) -> None:
    """Write the rows to the registers and wait for the end."""
    page.locator(WRITE).click()
    expect(page.locator("form[action$='/discard/']")).to_be_visible(timeout=30_000)
    expect(page.locator(WRITE)).to_have_count(0)


def counts(page: Page) -> dict[str, int]:
    """Return what becomes of the rows, by verdict."""
    links = page.locator(".figures a").all()
    found = {}
    for link in links:
        verdict = re.search(r"verdict=(\w+)", link.get_attribute("href") or "")
        assert verdict is not None
        found[verdict[1]] = int(link.inner_text())
    return found


def test_from_the_row_of_a_file_to_the_chain(visit: Any, tmp_path: Path) -> None:
    reader = visit(role="epidemiologist")
    page: Page = reader.page
    # A row comes in: one is written, the other is told what is wrong with its dates.
    hand_in(page, reader, tmp_path, "ca.csv", CASES, "cases")
    assert counts(page) == {"created": 1, "updated": 0, "duplicate": 0, "rejected": 1}
    expect(page.get_by_text(IMPOSSIBLE).first).to_be_visible()
    commit(page)
    hand_in(page, reader, tmp_path, "tiep-xuc.csv", CONTACTS, "contacts")
    assert counts(page)["created"] == 2
    commit(page)
    # It is a case, found without accents, and its page names what is missing.
    reader.open("/cases/?q=nguyen+thi+lo+trinh")
    page.locator("main table tbody a").first.click()
    expect(page.locator("main")).to_contain_text("Nguyễn Thị Lộ Trình")
    expect(page.locator("main")).to_contain_text(day(6))
    # Whom it met: the chain names both as F1.
    case = page.url.rstrip("/").rsplit("/", 1)[1]
    reader.open(f"/tracing/chain/{case}/")
    for name in ("Đỗ Văn Cùng Chuyền", "Lê Thị Cùng Phòng"):
        row = page.locator("tr", has_text=name).first
        expect(row).to_contain_text("F1")
    # Neither was sampled yet: they wait.
    reader.open("/situation/waiting/")
    expect(page.locator("main")).to_contain_text("Nếnh")
    # The same files again change nothing.
    hand_in(page, reader, tmp_path, "ca.csv", CASES, "cases")
    assert counts(page) == {"created": 0, "updated": 0, "duplicate": 1, "rejected": 1}
