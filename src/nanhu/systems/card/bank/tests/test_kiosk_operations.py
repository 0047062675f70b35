"""Loads and agreements as a kiosk asks for them: real signed HTTP at the services door, a real bank behind it."""

import json
from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.platforms.payments import accounts
from nanhu.platforms.payments import api as payments
from nanhu.platforms.payments.adapters import open_wire
from nanhu.platforms.payments.errors import IdentityMissingError
from nanhu.platforms.payments.models import Agreement
from nanhu.platforms.people.models import Person
from nanhu.systems.card.bank.models import Load
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, ID_NUMBERS, PHONES, drive
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.pins.services.changing import change_pin
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import SYSTEM


@pytest.fixture
def kiosk(campus):
    return place_device("KL001", "load_kiosk", by=SYSTEM)


def with_pin(campus, kiosk, operation, part="student", pin=None, **body):
    sequence = kiosk.next_sequence()
    digits = pin or ID_NUMBERS[part][-6:].replace("X", "0")
    block = seal_pin_block(bytes.fromhex(kiosk.terminal.key), kiosk.terminal.number, sequence, digits)
    return kiosk.ask(operation, {"card": campus.card(part).uid, "pin": block, **body}, sequence=sequence)


def sign(campus, kiosk, part="student", **body):
    return with_pin(campus, kiosk, "agreement/sign", part, **{"bank_card": CARDS[part], **body})


def look(campus, kiosk, part="student"):
    return kiosk.ask("agreement/look", {"card": campus.card(part).uid}, sequence=0)


@pytest.mark.capability("A142.2", "A142.3")
def test_signing_shows_the_banks_verdict_and_is_changed_and_cancelled_at_the_kiosk(campus, kiosk, bank):
    assert sign(campus, kiosk, bank_card=CARDS["teacher"])["outcome"] == "approved"
    assert look(campus, kiosk)["sentence"] == "姓名、证件号、卡号、预留手机号四项不一致"
    assert look(campus, kiosk)["state"] == "refused"
    sign(campus, kiosk)
    assert [look(campus, kiosk)[name] for name in ("state", "bank", "tail")] == ["active", "农业银行", "8018"]
    bank.add_customer("林小满", ID_NUMBERS["student"], "13907300000", "6228480088888888117")
    assert with_pin(campus, kiosk, "agreement/change", bank_card="6228480088888888117")["outcome"] == "approved"
    assert look(campus, kiosk)["tail"] == "8117"
    drive(2)
    assert with_pin(campus, kiosk, "agreement/cancel")["state"] == "cancelled"
    assert with_pin(campus, kiosk, "load/begin", amount_fen=5000)["code"] == "bank.no_agreement"


@pytest.mark.capability("A117.1")
def test_a_kiosk_does_nothing_with_a_card_that_was_reported_lost(campus, kiosk):
    """Whoever has it may know its PIN."""
    report_lost(by=SYSTEM, card=campus.card("student"), reason="掉了")
    wanted = {
        "agreement/sign": {"bank_card": CARDS["student"]},
        "agreement/cancel": {},
        "load/begin": {"amount_fen": 5000},
        "claim/begin": {},
    }
    told = {operation: with_pin(campus, kiosk, operation, **said)["code"] for operation, said in wanted.items()}
    assert told == dict.fromkeys(wanted, "card_lost")
    assert look(campus, kiosk)["code"] == "card_lost"


@pytest.mark.capability("A142.2")
def test_whose_bank_answers_late_still_sees_which_card_it_took(campus, kiosk, bank):
    bank.fault("sign", "silent_after")
    sign(campus, kiosk)
    assert look(campus, kiosk)["state"] == "asked"
    Agreement.objects.update(created_at=now() - timedelta(minutes=20))
    drive(2)
    assert (look(campus, kiosk)["state"], look(campus, kiosk)["tail"]) == ("active", "8018")


@pytest.mark.capability("A142.2")
@pytest.mark.parametrize(
    "wrong",
    [
        ("6228480088888888216", "林小蛮", "student", "13907300000"),
        ("6228480088888888224", "林小满", "teacher", "13907300000"),
        ("6228480088888888232", "林小满", "student", "13900000000"),
    ],
    ids=["name", "document", "phone"],
)
def test_each_of_the_four_factors_alone_is_enough_to_refuse(campus, kiosk, bank, wrong):
    bank_card, name, part, phone = wrong
    bank.add_customer(name, ID_NUMBERS[part], phone, bank_card)
    sign(campus, kiosk, bank_card=bank_card)
    assert (look(campus, kiosk)["state"], look(campus, kiosk)["sentence"]) == (
        "refused",
        "姓名、证件号、卡号、预留手机号四项不一致",
    )
    assert with_pin(campus, kiosk, "load/begin", amount_fen=5000)["code"] == "bank.no_agreement"


