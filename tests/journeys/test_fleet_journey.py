"""What goes wrong with terminals is handled at the gateway's own door, and stands on the fleet's page (I11)."""

import re
from functools import partial

import pytest

from nanhu.emulators.pos.tests.conftest import start_device
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.terminals.api import Address, Incident, NextKey, Terminal, renew_terminal_key
from nanhu.platforms.terminals.wire import open_next_key
from nanhu.systems.card.devices.tests.asking import Device, place_device
from nanhu.systems.card.fleet.jobs import watch_sequences
from nanhu.systems.card.fleet.models import TerminalGap, TerminalReport
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.pins.tests.conftest import identify
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from tests.journeys.field import Till, waits_for
from tests.journeys.street import open_gateway, write_configuration

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus():
    found = bring_in_the_cast()
    identify(found)
    found.top_up("guest", 20_000)
    return found


@pytest.fixture
def gateway(live_server, campus, tmp_path):
    with open_gateway(live_server.url, tmp_path / "gateway.log") as url:
        yield url


def problems_on_page(campus, number: str) -> set[str]:
    """The badges of the terminal's line, as the clerk reads them."""
    page = campus.client("clerk").get("/card/fleet/").content.decode()
    line = next(one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f"/terminals/{number}/" in one)
    return set(re.findall(r'class="badge[^"]*"\s*>\s*(?:<svg.*?</svg>)?\s*([^<]+?)\s*<', line, re.DOTALL))


def act(campus, number: str, action: str, reason: str = "昨夜失窃，已报案"):
    return campus.client("clerk").post(f"/card/fleet/terminals/{number}/{action}/", {"reason": reason})


