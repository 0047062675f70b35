"""A lost card and its successor, from the kiosk to the till (§5.4.7): the real gateway, chips, kiosks and a till in a browser.

Loss at the load kiosk; 补卡 at the reissue kiosk; the old card is refused with and without a network; what it spent at a till that
was cut off comes late and is set off; its money is claimed once, not before the third day, by the new card, which then pays.
"""

import json
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from nanhu.emulators.chip.api import Pocket, terminal
from nanhu.emulators.pos.tests.conftest import start_device
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip.management.commands.card_chips import psam_facts
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services import claims
from nanhu.systems.card.funds.services.difference import difference_of
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.pins.tests.conftest import DOCUMENTS, PINS
from nanhu.systems.card.tests.conftest import CAST
from nanhu.testing.browsers import on_console_error, open_browser
from tests.journeys.kiosks import DESK, Walker, beside, cast_with_documents, furnish, kiosk_site, serving_site, write
from tests.journeys.street import open_gateway, press, says, tap

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TILL = "N1001"
HELD_FEN, FEE_FEN, LATE_FEN = 8_000, 2_000, 300


@pytest.fixture
def campus(live_server, tmp_path):
    found = cast_with_documents()
    found.top_up("student", HELD_FEN)
    furnish(tmp_path, live_server.url, found)
    chips = json.loads((tmp_path / "chip.json").read_text())
    write(tmp_path / "chip.json", {**chips, "psams": [*chips["psams"], psam_facts(TILL)]})
    found.folder, found.services = tmp_path, live_server.url
    yield found
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def till_facts(gateway, campus):
    till = Terminal.objects.select_related("till__merchant").get(number=TILL)
    facts = {
        "number": till.number,
        "key": till.key,
        "merchant": till.till.merchant.name,
        "canteen": till.till.merchant.canteen,
    }
    card = {"uid": campus.card("student").uid, "name": CAST["student"][0], "campus_no": CAST["student"][2], "note": ""}
    return {"gateway": gateway, "school": "南湖大学", "terminals": [facts], "cards": [card]}


@pytest.fixture
def town(campus):
    """`walker` before the kiosks, `till` the machine of the canteen's window, each in a window of the same browser."""
    faults: list[str] = []
    with open_gateway(campus.services, campus.folder / "gateway.log") as gateway:
        write(campus.folder / "pos.json", till_facts(gateway, campus))
        site = kiosk_site(campus.folder)
        for visitor in start_device(campus.folder / "pos.json"):
            with serving_site(site) as kiosks, open_browser() as chromium:
                windows = [chromium.new_page(viewport=DESK, locale="zh-CN") for _ in "kt"]
                for page in windows:
                    on_console_error(page, faults.append)
                    page.on("pageerror", lambda error: faults.append(str(error)))
                windows[1].goto(f"{visitor.url}/#{TILL}")
                says(windows[1], "请输入金额")
                pocket = Pocket(campus.folder / "chip.json")
                yield SimpleNamespace(
                    walker=Walker(windows[0], kiosks, pocket, site.hall), till=windows[1], pocket=pocket
                )
    assert faults == []


def sells(town, uid: str, yuan: str, *says_then: str) -> None:
    press(town.till, f"{' '.join(yuan)} confirm")
    says(town.till, "请刷卡")
    tap(town.till, uid)
    says(town.till, *says_then)


def claims_with(town, uid: str, *texts: str) -> None:
    town.walker.go_to("KL101")
    town.walker.touch("领款服务", "圈存（补助）领款")
    town.walker.lay(uid)
    town.walker.answer("请输入密码", PINS["student"])
    town.walker.reads(*texts)
    town.walker.take_card(uid)


def on_chip(town, uid: str) -> int:
    with town.pocket.card(uid) as chip:
        return terminal.read_facts(chip).balance_fen


@pytest.mark.capability("A121.1", "A121.2", "A121.3", "A122.1", "A122.2", "A122.3")
def test_a_lost_card_is_replaced_at_the_kiosk_and_only_the_new_one_pays(campus, town, monkeypatch):
    document, old = DOCUMENTS["student"][1], beside(lambda: campus.card("student"))
    walker, till = town.walker, town.till
    sells(town, old.uid, "1", "消费成功")
    press(till, "network")
    says(till, "已断网")
    sells(town, old.uid, "3", "已存，待上传")

    walker.go_to("KL101")
    walker.touch("校园卡服务", "挂失")
    walker.answer("输入学（工）号", CAST["student"][2])
    walker.answer("输入查询密码", PINS["student"])
    walker.touch("确认")
    walker.reads("挂失成功")

    walker.go_to("KR101")
    walker.touch("自助补卡")
    walker.insert(document)
    walker.reads("工本费 ¥ 20.00")
    walker.touch("确认")
    walker.reads("补卡成功", "冻结金额 ¥ 59.00", "起在圈存机上领取")
    new = beside(lambda: campus.card("student"))
    assert (new.pk != old.pk, beside(lambda: Card.objects.get(pk=old.pk).state)) == (True, "replaced")
    walker.touch("返回")
    walker.reads("请取走您的身份证")
    walker.insert(document)

    press(till, "network")
    says(till, "上传完成", "1 笔入账")
    till.reload()  # the new card is in the pocket now
    says(till, "请输入金额")
    sells(town, old.uid, "2", "未成交", "此卡已补办新卡，不能再用")
    sells(town, new.uid, "2", "未成交", "余额不足")
    claims_with(town, new.uid, "现在没有可以领取的款项")
    frozen = beside(lambda: Claimable.objects.get(source="frozen"))
    assert (frozen.available_at - frozen.created_at).total_seconds() > 72 * 3600 - 1
    assert frozen.left_fen == HELD_FEN - 100 - FEE_FEN - LATE_FEN

    monkeypatch.setattr(claims, "now", lambda: frozen.available_at)
    claims_with(town, old.uid, "此卡已补办")
    claims_with(town, new.uid, "领款成功", "领款金额 ¥ 56.00", "库余额 ¥ 56.00")
    claims_with(town, new.uid, "现在没有可以领取的款项")

    sells(town, new.uid, "2", "消费成功")
    expect(till.locator("#foot")).to_contain_text("余额 ¥ 54.00")
    sells(town, old.uid, "2", "未成交", "此卡已补办新卡，不能再用")
    press(till, "pull")
    says(till, "黑名单已更新")
    press(till, "network")
    says(till, "已断网")
    sells(town, old.uid, "2", "不能使用", "此卡已补办新卡")
    sells(town, new.uid, "4", "已存，待上传", "卡上已扣")
    press(till, "network")
    says(till, "上传完成", "1 笔入账")
    walker.look()
    assert beside(lambda: ledger.balance_of(new.wallet_id)) == on_chip(town, new.uid) == 5_000
    assert beside(lambda: sales_of(old)) == [("payment", 100), ("stored", LATE_FEN)]
    difference = beside(lambda: difference_of(Chip.objects.select_related("card").get(card=new)))
    assert (difference.fen, difference.unexplained_fen) == (0, 0), difference


def sales_of(card: Card) -> list[tuple[str, int]]:
    rows = Receipt.objects.filter(card=card, outcome="posted", kind__in=("payment", "stored"))
    return list(rows.order_by("id").values_list("kind", "amount_fen"))
