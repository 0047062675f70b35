"""The kiosks as the manual walks them (§5.4.6–5.4.13), with a real browser before a running school."""

import time

import pytest
from playwright.sync_api import expect, sync_playwright

from nanhu.emulators.chip.api import Pocket
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.queries import check_ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.models import MachineAlarm
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.funds.tests.conftest import Funds
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.blocks import seal_pin_block
from nanhu.systems.card.pins.tests.conftest import DOCUMENTS, PINS
from nanhu.systems.card.tests.conftest import CAST
from tests.journeys.kiosks import SIZES, Walker, beside, cast_with_documents, furnish, serving

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus(live_server, tmp_path):
    found = cast_with_documents()
    furnish(tmp_path, live_server.url, found)
    found.folder = tmp_path
    return found


@pytest.fixture(params=["desk"])
def walker(campus, request):
    """Somebody before the machines; the browser's complaints and the books are looked at in the end."""
    faults: list[str] = []
    with serving(campus.folder) as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        width, height = SIZES[request.param]
        page = chromium.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield Walker(page, url, Pocket(campus.folder / "chip.json"))
        chromium.close()
    assert faults == []
    assert receipt_differences() == []
    assert check_ledger() == []


def open_alarms() -> set[str]:
    return set(MachineAlarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


def accepts(campus, kind: str, pin: str) -> bool:
    """Whether this is the student's PIN now, asked at another machine."""
    device = Device("KS101")
    sequence = 900_000 + int(pin[:5]) + (0 if kind == "payment" else 50_000)
    block = seal_pin_block(bytes.fromhex(device.terminal.key), "KS101", sequence, pin)
    body = {"card": campus.card("student").uid, "kind": kind, "pin": block}
    return device.ask("pin/check", body, sequence=sequence)["outcome"] == "approved"


@pytest.mark.capability("A127")
@pytest.mark.parametrize("walker", [*SIZES], indirect=True)
def test_the_payment_pin_is_changed_at_the_load_kiosk(campus, walker):
    uid = beside(lambda: campus.card("student").uid)
    walker.go_to("KL101")
    walker.look()
    walker.touch("校园卡服务", "消费密码修改")
    walker.lay(uid)
    walker.answer("输入原密码", PINS["student"])
    walker.answer("输入新密码", "246813")
    walker.look()
    walker.touch("取消")
    walker.reads("请取走您的校园卡")
    walker.lay(uid)
    assert beside(lambda: accepts(campus, "payment", PINS["student"]))

    walker.touch("校园卡服务", "消费密码修改")
    walker.lay(uid)
    walker.answer("输入原密码", PINS["student"])
    walker.answer("输入新密码", "246813")
    walker.answer("再次输入新密码", "246813")
    walker.reads("密码修改成功")
    walker.take_card(uid)
    assert beside(lambda: accepts(campus, "payment", "246813"))
    assert beside(lambda: accepts(campus, "enquiry", PINS["student"]))


@pytest.mark.capability("A131")
def test_the_enquiry_pin_is_changed_at_the_self_service_kiosk(campus, walker):
    uid = beside(lambda: campus.card("student").uid)
    walker.go_to("KS101")
    walker.touch("自助查询")
    walker.reads("将校园卡放置于读卡区域")
    walker.lay(uid)
    walker.touch("登陆")
    walker.answer("输入查询密码", PINS["student"])
    walker.reads("用户控制界面")
    walker.look()
    walker.touch_twice("修改密码")
    walker.answer("输入旧密码", PINS["student"])
    walker.answer("输入新密码", "975318")
    walker.answer("再次输入新密码", "975318")
    walker.reads("密码修改成功")
    assert beside(lambda: accepts(campus, "enquiry", "975318"))
    assert beside(lambda: accepts(campus, "payment", PINS["student"]))


def pays(campus, fen: int = 100) -> str:
    """What the student's card is told at a till, on line."""
    return campus.pay("student", fen)


@pytest.mark.capability("A113")
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


@pytest.mark.capability("A114")
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


@pytest.mark.capability("A119")
@pytest.mark.parametrize("walker", [*SIZES], indirect=True)
def test_a_student_is_made_a_new_card_at_the_reissue_kiosk(campus, walker):
    """Jam first: nothing is charged, the office is alarmed. Then a card within two minutes, and the old one is dead."""
    document, old = DOCUMENTS["student"][1], beside(lambda: campus.card("student"))
    beside(lambda: campus.top_up("student", 8000))
    walker.go_to("KR101")
    walker.look()
    walker.page.select_option("#mode", "fail")
    walker.touch("自助补卡")
    walker.insert(document)
    walker.reads("工本费")
    walker.touch("确认")
    walker.reads("卡道堵卡，没有制成新卡，也没有收费")
    assert beside(open_alarms) == {"jam"}
    assert beside(lambda: (campus.card("student").pk, pays(campus))) == (old.pk, "posted")
    walker.touch("返回")
    walker.insert(document)
    walker.page.select_option("#mode", "ok")
    walker.page.select_option("#what", "few_cards")
    walker.page.click("#mend")
    walker.page.select_option("#what", "")
    walker.page.click("#mend")
    expect(walker.page.locator("#inside")).not_to_contain_text("故障")
    assert beside(open_alarms) == {"cards_low"}

    begun = time.monotonic()
    walker.touch("自助补卡")
    walker.insert(document)
    walker.reads("工本费")
    walker.look()
    walker.touch("确认")
    walker.reads("补卡成功", "起在圈存机上领取")
    assert time.monotonic() - begun < 120
    new = beside(lambda: campus.card("student"))
    expect(walker.page.locator(f'#cards [data-uid="{new.uid}"]')).to_contain_text(new.number)
    assert (new.pk != old.pk, beside(lambda: Card.objects.get(pk=old.pk).state)) == (True, "replaced")
    assert beside(lambda: ledger.balance_of(new.wallet_id)) == 0
    walker.touch("返回")
    walker.reads("请取走您的身份证")


@pytest.mark.capability("A129")
def test_the_self_service_kiosk_asks_the_enquiry_pin_before_each_service(campus, walker):
    uid, pin = beside(lambda: campus.card("student").uid), PINS["student"]
    beside(lambda: campus.top_up("student", 5000))
    beside(lambda: pays(campus, 1250))
    walker.go_to("KS101")
    walker.touch("自助查询")
    walker.lay(uid)
    walker.touch("登陆")
    walker.answer("输入查询密码", pin)
    walker.touch("余额与明细查询")
    walker.answer("输入查询密码", "975318")
    walker.reads("密码不对")
    walker.touch("返回", "余额与明细查询")
    walker.answer("输入查询密码", pin)
    walker.reads("库余额 ¥ 37.50", "-¥ 12.50")
    walker.touch("返回")
    walker.touch_twice("修改密码")
    walker.answer("输入旧密码", pin)
    walker.answer("输入新密码", "246813")
    walker.answer("再次输入新密码", "246813")
    walker.reads("密码修改成功")
    walker.touch("返回", "挂失")
    walker.answer("输入查询密码", "246813")
    walker.touch("确认")
    walker.reads("挂失成功")
    assert beside(lambda: pays(campus)) == "card_lost"


@pytest.mark.capability("A149")
@pytest.mark.parametrize("walker", [*SIZES], indirect=True)
def test_a_subsidy_is_collected_at_the_load_kiosk_and_a_partial_write_loses_nothing(campus, walker):
    uid, wallet = beside(lambda: (campus.card("student").uid, campus.card("student").wallet_id))
    beside(lambda: Funds(campus).credit(fen=15_000))
    walker.go_to("KL101")
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
