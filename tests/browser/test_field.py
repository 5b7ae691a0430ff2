"""The entry page of the field in a real browser, with the network cut: nothing lost, nothing doubled."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from served import Place

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PASSWORD = "mật khẩu rất dài 2021"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
]


class Wire:
    """The wire between a telephone and the server: it may break after the server wrote, before the answer is through."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.is_broken = False
        self.is_cut = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._door.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._port))
            sends = threading.Event()  # whether the request on this connection is one that writes
            threading.Thread(target=self._carry, args=(near, far, sends, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, sends, False), daemon=True).start()

    def _carry(
        self, source: socket.socket, target: socket.socket, sends: threading.Event, is_up: bool
    ) -> None:
        try:
            while data := source.recv(65536):
                if is_up and data.startswith((b"GET ", b"POST ")):
                    sends.set() if data.startswith(b"POST /field/submit ") else sends.clear()
                if not is_up and sends.is_set() and self.is_broken:
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        """Cut it for good."""
        self._door.close()


@pytest.fixture
def wire(place: Place) -> Iterator[Wire]:
    found = Wire(place.port)
    yield found
    found.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    found = Place(tmp_path_factory.mktemp("field"))
    found.run("world.build()")
    found.start()
    yield found
    found.stop()


@pytest.fixture
def telephone(
    playwright: Playwright, place: Place, tmp_path: Path
) -> Iterator[Callable[..., BrowserContext]]:
    """A telephone: the same one, with what it kept, each time it is switched on."""
    place.run("world.clear()")
    path = os.environ.get("SONGHANH_CHROMIUM") or "/usr/bin/chromium"
    opened: list[BrowserContext] = []

    def on(base: str = place.base) -> BrowserContext:
        for context in opened:
            context.close()
        opened.clear()
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=path if Path(path).exists() else None, args=FLAGS,
            viewport={"width": 390, "height": 844}, base_url=base,
        )  # fmt: skip
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield on
    for context in opened:
        context.close()


def log_in(page: Page, name: str = "officer") -> None:
    page.goto("/field/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/field/")


def ready(page: Page) -> None:
    """Wait until the page is on the device and the lists are."""
    expect(page.locator("body[data-kept=yes]")).to_be_attached()
    expect(page.locator("#net")).to_have_text("Có mạng")
    expect(page.locator("#visits-as-of")).not_to_be_empty()


def enter(context: BrowserContext, name: str = "officer") -> Page:
    page = context.new_page()
    log_in(page, name)
    ready(page)
    return page


def add_case(page: Page, name: str, **more: str) -> None:
    page.locator(".field-nav a[data-view=case]").click()
    form = page.locator("#form-case")
    form.get_by_label("Họ và tên").fill(name)
    for label, value in more.items():
        form.locator(f"[name={label}]").fill(value)
    form.get_by_role("button", name="Lưu").click()
    expect(page.locator("#said")).to_have_text("Đã lưu trên máy này.")


def waits(page: Page, n: int) -> None:
    expect(page.locator("#waiting")).to_contain_text(f"{n} mục chờ có mạng")


def sent(page: Page) -> None:
    expect(page.locator("#waiting")).to_contain_text("Không có mục nào chờ")


