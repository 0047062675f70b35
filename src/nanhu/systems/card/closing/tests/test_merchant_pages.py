"""A merchant's people see their own takings as they come, and no other's; finance writes contracts and pays."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry
from nanhu.systems.card.closing.models import Contract, MerchantUser, Payout, Settlement
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.closing.tests.conftest import make
from nanhu.systems.card.closing.tests.test_settlement import terms
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance, queries_of

PAGE = "/card/closing/merchant/"
OFFICE = "/card/closing/merchants/n1.rice/"


@pytest.fixture
def trading(campus):
    campus.top_up("teacher", 9000)
    make(campus, "guest", "card.merchant")
    make_finance(campus, "clerk", "second_clerk")
    contracts.let_see(
        by=SYSTEM, account_id=campus.actor("guest").account_id, merchant=Merchant.objects.get(key="n1.rice")
    )
    return campus


def test_takings_appear_as_soon_as_somebody_pays(trading):
    mine = trading.client("guest")
    assert "今天还没有交易" in mine.get(PAGE).content.decode()
    trading.pay("teacher", 1250)
    trading.pay("teacher", 999, terminal="E3002")
    page = mine.get(PAGE).content.decode()
    assert "¥ 12.50" in page
    assert "9.99" not in page
    assert 'hx-trigger="every 5s"' in page
    assert queries_of(mine, PAGE) <= 20


def test_a_merchant_sees_no_other_and_no_finance(trading):
    mine = trading.client("guest")
    assert mine.get(f"{PAGE}e3.noodle/").status_code == 404
    assert mine.get(OFFICE).status_code == 404
    contracts.agree(by=SYSTEM, merchant=Merchant.objects.get(key="e3.noodle"), terms=terms())
    other = settling.settle(by=SYSTEM, merchant=Merchant.objects.get(key="e3.noodle"), last=campus_today())
    assert mine.get(f"/card/closing/settlements/{other.number}/").status_code == 404
    assert trading.client("student").get(PAGE).status_code == 404


@pytest.mark.capability("A015.1")
def test_finance_agrees_settles_and_pays_and_the_merchant_reads_the_statement(trading):
    finance, second, mine = trading.client("clerk"), trading.client("second_clerk"), trading.client("guest")
    start = campus_today() - timedelta(days=3)
    form = {
        "fee": "10",
        "cycle": "daily",
        "payee": "岳阳饮食公司",
        "token": "tok-9",
        "last4": "0042",
        "starts_on": start.isoformat(),
        "ends_on": "",
    }
    assert finance.post(f"{OFFICE}contract/", form | {"token": "6228480402564890018"}).status_code == 422
    assert finance.post(f"{OFFICE}contract/", form).status_code == 302
    assert finance.post(f"{OFFICE}contract/", form).status_code == 409
    assert Contract.objects.get().account_token == "tok-9"
    trading.pay("teacher", 1250)
    settling.settle(by=SYSTEM, merchant=Merchant.objects.get(key="n1.rice"), last=campus_today())
    assert finance.post("/card/closing/payouts/settle/").status_code == 302
    assert Settlement.objects.count() == 1
    here = finance.post("/card/closing/payouts/make/").url
    shown = Merchant.objects.get(key="n1.rice")
    assert shown.canteen in shown.full_name
    assert shown.full_name in finance.get(here).content.decode(), "five canteens have a shop of that name"
    assert "nanhu-payout-1" in finance.get(f"{here}file.csv").content.decode()
    assert finance.post(f"{here}confirm/", {"reference": "B1", "unpaid": ""}).status_code == 409
    number = Settlement.objects.get().number
    unknown = second.post(f"{here}confirm/", {"reference": "B1", "unpaid": f"{number.lower()}、S99999；{number}9"})
    assert (unknown.status_code, Payout.objects.get().state) == (422, "made")
    assert f"没有结算单 {number}9、S99999" in unknown.content.decode()
    whole = second.post(f"{here}confirm/", {"reference": "B0", "unpaid": f"　{number.lower()}，"})
    assert (whole.status_code, Payout.objects.get().state) == (302, "unpaid"), "of the one in the file nothing was paid"
    assert Settlement.objects.get().payout is None
    here = finance.post("/card/closing/payouts/make/").url
    assert second.post(f"{here}confirm/", {"reference": "B1", "unpaid": ""}).status_code == 302
    assert [one.state for one in Payout.objects.order_by("pk")] == ["unpaid", "confirmed"]
    statement = mine.get(f"/card/closing/settlements/{Settlement.objects.get().number}/").content.decode()
    assert all(word in statement for word in ("¥ 12.50", "¥ 0.13", "¥ 12.37", "已付款", "B1"))
    for path in ("/card/closing/merchants/", OFFICE, "/card/closing/payouts/", here):
        assert queries_of(finance, path) <= 20


@pytest.mark.capability("A101.3")
def test_what_finance_writes_into_the_contract_is_what_is_settled(trading):
    today = campus_today()
    monday = today + timedelta(days=7 - today.weekday())
    form = {
        "fee": "25",
        "cycle": "weekly",
        "payee": "岳阳饮食公司",
        "token": "tok-9",
        "last4": "0042",
        "starts_on": today.isoformat(),
        "ends_on": "",
    }
    assert trading.client("clerk").post(f"{OFFICE}contract/", form).status_code == 302
    assert "25‰" in trading.client("clerk").get(OFFICE).content.decode()
    trading.pay("teacher", 1000)
    assert settling.settle_due(by=SYSTEM, today=monday - timedelta(days=1)) == []
    [done] = settling.settle_due(by=SYSTEM, today=monday)
    assert (done.last, done.takings_fen, done.fee_fen, done.payable_fen) == (monday - timedelta(days=1), 1000, 25, 975)


def test_an_account_is_bound_by_its_number(trading):
    finance = trading.client("clerk")
    assert finance.post(f"{OFFICE}people/", {"campus_no": "nobody"}).status_code == 422
    assert finance.post(f"{OFFICE}people/", {"campus_no": "0020190123"}).status_code == 302
    assert "陈志远" in finance.get(OFFICE).content.decode()


def test_who_wrote_down_where_the_money_goes_does_not_confirm_that_it_went(trading):
    author, other = trading.client("clerk"), trading.client("second_clerk")
    start = campus_today() - timedelta(days=3)
    form = {
        "fee": "10",
        "cycle": "daily",
        "payee": "岳阳饮食公司",
        "token": "tok-9",
        "last4": "0042",
        "starts_on": start.isoformat(),
        "ends_on": "",
    }
    assert author.post(f"{OFFICE}contract/", form).status_code == 302
    trading.pay("teacher", 1250)
    settling.settle(by=SYSTEM, merchant=Merchant.objects.get(key="n1.rice"), last=campus_today())
    here = other.post("/card/closing/payouts/make/").url
    refused = author.post(f"{here}confirm/", {"reference": "B1", "unpaid": ""})
    assert (refused.status_code, Payout.objects.get().state) == (409, "made")
    again = author.post(f"{here}unpaid/", {"bank_words": "退回"})
    assert (again.status_code, Payout.objects.get().state) == (409, "made"), "or the bank would pay him twice"
    number = Settlement.objects.get().number
    with pytest.raises(IntegrityError, match="contract"), transaction.atomic():
        Settlement.objects.update(payout=None)
        Payout.objects.update(confirmer=Contract.objects.get().author, unpaid=[number])
    with pytest.raises(IntegrityError, match="contract"), transaction.atomic():
        Payout.objects.update(confirmer=Contract.objects.get().author)


def test_a_contract_is_ended_and_another_follows_it_from_the_next_day(trading):
    finance, today = trading.client("clerk"), campus_today()
    own = Merchant.objects.get(key="n1.rice")
    contract = contracts.agree(by=SYSTEM, merchant=own, terms=terms())
    settling.settle(by=SYSTEM, merchant=own, last=today - timedelta(days=1))
    page = f"{OFFICE}contracts/{contract.pk}/end/"
    assert page in finance.get(OFFICE).content.decode()
    too_early = finance.post(page, {"on": (today - timedelta(days=2)).isoformat()})
    assert (too_early.status_code, Contract.objects.get().ends_on) == (422, None)
    assert "已结算到那天" in too_early.content.decode()
    assert finance.post(page, {"on": today.isoformat()}).status_code == 302
    assert finance.post(page, {"on": (today - timedelta(days=1)).isoformat()}).status_code == 302, "not over yet"
    assert finance.post(page, {"on": today.isoformat()}).status_code == 409
    form = {"fee": "20", "cycle": "monthly", "payee": "洞庭饮食公司", "token": "tok-2", "last4": "0043", "ends_on": ""}
    assert finance.post(f"{OFFICE}contract/", form | {"starts_on": today.isoformat()}).status_code == 302
    office = finance.get(OFFICE).content.decode()
    assert "以前的合同" in office
    assert page not in office
    assert trading.client("guest").post(page, {"on": today.isoformat()}).status_code == 404
    noodle = contracts.agree(by=SYSTEM, merchant=Merchant.objects.get(key="e3.noodle"), terms=terms())
    assert finance.get(f"{OFFICE}contracts/{noodle.pk}/end/").status_code == 404, "another merchant's"


def test_who_is_unbound_sees_the_merchant_no_more(trading):
    finance, mine = trading.client("clerk"), trading.client("guest")
    page = f"{OFFICE}people/{MerchantUser.objects.get().pk}/unbind/"
    assert page in finance.get(OFFICE).content.decode()
    assert finance.post(page, {"reason": ""}).status_code == 422
    assert mine.get(f"{PAGE}n1.rice/").status_code == 200
    assert finance.post(page, {"reason": "换了经营者"}).status_code == 302
    assert mine.get(f"{PAGE}n1.rice/").status_code == 404
    assert finance.get(page).status_code == 404
    assert AuditEntry.objects.get(action="card.unbind_merchant").reason == "换了经营者"
