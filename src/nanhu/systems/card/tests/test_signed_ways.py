"""What may pay and what may not, asked of the gateway by signed requests: pay codes, keys in rotation, lost and replaced cards."""

import time
from datetime import datetime, timedelta
from datetime import time as clock

import pytest
from django.db.models import F

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import NextKey, begin_rotation
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.services.devices import end_device
from nanhu.systems.card.codes.tests.test_codes import Phone
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.models import Spent
from nanhu.systems.card.pins.models import WalletLimit
from nanhu.systems.card.pins.tests.conftest import PINS, identify
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal, TestConnection

START = 5000


@pytest.fixture
def till(campus):
    campus.top_up("student", START)
    yield SignedTerminal("N1001")
    assert ledger.check_ledger() == []
    assert receipt_differences() == []


def left(campus) -> int:
    return ledger.balance_of(campus.card("student").wallet_id)


@pytest.mark.capability("A089.2")
def test_a_pay_code_pays_once_and_the_same_request_is_told_the_same(campus, till):
    code = Phone(campus).code()
    first = till.pay(code, 500, sequence=5)
    assert (first.code, first.values["balance_fen"]) == ("ok", START - 500)
    assert till.pay(code, 500, sequence=5).body == first.body
    assert till.pay(code, 500, sequence=6).code == "code_used"
    assert SignedTerminal("E3002").pay(code, 500, sequence=5).code == "code_used"
    assert left(campus) == START - 500


@pytest.mark.capability("A089.1")
def test_a_scan_at_a_till_asks_two_statements_more_than_a_card(campus, till, monkeypatch):
    """What its second is made of: one request, decided in it; how long that takes `make bench ONLY=codes` says."""
    asked, rows = [], TestConnection.rows

    async def counted(self, statement, parameters):
        asked.append(statement)
        return await rows(self, statement, parameters)

    monkeypatch.setattr(TestConnection, "rows", counted)
    phone, uid = Phone(campus), campus.card("student").uid

    def statements(card):
        asked.clear()
        assert till.pay(card, 100).code == "ok"
        return len(asked)

    statements(uid)
    of_card = statements(uid)
    assert of_card <= 5
    assert [statements(phone.code()) - of_card for _each in range(3)] == [2, 2, 2], (
        "whose phone, and that it counts once"
    )


@pytest.mark.capability("A089.3", "A089.4")
@pytest.mark.parametrize(
    ("kind", "ago", "code"), [("pay", 90, "code_expired"), ("pay", -90, "code_expired"), ("door", 0, "code_wrong")]
)
def test_an_old_code_and_the_code_of_a_door_pay_nothing(campus, till, kind, ago, code):
    assert till.pay(Phone(campus).code(kind, ago=ago), 500).code == code
    assert left(campus) == START


@pytest.mark.capability("A088.3")
def test_a_phone_that_was_switched_off_pays_no_more(campus, till):
    phone = Phone(campus)
    code = phone.code()
    end_device(by=campus.actor("student"), device=phone.device, ending=CodeDevice.Ending.LOST)
    assert till.pay(code, 500).code == "code_revoked"
    assert till.pay(code[:-1] + ("0" if code[-1] != "0" else "1"), 500).code == "code_wrong"
    assert left(campus) == START


def test_the_old_key_is_good_until_the_new_one_was_used_and_then_no_more(campus, till):
    uid = campus.card("student").uid
    following = begin_rotation(by=SYSTEM, number="N1001", window=timedelta(days=7), reason="每年一换")
    NextKey.objects.update(opens_at=F("opens_at") - timedelta(hours=1))  # now() in a test is when its transaction began
    assert till.pay(uid, 100).code == "ok"
    assert till.send("hello").values["new_key"]["version"] == following.version
    renewed = SignedTerminal("N1001", key=following.key)
    assert renewed.pay(uid, 100, sequence=7).code == "ok"
    assert till.pay(uid, 100).code == "signature_wrong"
    assert renewed.pay(uid, 100, sequence=8).code == "ok"
    assert left(campus) == START - 300


@pytest.mark.capability("A121.1")
def test_a_replaced_card_pays_nothing_and_the_new_one_what_it_holds(campus, till):
    old = campus.card("student")
    new = reissue(by=campus.actor("clerk"), card=old, reason="lost", fee_fen=0, at="柜台", key="form")
    assert till.pay(old.uid, 100).code == "card_replaced"
    refused = till.pay(new.uid, 100)
    assert (refused.code, refused.values["balance_fen"]) == ("balance_short", 0)
    campus.top_up("student", 700, form="second")
    assert till.pay(new.uid, 100).values["balance_fen"] == 600


