"""The kiosks as the manual walks them (§5.4.6–5.4.13), with a real browser before a running school."""

import itertools

import pytest
from playwright.sync_api import expect

from nanhu.emulators.chip.api import Pocket
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.queries import check_ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.tests.conftest import Funds
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.tests.conftest import DOCUMENTS, PINS
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.tests.conftest import CAST
from nanhu.testing.browsers import on_console_error, open_browser
from tests.journeys.kiosks import (
    DESK,
    Walker,
    beside,
    cast_with_documents,
    furnish,
    kiosk_site,
    late_looks,
    serving_site,
    until_alarms_are,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus(live_server, tmp_path):
    found = cast_with_documents()
    furnish(tmp_path, live_server.url, found)
    found.folder = tmp_path
    return found


@pytest.fixture
def walker(campus):
    """Somebody before the machines; the browser's complaints and the books are looked at in the end."""
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


SEQUENCES = itertools.count(900_000)
WRONG, NEW = "975318", "246813"


def accepts(campus, kind: str, pin: str) -> bool:
    """Whether this is the student's PIN now, asked at another machine."""
    device, sequence = Device("KS101"), next(SEQUENCES)
    block = seal_pin_block(bytes.fromhex(device.terminal.key), "KS101", sequence, pin)
    body = {"card": campus.card("student").uid, "kind": kind, "pin": block}
    return device.ask("pin/check", body, sequence=sequence)["outcome"] == "approved"


def begin_new_pin(walker, uid: str, old: str) -> None:
    walker.touch("校园卡服务", "消费密码修改")
    walker.reads("消费密码修改", "请将校园卡放置于读卡区")
    walker.lay(uid)
    walker.answer("请输入原密码", old)
    walker.reads("请输入新密码")


def test_what_the_page_asked_before_a_touch_is_not_drawn_over_what_came_of_it(walker):
    """On a slow line the answer to a look may come after the answer to the touch: whoever touched again would touch nothing."""
    walker.go_to("KL101")
    with late_looks(walker.page) as looks:
        walker.touch("校园卡服务")
        expect(walker.button("消费密码修改")).to_be_visible()
        looks.let_arrive()
        assert walker.button("消费密码修改").is_visible()


@pytest.mark.capability("A127.1", "A127.2")
def test_the_payment_pin_is_changed_at_the_load_kiosk(campus, walker):
    """Cancelled, left alone, with a wrong old one, with two unlike new ones; then changed, at the school and on the card."""
    uid, old = beside(lambda: campus.card("student").uid), PINS["student"]
    walker.go_to("KL101")
    walker.look()
    begin_new_pin(walker, uid, old)
    walker.type(NEW)
    walker.look()
    walker.take_card(uid, after="取消")
    begin_new_pin(walker, uid, old)
    walker.walk_away()
    walker.take_card(uid, after="")
    begin_new_pin(walker, uid, WRONG)
    walker.type(NEW)
    walker.answer("请再次输入新密码", NEW)
    walker.reads("密码不对")
    walker.take_card(uid)
    assert beside(lambda: (accepts(campus, "payment", old), accepts(campus, "payment", NEW))) == (True, False)

    begin_new_pin(walker, uid, old)
    walker.type(NEW)
    walker.answer("请再次输入新密码", "246814")
    walker.reads("两次输入的新密码不一致")
    walker.touch("返回")
    walker.answer("请输入新密码", NEW)
    walker.answer("请再次输入新密码", NEW)
    walker.reads("密码修改成功")
    expect(walker.page.locator(".slip").first).to_contain_text("消费密码修改成功")
    walker.take_card(uid)
    assert beside(lambda: (accepts(campus, "payment", old), accepts(campus, "payment", NEW))) == (False, True)
    assert beside(lambda: accepts(campus, "enquiry", old))
    with walker.pocket.card(uid) as chip:
        assert chip.state.pin == NEW, "where a till has no network the card asks for it"


@pytest.mark.capability("A131.1")
def test_the_enquiry_pin_is_changed_at_the_self_service_kiosk(campus, walker):
    uid, old = beside(lambda: campus.card("student").uid), PINS["student"]
    walker.go_to("KS101")
    walker.touch("自助查询")
    walker.reads("自助查询", "将校园卡放置于读卡区域")
    walker.lay(uid)
    walker.touch("登陆")
    walker.answer("请输入查询密码", WRONG)
    walker.reads("密码不对")
    walker.take_card(uid)
    walker.touch("自助查询")
    walker.lay(uid)
    walker.touch("登陆")
    walker.answer("请输入查询密码", old)
    walker.reads("用户控制界面")
    walker.look()
    walker.button("修改密码").click()
    walker.page.wait_for_timeout(1500)
    walker.reads("用户控制界面")
    walker.touch_twice("修改密码")
    walker.answer("请输入旧密码", WRONG)
    walker.answer("请输入新密码", WRONG[::-1])
    walker.answer("请再次输入新密码", WRONG[::-1])
    walker.reads("密码不对")
    walker.touch("返回")
    walker.reads("用户控制界面")
    walker.touch_twice("修改密码")
    walker.answer("请输入旧密码", old)
    walker.answer("请输入新密码", WRONG)
    walker.answer("请再次输入新密码", WRONG[::-1])
    walker.reads("两次输入的新密码不一致")
    assert beside(lambda: accepts(campus, "enquiry", old))
    walker.touch("返回")
    walker.answer("请输入新密码", WRONG)
    walker.answer("请再次输入新密码", WRONG)
    walker.reads("密码修改成功")
    assert beside(lambda: (accepts(campus, "enquiry", old), accepts(campus, "enquiry", WRONG))) == (False, True)
    assert beside(lambda: accepts(campus, "payment", old))


def pays(campus, fen: int = 100, uid: str = "") -> str:
    """What the student's card is told at a till, on line."""
    return campus.pay("student", fen, uid=uid)


@pytest.mark.capability("A113.1", "A113.2", "A113.3")
def test_a_loss_is_reported_at_the_load_kiosk_with_the_enquiry_pin(campus, walker):
    beside(lambda: campus.top_up("student", 5000))
    walker.go_to("KL101")
    walker.touch("校园卡服务", "挂失")
    walker.answer("输入学（工）号", CAST["student"][2])
    walker.answer("输入查询密码", "975318")
    walker.reads("挂失后，本人或其他人都不能再使用这张卡")
    walker.touch("确认")
    walker.reads("密码不对")
    assert beside(lambda: pays(campus)) == "posted"
    walker.touch("返回")

    walker.touch("校园卡服务", "挂失")
    walker.answer("输入学（工）号", CAST["student"][2])
    walker.answer("输入查询密码", PINS["student"])
    walker.touch("确认")
    walker.reads("挂失成功")
    assert beside(lambda: pays(campus)) == "card_lost"
    expect(walker.page.locator(".slip").first).to_contain_text("挂失时间")
    walker.look()


@pytest.mark.capability("A114.1", "A114.2")
def test_a_loss_is_reported_at_the_reissue_kiosk_with_the_identity_card(campus, walker):
    beside(lambda: campus.top_up("student", 5000))
    walker.go_to("KR101")
    walker.touch("挂失")
    walker.reads("请插入身份证")
    walker.insert(DOCUMENTS["student"][1])
    walker.touch("确认")
    walker.reads("挂失成功")
    assert beside(lambda: (campus.card("student").state, pays(campus))) == ("lost", "card_lost")
    walker.touch("返回")
    walker.reads("请取走您的身份证")
    walker.insert(DOCUMENTS["student"][1])
    walker.reads("欢迎使用")


def office_reads(campus) -> str:
    """The alarms as the office sees them."""
    page = campus.client("clerk").get("/card/machines/alarms/").content.decode()
    return page.partition("<tbody")[2].partition("</tbody")[0] or page


def mend(walker, *whats: str) -> None:
    for what in whats:
        walker.page.select_option("#what", what)
        walker.page.click("#mend")


def ask_for_a_card(walker, document: str) -> None:
    walker.touch("自助补卡")
    walker.reads("请插入身份证")
    walker.insert(document)
    walker.reads("工本费 ¥ 20.00", "现有 ¥ 80.00", "原卡立即作废")


@pytest.mark.capability("A119.1", "A119.2", "A119.3")
def test_a_student_is_made_a_new_card_at_the_reissue_kiosk(campus, walker):
    """A jam: nothing is charged, the machine stops, the office is told. An empty stack too. Then a card within two minutes."""
    document, old = DOCUMENTS["student"][1], beside(lambda: campus.card("student"))
    beside(lambda: campus.top_up("student", 8000))
    walker.go_to("KR101")
    walker.look()
    walker.page.select_option("#mode", "fail")
    ask_for_a_card(walker, document)
    walker.touch("确认")
    walker.reads("卡道堵卡，没有制成新卡，也没有收费")
    until_alarms_are("jam")
    assert "堵卡" in beside(lambda: office_reads(campus))
    assert beside(lambda: (campus.card("student").pk, pays(campus))) == (old.pk, "posted")
    beside(lambda: campus.top_up("student", 100, form="back"))
    walker.touch("返回")
    walker.reads("请取走您的身份证")
    walker.insert(document)
    walker.touch("自助补卡")
    walker.reads("本机暂停补卡，已报校园卡管理办公室")
    walker.touch("返回")
    walker.page.select_option("#mode", "ok")
    mend(walker, "no_cards", "")
    expect(walker.page.locator("#inside")).not_to_contain_text("故障")
    walker.touch("自助补卡")
    walker.reads("本机暂停补卡")
    walker.touch("返回")
    until_alarms_are("cards_out")
    assert "空白卡用完" in beside(lambda: office_reads(campus))
    mend(walker, "cards", "few_cards")
    expect(walker.page.locator("#stack")).to_have_text("空白卡 3 张")
    until_alarms_are("cards_low")

    ask_for_a_card(walker, document)
    walker.look()
    assert beside(lambda: campus.card("student").pk) == old.pk, "nothing before it is confirmed"
    walker.touch("确认")
    walker.reads("补卡成功", "冻结金额 ¥ 60.00", "起在圈存机上领取")
    expect(walker.page.locator("#stack")).to_have_text("空白卡 2 张")
    new = beside(lambda: campus.card("student"))
    expect(walker.page.locator(f'#cards [data-uid="{new.uid}"]')).to_contain_text(new.number)
    assert (new.pk != old.pk, beside(lambda: Card.objects.get(pk=old.pk).state)) == (True, "replaced")
    assert beside(lambda: (ledger.balance_of(new.wallet_id), Claimable.objects.get().left_fen)) == (0, 6000)
    beside(lambda: campus.top_up("student", 500, form="new"))
    assert beside(lambda: (pays(campus), pays(campus, uid=old.uid))) == ("posted", "card_replaced")
    walker.touch("返回")
    walker.reads("请取走您的身份证")


@pytest.mark.capability("A129.1")
def test_the_self_service_kiosk_asks_the_enquiry_pin_before_each_service(campus, walker):
    """Before looking, before changing it, before a loss; a wrong one does none of them."""
    uid, pin = beside(lambda: campus.card("student").uid), PINS["student"]
    beside(lambda: campus.top_up("student", 5000))
    beside(lambda: pays(campus, 1250))
    walker.go_to("KS101")
    walker.touch("自助查询")
    walker.lay(uid)
    walker.touch("登陆")
    walker.answer("请输入查询密码", pin)
    walker.reads("用户控制界面")
    walker.reads_not("37.50")
    walker.touch("余额与明细查询")
    walker.answer("请输入查询密码", WRONG)
    walker.reads("密码不对")
    walker.reads_not("37.50")
    walker.touch("返回", "余额与明细查询")
    walker.answer("请输入查询密码", pin)
    walker.reads("库余额 ¥ 37.50", "−¥ 12.50")
    walker.touch("返回", "挂失")
    walker.answer("请输入查询密码", WRONG)
    walker.touch("确认")
    walker.reads("密码不对")
    assert beside(lambda: pays(campus)) == "posted"
    walker.touch("返回")
    walker.touch_twice("修改密码")
    walker.answer("请输入旧密码", WRONG)
    walker.answer("请输入新密码", NEW)
    walker.answer("请再次输入新密码", NEW)
    walker.reads("密码不对")
    walker.touch("返回")
    walker.touch_twice("修改密码")
    walker.answer("请输入旧密码", pin)
    walker.answer("请输入新密码", NEW)
    walker.answer("请再次输入新密码", NEW)
    walker.reads("密码修改成功")
    walker.touch("返回", "挂失")
    walker.answer("请输入查询密码", NEW)
    walker.touch("确认")
    walker.reads("挂失成功")
    assert beside(lambda: pays(campus)) == "card_lost"


@pytest.mark.capability("A149.1", "A149.2")
def test_a_subsidy_is_collected_at_the_load_kiosk_and_a_partial_write_loses_nothing(campus, walker):
    uid, wallet = beside(lambda: (campus.card("student").uid, campus.card("student").wallet_id))
    beside(lambda: Funds(campus).credit(fen=15_000))
    walker.go_to("KL101")
    walker.touch("领款服务", "圈存（补助）领款")
    walker.reads("圈存（补助）领款", "请将校园卡放置于读卡区")
    walker.lay(uid)
    walker.answer("请输入密码", WRONG)
    walker.reads("密码不对")
    walker.take_card(uid)
    walker.page.select_option("#mode", "fail")
    walker.touch("领款服务", "圈存（补助）领款")
    walker.lay(uid)
    walker.answer("请输入密码", PINS["student"])
    walker.reads("写卡失败", "可再次领款")
    assert beside(lambda: ledger.balance_of(wallet)) == 0
    walker.take_card(uid)

    walker.page.select_option("#mode", "ok")
    walker.page.select_option("#point", "after_write")
    walker.page.click("#arm")
    walker.touch("领款服务", "圈存（补助）领款")
    walker.lay(uid)
    walker.answer("请输入密码", PINS["student"])
    walker.reads("已断电")
    walker.look()
    walker.page.click("#power")
    walker.reads("请取走您的校园卡")
    walker.lay(uid)
    walker.reads("上一笔领款已写入校园卡")
    assert beside(lambda: ledger.balance_of(wallet)) == 15_000

    beside(lambda: Funds(campus).credit(fen=2_500, key="second"))
    walker.touch("领款服务", "圈存（补助）领款")
    walker.lay(uid)
    walker.answer("请输入密码", PINS["student"])
    walker.reads("领款成功", "领款金额 ¥ 25.00", "库余额 ¥ 175.00")
    expect(walker.page.locator(".slip").first).to_contain_text("合计 ¥ 25.00")
    walker.look()
    walker.take_card(uid)


@pytest.mark.capability("A135.1", "A135.2")
def test_a_card_is_tested_at_the_load_kiosk_and_a_dead_chip_is_sent_to_be_replaced(campus, walker):
    """The machine tells whether it is the card, without a PIN and without telling anything else of it."""
    uid = beside(lambda: campus.card("student").uid)
    beside(lambda: campus.top_up("student", 4321))
    walker.go_to("KL101")
    walker.touch("校园卡服务", "校园卡检测")
    walker.reads("请将校园卡放置于读卡区")
    walker.lay(uid)
    walker.reads("读卡正常，芯片没有损坏")
    walker.reads_not("43.21", "林")
    walker.take_card(uid)
    walker.page.select_option("#mode", "dead")
    walker.touch("校园卡服务", "校园卡检测")
    walker.lay(uid)
    walker.reads("这张卡已经损坏", "自助补卡机", "卡损坏不按丢失收费", "不要折弯")
    walker.look()
    walker.take_card(uid)
    assert beside(lambda: pays(campus, 321)) == "posted", "testing changes nothing"

    walker.go_to("KR101")
    walker.touch("损坏换卡")
    walker.insert(DOCUMENTS["student"][1])
    walker.reads("请将校园卡放置于读卡区")
    walker.lay(uid)
    walker.reads("不收工本费", "旧卡由本机收回")
    walker.touch("确认")
    walker.reads("补卡成功", "冻结金额 ¥ 40.00")
    walker.touch("返回")
    walker.reads("请取走您的身份证")
    assert beside(lambda: (Claimable.objects.get().left_fen, pays(campus, uid=uid))) == (4000, "card_replaced")
