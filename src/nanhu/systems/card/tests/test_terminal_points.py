"""The eight points of docs/protocols/terminal.md that are easily taken otherwise, each asked at the wire."""

import json
import re
import time

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal
from nanhu.platforms.terminals.wire import CLOCK_TOLERANCE_SECONDS, LARGEST_SEQUENCE
from nanhu.systems.card.devices.tests.asking import Device, place_device
from nanhu.systems.card.gateway.requests import EARLIEST_MOMENT
from nanhu.systems.card.models import Merchant, Price, Receipt, Till
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal
from nanhu.systems.card.tests.test_terminal_document import DOCUMENT

START_FEN = 20_000
NUMBERED = re.compile(r"^(\d)\. ", re.MULTILINE)


@pytest.fixture
def till(campus):
    campus.top_up("guest", START_FEN)
    return SignedTerminal("N1001")


def uid(campus) -> str:
    return campus.card("guest").uid


def left(campus) -> int:
    return ledger.balance_of(campus.card("guest").wallet_id)


def set_price(campus, **rule) -> None:
    facts = {"kind": "per_minute", "price_fen": 30, "per": 1, "unit": "分钟", "most_fen": 600, "minutes": 30} | rule
    Price.objects.create(terminal=campus.terminal, since=campus_today(), when_silent="full", **facts)


def test_the_document_lists_eight_and_each_has_a_test_here():
    points = DOCUMENT.split("## Eight points", 1)[1].split("\n## ", 1)[0]
    assert NUMBERED.findall(points) == list("12345678")
    assert [name[5] for name in globals() if re.match(r"test_\d", name)] == list("12345678")


def test_1_release_tells_the_true_price_and_a_refused_one_no_balance(campus, till):
    set_price(campus)
    assert till.send("hold", {"card": uid(campus), "amount_fen": 600}, sequence=50).values["hold_until"]
    refused = {601: "amount_too_large", 100: "price_wrong"}
    for place, (fen, code) in enumerate(refused.items(), start=51):
        told = till.send("release", {"sequence": 50, "amount_fen": fen}, sequence=place)
        assert (told.status, told.code) == (200, code)
        assert not {"balance_fen", "released_fen"} & told.values.keys()
    for nothing in (-1, 1.5, None, "90"):
        assert till.send("release", {"sequence": 50, "amount_fen": nothing}, sequence=60).code == "malformed"
    assert left(campus) == START_FEN - 600
    told = till.send("release", {"sequence": 50, "amount_fen": 210}, sequence=60)
    facts = ("code", "amount_fen", "released_fen", "balance_fen")
    assert [told.values[name] for name in facts] == ["ok", 210, 390, START_FEN - 210]
    late = till.send("release", {"sequence": 50, "amount_fen": 0}, sequence=61).values
    assert (late["code"], late["amount_fen"], "balance_fen" in late) == ("hold_settled", 210, False)
    till.send("hold", {"card": uid(campus), "amount_fen": 600}, sequence=70)
    free = till.send("release", {"sequence": 70, "amount_fen": 0}, sequence=71).values
    assert (free["amount_fen"], free["released_fen"]) == (0, 600)
    assert "amount_fen" not in till.send("release", {"sequence": 70, "amount_fen": 30}, sequence=72).values


