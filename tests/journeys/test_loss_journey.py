"""After a loss report nobody pays with the card (A113, A114, A117): asked of the real gateway, on line and off."""

import asyncio
import re
import time
from functools import partial

import pytest
from django.db import connection

from bench.load.waiting import Field
from nanhu.emulators.pos.tests.conftest import start_device
from nanhu.platforms.ledger.queries import check_ledger
from nanhu.platforms.terminals.api import Terminal, new_terminal_key
from nanhu.systems.card import models
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.fleet.models import Revocation, TerminalReport
from nanhu.systems.card.models import LossReport, Receipt
from nanhu.systems.card.pins.tests.conftest import DOCUMENTS, PINS, Keypad, identify
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import CAST, SYSTEM, bring_in_the_cast
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.journeys.field import Till, waits_for
from tests.journeys.street import open_gateway, write_configuration

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus():
    found = bring_in_the_cast()
    identify(found)
    for part in ("student", "guest"):
        found.top_up(part, 20_000)
    yield found
    assert receipt_differences() == []
    assert check_ledger() == []


@pytest.fixture
def gateway(live_server, campus, tmp_path):
    with open_gateway(live_server.url, tmp_path / "gateway.log") as url:
        yield url


def refusal_after_the_report(till: Till, card: str) -> str:
    """What a till on line says to the very next payment. How many seconds that is, `make bench ONLY=loss` measures."""
    return till.pay(card, 100, till.ask("hello")[1]["last_sequence"] + 1)


@pytest.mark.capability("A113.1", "A113.2", "A113.3")
def test_a_load_kiosk_takes_the_enquiry_pin_prints_a_slip_and_tills_refuse(campus, gateway):
    kiosk, till = Keypad(place_device("KL001", "load_kiosk", by=SYSTEM)), Till(gateway, "N1001")
    card, who = campus.card("student").uid, {"campus_no": CAST["student"][2]}
    assert kiosk.ask("loss/report", who, pin="998877")["code"] == "card.pin_wrong"
    assert till.pay(card, 100, 1) == "ok"
    told = kiosk.ask("loss/report", who, pin=PINS["student"])
    assert refusal_after_the_report(till, card) == "card_lost"
    assert told["outcome"] == "approved"
    assert [line.partition(" ")[0] for line in told["slip"][:3]] == ["卡号", "挂失时间", "办理终端"]
    report = LossReport.objects.get(card=campus.card("student"))
    assert (report.way, report.proof) == ("kiosk", "enquiry PIN")


@pytest.mark.capability("A114.1", "A114.2")
def test_the_reissue_kiosk_reads_the_identity_card_and_tills_refuse(campus, gateway):
    kiosk, till = Keypad(place_device("KR001", "reissue_kiosk", by=SYSTEM)), Till(gateway, "N1001")
    load_kiosk, card = Keypad(place_device("KL001", "load_kiosk", by=SYSTEM)), campus.card("student").uid
    document = {"id_number": DOCUMENTS["student"][1]}
    assert load_kiosk.ask("loss/report", document)["code"] == "terminal_unfit"
    assert till.pay(card, 100, 1) == "ok"
    told = kiosk.ask("loss/report", document)
    assert refusal_after_the_report(till, card) == "card_lost"
    assert (told["outcome"], campus.card("student").state) == ("approved", "lost")
    assert LossReport.objects.get(card=campus.card("student")).proof == "identity card read"


def shown(campus, url: str, part: str = "clerk") -> str:
    return campus.client(part).get(url).content.decode()


def holds(device, number: str, card) -> bool:
    """It has pulled, and told the gateway that its list names the card."""
    device.do("pull", terminal=number)
    told = {"terminal__number": number, "list_version__gte": Revocation.objects.get(card=card).version}
    return TerminalReport.objects.filter(**told).exists()


