"""A wrong row is taken back by its mirror, by two clerks, once; nothing that was posted changes."""

import time
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card import queries
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing.errors import NotCorrectableError
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.closing.tests.till import Till
from nanhu.systems.card.errors import CashCountedError
from nanhu.systems.card.models import Merchant, Receipt, Shift
from nanhu.systems.card.services.accounts import drawer_of
from nanhu.systems.card.services.shifts import check_shift, count_shift, difference, send_back
from nanhu.systems.card.tests.conftest import bring_in_the_cast, queries_of
from nanhu.testing.races import amid

PAGE = "/card/closing/corrections/"


@pytest.fixture
def paid(campus):
    campus.top_up("student", 5000)
    assert campus.pay("student", 1250) == "posted"
    return campus


def sale() -> Receipt:
    return Receipt.objects.get(kind="payment")


def balance(campus) -> int:
    return ledger.balance_of(campus.card("student").wallet_id)


def asked(campus, receipt: Receipt | None = None) -> Correction:
    return corrections.ask(by=campus.actor("clerk"), receipt=receipt or sale(), reason="按错金额", token=uuid4())


def test_what_was_corrected_is_no_spending_of_the_day_the_month_or_the_canteen(paid):
    person, wallet = paid.persons["student"], paid.card("student").wallet
    assert queries.own_day(person)[1] == queries.spent_in(wallet, queries.this_month()) == 1250
    asked = corrections.ask(by=paid.actor("clerk"), receipt=sale(), reason="按错", token=uuid4())
    corrections.approve(by=paid.actor("second_clerk"), correction=asked)
    spent = queries.spent_by(wallet, queries.last_three_months())
    assert queries.own_day(person)[1] == queries.spent_in(wallet, queries.this_month()) == 0
    assert (sum(fen for _month, fen in spent.by_month), dict(spent.by_canteen)) == (0, {"南院一食堂": 0})