def test_2_refund_takes_any_slip_of_the_merchant_in_parts_and_never_more(campus, till):
    """On line, stored and released; by another terminal of the merchant than the one that sold."""
    till.pay(uid(campus), 1000, sequence=1)
    row = {"sequence": 2, "card": uid(campus), "amount_fen": 800, "occurred_at": time.time()}
    stored = till.send("upload", {"rows": [row]}).values["rows"][0]["receipt"]
    set_price(campus)
    till.send("hold", {"card": uid(campus), "amount_fen": 600}, sequence=3)
    released = till.send("release", {"sequence": 3, "amount_fen": 300}, sequence=4).values["receipt"]
    sold = till.send("query", {"sequence": 1}).values["receipt"]
    Till.objects.filter(terminal__number="E3002").update(merchant=Merchant.objects.get(key="n1.rice"))
    other = SignedTerminal("E3002")
    for receipt, fen in ((sold, 1000), (stored, 800), (released, 300)):
        part = other.send("refund", {"receipt": receipt, "amount_fen": fen - 100}, sequence=other.next()).values
        assert (part["code"], part["amount_fen"]) == ("ok", fen - 100)
        more = other.send("refund", {"receipt": receipt, "amount_fen": 101}, sequence=other.next()).values
        assert (more["code"], more["amount_fen"]) == ("refund_too_large", 100)
        assert other.send("refund", {"receipt": receipt, "amount_fen": 100}, sequence=other.next()).code == "ok"
        none = other.send("refund", {"receipt": receipt, "amount_fen": 1}, sequence=other.next()).values
        assert (none["code"], "amount_fen" in none) == ("refund_too_large", False)
    assert till.send("reversal", {"sequence": 1}, sequence=5).code == "already_refunded"
    assert left(campus) == START_FEN


def test_3_hello_counts_both_doors_and_has_the_members_of_the_document(campus, till):
    set_price(campus)
    shown = json.loads(DOCUMENT.split("### hello", 1)[1].split("```json\n", 1)[1].split("```", 1)[0])
    told = till.send("hello", clock=1).values
    assert shape(told) == shape(shown)
    till.pay(uid(campus), 100, sequence=41)
    assert "code" not in Device("N1001").ask("day/total", {"day": campus_today().isoformat()}, sequence=44)
    assert till.send("hello").values["last_sequence"] == 44
    assert till.send("query", {"sequence": 44}).code == "sequence_reused"


def shape(values):
    return {name: shape(one) for name, one in values.items()} if isinstance(values, dict) else type(values) is str


def test_4_nanhu_sequence_is_looked_at_only_where_one_is_used(campus, till):
    till.pay(uid(campus), 100, sequence=7)
    asked = {
        "hello": {},
        "query": {"sequence": 7},
        "meter": {"sequence": 7, "amount_fen": 1},
        "revocations": {"since": 0},
        "upload": {"rows": [{"sequence": 8, "card": uid(campus), "amount_fen": 100, "occurred_at": time.time()}]},
    }
    for operation, body in asked.items():
        for header in ("0", "", "-1", "nonsense", LARGEST_SEQUENCE):
            assert till.send(operation, body, sequence=header).status == 200, (operation, header)
    assert till.send("hello").values["last_sequence"] == 8
    using = {
        "payment": {"card": uid(campus), "amount_fen": 100},
        "hold": {"card": uid(campus), "amount_fen": 100},
        "release": {"sequence": 7, "amount_fen": 1},
        "reversal": {"sequence": 7},
        "refund": {"receipt": "1", "amount_fen": 1},
    }
    for operation, body in using.items():
        for header in ("0", "", "+9", "-1", "9.0", "1e3", LARGEST_SEQUENCE + 1, 2_000_000):
            told = till.send(operation, body, sequence=header)
            assert (told.status, told.code) == (400, "sequence_invalid"), (operation, header)
    assert Receipt.objects.filter(terminal=campus.terminal).count() == 2


