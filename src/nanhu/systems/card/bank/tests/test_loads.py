"""Loads (圈存): bank, book and chip, with the bank silent, late, killed; each ends once, and money is where it should be."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments import accounts
from nanhu.platforms.payments.adapters.open_wire import OpenWireBank
from nanhu.platforms.payments.errors import NoAgreementError
from nanhu.platforms.payments.gateway import BankAnswer
from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.services import agreements
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.bank.errors import LoadBalanceError, LoadLimitError, LoadUnderWayError
from nanhu.systems.card.bank.models import Load, LoadStep
from nanhu.systems.card.bank.services import loads, retrying
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, drive, past_the_triggers
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.errors import CardStateError
from nanhu.systems.card.funds.services import claims
from nanhu.systems.card.services.loss import report_lost


@pytest.fixture
def kiosk(campus):
    campus.agree("student")
    return Terminal.objects.get(number="QC001")


def asked(campus, kiosk, fen=5000):
    return loads.ask_load(by=campus.actor("student"), card=campus.card("student"), amount_fen=fen, terminal=kiosk)


def state_of(load):
    load.refresh_from_db()
    return load.state


def money_is_whole(campus, loaded_fen):
    """What left the bank card stands in the ledger, once; books and receipts agree."""
    assert campus.bank_balance("student") == BEGINNING_FEN - loaded_fen
    card = campus.card("student")
    assert loads.held_fen(card) == loaded_fen
    clearing = accounts.clearing_account(Channel.objects.get(kind="bank"))
    debits = sum(
        t.amount_fen if t.debit_account_id == clearing else -t.amount_fen for t in ledger.transfers_of(clearing)
    )
    assert debits == loaded_fen
    assert ledger.trial_balance().difference_fen == 0
    assert receipt_differences() == []
    assert list(ledger.check_ledger()) == []


@pytest.mark.capability("A139.1")
def test_a_load_goes_from_the_bank_to_the_chip(campus, kiosk):
    load = asked(campus, kiosk)
    drive()
    assert state_of(load) == "credited"
    order = claims.begin_claim(
        by=campus.actor("student"), card=campus.card("student"), terminal=kiosk, claimables=[load.claimable_id]
    )
    assert loads.follow_claimable(load).state == "writing"
    claims.finish_claim(by=campus.actor("student"), order=order, is_written=True)
    assert loads.follow_claimable(load).state == "written"
    assert ledger.balance_of(campus.card("student").wallet_id) == 5000
    money_is_whole(campus, 5000)
    assert list(LoadStep.objects.filter(load=load).order_by("id").values_list("to_state", flat=True)) == [
        "sent",
        "debited",
        "credited",
        "writing",
        "written",
    ]
    noted = AuditEntry.objects.filter(action__in=["card.ask_load", "card.move_load"]).order_by("pk")
    assert [one.facts.get("state", "asked") for one in noted] == [
        "asked",
        "sent",
        "debited",
        "credited",
        "writing",
        "written",
    ]


@pytest.mark.capability("A139.2")
def test_a_card_that_was_not_written_keeps_the_money_claimable(campus, kiosk):
    load = asked(campus, kiosk)
    drive()
    load.refresh_from_db()
    by, card = campus.actor("student"), campus.card("student")
    order = claims.begin_claim(by=by, card=card, terminal=kiosk, claimables=[load.claimable_id])
    loads.follow_claimable(load)
    claims.finish_claim(by=by, order=order, is_written=False)
    assert loads.follow_claimable(load).state == "credited"
    Load.objects.filter(pk=load.pk).update(due_at=now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_load SET moved_at = now() - interval '11 minutes'")
    drive()
    assert state_of(load) == "unclaimed"
    later = claims.begin_claim(by=by, card=card, terminal=kiosk)
    claims.finish_claim(by=by, order=later, is_written=True)
    retrying.follow_claims()
    assert state_of(load) == "written"
    money_is_whole(campus, 5000)


@pytest.mark.parametrize(
    ("kind", "end", "fen"),
    [
        ("silent_after", "credited", 5000),
        ("silent_before", "reversed", 0),
        ("late", "reversed", 0),
        ("twice", "credited", 5000),
        ("forged", "credited", 5000),
        ("error", "credited", 5000),
        ("killed_after", "credited", 5000),
        ("killed_before", "reversed", 0),
    ],
)
@pytest.mark.capability("A139.1")
def test_whatever_the_bank_does_amid_the_debit_the_load_ends_once(campus, kiosk, kind, end, fen):
    bank = campus.bank
    bank.fault("debit", kind)
    load = asked(campus, kiosk)
    drive()
    if kind.startswith("killed"):
        bank.wait_dead()
        drive(2)
        assert state_of(load) == "unknown"
        bank.start()
    drive(12)
    bank.let_late_arrive()
    assert state_of(load) == end
    money_is_whole(campus, fen)


@pytest.mark.capability("A139.1")
def test_a_confirmed_debit_is_never_reversed(campus, kiosk, bank):
    bank.fault("debit", "silent_after")
    bank.fault("query", "silent_before", times=8)
    load = asked(campus, kiosk)
    drive(9)
    assert state_of(load) == "unknown"
    drive(3)
    assert state_of(load) == "credited"
    assert not any(one["kind"] == "reversal" for one in bank.books()["movements"])
    money_is_whole(campus, 5000)


@pytest.mark.capability("A139.1")
def test_a_reversal_is_repeated_until_it_is_answered(campus, kiosk, bank):
    bank.fault("debit", "silent_before")
    bank.fault("reverse", "silent_after", times=3)
    load = asked(campus, kiosk)
    drive(5)
    assert state_of(load) == "unknown", "the bank may hear of it yet"
    drive(15)
    assert state_of(load) == "reversed"
    money_is_whole(campus, 0)


@pytest.mark.capability("A139.1")
def test_a_reversal_that_the_bank_refuses_ends_nothing(campus, kiosk, bank, monkeypatch):
    """Signed, and no word of the money: it is asked until the bank says what became of it."""
    bank.fault("debit", "silent_before")
    really = OpenWireBank.reverse
    busy = BankAnswer(outcome="refused", code="busy", sentence="系统忙")
    monkeypatch.setattr(OpenWireBank, "reverse", lambda *_asked, **_facts: busy)
    load = asked(campus, kiosk)
    drive(15)
    assert state_of(load) == "reversing"
    monkeypatch.setattr(OpenWireBank, "reverse", really)
    drive(2)
    assert state_of(load) == "reversed"
    money_is_whole(campus, 0)


@pytest.mark.capability("A139.1")
def test_a_bank_that_says_it_took_another_sum_credits_nobody_until_it_says_the_one_that_was_asked(
    campus, kiosk, bank, monkeypatch
):
    """Nor where it names no movement of its own, or no day."""
    really, load = (OpenWireBank.debit, OpenWireBank.query), asked(campus, kiosk)

    def said(ask, wrong):
        return lambda *asked, **facts: replace(ask(*asked, **facts), **wrong)

    for wrong in ({"amount_fen": 500}, {"reference": ""}, {"settled_on": None}):
        for name, ask in zip(("debit", "query"), really, strict=True):
            monkeypatch.setattr(OpenWireBank, name, said(ask, wrong))
        drive(2)
        assert state_of(load) == "unknown", wrong
        assert loads.held_fen(campus.card("student")) == 0
    for name, ask in zip(("debit", "query"), really, strict=True):
        monkeypatch.setattr(OpenWireBank, name, ask)
    drive(5)
    assert state_of(load) == "credited"
    money_is_whole(campus, 5000)


@pytest.mark.capability("A139.1")
def test_a_refusal_ends_it_with_the_banks_words(campus, kiosk):
    for part_fen in (50_000,) * 4:
        asked(campus, kiosk, part_fen)
        drive()
    report = Load.objects.filter(state="credited")
    assert report.count() == 4
    with pytest.raises(LoadBalanceError):
        asked(campus, kiosk, 100)


@pytest.mark.capability("A139.1")
def test_funds_short_at_the_bank(campus, kiosk, bank):
    bank.add_customer("林小满", "430602200503181262", "13907300000", "6228480088888888018", fen=100)
    load = asked(campus, kiosk)
    drive()
    load.refresh_from_db()
    assert (load.state, load.sentence) == ("refused", "银行卡余额不足")
    assert loads.held_fen(campus.card("student")) == 0


@pytest.mark.capability("A117.1", "A139.1")
def test_who_may_not_load_is_told_why_and_the_bank_hears_nothing(campus, kiosk, bank):
    by = campus.actor("student")
    for fen in (0, -5, 99, 50_001, 10**13):
        with pytest.raises(LoadLimitError):
            asked(campus, kiosk, fen)
    with pytest.raises(NoAgreementError):
        loads.ask_load(by=by, card=campus.card("teacher"), amount_fen=5000, terminal=kiosk)
    asked(campus, kiosk)
    with pytest.raises(LoadUnderWayError):
        asked(campus, kiosk)
    report_lost(by=by, card=campus.card("student"), reason="x")
    with pytest.raises(CardStateError):
        asked(campus, kiosk)
    assert bank.books()["movements"] == []


@pytest.mark.capability("A139.1")
def test_an_order_nobody_sent_in_time_is_not_sent_any_more(campus, kiosk):
    load = asked(campus, kiosk)
    with past_the_triggers() as cursor:
        cursor.execute("UPDATE card_load SET created_at = now() - interval '2 minutes'")
    drive()
    assert state_of(load) == "refused"
    money_is_whole(campus, 0)


@pytest.mark.capability("A139.1")
def test_a_crash_between_debit_and_credit_leaves_a_row_the_finder_ends(campus, kiosk, monkeypatch):
    load = asked(campus, kiosk)
    with monkeypatch.context() as patch:
        patch.setattr(loads, "credit_load", lambda _load: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            drive()
    assert state_of(load) == "debited"
    drive(2)
    assert state_of(load) == "credited"
    money_is_whole(campus, 5000)


@pytest.mark.capability("A139.1")
def test_credit_and_state_are_one_transaction(campus, kiosk, monkeypatch):
    load = asked(campus, kiosk)
    with monkeypatch.context() as patch:
        patch.setattr(loads, "move", _failing_at_credited(loads.move))
        with pytest.raises(ZeroDivisionError):
            drive()
    assert state_of(load) == "debited"
    assert loads.held_fen(campus.card("student")) == 0
    drive(2)
    money_is_whole(campus, 5000)


def _failing_at_credited(move):
    def failing(load, to, **facts):
        if to == "credited":
            raise ZeroDivisionError
        return move(load, to, **facts)

    return failing


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("credited", "reversing"),
        ("credited", "refused"),
        ("credited", "debited"),
        ("credited", "asked"),
    ],
)
@pytest.mark.capability("A139.1")
def test_the_database_refuses_steps_that_are_none(campus, kiosk, before, after):
    load = asked(campus, kiosk)
    drive()
    assert state_of(load) == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Load.objects.filter(pk=load.pk).update(state=after)


@pytest.mark.parametrize("change", [{"amount_fen": 1}, {"reference": "x"}, {"number": "LDX"}, {"claimable": None}])
def test_the_database_keeps_what_was_asked_and_said(campus, kiosk, change):
    load = asked(campus, kiosk)
    drive()
    with pytest.raises(IntegrityError), transaction.atomic():
        Load.objects.filter(pk=load.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM card_load")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE card_load_step SET to_state = 'refused'")


@pytest.mark.capability("A139.1")
def test_two_finders_at_once_take_an_order_once(campus, kiosk, bank):
    load = asked(campus, kiosk)
    first, second = retrying.LOADS.take(9), retrying.LOADS.take(9)
    assert (len(first), len(second)) == (1, 0)
    for pk in (*first, *first):
        [row] = retrying.LOADS.rows([pk])
        retrying.LOADS.conclude(row, retrying.LOADS.step(row)())
    assert state_of(load) == "credited"
    money_is_whole(campus, 5000)


@pytest.mark.capability("A139.1", "A142.3")
def test_an_agreement_in_use_is_not_cancelled(campus, kiosk):
    asked(campus, kiosk)
    with pytest.raises(LoadUnderWayError):
        agreements.cancel(by=campus.actor("student"), person_id=campus.persons["student"], reason="x")
