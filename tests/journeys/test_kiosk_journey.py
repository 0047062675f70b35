"""The kiosks as the manual walks them (§5.4.6–5.4.13), with a real browser before a running school."""

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright

from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.pins.blocks import seal_pin_block
from nanhu.systems.card.pins.tests.conftest import PINS
from tests.journeys.kiosks import SIZES, Walker, beside, furnish, serving

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus(live_server, tmp_path):
    found = furnish(tmp_path, live_server.url)
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
        yield Walker(page, url)
        chromium.close()
    assert faults == []
    assert receipt_differences() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_check()")
        assert cursor.fetchall() == []


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
