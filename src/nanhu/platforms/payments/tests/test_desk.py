"""Every page of the desk of bank and day close, as of any console; its deposits, as of any proposals; and where one is in the strip."""

from datetime import timedelta
from uuid import uuid4

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.accounts import clearing_account
from nanhu.platforms.payments.desk import desk
from nanhu.platforms.payments.models import Channel, DayClose, Deposit, Difference, PayoutFile
from nanhu.platforms.payments.policies import CLERK, FINANCE
from nanhu.testing.members import grant, open_staff
from nanhu.testing.pages import ProposalTests
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
FIRST, SECOND, STRANGER = "0020150007", "0020160008", "0020190123"


@pytest.fixture
def members(db):
    open_staff({FIRST: "周敏", SECOND: "刘洋", STRANGER: "陈志远"})
    for number in (FIRST, SECOND):
        grant(number, (CLERK, FINANCE))
    Channel.objects.create(key="abc", kind="bank", name="=农行")
    return Channel.objects.create(key="union", kind="acquirer", name="=银联")


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, members):
        self.union = members
        return signed_in(FIRST)

    @pytest.fixture
    def second(self, members):
        return signed_in(SECOND)

    @pytest.fixture
    def stranger(self, members):
        return signed_in(STRANGER)

    def fill(self, count):
        bank, author = Channel.objects.get(kind="bank"), identity.account_with(FIRST).pk
        begun, today = Deposit.objects.count(), campus_today()
        for number in range(begun, begun + count):
            Deposit.objects.create(
                token=uuid4(),
                channel=bank,
                acquirer=self.union,
                day=today,
                amount_fen=100,
                reference=f"=1+{number}",
                author_id=author,
                author_name="周敏",
            )
            Difference.objects.create(
                channel=bank, day=today, order=f"=O{number}", kind="only_theirs", owner="=1", theirs_fen=5
            )
            PayoutFile.objects.create(
                number=f"=P{number}", channel=bank, maker_id=author, maker_name="=周", row_count=1, sum_fen=1
            )
            DayClose.objects.create(day=today - timedelta(days=number + 1), state="open")
            Channel.objects.create(key=f"a{number}", kind="app", name=f"=1+{number}")

    def submitted(self, client):
        wallets = ledger.open_accounts([ledger.AccountOrder(code="test.owed", name="持卡人", kind="liability")])
        leg = ledger.Leg(
            debit_account_id=clearing_account(self.union), credit_account_id=wallets["test.owed"], amount_fen=100
        )
        ledger.post(by=SYSTEM, kind="test", legs=[leg])
        self.fill(1)
        return self.desk.address("case", {"public_id": Deposit.objects.get().public_id})


def test_each_tab_is_marked_on_its_own_page_and_what_hangs_under_it(members):
    """到账登记 and 代付文件 stand in the strip as all others."""
    client = signed_in(FIRST)
    tabs = [page for page in desk.pages.values() if page.tab]
    assert {"到账登记", "代付文件", "日结", "对账差异"} <= {str(page.tab) for page in tabs}
    for page in (*tabs, desk.pages["deposit_new"], desk.pages["register"]):
        shown = client.get(page.address()).context["frame"].tabs
        assert [str(tab.label) for tab in shown if tab.is_current] == [str(page.tab or page.parent.tab)]


def test_the_close_of_a_day_opens_whole_where_it_prints(members):
    closed = DayClose.objects.create(day=campus_today() - timedelta(days=1), state="open")
    page = signed_in(FIRST).get(desk.pages["days"].address()).content.decode()
    assert f'href="{desk.pages["day"].address(key=closed.key)}"' in page
    assert "data-panel" not in page


def test_an_apps_secret_is_shown_once_and_given_anew(members):
    client = signed_in(FIRST)
    page = client.post(desk.address("register"), {"key": "wanxiao", "name": "完美校园"}).content.decode()
    app = Channel.objects.get(key="wanxiao")
    assert (app.kind, len(app.their_key), app.their_key in page) == ("app", 64, True)
    assert app.their_key not in client.get(desk.address("app", {"key": "wanxiao"})).content.decode()
    again = client.post(desk.address("register"), {"key": "abc", "name": "又一个"})
    assert (again.status_code, "已经有了" in again.content.decode()) == (409, True)
    rotate = desk.address("rotate", {"key": "wanxiao"})
    assert client.post(rotate, {"reason": ""}).status_code == 422
    page, former = client.post(rotate, {"reason": "运营方电脑丢失"}).content.decode(), app.their_key
    app.refresh_from_db()
    assert app.their_key != former
    assert app.their_key in page
    assert client.get(desk.address("rotate", {"key": "abc"})).status_code == 404, "the bank's keys are no app's"