def axe(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


def test_a_day_without_a_network(telephone: Any, place: Place, wire: Wire) -> None:
    context = telephone(wire.base)
    page = enter(context)
    expect(page.locator(".visit")).to_have_count(3)
    context.set_offline(True)
    page.reload()  # the page itself comes from the device
    expect(page.locator("#net")).to_have_text("Mất mạng")
    page.locator(".visit", has_text="Nguyễn Thị Hường").get_by_role("button", name="Khỏe").click()
    page.locator(".visit", has_text="Lê Văn Tám").get_by_role("button", name="Khác").click()
    page.locator("#form-follow-up [name=state][value=ill]").check()
    page.get_by_label("Nhiệt độ").fill("38,4")
    page.locator("#form-follow-up summary").click()
    page.locator("#form-follow-up [value=fever]").check()
    page.locator("#form-follow-up").get_by_role("button", name="Lưu").click()
    waits(page, 2)
    add_case(page, "Đỗ Văn Hải", birth_year="1987", phone="0912345678", onset_on="")
    page.locator(".field-nav a[data-view=contact]").click()
    form = page.locator("#form-contact")
    form.locator("[name=source]").select_option(label="Đỗ Văn Hải (chờ gửi)")
    form.get_by_label("Họ và tên").fill("Trần Thị Lan")
    form.locator("[name=unit]").select_option(label="Tân An (Yên Dũng)")
    form.locator("[name=happened_from]").fill(place.run("world.day(1)"))
    form.get_by_role("button", name="Lưu").click()
    waits(page, 4)
    assert place.run("world.counts()") == {"entries": 0, "cases": 0, "contacts": 0, "done": 0, "people": 3}
    page.close()

    wire.is_cut = True
    context = telephone(wire.base)  # switched off and on again, still without a network
    page = context.new_page()
    page.goto("/field/")
    waits(page, 4)
    page.locator(".field-nav a[data-view=queue]").click()
    expect(page.locator(".entry")).to_have_count(4)
    wire.is_cut = False
    page.reload()
    if "/account/enter/" in page.url:  # the session ended with the browser: the queue did not
        log_in(page)
    sent(page)
    assert place.run("world.counts()") == {"entries": 4, "cases": 1, "contacts": 1, "done": 2, "people": 5}
    assert place.run("world.found('Lê Văn Tám')") == ["ill", "38.4", ["fever"]]


def test_the_answer_is_lost_after_the_server_wrote(telephone: Any, place: Place, wire: Wire) -> None:
    page = enter(telephone(wire.base))
    wire.is_broken = True
    add_case(page, "Đỗ Văn Hải")
    waits(page, 1)
    page.locator("#send").click()
    expect(page.locator("#send")).to_be_enabled()
    waits(page, 1)
    assert place.run("world.counts()")["cases"] == 1  # written, and the device does not know
    waits(page, 1)
    # Changed in the meantime, as nobody knows that it arrived.
    page.locator(".field-nav a[data-view=queue]").click()
    page.locator(".entry").get_by_role("button", name="Sửa").click()
    page.locator("#form-case [name=hamlet]").fill("thôn Núi Hiểu")
    page.locator("#form-case").get_by_role("button", name="Lưu").click()
    waits(page, 1)
    wire.is_broken = False
    sent(page)
    counts = place.run("world.counts()")
    assert (counts["entries"], counts["cases"], counts["people"]) == (1, 1, 4)
    assert place.run("world.hamlet('Đỗ Văn Hải')") == "thôn Núi Hiểu"


def test_two_tabs_send_once(telephone: Any, place: Place) -> None:
    context = telephone()
    page = enter(context)
    second = context.new_page()
    second.goto("/field/")
    ready(second)
    page.bring_to_front()
    context.set_offline(True)
    for n in range(5):
        add_case(page, f"Ca Thứ {n}")
    context.set_offline(False)
    sent(page)
    sent(second)
    counts = place.run("world.counts()")
    assert (counts["entries"], counts["cases"]) == (5, 5)


def test_the_session_ends_and_the_queue_stays(telephone: Any, place: Place) -> None:
    context = telephone()
    page = enter(context)
    context.set_offline(True)
    add_case(page, "Đỗ Văn Hải")
    place.run("world.end_sessions()")
    context.set_offline(False)
    expect(page.locator("#enter")).to_be_visible()
    expect(page.locator("#enter")).to_contain_text("vẫn còn trên máy này")
    assert place.run("world.counts()")["entries"] == 0
    page.get_by_role("link", name="Đăng nhập lại").click()
    log_in(page, "colleague")  # another account on the same telephone
    ready(page)
    expect(page.locator("#waiting")).to_contain_text("Mục của tài khoản khác trên máy này: 1")
    assert place.run("world.counts()")["entries"] == 0
    page.locator("#leave").click()
    page.wait_for_url("**/account/enter/**")
    log_in(page)
    sent(page)
    assert place.run("world.counts()")["cases"] == 1


def test_a_conflict_is_shown_and_settled(telephone: Any, place: Place) -> None:
    context = telephone()
    page = enter(context)
    context.set_offline(True)
    for name in ("Nguyễn Thị Hường", "Lê Văn Tám", "Hoàng Thị Sen"):
        page.locator(".visit", has_text=name).get_by_role("button", name="Khỏe").click()
        expect(page.locator(".visit", has_text=name)).to_contain_text("chờ gửi")
    waits(page, 3)
    place.run("world.colleague_was_there()")
    context.set_offline(False)
    page.get_by_role("link", name="Mục cần bạn quyết định: 3").click()
    expect(page.locator("main section")).to_have_count(3)
    expect(page.locator("main")).to_contain_text("bản đang có do")
    assert axe(page) == []
    section = page.locator("main section", has_text="Nguyễn Thị Hường")
    section.get_by_role("button", name="Giữ của tôi").click()
    expect(page.locator("main section")).to_have_count(2)
    page.locator("main section", has_text="Lê Văn Tám").get_by_role("button", name="Giữ bản đang có").click()
    expect(page.locator("main section")).to_have_count(1)
    page.get_by_role("link", name="Sửa mục của tôi").click()
    assert axe(page) == []
    page.locator("[name=state][value=lost]").check()
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("main")).to_contain_text("Không có mục nào cần bạn quyết định.")
    states = [
        place.run(f"world.found('{name}')")[0] for name in ("Nguyễn Thị Hường", "Lê Văn Tám", "Hoàng Thị Sen")
    ]
    assert states == ["well", "ill", "lost"]


