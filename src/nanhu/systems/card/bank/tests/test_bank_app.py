"""The bank's own app sends money to a campus card (农业银行 APP): live notices and the file of the day, both reconciled."""

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import ReasonMissingError, SamePersonError
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.models import Channel, Difference, StatementRow
from nanhu.platforms.payments.services import differences, reconciliation
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import loads, transfers
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, drive, past_the_triggers
from nanhu.systems.card.funds.services.withdrawals import withdrawable_fen
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import CAST

NUMBER = CAST["student"][2]


@pytest.fixture
def sent(campus):
    def send(fen=5000, number=NUMBER):
        return campus.bank.do("transfer", card=CARDS["student"], campus_no=number, amount_fen=fen)

    return send


@pytest.mark.capability("A137.1")
def test_a_transfer_is_pending_at_once_and_the_file_agrees(campus, sent):
    assert sent()["outcome"] == "done"
    assert loads.held_fen(campus.card("student")) == 5000
    assert campus.bank_balance("student") == BEGINNING_FEN - 5000
    assert reconciliation.bank_differences(campus_today()) == []
    Card.objects.filter(pk=campus.card("student").pk).update(state="lost", lost_at=now())
    assert sent(1000)["outcome"] == "done", "a lost card's holder has his money all the same"
    assert loads.held_fen(campus.card("student")) == 6000
    assert reconciliation.bank_differences(campus_today()) == []


@pytest.mark.capability("A137.1")
def test_the_same_notice_twice_is_one_transfer(campus, sent, bank):
    bank.fault("transfer", "twice")
    sent()
    assert OnlineTopUp.objects.count() == 1
    assert loads.held_fen(campus.card("student")) == 5000


@pytest.mark.capability("A137.1")
def test_nobodys_number_takes_no_money(campus, sent):
    assert sent(number="99999999")["outcome"] == "refused"
    assert campus.bank_balance("student") == BEGINNING_FEN


@pytest.mark.capability("A137.1")
def test_a_card_that_died_after_it_was_looked_at_takes_no_money_and_the_bank_gives_it_back(campus, sent, monkeypatch):
    """It expires between the look and the booking: told `done`, the money would belong to nobody."""
    seen = campus.card("student")
    monkeypatch.setattr(transfers, "living_card", lambda _number: seen)
    Card.objects.filter(pk=seen.pk).update(state="expired")
    assert sent()["outcome"] == "refused"
    assert campus.bank_balance("student") == BEGINNING_FEN
    assert not OnlineTopUp.objects.exists()


@pytest.mark.capability("A137.1")
def test_money_that_was_taken_before_its_card_died_waits_in_the_wallet(campus):
    """No way back to the bank, which was told: the card office pays it to who has left."""
    card = campus.card("student")
    OnlineTopUp.objects.create(
        number="202611250000000009",
        channel=Channel.objects.get(kind="bank"),
        card=card,
        source="bank_app",
        amount_fen=5000,
        state="paid",
        query_id="202611250000000009",
        settled_on=campus_today(),
        due_at=now(),
    )
    Card.objects.filter(pk=card.pk).update(state="expired")
    drive(2)
    assert (OnlineTopUp.objects.get().state, withdrawable_fen(card)) == ("credited", 5000)


@pytest.mark.capability("A137.2")
def test_a_lost_notice_is_told_again_and_its_difference_is_gone(campus, sent, bank):
    bank.fault("transfer", "silent_after")
    assert sent()["outcome"] == "unknown"
    assert loads.held_fen(campus.card("student")) == 0
    (missing,) = reconciliation.bank_differences(campus_today())
    bank.do("repeat")
    assert loads.held_fen(campus.card("student")) == 5000
    assert reconciliation.bank_differences(campus_today()) == []
    missing.refresh_from_db()
    assert (missing.kind, missing.state) == ("only_theirs", Difference.State.GONE)


