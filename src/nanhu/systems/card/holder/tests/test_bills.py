"""What a holder owes, on his own page: his own bills alone, paid from his own wallet, once and within what lies there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from nanhu.kernel.clock import campus_today
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.tests.conftest import funds  # noqa: F401  (a fixture)
from nanhu.systems.card.holder import bills
from nanhu.systems.card.holder.bills import desk
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.testing.pages import PageTests

PAGE = "/card/bills/"


def billed(campus, *, part="student", fen=1_500, key="one", name="电费 · 南院15号楼 301"):
    ledger.open_fee_item(by=SYSTEM, code="power.dormitory", name="宿舍电费", reason="测试")
    order = ledger.BillOrder(
        key=key,
        person_id=campus.persons[part],
        issuer="dormitory",
        item="power.dormitory",
        amount_fen=fen,
        due_on=campus_today(),
        name=name,
    )
    return ledger.issue_bills(by=SYSTEM, orders=[order])[key]


def address(bill):
    return f"{PAGE}{bill.public_id}/pay/"


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, funds):  # noqa: F811
        self.campus, self.made = funds.campus, 0
        return funds.campus.client("student")

    @pytest.mark.capability("A091.2")
    def test_a_stranger_is_told_that_there_is_no_such_page(self, funds):  # noqa: F811
        """The list is everybody's own; a bill is its person's."""
        bill = billed(funds.campus)
        other = funds.campus.client("teacher")
        assert "电费" not in other.get(PAGE).content.decode()
        assert other.get(address(bill)).status_code == 404
        assert other.post(address(bill), {}).status_code == 404
        assert Receipt.objects.filter(kind="deduction").count() == 0

    def fill(self, count):
        for _one in range(count):
            self.made += 1
            billed(self.campus, key=str(self.made), name="=1+1")


@pytest.mark.capability("A091.2")
def test_the_holder_sees_what_for_to_whom_and_until_when_and_pays_in_two_taps(funds, monkeypatch):  # noqa: F811
    funds.campus.top_up("student", 10_000)
    bill, browser = billed(funds.campus, fen=2_000), funds.campus.client("student")
    ledger.waive(by=SYSTEM, bill=bill, reason="停电三天", key="waived", amount_fen=500)
    page = browser.get(PAGE).content.decode()
    assert all(said in page for said in ("电费 · 南院15号楼 301", "后勤处", "¥ 15.00", "待缴", address(bill)))
    assert dates.short_day(campus_today(), campus_today().year) in page
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(bills, "campus_today", lambda: campus_today() + timedelta(days=1))
        assert "已过期" in browser.get(PAGE).content.decode()
    asked = browser.get(address(bill))
    assert "从校园卡缴 ¥ 15.00；卡内现有 ¥ 100.00" in asked.content.decode()
    answer = browser.post(address(bill), {}, follow=True)
    assert "已缴 ¥ 15.00，卡内余额 ¥ 85.00" in answer.content.decode()
    assert "没有应缴的费用" in answer.content.decode()
    assert (funds.balance(), Receipt.objects.filter(kind="deduction").count()) == (8_500, 1)
    assert browser.get(address(bill)).status_code == 404


@pytest.mark.capability("A091.2")
def test_a_bill_that_may_wait_says_until_when_and_may_be_paid_before(funds):  # noqa: F811
    funds.campus.top_up("student", 1_500)
    bill, until = billed(funds.campus), campus_today() + timedelta(days=30)
    ledger.defer(by=SYSTEM, bill=bill, until=until, grounds="助学贷款未到", key="deferred")
    page = funds.campus.client("student").get(PAGE).content.decode()
    assert all(said in page for said in ("缓缴", dates.short_day(until, campus_today().year)))
    assert "已缴 ¥ 15.00" in funds.campus.client("student").post(address(bill), {}, follow=True).content.decode()


@pytest.mark.capability("A091.2")
def test_a_wallet_that_is_short_pays_nothing_and_says_so(funds):  # noqa: F811
    funds.campus.top_up("student", 1_000)
    bill = billed(funds.campus)
    answer = funds.campus.client("student").post(address(bill), {})
    assert answer.status_code == 409
    assert "¥ 10.00" in answer.content.decode()
    assert (funds.balance(), ledger.open_bills([funds.campus.persons["student"]]).count()) == (1_000, 1)


def test_the_entry_stands_in_the_menu_of_who_is_a_person(funds):  # noqa: F811
    assert reverse("card:bills:bills") == PAGE
    assert PAGE in funds.campus.client("student").get("/apps/").content.decode()
