"""签约服务 and 金融服务 at the load kiosk (§5.4.11), with a real browser, the emulated bank behind, and the retries at work."""

import threading

import pytest
from django.db import connection
from playwright.sync_api import expect

from nanhu.emulators.chip.api import Pocket, terminal
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.queries import check_ledger
from nanhu.systems.card.bank.tests.conftest import (
    BEGINNING_FEN,
    CARDS,
    ID_NUMBERS,
    bank,
    bank_here,
    prepare_campus,
)
from nanhu.systems.card.bank.tests.due import drive_due
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.testing.browsers import on_console_error, open_browser
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.journeys.field import waits_for
from tests.journeys.kiosks import DESK, Walker, beside, furnish, kiosk_site, serving_site, until_alarms_are

__all__ = ["bank", "bank_here"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PIN = ID_NUMBERS["student"][-6:].replace("X", "0")
NEW_CARD = "6228480088888888117"


@pytest.fixture
def campus(live_server, bank, tmp_path):
    found = prepare_campus(bank, bring_in_the_cast())
    furnish(tmp_path, live_server.url, found)
    found.folder = tmp_path
    return found


@pytest.fixture
def finding():
    """The worker's retries, as often as somebody at a machine would like."""
    done = threading.Event()

    def work() -> None:
        while not done.wait(0.3):
            drive_due()
        connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    done.set()
    thread.join(PATIENCE_SECONDS)


@pytest.fixture
def walker(campus, finding):
    faults: list[str] = []
    site = kiosk_site(campus.folder)
    with serving_site(site) as url, open_browser() as chromium:
        page = chromium.new_page(viewport=DESK, locale="zh-CN")
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield Walker(page, url, Pocket(campus.folder / "chip.json"), site.hall)
    assert faults == []
    assert receipt_differences() == []
    assert check_ledger() == []


def sign(walker, uid: str, bank_card: str, service: str = "新办签约") -> None:
    walker.touch("签约服务", service)
    walker.lay(uid)
    walker.answer("请输入校园卡密码", PIN)
    walker.answer("请输入银行卡号", bank_card)
    walker.touch("确认")


@pytest.mark.capability("A142.2", "A142.3")
def test_an_agreement_is_signed_changed_and_cancelled_at_the_load_kiosk(campus, bank, walker):
    uid = beside(lambda: campus.card("student").uid)
    walker.go_to("KL101")
    walker.touch("签约服务")
    walker.look()
    walker.touch("取消")
    sign(walker, uid, CARDS["teacher"])
    walker.reads("四项不一致")
    walker.take_card(uid)

    walker.touch("签约服务", "新办签约")
    walker.lay(uid)
    walker.answer("请输入校园卡密码", PIN)
    walker.answer("请输入银行卡号", CARDS["student"])
    walker.reads("6228 4800 8888 8888 018")
    walker.look()
    walker.touch("取消")
    walker.reads("请取走您的校园卡")
    walker.lay(uid)

    sign(walker, uid, CARDS["student"])
    walker.reads("签约成功", "尾号 8018")
    expect(walker.page.locator(".slip").first).to_contain_text("银行卡尾号 8018")
    expect(walker.page.locator(".slip").first).not_to_contain_text(CARDS["student"])
    walker.look()
    walker.take_card(uid)

    bank.add_customer("林小满", ID_NUMBERS["student"], "13907300000", NEW_CARD)
    sign(walker, uid, NEW_CARD, "变更银行卡")
    walker.reads("变更成功", "尾号 8117")
    walker.take_card(uid)
    walker.touch("签约服务", "解除签约")
    walker.lay(uid)
    walker.answer("请输入校园卡密码", PIN)
    walker.touch("确认")
    walker.reads("解除成功")


def load(walker, uid: str, yuan: str = "50", pin: str = PIN) -> None:
    walker.touch("金融服务", "签约圈存划账")
    walker.lay(uid)
    walker.answer("请输入密码", pin)
    walker.answer("请输入转账金额", yuan)
    walker.reads(f"¥ {yuan}.00")
    walker.touch("确认")


@pytest.mark.capability("A139.1", "A139.2")
def test_money_is_loaded_from_the_bank_and_what_is_not_written_waits(campus, walker):
    """A load; a write that fails; the power gone while writing; no paper. The bank is debited once for each."""
    uid, wallet = beside(lambda: (campus.card("student").uid, campus.card("student").wallet_id))
    beside(lambda: campus.agree("student"))
    walker.go_to("KL101")
    load(walker, uid, pin="998877")
    walker.reads("密码不对")
    walker.take_card(uid)
    load(walker, uid)
    walker.reads("转账成功", "¥ 50.00")
    walker.look()
    expect(walker.page.locator(".slip").first).to_contain_text("合计 ¥ 50.00")
    assert beside(lambda: ledger.balance_of(wallet)) == 5_000
    walker.take_card(uid)

    walker.page.select_option("#mode", "fail")
    load(walker, uid, "20")
    walker.reads("写卡失败", "可再次领款")
    walker.take_card(uid)
    walker.page.select_option("#mode", "ok")
    assert beside(lambda: (ledger.balance_of(wallet), campus.bank_balance("student"))) == (5_000, BEGINNING_FEN - 7_000)

    walker.page.select_option("#what", "no_paper")
    walker.page.click("#mend")
    until_alarms_are("paper_out")
    walker.page.wait_for_timeout(1000)
    walker.touch("领款服务", "圈存（补助）领款")
    walker.lay(uid)
    walker.answer("请输入密码", PIN)
    walker.reads("领款成功", "领款金额 ¥ 20.00")
    walker.take_card(uid)

    walker.page.select_option("#point", "after_write")
    walker.page.click("#arm")
    load(walker, uid, "30")
    walker.reads("已断电")
    walker.page.click("#power")
    walker.reads("请取走您的校园卡")
    walker.lay(uid)
    walker.reads("上一笔领款已写入校园卡")
    waits_for(lambda: beside(lambda: ledger.balance_of(wallet)) == 10_000)
    assert beside(lambda: campus.bank_balance("student")) == BEGINNING_FEN - 10_000


@pytest.mark.capability("A139.1")
def test_a_sum_is_chosen_by_its_key_and_the_card_holds_what_the_bank_gave(campus, walker):
    """The preset on the screen; what is cancelled before 确认 costs nothing; bank, book and card say the same."""
    card = beside(lambda: campus.card("student"))
    beside(lambda: campus.agree("student"))
    walker.go_to("KL101")
    for end in ("取消", "确认"):
        walker.touch("金融服务", "签约圈存划账")
        walker.reads("签约圈存划账", "请将校园卡放置于读卡区")
        walker.lay(card.uid)
        walker.answer("请输入密码", PIN)
        walker.reads("请输入转账金额")
        walker.touch("50 元")
        walker.press("confirm")
        walker.reads("转账金额 ¥ 50.00")
        assert (beside(lambda: campus.bank_balance("student")), on_card(walker, card)) == (BEGINNING_FEN, 0)
        walker.touch(end)
        if end == "取消":
            walker.take_card(card.uid, after="")
    walker.reads("转账成功", "库余额 ¥ 50.00")
    assert beside(lambda: campus.bank_balance("student")) == BEGINNING_FEN - 5000
    assert (on_card(walker, card), beside(lambda: ledger.balance_of(card.wallet_id))) == (5000, 5000)


def on_card(walker, card) -> int:
    with walker.pocket.card(card.uid) as chip:
        return terminal.read_facts(chip).balance_fen
