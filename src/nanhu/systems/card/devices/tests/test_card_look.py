"""What a kiosk shows of a card, after the enquiry PIN and never before it."""

import time
from dataclasses import asdict, replace

import pytest
from django.db import connection

from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Verdict
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people.api import masked_name
from nanhu.platforms.terminals.api import Incident, TerminalLimitError
from nanhu.systems.card.chip import presence
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.tests.conftest import CardInHand
from nanhu.systems.card.devices import guesses
from nanhu.systems.card.devices.tests.asking import Device, place_device
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.pins.tests.conftest import PINS, identify
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal

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


@pytest.mark.capability("A147.1", "A148.2")
@pytest.mark.parametrize("source", ["load", "online_top_up"])
def test_a_kiosk_shows_what_waits_to_be_collected_beside_the_balance(ready, kiosk, source):
    wallet, from_ = ready.card("student").wallet, ledger.AccountOrder(code="test.waits", name="待领", kind="expense")
    account_id = ledger.open_accounts([from_])["test.waits"]
    credit(by=SYSTEM, wallet=wallet, source=source, amount_fen=3001, key="one", from_account_id=account_id)
    told = look(kiosk, ready.card("student"))
    assert (told["balance_fen"], told["pending_fen"]) == (8750, 3001)


@pytest.mark.capability("A129.1")
def test_a_wrong_pin_shows_nothing_and_is_counted(ready, kiosk):
    told = look(kiosk, ready.card("student"), pin="135791")
    assert told["outcome"] == "refused"
    assert "balance_fen" not in told
    assert told["facts"]["tries_left"] == look(kiosk, ready.card("student"), pin="135791")["facts"]["tries_left"] + 1
    assert AuditEntry.objects.filter(action="card.pin_wrong").count() == 2


def test_a_block_overheard_for_another_sequence_opens_nothing(ready, kiosk):
    assert look(kiosk, ready.card("student"), sealed_for=999)["code"] == "card.pin_unreadable"


def balance(till, card, **more):
    return till.ask("card/balance", {"card": card.uid} | more, sequence=0)


def has_alarm(number: str) -> bool:
    return Incident.objects.filter(terminal_number=number, code="terminal_limit", detail="card/balance").exists()


def test_a_till_is_told_the_balance_only(ready):
    till = place_device("N9001", "pos", by=SYSTEM)
    assert balance(till, ready.card("student")) == {"outcome": "approved", "balance_fen": 8750}


def test_a_till_is_told_of_the_chip_that_lies_on_it_as_often_as_it_asks(ready, monkeypatch):
    """A number that somebody saw is no card on the reader: the chip says so, to this till, and was written by nobody since."""
    monkeypatch.setattr(guesses, "limits_on", lambda _day: replace(LimitRule(), terminal_minute_misses=3))
    keys.make_master_keys(by=SYSTEM)
    card = ready.card("student")
    [chip] = making.make_purses(by=SYSTEM, cards=[card])
    hand, till, other = CardInHand(chip), Device("N1001"), place_device("N9001", "pos", by=SYSTEM)
    answered = asdict(hand.start(1))
    for _ in range(4):
        assert balance(till, card, chip=answered)["balance_fen"] == 8750
    assert balance(till, card)["code"] == "chip_silent"
    assert balance(till, ready.card("teacher"), chip=answered)["outcome"] == "approved", (
        "without a chip its number must do"
    )
    assert balance(other, card, chip=answered)["code"] == "chip_mac_wrong"
    assert balance(other, card, chip=asdict(hand.start(2)))["code"] == "chip_mac_wrong"
    Chip.objects.filter(pk=chip.pk).update(online_counter=1)
    assert balance(till, card, chip=answered)["code"] == "chip_counter_reused"
    assert balance(other, card, chip=answered)["code"] == "chip_mac_wrong"
    assert balance(other, card, chip=answered)["code"] == "terminal_limit", "each was a guess"
    assert has_alarm("N9001")


@pytest.mark.parametrize("bound", [{"terminal_minute_payments": 2}, {"terminal_day_told": 2}])
def test_of_numbers_alone_a_till_is_told_so_many_balances(ready, monkeypatch, bound):
    monkeypatch.setattr(guesses, "limits_on", lambda _day: replace(LimitRule(), **bound))
    monkeypatch.setattr(presence, "limits_on", guesses.limits_on)
    till, card = place_device("N9001", "pos", by=SYSTEM), ready.card("student")
    assert [balance(till, card)["outcome"] for _ in range(2)] == ["approved"] * 2
    assert not has_alarm("N9001")
    assert balance(till, card) == {
        "outcome": "refused",
        "code": "terminal_limit",
        "sentence": TerminalLimitError.sentence,
    }
    assert has_alarm("N9001")
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET minute_begun = minute_begun - interval '1 minute'")
    is_open = balance(till, card)["outcome"] == "approved"
    assert is_open is ("terminal_day_told" not in bound)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE card_terminal_activity SET day = day - 1, minute_begun = minute_begun - interval '9 minutes'"
        )
    assert balance(till, card)["outcome"] == "approved"


def test_a_till_that_shows_the_balance_of_each_card_goes_on_selling(ready):
    """A queue of thirty a minute; at the bound of the day no balance is shown, and sold and uploaded all the same."""
    till, gateway, card = Device("N1001"), SignedTerminal("N1001"), ready.card("student")
    assert [balance(till, card)["outcome"] for _ in range(30)] == ["approved"] * 30
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET day_told = %s", [LimitRule().terminal_day_told])
    assert balance(till, card)["code"] == "terminal_limit"
    assert gateway.pay(card.uid, 100).code == "ok"
    row = {"sequence": 900, "card": card.uid, "amount_fen": 100, "occurred_at": time.time()}
    assert gateway.send("upload", {"rows": [row]}).values["rows"][0]["code"] == "ok"


@pytest.mark.parametrize(
    ("name", "shown"), [("林小满", "林*满"), ("陈志", "陈*"), ("欧阳一鸣", "欧**鸣"), ("Amina Diallo", "A*** D***")]
)
def test_names_are_masked(name, shown):
    assert masked_name(name) == shown
