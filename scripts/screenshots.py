"""Take the pictures of the README from pages that are being served, as a person with a browser sees them."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--enable-unsafe-swiftshader")  # fmt: skip
# name -> account, page, and what is clicked there before the picture is taken
PICTURES = {
    "situation": ("demo-committee", "/situation/", None),
    "forecast": ("demo-committee", "/decide/forecast/", None),
    "decide": ("demo-committee", "/decide/", None),
    "priorities": ("demo-committee", "/decide/priorities/", None),
    "case": ("demo-epidemiologist", "/cases/?found=community", "main table tbody a"),
    "waiting": ("demo-epidemiologist", "/situation/waiting/", None),
    "report": ("demo-epidemiologist", "/report/", "main form button.btn-primary"),
}


def main(browser: str, address: str, folder: Path) -> None:
    """Write one PNG a page and width into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(FLAGS))
        for width, height, suffix in ((1280, 1500, ""), (390, 900, "-390")):
            for name, (account, path, click) in PICTURES.items():
                context = chromium.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
                page = context.new_page()
                page.goto(address + "/account/enter/")
                page.locator(f"button[value={account}]").click()
                page.wait_for_load_state()
                page.goto(address + path)
                if click is not None:
                    page.locator(click).first.click()
                    page.wait_for_load_state()
                page.wait_for_timeout(4000)  # the map and the charts load last
                page.screenshot(path=str(folder / f"{name}{suffix}.png"))
                context.close()
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
