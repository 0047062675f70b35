"""The office sets how terminals reckon; a merchant gives a sale back, in parts, once for each key."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import ReasonMissingError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.errors import PriceIncompleteError, PricePastError, RefundTooLargeError, SaleNotFoundError
from nanhu.systems.card.models import Merchant, Price, Receipt
from nanhu.systems.card.services.prices import PriceOrder, set_prices
from nanhu.systems.card.services.refunds import refund_sale
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of

PAGE = "/card/counter/prices/"


def campus_yesterday():
    return campus_today() - timedelta(days=1)


def form(**more) -> dict:
    return {
        "number": "n1001",
        "since": f"{campus_today()}",
        "kind": "per_minute",
        "price": "0.20",
        "per": "1",
        "unit": "分钟",
        "most": "6",
        "minutes": "40",
        "when_silent": "metered",
        "reason": "后勤处通知",
    } | more


@pytest.mark.capability("A099.1")
def test_a_clerk_sets_a_price_and_a_stranger_finds_no_page(campus):
    assert campus.client("student").get(PAGE).status_code == 404
    clerk = campus.client("clerk")
    assert clerk.post(PAGE, form()).status_code == 302
    (rule,) = Price.objects.all()
    assert (rule.terminal.number, rule.kind, rule.price_fen, rule.most_fen) == ("N1001", "per_minute", 20, 600)
    assert "¥ 0.20 / 分钟" in clerk.get(PAGE).content.decode()
    entry = AuditEntry.objects.get(action="card.set_price")
    assert (entry.target, entry.reason, entry.facts["price_fen"]) == ("terminal:N1001", "后勤处通知", 20)
    assert queries_of(clerk, PAGE) <= 20


@pytest.mark.capability("A099.1")
@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"number": "X9999"}, 404),
        ({"most": ""}, 422),
        ({"price": "", "kind": "fixed"}, 422),
        ({"since": "2020-01-01"}, 422),
        ({"minutes": "241"}, 422),
    ],
)
def test_an_incomplete_price_is_not_kept(campus, wrong, status):
    assert campus.client("clerk").post(PAGE, form(**wrong)).status_code == status
    assert Price.objects.count() == 0


@pytest.mark.capability("A099.1")
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"since": campus_yesterday}, PricePastError),
        ({"minutes": 241}, PriceIncompleteError),
        ({"minutes": 0}, PriceIncompleteError),
    ],
)
def test_whichever_page_asks_no_price_is_of_the_past_nor_holds_for_longer_than_four_hours(campus, wrong, error):
    whole = {"since": campus_today, "minutes": 240} | wrong
    facts = {"number": "N1001", "kind": "per_minute", "price_fen": 20, "most_fen": 600} | whole
    with pytest.raises(error):
        set_prices(by=SYSTEM, orders=[PriceOrder(**facts | {"since": facts["since"]()})])
    assert not Price.objects.exists()


def test_the_same_rule_again_changes_nothing(campus):
    order = PriceOrder(number="N1001", since=campus_today(), kind="fixed", price_fen=300)
    assert [set_prices(by=SYSTEM, orders=[order]) for _ in range(2)] == [1, 0]
    with pytest.raises(PriceIncompleteError):
        set_prices(by=SYSTEM, orders=[PriceOrder(number="N1001", since=campus_today(), kind="per_unit", price_fen=3)])


def test_a_merchant_refunds_in_parts_at_most_what_was_paid_and_once_for_a_key(campus):
    campus.top_up("guest", 5000)
    campus.pay("guest", 1000)
    sale, merchant = Receipt.objects.get(kind="payment"), Merchant.objects.get(key="n1.rice")

    def refund(fen, key, of=merchant, reason="菜没有了"):
        return refund_sale(by=SYSTEM, merchant=of, sale=sale, amount_fen=fen, reason=reason, key=key)

    first = refund(400, "a")
    assert refund(400, "a") == type(first)(receipt_id=first.receipt_id, is_repeated=True)
    for fen in (601, 0, -1):
        with pytest.raises(RefundTooLargeError):
            refund(fen, "b")
    with pytest.raises(SaleNotFoundError):
        refund(1, "c", of=Merchant.objects.get(key="e3.noodle"))
    with pytest.raises(ReasonMissingError):
        refund(1, "d", reason=" ")
    refund(600, "e")
    assert ledger.balance_of(campus.card("guest").wallet_id) == 5000
    assert receipt_differences() == []
    assert ledger.check_ledger() == []
