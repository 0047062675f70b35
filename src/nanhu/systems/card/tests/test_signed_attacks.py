"""Attacks on the gateway's door by signed requests: what was changed, replayed, borrowed or overheard moves no money."""

import time

import pytest

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal

START = 5000


@pytest.fixture
def till(campus):
    campus.top_up("student", START)
    yield SignedTerminal("N1001")
    assert ledger.check_ledger() == []
    assert receipt_differences() == []


def left(campus) -> int:
    return ledger.balance_of(campus.card("student").wallet_id)


def flipped(text: str, place: int = 0) -> str:
    """One bit of one character turned, so that it stays a character of the same kind where it can."""
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]


def test_the_same_request_again_is_told_the_same_bytes_and_pays_once(campus, till):
    uid = campus.card("student").uid
    first = till.pay(uid, 500, sequence=7)
    assert (first.code, first.values["balance_fen"]) == ("ok", START - 500)
    assert till.pay(uid, 500, sequence=7, clock=int(time.time()) - 200).body == first.body
    assert till.pay(uid, 501, sequence=7).code == "sequence_reused"
    assert left(campus) == START - 500


MONEY = ["payment", "hold", "meter", "release", "reversal", "refund", "upload"]


@pytest.mark.parametrize("kind", ["door", "load_kiosk", "reissue_kiosk", "self_service_kiosk"])
def test_the_key_of_a_door_or_a_kiosk_moves_no_money(campus, till, kind):
    """Such a machine has seen cards and codes: whoever holds its key must not be able to spend them."""
    thief, uid = SignedTerminal(place_device("ZZ901", kind, by=SYSTEM).terminal.number), campus.card("student").uid
    body = {"card": uid, "amount_fen": 500, "sequence": 1, "receipt": "1", "rows": []}
    for operation in MONEY:
        told = thief.send(operation, body, sequence=thief.next())
        assert (told.status, told.code) == (403, "terminal_unfit")
    assert left(campus) == START
    assert thief.send("hello").values["kind"] == kind


@pytest.mark.parametrize("header", ["nanhu-terminal", "nanhu-sequence", "nanhu-clock", "nanhu-signature"])
def test_a_bit_turned_in_a_signed_header_is_noticed(campus, till, header):
    uid = campus.card("student").uid
    body = b'{"card":"%s","amount_fen":500}' % uid.encode()
    clock = int(time.time())
    headers = till.headers("/terminal/v1/payment", body, "8", {"clock": clock})
    for place in range(len(headers[header])):
        told = till.send("payment", body, sequence=8, clock=clock, spoil={header: flipped(headers[header], place)})
        assert told.code in {"signature_wrong", "terminal_unknown"}
    assert left(campus) == START


def test_a_bit_turned_in_the_body_or_the_path_is_noticed(campus, till):
    uid = campus.card("student").uid
    body = b'{"card":"%s","amount_fen":500}' % uid.encode()
    for place in range(len(body)):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert till.send("payment", body, sequence=8, sent=changed).code == "signature_wrong"
    assert till.send("payment", body, sequence=8, path="/terminal/v1/hold").code == "signature_wrong"
    assert left(campus) == START
    assert not Receipt.objects.filter(sequence=8).exists()


def test_one_terminals_key_speaks_for_no_other(campus, till):
    thief = SignedTerminal("E3002")
    assert till.pay(campus.card("student").uid, 500, key=thief.key).code == "signature_wrong"
    thief.number = "N1001"
    assert thief.pay(campus.card("student").uid, 500).code == "signature_wrong"
    assert left(campus) == START


@pytest.mark.parametrize("offset", [-301, 301, -86_400, 86_400])
def test_a_clock_turned_back_or_forth_is_told_the_right_one(campus, till, offset, clock_stands):
    begun = time.time()
    told = till.pay(campus.card("student").uid, 500, clock=int(begun) + offset)
    assert (told.status, told.code) == (401, "clock_wrong")
    assert begun <= told.values["server_time"] <= time.time()
    assert left(campus) == START


