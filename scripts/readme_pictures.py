"""The pictures of README.md and of the user manual: a sample campus of its own, a few deeds so that screens show what they are for, then
the pages. Of each section of the manual (`nanhu.platforms.portal.help`) the first page that one of the cast may open, or what stands for it in `SCREENS`.

make screenshots, or with `--manual` those of the manual alone, and with names behind it (`bus printing`) these of them
"""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import django
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
django.setup()

from screenshots import FLAGS, seen, sign_in  # noqa: E402 - once the settings are there

from nanhu.platforms.portal import help as handbook  # noqa: E402 - once the settings are there
from nanhu.sample.cast import CAST  # noqa: E402 - once the settings are there
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD, pin_of  # noqa: E402 - once the settings are there
from tests.conftest import Campus, open_folder, start_campus, stop_campus  # noqa: E402 - once the settings are there

OUT = Path("docs/screenshots")
MOST_BYTES = 150_000
DESK, PHONE = 1440, 390


@dataclass(frozen=True)
class Picture:
    """`act` is done on the page before it is taken; `who` is a role of the cast, empty for nobody."""

    name: str
    who: str
    address: str
    width: int = DESK
    theme: str = "light"
    act: Callable[[Page], None] | None = None


def wait(page: Page) -> None:
    page.wait_for_timeout(1200)


def pay_for_lunch(page: Page) -> None:
    expect(page.locator("#headline")).to_have_text("请输入金额", timeout=20_000)
    for key in ("1", "2", ".", "5", "confirm"):
        page.click(f"[data-key='{key}']")
    page.locator(".card", has_text=CAST["teacher"].name).click()
    expect(page.locator("#headline")).to_have_text("消费成功", timeout=20_000)
    wait(page)


def board(page: Page) -> None:
    expect(page.locator("#headline")).to_have_text("请刷卡", timeout=20_000)
    page.locator(".card", has_text=CAST["teacher"].name).click()
    expect(page.locator("#headline")).to_have_text("消费成功", timeout=20_000)
    wait(page)


def look_at_the_balance(page: Page) -> None:
    student, glass = CAST["student"], page.locator("#glass")
    glass.get_by_role("button", name="校园卡服务", exact=True).click()
    glass.get_by_role("button", name="余额与明细查询", exact=True).click()
    expect(page.locator("#view")).to_contain_text("卡", timeout=20_000)
    page.locator("#cards button", has_text=student.name).click()
    expect(page.locator("#view")).to_contain_text("密码", timeout=20_000)
    for digit in pin_of(student):
        page.click(f"#pad [data-key='{digit}']")
    page.click("#pad [data-key='confirm']")
    expect(page.locator("#view")).to_contain_text("余额", timeout=20_000)
    wait(page)


def enable_the_code(page: Page) -> None:
    page.get_by_role("link", name="启用", exact=True).click()
    page.get_by_role("button", name="在这部手机上启用").click()
    expect(page.locator("[data-view=ready]")).to_be_visible(timeout=20_000)
    wait(page)


def open_yesterday(page: Page) -> None:
    page.locator("main tbody th a[href*='/payments/days/']").first.click()
    page.wait_for_load_state()


def find_the_teacher(page: Page) -> None:
    page.fill("#q", CAST["teacher"].campus_no)
    page.keyboard.press("Enter")
    expect(page.locator(".face-name")).to_be_visible()


PICTURES = (
    Picture("sign-in", "", "{url}/sign-in"),
    Picture("pos", "", "http://localhost:{emulator}/", act=pay_for_lunch),
    Picture("kiosk", "", "http://localhost:{kiosks}/?kiosk=KL101", act=look_at_the_balance),
    Picture("home-student", "student", "{url}/"),
    Picture("home-phone", "student", "{url}/", PHONE),
    Picture("card", "student", "{url}/card/", PHONE),
    Picture("pay-code", "student", "{url}/card/code/", PHONE, act=enable_the_code),
    Picture("transactions", "student", "{url}/card/transactions/", PHONE),
    Picture("apps", "administrator", "{url}/apps/"),
    Picture("counter", "clerk", "{url}/card/counter/", act=find_the_teacher),
    Picture("card-office", "clerk", "{url}/card/issuing/"),
    Picture("day-close", "clerk", "{url}/payments/days/", act=open_yesterday),
)