@pytest.mark.capability("A142.1")
def test_the_school_sends_the_bank_all_four_as_they_stand_on_record(campus, kiosk, monkeypatch):
    """Read off the line: the holder types the card's number alone; name, document and phone are the register's."""
    sent, really = [], open_wire.exchange

    def overheard(address, path, headers, body, timeout):
        sent.append((path, json.loads(body)))
        return really(address, path, headers, body, timeout)

    monkeypatch.setattr(open_wire, "exchange", overheard)
    assert sign(campus, kiosk, bank_card=CARDS["student"])["outcome"] == "approved"
    assert look(campus, kiosk)["state"] == "active"
    [told] = [body for path, body in sent if path.endswith("/sign")]
    assert {told[name] for name in ("name", "id_number", "card_number", "phone")} == {
        "林小满",
        ID_NUMBERS["student"],
        CARDS["student"],
        PHONES["student"],
    }
    assert (told["name"], told["card_number"]) == ("林小满", CARDS["student"])


@pytest.mark.capability("A142.1")
def test_of_whom_one_of_the_four_is_not_on_record_the_bank_is_not_asked(campus, kiosk):
    Person.objects.filter(pk=campus.persons["student"]).update(phone=None, phone_index=None)
    assert sign(campus, kiosk)["code"] == IdentityMissingError.code
    assert not Agreement.objects.exists()


@pytest.mark.capability("A139.1")
def test_a_load_leaves_the_bank_and_reaches_the_card(campus, kiosk):
    sign(campus, kiosk)
    begun = with_pin(campus, kiosk, "load/begin", amount_fen=5000)
    assert (begun["outcome"], begun["state"]) == ("approved", "asked")
    drive()
    seen = kiosk.ask("load/look", {"order": begun["order"]}, sequence=0)
    assert (seen["state"], seen["amount_fen"], seen["is_ended"]) == ("credited", 5000, False)
    credit(
        by=SYSTEM,
        wallet=campus.card("student").wallet,
        source="subsidy",
        amount_fen=300,
        key="beside",
        from_account_id=accounts.clearing_account(payments.Channel.objects.get(kind="bank")),
    )
    claim = kiosk.ask("load/claim", {"order": begun["order"]})
    assert (claim["amount_fen"], [one["source"] for one in claim["items"]]) == (5000, ["load"])
    finish(kiosk, claim, is_written=True)
    ended = kiosk.ask("load/finish", {"order": begun["order"]})
    assert (ended["state"], ended["is_ended"]) == ("written", True)
    assert kiosk.ask("load/claim", {"order": begun["order"]})["code"] == "bank.load_not_ready"
    assert campus.bank_balance("student") == BEGINNING_FEN - 5000
    assert receipt_differences() == []


@pytest.mark.capability("A139.1", "A139.2")
def test_a_write_that_fails_leaves_an_unclaimed_load_and_no_money_is_lost(campus, kiosk):
    sign(campus, kiosk)
    order = with_pin(campus, kiosk, "load/begin", amount_fen=5000)["order"]
    drive()
    claim = kiosk.ask("load/claim", {"order": order})
    finish(kiosk, claim, is_written=False)
    assert kiosk.ask("load/finish", {"order": order})["state"] == "credited"
    assert loads.held_fen(campus.card("student")) == 5000
    with time_machine.travel(now() + timedelta(minutes=11)):
        left = kiosk.ask("load/finish", {"order": order})
    assert (left["state"], left["is_ended"]) == ("unclaimed", True)
    again = kiosk.ask("load/claim", {"order": order})
    finish(kiosk, again, is_written=True)
    assert kiosk.ask("load/finish", {"order": order})["state"] == "written"
    assert loads.held_fen(campus.card("student")) == 5000
    assert campus.bank_balance("student") == BEGINNING_FEN - 5000


