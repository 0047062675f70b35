"""工本费: by class and by how many somebody had; a receipt for each, never paid back, and the books agree."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people.jobs import follow_calendar
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.errors import NothingToWithdrawError
from nanhu.systems.card.funds.services.withdrawals import BankCard, ask_for_withdrawal
from nanhu.systems.card.issuing.fees import fee_fen
from nanhu.systems.card.issuing.tests.conftest import DESK, document_number, document_of, last_day
from nanhu.systems.card.issuing.tests.personal import apply_at_counter, shown_form, through_to_plastic, visitor
from nanhu.systems.card.issuing.tests.test_personal import HOLDER
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.services.cash_exceptions import approve, ask_for_cash
from nanhu.systems.card.services.top_up import top_up_by_exception

FEES = "card.fees"


@pytest.fixture
def dearer(school_file):
    """The school's file says other sums."""
    school_file({"ordinary_fen = 2000": "ordinary_fen = 2500", "again_fen = 2000": "again_fen = 1500"})


def made(campus, said, **more):
    return through_to_plastic(campus, apply_at_counter(campus, said, **more)).rows.get()


def income() -> int:
    return abs(ledger.balance_of(ledger.account_ids([FEES])[FEES])) if FEES in ledger.account_ids([FEES]) else 0


def take_fee(campus, row, method="cash"):
    return campus.client("clerk").post(f"{DESK}rows/{row.pk}/hand/take-fee/", {"method": method})


@pytest.mark.capability("A108.1", "A108.2", "A108.3", "A108.4", "A105.2")
def test_the_first_card_is_free_for_members_others_pay_once_and_nothing_comes_back(campus, dearer):
    assert "¥ 25.00" in campus.client("student").get(f"{DESK}office/").content.decode()
    counter = f"{DESK}personal/?campus_no=0020260001"
    again = {"reason": "个人申请", "phone": "13907301234"}
    teacher = made(campus, shown_form(campus, "clerk", counter) | again, address=counter)
    hired = made(
        campus,
        visitor(document_number(birth="19800808", order=32), name="临工", category="临聘") | {"campus_no": "L2600009"},
    )
    guest = made(campus, visitor(document_number(birth="19800808", order=33)))
    assert [row.fee_fen for row in (teacher, hired, guest)] == [0, 0, 2500]
    assert take_fee(campus, teacher).status_code == 409, "free is free"
    clerk = campus.client("clerk")
    unclear = take_fee(campus, guest, "")
    assert unclear.status_code == 422
    assert all(words in unclear.content.decode() for words in ("访学者", "收 ¥ 25.00", "下一位"))
    assert clerk.get(f"{DESK}rows/{guest.pk}/hand/take-fee/").url == f"{DESK}rows/{guest.pk}/hand/"
    slip = clerk.get(take_fee(campus, guest).url).content.decode()
    guest.refresh_from_db()
    taken = guest.fee_payment
    number, at_once = receipt_number(taken.receipt_id or taken.entry_id), dates.second_words(taken.created_at)
    for words in ("¥ 25.00", "访学者", "现金", "周敏", "普通卡停用不退工本费", guest.card.number, number, at_once):
        assert words in slip, words
    for method in ("cash", "wallet"):
        assert take_fee(campus, guest, method).status_code == 302
        assert income() == 2500, "pressed twice, be it otherwise, paid once"

    for row in (teacher, hired, guest):
        assert clerk.post(f"{DESK}rows/{row.pk}/hand/", HOLDER).status_code == 302
    later = date.fromisoformat(last_day()) + timedelta(days=2)
    with time_machine.travel(datetime.combine(later, time(2), UTC), tick=True):
        follow_calendar()
        deliver_pending()
        guest.card.refresh_from_db()
        assert guest.card.state == "expired"
        assert income() == 2500, "a card that ends gives nothing back"
        bank = BankCard(bank="农业银行", tail="6217", token="t")
        with pytest.raises(NothingToWithdrawError):
            ask_for_withdrawal(by=campus.actor("clerk"), card=guest.card, to=bank, reason="离校", token=uuid4())
        campus.clients.clear()
        assert take_fee(campus, guest).status_code == 302
        assert income() == 2500
        second = made(
            campus, visitor(document_number(birth="19800808", order=33), until=f"{later + timedelta(days=300)}")
        )
        assert second.fee_fen == 1500, "another card costs what the file says for another"
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


@pytest.mark.capability("A108.2")
def test_a_fee_from_the_card_has_a_receipt_that_says_what_is_left(campus, dearer):
    row, clerk = made(campus, visitor(document_number(birth="19800808", order=34))), campus.actor("clerk")
    asked = ask_for_cash(by=clerk, card=row.card, amount_fen=4000, reason="没有银行卡", token=uuid4())
    approve(by=campus.actor("second_clerk"), exception=asked)
    asked.refresh_from_db()
    top_up_by_exception(by=clerk, exception=asked)
    slip = campus.client("clerk").get(take_fee(campus, row, "wallet").url).content.decode()
    receipt = Receipt.objects.get(kind="fee")
    assert (receipt.amount_fen, receipt.balance_fen) == (2500, 1500)
    assert (ledger.balance_of(row.card.wallet_id), income()) == (1500, 2500)
    for words in ("¥ 25.00", "校园卡余额", receipt_number(receipt.pk)):
        assert words in slip, words


@pytest.mark.capability("A108.1")
@pytest.mark.parametrize(
    ("card_class", "category", "first_fen"),
    [("student", "统招本科", 0), ("teacher", "正式在编", 0), ("ordinary", "临聘", 0), ("ordinary", "访问", 2500)],
)
def test_whoever_had_a_card_pays_for_another_whatever_the_class(dearer, card_class, category, first_fen):
    assert [fee_fen(card_class, category, earlier) for earlier in (0, 1, 2)] == [first_fen, 1500, 1500]


__all__ = ["document_of"]