@pytest.mark.usefixtures("clock_stands")
def test_5_far_clocks_are_refused_at_the_door_and_a_rows_future_is_now(campus, till):
    edge = int(time.time())
    for off in (-CLOCK_TOLERANCE_SECONDS - 1, CLOCK_TOLERANCE_SECONDS + 1, 10**10):
        told = till.pay(uid(campus), 100, sequence=1, clock=edge + off)
        assert (told.status, told.code, told.values["server_time"] >= edge) == (401, "clock_wrong", True)
    assert [till.pay(uid(campus), 100, sequence=n, clock=edge + off).code for n, off in ((1, -299), (2, 300))] == [
        "ok"
    ] * 2
    for sequence, moment in enumerate((edge + 3600, 2**33 + 1, 1_764_039_000_000, 1e300), start=10):
        row = {"sequence": sequence, "card": uid(campus), "amount_fen": 100, "occurred_at": moment}
        assert till.send("upload", {"rows": [row]}).values["rows"][0]["code"] == "ok", moment
        posted = Receipt.objects.get(sequence=sequence)
        assert posted.occurred_at <= posted.posted_at
    for sequence, moment in enumerate((1_577_836_800, -1), start=30):
        row = {"sequence": sequence, "card": uid(campus), "amount_fen": 100, "occurred_at": moment}
        assert till.send("upload", {"rows": [row]}).values["rows"][0]["code"] == "offline_too_old", moment
        assert Receipt.objects.get(sequence=sequence).occurred_at.timestamp() == EARLIEST_MOMENT
    for moment in (True, "1764039000", None):
        row = {"sequence": 20, "card": uid(campus), "amount_fen": 100, "occurred_at": moment}
        assert till.send("upload", {"rows": [row]}).code == "malformed", moment


def test_6_off_terminals_are_told_so_and_their_rows_were_not_recorded(campus, till):
    before = till.pay(uid(campus), 100, sequence=1).body
    Terminal.objects.filter(number="N1001").update(state="off")
    assert till.pay(uid(campus), 100, sequence=1).body == before
    hello = till.send("hello").values
    assert (hello["code"], abs(hello["server_time"] - time.time()) < CLOCK_TOLERANCE_SECONDS) == ("terminal_off", True)
    rows = [{"sequence": 2, "card": uid(campus), "amount_fen": 100, "occurred_at": time.time()}]
    told = till.send("upload", {"rows": rows}).values["rows"][0]
    assert (told["code"], "receipt" in told, "balance_fen" in told) == ("terminal_off", False, False)
    assert not Receipt.objects.filter(sequence=2).exists()
    Terminal.objects.filter(number="N1001").update(state="on")
    assert till.send("upload", {"rows": rows}).values["rows"][0]["code"] == "ok"


def test_7_foreign_receipts_are_refused_in_the_words_of_none(campus, till):
    receipt = till.pay(uid(campus), 1000, sequence=1).values["receipt"]
    stranger = SignedTerminal("E3002")

    def told(number: str) -> dict:
        values = stranger.send("refund", {"receipt": number, "amount_fen": 500}, sequence=stranger.next()).values
        return {name: value for name, value in values.items() if name not in {"sequence", "receipt", "posted_at"}}

    assert told(receipt) == told("999999999999")
    assert told(receipt)["code"] == "sale_unknown"
    assert stranger.send("query", {"sequence": 1}).values["outcome"] == "unknown"
    assert stranger.send("reversal", {"sequence": 1}, sequence=stranger.next()).code == "nothing_to_reverse"
    assert left(campus) == START_FEN - 1000


def test_8_two_statuses_of_one_code_are_those_of_the_document(campus, till):
    till.pay(uid(campus), 100, sequence=1)
    again = till.pay(uid(campus), 200, sequence=1)
    assert (again.status, again.code) == (409, "sequence_reused")
    row = {"sequence": 1, "card": uid(campus), "amount_fen": 100, "occurred_at": time.time()}
    upload = till.send("upload", {"rows": [row]})
    assert (upload.status, upload.values["rows"][0]["code"]) == (200, "sequence_reused")
    door = Device("N1001")
    door.ask("day/total", {"day": campus_today().isoformat()}, sequence=2)
    asked = till.send("query", {"sequence": 2})
    assert (asked.status, asked.code) == (200, "sequence_reused")
    kiosk = place_device("K1001", "reissue_kiosk", by=SYSTEM)
    sent = SignedTerminal("K1001").pay(uid(campus), 100)
    assert (sent.status, sent.code) == (403, "terminal_unfit")
    assert kiosk.send("day/total", json.dumps({"day": campus_today().isoformat()}).encode(), 1).status_code == 200
    assert kiosk.ask("day/total", {"day": campus_today().isoformat()})["code"] == "terminal_unfit"
    assert left(campus) == START_FEN - 100
