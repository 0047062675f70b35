"""What a kiosk shows of a card, after the enquiry PIN and never before it."""

import pytest

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.people.api import masked_name
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.pins.tests.conftest import PINS, identify
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.tests.conftest import SYSTEM

PIN = PINS["student"]


@pytest.fixture
def ready(campus, kiosk):
    identify(campus)
    campus.top_up("student", 10_000)
    campus.pay("student", 1250)
    return campus


def look(kiosk, card, pin=PIN, **changes):
    sequence = kiosk.next_sequence()
    key = bytes.fromhex(kiosk.terminal.key)
    block = seal_pin_block(key, kiosk.terminal.number, changes.get("sealed_for", sequence), pin)
    return kiosk.ask("card/look", {"card": card.uid, "pin": block}, sequence=sequence)


@pytest.mark.capability("A129.1")
def test_the_enquiry_pin_opens_balance_and_last_rows(ready, kiosk):
    told = look(kiosk, ready.card("student"))
    assert (told["name"], told["class_name"], told["state"]) == ("林*满", "学生卡", "issued")
    assert (told["balance_fen"], told["pending_fen"], told["owed_fen"]) == (8750, 0, 0)
    assert [(row["name"], row["amount_fen"], row["is_money_in"]) for row in told["rows"]] == [
        ("消费", 1250, False),
        ("充值", 10_000, True),
    ]


@pytest.mark.capability("A129.1")
def test_a_wrong_pin_shows_nothing_and_is_counted(ready, kiosk):
    told = look(kiosk, ready.card("student"), pin="135791")
    assert told["outcome"] == "refused"
    assert "balance_fen" not in told
    assert told["facts"]["tries_left"] == look(kiosk, ready.card("student"), pin="135791")["facts"]["tries_left"] + 1
    assert AuditEntry.objects.filter(action="card.pin_wrong").count() == 2


def test_a_block_overheard_for_another_sequence_opens_nothing(ready, kiosk):
    assert look(kiosk, ready.card("student"), sealed_for=999)["code"] == "card.pin_unreadable"


def test_a_till_is_told_the_balance_only(ready):
    till = place_device("N9001", "pos", by=SYSTEM)
    told = till.ask("card/balance", {"card": ready.card("student").uid}, sequence=0)
    assert told == {"outcome": "approved", "balance_fen": 8750}


@pytest.mark.parametrize(
    ("name", "shown"), [("林小满", "林*满"), ("陈志", "陈*"), ("欧阳一鸣", "欧**鸣"), ("Amina Diallo", "A*** D***")]
)
def test_names_are_masked(name, shown):
    assert masked_name(name) == shown
