"""Take pictures of pages as a phone (390 px) and a desk (1440 px) see them, in light and dark.

Usage, beside a running campus:
    .venv/bin/python scripts/screenshots.py --as 20240518:PASSWORD home=/ apps=/apps/ me=/me/
    .venv/bin/python scripts/screenshots.py sign-in=/sign-in
Each picture becomes docs/screenshots/<name>-<width>-<theme>.png.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {1440: (900, 1), 390: (844, 2)}
THEMES = ("light", "dark")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", metavar="name=/path")
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--as", dest="account", default="", metavar="NUMBER:PASSWORD")
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--language", default="zh-CN")
    parser.add_argument("--full", action="store_true", help="the whole page instead of the first screen")
    parser.add_argument("--chromium", default="/usr/bin/chromium-headless-shell")
    return parser.parse_args()


def sign_in(page: Page, url: str, account: str) -> None:
    number, password = account.split(":", 1)
    page.goto(f"{url}/sign-in")
    page.locator("input[name=username]").fill(number)
    page.locator("input[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("form:has(input[name=password]) button[type=submit]").click()
    if "/sign-in/second" in page.url:
        page.locator("input[name=code]").fill(second_code(page, url, number))
        with page.expect_navigation():
            page.locator("form:has(input[name=code]) button[type=submit]").click()
    page.wait_for_load_state()


def second_code(page: Page, url: str, number: str) -> str:
    """The demo's phone shows what a sample administrator's app would; a spent code is followed by another soon."""
    phone = page.context.new_page()
    shown = phone.locator(f'[data-code-of="{number}"]')
    while True:
        phone.goto(f"{url}/demo/phone")
        if shown.count():
            break
        phone.wait_for_timeout(1000)
    code = shown.inner_text()
    phone.close()
    return code


@contextmanager
def seen(browser: Browser, width: int, theme: str, language: str) -> Iterator[Page]:
    height, scale = SIZES[width]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="dark" if theme == "dark" else "light",
        locale=language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.on("console", lambda message: print(f"  console: {message.text}"))
    page.on("pageerror", lambda error: print(f"  error: {error}"))
    yield page
    context.close()


def main() -> None:
    wanted = parsed()
    wanted.out.mkdir(parents=True, exist_ok=True)
    pages = dict(page.split("=", 1) for page in wanted.pages)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wanted.chromium, args=FLAGS)
        for width in SIZES:
            for theme in THEMES:
                with seen(browser, width, theme, wanted.language) as page:
                    if wanted.account:
                        sign_in(page, wanted.url, wanted.account)
                    for name, path in pages.items():
                        page.goto(wanted.url + path, wait_until="networkidle")
                        file = wanted.out / f"{name}-{width}-{theme}.png"
                        page.screenshot(path=file, full_page=wanted.full)
                        print(file)
        browser.close()


if __name__ == "__main__":
    main()
