"""The bank takes both files at its desk, its day tells them, and custody agrees or names what crossed midnight."""

import json
from datetime import timedelta
from urllib.error import HTTPError

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.models import BankPayout, StatementRow
from nanhu.platforms.payments.services import reconciliation
from nanhu.platforms.payments.services.custody import reported_balance
from nanhu.platforms.payments.services.day_custody import custody_differences, custody_on
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, drive, past_the_triggers
from nanhu.systems.card.bank.tests.test_pages_office import DESK, file_of, left
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing.models import Payout, Settlement
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance


@pytest.fixture
def finance(campus):
    make_finance(campus, "clerk", "second_clerk")
    return campus.client("clerk"), campus.client("second_clerk")


@pytest.fixture
def settled(campus):
    """The bank holds ¥ 200 of a load; two windows sold for 12.50 and 3.00, settled without a fee."""
    campus.agree("student")
    loads.ask_load(by=SYSTEM, card=campus.card("student"), amount_fen=20_000, terminal=None)
    drive()
    campus.top_up("teacher", 2000)
    for key, terminal, fen in (("n1.rice", "N1001", 1250), ("e3.noodle", "E3002", 300)):
        assert campus.pay("teacher", fen, terminal=terminal) == "posted"
        merchant = Merchant.objects.get(tills__terminal__number=terminal)
        terms = contracts.Terms(
            fee_per_mille=0,
            cycle="daily",
            payee=f"{merchant.name}，户",
            account_token=f"sample-{key}",
            account_last4="0042",
            starts_on=campus_today() - timedelta(days=40),
        )
        contracts.agree(by=SYSTEM, merchant=merchant, terms=terms)
        assert settling.settle(by=SYSTEM, merchant=merchant, last=campus_today())
    return campus


def made_by(client) -> tuple[Payout, str]:
    assert client.post("/card/closing/payouts/make/").status_code == 302
    payout = Payout.objects.latest("pk")
    return payout, client.get(f"/card/closing/payouts/{payout.number}/file.csv").content.decode()


def confirm(client, payout, said) -> None:
    facts = {"reference": said["reference"], "unpaid": " ".join(said["unpaid"])}
    assert client.post(f"/card/closing/payouts/{payout.number}/confirm/", facts).status_code == 302


def bank_day() -> list[tuple[str, str, bool]]:
    """What differs in the three books of today, and in custody."""
    open_ones = [
        (one.order, str(one.kind), one.kind == "under_way") for one in reconciliation.bank_differences(campus_today())
    ]
    return open_ones + [(one.key, one.what, one.is_explained) for one in custody_differences(campus_today())]


def books_are_sound() -> bool:
    return receipt_differences() == [] and ledger.check_ledger() == [] and ledger.trial_balance().difference_fen == 0


def test_merchants_are_paid_by_file_and_three_books_and_custody_agree_afterwards(settled, bank, finance):
    maker, second = finance
    payout, file = made_by(maker)
    assert bank_day() == []
    said = bank.do("file", content=file)
    assert (said["paid"], said["fen"], said["unpaid"]) == (2, 1550, [])
    assert reported_balance(campus_today()) == 20_000, "as of the last file"
    named = bank_day()
    numbers = set(Settlement.objects.values_list("number", flat=True))
    assert {order.removeprefix("abc:") for order, _what, _named in named} == numbers
    assert all(is_named for _order, _what, is_named in named), "paid by the bank, not yet confirmed here"
    assert len(named) == 2 * len(numbers)
    assert {one.owner for one in reconciliation.open_differences(campus_today())} == {"收付财务"}

    confirm(second, payout, said)
    assert bank_day() == []
    assert reported_balance(campus_today()) == custody_on(campus_today())["bank_book_fen"] == 20_000 - 1550
    assert books_are_sound()


def test_the_same_file_again_pays_nothing_and_a_changed_one_is_refused_whole(settled, bank, finance):
    _payout, file = made_by(finance[0])
    with pytest.raises(HTTPError) as refused:
        bank.do("file", content=file.replace("12.50", "92.50", 1))
    assert "一笔也没有付" in json.load(refused.value)["sentence"]
    first, again = bank.do("file", content=file), bank.do("file", content=file)
    assert again == first | {"is_known": True}
    reconciliation.fetch_day(settled_channel(), campus_today())
    assert StatementRow.objects.filter(kind="pay_out").count() == 2


