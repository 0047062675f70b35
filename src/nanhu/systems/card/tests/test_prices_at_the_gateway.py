"""Each kind of merchant reckons as the card office set it on the page, and a terminal is held to it at the gateway (A099)."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.jobs import end_holds
from nanhu.systems.card.models import Hold
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal

START = 20_000
PAGE = "/card/counter/prices/"
PER_MINUTE = {"kind": "per_minute", "price": "0.30", "unit": "分钟", "most": "6", "minutes": "30"}
PLACES = {
    "食堂": {"kind": "amount"},
    "淋浴": PER_MINUTE,
    "洗衣": {"kind": "fixed", "price": "4"},
    "开水": {"kind": "per_unit", "price": "0.05", "per": "2", "unit": "升", "most": "2"},
    "用水": {"kind": "per_unit", "price": "2.50", "unit": "吨", "most": "20"},
    "用电": {"kind": "per_unit", "price": "0.60", "unit": "度", "most": "30"},
    "机房": {"kind": "per_minute", "price": "1", "per": "60", "unit": "分钟", "most": "8", "minutes": "240"},
    "医院": {"kind": "amount"},
    "超市": {"kind": "amount"},
}


@pytest.fixture
def street(campus):
    """One window of each kind, none with a price."""
    campus.top_up("guest", START)
    windows = [(name, f"P{place}001") for place, name in enumerate(PLACES, start=1)]
    set_up_merchants(
        by=SYSTEM,
        merchants=[MerchantOrder(key=f"kind.{number}", name=name, canteen="后勤") for name, number in windows],
        terminals=[TerminalOrder(number=number, merchant_key=f"kind.{number}") for _name, number in windows],
    )
    return dict(windows)


def set_price(campus, number: str, rule: dict[str, str]) -> None:
    form = {
        "number": number,
        "since": f"{campus_today()}",
        "price": "",
        "per": "1",
        "unit": "",
        "most": "",
        "minutes": "60",
        "when_silent": "full",
        "reason": "后勤处通知",
        **rule,
    }
    assert campus.client("clerk").post(PAGE, form).status_code == 302


def sells_as_keyed_in(device: SignedTerminal, uid: str) -> int:
    assert device.pay(uid, 1230).code == "ok"
    assert device.send("hold", {"card": uid, "amount_fen": 100}, sequence=device.next()).code == "hold_not_here"
    return 1230


def sells_at_its_price(device: SignedTerminal, uid: str) -> int:
    price = device.send("hello").values["price"]["price_fen"]
    assert [device.pay(uid, fen).code for fen in (price - 1, price + 1, 1)] == ["price_wrong"] * 3
    assert device.pay(uid, price).code == "ok"
    return price


def holds_and_releases(device: SignedTerminal, uid: str) -> int:
    """The most at the start, the true price at the end: seven units begun; what was held beyond it comes back at once."""
    rule = device.send("hello").values["price"]
    most, true = rule["most_fen"], 7 * rule["price_fen"]
    assert device.send("hold", {"card": uid, "amount_fen": most + 1}, sequence=device.next()).code == "amount_too_large"
    started = device.next()
    held = device.send("hold", {"card": uid, "amount_fen": most}, sequence=started)
    assert (held.code, "hold_until" in held.values) == ("ok", True)
    done = device.send("release", {"sequence": started, "amount_fen": true}, sequence=device.next())
    assert (done.code, done.values["amount_fen"], done.values["released_fen"]) == ("ok", true, most - true)
    assert done.values["balance_fen"] == held.values["balance_fen"] + most - true
    again = device.send("release", {"sequence": started, "amount_fen": 0}, sequence=device.next())
    assert again.code == "hold_settled"
    return true


OBEYED = {
    "amount": sells_as_keyed_in,
    "fixed": sells_at_its_price,
    "per_unit": holds_and_releases,
    "per_minute": holds_and_releases,
}


@pytest.mark.capability("A099.1")
@pytest.mark.parametrize("name", PLACES)
def test_each_kind_of_window_reckons_as_the_page_says(campus, street, name):
    rule, device, uid = PLACES[name], SignedTerminal(street[name]), campus.card("guest").uid
    assert device.send("hello").values["price"] is None
    set_price(campus, street[name], rule)
    assert street[name] in campus.client("clerk").get(PAGE).content.decode()
    told = device.send("hello").values["price"]
    assert (told["kind"], told["unit"]) == (rule["kind"], rule.get("unit", ""))
    assert told["per"] == int(rule.get("per", 1))
    spent = OBEYED[rule["kind"]](device, uid)
    assert ledger.balance_of(campus.card("guest").wallet_id) == START - spent
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


@pytest.mark.capability("A099.2")
def test_what_falls_silent_ends_by_itself_at_what_was_metered_or_in_full_as_its_price_says(campus, street):
    set_price(campus, street["淋浴"], PER_MINUTE | {"when_silent": "metered"})
    set_price(campus, street["用水"], PLACES["用水"])
    uid = campus.card("guest").uid
    for name, used in (("淋浴", 120), ("用水", 250)):
        device = SignedTerminal(street[name])
        started = device.next()
        assert device.send("hold", {"card": uid, "amount_fen": 500}, sequence=started).code == "ok"
        assert device.send("meter", {"sequence": started, "amount_fen": used}).code == "ok"
    Hold.objects.update(ends_at=now() - timedelta(hours=1))
    assert end_holds() == 2
    assert ledger.balance_of(campus.card("guest").wallet_id) == START - 120 - 500
    assert end_holds() == 0
    assert receipt_differences() == []


@pytest.mark.capability("A099.2")
def test_a_release_is_in_whole_units_or_all_that_was_held(campus, street):
    """¥ 0.30 a minute: ¥ 1.00 is no price of it. The hold stays open, and a meter counts the units that are whole."""
    number, uid = street["淋浴"], campus.card("guest").uid
    set_price(campus, number, PER_MINUTE)
    device = SignedTerminal(number)
    started = device.next()
    assert device.send("hold", {"card": uid, "amount_fen": 500}, sequence=started).code == "ok"
    device.send("meter", {"sequence": started, "amount_fen": 100})
    assert Hold.objects.get().metered_fen == 90
    wrong = device.next()
    for _again in range(2):
        assert device.send("release", {"sequence": started, "amount_fen": 100}, sequence=wrong).code == "price_wrong"
    assert ledger.balance_of(campus.card("guest").wallet_id) == START - 500
    assert device.send("release", {"sequence": started, "amount_fen": 120}, sequence=device.next()).code == "ok"
    started = device.next()
    assert device.send("hold", {"card": uid, "amount_fen": 500}, sequence=started).code == "ok"
    assert device.send("release", {"sequence": started, "amount_fen": 500}, sequence=device.next()).code == "ok"
    assert ledger.balance_of(campus.card("guest").wallet_id) == START - 620
    assert receipt_differences() == []
    assert ledger.check_ledger() == []