def finish(kiosk, claim, *, is_written):
    assert kiosk.ask("claim/finish", {"claim": claim["claim"], "is_written": is_written})["outcome"] == "approved"


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        pytest.param("agreement/sign", {"bank_card": CARDS["student"]}, marks=pytest.mark.capability("A142.1")),
        pytest.param("agreement/change", {"bank_card": CARDS["teacher"]}, marks=pytest.mark.capability("A142.3")),
        pytest.param("agreement/cancel", {}, marks=pytest.mark.capability("A142.3")),
        pytest.param("load/begin", {"amount_fen": 5000}, marks=pytest.mark.capability("A139.1")),
    ],
)
def test_a_wrong_pin_asks_the_bank_nothing(campus, kiosk, bank, operation, body):
    if operation != "agreement/sign":
        sign(campus, kiosk)
    before = list(Agreement.objects.values_list("tail", "state"))
    first = ID_NUMBERS["student"][-6:].replace("X", "0")
    change_pin(by=SYSTEM, card=campus.card("student"), kind="enquiry", old=first, new="739250", at="KL001")
    for wrong in ("999999", "739250"):
        said = with_pin(campus, kiosk, operation, pin=wrong, **body)
        assert (said["outcome"], said["code"]) == ("refused", "card.pin_wrong"), "nor the one for enquiries"
    assert list(Agreement.objects.values_list("tail", "state")) == before
    assert Load.objects.count() == 0


@pytest.mark.capability("A139.1")
def test_a_begin_repeated_is_one_order(campus, kiosk):
    sign(campus, kiosk)
    sequence = kiosk.next_sequence()
    block = seal_pin_block(
        bytes.fromhex(kiosk.terminal.key), kiosk.terminal.number, sequence, ID_NUMBERS["student"][-6:].replace("X", "0")
    )
    body = {"card": campus.card("student").uid, "pin": block, "amount_fen": 5000}
    first = kiosk.ask("load/begin", body, sequence=sequence)
    assert kiosk.ask("load/begin", body, sequence=sequence) == first
    drive()
    assert campus.bank_balance("student") == BEGINNING_FEN - 5000


@pytest.mark.capability("A139.1")
def test_what_the_bank_never_took_ends_at_the_kiosk_and_says_so(campus, kiosk, bank):
    sign(campus, kiosk)
    bank.fault("debit", "silent_before")
    order = with_pin(campus, kiosk, "load/begin", amount_fen=5000)["order"]
    drive()
    seen = kiosk.ask("load/look", {"order": order}, sequence=0)
    assert (seen["state"], seen["sentence"], seen["is_ended"]) == ("unknown", "银行没有答复，正在查询", False)
    drive(10)
    seen = kiosk.ask("load/look", {"order": order}, sequence=0)
    assert (seen["state"], seen["sentence"], seen["is_ended"]) == ("reversed", "银行未扣款，或已退回银行卡", True)
    assert kiosk.ask("load/claim", {"order": order})["code"] == "bank.load_not_ready"


@pytest.mark.capability("A139.1")
def test_another_kiosk_neither_sees_nor_claims_it(campus, kiosk):
    sign(campus, kiosk)
    order = with_pin(campus, kiosk, "load/begin", amount_fen=5000)["order"]
    other = place_device("KL002", "load_kiosk", by=SYSTEM)
    assert other.ask("load/look", {"order": order}, sequence=0)["code"] == "bank.load_not_found"
    assert other.ask("load/claim", {"order": order})["code"] == "bank.load_not_found"
    assert other.ask("load/finish", {"order": order})["code"] == "bank.load_not_found"
    till = place_device("PS001", "pos", by=SYSTEM)
    assert with_pin(campus, till, "load/begin", amount_fen=5000)["outcome"] != "approved"
    assert Load.objects.count() == 1


@pytest.mark.capability("A142.2")
def test_whoever_knows_a_cards_number_is_not_told_which_bank_card_it_is(campus, kiosk, bank):
    """Only while the kiosk waits for what came of the PIN that was just typed."""
    sign(campus, kiosk)
    assert look(campus, kiosk)["tail"] == "8018"
    with time_machine.travel(now() + timedelta(minutes=4)):
        assert look(campus, kiosk)["tail"] == "8018"
    with time_machine.travel(now() + timedelta(minutes=6)):
        assert look(campus, kiosk) == {"outcome": "approved", "state": "active", "sentence": "成功"}
    payments.Agreement.objects.update(source=payments.Agreement.Source.WEB)
    assert "tail" not in look(campus, kiosk)
