"""The till as the manual says it (5.4.8 c, 5.4.9, 5.4.13): its keypad menu, limits, and a card held for five seconds.

The emulator's own page in a browser, the real gateway, the campus's own services door; the card has a chip.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.pins.errors import PinWrongError
from nanhu.systems.card.pins.services.checking import check_pin
from nanhu.systems.card.pins.services.limits import limits_of
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.testing.accessibility import accessibility_faults
from nanhu.testing.browsers import settle
from tests.journeys.kiosks import beside
from tests.journeys.street import SHOWER, digits, hold, hold_too_briefly, open_street, open_window, press, says, tap

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("NANHU_PICTURES", "")
NEW = "260718"


def faults_in_the_books() -> set[object]:
    return {*receipt_differences(), *ledger.check_ledger()}


@pytest.fixture
def street(live_server, tmp_path):
    # Receipts and transfers of an earlier test outlive its accounts: no model of Django's empties those tables.
    known = faults_in_the_books()
    before = Receipt.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with open_street(live_server.url, tmp_path) as street:
        street.first_receipt = before
        yield street
        assert faults_in_the_books() <= known
        assert street.difference("teacher").unexplained_fen == 0


def look(page: Page, name: str) -> None:
    settle(page)
    found = accessibility_faults(page)
    assert not found, found
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"till-{name}.png")


def enter_menu(page: Page, street, choice: str) -> None:
    """Idle, the card on the reader, its balance, 确定, the menu."""
    tap(page, street.uid("teacher"))
    says(page, "余额")
    press(page, "confirm")
    says(page, "1 修改消费密码", "2 修改卡上餐限额　3 修改日限额")
    press(page, choice)


def pay(page: Page, street, keys: str) -> None:
    press(page, f"{keys} confirm")
    says(page, "请刷卡")
    tap(page, street.uid("teacher"))


@pytest.mark.capability("A128.1", "A128.2")
def test_the_payment_pin_is_changed_at_the_till(street):
    """Old, new, new again; a wrong old one and two unlike new ones are told; time-out and cancel leave; fixed price refuses."""
    with open_window(street) as page:
        tap(page, street.uid("teacher"))
        says(page, "余额", "按确定进入菜单")
        expect(page.locator("#digits")).to_have_text("¥ 200.00")
        look(page, "balance-desk")
        press(page, "confirm 1")
        says(page, "请输入原密码")
        look(page, "old-pin-desk")
        digits(page, "000000")
        digits(page, NEW)
        digits(page, NEW)
        says(page, "不能办理")
        enter_menu(page, street, "1")
        digits(page, street.pin("teacher"))
        says(page, "请输入新密码")
        digits(page, NEW)
        digits(page, "260719")
        says(page, "两次不一样，请重新输入新密码")
        digits(page, NEW)
        says(page, "请再次输入新密码")
        digits(page, NEW)
        says(page, "密码修改成功")
        look(page, "pin-changed-desk")
        enter_menu(page, street, "1")
        press(page, "1 clear")
        says(page, "已取消")
        page.clock.install()
        enter_menu(page, street, "1")
        page.clock.fast_forward("00:31")
        says(page, "超时，已退出")
    with open_window(street, number=SHOWER) as page:
        press(page, "confirm")
        says(page, "本机为定额收费", "请到可输入金额的消费机")
    card = street.campus.card("teacher")
    check_pin(card=card, kind="payment", pin=NEW, at="test")
    with pytest.raises(PinWrongError):
        check_pin(card=card, kind="payment", pin=street.pin("teacher"), at="test")
    with street.pocket.card(card.uid) as chip:
        assert chip.state.pin == NEW


def meal_limits(street) -> tuple[int | None, int]:
    """At the school and on the card."""
    return limits_of(street.campus.card("teacher")).meal_fen, street.on_card("teacher").meal_limit_fen


@pytest.mark.capability("A133.1", "A133.2", "A133.3", "A134.3")
def test_the_meal_limit_is_changed_on_the_card_and_the_server(street):
    """By the PIN and within the school's bounds; the first fen above asks for the PIN, where another canteen has another meal not."""
    before = meal_limits(street)
    with open_window(street, "phone") as page:
        enter_menu(page, street, "2")
        says(page, "请输入消费密码")
        digits(page, street.pin("teacher"))
        says(page, "请输入新的餐限额")
        press(page, "9 9 9 9 confirm")
        says(page, "不能办理")
        enter_menu(page, street, "2")
        digits(page, "000000")
        press(page, "1 0 confirm")
        says(page, "不能办理")
        enter_menu(page, street, "2")
        digits(page, street.pin("teacher"))
        press(page, "clear")
        says(page, "已取消")
        assert beside(lambda: meal_limits(street)) == before, "neither here nor there"
        enter_menu(page, street, "2")
        digits(page, street.pin("teacher"))
        press(page, "1 0 confirm")
        says(page, "餐限额修改成功", "服务器和卡上都已修改")
        look(page, "limit-phone")
        pay(page, street, "1 0")
        says(page, "消费成功")
        pay(page, street, "0 . 0 1")
        says(page, "超过餐限额，请输入消费密码")
        look(page, "pin-phone")
        digits(page, street.pin("teacher"))
        says(page, "消费成功")
    with open_window(street, number=SHOWER) as page:
        tap(page, street.uid("teacher"))
        says(page, "消费成功")
    assert meal_limits(street) == (1000, 1000)
    assert street.on_card("teacher").balance_fen == street.wallet_fen("teacher") == 18_799