@pytest.mark.capability("A113.2", "A117.1")
def test_a_card_reported_lost_is_refused_by_the_very_next_request(campus, till):
    card = campus.card("student")
    assert till.pay(card.uid, 100).code == "ok"
    page = campus.client("student")
    assert page.post("/card/report-lost/", {"confirm": "1"}).status_code in {200, 302}
    told = till.pay(card.uid, 100)
    assert (told.code, told.values["sentence"]) == ("card_lost", "此卡已挂失，不能使用")
    assert left(campus) == START - 100


@pytest.mark.capability("A124.1", "A124.2", "A134.3")
def test_the_day_counts_every_meal_and_each_meal_begins_anew(campus, till, monkeypatch):
    """At hours of the school's file: ¥50 a meal, here ¥80 a day. The first fen above either asks for the PIN, wherever it is eaten."""
    identify(campus)
    set_up_merchants(
        by=SYSTEM,
        merchants=[MerchantOrder(key="n.north", name="北院窗口", canteen="北院食堂")],
        terminals=[TerminalOrder(number="B1001", merchant_key="n.north")],
    )
    card = campus.card("student")
    campus.top_up("student", 10_000, form="second")
    WalletLimit.objects.create(wallet_id=card.wallet_id, daily_fen=8000, changed_at=now())

    def pay(at: clock, fen: int, one=till, pin: str = "") -> tuple[str, str]:
        moment = datetime.combine(campus_today(), at, CAMPUS_ZONE).timestamp()
        monkeypatch.setattr(time, "time", lambda: moment)
        sequence = one.next()
        typed = {"pin": seal_pin_block(one.key, one.number, str(sequence), pin)} if pin else {}
        told = one.send("payment", {"card": card.uid, "amount_fen": fen, **typed}, sequence=sequence)
        return told.code, told.values.get("limit", "")

    assert pay(clock(8), 4900) == ("ok", "")
    assert pay(clock(8, 30), 101) == ("pin_required", "meal")
    before, wrong = left(campus), "999999"
    assert [pay(clock(8, 30), fen, pin=wrong) for fen in (101, 1)] == [("pin_wrong", "")] * 2
    assert left(campus) == before, "neither what was asked of nor what needed none"
    assert pay(clock(8, 30), 101, pin=PINS["student"]) == ("ok", "")
    assert pay(clock(8, 30), 1) == ("pin_required", "meal"), "it was for that sale alone"
    assert pay(clock(12), 2899) == ("ok", "")
    assert pay(clock(18), 101) == ("pin_required", "daily"), "what was paid with the PIN counts as well"
    assert pay(clock(18), 100) == ("ok", "")
    north = SignedTerminal("B1001")
    assert pay(clock(22), 1, north) == ("pin_required", "daily"), "of a canteen without a meal then"
    assert pay(clock(22), 1, north, PINS["student"]) == ("ok", "")


@pytest.mark.capability("A134.3")
def test_each_canteen_has_its_own_meals_and_a_sale_counts_for_the_meal_served_there(campus, till, monkeypatch):
    """At half past two lunch is still served in 南院一食堂 and over in 北院食堂 (the school's file): there only the day counts."""
    set_up_merchants(
        by=SYSTEM,
        merchants=[MerchantOrder(key="n.north", name="北院窗口", canteen="北院食堂")],
        terminals=[TerminalOrder(number="B1001", merchant_key="n.north")],
    )
    moment = datetime.combine(campus_today(), clock(14, 30), CAMPUS_ZONE).timestamp()
    monkeypatch.setattr(time, "time", lambda: moment)
    north, uid = SignedTerminal("B1001"), campus.card("student").uid
    told = [one.send("hello").values for one in (till, north)]
    assert [one["meal_name"] for one in told] == ["lunch", ""]
    assert told[1]["meals"] == [
        {"meal": 1, "starts": "06:00", "ends": "09:30"},
        {"meal": 2, "starts": "10:30", "ends": "14:00"},
        {"meal": 3, "starts": "16:30", "ends": "20:00"},
    ], "by which it counts without a network"
    assert (len(told[0]["meals"]), told[0]["meals"][-1]["ends"]) == (4, "24:00")
    assert [one.pay(uid, fen).code for one, fen in ((till, 300), (north, 200))] == ["ok", "ok"]
    assert set(Spent.objects.values_list("meal", "fen")) == {(2, 300), (0, 200)}
    late = {"card": uid, "occurred_at": moment - 60}
    for one, fen in ((till, 30), (north, 20)):
        told = one.send("upload", {"rows": [late | {"sequence": one.next(), "amount_fen": fen}]}).values
        assert [row["code"] for row in told["rows"]] == ["ok"]
    assert set(Spent.objects.values_list("meal", "fen")) == {(2, 330), (0, 220)}, "also what was sold without network"
