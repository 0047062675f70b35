"""The portal in a real browser: at a desk and on a phone, light and dark, by mouse, by keyboard, and without scripts."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, Tile, TileContent
from nanhu.platforms.portal.tests.conftest import PASSWORD, join
from nanhu.testing.accessibility import accessibility_faults
from nanhu.testing.browsers import on_console_error, open_browser, sign_in_by_form
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
NUMBERS = {"student": "20240518", "staff": "T00317", "both": "20250999"}
PICTURES = os.environ.get("NANHU_PICTURES", "")
"""A folder: then each page looked at is also kept as a picture."""


@pytest.fixture
def campus(live_server, monkeypatch):
    """Filled before Playwright starts. One tile is broken on purpose; one application is raised in the phone's bar."""
    for name in ("applications", "tiles"):
        declared = getattr(registry, name)
        monkeypatch.setattr(declared, "_entries", dict(declared._entries))
    registry.tiles.add(Tile(key="test.broken", title="天气", icon="cloud-sun", load=lambda _viewer: 1 / 0, order=900))
    registry.tiles.add(
        Tile(
            key="test.whole",
            title="借阅",
            icon="library",
            load=lambda _viewer: TileContent(value="2 本", source="图书馆"),
        )
    )
    registry.applications.add(
        Application(
            key="test.library", name="图书馆", icon="library", url="/me/", section="study", description="借阅、续借"
        ),
        Application(
            key="test.payslip", name="工资明细", icon="wallet", url="/me/", section="work", faces=frozenset({"staff"})
        ),
        Application(
            key="test.venue",
            name="会议室预约",
            icon="map-pin",
            url="/me/",
            section="service",
            in_maintenance=lambda: True,
        ),
    )
    join("林小雨", student=NUMBERS["student"])
    join("陈思远", staff=NUMBERS["staff"])
    join("欧阳修文", student=NUMBERS["both"], staff="T00123")
    return live_server.url


@pytest.fixture
def chromium():
    with open_browser() as found:
        yield found


@pytest.fixture
def open_page(campus, chromium: Browser):
    """open_page(size) → an empty browser window; errors of its console fail the test."""
    faults: list[str] = []

    def open_page(size: str, *, scripts: bool = True, theme: str = "light", locale: str = "zh-CN") -> Page:
        width, height = SIZES[size]
        page = chromium.new_context(
            base_url=campus,
            viewport={"width": width, "height": height},
            is_mobile=size == "phone",
            locale=locale,
            java_script_enabled=scripts,
            color_scheme=theme,
        ).new_page()
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    assert [fault for fault in faults if "404" not in fault] == []


@pytest.fixture
def sign_in(open_page) -> Callable[..., Page]:
    def sign_in(who: str, size: str, **more: object) -> Page:
        page = open_page(size, **more)
        sign_in_by_form(page, NUMBERS[who], PASSWORD)
        expect(page.locator(".hello h1")).to_be_visible()
        page.wait_for_load_state("load")  # the keys work once the page's modules have run
        return page

    return sign_in


def look_at(page: Page, name: str) -> None:
    """No accessibility violation; laid out for the width of this screen, and no sideways scrolling."""
    found = accessibility_faults(page)
    assert not found, f"{name}: {found}"
    width = page.viewport_size["width"]
    assert page.evaluate("[window.innerWidth, document.documentElement.scrollWidth]") == [width, width], name
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"portal-{name}-{width}.png", full_page=True)


@pytest.mark.capability("A003.2")
@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
def test_every_page_can_be_used_by_everybody(sign_in, size, theme):
    for who in ("student", "staff"):
        page = sign_in(who, size, theme=theme)
        look_at(page, f"home-{who}-{theme}")
        for name, address in {
            "apps": "/apps/",
            "found": "/apps/?q=tsg",
            "nothing": "/apps/?q=xxxx",
            "me": "/me/",
        }.items():
            page.goto(address)
            look_at(page, f"{name}-{who}-{theme}")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
def test_the_door_the_catalogue_and_the_error_page_can_be_used_by_everybody(open_page, size, theme, language):
    page = open_page(size, theme=theme, locale=language)
    for name, address in {"door": "/sign-in", "catalogue": "/ui/", "error": "/brand/nothing"}.items():
        page.goto(address)
        assert page.locator("html").get_attribute("lang").startswith(language)
        look_at(page, f"{name}-{theme}-{language}")


@pytest.mark.capability("A003.2", "A003.3")
@pytest.mark.parametrize("size", SIZES)
def test_each_sees_his_own_and_a_broken_source_costs_only_its_tile(sign_in, size):
    student, staff = sign_in("student", size), sign_in("staff", size)
    for page in (student, staff):
        expect(page.locator(".tile", has_text="借阅")).to_contain_text("2 本")
        expect(page.locator(".tile", has_text="天气")).to_contain_text("暂时取不到")
    expect(student.locator("body")).to_have_class("page home home-student")
    expect(staff.locator("body")).to_have_class("page home home-staff")
    student.goto("/apps/")
    staff.goto("/apps/")
    expect(student.locator("main")).not_to_contain_text("工资明细")
    expect(staff.locator("main")).to_contain_text("工资明细")


