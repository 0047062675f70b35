"""The same form twice at once: whoever comes second, while the first has not committed, is told what the first made."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.once import FormUsedError
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.models import Channel, Deposit
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.errors import ShiftCountedError
from nanhu.systems.card.funds.models import PayoutBatch, Withdrawal
from nanhu.systems.card.funds.services.payouts import open_funding
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.funds.services.withdrawals import BankCard, ask_for_withdrawal
from nanhu.systems.card.models import Card, CashException, Receipt, Shift
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.services import cash_exceptions, shifts
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast, make_finance
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)
PAYOUT = "学号,姓名,金额\n14231100001,林小满,300\n"


@pytest.fixture
def campus(transactional_db):
    made = bring_in_the_cast()
    account = identity.account_of(made.persons["clerk"]).pk
    identity.grant_role(by=SYSTEM, account_id=account, role="card.payer")
    return made


def own_browser(campus):
    """The clerk's session in a second client: two tabs, two connections."""
    browser = Client()
    browser.cookies.update(campus.client("clerk").cookies)
    return browser


def sent_twice(campus, path, fields, file=""):
    def send(browser):
        facts = fields | ({"file": SimpleUploadedFile("名单.csv", file.encode())} if file else {})
        return browser.post(path, facts)

    first, second = campus.client("clerk"), own_browser(campus)
    return amid(lambda: send(first), lambda: send(second))


def test_a_list_of_payouts(campus):
    funding = open_funding(by=SYSTEM, code="aid", name="学生资助经费")
    fields = {"token": str(uuid4()), "source": "subsidy", "title": "补助", "funding": funding.pk}
    one, two = sent_twice(campus, "/card/funds/payouts/new/", fields, PAYOUT)
    assert (one.status_code, two.status_code, one.url) == (302, 302, two.url)
    assert PayoutBatch.objects.count() == 1


def test_a_form_of_a_console_where_no_row_keeps_its_token(campus):
    """The mark of the deed keeps it (`kernel_submitted_form`), in the deed's own transaction."""
    identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="card.manager")
    fields = {
        "who": "student",
        "right": "library",
        "is_allowed": "0",
        "starts_on": str(campus_today()),
        "reason": "函",
        "confirmed": "1",
        "form_token": str(uuid4()),
    }
    one, two = sent_twice(campus, "/card/rights/change/", fields)
    assert (one.status_code, two.status_code, one.url) == (302, 302, two.url)
    assert RightRule.objects.count() == 1


@pytest.mark.capability("A145.1")
def test_one_file_of_payouts_in_two_forms_is_taken_once(campus):
    funding = open_funding(by=SYSTEM, code="aid", name="学生资助经费")

    def send(browser):
        fields = {"token": str(uuid4()), "source": "subsidy", "title": "补助", "funding": funding.pk}
        return browser.post(
            "/card/funds/payouts/new/", fields | {"file": SimpleUploadedFile("名单.csv", PAYOUT.encode())}
        )

    browser, other = campus.client("clerk"), own_browser(campus)
    one, two = amid(lambda: send(browser), lambda: send(other))
    assert (one.status_code, two.status_code) == (302, 409)
    assert PayoutBatch.objects.count() == 1


def test_a_deposit(campus):
    make_finance(campus, "clerk")
    Channel.objects.get_or_create(kind="bank", defaults={"key": "bank", "name": "银行"})
    fields = {
        "token": str(uuid4()),
        "source": "cash",
        "day": campus_today().isoformat(),
        "amount": "80",
        "fee": "",
        "reference": "R1",
    }
    leg = ledger.Leg(
        debit_account_id=shifts.safe(), credit_account_id=campus.card("teacher").wallet_id, amount_fen=8000
    )
    ledger.post(by=SYSTEM, kind="test", legs=[leg])
    one, two = sent_twice(campus, "/payments/deposits/new/", fields)
    assert (one.status_code, two.status_code) == (302, 302)
    assert Deposit.objects.count() == 1


def test_a_withdrawal(campus):
    campus.top_up("teacher", 5000)
    card = campus.card("teacher")
    Card.objects.filter(pk=card.pk).update(state="expired")
    facts = {
        "by": campus.actor("clerk"),
        "card": card,
        "reason": "离职",
        "token": uuid4(),
        "to": BankCard(bank="银行", tail="6217", token="t"),
    }
    one, two = amid(lambda: ask_for_withdrawal(**facts), lambda: ask_for_withdrawal(**facts))
    assert one.pk == two.pk
    assert Withdrawal.objects.count() == 1
    with pytest.raises(FormUsedError):
        ask_for_withdrawal(**facts | {"by": campus.actor("second_clerk")})


def test_an_exception_and_anothers_form(campus):
    facts = {
        "by": campus.actor("clerk"),
        "card": campus.card("student"),
        "amount_fen": 100,
        "reason": "x",
        "token": uuid4(),
    }
    one, two = amid(lambda: cash_exceptions.ask_for_cash(**facts), lambda: cash_exceptions.ask_for_cash(**facts))
    assert one.pk == two.pk
    assert CashException.objects.count() == 1
    with pytest.raises(FormUsedError):
        cash_exceptions.ask_for_cash(**facts | {"by": campus.actor("second_clerk")})


def test_a_correction(campus):
    campus.top_up("teacher", 5000)
    facts = {
        "by": campus.actor("clerk"),
        "receipt": Receipt.objects.get(kind="top_up"),
        "reason": "x",
        "token": uuid4(),
    }
    one, two = amid(lambda: corrections.ask(**facts), lambda: corrections.ask(**facts))
    assert one.pk == two.pk
    assert Correction.objects.count() == 1


def test_a_reissue(campus):
    card = campus.card("teacher")
    facts = {"by": SYSTEM, "card": card, "reason": "lost", "fee_fen": 0, "at": "", "key": "form"}
    one, two = amid(lambda: reissue(**facts), lambda: reissue(**facts))
    assert one.pk == two.pk
    assert Card.objects.filter(person_id=card.person_id).count() == 2


@pytest.mark.capability("A138.2")
def test_a_shift_counted_in_two_tabs_is_counted_once(campus):
    campus.top_up("teacher", 5000)
    clerk = campus.actor("clerk")

    def again():
        with pytest.raises(WrongStateError):
            shifts.count_shift(by=clerk, counted_fen=4000)

    amid(lambda: shifts.count_shift(by=clerk, counted_fen=5000), again)
    assert list(Shift.objects.values_list("counted_fen", flat=True)) == [5000]


def test_cash_beside_the_count_of_its_shift_is_in_the_count_or_refused(campus):
    clerk, card = campus.actor("clerk"), campus.card("teacher")

    def late():
        with pytest.raises(ShiftCountedError):
            campus.top_up("teacher", 1000, form="late")

    amid(lambda: shifts.count_shift(by=clerk, counted_fen=0), late)
    assert ledger.balance_of(card.wallet_id) == 0


def test_a_count_waits_for_cash_that_is_being_taken(campus):
    clerk = campus.actor("clerk")
    _taken, shift = amid(lambda: campus.top_up("teacher", 5000), lambda: shifts.count_shift(by=clerk, counted_fen=5000))
    assert shift.expected_fen == 5000
