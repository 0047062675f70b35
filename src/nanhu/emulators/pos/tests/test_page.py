"""The device as a student meets it: keys, cards, paper and the strip, on a desk and on a phone, light and dark."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nanhu.emulators.pos.tests.conftest import CARD, FOREIGN_CARD, POOR_CARD
from nanhu.testing.accessibility import accessibility_faults
from nanhu.testing.browsers import on_console_error, open_browser, settle

pytestmark = pytest.mark.journey
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
PICTURES = os.environ.get("NANHU_PICTURES", "")
"""A folder: then each page looked at is also kept as a picture."""


@pytest.fixture
def open_page(device):
    """open_page(size, scheme) → the device in a browser window; a fault on its console fails the test."""
    faults: list[str] = []
    with open_browser() as chromium:

        def open_page(size: str = "desk", scheme: str = "light", number: str = "N101A") -> Page:
            width, height = SIZES[size]
            context = chromium.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=scheme, base_url=device.url
            )
            page = context.new_page()
            on_console_error(page, faults.append)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"/#{number}")
            expect(page.locator("#headline")).to_have_text("请刷卡" if number == "S0101" else "请输入金额")
            return page

        yield open_page
    assert faults == []


def look_at(page: Page, name: str) -> None:
    """No accessibility violation, no sideways scrolling."""
    settle(page)
    found = accessibility_faults(page)
    assert not found, f"{name}: {found}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"pos-{name}.png", full_page=page.viewport_size["width"] < 500)


def press(page: Page, keys: str) -> None:
    """Each key when the machine has answered the one before: what is pressed while it works is none, as at the counter."""
    for key in keys.split():
        page.click(f"#device:not([aria-busy]) [data-key='{key}']")


def tap(page: Page, uid: str) -> None:
    page.locator(f"main:has(#device:not([aria-busy])) .card[data-uid='{uid}']").dispatch_event("click")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_lunch_is_paid_at_the_device(open_page, gateway, size, scheme):
    page = open_page(size, scheme)
    look_at(page, f"idle-{size}-{scheme}")
    press(page, "1 2 . 5 confirm")
    expect(page.locator("#digits")).to_have_text("¥ 12.50")
    expect(page.locator("#headline")).to_have_text("请刷卡")
    tap(page, CARD)
    expect(page.locator("#headline")).to_have_text("消费成功")
    expect(page.locator("#device")).to_have_attribute("data-light", "green")
    expect(page.locator("#foot")).to_contain_text("余额 ¥ 87.50")
    for text in ("南院一食堂", "N101A", "000000000001", "¥ 12.50", "¥ 87.50"):
        expect(page.locator("#paper")).to_contain_text(text)
    expect(page.locator("#messages .message").first).to_contain_text("/terminal/v1/payment")
    expect(page.locator("#messages .message").first).to_contain_text(gateway.seen[-1][2])
    look_at(page, f"paid-{size}-{scheme}")
    press(page, "9 confirm")
    expect(page.locator("#paper")).to_be_hidden()
    tap(page, POOR_CARD)
    expect(page.locator("#sentence")).to_have_text("网关说 balance_short")
    expect(page.locator("#device")).to_have_attribute("data-light", "red")
    look_at(page, f"refused-{size}-{scheme}")
    assert gateway.balances[CARD] == 8750


@pytest.mark.parametrize("size", SIZES)
def test_the_network_is_cut_and_comes_back(open_page, gateway, size):
    page = open_page(size)
    press(page, "network")
    expect(page.locator("#network")).to_have_text("断网")
    for uid in (CARD, POOR_CARD, FOREIGN_CARD):
        press(page, "5 confirm")
        tap(page, uid)
        expect(page.locator("#headline")).to_have_text("已存，待上传")
    expect(page.locator("#foot")).to_contain_text("已存 3 笔 ¥ 15.00 / ¥ 300.00")
    look_at(page, f"offline-{size}-light")
    press(page, "network")
    expect(page.locator("#headline")).to_have_text("上传完成")
    expect(page.locator("#paper li")).to_have_text(
        ["#1 卡…E5F6¥ 5.00✓ 入账", "#2 卡…0001¥ 5.00✓ 入账，其中 ¥ 2.00 记欠", "#3 卡…FFFF¥ 5.00✗ 网关说 card_unknown"]
    )
    expect(page.locator("[data-key=network]")).to_have_text("断网")
    look_at(page, f"uploaded-{size}-light")
    assert gateway.balances == {CARD: 9500, POOR_CARD: 0}


def test_everything_goes_by_keyboard(open_page, gateway):
    page = open_page()
    page.keyboard.type("35")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    page.keyboard.type("4.2")
    page.keyboard.press("Enter")
    expect(page.locator("#headline")).to_have_text("请刷卡")
    page.locator(f".card[data-uid='{CARD}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#headline")).to_have_text("消费成功")
    assert gateway.balances[CARD] == 9580
    page.fill("#uid", CARD.lower())
    page.keyboard.press("Enter")
    expect(page.locator("#headline")).to_have_text("余额")
    expect(page.locator("#digits")).to_have_text("¥ 95.80")
    assert gateway.balances[CARD] == 9580


def test_a_fixed_price_needs_a_tap_only_and_again_moves_nothing(open_page, gateway):
    page = open_page(number="S0101")
    expect(page.locator("#digits")).to_have_text("¥ 2.00")
    for times in (1, 2):
        tap(page, CARD)
        expect(page.locator("#foot")).to_contain_text(f"余额 ¥ {100 - 2 * times}.00")
    press(page, "again")
    expect(page.locator("#headline")).to_have_text("同一笔，只扣一次")
    expect(page.locator("#messages .message")).to_have_count(6)
    press(page, "reverse")
    expect(page.locator("#headline")).to_have_text("已冲正")
    assert gateway.balances[CARD] == 9800


def test_an_unknown_outcome_is_asked_again_by_confirm(open_page, gateway):
    page = open_page()
    gateway.swallowed = 3
    press(page, "1 00 confirm")
    tap(page, CARD)
    expect(page.locator("#headline")).to_have_text("结果未知")
    press(page, "confirm")
    expect(page.locator("#headline")).to_have_text("消费成功")
    assert gateway.balances[CARD] == 0


def test_the_whole_device_stands_in_a_laptop_s_window(open_page):
    box = open_page("desk").locator("#device").bounding_box()
    assert box["y"] + box["height"] <= SIZES["desk"][1]