SCREENS = {
    "bus": Picture("bus", "", "http://localhost:{emulator}/#BUS01", act=board),
    "pos": Picture("pos", "", "http://localhost:{emulator}/", act=pay_for_lunch),
    "portal-section": Picture("portal-section", "student", "{url}/apps/study/"),
}
"""Of sections that explain a machine, or a page with something to fill in its address: by the name of their picture."""


def take(browser: Browser, campus: Campus, picture: Picture) -> bytes:
    with seen(browser, picture.width, picture.theme, "zh-CN") as page:
        if picture.who:
            sign_in(page, campus.url, f"{CAST[picture.who].campus_no}:{SAMPLE_PASSWORD}")
        ports = {name: campus.port(name) for name in ("emulator", "kiosks")}
        page.goto(picture.address.format(url=campus.url, **ports))
        wait(page)
        if picture.act:
            picture.act(page)
        return page.screenshot()


WHO = ("", "student", "teacher", "clerk", "affairs", "assets", "treasurer", "security", "administrator")
"""Whose page of a section it is: the first of them who may open it; "" is nobody."""


def addresses(resolver: URLResolver, path: str = "/", names: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Names of pages without anything to fill in, with where they are."""
    for one in resolver.url_patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, here, (*names, one.namespace) if one.namespace else names)
        elif isinstance(one, URLPattern) and one.name and not set("<^(") & set(here):
            yield ":".join([*names, one.name]), here


def pages_of(section: handbook.Section, known: list[tuple[str, str]]) -> Iterator[str]:
    for name in section.pages:
        below = [
            path for page, path in known if f"{page}:".startswith(f"{name}:") and handbook.section_for(page) == section
        ]
        yield from sorted(below, key=lambda path: (path.count("/"), len(path)))


def take_sections(browser: Browser, campus: Campus, wanted: set[str]) -> None:
    known = list(addresses(get_resolver()))
    handbook.PICTURES.mkdir(exist_ok=True)
    with ExitStack() as stack:
        pages = {who: stack.enter_context(seen(browser, DESK, "light", "zh-CN")) for who in WHO}
        for who, page in pages.items():
            page.set_viewport_size({"width": 1280, "height": 800})
            if who:
                sign_in(page, campus.url, f"{CAST[who].campus_no}:{SAMPLE_PASSWORD}")
        for section in handbook.sections():
            name = section.picture_file.stem if section.picture_file else ""
            if wanted and name not in wanted:
                continue
            if name in SCREENS:
                keep_section(section, take(browser, campus, SCREENS[name]), SCREENS[name].address)
            else:
                take_section(section, list(pages_of(section, known)), pages, campus.url)


def take_section(section: handbook.Section, paths: list[str], pages: dict[str, Page], url: str) -> None:
    for path in paths:
        for page in pages.values():
            answer = page.goto(url + path)
            is_page = answer is not None and answer.headers.get("content-type", "").startswith("text/html")
            if answer is not None and answer.ok and is_page and page.url.split("?")[0] == url + path:
                wait(page)
                keep_section(section, page.screenshot(), path)
                return
    print(f"{section.title}: nobody opens a page of it")


def keep_section(section: handbook.Section, content: bytes, address: str) -> None:
    image = Image.open(io.BytesIO(content)).convert("RGB").resize(handbook.PICTURE_SIZE)
    image.save(section.picture_file, quality=70, method=6)
    print(f"{section.title}: {address} {section.picture_file}")


def keep(name: str, content: bytes) -> None:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    path = OUT / f"{name}.webp"
    image.save(path, quality=82, method=6)
    print(f"{path} {path.stat().st_size:,} bytes")
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path} is too large for a README")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with open_folder() as folder, sync_playwright() as playwright:
        campus = start_campus(folder)
        try:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=FLAGS)
            if "--manual" not in sys.argv:
                for picture in PICTURES:
                    keep(picture.name, take(browser, campus, picture))
            take_sections(browser, campus, set(sys.argv[1:]) - {"--manual"})
            browser.close()
        finally:
            stop_campus(campus)


if __name__ == "__main__":
    main()