@pytest.mark.capability("A117.1", "A117.2", "A117.3", "A117.4")
def test_after_a_report_on_line_tills_refuse_at_once_and_cut_off_ones_by_their_list(campus, gateway, tmp_path):
    """Two tills: one heard of the loss before its network went, the other only afterwards. What the second sells is the school's."""
    path, lost = write_configuration(tmp_path, gateway, campus), campus.card("guest")
    knows, ignorant, online = "N1001", "E3002", Till(gateway, "N1001")
    for device in start_device(path):
        for number in (knows, ignorant):
            assert device.do("sign-on", terminal=number)[0]["kind"] == "ready"
        device.do("network", terminal=ignorant, network="off")

        assert "挂失以前的消费由您承担" in shown(campus, "/card/report-lost/", "guest")
        campus.client("guest").post("/card/report-lost/")
        assert device.do("pay", terminal=knows, card=lost.uid, amount_fen=300)[0]["sentence"].startswith("此卡已挂失")
        assert refusal_after_the_report(online, lost.uid) == "card_lost"

        waits_for(partial(holds, device, knows, lost))
        device.do("network", terminal=knows, network="off")
        time.sleep(1)  # a till's rows carry whole seconds: this sale shall be after the report for certain
        assert device.do("pay", terminal=knows, card=lost.uid, amount_fen=300)[0]["sentence"] == "此卡已挂失，不能使用"
        assert device.do("pay", terminal=ignorant, card=lost.uid, amount_fen=300, pin="")[0]["kind"] == "stored"

        url = f"/card/fleet/exposure/{lost.public_id}/"
        Terminal.objects.update(last_seen=LossReport.objects.get(card=lost).reported_at.replace(year=2024))
        page = shown(campus, url)
        assert "还有 1 台没有拿到名单" in page
        assert "¥ 50.00" in page
        assert re.search(rf">\s*{ignorant} ", page)
        assert not re.search(rf">\s*{knows} ", page)

        device.do("network", terminal=ignorant, network="on")
        device.do("pull", terminal=ignorant)
        assert device.do("pay", terminal=ignorant, card=lost.uid, amount_fen=300)[0]["sentence"].startswith(
            "此卡已挂失"
        )
        waits_for(partial(holds, device, ignorant, lost))
        assert LossReport.objects.get(card=lost).known_at, "the last till knows of it, and the window is not over"
        waits_for(Receipt.objects.filter(kind="stored", card=lost).exists)
    for part, where in (("clerk", url), ("guest", "/card/report-lost/")):
        page = shown(campus, where, part)
        assert "秒后最后一台终端也知道了" in page
        assert "挂失以后断网终端仍有消费 1 笔，共 ¥ 3.00" in page
        assert "挂失以前的消费由持卡人承担；挂失以后，联网终端一律拒绝，断网终端卖出的由学校承担" in page


def report_in_a_moment(card) -> float:
    begun = time.time()
    report_lost(by=SYSTEM, card=card, reason="test")
    connection.close()
    return begun


def test_320_waiting_terminals_all_hear_of_a_loss_and_say_so(campus, gateway):
    """None is left out. How fast it is, `make bench ONLY=loss` measures."""
    merchant = Terminal.objects.get(number="N1001").till.merchant
    made = Terminal.objects.bulk_create(
        Terminal(number=f"F{place:04d}", key=new_terminal_key()) for place in range(320)
    )
    models.Till.objects.bulk_create(models.Till(terminal=one, merchant=merchant) for one in made)
    report_lost(by=SYSTEM, card=campus.card("student"), reason="test")
    card, port = campus.card("guest"), int(gateway.rpartition(":")[2])
    plan = [
        {"number": one.number, "key": one.key, "sequence": 1} for one in Terminal.objects.filter(number__startswith="F")
    ]

    async def measure() -> float:
        async with Field(port, plan) as field:
            await field.begin(25)
            heard = field.hears_of(card.uid)
            begun = await asyncio.to_thread(report_in_a_moment, card)
            return await asyncio.wait_for(heard, PATIENCE_SECONDS) - begun

    print(f"all 320 heard of it within {asyncio.run(measure()):.3f} s")
    waits_for(
        lambda: TerminalReport.objects.filter(terminal__number__startswith="F", list_version__gt=0).count() == 320
    )