def test_what_the_checks_refuse_stays_to_be_corrected(telephone: Any, place: Place) -> None:
    page = enter(telephone())
    page.locator(".field-nav a[data-view=case]").click()
    form = page.locator("#form-case")
    form.locator("[name=reported_on]").fill("31/02/2021")
    form.get_by_role("button", name="Lưu").click()
    expect(form.locator(".error-summary")).to_be_focused()
    expect(form.locator(".error-summary li")).to_have_count(2)  # the name, and a day that does not exist
    form.locator("[name=reported_on]").fill("01/01/2015")
    form.get_by_label("Họ và tên").fill("Đỗ Văn Hải")
    form.get_by_role("button", name="Lưu").click()
    expect(page.locator("#waiting")).to_contain_text("Chưa được nhận: 1")
    expect(page.locator(".entry[data-state=rejected] .field-error")).to_contain_text("2019")
    page.reload()
    page.locator(".field-nav a[data-view=queue]").click()
    page.locator(".entry").get_by_role("button", name="Sửa").click()
    expect(form.get_by_label("Họ và tên")).to_have_value("Đỗ Văn Hải")
    expect(form.locator(".error-summary")).to_contain_text("Ngày báo cáo")
    form.locator("[name=reported_on]").fill(place.run("world.day()"))
    form.get_by_role("button", name="Lưu").click()
    sent(page)
    expect(page.locator(".entry")).to_have_count(0)
    assert place.run("world.counts()")["cases"] == 1


def test_logging_out_clears_the_device_and_warns_of_a_queue(telephone: Any, place: Place, wire: Wire) -> None:
    context = telephone(wire.base)
    page = enter(context)
    asked: list[str] = []

    def dismiss(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    wire.is_broken = True
    add_case(page, "Đỗ Văn Hải")
    waits(page, 1)
    page.goto("/account/")
    page.locator(".user-menu summary").click()
    page.locator(".user-menu form[data-leave] button").click()
    page.wait_for_timeout(300)
    assert "chưa gửi: 1" in asked[0]
    assert "/account/enter/" not in page.url
    wire.is_broken = False
    page.goto("/field/")
    sent(page)
    page.locator("#leave").click()
    page.wait_for_url("**/account/enter/**")
    assert kept(page) == {"queue": 0, "kept": 0}


def kept(page: Page) -> Any:
    return page.evaluate("""() => new Promise((done) => {
        const request = indexedDB.open("songhanh-field", 1);
        request.onsuccess = async () => {
            const count = (name) => new Promise((r) => {
                const asked = request.result.transaction(name).objectStore(name).count();
                asked.onsuccess = () => r(asked.result);
            });
            done({ queue: await count("queue"), kept: await count("kept") });
        };
    })""")


@pytest.mark.parametrize("view", ["follow", "case", "contact", "queue", "case-change"])
def test_every_view_is_accessible_and_fits_a_telephone(telephone: Any, place: Place, view: str) -> None:
    context = telephone()
    page = enter(context)
    context.set_offline(True)
    page.locator(".visit").first.get_by_role("button", name="Khỏe").click()
    if view == "case-change":
        page.locator(".field-nav a[data-view=case]").click()
    page.locator(f"a[data-view={view}]").first.click()
    expect(page.locator(f"#view-{view} h1")).to_be_focused()
    for summary in page.locator(f"#view-{view} summary").all():
        summary.click()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate("""() => [...document.querySelectorAll(
        ".view:not([hidden]) button, .field-nav a, .field-status button")]
        .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44).map((e) => e.textContent)""")
    assert small == []


def test_nothing_personal_is_in_the_cache_of_the_page(telephone: Any, place: Place) -> None:
    page = enter(telephone())
    texts = page.evaluate("""async () => {
        const found = [];
        for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) found.push([request.url, await (await cache.match(request)).text()]);
        }
        return found;
    }""")
    assert len(texts) > 8
    assert not [url for url, text in texts if "Hường" in text or "officer" in text]