def settled_channel():
    return reconciliation.Channel.objects.get(kind="bank")


def test_what_the_bank_sent_back_waits_for_the_next_file_and_is_paid_once(settled, bank, finance):
    maker, second = finance
    payout, file = made_by(maker)
    unlucky = Settlement.objects.get(payable_fen=300).number
    said = bank.do("file", content=file, returned=[unlucky])
    assert (said["paid"], said["unpaid"]) == (1, [unlucky])
    confirm(second, payout, said)
    assert bank_day() == []
    following, file = made_by(maker)
    assert "12.50" not in file
    confirm(second, following, bank.do("file", content=file))
    assert bank_day() == []
    assert reported_balance(campus_today()) == 20_000 - 1550
    assert books_are_sound()


def test_a_file_of_which_the_bank_paid_nothing_is_closed_and_its_settlements_go_into_a_new_one(settled, bank, finance):
    maker, second = finance
    payout, file = made_by(maker)
    numbers = sorted(Settlement.objects.values_list("number", flat=True))
    said = bank.do("file", content=file, returned=numbers)
    assert (said["paid"], sorted(said["unpaid"])) == (0, numbers)
    page = f"/card/closing/payouts/{payout.number}/"
    assert maker.post(f"{page}unpaid/", {"bank_words": "账号有误"}).status_code == 409, "its maker is nobody's second"
    assert second.post(f"{page}unpaid/", {"bank_words": ""}).status_code == 422
    assert second.post(f"{page}unpaid/", {"bank_words": "账号有误"}).status_code == 302
    told = second.get(page).content.decode()
    assert all(word in told for word in ("银行全部未付", "账号有误", *numbers))
    assert "银行全部未付" in maker.get("/card/closing/payouts/").content.decode()
    assert (bank_day(), reported_balance(campus_today())) == ([], 20_000)
    following, file = made_by(maker)
    confirm(second, following, bank.do("file", content=file))
    assert (bank_day(), reported_balance(campus_today())) == ([], 20_000 - 1550)
    assert books_are_sound()


def test_a_settlement_confirmed_that_the_bank_never_paid_is_named(settled, bank, finance):
    maker, second = finance
    payout, _file = made_by(maker)
    confirm(second, payout, {"reference": "X1", "unpaid": []})
    kinds = {kind for _order, kind, _named in bank_day()}
    assert "only_ours" in kinds
    assert all(one.owner for one in reconciliation.open_differences(campus_today()))


def test_leavers_refunds_go_through_the_same_desk(campus, bank, finance):
    maker, _second = finance
    withdrawal = left(campus)
    address = maker.post(DESK + "payouts/make/").url
    said = bank.do("file", content=file_of(maker.get(address + "file.csv")))
    answer = SimpleUploadedFile("result.csv", said["file"].encode("utf-8-sig"))
    assert maker.post(address, {"file": answer}).status_code == 302
    withdrawal.refresh_from_db()
    assert (withdrawal.state, BankPayout.objects.get().state) == ("paid", "paid")
    assert campus.bank_balance("teacher") == BEGINNING_FEN + 4000
    assert bank_day() == []
    assert books_are_sound()


def test_a_load_booked_after_midnight_is_a_named_item_of_that_days_custody(settled):
    assert bank_day() == []
    with past_the_triggers() as cursor:  # as if our credit had come half an hour into the next day
        cursor.execute("UPDATE ledger_transfer SET posted_at = posted_at + interval '1 day' WHERE kind = 'card.credit'")
    reconciliation.fetch_day(settled_channel(), campus_today())
    (found,) = custody_differences(campus_today())
    load = loads.Load.objects.get().number
    assert (found.key, found.theirs_fen, found.ours_fen, found.is_explained) == (f"abc:{load}", 20_000, 0, True)
    assert "另一天入账" in found.what


def test_what_no_order_explains_stays_a_difference_of_its_own(settled):
    bank_day()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_statement SET balance_fen = balance_fen + 7")
    (found,) = custody_differences(campus_today())
    assert (found.key, found.theirs_fen - found.ours_fen, found.is_explained) == ("bank", 7, False)