@pytest.mark.capability("A003.2")
def test_a_thumb_finds_every_main_place_in_the_bar_below(sign_in):
    for who in ("student", "staff"):
        page = sign_in(who, "phone")
        places = page.locator("nav.bottom a")
        expect(places).to_have_count(5)
        for place, address in enumerate(places.evaluate_all("(found) => found.map((one) => one.pathname)")):
            assert places.nth(place).is_visible(), address
            places.nth(place).click()
            page.wait_for_url(f"**{address}")
            expect(page.locator("main h1")).to_be_visible()


@pytest.mark.capability("A039.2")
@pytest.mark.parametrize("size", SIZES)
def test_who_is_both_switches_faces_and_finds_the_choice_again(sign_in, size):
    page = sign_in("both", size)
    expect(page.locator("body")).to_have_class("page home home-student")
    page.click("details.me > summary")
    look_at(page, "menu")
    page.click("button:has-text('切换到教工界面')")
    expect(page.locator("body")).to_have_class("page home home-staff")
    again = sign_in("both", size)
    expect(again.locator("body")).to_have_class("page home home-staff")


def test_a_star_brings_an_application_home_without_leaving_the_page(sign_in):
    page = sign_in("student", "phone")
    page.goto("/apps/")
    star = page.locator(".app-row", has_text="图书馆").locator(".star button")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.goto("/")
    expect(page.locator(".apps .app-name").first).to_have_text("图书馆")


def test_the_star_works_without_scripts_too(sign_in):
    page = sign_in("student", "phone", scripts=False)
    page.goto("/apps/")
    page.locator(".app-row", has_text="图书馆").locator(".star button").click()
    expect(page.locator(".card", has_text="我的收藏")).to_contain_text("图书馆")


def test_one_click_opens_an_application_and_it_is_offered_again(sign_in):
    """The page that tells is left behind at once, so its answer may never be seen: what counts is what is offered next."""
    page = sign_in("student", "desk")
    page.goto("/apps/")
    with page.expect_request("**/opened"):
        page.click(".app-row a:has-text('图书馆')")
    expect(page.locator("h1")).to_have_text("我的")
    page.goto("/apps/")
    recent = page.locator(".card", has_text="最近用过")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not recent.count() and time.monotonic() < deadline:
        page.wait_for_timeout(100)
        page.reload()
    expect(recent).to_contain_text("图书馆")


def test_what_is_in_maintenance_says_so_and_leads_nowhere(sign_in):
    page = sign_in("student", "desk")
    page.goto("/apps/")
    row = page.locator(".app-row", has_text="会议室预约")
    expect(row).to_contain_text("维护中")
    expect(row.locator("a")).to_have_count(0)


def test_the_keyboard_alone_is_enough(sign_in):
    page = sign_in("student", "desk")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("tsg")
    expect(page.locator("#found a").first).to_have_text("图书馆")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found a").first).to_be_focused()
    look_at(page, "found-while-typing")
    page.keyboard.press("Escape")
    expect(page.locator("#found a")).to_have_count(0)
    page.keyboard.type("g")
    page.keyboard.press("Backspace")
    expect(page.locator("#found a").first).to_have_text("图书馆")
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    look_at(page, "keys")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.focus("details.me > summary")
    page.keyboard.press("Enter")
    expect(page.locator(".me-menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".me-menu")).to_be_hidden()
    expect(page.locator("details.me > summary")).to_be_focused()


def test_one_box_finds_it_on_the_phone_too(sign_in):
    page = sign_in("student", "phone")
    page.get_by_role("link", name="搜索", exact=True).click()
    field = page.get_by_label("搜索应用、服务、公告").last
    expect(field).to_be_focused()
    look_at(page, "search-empty")
    field.fill("tushuguan")
    page.keyboard.press("Enter")
    expect(page.locator(".found-page").get_by_role("link").first).to_have_text("图书馆")
    look_at(page, "search-found")
    page.get_by_label("搜索应用、服务、公告").last.fill("核反应堆")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有找到")).to_be_visible()
    look_at(page, "search-nothing")


def test_a_list_is_walked_by_j_and_k(open_page):
    page = open_page("desk")
    page.goto("/ui/")
    page.locator("h1").click()
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("tr[data-here]")).to_have_count(1)
    expect(page.locator("table[data-rows] tbody tr").first).to_have_attribute("data-here", "")


@pytest.mark.parametrize("size", SIZES)
def test_theme_type_and_language_are_chosen_and_kept(sign_in, size):
    page = sign_in("student", size)
    page.goto("/me/")
    for label, attribute, value in (
        ("深色", "data-theme", "dark"),
        ("大字", "data-type", "large"),
        ("English", "lang", "en"),
    ):
        page.click(f"main .choices button:has-text('{label}')")
        expect(page.locator("html")).to_have_attribute(attribute, value)
    other = sign_in("student", size)
    for attribute, value in (("data-theme", "dark"), ("data-type", "large"), ("lang", "en")):
        expect(other.locator("html")).to_have_attribute(attribute, value)
    for name, address in {"home-large-en": "/", "apps-large-en": "/apps/", "me-large-en": "/me/"}.items():
        other.goto(address)
        look_at(other, name)