@pytest.mark.capability("A137.2")
def test_a_notice_never_told_is_a_named_difference_that_a_clerk_credits_once(campus, sent, bank):
    bank.fault("transfer", "silent_after")
    reference = sent()["reference"]
    (found,) = reconciliation.bank_differences(campus_today())
    assert (found.kind, found.order, found.theirs_fen, found.ours_fen) == ("only_theirs", reference, 5000, 0)
    assert found.owner == "银行经办"
    clerk = campus.actor("clerk")
    with pytest.raises(ReasonMissingError):
        differences.propose_credit(by=clerk, difference=found, reason=" ")
    differences.propose_credit(by=clerk, difference=found, reason="银行文件有，通知未达")
    with pytest.raises(SamePersonError):
        differences.credit_holder(by=clerk, difference=found)
    Card.objects.filter(pk=campus.card("student").pk).update(state="lost", lost_at=now())
    done = differences.credit_holder(by=campus.actor("second_clerk"), difference=found)
    assert done.state == "credited", "to whom has lost his card as well"
    assert loads.held_fen(campus.card("student")) == 5000
    assert reconciliation.bank_differences(campus_today()) == []
    assert ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A137.2")
def test_a_notice_that_comes_after_the_clerk_is_seen_and_not_paid_twice(campus, sent, bank):
    bank.fault("transfer", "silent_after")
    sent()
    (found,) = reconciliation.bank_differences(campus_today())
    differences.propose_credit(by=campus.actor("clerk"), difference=found, reason="银行文件有，通知未达")
    differences.credit_holder(by=campus.actor("second_clerk"), difference=found)
    bank.do("repeat")
    assert loads.held_fen(campus.card("student")) == 5000


@pytest.mark.capability("A137.2")
def test_all_ways_of_a_day_agree_in_three_books(campus, sent, bank):
    campus.agree("student")
    kiosk = Terminal.objects.get(number="QC001")
    sent(2000)
    for fault in (None, "silent_after", "silent_before"):
        if fault:
            bank.fault("debit", fault)
        loads.ask_load(by=campus.actor("student"), card=campus.card("student"), amount_fen=3000, terminal=kiosk)
        drive(12)
    assert loads.held_fen(campus.card("student")) == 2000 + 2 * 3000
    assert reconciliation.bank_differences(campus_today()) == []


@pytest.mark.capability("A137.2")
def test_a_load_still_being_looked_into_is_named_so(campus, bank):
    campus.agree("student")
    bank.fault("debit", "silent_after")
    loads.ask_load(by=campus.actor("student"), card=campus.card("student"), amount_fen=3000, terminal=None)
    drive()
    (found,) = reconciliation.bank_differences(campus_today())
    assert (found.kind, found.owner) == ("under_way", "自动查找")
    drive(2)
    assert reconciliation.bank_differences(campus_today()) == []
    found.refresh_from_db()
    assert found.state == Difference.State.GONE


@pytest.mark.capability("A137.2")
def test_another_sum_in_the_file_or_in_the_ledger_is_a_difference_by_its_name(campus, sent):
    sent()
    assert reconciliation.bank_differences(campus_today()) == []
    StatementRow.objects.filter(kind="transfer_in").update(amount_fen=4999)
    (found,) = reconciliation.reconcile(Channel.objects.get(kind="bank"), campus_today())
    assert (found.kind, found.theirs_fen, found.ours_fen, found.owner) == ("amount", 4999, 5000, "银行经办")
    with past_the_triggers():
        OnlineTopUp.objects.update(amount_fen=4999)
    (found,) = reconciliation.reconcile(Channel.objects.get(kind="bank"), campus_today())
    assert (found.kind, found.ours_fen, found.ledger_fen, found.owner) == ("ledger", 4999, 5000, "信息中心")


@pytest.mark.capability("A137.2")
def test_what_the_bank_denies_is_ours_alone(campus, sent, bank):
    sent()
    bank.forget()
    (found,) = reconciliation.bank_differences(campus_today())
    assert (found.kind, found.theirs_fen, found.ours_fen, found.ledger_fen) == ("only_ours", 0, 5000, 5000)
    assert "农业银行" in found.owner
    assert Channel.objects.get(kind="bank").name == "农业银行"
