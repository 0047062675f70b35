"""Takings are summed when they are settled, once for each day, paid by the bank's file, and each step by its own people."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.errors import SamePersonError
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing import jobs
from nanhu.systems.card.closing.errors import (
    ContractOverlapsError,
    NoContractError,
    NothingToPayError,
    PayoutStateError,
)
from nanhu.systems.card.closing.models import Contract, Settlement
from nanhu.systems.card.closing.rules import fee_of, last_day_due
from nanhu.systems.card.closing.services import contracts, payouts, settling
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.services import merchants as services
from nanhu.systems.card.services.refunds import refund_sale
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.systems.card.tests.test_top_up_races import at_once


def forty_days_ago():
    return campus_today() - timedelta(days=40)


def day_before_yesterday():
    return campus_today() - timedelta(days=2)


def terms(**given) -> contracts.Terms:
    usual = {
        "fee_per_mille": 10,
        "cycle": "daily",
        "payee": "岳阳饮食公司",
        "account_token": "tok-1",
        "account_last4": "0042",
        "starts_on": forty_days_ago(),
    }
    return contracts.Terms(**(usual | given))


def rice() -> Merchant:
    return Merchant.objects.get(key="n1.rice")


def sell(campus, fen: int) -> None:
    assert campus.pay("teacher", fen) == "posted"


@pytest.fixture
def sold(campus):
    campus.top_up("teacher", 20000)
    contracts.agree(by=SYSTEM, merchant=rice(), terms=terms())
    sell(campus, 1250)
    sell(campus, 5)
    return campus


def settle(last: date | None = None) -> Settlement | None:
    return settling.settle(by=SYSTEM, merchant=rice(), last=last or campus_today())


def clean() -> None:
    assert receipt_differences() == []
    assert ledger.check_ledger() == []
    assert ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A101.3")
@pytest.mark.parametrize(
    ("cycle", "today", "last"),
    [
        ("daily", date(2026, 3, 1), date(2026, 2, 28)),
        ("weekly", date(2026, 11, 25), date(2026, 11, 22)),
        ("weekly", date(2026, 11, 23), date(2026, 11, 22)),
        ("weekly", date(2026, 11, 22), date(2026, 11, 15)),
        ("monthly", date(2026, 3, 31), date(2026, 2, 28)),
        ("monthly", date(2026, 3, 1), date(2026, 2, 28)),
    ],
)
def test_a_period_is_due_when_it_is_over(cycle, today, last):
    assert last_day_due(cycle, today) == last


@pytest.mark.parametrize(
    ("takings", "fee", "due"), [(1255, 10, 13), (1250, 10, 13), (1249, 10, 12), (0, 10, 0), (10**9, 0, 0)]
)
@pytest.mark.capability("A101.3")
def test_a_fee_is_rounded_to_the_nearest_fen(takings, fee, due):
    assert fee_of(takings, fee) == due


@pytest.mark.capability("A101.3")
def test_takings_are_settled_with_the_contracts_fee(sold):
    done = settle()
    assert (done.takings_fen, done.fee_fen, done.payable_fen) == (1255, 13, 1242)
    assert (done.first, done.last) == (forty_days_ago(), campus_today())
    assert ledger.balance_of(rice().account_id) == 0
    assert ledger.balance_of(settling.payable_of(rice())) == 1242
    assert ledger.balance_of(settling.fee_income()) == 13
    clean()


@pytest.mark.capability("A101.3")
def test_a_contract_holds_on_its_last_day_and_not_on_the_day_after(sold):
    held, last = Contract.objects.get(), campus_today()
    contracts.end(by=SYSTEM, contract=held, on=last)
    assert [contracts.contract_on(rice(), last + timedelta(days=late)) for late in (0, 1)] == [held, None]
    done = settle(last)
    assert (done.contract, done.last, done.takings_fen) == (held, last, 1255)
    with pytest.raises(NoContractError):
        settle(last + timedelta(days=1))
    clean()


@pytest.mark.capability("A090.2")
def test_a_run_twice_settles_once(sold):
    assert settle() is not None
    assert settle() is None
    assert settle(campus_today() - timedelta(days=1)) is None
    assert len(settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))) == 0
    assert Settlement.objects.count() == 1


@pytest.mark.parametrize("cycle", ["weekly", "monthly"])
def test_a_contract_that_began_after_the_period_holds_up_nobody(campus, cycle):
    """On this Thursday the newest week and month that are over ended before the contract began, the day before."""
    today, noodle = date(2026, 11, 26), Merchant.objects.get(key="e3.noodle")
    contracts.agree(by=SYSTEM, merchant=rice(), terms=terms(cycle=cycle, starts_on=date(2026, 11, 25)))
    contracts.agree(by=SYSTEM, merchant=noodle, terms=terms(starts_on=date(2026, 11, 1)))
    assert [one.merchant for one in settling.settle_due(by=SYSTEM, today=today)] == [noodle]


def test_what_is_sold_after_the_run_is_carried_into_the_next(sold):
    settle()
    sell(sold, 300)
    done = settle(campus_today() + timedelta(days=1))
    assert (done.first, done.takings_fen) == (campus_today() + timedelta(days=1), 300)
    clean()


def test_nothing_sold_is_settled_without_money(sold):
    settle()
    done = settle(campus_today() + timedelta(days=1))
    assert (done.takings_fen, done.entry_id) == (0, None)


@pytest.mark.capability("A101.3")
def test_more_taken_back_than_sold_is_carried_on(sold):
    settle()
    leg = ledger.Leg(
        debit_account_id=rice().account_id, credit_account_id=sold.card("teacher").wallet_id, amount_fen=400
    )
    ledger.post(by=SYSTEM, kind="test.refund", legs=[leg])
    assert settle(campus_today() + timedelta(days=1)).takings_fen == 0
    sell(sold, 1000)
    assert settle(campus_today() + timedelta(days=2)).takings_fen == 600


@pytest.mark.capability("A015.1")
def test_the_database_refuses_a_day_settled_twice_and_changes_of_a_settlement(sold):
    done = settle()
    with pytest.raises(IntegrityError, match="card_settlement_once"), transaction.atomic():
        Settlement.objects.create(
            number="X1",
            merchant=rice(),
            contract=done.contract,
            first=campus_today(),
            last=campus_today(),
            takings_fen=0,
            fee_fen=0,
            payable_fen=0,
        )
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Settlement.objects.filter(pk=done.pk).update(payable_fen=1, takings_fen=14)
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Settlement.objects.filter(pk=done.pk).delete()


def test_two_contracts_at_once_are_refused_and_none_settles_nothing(sold):
    with pytest.raises(ContractOverlapsError):
        contracts.agree(by=SYSTEM, merchant=rice(), terms=terms(starts_on=campus_today()))
    with pytest.raises(NoContractError):
        settling.settle(by=SYSTEM, merchant=Merchant.objects.get(key="e3.noodle"), last=campus_today())


@pytest.mark.capability("A090.2")
def test_a_payout_is_made_by_one_and_confirmed_by_another_once(sold):
    first, second = sold.actor("clerk"), sold.actor("second_clerk")
    with pytest.raises(NothingToPayError):
        payouts.make_payout(by=first)
    settle()
    made = payouts.make_payout(by=first)
    with pytest.raises(NothingToPayError):
        payouts.make_payout(by=first)
    lines = payouts.file_of(made).split("\r\n")
    assert lines[0].split(",")[:3] == ["H", "nanhu-payout-1", made.number]
    assert lines[1].split(",")[3:7] == ["岳阳饮食公司", "tok-1", "0042", "12.42"]
    with pytest.raises(SamePersonError):
        payouts.confirm(by=first, payout=made, bank_reference="B1")
    payouts.confirm(by=second, payout=made, bank_reference="B1")
    with pytest.raises(PayoutStateError):
        payouts.confirm(by=second, payout=made, bank_reference="B1")
    assert ledger.balance_of(settling.payable_of(rice())) == 0
    clean()


@pytest.mark.capability("A090.2")
def test_what_the_bank_did_not_pay_waits_for_the_next_file(sold):
    done = settle()
    first, second = sold.actor("clerk"), sold.actor("second_clerk")
    made = payouts.make_payout(by=first)
    with pytest.raises(SamePersonError):
        payouts.confirm(by=first, payout=made, bank_reference="B1", unpaid=[done.number])
    ended = payouts.confirm(by=second, payout=made, bank_reference="B1", unpaid=[done.number])
    assert (ended.state, ended.entry_id, ended.unpaid, ended.total_fen) == ("unpaid", None, [done.number], 1242)
    assert ledger.balance_of(settling.payable_of(rice())) == 1242
    with pytest.raises(PayoutStateError):
        payouts.confirm(by=second, payout=made, bank_reference="B1")
    sell(sold, 100)
    settle(campus_today() + timedelta(days=1))
    again = payouts.make_payout(by=first)
    assert (again.rows, list(payouts.waiting())) == (2, [])
    payouts.confirm(by=second, payout=again, bank_reference="B2")
    assert ledger.balance_of(settling.payable_of(rice())) == 0
    clean()


def test_what_a_payout_paid_leaves_it_no_more(sold):
    settle()
    made = payouts.make_payout(by=sold.actor("clerk"))
    payouts.confirm(by=sold.actor("second_clerk"), payout=made, bank_reference="B1")
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Settlement.objects.update(payout=None)
    with pytest.raises(IntegrityError, match="ends once"), transaction.atomic():
        made.state, made.unpaid = "unpaid", ["S1"]
        made.save()


def test_nothing_enters_a_payout_that_has_ended(sold):
    settle()
    made = payouts.make_payout(by=sold.actor("clerk"))
    payouts.confirm(by=sold.actor("second_clerk"), payout=made, bank_reference="B1")
    sell(sold, 100)
    later = settle(campus_today() + timedelta(days=1))
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        Settlement.objects.filter(pk=later.pk).update(payout=made)
    later.pk, later.number, later.is_late, later.payout = None, "X1", True, made
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        later.save(force_insert=True)
    assert [row.payable_fen for row in payouts.waiting()] == [99]


@pytest.mark.parametrize("paid", [0, 1])
def test_a_file_that_the_bank_did_not_pay_wholly_is_told_in_the_same_bytes_afterwards(sold, paid):
    settle()
    sell(sold, 300)
    settle(campus_today() + timedelta(days=1))
    made = payouts.make_payout(by=sold.actor("clerk"))
    content = payouts.file_of(made)
    assert content.startswith(f"H,nanhu-payout-1,{made.number},")
    unpaid = sorted(made.settlements.values_list("number", flat=True))[paid:]
    payouts.confirm(by=sold.actor("second_clerk"), payout=made, bank_reference="B1", unpaid=unpaid)
    made.refresh_from_db()
    assert (made.unpaid, payouts.file_of(made)) == (unpaid, content)
    payouts.make_payout(by=sold.actor("clerk"))
    assert payouts.file_of(made) == content


@pytest.mark.capability("A090.2")
def test_two_people_is_held_by_the_database(sold):
    settle()
    made = payouts.make_payout(by=sold.actor("clerk"))
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE card_payout_file SET confirmer_id = maker_id")
    assert made.state == "made"


@pytest.mark.capability("A015.1")
@pytest.mark.django_db(transaction=True)
def test_a_run_by_four_at_once_settles_once(transactional_db):
    campus = bring_in_the_cast()
    campus.top_up("teacher", 20000)
    contracts.agree(by=SYSTEM, merchant=rice(), terms=terms())
    sell(campus, 1250)
    merchant = rice()
    done = at_once([lambda: settling.settle(by=Actor.system("race"), merchant=merchant, last=campus_today())] * 4)
    assert sorted(one is None for one in done) == [False, True, True, True]
    assert Settlement.objects.count() == 1
    assert ledger.balance_of(settling.payable_of(merchant)) == 1250 - fee_of(1250, 10)


@pytest.mark.capability("A090.2")
def test_the_bus_firm_is_settled_by_its_own_cycle(campus, cron_of):
    """The bus is a merchant like any other, with its own contract."""
    services.set_up_merchants(
        by=SYSTEM,
        merchants=[services.MerchantOrder(key="bus", name="校园公交公司")],
        terminals=[services.TerminalOrder(number="BUS01", merchant_key="bus", place="1 路车")],
    )
    bus = Merchant.objects.get(key="bus")
    campus.top_up("teacher", 5000)
    contracts.agree(by=SYSTEM, merchant=rice(), terms=terms())
    contracts.agree(by=SYSTEM, merchant=bus, terms=terms(cycle="monthly", fee_per_mille=0, payee="岳阳公交"))
    assert campus.pay("teacher", 100, terminal="BUS01") == "posted"
    sell(campus, 500)
    assert Terminal.objects.get(number="BUS01").till.merchant_id == bus.pk
    next_month = (campus_today().replace(day=1) + timedelta(days=32)).replace(day=1)
    with time_machine.travel(start_of(next_month), tick=False):
        assert jobs.settle_merchants() == 2
        assert jobs.settle_merchants() == 0, "once"
    assert cron_of("card.settle") == "45 0 * * *", "each night, by itself"
    done = {one.merchant.key: one for one in Settlement.objects.select_related("merchant")}
    assert (done["bus"].last, done["bus"].payable_fen) == (next_month - timedelta(days=1), 100)
    assert done["n1.rice"].payable_fen == 495
    clean()


def sell_on(campus, fen: int, *, sold: date, posted: date) -> int:
    """As if it had been sold on one day and come in on another; gives the entry."""
    leg = ledger.Leg(
        debit_account_id=campus.card("teacher").wallet_id, credit_account_id=rice().account_id, amount_fen=fen
    )
    entry = ledger.post(by=SYSTEM, kind="test.sale", legs=[leg]).entry_id
    move_to(entry, occurred=sold, posted=posted)
    return entry


def move_to(entry: int, *, occurred: date, posted: date) -> None:
    noon = timedelta(hours=12)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_transfer SET occurred_at = %s, posted_at = %s WHERE entry_id = %s",
            [start_of(occurred) + noon, start_of(posted) + noon, entry],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def payables() -> list[tuple[str, int]]:
    rows = Settlement.objects.filter(takings_fen__gt=0).order_by("pk")
    return [(one.contract.payee, one.payable_fen) for one in rows.select_related("contract")]


@pytest.mark.capability("A101.3")
def test_each_operator_is_paid_what_was_sold_on_the_days_of_his_contract(campus):
    campus.top_up("teacher", 20000)
    first, change, month_end = date(2026, 9, 1), date(2026, 9, 16), date(2026, 9, 30)
    old = contracts.agree(by=SYSTEM, merchant=rice(), terms=terms(cycle="monthly", starts_on=first, payee="旧"))
    contracts.end(by=SYSTEM, contract=old, on=change - timedelta(days=1))
    contracts.agree(
        by=SYSTEM, merchant=rice(), terms=terms(cycle="monthly", starts_on=change, payee="新", fee_per_mille=0)
    )
    sell_on(campus, 1000, sold=date(2026, 9, 15), posted=date(2026, 9, 15))
    sell_on(campus, 300, sold=change, posted=change)
    sell_on(campus, 200, sold=date(2026, 9, 14), posted=date(2026, 9, 17))
    settling.settle_due(by=SYSTEM, today=month_end + timedelta(days=1))
    assert payables() == [("旧", 990), ("旧", 198), ("新", 300)]
    sell_on(campus, 100, sold=date(2026, 9, 15), posted=date(2026, 10, 2))
    sell_on(campus, 50, sold=date(2026, 10, 2), posted=date(2026, 10, 2))
    settling.settle_due(by=SYSTEM, today=date(2026, 10, 3))
    settling.settle_due(by=SYSTEM, today=date(2026, 11, 1))
    assert payables()[3:] == [("旧", 99), ("新", 50)]
    assert settling.settle_due(by=SYSTEM, today=date(2026, 11, 1)) == []
    assert ledger.balance_of(rice().account_id) == 0


def test_what_was_sold_under_a_contract_that_ended_is_settled_though_nobody_follows(campus):
    campus.top_up("teacher", 20000)
    old = contracts.agree(by=SYSTEM, merchant=rice(), terms=terms(cycle="monthly", starts_on=date(2026, 9, 1)))
    contracts.end(by=SYSTEM, contract=old, on=date(2026, 9, 15))
    sell_on(campus, 1000, sold=date(2026, 9, 15), posted=date(2026, 9, 15))
    assert settling.settle_due(by=SYSTEM, today=date(2026, 9, 15)) == []
    (done,) = settling.settle_due(by=SYSTEM, today=date(2026, 9, 20))
    assert (done.last, done.payable_fen) == (date(2026, 9, 15), 990)


@pytest.fixture
def ended(campus):
    """A contract that ended the day before yesterday, with ¥ 10.00 sold and settled."""
    campus.top_up("teacher", 20000)
    old = contracts.agree(by=SYSTEM, merchant=rice(), terms=terms(cycle="monthly", fee_per_mille=0))
    contracts.end(by=SYSTEM, contract=old, on=day_before_yesterday())
    sell(campus, 1000)
    move_to(
        Receipt.objects.get(kind="payment").entry_id, occurred=day_before_yesterday(), posted=day_before_yesterday()
    )
    settling.settle_due(by=SYSTEM, today=campus_today())
    assert payables() == [("岳阳饮食公司", 1000)]
    return campus


@pytest.mark.capability("A015.1")
def test_a_late_sale_that_was_taken_back_is_not_paid(ended):
    late = sell_on(ended, 200, sold=day_before_yesterday(), posted=campus_today())
    sell_on(ended, 70, sold=day_before_yesterday(), posted=campus_today())
    ledger.reverse(by=SYSTEM, entry_id=late, reason="按错", kind="card.correction")
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    assert payables()[1:] == [("岳阳饮食公司", 70)]
    assert ledger.balance_of(rice().account_id) == 0


@pytest.mark.capability("A015.1")
def test_a_refund_of_what_was_sold_under_the_contract_lessens_its_late_sales(ended):
    sale = Receipt.objects.get(kind="payment")
    sell_on(ended, 200, sold=day_before_yesterday(), posted=campus_today())
    refund_sale(by=SYSTEM, merchant=rice(), sale=sale, amount_fen=150, reason="退一份", key="one")
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    assert payables()[1:] == [("岳阳饮食公司", 50)]
    refund_sale(by=SYSTEM, merchant=rice(), sale=sale, amount_fen=100, reason="再退一份", key="two")
    sell_on(ended, 30, sold=day_before_yesterday(), posted=campus_today() + timedelta(days=1))
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=2))
    assert payables()[2:] == []
    assert ledger.balance_of(rice().account_id) == -70


def test_what_is_taken_back_of_anothers_sales_is_no_matter_of_a_contract_that_ended(ended):
    contracts.agree(by=SYSTEM, merchant=rice(), terms=terms(payee="新", fee_per_mille=0, starts_on=campus_today()))
    sell_on(ended, 200, sold=day_before_yesterday(), posted=campus_today())
    sell(ended, 500)
    sale = Receipt.objects.get(kind="payment", amount_fen=500)
    refund_sale(by=SYSTEM, merchant=rice(), sale=sale, amount_fen=100, reason="退一份", key="one")
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    assert payables()[1:] == [("岳阳饮食公司", 200), ("新", 400)]