@pytest.mark.parametrize("clock", ["", "-1", "1e9", "９", "9" * 13])
def test_a_clock_that_is_no_number_is_wrong(campus, till, clock):
    if clock.isascii():
        assert till.pay(campus.card("student").uid, 500, clock=clock).code == "clock_wrong"
    assert left(campus) == START


@pytest.mark.parametrize(
    ("fen", "code"),
    [
        (-1, "amount_invalid"),
        (-(2**63), "amount_invalid"),
        (0, "amount_invalid"),
        (2**31, "amount_too_large"),
        (2**63, "amount_too_large"),
        (2**64 + 500, "amount_too_large"),
        (10**60, "amount_too_large"),
        (START + 1, "balance_short"),
    ],
)
def test_no_amount_beyond_the_wallet_or_below_nothing(campus, till, fen, code):
    assert till.pay(campus.card("student").uid, fen).code == code
    assert left(campus) == START


def test_a_sequence_of_the_services_door_pays_nothing_and_the_other_way_round(campus, till):
    from nanhu.systems.card.devices.tests.asking import Device

    uid, device = campus.card("student").uid, Device("N1001")
    body = {"card": uid, "which": "meal", "amount_fen": 800, "pin": "00"}
    assert device.ask("limits/change", body, sequence=40)["code"] == "card.pin_unreadable"
    paid = till.pay(uid, 500, sequence=41)
    assert till.pay(uid, 500, sequence=40).code == "sequence_reused"
    assert till.send("reversal", {"sequence": 41}, sequence=40).code == "sequence_reused"
    assert till.send("reversal", {"sequence": 40}, sequence=42).code == "not_reversible"
    assert (
        till.send("refund", {"receipt": paid.values["receipt"], "amount_fen": 1}, sequence=40).code == "sequence_reused"
    )
    row = {"sequence": 40, "card": uid, "amount_fen": 300, "occurred_at": int(time.time()) - 5}
    assert till.send("upload", {"rows": [row]}).values["rows"][0]["code"] == "sequence_reused"
    assert till.send("query", {"sequence": 40}).code == "sequence_reused"
    assert device.ask("limits/change", body, sequence=41)["code"] == "sequence_reused"
    assert till.send("hello").values["last_sequence"] == 42
    assert left(campus) == START - 500


def test_hello_tells_how_far_the_list_of_refused_cards_has_come(campus, till):
    from django.db import connection

    from nanhu.systems.card.services.loss import report_lost
    from nanhu.systems.card.tests.conftest import SYSTEM

    before = till.send("hello").values["revocation_version"]
    report_lost(by=SYSTEM, card=campus.card("student"), reason="丢了")
    connection.check_constraints()
    assert till.send("hello").values["revocation_version"] > before
    assert till.pay(campus.card("student").uid, 1).code == "card_lost"


@pytest.mark.django_db(transaction=True)
def test_both_doors_asked_at_once_give_one_sequence_to_one_deed(transactional_db):
    """Two connections: a service was answered under the sequence and is not yet committed when a payment asks for it."""
    from nanhu.platforms.terminals.api import LoggedRequest
    from nanhu.systems.card.tests.conftest import bring_in_the_cast
    from nanhu.testing.races import amid

    campus = bring_in_the_cast()
    campus.top_up("student", START)

    def pay() -> str:
        try:
            return campus.pay("student", 500)
        except Exception as error:  # noqa: BLE001  the gateway asks once more after a unique violation
            return type(error).__name__

    told = {"operation": "test", "fingerprint": b"1" * 32, "status": 200, "answer": b"{}"}
    _first, second = amid(lambda: LoggedRequest.objects.create(terminal=campus.terminal, sequence=1, **told), pay)
    assert second in {"IntegrityError", "sequence_reused"}
    assert left(campus) == START