@pytest.mark.capability("A134.1", "A134.2", "A124.1", "A124.3")
def test_the_daily_limit_is_changed_and_the_next_use_obeys(street):
    """On line by the server, without network by the card: the first fen above asks for the PIN."""
    with open_window(street) as page:
        enter_menu(page, street, "3")
        digits(page, street.pin("teacher"))
        says(page, "请输入新的日限额")
        press(page, "5 confirm")
        says(page, "日限额修改成功", "服务器和卡上都已修改")
        pay(page, street, "5")
        says(page, "消费成功")
        pay(page, street, "1")
        says(page, "超过日限额，请输入消费密码")
        press(page, "clear")
        press(page, "network")
        pay(page, street, "1")
        says(page, "超过日限额，请输入消费密码")
        digits(page, "000000")
        says(page, "卡密码不对，还可以试 2 次")
        digits(page, street.pin("teacher"))
        says(page, "已存，待上传", "卡上已扣")
        look(page, "offline-pin-desk")
        press(page, "network")
        says(page, "上传完成", "1 笔入账")
    assert limits_of(street.campus.card("teacher")).daily_fen == street.on_card("teacher").daily_limit_fen == 500
    assert street.on_card("teacher").balance_fen == street.wallet_fen("teacher") == 19_400
    assert street.difference("teacher").items == ()


@pytest.mark.capability("A150.1", "A150.2")
def test_a_card_held_for_five_seconds_collects_and_a_short_tap_pays(street):
    """With an amount waiting, too: holding never pays by mistake."""
    campus = street.campus
    source = ledger.open_accounts([ledger.AccountOrder(code="test.subsidy", name="补助", kind="expense")])[
        "test.subsidy"
    ]
    credit(
        by=SYSTEM,
        wallet=campus.card("teacher").wallet,
        source="subsidy",
        amount_fen=5000,
        key="may",
        from_account_id=source,
    )
    with open_window(street) as page:
        press(page, "3 confirm")
        says(page, "请刷卡")
        hold(page, street.uid("teacher"))
        says(page, "领款成功", "没有消费")
        expect(page.locator("#digits")).to_have_text("¥ 50.00")
        expect(page.locator("#foot")).to_contain_text("余额 ¥ 250.00")
        expect(page.locator("#paper")).to_contain_text("领款凭条")
        look(page, "claimed-desk")
        assert street.on_card("teacher").balance_fen == 25_000
        pay(page, street, "3")
        says(page, "消费成功")
        press(page, "3 confirm")
        says(page, "请刷卡")
        hold_too_briefly(page, street.uid("teacher"))
        says(page, "消费成功")
        hold(page, street.uid("teacher"))
        says(page, "没有领款")
    kinds = Receipt.objects.filter(
        id__gt=street.first_receipt, outcome="posted", wallet=campus.card("teacher").wallet
    ).order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["top_up", "claim", "payment", "payment"]
    assert street.wallet_fen("teacher") == street.on_card("teacher").balance_fen == 24_400
    assert street.difference("teacher").items == ()


@pytest.mark.parametrize("tear", ["写卡前", "写到一半", "写完未答"])
def test_a_claim_torn_at_any_step_is_collected_once(street, tear):
    campus = street.campus
    source = ledger.open_accounts([ledger.AccountOrder(code="test.subsidy", name="补助", kind="expense")])[
        "test.subsidy"
    ]
    credit(
        by=SYSTEM,
        wallet=campus.card("teacher").wallet,
        source="subsidy",
        amount_fen=5000,
        key="may",
        from_account_id=source,
    )
    with open_window(street) as page:
        while tear not in page.locator("[data-key=tear]").inner_text():
            press(page, "tear")
        hold(page, street.uid("teacher"))
        says(page, "卡拿开太早", "钱不会丢")
        hold(page, street.uid("teacher"))
        expect(page.locator("#headline")).to_have_text("领款成功" if tear != "写完未答" else "没有领款")
    assert (street.wallet_fen("teacher"), street.on_card("teacher").balance_fen) == (25_000, 25_000)
    assert Receipt.objects.filter(id__gt=street.first_receipt, kind="claim", outcome="posted").count() == 1
    assert street.difference("teacher").items == ()