def number_on_page(campus, number: str, label: str) -> str:
    page = campus.client("clerk").get(f"/card/fleet/terminals/{number}/").content.decode()
    return re.search(rf"<dt>{label}</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)[1].strip()


def test_sequences_that_repeat_lack_or_come_late_are_once_in_the_books_and_on_the_page(campus, gateway):
    till, card = Till(gateway, "N1001"), campus.card("guest").uid
    told = [till.ask("payment", {"card": card, "amount_fen": 300}, sequence=one) for one in (1, 2, 2, 5)]
    assert [one["code"] for _status, one in told] == ["ok"] * 4
    assert told[1] == told[2]
    assert till.ask("payment", {"card": card, "amount_fen": 400}, sequence=2)[0] == 409
    waits_for(lambda: Terminal.objects.get(number="N1001").last_sequence == 5)
    watch_sequences()
    waits_for(lambda: problems_on_page(campus, "N1001") >= {"流水缺号", "重复提交", "被拒请求"})
    assert set(TerminalGap.objects.filter(filled_at=None).values_list("sequence", flat=True)) == {3, 4}

    assert till.upload((4, card, 600), (3, card, 500)) == ["ok", "ok"]
    assert till.upload((4, card, 600), (3, card, 500)) == ["ok", "ok"]
    watch_sequences()
    assert "流水缺号" not in problems_on_page(campus, "N1001")
    waits_for(lambda: "流水乱序" in problems_on_page(campus, "N1001"))
    waits_for(lambda: number_on_page(campus, "N1001", "今日重复提交") == "4")
    assert number_on_page(campus, "N1001", "今日乱序到达") == "2"
    rows = Receipt.objects.filter(terminal=Terminal.objects.get(number="N1001"), outcome="posted")
    assert sorted(rows.values_list("sequence", "amount_fen")) == [(1, 300), (2, 300), (3, 500), (4, 600), (5, 300)]


def test_stored_rows_a_list_behind_and_late_rows_of_a_dead_card_are_on_the_page(campus, gateway):
    till, old = Till(gateway, "N1001"), campus.card("guest")
    said = {"software": "pos 3.1", "stored_rows": 3, "stored_fen": 1800}
    version = till.ask("revocations", {"since": 0, "status": said})[1]["version"]
    reissue(by=campus.actor("clerk"), card=old, reason="lost", fee_fen=0, at="柜台", key="journey")
    waits_for(lambda: TerminalReport.objects.filter(software="pos 3.1").exists())
    waits_for(lambda: problems_on_page(campus, "N1001") >= {"有未上传", "名单落后"})

    assert till.upload((1, old.uid, 700)) == ["ok"]
    assert "补传失效卡" in problems_on_page(campus, "N1001")
    assert till.pay(old.uid, 100, 2) == "card_replaced"

    head = till.ask("revocations", {"since": version})[1]["version"]
    till.ask("revocations", {"since": head, "status": said | {"stored_rows": 0, "stored_fen": 0}})
    waits_for(lambda: TerminalReport.objects.get(software="pos 3.1").list_version == head)
    assert problems_on_page(campus, "N1001") & {"有未上传", "名单落后"} == set()


def test_a_stolen_terminal_a_wrong_clock_and_a_copied_key_are_refused_or_shown(campus, gateway):
    till, card = Till(gateway, "N1001"), campus.card("guest").uid
    assert till.ask("hello", ahead=120)[0] == 200
    assert till.pay(card, 100, 1, ahead=4000) == "clock_wrong"
    waits_for(lambda: Terminal.objects.filter(clock_offset_seconds__gt=60).exists())
    waits_for(lambda: Incident.objects.filter(code="clock_wrong").exists())
    waits_for(lambda: problems_on_page(campus, "N1001") >= {"时钟不准", "被拒请求"})

    assert till.pay(card, 100, 2, source="127.0.0.2") == "ok"
    waits_for(lambda: Address.objects.count() == 2)
    assert "密钥在别处使用" not in problems_on_page(campus, "N1001")
    assert till.pay(card, 100, 3) == "ok"
    waits_for(lambda: "密钥在别处使用" in problems_on_page(campus, "N1001"))

    assert act(campus, "N1001", "off", reason=" ").status_code == 422
    assert till.pay(card, 100, 4) == "ok"
    assert campus.client("student").post("/card/fleet/terminals/N1001/off/", {"reason": "x"}).status_code == 404
    act(campus, "N1001", "off")
    assert till.pay(card, 100, 5) == "terminal_off"
    assert till.upload((6, card, 100)) == ["terminal_off"]
    assert not Receipt.objects.filter(sequence=6).exists()
    waits_for(lambda: problems_on_page(campus, "N1001") >= {"已停用", "停用后仍在联系"})
    assert AuditEntry.objects.get(action="terminals.off").reason == "昨夜失窃，已报案"
    act(campus, "N1001", "on", reason="已找回")
    assert till.pay(card, 100, 7) == "ok"


def offered(till: Till) -> tuple[int, bytes]:
    offer = till.ask("hello")[1]["new_key"]
    return offer["version"], open_next_key(till.key, till.number, offer["version"], offer["sealed"])


def test_a_key_lives_on_beside_the_next_one_until_that_was_used_at_either_door(campus, gateway):
    place_device("KS001", "self_service_kiosk", by=SYSTEM)
    till, kiosk, card = Till(gateway, "KS001"), Device("KS001"), campus.card("guest").uid
    body = {"card": card, "pin": ""}

    act(campus, "KS001", "rotate", reason="每年一换")
    assert AuditEntry.objects.get(action="terminals.next_key").reason == "每年一换"
    assert "换钥中" in problems_on_page(campus, "KS001")
    waits_for(lambda: "new_key" in till.ask("hello")[1])
    old, (version, following) = till.key, offered(till)
    assert version == 2
    assert kiosk.ask("card/look", body)["code"] == "malformed"

    kiosk.terminal.key = following.hex()
    assert kiosk.ask("card/look", body, sequence=1)["code"] == "malformed"
    assert (Terminal.objects.get(number="KS001").key_version, NextKey.objects.count()) == (2, 0)
    waits_for(lambda: till.ask("hello")[1].get("code") == "signature_wrong")
    till.key = following
    assert till.ask("hello")[0] == 200
    kiosk.terminal.key = old.hex()
    assert kiosk.send("card/look", b"{}", 2).status_code == 401

    act(campus, "KS001", "rotate", reason="怀疑抄走")
    waits_for(lambda: "new_key" in till.ask("hello")[1])
    _version, stolen = offered(till)
    renew_terminal_key(by=SYSTEM, number="KS001", reason="密钥外泄")
    till.key = stolen
    waits_for(lambda: till.ask("hello")[0] == 401)
    assert NextKey.objects.count() == 0


def signs_on_with_key(device, version: int) -> bool:
    """The gateway hears of the new key a moment after it was made."""
    assert device.do("sign-on", terminal="N1001")[0]["kind"] == "ready"
    return Terminal.objects.get(number="N1001").key_version == version


def test_the_till_takes_its_new_key_at_sign_on_and_sells_on(campus, gateway, tmp_path):
    path, card = write_configuration(tmp_path, gateway, campus), campus.card("guest").uid
    for device in start_device(path):
        assert device.do("sign-on", terminal="N1001")[0]["kind"] == "ready"
        act(campus, "N1001", "rotate", reason="每年一换")
        waits_for(partial(signs_on_with_key, device, version=2))
        assert NextKey.objects.count() == 0
        assert device.do("pay", terminal="N1001", card=card, amount_fen=300)[0]["kind"] == "paid"
    for device in start_device(path):
        assert device.do("pay", terminal="N1001", card=card, amount_fen=300)[0]["kind"] == "paid"
