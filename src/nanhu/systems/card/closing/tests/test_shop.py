"""A merchant's people give their own sales back; finance sees the trial balance of any day."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing.services import contracts
from nanhu.systems.card.closing.tests.conftest import make
from nanhu.systems.card.closing.views import shop as views
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance, queries_of

SHOP, OTHER = "/card/closing/merchant/n1.rice/", "/card/closing/merchant/e3.noodle/"


@pytest.fixture
def shop(campus):
    campus.top_up("teacher", 9000)
    make(campus, "guest", "card.merchant")
    own = Merchant.objects.get(key="n1.rice")
    contracts.let_see(by=SYSTEM, account_id=campus.actor("guest").account_id, merchant=own)
    return campus


def test_a_sale_is_given_back_once_however_often_the_form_is_sent(shop):
    mine = shop.client("guest")
    shop.pay("teacher", 1250)
    sale = Receipt.objects.get(kind="payment")
    form = {"receipt": str(sale.pk), "amount": "2.5", "reason": "少一份", "token": str(uuid4())}
    assert [mine.post(f"{SHOP}refund/", form).status_code for _press in range(3)] == [302] * 3
    wallet = shop.card("teacher").wallet_id
    assert ledger.balance_of(wallet) == 9000 - 1000
    assert mine.post(f"{SHOP}refund/", form | {"amount": "10.01", "token": str(uuid4())}).status_code == 409
    assert mine.post(f"{SHOP}refund/", form | {"reason": "", "token": str(uuid4())}).status_code == 422
    assert ledger.balance_of(wallet) == 8000
    assert queries_of(mine, f"{SHOP}refund/") <= 20
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def test_a_sale_of_which_a_part_is_owed_stands_there_with_its_whole_price(shop, monkeypatch):
    shop.pay("teacher", 1250)
    monkeypatch.setattr(views, "line_of", lambda row: replace(line_of(row), signed_fen=-1000, owed_fen=250))
    page = shop.client("guest").get(f"{SHOP}refund/").content.decode()
    assert ("¥ 12.50" in page, "¥ 10.00" in page) == (True, False)


def test_a_customers_sale_is_found_by_its_hour(shop):
    """Hours ago is what all of the lunch was."""
    shop.pay("teacher", 1250)
    mine = shop.client("guest")
    sold_at = f"{campus_time(Receipt.objects.get(kind='payment').posted_at):%H:%M}"
    for page in (SHOP, f"{SHOP}refund/"):
        shown = mine.get(page).content.decode()
        assert (sold_at in shown, "刚刚" in shown) == (True, False)


def test_nobody_gives_back_what_another_sold(shop):
    shop.pay("teacher", 300, terminal="E3002")
    sale = Receipt.objects.get(kind="payment")
    form = {"receipt": str(sale.pk), "amount": "1", "reason": "x", "token": str(uuid4())}
    assert shop.client("guest").post(f"{SHOP}refund/", form).status_code == 404
    assert shop.client("guest").post(f"{OTHER}refund/", form).status_code == 404
    assert not Receipt.objects.filter(kind="refund").exists()


def test_finance_sees_the_trial_balance_of_any_day(shop):
    shop.pay("teacher", 1250)
    make_finance(shop, "clerk")
    finance = shop.client("clerk")
    page = finance.get("/payments/trial/").content.decode()
    assert all(word in page for word in ("借贷相等", "卡内余额", "商户待结算", "¥ 12.50"))
    assert "card.wallet" not in page
    before = finance.get(f"/payments/trial/?day={campus_today() - timedelta(days=1)}").content.decode()
    assert "借贷相等" in before
    assert "¥ 12.50" not in before
    assert finance.get("/payments/trial/?day=nonsense").status_code == 200
    assert queries_of(finance, "/payments/trial/") <= 20
    assert shop.client("student").get("/payments/trial/").status_code == 404