def test_two_clerks_take_a_sale_back_through_their_pages(paid):
    first, second = paid.client("clerk"), paid.client("second_clerk")
    form = {"receipt": str(sale().pk), "reason": "窗口按错金额", "token": str(uuid4())}
    here = first.post(f"{PAGE}ask/", form).url
    assert first.post(f"{PAGE}ask/", form).url == here
    assert first.post(f"{here}approve/").status_code == 409
    assert balance(paid) == 3750
    assert "窗口按错金额" in second.get(PAGE).content.decode()
    assert second.post(f"{here}approve/").status_code == 302
    assert balance(paid) == 5000
    assert second.post(f"{here}approve/").status_code == 409
    page = paid.client("student").get("/card/transactions/").content.decode()
    assert "更正转入" in page
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def spent(campus) -> tuple[int, list[object]]:
    """What counts toward the student's limit of the day, and where counters and receipts tell two stories."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(fen), 0) FROM card_spent WHERE wallet_id = %s", [campus.card("student").wallet_id]
        )
        counted = int(cursor.fetchone()[0])
        cursor.execute("SELECT * FROM card_spent_check('2020-01-01')")
        return counted, cursor.fetchall()


def test_a_corrected_sale_counts_toward_the_limit_no_more(paid):
    assert paid.pay("student", 300) == "posted"
    assert spent(paid) == (1550, [])
    wrong = asked(paid, Receipt.objects.get(kind="payment", amount_fen=1250))
    assert spent(paid) == (1550, [])
    corrections.approve(by=paid.actor("second_clerk"), correction=wrong)
    assert spent(paid) == (300, [])


def test_a_wrong_top_up_goes_out_again(paid):
    paid_back = asked(paid)
    corrections.approve(by=paid.actor("second_clerk"), correction=paid_back)
    done = corrections.approve(
        by=paid.actor("second_clerk"), correction=asked(paid, Receipt.objects.get(kind="top_up"))
    )
    assert done.posted.kind == "correction_out"
    assert balance(paid) == 0
    assert receipt_differences() == []


def drawer(campus) -> int:
    return ledger.balance_of(drawer_of(campus.actor("clerk").account_id))


@pytest.fixture
def too_much(campus):
    """The clerk took 20 yuan and wrote down 200; a correction of it waits."""
    campus.top_up("guest", 20_000)
    return asked(campus, Receipt.objects.get(kind="top_up"))


def test_no_cash_is_corrected_between_the_count_of_its_drawer_and_the_hand_over(campus, too_much):
    clerk, second = campus.actor("clerk"), campus.client("second_clerk")
    page = f"{PAGE}{too_much.public_id}/"
    shift = count_shift(by=clerk, counted_fen=2_000)
    refused = second.post(f"{page}approve/")
    assert refused.status_code == 409
    assert "已经点钱的一班里" in refused.content.decode()
    assert drawer(campus) == 20_000
    send_back(by=campus.actor("second_clerk"), shift=shift, reason="先更正")
    assert second.post(f"{page}approve/").status_code == 302
    assert drawer(campus) == 0
    assert ledger.check_ledger() == []


def test_cash_of_a_shift_that_was_handed_over_is_corrected_against_the_difference_found_then(campus, too_much):
    clerk, second = campus.actor("clerk"), campus.actor("second_clerk")
    shift = count_shift(by=clerk, counted_fen=2_000, reason="少了 180")
    check_shift(by=second, shift=shift, counted_fen=2_000)
    found = ledger.balance_of(difference())
    corrections.approve(by=second, correction=too_much)
    assert (drawer(campus), abs(found - ledger.balance_of(difference()))) == (0, 20_000)
    again = count_shift(by=clerk, counted_fen=0)
    assert (again.expected_fen, again.difference_fen) == (0, 0)
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_count_first", [True, False])
def test_a_count_and_a_correction_at_once_wait_for_each_other(transactional_db, is_count_first):
    campus = bring_in_the_cast()
    campus.top_up("guest", 20_000)
    wrong = asked(campus, Receipt.objects.get(kind="top_up"))

    def count():
        return count_shift(by=campus.actor("clerk"), counted_fen=2_000).expected_fen

    def correct():
        try:
            return corrections.approve(by=campus.actor("second_clerk"), correction=wrong).state
        except CashCountedError:
            return "later"

    done = amid(*((count, correct) if is_count_first else (correct, count)))
    assert done == ((20_000, "later") if is_count_first else ("posted", 0))
    assert Shift.objects.get().expected_fen == drawer(campus)


def test_a_debt_that_was_paid_since_comes_back_to_the_wallet(campus):
    """Sold off line for more than there was; the next top-up paid the debt; then the sale is taken back."""
    campus.top_up("student", 1000)
    till = Till("N1001")
    [told] = till.upload([till.keep(campus.card("student").uid, 1500, at=time.time() - 60)])
    assert (told["outcome"], told["owed_fen"]) == ("approved", 500)
    campus.top_up("student", 300, form="second")
    corrections.approve(by=campus.actor("second_clerk"), correction=asked(campus, Receipt.objects.get(kind="stored")))
    assert (balance(campus), ledger.balance_of(campus.card("student").wallet.receivable_id)) == (1300, 0)
    assert Receipt.objects.get(kind="correction_in").owed_fen == 200
    assert ledger.balance_of(Merchant.objects.get(key="n1.rice").account_id) == 0
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def test_what_the_wallet_no_longer_holds_is_not_taken_out(paid):
    wrong = asked(paid, Receipt.objects.get(kind="top_up"))
    with pytest.raises(ledger.InsufficientFundsError):
        corrections.approve(by=paid.actor("second_clerk"), correction=wrong)
    wrong.refresh_from_db()
    assert (wrong.state, balance(paid)) == ("pending", 3750)


def test_nobody_decides_the_own_request_and_nothing_is_decided_twice(paid):
    one = asked(paid)
    with pytest.raises(SamePersonError):
        corrections.approve(by=paid.actor("clerk"), correction=one)
    corrections.refuse(by=paid.actor("second_clerk"), correction=one, answer="金额没有错")
    with pytest.raises(WrongStateError):
        corrections.approve(by=paid.actor("second_clerk"), correction=one)
    assert balance(paid) == 3750


def test_a_row_is_corrected_once_and_a_correction_never(paid):
    asked(paid)
    with pytest.raises(NotCorrectableError):
        asked(paid)
    done = corrections.approve(by=paid.actor("second_clerk"), correction=Correction.objects.get())
    for receipt in (sale(), done.posted):
        with pytest.raises(NotCorrectableError):
            asked(paid, receipt)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE card_correction SET approver_id = author_id, state = 'refused', decided_at = now()",
        "UPDATE card_correction SET reason = '别的'",
        "DELETE FROM card_correction",
    ],
)
def test_the_database_holds_two_people_and_what_was_asked(paid, statement):
    asked(paid)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_strangers_find_no_corrections_and_the_list_asks_little(paid):
    one = asked(paid)
    assert paid.client("student").get(PAGE).status_code == 404
    assert paid.client("student").post(f"{PAGE}{one.public_id}/approve/").status_code == 404
    assert queries_of(paid.client("clerk"), PAGE) <= 14


@pytest.mark.capability("A144.4")
def test_a_holder_marks_a_row_and_reads_the_answer(paid):
    mine, office = paid.client("student"), paid.client("clerk")
    assert f"/card/closing/disputes/{sale().pk}/" in mine.get("/card/transactions/").content.decode()
    assert mine.post(f"/card/closing/disputes/{sale().pk}/", {"words": ""}).status_code == 422
    for _press in range(2):
        assert mine.post(f"/card/closing/disputes/{sale().pk}/", {"words": "我没有去过这个窗口"}).status_code == 302
    page = office.get("/card/closing/disputed/").content.decode()
    assert page.count("我没有去过这个窗口") == 1
    assert office.post(office_answer(page), {"answer": "已核对监控，是本人消费"}).status_code == 302
    assert paid.client("second_clerk").post(office_answer(page), {"answer": "另一位的答复"}).status_code == 409
    assert "已核对监控" in mine.get("/card/closing/disputes/").content.decode()
    assert paid.client("teacher").get(f"/card/closing/disputes/{sale().pk}/").status_code == 404


def office_answer(page: str) -> str:
    return "/card/closing/disputed/" + page.split('action="/card/closing/disputed/')[1].split('"', maxsplit=1)[0]
