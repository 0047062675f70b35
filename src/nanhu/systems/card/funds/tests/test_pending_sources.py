"""What came from outside and is not on the card yet: top-ups by phone (A147), loads whose write failed (A148)."""

import re

import pytest

from nanhu.kernel.models import AuditEntry
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.tests.conftest import (
    CARDS,
    ID_NUMBERS,
    bank,
    bank_here,
    campus,
)
from nanhu.systems.card.bank.tests.due import drive_due
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.pins.tests.conftest import Keypad
from nanhu.testing.scanner import read_codes

__all__ = ["bank", "bank_here", "campus"]
PIN = ID_NUMBERS["student"][-6:].replace("X", "0").replace("x", "0")


@pytest.fixture
def kiosk(campus):
    return Keypad(Device("QC001"))


def waiting_page(campus):
    return campus.client("student").get("/card/funds/").content.decode()


def collect(kiosk, campus, *, is_written=True):
    begun = kiosk.ask("claim/begin", {"card": campus.card("student").uid}, pin=PIN)
    if begun["outcome"] != "approved":
        return begun
    return kiosk.ask("claim/finish", {"claim": begun["claim"], "is_written": is_written})


@pytest.mark.capability("A147.1")
def test_a_top_up_begun_on_the_page_waits_is_seen_and_is_collected_once(campus, kiosk):
    student = campus.client("student")
    form = student.get("/card/bank/top-up/").context["form"]
    asked = {"amount": "50", "channel": "unionpay", "token": str(form["token"].value())}
    order = student.post("/card/bank/top-up/", asked)
    assert read_codes(student.get(order.url).content.decode()) == [OnlineTopUp.objects.get().address]
    noted = AuditEntry.objects.get(action="card.ask_top_up")
    assert (noted.actor, noted.facts["fen"], noted.facts["source"]) == ("林小满", 5000, "web")
    assert "没有待领的钱" in waiting_page(campus)
    campus.bank.do("pay", tn=OnlineTopUp.objects.get().tn, card=CARDS["student"])
    words = " ".join(re.sub(r"<[^>]+>", " ", waiting_page(campus)).split())
    assert ("现在可领 ¥ 50.00" in words, "以后可领 ¥ 0.00" in words) == (True, True)
    assert re.search(r"在线充值 (?:\S+ ){0,8}¥ 50\.00", words.partition("以后可领")[2]), "and in the list"
    assert "现在可领 ¥ 50.00" in student.get("/card/").content.decode()
    assert collect(kiosk, campus)["balance_fen"] == 5000
    assert collect(kiosk, campus)["code"] == "card.nothing_to_claim"
    assert "没有待领的钱" in waiting_page(campus)
    assert (receipt_differences(), funds_differences()) == ([], [])


@pytest.mark.capability("A148.2", "A148.3")
def test_a_load_whose_write_failed_is_found_shown_and_collected_once(campus, kiosk):
    campus.agree("student")
    begun = kiosk.ask("load/begin", {"card": campus.card("student").uid, "amount_fen": 5000}, pin=PIN)
    drive_due()
    claim = kiosk.ask("load/claim", {"order": begun["order"]})
    assert kiosk.ask("claim/finish", {"claim": claim["claim"], "is_written": False})["state"] == "not_written"
    page = waiting_page(campus)
    for words in ("圈存未领", "银行已扣款", "¥ 50.00"):
        assert words in page
    assert collect(kiosk, campus)["balance_fen"] == 5000
    assert collect(kiosk, campus)["code"] == "card.nothing_to_claim"
    assert (receipt_differences(), funds_differences()) == ([], [])
